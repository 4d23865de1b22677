"""What a drone's crew makes of the shared picture: scenes to fly round, and room to launch into.

The picture shows every drone in the air with its incident. Who reads it plans the way round scenes
that are not its own, and launches neither into another drone nor to a place where one is at work.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sim.detours import ASIDE_M, Blocked
from sim.fleet import Flight
from sim.motion import Circle, Leg, Path, Point, away_m

SCENE_ROOM_M: Final = 90.0
"""Round the work of a scene: the 75 m of two agencies' drones, and accuracy."""
SCENE_MARGIN_M: Final = 60.0
WORK_ROOM_M: Final = 60.0
"""Between two drones at work, as between sectors ..."""
WORK_ROOM_HEIGHT_M: Final = 25.0
"""... unless their heights differ by what bands do."""
LAUNCH_ROOM_M: Final = 60.0
"""Round a climb: 30 m of one incident's drones, accuracy of both, and wind."""
_SAME_PLACE_M: Final = 1.0


def work_of(path: Path) -> list[Leg]:
    """Where a drone works: hovers and circles off the ground."""
    home = path.legs[0].start if path.legs else None
    return [
        leg
        for leg in path.legs
        if isinstance(leg, Circle) or (leg.start == leg.end and leg.start != home)
    ]


def scenes(flights: Iterable[Flight], now_us: int) -> dict[str, Blocked]:
    """Incident -> the air that its drones work in now; one of no incident is its own."""
    places: dict[str, list[tuple[Point, float]]] = defaultdict(list)
    for flight in flights:
        work = _work_at(flight, now_us)
        if work is not None:
            places[flight.incident_id or flight.flight_id].append(work)
    return {name: _round(works) for name, works in places.items()}


def moved_aside(flight: Flight, others: Iterable[Flight], now_us: int) -> Path | None:
    """The flight with its work away from a drone that works in its place; None with room there."""
    work = work_of(flight.path)
    if not work:
        return None
    place, radius_m = _middle(work[0])
    for other in others:
        theirs = None if other is flight else _work_at(other, now_us)
        if theirs is None or abs(theirs[0].amsl_m - place.amsl_m) >= WORK_ROOM_HEIGHT_M:
            continue
        if away_m(place, theirs[0]) < radius_m + theirs[1] + WORK_ROOM_M:
            return _shifted(flight.path, place, theirs[0])
    return None


def in_the_way(flight: Flight, others: Iterable[Flight], now_us: int) -> bool:
    """Whether another drone is where this one would climb."""
    climb = flight.path.legs[0]
    for other in others:
        if other is flight or not other.airborne_at(now_us):
            continue
        state = other.path.at(now_us)
        here = Point(state.east_m, state.north_m, state.amsl_m)
        below = here.amsl_m < climb.end.amsl_m + WORK_ROOM_HEIGHT_M
        if below and away_m(here, climb.start) < LAUNCH_ROOM_M:
            return True
    return False


def _work_at(flight: Flight, now_us: int) -> tuple[Point, float] | None:
    """Middle and radius of the work that a drone does now; None on the way or on the ground."""
    if not flight.airborne_at(now_us):
        return None
    for start_us, leg in zip(flight.path.starts_us, flight.path.legs, strict=True):
        if start_us <= now_us < start_us + leg.duration_us:
            return _middle(leg) if isinstance(leg, Circle) or leg.start == leg.end else None
    return None


def _middle(leg: Leg) -> tuple[Point, float]:
    return (leg.center, leg.radius_m) if isinstance(leg, Circle) else (leg.start, 0.0)


def _round(works: list[tuple[Point, float]]) -> Blocked:
    east_m = sum(point.east_m for point, _ in works) / len(works)
    north_m = sum(point.north_m for point, _ in works) / len(works)
    center = Point(east_m, north_m, 0.0)
    radius_m = max(away_m(center, point) + own_m for point, own_m in works)
    return Blocked(center, radius_m + SCENE_ROOM_M, math.inf, SCENE_MARGIN_M)


def _shifted(path: Path, place: Point, other: Point) -> Path:
    """All but the start and the end moved away from a point."""
    angle_rad = math.atan2(place.north_m - other.north_m, place.east_m - other.east_m)
    east_m, north_m = ASIDE_M * math.cos(angle_rad), ASIDE_M * math.sin(angle_rad)
    home = path.legs[0].start

    def moved(point: Point) -> Point:
        if away_m(point, home) < _SAME_PLACE_M:
            return point
        return replace(point, east_m=point.east_m + east_m, north_m=point.north_m + north_m)

    legs: list[Leg] = [
        replace(leg, center=moved(leg.center))
        if isinstance(leg, Circle)
        else replace(leg, start=moved(leg.start), end=moved(leg.end))
        for leg in path.legs
    ]
    return Path.of(path.start_us, legs)
