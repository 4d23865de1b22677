"""What is refused about a circle or a polygon."""

import math
from collections.abc import Iterator
from typing import Final

import shapely

from broker.core.errors import Refusal
from broker.core.restrictions.prism import (
    Floats,
    LocalFrame,
    centres_of,
    frame_of,
    local_points,
)
from broker.core.restrictions.rings import chords, sweep_rad
from broker.core.restrictions.shapes import (
    ARCS_PER_RING_MAX,
    CIRCLE_RADIUS_M_MAX,
    HOLES_PER_POLYGON_MAX,
    VERTICES_PER_POLYGON_MAX,
    ArcDirection,
    Circle,
    Polygon,
    Ring,
)

LATITUDE_DEG_MAX: Final = 85.0
"""Nearer the poles the projected frame does not hold."""
METRES_PER_DEGREE_MIN: Final = 110_500.0
"""Shortest degree of latitude on WGS 84 is 110,574 m, at the equator: rounds reach outwards."""
POLYGON_EXTENT_M_MAX: Final = 2.0 * CIRCLE_RADIUS_M_MAX
"""Widest and tallest polygon: that of the largest circle."""
POLYGON_AREA_M2_MIN: Final = 1.0
"""Less is a line or a slip, not a place to keep clear of."""
ARC_RADIUS_M_MIN: Final = 1.0
ARC_MISMATCH_RATIO_MAX: Final = 0.05
ARC_MISMATCH_M_MIN: Final = 200.0
"""Ends rounded to a tenth of a minute of arc are up to 130 m off their circle."""
SWEEP_RAD_MIN: Final = 1e-6


def check_point(field: str, latitude_deg: float, longitude_deg: float) -> Iterator[Refusal]:
    """Everything wrong with one point."""
    # Written so that NaN fails too.
    if not -90.0 <= latitude_deg <= 90.0:
        yield Refusal(f"{field}.latitude_deg", "must lie between -90 and 90")
    elif abs(latitude_deg) > LATITUDE_DEG_MAX:
        yield Refusal(
            f"{field}.latitude_deg", f"the poles beyond {LATITUDE_DEG_MAX} are not served"
        )
    if not -180.0 <= longitude_deg <= 180.0:
        yield Refusal(f"{field}.longitude_deg", "must lie between -180 and 180")
    if latitude_deg == 0.0 and longitude_deg == 0.0:
        yield Refusal(field, "0, 0 is an empty position, not a place")


def check_circle(field: str, circle: Circle, radius_m_max: float) -> Iterator[Refusal]:
    """Everything wrong with a circle."""
    wrong = list(check_point(f"{field}.center", circle.latitude_deg, circle.longitude_deg))
    yield from wrong
    if not 0.0 < circle.radius_m <= radius_m_max:
        yield Refusal(f"{field}.radius_m", f"must be above 0 and at most {radius_m_max:.0f} m")
    elif not wrong:
        yield from check_reach(field, circle.latitude_deg, circle.longitude_deg, circle.radius_m)


def check_reach(
    field: str, latitude_deg: float, longitude_deg: float, radius_m: float
) -> Iterator[Refusal]:
    """Whether a disc stays where the frame holds."""
    north_deg = abs(latitude_deg) + radius_m / METRES_PER_DEGREE_MIN
    if north_deg > LATITUDE_DEG_MAX:
        yield Refusal(field, f"reaches beyond latitude {LATITUDE_DEG_MAX}: poles are not served")
        return
    east_deg = radius_m / (METRES_PER_DEGREE_MIN * math.cos(math.radians(north_deg)))
    if abs(longitude_deg) + east_deg > 180.0:
        yield Refusal(field, "crosses the antimeridian")


def check_polygon(field: str, polygon: Polygon) -> Iterator[Refusal]:
    """Everything wrong with a polygon, its arcs and its holes."""
    if len(polygon.holes) > HOLES_PER_POLYGON_MAX:
        yield Refusal(f"{field}.holes", f"must be at most {HOLES_PER_POLYGON_MAX}")
        return
    named = [
        (field if place == 0 else f"{field}.holes[{place - 1}]", ring)
        for place, ring in enumerate(polygon.rings)
    ]
    wrong = [refusal for name, ring in named for refusal in _check_points(name, ring)]
    if wrong:
        yield from wrong
        return
    frame = frame_of(polygon)
    lines: list[Floats] = []
    for name, ring in named:
        refusals = list(_check_ring(name, ring, frame))
        yield from refusals
        wrong += refusals
        if not refusals:
            lines.append(_chords(ring, frame))
    if polygon.holes and not wrong and not shapely.Polygon(lines[0], lines[1:]).is_valid:
        yield Refusal(f"{field}.holes", "must lie inside the ring and apart from one another")


def _check_points(field: str, ring: Ring) -> Iterator[Refusal]:
    least = 2 if ring.arcs else 3
    if not least <= len(ring.vertices) <= VERTICES_PER_POLYGON_MAX:
        count, most = len(ring.vertices), VERTICES_PER_POLYGON_MAX
        yield Refusal(f"{field}.vertices", f"must have {least} to {most} vertices, has {count}")
        return
    for place, (latitude_deg, longitude_deg) in enumerate(ring.vertices):
        yield from check_point(f"{field}.vertices[{place}]", latitude_deg, longitude_deg)
    if len(ring.arcs) > ARCS_PER_RING_MAX:
        yield Refusal(f"{field}.arcs", f"must be at most {ARCS_PER_RING_MAX}")
        return
    seen: list[int] = []
    for place, arc in enumerate(ring.arcs):
        name = f"{field}.arcs[{place}]"
        yield from check_point(f"{name}.center", arc.latitude_deg, arc.longitude_deg)
        if not 0 <= arc.from_vertex < len(ring.vertices):
            yield Refusal(f"{name}.from_vertex", "must be the place of a vertex, from 0")
        elif arc.from_vertex in seen:
            yield Refusal(f"{name}.from_vertex", "has an arc already")
        if not isinstance(arc.direction, ArcDirection):
            yield Refusal(f"{name}.direction", "is required")
        seen.append(arc.from_vertex)
    longitudes = [longitude for _, longitude in ring.vertices]
    if max(longitudes) - min(longitudes) > 180.0:
        yield Refusal(f"{field}.vertices", "crosses the antimeridian")


def _check_ring(field: str, ring: Ring, frame: LocalFrame) -> Iterator[Refusal]:
    vertices = ring.vertices
    if vertices[0] == vertices[-1]:
        reason = "must be an open ring: the first vertex is repeated at the end"
        yield Refusal(f"{field}.vertices", reason)
        return
    arcs = list(_check_arcs(field, ring, frame))
    if arcs:
        yield from arcs
        return
    line_m = _chords(ring, frame)
    if (line_m.max(axis=0) - line_m.min(axis=0)).max() > POLYGON_EXTENT_M_MAX:
        yield Refusal(f"{field}.vertices", f"must span at most {POLYGON_EXTENT_M_MAX:.0f} m")
        return
    shape = shapely.Polygon(line_m)
    # A flat ring is also invalid to shapely: say the plainer thing first.
    if shape.convex_hull.area < POLYGON_AREA_M2_MIN:
        yield Refusal(f"{field}.vertices", "encloses no area")
    elif not shape.is_valid:
        yield Refusal(f"{field}.vertices", "must not cross or touch itself")
    elif shape.area < POLYGON_AREA_M2_MIN:
        yield Refusal(f"{field}.vertices", "encloses no area")


def _check_arcs(field: str, ring: Ring, frame: LocalFrame) -> Iterator[Refusal]:
    vertices_m, centres_m = local_points(ring.vertices, frame), centres_of(ring, frame)
    for place, arc in enumerate(ring.arcs):
        name, centre = f"{field}.arcs[{place}]", centres_m[place]
        start = vertices_m[arc.from_vertex]
        end = vertices_m[(arc.from_vertex + 1) % len(vertices_m)]
        near, far = sorted((math.dist(start, centre), math.dist(end, centre)))
        if near < ARC_RADIUS_M_MIN or far > CIRCLE_RADIUS_M_MAX:
            reason = f"must be {ARC_RADIUS_M_MIN:.0f} to {CIRCLE_RADIUS_M_MAX:.0f} m from its ends"
            yield Refusal(f"{name}.center", reason)
        elif far - near > max(ARC_MISMATCH_RATIO_MAX * far, ARC_MISMATCH_M_MIN):
            reason = f"lies {near:.0f} m from one end and {far:.0f} m from the other"
            yield Refusal(f"{name}.center", reason)
        elif abs(sweep_rad(start, end, centre, arc)) < SWEEP_RAD_MIN:
            yield Refusal(name, "has both ends in the same direction from its centre")


def _chords(ring: Ring, frame: LocalFrame) -> Floats:
    return chords(local_points(ring.vertices, frame), centres_of(ring, frame), ring)
