"""Detours: round circles, down, aside, home; the path up to the detour stays as it was."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import detours, routes
from sim.detours import Blocked
from sim.measures import SECOND_US
from sim.motion import Circle, Leg, Line, Path, Point, Status, hover, straight

HOME = Point(0.0, 0.0, 10.0)
HIGH = Point(0.0, 0.0, 90.0)
FAR = Point(2_000.0, 0.0, 90.0)


def sortie() -> list[Leg]:
    """Up, 2 km east, a minute there, a circle, back, down."""
    circle = Circle(FAR, 40.0, 0.0, 0.1, 60 * SECOND_US)
    return [
        straight(HOME, HIGH, 5.0),
        straight(HIGH, FAR, 15.0, ramp_in_s=7.0, ramp_out_s=7.0),
        hover(FAR, 300.0),
        straight(FAR, circle.start, 5.0),
        circle,
        straight(circle.end, HIGH, 15.0),
        straight(HIGH, HOME, 4.0),
        hover(HOME, 10.0, Status.ON_GROUND),
    ]


def nearest_m(path: Path, center: Point) -> float:
    times = range(path.start_us, path.end_us, SECOND_US)
    states = [path.at(at_us) for at_us in times]
    return min(math.hypot(s.east_m - center.east_m, s.north_m - center.north_m) for s in states)


@given(
    east_m=st.floats(700.0, 1_300.0),
    north_m=st.floats(-300.0, 300.0),
    radius_m=st.floats(150.0, 460.0),
)
def test_a_route_keeps_out_of_a_circle_on_its_way(
    east_m: float, north_m: float, radius_m: float
) -> None:
    circle = Blocked(Point(east_m, north_m, 0.0), radius_m, 200.0)
    clear = detours.clear_of(sortie(), [circle])
    assert clear is not None
    path = Path.of(0, clear)
    assert nearest_m(path, circle.center) >= radius_m
    assert path.at(path.end_us) == Path.of(0, sortie()).at(10**12)


def test_after_a_detour_only_what_it_left_is_flown() -> None:
    path = Path.of(0, sortie())
    changed = path.then(60 * SECOND_US, [straight(Point(500.0, 0.0, 90.0), HIGH, 15.0)])
    (leg,) = detours.rest_of(changed, 70 * SECOND_US)
    assert leg.end == HIGH
    here, start = changed.at(70 * SECOND_US), leg.start
    assert isinstance(start, Point)
    assert math.dist((here.east_m, here.north_m), (start.east_m, start.north_m)) < 1.0


def test_a_circle_below_or_beside_the_route_changes_nothing() -> None:
    beside = Blocked(Point(1_000.0, 500.0, 0.0), 400.0, 200.0)
    below = Blocked(Point(1_000.0, 0.0, 0.0), 400.0, 80.0)
    assert detours.clear_of(sortie(), [beside, below]) == sortie()


@pytest.mark.parametrize("center", [FAR, HOME])
def test_work_or_a_start_inside_a_circle_cannot_be_kept_clear(center: Point) -> None:
    assert detours.clear_of(sortie(), [Blocked(center, 150.0, 200.0)]) is None


@given(at_s=st.integers(0, 700))
def test_the_rest_of_a_path_goes_on_where_it_was_left(at_s: int) -> None:
    path = Path.of(0, sortie())
    at_us = at_s * SECOND_US
    if at_us >= path.end_us:
        return
    same = path.then(at_us, detours.rest_of(path, at_us))
    assert same.end_us == path.end_us
    before, after = path.at(at_us), same.at(at_us)
    assert (before.east_m, before.north_m, before.amsl_m) == pytest.approx(
        (after.east_m, after.north_m, after.amsl_m), abs=1e-6
    )
    assert path.at(max(at_us - 1, 0)) == same.at(max(at_us - 1, 0))


def test_down_and_wait_comes_back_and_shortens_the_work() -> None:
    path = Path.of(0, sortie())
    at_us = 60 * SECOND_US
    state = path.at(at_us)
    legs = detours.down_and_wait(state, detours.rest_of(path, at_us), 30.0)
    assert legs is not None
    changed = path.then(at_us, legs)
    lowest = min(changed.at(t).amsl_m for t in range(at_us, at_us + 60 * SECOND_US, SECOND_US))
    assert lowest < 70.0
    assert changed.end_us == pytest.approx(path.end_us, abs=1_000)


def test_a_drone_that_is_low_already_stays() -> None:
    path = Path.of(0, sortie())
    assert detours.down_and_wait(path.at(0), detours.rest_of(path, 0), 30.0) is None


def test_aside_is_away_from_the_other_and_the_work_goes_on_there() -> None:
    path = Path.of(0, sortie())
    at_us = 200 * SECOND_US
    state = path.at(at_us)
    other = Point(state.east_m + 20.0, state.north_m, 0.0)
    changed = path.then(at_us, detours.aside(state, detours.rest_of(path, at_us), other))
    for later_s in (20, 250):
        there = changed.at(at_us + later_s * SECOND_US)
        before = path.at(at_us + later_s * SECOND_US)
        assert there.east_m < before.east_m - 0.5 * detours.ASIDE_M
    assert changed.at(changed.end_us) == path.at(path.end_us)
    times = range(at_us, changed.end_us - SECOND_US, SECOND_US)
    steps = [
        math.hypot(b.east_m - a.east_m, b.north_m - a.north_m)
        for a, b in ((changed.at(t), changed.at(t + SECOND_US)) for t in times)
    ]
    assert max(steps) < 20.0  # no jumps


def test_landing_ends_the_flight_on_the_ground() -> None:
    path = Path.of(0, sortie())
    changed = path.then(60 * SECOND_US, detours.land_here(path.at(60 * SECOND_US)))
    last = changed.at(changed.end_us)
    assert last.status is Status.ON_GROUND
    ground = routes.ground_point(last.east_m, last.north_m)
    assert last.amsl_m == pytest.approx(ground.amsl_m)


def test_the_way_home_leaves_a_circle_by_the_shortest_way() -> None:
    path = Path.of(0, sortie())
    at_us = 200 * SECOND_US
    circle = Blocked(Point(FAR.east_m + 100.0, 0.0, 0.0), 250.0, 200.0)
    legs = detours.way_home(path.at(at_us), HOME, 15.0, [circle])
    changed = path.then(at_us, legs)
    assert changed.at(changed.end_us).status is Status.ON_GROUND
    out = changed.at(at_us + 25 * SECOND_US)
    assert math.hypot(out.east_m - circle.center.east_m, out.north_m) > circle.radius_m


def flown_m(legs: list[Leg]) -> float:
    path = Path.of(0, legs)
    states = [path.at(at_us) for at_us in range(0, path.end_us, SECOND_US)]
    return sum(
        math.hypot(b.east_m - a.east_m, b.north_m - a.north_m)
        for a, b in itertools.pairwise(states)
    )


@given(angle_rad=st.floats(-math.pi, math.pi), away_m=st.floats(251.0, 309.0))
def test_a_take_off_within_the_margin_flies_clear_of_the_circle(
    angle_rad: float, away_m: float
) -> None:
    center = Point(away_m * math.cos(angle_rad), away_m * math.sin(angle_rad), 0.0)
    circle = Blocked(center, 250.0, 200.0, detours.MARGIN_M)
    clear = detours.clear_of(sortie(), [circle])
    assert clear is not None
    assert nearest_m(Path.of(0, clear), center) >= 250.0
    assert flown_m(clear) < flown_m(sortie()) + 4.0 * math.pi * circle.radius_m


def test_work_within_the_margin_cannot_be_kept_clear() -> None:
    beside = Point(FAR.east_m + 280.0, 0.0, 0.0)
    assert detours.clear_of(sortie(), [Blocked(beside, 250.0, 200.0, 60.0)]) is None


def test_who_is_on_the_way_inside_a_circle_leaves_it_once() -> None:
    path = Path.of(0, sortie())
    at_us = 60 * SECOND_US
    state = path.at(at_us)
    center = Point(state.east_m + 50.0, state.north_m + 20.0, 0.0)
    legs = detours.clear_of(detours.rest_of(path, at_us), [Blocked(center, 120.0, math.inf)])
    assert legs is not None
    changed = Path.of(0, legs)
    away_m = [
        math.hypot(s.east_m - center.east_m, s.north_m - center.north_m)
        for s in map(changed.at, range(0, 120 * SECOND_US, SECOND_US))
    ]
    outside = next(place for place, one in enumerate(away_m) if one > 120.0)
    assert outside < 15
    assert min(away_m[outside:]) >= 120.0


def test_home_inside_the_same_circle_is_gone_to_straight() -> None:
    path = Path.of(0, sortie())
    at_us = 30 * SECOND_US
    state = path.at(at_us)
    circle = Blocked(Point(0.0, 100.0, 0.0), 400.0, 200.0, detours.MARGIN_M)
    assert circle.holds(HOME)
    legs = detours.way_home(state, HOME, 15.0, [circle])
    assert flown_m(legs) == pytest.approx(math.hypot(state.east_m, state.north_m), rel=0.01)


def test_a_second_detour_forgets_the_points_of_the_first() -> None:
    first = detours.clear_of(sortie(), [Blocked(Point(900.0, 30.0, 0.0), 200.0, 200.0)])
    assert first is not None
    again = detours.clear_of(first, [Blocked(Point(900.0, -150.0, 0.0), 250.0, 200.0)])
    assert again is not None
    way = [leg for leg in again if isinstance(leg, Line) and leg.end.amsl_m == leg.start.amsl_m]
    there = list(itertools.takewhile(lambda leg: leg.end != FAR, way))
    assert len(there) == 1  # one point beside the second circle, and none of the first's
    assert nearest_m(Path.of(0, again), Point(900.0, -150.0, 0.0)) >= 250.0
