"""Changes to a path in flight: round a circle, down and wait, aside, home, or land.

After a detour the rest of the path is flown, later. Routes round circles keep a margin from their
edge and pass one waypoint beside each; where circles overlap so much that a few waypoints are not
enough, the route goes through, as a hurried planner's would. Work keeps the margin too. A take-off
and a landing need none, and a route that begins or ends within the margin keeps out of the circle
itself.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sim import routes
from sim.geography import ground_amsl_m
from sim.measures import SECOND_US
from sim.motion import Circle, Leg, Line, Path, Point, State, Status, away_m, hover, straight

MARGIN_M: Final = 60.0
"""Kept from a circle's edge: satellite accuracy and a corner's width."""
AROUND_DEPTH_MAX: Final = 4
"""A leg is split so often, into 2**4 parts at most."""
WAIT_HEIGHT_M: Final = 25.0
"""Above ground: the lowest that is clear of people and most trees."""
ASIDE_M: Final = 100.0
_ASIDE_MPS: Final = 10.0
_SHORT_M: Final = 1.0


@dataclass(frozen=True, slots=True)
class Blocked:
    """A circle to keep out of, from the ground to its ceiling."""

    center: Point
    radius_m: float
    ceiling_amsl_m: float
    margin_m: float = 0.0

    def holds(self, point: Point, margin_m: float = 0.0) -> bool:
        """Whether a point is inside, or within a margin of the edge."""
        low = point.amsl_m <= self.ceiling_amsl_m
        return low and away_m(self.center, point) <= self.radius_m + margin_m

    def kept_m(self, start: Point, end: Point) -> float:
        """How far from the centre a route between two points stays; 0 with either inside."""
        if self.holds(start) or self.holds(end):
            return 0.0
        near = self.holds(start, self.margin_m) or self.holds(end, self.margin_m)
        return self.radius_m + (0.0 if near else self.margin_m)


def rest_of(path: Path, at_us: int) -> list[Leg]:
    """What is left to fly at an instant; all of it before the start.

    A leg that an earlier detour cut short ends where the next one begins, whatever its own length.
    """
    legs: list[Leg] = []
    ends_us = (*path.starts_us[1:], path.end_us)
    for start_us, end_us, leg in zip(path.starts_us, ends_us, path.legs, strict=True):
        if start_us >= at_us:
            legs.append(leg)
        elif end_us > at_us:
            legs.append(_rest_of_leg(leg, at_us - start_us))
    return legs


def clear_of(legs: Sequence[Leg], blocked: Sequence[Blocked]) -> list[Leg] | None:
    """The same journey round the circles; None where it works, starts or lands inside one.

    Who is on the way inside one leaves it first. A way that touches one is planned anew as a whole:
    it does not go on by the points of an earlier detour.
    """
    clear: list[Leg] = []
    for travels, run in itertools.groupby(legs, _travels):
        way = list(run)
        if travels:
            clear += _clear_way([leg for leg in way if isinstance(leg, Line)], blocked)
            continue
        for leg in way:
            if any(one.holds(_middle(leg), _room_m(leg, one)) for one in blocked):
                return None
        clear += way
    return clear


def passable(legs: Sequence[Leg], blocked: Sequence[Blocked]) -> list[Blocked]:
    """Those that the journey can be led round: it does not work, start or land inside."""
    return [one for one in blocked if clear_of(legs, [one]) is not None]


def touches_none(legs: Sequence[Leg], blocked: Sequence[Blocked]) -> bool:
    """Whether all lines stay out of the circles themselves: a way that does is left as it is."""
    return all(
        away_m(_nearest(leg.start, leg.end, circle.center), circle.center) >= circle.radius_m
        for leg in legs
        if isinstance(leg, Line) and _travels(leg)
        for circle in blocked
        if min(leg.start.amsl_m, leg.end.amsl_m) <= circle.ceiling_amsl_m
    )


def _clear_way(way: list[Line], blocked: Sequence[Blocked]) -> list[Line]:
    """These lines, or one way round the circles from their start to their end."""
    parts = [_points(leg.start, leg.end, blocked) for leg in way]
    if all(len(points) == 1 for points in parts):
        return way
    return _through(way, _points(way[0].start, way[-1].end, blocked))


def _points(start: Point, end: Point, blocked: Sequence[Blocked]) -> list[Point]:
    """Points to fly by, the end last: out of what holds the start, and round the rest."""
    out = _out_of(start, blocked)
    return [*out, *_around([start, *out][-1], end, blocked, AROUND_DEPTH_MAX)]


def way_home(state: State, home: Point, speed_mps: float, blocked: Sequence[Blocked]) -> list[Leg]:
    """Back round the circles, out of those that it is in by the shortest way.

    Where home is inside the same circle, it goes straight there: that is the shortest stay.
    """
    here = Point(state.east_m, state.north_m, state.amsl_m)
    over_home = routes.at_height(home, here.amsl_m)
    legs: list[Leg] = []
    for point in _points(here, over_home, [one for one in blocked if not one.holds(over_home)]):
        legs.append(straight(here, point, speed_mps))
        here = point
    legs.append(straight(here, home, routes.DRONE_DESCENT_MPS, ramp_out_s=3.0))
    return [*legs, hover(home, routes.DRONE_ON_GROUND_S, Status.ON_GROUND)]


def down_and_wait(state: State, rest: list[Leg], wait_s: float) -> list[Leg] | None:
    """Down to a low height, wait there, up again and on; None where it is that low already."""
    here = Point(state.east_m, state.north_m, state.amsl_m)
    low_amsl_m = ground_amsl_m(here.east_m, here.north_m) + WAIT_HEIGHT_M
    if low_amsl_m >= here.amsl_m:
        return None
    low = routes.at_height(here, low_amsl_m)
    detour: list[Leg] = [
        straight(here, low, routes.DRONE_DESCENT_MPS, ramp_in_s=1.0),
        hover(low, wait_s),
        straight(low, here, routes.DRONE_CLIMB_MPS, ramp_in_s=1.0),
    ]
    return [*detour, *shortened(rest, sum(leg.duration_us for leg in detour))]


def aside(state: State, rest: list[Leg], other: Point) -> list[Leg]:
    """Away from a point, and on with the work there; the way home is the old one again."""
    here = Point(state.east_m, state.north_m, state.amsl_m)
    angle_rad = math.atan2(here.north_m - other.north_m, here.east_m - other.east_m)
    east_m, north_m = ASIDE_M * math.cos(angle_rad), ASIDE_M * math.sin(angle_rad)
    legs: list[Leg] = [straight(here, _moved(here, east_m, north_m), _ASIDE_MPS, ramp_in_s=2.0)]
    for place, leg in enumerate(rest):
        if isinstance(leg, Circle):
            legs.append(replace(leg, center=_moved(leg.center, east_m, north_m)))
            continue
        start = _moved(leg.start, east_m, north_m)
        if away_m(leg.start, leg.end) > ASIDE_M:
            return [*legs, replace(leg, start=start), *rest[place + 1 :]]
        legs.append(replace(leg, start=start, end=_moved(leg.end, east_m, north_m)))
    return legs


def land_here(state: State) -> list[Leg]:
    """Straight down, and stay: people fetch it."""
    here = Point(state.east_m, state.north_m, state.amsl_m)
    ground = routes.ground_point(here.east_m, here.north_m)
    legs: list[Leg] = []
    if ground.amsl_m + _SHORT_M < here.amsl_m:
        legs.append(straight(here, ground, routes.DRONE_DESCENT_MPS, ramp_in_s=1.0, ramp_out_s=2.0))
    return [*legs, hover(ground, routes.DRONE_ON_GROUND_S, Status.ON_GROUND)]


def shortened(rest: list[Leg], spent_us: int) -> list[Leg]:
    """The battery pays for a detour: the work on scene is shorter by as much, where it can be."""
    for place, leg in enumerate(rest):
        if not _travels(leg) and leg.start == leg.end and leg.duration_us > spent_us:
            return [*rest[:place], _rest_of_leg(leg, spent_us), *rest[place + 1 :]]
    return rest


def _rest_of_leg(leg: Leg, since_us: int) -> Leg:
    left_us = leg.duration_us - since_us
    if isinstance(leg, Circle):
        turned_rad = leg.rate_rad_per_s * since_us / SECOND_US
        return replace(leg, start_angle_rad=leg.start_angle_rad + turned_rad, duration_us=left_us)
    if leg.start == leg.end:
        return replace(leg, duration_us=left_us)
    state = leg.at(since_us)
    here = Point(state.east_m, state.north_m, state.amsl_m)
    ramp_out_s = min(leg.ramp_out_s, left_us / SECOND_US)
    return replace(leg, start=here, duration_us=left_us, ramp_in_s=0.0, ramp_out_s=ramp_out_s)


def _travels(leg: Leg) -> bool:
    return isinstance(leg, Line) and away_m(leg.start, leg.end) > _SHORT_M


def _room_m(leg: Leg, circle: Blocked) -> float:
    """Work keeps the margin; who climbs or descends upright or stands needs none."""
    upright = isinstance(leg, Line) and leg.start != leg.end
    return 0.0 if upright or leg.status is Status.ON_GROUND else circle.margin_m


def _middle(leg: Leg) -> Point:
    if isinstance(leg, Circle):
        return leg.center
    return leg.end if leg.end.amsl_m < leg.start.amsl_m else leg.start


def _through(way: list[Line], points: list[Point]) -> list[Line]:
    """By way of points, at the speed of the first line; ramps stay at the ends."""
    leg = way[0]
    length_m = math.dist((leg.start.east_m, leg.start.north_m), (leg.end.east_m, leg.end.north_m))
    speed_mps = length_m / (leg.duration_us / SECOND_US - 0.5 * (leg.ramp_in_s + leg.ramp_out_s))
    legs: list[Line] = []
    here = leg.start
    for place, point in enumerate(points):
        first, last = place == 0, place == len(points) - 1
        legs.append(
            straight(
                here,
                point,
                speed_mps,
                ramp_in_s=leg.ramp_in_s if first else 0.0,
                ramp_out_s=way[-1].ramp_out_s if last else 0.0,
                status=leg.status,
            )
        )
        here = point
    return legs


def _around(start: Point, end: Point, blocked: Sequence[Blocked], depth: int) -> list[Point]:
    """Points to fly by, the end last."""
    if depth == 0:
        return [end]
    low_amsl_m = min(start.amsl_m, end.amsl_m)
    for circle in blocked:
        if low_amsl_m > circle.ceiling_amsl_m:
            continue
        nearest, kept_m = _nearest(start, end, circle.center), circle.kept_m(start, end)
        if away_m(nearest, circle.center) < kept_m:
            by = _beside(circle.center, kept_m, nearest, start)
            return [*_around(start, by, blocked, depth - 1), *_around(by, end, blocked, depth - 1)]
    return [end]


def _out_of(here: Point, blocked: Sequence[Blocked]) -> list[Point]:
    """Points by which the circles that hold a place are left, each by the shortest way."""
    points: list[Point] = []
    for circle in blocked:
        if circle.holds(here):
            east_m, north_m = (
                here.east_m - circle.center.east_m,
                here.north_m - circle.center.north_m,
            )
            out_m = circle.radius_m + _SHORT_M
            angle_rad = math.atan2(north_m, east_m)
            here = routes.beside(circle.center, out_m, angle_rad, here.amsl_m)
            points.append(here)
    return points


def _beside(center: Point, kept_m: float, towards: Point, start: Point) -> Point:
    """Outside a circle, in the direction of a point that is inside it."""
    east_m, north_m = towards.east_m - center.east_m, towards.north_m - center.north_m
    if math.hypot(east_m, north_m) < _SHORT_M:  # straight through the middle: pass on the right
        east_m, north_m = center.north_m - start.north_m, start.east_m - center.east_m
    angle_rad = math.atan2(north_m, east_m)
    # The corner of a square round the circle: both of its sides pass outside.
    return routes.beside(center, math.sqrt(2.0) * (kept_m + _SHORT_M), angle_rad, towards.amsl_m)


def _nearest(start: Point, end: Point, to: Point) -> Point:
    along = end.east_m - start.east_m, end.north_m - start.north_m
    squared = along[0] ** 2 + along[1] ** 2
    share = 0.0
    if squared > 0.0:
        share = (to.east_m - start.east_m) * along[0] + (to.north_m - start.north_m) * along[1]
        share = min(max(share / squared, 0.0), 1.0)
    return Point(
        start.east_m + share * along[0],
        start.north_m + share * along[1],
        start.amsl_m + share * (end.amsl_m - start.amsl_m),
    )


def _moved(point: Point, east_m: float, north_m: float) -> Point:
    return Point(point.east_m + east_m, point.north_m + north_m, point.amsl_m)
