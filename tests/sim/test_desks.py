"""Drone desks: what they keep clear of, what they do at an alert, and what shares mean."""

import math
from dataclasses import replace
from random import Random

import pytest

from sim import picture
from sim.advice import Advised, Answer, Move
from sim.conduct import ACT_AFTER_US, AS_AGREED, READ_AFTER_US, UNMOVED, Conduct
from sim.desks import DroneDesks
from sim.fleet import HELICOPTER_TRACKER, PILOT_TELEMETRY, AircraftKind, Airframe, Flight
from sim.geography import to_degrees
from sim.incidents import IncidentDesk, KeepClear
from sim.london import London
from sim.measures import MINUTE_US, SECOND_US
from sim.motion import Path, Point, Status, hover, straight
from sim.profiles import EVERY_BOROUGH, SURGE, Profile
from sim.routes import SCENE_BANDS_M, ground_point
from tests.sim.test_detours import FAR, HOME, nearest_m, sortie

ALWAYS = Conduct(requests=1.0, warnings=1.0, agreement=1.0)


def flight(agency: str = "met", start_us: int = 0, name: str = "m1") -> Flight:
    airframe = Airframe(
        name, agency, "drones", AircraftKind.DRONE, name.upper(), "", "", PILOT_TELEMETRY
    )
    return Flight(f"{name}-1", airframe, Path.of(start_us, sortie()))


def request(center: Point, radius_m: float = 300.0, exempt: tuple[str, ...] = ()) -> KeepClear:
    return KeepClear(
        "sim-1", "lfb", 0, 600 * SECOND_US, center, radius_m, 130.0, "t", "r", ("lfb", *exempt)
    )


def asked(flown: Flight, held: KeepClear, conduct: Conduct = ALWAYS) -> DroneDesks:
    """The flight is under way for a minute when the request comes out."""
    desks = DroneDesks(conduct, 1)
    desks.planned(flown, 0)
    desks.act(0)
    desks.requested(held, 60 * SECOND_US)
    return desks


ON_THE_WAY = Point(1_500.0, 100.0, 0.0)


def test_a_flight_goes_round_a_request_once_its_desk_has_read_it() -> None:
    flown = flight()
    desks = asked(flown, request(ON_THE_WAY))
    desks.act(60 * SECOND_US + READ_AFTER_US - 1)
    assert nearest_m(flown.path, ON_THE_WAY) < 300.0
    desks.act(60 * SECOND_US + READ_AFTER_US)
    assert nearest_m(flown.path, ON_THE_WAY) > 300.0


@pytest.mark.parametrize(
    ("held", "conduct"),
    [(request(ON_THE_WAY, exempt=("met",)), ALWAYS), (request(ON_THE_WAY), UNMOVED)],
)
def test_the_exempt_and_the_unmoved_fly_on(held: KeepClear, conduct: Conduct) -> None:
    flown = flight()
    before = flown.path
    asked(flown, held, conduct).act(60 * SECOND_US + READ_AFTER_US)
    assert flown.path == before


def test_who_works_inside_goes_home_and_who_has_not_started_stays() -> None:
    under_way, later = flight(), flight(start_us=5 * MINUTE_US, name="m2")
    desks = DroneDesks(ALWAYS, 1)
    for one in (under_way, later):
        desks.planned(one, 0)
    desks.requested(request(FAR), 4 * MINUTE_US)
    desks.act(5 * MINUTE_US)
    assert not later.path.legs
    last = under_way.path.at(under_way.path.end_us)
    assert (last.east_m, last.status) == (HOME.east_m, Status.ON_GROUND)
    assert under_way.path.end_us < Path.of(0, sortie()).end_us


def test_a_request_that_is_over_is_not_kept() -> None:
    later = flight(start_us=20 * MINUTE_US)
    desks = DroneDesks(ALWAYS, 1)
    desks.planned(later, 0)
    desks.requested(request(FAR), 0)
    desks.act(20 * MINUTE_US)
    assert later.path.legs


@pytest.mark.parametrize("move", [Move.LAND, Move.DOWN, Move.ASIDE])
def test_an_alert_is_answered_once_and_after_a_persons_time(move: Move) -> None:
    flown = flight()
    desks = DroneDesks(ALWAYS, 1)
    desks.planned(flown, 0)
    told_us = 200 * SECOND_US
    state = flown.path.at(told_us)
    where = to_degrees(state.east_m + 20.0, state.north_m)
    advice = Advised("al-1", "m1", move, *where)
    before = flown.path
    desks.advised(advice, told_us)
    desks.act(told_us + ACT_AFTER_US - 1)
    assert flown.path == before
    desks.act(told_us + ACT_AFTER_US)
    changed = flown.path
    assert changed != before
    desks.advised(advice, told_us + MINUTE_US)
    desks.act(told_us + MINUTE_US + ACT_AFTER_US)
    assert flown.path is changed


def test_who_works_holds_its_place_when_the_other_is_on_the_way() -> None:
    flown = flight()
    desks = DroneDesks(ALWAYS, 1)
    desks.planned(flown, 0)
    before = flown.path
    desks.advised(Advised("al-1", "m1", Move.ASIDE, 51.5, -0.1, speed_mps=16.0), 200 * SECOND_US)
    desks.act(300 * SECOND_US)
    assert flown.path is before


def test_of_one_operators_two_the_first_goes_home() -> None:
    first, second = flight(), flight(start_us=10 * SECOND_US, name="m2")
    desks = DroneDesks(ALWAYS, 1)
    for one in (first, second):
        desks.planned(one, 0)
    before = second.path
    for mine, other in (("m1", "m2"), ("m2", "m1")):
        advice = Advised("al-1", mine, Move.ASIDE, 51.5, -0.1, other_id=other)
        desks.advised(advice, 200 * SECOND_US)
    desks.act(300 * SECOND_US)
    assert second.path is before
    assert first.path.end_us < before.end_us


def desks_of(*flights: Flight, **shares: float) -> DroneDesks:
    desks = DroneDesks(Conduct(**shares), 1)
    for one in flights:
        desks.planned(one, 0)
    return desks


def test_a_caution_is_acted_on_by_those_who_act_on_cautions() -> None:
    told_us = 200 * SECOND_US
    caution = Advised("al-1", "m1", Move.ASIDE, 51.5, -0.1, urgent=False)
    for shares, moves in (({"cautions": 1.0}, True), ({"warnings": 1.0}, False)):
        flown = flight()
        desks, before = desks_of(flown, **shares), flown.path
        desks.advised(caution, told_us)
        desks.act(told_us + ACT_AFTER_US)
        assert (flown.path != before) is moves
        assert desks.answers["al-1", "m1"] is (Answer.MOVED if moves else Answer.BUSY)


def test_a_warning_after_a_caution_is_acted_on_again() -> None:
    flown = flight()
    desks = desks_of(flown, warnings=1.0)
    for urgent, answer in ((False, Answer.BUSY), (True, Answer.SENT)):
        desks.advised(Advised("al-1", "m1", Move.DOWN, urgent=urgent), 200 * SECOND_US)
        assert desks.answers["al-1", "m1"] is answer


def test_a_dock_under_a_launch_hold_waits_for_its_end_and_no_longer_than_it_may() -> None:
    for released, start_s in ((True, 40), (False, 180)):
        flown = flight()
        ends_us = flown.path.end_us
        desks = desks_of(flown, holds=1.0)
        desks.advised(Advised("al-9", "m1", Move.HOLD), 0)
        for second in range(400):
            if released and second == 35:
                desks.advised(Advised("al-9", "m1", Move.RELEASE), second * SECOND_US)
            desks.act(second * SECOND_US)
        assert flown.path.start_us == start_s * SECOND_US
        assert flown.path.end_us == ends_us  # the battery pays


def test_a_hold_that_nobody_heeds_changes_nothing() -> None:
    flown = flight()
    desks, before = desks_of(flown, picture=1.0), flown.path
    desks.advised(Advised("al-9", "m1", Move.HOLD), 0)
    desks.act(0)
    assert flown.path is before


def helicopter(start_us: int) -> Flight:
    airframe = Airframe(
        "h1", "laa", "helicopters", AircraftKind.HELICOPTER, "H1", "", "", HELICOPTER_TRACKER
    )
    lands = straight(Point(0.0, 4_000.0, 300.0), FAR, 30.0, status=Status.LANDING_OR_LIFTING)
    return Flight("h1-1", airframe, Path.of(start_us, [lands]))


def test_before_a_landing_those_who_are_asked_come_down_and_wait_on_the_ground() -> None:
    at_work, later = flight(), flight(start_us=290 * SECOND_US, name="m2")
    later.path = Path.of(later.path.start_us, [straight(FAR, HOME, 10.0), *sortie()])
    desks = desks_of(at_work, later, helicopter(350 * SECOND_US), clearings=1.0)
    for second in range(400):
        desks.act(second * SECOND_US)
    state = at_work.path.at(300 * SECOND_US)
    assert state.status is Status.ON_GROUND
    assert later.path.start_us >= 400 * SECOND_US
    unasked = flight()
    desks, before = desks_of(unasked, helicopter(350 * SECOND_US), picture=1.0), unasked.path
    for second in range(0, 400, 10):
        desks.act(second * SECOND_US)
    assert unasked.path is before


def test_crews_fly_round_scenes_that_are_not_theirs() -> None:
    for incident, goes_round in (("INC-2", True), ("INC-1", False)):
        passing, working = flight(), flight(name="m2")
        passing.incident_id, working.incident_id = "INC-1", incident
        working.path = Path.of(0, [hover(Point(1_200.0, 20.0, 90.0), 3_000.0)])
        desks = desks_of(passing, working, picture=1.0)
        for second in range(0, 120, 10):
            desks.act(second * SECOND_US)
        apart_m = nearest_m(passing.path, Point(1_200.0, 20.0, 0.0))
        assert (apart_m > picture.SCENE_ROOM_M) is goes_round
        assert passing.path.at(passing.path.end_us).east_m == HOME.east_m


def test_shares_are_shares_and_do_not_depend_on_order() -> None:
    kept = [AS_AGREED.keeps(0.9, 1, "x", str(number)) for number in range(2_000)]
    assert 0.88 < sum(kept) / len(kept) < 0.92
    assert kept[7] == AS_AGREED.keeps(0.9, 1, "x", "7")
    assert not any(UNMOVED.keeps(0.0, 1, str(number)) for number in range(10))


def drone_heights_m(profile: Profile) -> list[float]:
    """Above ground, of the surge's drones at work, none of the profile's other traffic."""
    alone = replace(profile, incidents_per_day=0, docks=0)
    london = London(alone, 7, 1_795_219_200_000_000, first_hour=18.5, opening=False)
    states = london.truth(london.start_us)
    heights = []
    for one in states:
        if one.kind is AircraftKind.DRONE and one.airborne and abs(one.vertical_speed_mps) < 0.1:
            east_m = (one.longitude_deg + 0.1278) * 69_000.0
            north_m = (one.latitude_deg - 51.5074) * 111_250.0
            ground = ground_point(east_m, north_m).amsl_m
            heights.append(one.altitude_hae_m - 45.95 - ground)
    return heights


def in_bands(heights_m: list[float]) -> float:
    """Share within the middle half of a band, terrain being sloped by a metre or two."""
    middles = [0.5 * (low + high) for low, high in SCENE_BANDS_M]
    inside = [min(abs(height - middle) for middle in middles) <= 7.0 for height in heights_m]
    return sum(inside) / len(inside)


def test_drones_on_scene_keep_to_their_bands_as_agreed() -> None:
    planned = in_bands(drone_heights_m(SURGE))
    agreed = in_bands(drone_heights_m(replace(SURGE, conduct=AS_AGREED)))
    assert agreed > 0.85
    assert planned < agreed - 0.1


def test_a_relay_takes_over_from_beside_as_agreed() -> None:
    apart = {}
    for conduct in (UNMOVED, ALWAYS):
        profile = replace(EVERY_BOROUGH, on_scene_mean_s=6_000.0, conduct=conduct)
        desk, rng = IncidentDesk(profile, 3), Random(3)
        centres: dict[tuple[str, str], list[Point]] = {}
        for number in range(40):
            for one in desk.attend(rng, number * MINUTE_US):
                middle = one.path.at((one.path.start_us + one.path.end_us) // 2)
                key = one.incident_id, one.airframe.agency
                centres.setdefault(key, []).append(Point(middle.east_m, middle.north_m, 0.0))
        pairs = [places[:2] for places in centres.values() if len(places) > 1]
        apart[conduct] = min(
            math.hypot(a.east_m - b.east_m, a.north_m - b.north_m) for a, b in pairs
        )
    assert apart[ALWAYS] >= 25.0
    assert apart[UNMOVED] < 15.0
