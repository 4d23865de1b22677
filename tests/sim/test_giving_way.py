"""Who gives way to whom, and how."""

from dataclasses import replace

from sim.advice import Advised, Move
from sim.detours import Blocked
from sim.fleet import Flight
from sim.geography import to_degrees
from sim.giving_way import ON_THE_WAY_MPS, ROOM_M, Scene, way_of
from sim.measures import SECOND_US
from sim.motion import Point
from tests.sim.test_desks import flight
from tests.sim.test_detours import nearest_m

UNDER_WAY_US, AT_WORK_US = 60 * SECOND_US, 200 * SECOND_US


def scene(one: Flight, *others: Flight, now_us: int = AT_WORK_US) -> Scene:
    def nothing_seen() -> list[Blocked]:
        return []

    return Scene(one, [one, *others], nothing_seen, now_us)


def beside(one: Flight, now_us: int = AT_WORK_US) -> Advised:
    """Another drone 30 m east of this one."""
    state = one.path.at(now_us)
    latitude_deg, longitude_deg = to_degrees(state.east_m + 30.0, state.north_m)
    return Advised("al-1", "m1", Move.ASIDE, latitude_deg, longitude_deg, other_id="m2")


def test_it_comes_down_where_it_is_for_a_helicopter_that_lands_here() -> None:
    one = flight()
    legs = way_of(Advised("al-1", "m1", Move.LAND), scene(one), 30.0)
    assert legs
    state, end = one.path.at(AT_WORK_US), legs[-1].end
    assert (end.east_m, end.north_m) == (state.east_m, state.north_m)
    assert end.amsl_m < state.amsl_m


def test_at_work_it_holds_its_place_when_the_other_is_on_the_way() -> None:
    one = flight()
    passing = replace(beside(one), speed_mps=ON_THE_WAY_MPS)
    assert way_of(passing, scene(one), 30.0) is None
    assert way_of(beside(one), scene(one), 30.0) is not None


def test_of_one_operators_two_only_the_first_gives_way() -> None:
    first, second = flight(name="m1"), flight(start_us=20 * SECOND_US, name="m2")
    legs = way_of(beside(first), scene(first, second), 30.0)
    assert legs
    home, end = first.path.legs[0].start, legs[-1].end
    assert (end.east_m, end.north_m) == (home.east_m, home.north_m)
    from_second = replace(beside(second), track_id="m2", other_id="m1")
    assert way_of(from_second, scene(second, first), 30.0) is None


def test_on_the_way_it_goes_round_the_other() -> None:
    one = flight()
    ahead = one.path.at(UNDER_WAY_US + 30 * SECOND_US)
    latitude_deg, longitude_deg = to_degrees(ahead.east_m, ahead.north_m)
    blocked = Advised("al-1", "m1", Move.ASIDE, latitude_deg, longitude_deg, other_id="x9")
    legs = way_of(blocked, scene(one, now_us=UNDER_WAY_US), 30.0)
    assert legs
    path = one.path.then(UNDER_WAY_US, legs)
    assert nearest_m(path, Point(ahead.east_m, ahead.north_m, 0.0)) >= ROOM_M - 1.0
