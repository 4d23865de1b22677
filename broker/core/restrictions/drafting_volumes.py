"""What is refused about a volume: its shape, its floor and its ceiling."""

import math
from collections.abc import Iterator
from typing import Final, assert_never

import shapely

from broker.core.errors import Refusal
from broker.core.geodesy.datum import LONDON_GROUND, GroundRange
from broker.core.restrictions.model import (
    CIRCLE_RADIUS_M_MAX,
    VERTICES_PER_POLYGON_MAX,
    Circle,
    LimitDatum,
    Polygon,
    VerticalLimit,
    Volume,
)
from broker.core.restrictions.prism import LocalFrame, local_ring, vertical_bounds

LATITUDE_DEG_MAX: Final = 85.0
"""Nearer the poles the projected frame does not hold."""
METRES_PER_DEGREE_MIN: Final = 110_500.0
"""Shortest degree of latitude on WGS 84 is 110,574 m, at the equator: rounds reach outwards."""
POLYGON_EXTENT_M_MAX: Final = 2.0 * CIRCLE_RADIUS_M_MAX
"""Widest and tallest polygon: that of the largest circle."""
POLYGON_AREA_M2_MIN: Final = 1.0
"""Less is a line or a slip, not a place to keep clear of."""
LIMIT_M_MIN: Final = -8_000.0
LIMIT_M_MAX: Final = 100_000.0
"""ASTM F3548-21 altitudes run from -8,000 to 100,000 m."""


def check_volume(
    field: str, volume: Volume, ground: GroundRange = LONDON_GROUND
) -> Iterator[Refusal]:
    """Everything wrong with one volume; `field` names it as the contract does."""
    match volume.shape:
        case Circle():
            shape_refusals = list(_check_circle(f"{field}.circle", volume.shape))
        case Polygon():
            shape_refusals = list(_check_polygon(f"{field}.polygon", volume.shape))
        case _:
            assert_never(volume.shape)
    limit_refusals = [
        *_check_limit(f"{field}.floor", volume.floor, LimitDatum.UNLIMITED, "ceiling"),
        *_check_limit(f"{field}.ceiling", volume.ceiling, LimitDatum.SURFACE, "floor"),
    ]
    yield from shape_refusals
    yield from limit_refusals
    if not shape_refusals and not limit_refusals:
        yield from _check_order(field, volume, ground)


def _check_point(field: str, latitude_deg: float, longitude_deg: float) -> Iterator[Refusal]:
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


def _check_circle(field: str, circle: Circle) -> Iterator[Refusal]:
    wrong = list(_check_point(f"{field}.center", circle.latitude_deg, circle.longitude_deg))
    yield from wrong
    if not 0.0 < circle.radius_m <= CIRCLE_RADIUS_M_MAX:
        yield Refusal(
            f"{field}.radius_m", f"must be above 0 and at most {CIRCLE_RADIUS_M_MAX:.0f} m"
        )
    elif not wrong:
        north_deg = abs(circle.latitude_deg) + circle.radius_m / METRES_PER_DEGREE_MIN
        if north_deg > LATITUDE_DEG_MAX:
            yield Refusal(
                field, f"reaches beyond latitude {LATITUDE_DEG_MAX}: poles are not served"
            )
            return
        scale = math.cos(math.radians(north_deg))
        east_deg = circle.radius_m / (METRES_PER_DEGREE_MIN * scale)
        if abs(circle.longitude_deg) + east_deg > 180.0:
            yield Refusal(field, "crosses the antimeridian")


def _check_polygon(field: str, polygon: Polygon) -> Iterator[Refusal]:
    vertices = polygon.vertices
    if not 3 <= len(vertices) <= VERTICES_PER_POLYGON_MAX:
        reason = f"must have 3 to {VERTICES_PER_POLYGON_MAX} vertices, has {len(vertices)}"
        yield Refusal(f"{field}.vertices", reason)
        return
    wrong = [
        refusal
        for place, (latitude_deg, longitude_deg) in enumerate(vertices)
        for refusal in _check_point(f"{field}.vertices[{place}]", latitude_deg, longitude_deg)
    ]
    if wrong:
        yield from wrong
    else:
        yield from _check_ring(f"{field}.vertices", polygon)


def _check_ring(field: str, polygon: Polygon) -> Iterator[Refusal]:
    vertices = polygon.vertices
    longitudes = [longitude_deg for _, longitude_deg in vertices]
    if vertices[0] == vertices[-1]:
        yield Refusal(field, "must be an open ring: the first vertex is repeated at the end")
        return
    if max(longitudes) - min(longitudes) > 180.0:
        yield Refusal(field, "crosses the antimeridian")
        return
    _, ring_m = local_ring(polygon)
    if (ring_m.max(axis=0) - ring_m.min(axis=0)).max() > POLYGON_EXTENT_M_MAX:
        yield Refusal(field, f"must span at most {POLYGON_EXTENT_M_MAX:.0f} m")
        return
    shape = shapely.Polygon(ring_m)
    # A flat ring is also invalid to shapely: say the plainer thing first.
    if shape.convex_hull.area < POLYGON_AREA_M2_MIN:
        yield Refusal(field, "encloses no area")
    elif not shape.is_valid:
        yield Refusal(field, "must not cross or touch itself")
    elif shape.area < POLYGON_AREA_M2_MIN:
        yield Refusal(field, "encloses no area")


def _check_limit(
    field: str, limit: VerticalLimit, misplaced: LimitDatum, its_place: str
) -> Iterator[Refusal]:
    if not isinstance(limit.datum, LimitDatum):
        yield Refusal(f"{field}.datum", "is required: there is no vertical limit without a datum")
    elif limit.datum is misplaced:
        yield Refusal(f"{field}.datum", f"{misplaced.value} is only possible as a {its_place}")
    elif limit.datum in {LimitDatum.SURFACE, LimitDatum.UNLIMITED}:
        return
    elif not LIMIT_M_MIN <= limit.value_m <= LIMIT_M_MAX:
        reason = f"must lie between {LIMIT_M_MIN:.0f} and {LIMIT_M_MAX:.0f} m"
        yield Refusal(f"{field}.value_m", reason)
    elif limit.datum is LimitDatum.AGL and limit.value_m < 0.0:
        yield Refusal(f"{field}.value_m", "must not be below ground")


def _check_order(field: str, volume: Volume, ground: GroundRange) -> Iterator[Refusal]:
    """The floor must lie under the ceiling: as published, or as converted where datums differ."""
    floor, ceiling = volume.floor, volume.ceiling
    if floor.datum is ceiling.datum:
        crossed = floor.value_m >= ceiling.value_m
    else:
        shape = volume.shape
        frame = (
            LocalFrame.at(shape.latitude_deg, shape.longitude_deg)
            if isinstance(shape, Circle)
            else local_ring(shape)[0]
        )
        low, high = vertical_bounds(volume, frame, ground)
        crossed = low.value_hae_m >= high.value_hae_m
    if crossed:
        yield Refusal(f"{field}.ceiling", "must lie above the floor")
    elif ceiling.datum is LimitDatum.AGL and ceiling.value_m == 0.0:
        yield Refusal(f"{field}.ceiling.value_m", "must be above ground")
