"""Rings with arcs as polylines in metres.

Theory of operation. An arc is kept exactly as its ends, centre and direction, and judged as a
polyline that errs on one side by less than ARC_TOLERANCE_M: what is to be kept clear is never
made smaller. Where the arc bulges out of the area, the polyline runs along tangents outside it;
where it bulges in, along chords. Which is which follows from the ring's own sense of rotation; for
a hole it is the other way round. Published ends seldom lie on exactly one circle: the radius goes
from that of the first to that of the last in proportion to the angle.
"""

import math
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from broker.core.restrictions.shapes import Arc, ArcDirection, Ring

Floats = NDArray[np.float64]

ARC_TOLERANCE_M: Final = 1.0
"""A fifteenth of the best position's doubt."""
ARC_STEPS_MAX: Final = 720
"""A whole circle of the largest radius takes 703."""


def polyline(vertices_m: Floats, centres_m: Floats, ring: Ring, *, is_hole: bool) -> Floats:
    """The ring's vertices (v, 2) and its arcs' centres (a, 2), in metres, as an open ring (w, 2).

    It contains the area (of a hole: it is contained in it) and differs by ARC_TOLERANCE_M.
    """
    if not ring.arcs:
        return vertices_m
    inner = _edges(vertices_m, centres_m, ring, [False] * len(ring.arcs))
    ring_ccw = _signed_area(inner) > 0.0
    outside = [
        ((arc.direction is ArcDirection.COUNTERCLOCKWISE) == ring_ccw) != is_hole
        for arc in ring.arcs
    ]
    return _edges(vertices_m, centres_m, ring, outside)


def chords(vertices_m: Floats, centres_m: Floats, ring: Ring) -> Floats:
    """The same with points on the arcs only: what is checked for crossing itself."""
    return _edges(vertices_m, centres_m, ring, [False] * len(ring.arcs))


def polygon_of(outer_m: Floats, holes_m: list[Floats], chords_m: list[Floats]) -> shapely.Polygon:
    """The judged polygon. Tangents that meet at a sharp corner can cross: then a grown one."""
    polygon = shapely.Polygon(outer_m, holes_m)
    if not polygon.is_valid:
        exact = shapely.Polygon(chords_m[0], chords_m[1:])
        polygon = exact.buffer(ARC_TOLERANCE_M, join_style="mitre")
    return polygon


def edges_of(polygon: shapely.Polygon) -> Floats:
    """All edges of all rings, (e, 4): from east and north, to east and north."""
    parts = []
    for ring in (polygon.exterior, *polygon.interiors):
        points = shapely.get_coordinates(ring)
        parts.append(np.hstack([points[:-1], points[1:]]))
    edges: Floats = np.vstack(parts)
    length = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    kept: Floats = edges[length > 0.0]
    return kept


def _edges(vertices_m: Floats, centres_m: Floats, ring: Ring, outside: list[bool]) -> Floats:
    by_vertex = {arc.from_vertex: place for place, arc in enumerate(ring.arcs)}
    points: list[Floats] = []
    for place, start in enumerate(vertices_m):
        points.append(start[None, :])
        number = by_vertex.get(place)
        if number is not None:
            end = vertices_m[(place + 1) % len(vertices_m)]
            arc = ring.arcs[number]
            points.append(_between(start, end, centres_m[number], arc, outside[number]))
    return np.vstack(points)


def sweep_rad(start: Floats, end: Floats, centre: Floats, arc: Arc) -> float:
    """The angle flown, positive counterclockwise."""
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    last = math.atan2(end[1] - centre[1], end[0] - centre[0])
    if arc.direction is ArcDirection.COUNTERCLOCKWISE:
        return (last - first) % math.tau
    return -((first - last) % math.tau)


def _between(start: Floats, end: Floats, centre: Floats, arc: Arc, outside: bool) -> Floats:
    """The points (k, 2) between the ends of an arc."""
    sweep = sweep_rad(start, end, centre, arc)
    radius_start, radius_end = math.dist(start, centre), math.dist(end, centre)
    largest_m = max(radius_start, radius_end)
    steps = _steps(abs(sweep), largest_m, abs(radius_end - radius_start))
    # On the arc itself, or half-way between, where the tangents at both sides meet.
    share = (np.arange(steps) + 0.5) / steps if outside else np.arange(1, steps) / steps
    radius = radius_start + (radius_end - radius_start) * share
    if outside:
        widest = abs(radius_end - radius_start) / steps
        radius = (radius + widest) / math.cos(sweep / steps / 2.0)
    angle = math.atan2(start[1] - centre[1], start[0] - centre[0]) + sweep * share
    return centre + np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]


def _steps(sweep: float, radius_m: float, difference_m: float) -> int:
    """So many that neither chord nor tangent is further than half the tolerance from the arc."""
    half_m = min(ARC_TOLERANCE_M / 2.0, radius_m / 8.0)
    step = 2.0 * math.acos(1.0 - half_m / radius_m)
    by_angle = math.ceil(sweep / step)
    by_radius = math.ceil(2.0 * difference_m / ARC_TOLERANCE_M)
    return max(2, min(ARC_STEPS_MAX, max(by_angle, by_radius)))


def _signed_area(ring_m: Floats) -> float:
    east, north = ring_m[:, 0], ring_m[:, 1]
    return float(np.sum(east * np.roll(north, -1) - np.roll(east, -1) * north)) / 2.0
