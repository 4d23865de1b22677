"""Plain geometry on a sphere: distances, bearings, arcs as lines, and whether a ring is one.

Used to check what was read (does an arc start where it says, does a ring cross itself, does a
published shape lie in the disc of its Q line) and to draw arcs where a format has none. The broker
computes with its own geometry; nothing here decides what is inside a zone.
"""

import math
from typing import Final

from shapely import MultiPoint
from shapely import Polygon as Shape

from adapters.geozones.model import Arc, Position, Ring, Vertex
from adapters.geozones.units import EARTH_RADIUS_M

FINE_STEP_DEG: Final = 0.25
"""For judging a ring: neighbours that are tangents of an arc cross it by metres or not at all."""
COVER_SLACK_DEG: Final = 0.0005
"""Some 50 m: positions are published to a second, which is 31 m."""
ARC_STEP_DEG: Final = 3.0
"""A chord of three degrees stays within 0.04 % of the radius of its arc."""


def distance_m(a: Position, b: Position) -> float:
    """Great circle distance."""
    lat_a, lat_b = math.radians(a.latitude_deg), math.radians(b.latitude_deg)
    half = math.sin((lat_b - lat_a) / 2.0) ** 2
    d_lon = math.radians(b.longitude_deg - a.longitude_deg)
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin(d_lon / 2.0) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def bearing_deg(a: Position, b: Position) -> float:
    """Initial true bearing from a to b, 0 to 360."""
    lat_a, lat_b = math.radians(a.latitude_deg), math.radians(b.latitude_deg)
    d_lon = math.radians(b.longitude_deg - a.longitude_deg)
    east = math.sin(d_lon) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(d_lon)
    return math.degrees(math.atan2(east, north)) % 360.0


def destination(start: Position, bearing: float, range_m: float) -> Position:
    """Where a great circle from `start` is after `range_m`."""
    lat, angle, course = (
        math.radians(start.latitude_deg),
        range_m / EARTH_RADIUS_M,
        math.radians(bearing),
    )
    lat_to = math.asin(
        math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(course)
    )
    d_lon = math.atan2(
        math.sin(course) * math.sin(angle) * math.cos(lat),
        math.cos(angle) - math.sin(lat) * math.sin(lat_to),
    )
    longitude = (start.longitude_deg + math.degrees(d_lon) + 180.0) % 360.0 - 180.0
    return Position(math.degrees(lat_to), longitude)


def sweep_deg(arc: Arc, start: Position, end: Position) -> float:
    """How far round the arc goes, above 0 and up to 360."""
    turn = bearing_deg(arc.center, end) - bearing_deg(arc.center, start)
    turn = turn % 360.0 if arc.clockwise else -turn % 360.0
    return turn or 360.0


def arc_points(
    arc: Arc, start: Position, end: Position, step_deg: float = ARC_STEP_DEG
) -> list[Position]:
    """Points on the arc between its ends; the line through them lies inside its circle.

    Where the ends are not quite on one circle, the difference is spread along the arc.
    """
    sweep, steps = _steps(arc, start, end, step_deg)
    first = bearing_deg(arc.center, start)
    near, far = distance_m(arc.center, start), distance_m(arc.center, end)
    return [
        destination(arc.center, first + sweep * i / steps, near + (far - near) * i / steps)
        for i in range(1, steps)
    ]


def arc_points_outside(arc: Arc, start: Position, end: Position) -> list[Position]:
    """Points whose line touches the arc from outside: the corners between tangents."""
    sweep, steps = _steps(arc, start, end)
    first = bearing_deg(arc.center, start)
    reach_m = arc.radius_m / math.cos(math.radians(sweep / steps / 2.0))
    return [
        destination(arc.center, first + sweep * (i + 0.5) / steps, reach_m) for i in range(steps)
    ]


def _steps(
    arc: Arc, start: Position, end: Position, step_deg: float = ARC_STEP_DEG
) -> tuple[float, int]:
    """The sweep, negative when it turns left, and how many lines it is drawn with."""
    sweep = sweep_deg(arc, start, end)
    return sweep if arc.clockwise else -sweep, max(1, math.ceil(sweep / step_deg))


def drawn(ring: Ring, step_deg: float = ARC_STEP_DEG) -> list[Position]:
    """The ring's corners with its arcs as short lines through them; open, like the ring."""
    line: list[Position] = []
    for vertex, after in zip(ring, ring[1:] + ring[:1], strict=True):
        line.append(vertex.at)
        if vertex.arc is not None:
            line.extend(arc_points(vertex.arc, vertex.at, after.at, step_deg))
    return line


def drawn_outside(ring: Ring) -> list[Position]:
    """The same so that nothing of the ring lies outside the line.

    An arc that bulges out is drawn by its tangents, one that bends in by its chords.
    """
    clockwise = _turns_clockwise(drawn(ring))
    line: list[Position] = []
    for vertex, after in zip(ring, ring[1:] + ring[:1], strict=True):
        line.append(vertex.at)
        if vertex.arc is not None:
            outside = vertex.arc.clockwise == clockwise
            draw = arc_points_outside if outside else arc_points
            line.extend(draw(vertex.arc, vertex.at, after.at))
    return line


def circle_outside(center: Position, radius_m: float) -> list[Position]:
    """Short lines that touch the circle from outside."""
    steps = round(360.0 / ARC_STEP_DEG)
    reach_m = radius_m / math.cos(math.radians(ARC_STEP_DEG / 2.0))
    return [destination(center, ARC_STEP_DEG * i, reach_m) for i in range(steps)]


def _turns_clockwise(points: list[Position]) -> bool:
    doubled_area = sum(
        a.longitude_deg * b.latitude_deg - b.longitude_deg * a.latitude_deg
        for a, b in zip(points, points[1:] + points[:1], strict=True)
    )
    return doubled_area < 0.0


def crosses_itself(points: list[Position]) -> bool:
    """The closed line meets itself, or encloses nothing."""
    shape = Shape([(p.longitude_deg, p.latitude_deg) for p in points])
    return not shape.is_valid or shape.area == 0.0


def covers(ring: Ring, points: list[Position]) -> bool:
    """Whether no point lies outside the ring, within what drawing it leaves out."""
    shape = Shape([(p.longitude_deg, p.latitude_deg) for p in drawn(ring, FINE_STEP_DEG)])
    around = shape.buffer(COVER_SLACK_DEG)
    return bool(around.covers(MultiPoint([(p.longitude_deg, p.latitude_deg) for p in points])))


def hull(points: list[Position]) -> Ring | None:
    """The smallest convex ring round all of them; None when they are on one line."""
    around = MultiPoint([(p.longitude_deg, p.latitude_deg) for p in points]).convex_hull
    if around.geom_type != "Polygon":
        return None
    corners = list(around.exterior.coords)[:-1]
    return tuple(Vertex(Position(latitude, longitude)) for longitude, latitude in corners)


def lies_within(hole: Ring, outer: Ring, others: list[Ring]) -> bool:
    """The hole is inside the outer ring and apart from the other holes."""
    inner, around = _outline(hole), _outline(outer)
    return bool(around.contains_properly(inner)) and all(
        inner.disjoint(_outline(other)) for other in others
    )


def _outline(ring: Ring) -> Shape:
    return Shape([(p.longitude_deg, p.latitude_deg) for p in drawn(ring)])
