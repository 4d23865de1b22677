"""What crews make of the shared picture: scenes, room to work, room to climb."""

import math

from sim import picture
from sim.fleet import PILOT_TELEMETRY, AircraftKind, Airframe, Flight
from sim.measures import SECOND_US
from sim.motion import Circle, Path, Point, hover, straight
from tests.sim.test_detours import FAR, HOME, sortie

AT_WORK_US = 200 * SECOND_US
"""The sortie hovers at FAR."""


def flown(name: str, start_us: int = 0, incident: str = "INC-1") -> Flight:
    airframe = Airframe(
        name, "met", "drones", AircraftKind.DRONE, name.upper(), "", "", PILOT_TELEMETRY
    )
    return Flight(f"{name}-1", airframe, Path.of(start_us, sortie()), incident)


def test_a_scene_is_where_its_drones_work_and_who_is_on_the_way_is_none() -> None:
    assert picture.scenes([flown("m1")], 60 * SECOND_US) == {}
    scene = picture.scenes([flown("m1"), flown("m2", 10 * SECOND_US)], AT_WORK_US)["INC-1"]
    assert (scene.center.east_m, scene.center.north_m) == (FAR.east_m, FAR.north_m)
    assert scene.radius_m == picture.SCENE_ROOM_M
    alone = picture.scenes([flown("m1", incident="")], AT_WORK_US)
    assert list(alone) == ["m1-1"]


def test_a_circle_widens_its_scene() -> None:
    circling = flown("m1")
    leg = next(leg for leg in circling.path.legs if isinstance(leg, Circle))
    at_us = circling.path.starts_us[circling.path.legs.index(leg)] + SECOND_US
    scene = picture.scenes([circling], at_us)["INC-1"]
    assert scene.radius_m == picture.SCENE_ROOM_M + leg.radius_m


def test_work_in_anothers_place_moves_aside_and_comes_home_all_the_same() -> None:
    late = flown("m2", AT_WORK_US)
    moved = picture.moved_aside(late, [flown("m1"), late], AT_WORK_US)
    assert moved is not None
    place = moved.at(2 * AT_WORK_US)
    room_m = math.hypot(place.east_m - FAR.east_m, place.north_m - FAR.north_m)
    assert room_m >= picture.WORK_ROOM_M
    assert moved.at(moved.end_us) == late.path.at(late.path.end_us)
    assert moved.at(AT_WORK_US).east_m == HOME.east_m


def test_work_in_another_band_or_sector_stays() -> None:
    late = flown("m2", AT_WORK_US)
    for east_m, amsl_m in ((FAR.east_m, FAR.amsl_m + 30.0), (FAR.east_m + 180.0, FAR.amsl_m)):
        other = flown("m1")
        other.path = Path.of(0, [hover(Point(east_m, 0.0, amsl_m), 900.0)])
        assert picture.moved_aside(late, [other], AT_WORK_US) is None


def test_who_climbs_looks_up() -> None:
    late = flown("m2", AT_WORK_US)
    above, beside = Point(20.0, 0.0, 80.0), Point(150.0, 0.0, 80.0)
    over, high = flown("m1"), Point(20.0, 0.0, 150.0)
    for place, blocked in ((above, True), (beside, False), (high, False)):
        over.path = Path.of(0, [hover(place, 900.0)])
        assert picture.in_the_way(late, [over, late], AT_WORK_US) is blocked
    over.path = Path.of(0, [straight(HOME, above, 5.0)])  # has landed long ago
    assert not picture.in_the_way(late, [over], AT_WORK_US)
