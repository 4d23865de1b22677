"""What only doubt or an endless climb gives is taken back, and nothing else."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import AlertLevel
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.packing import kernel_rules
from broker.core.separation.policy import parse_policy
from broker.core.separation.rules import PairSamples
from broker.core.separation.tempered import tempered
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription, HeightReference
from broker.core.units import FOOT_M
from tests.core.separation.traffic import bytes_of
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER, at, batch

POLICY = parse_policy(
    (Path(__file__).resolve().parents[3] / "broker" / "policies" / "default.toml").read_text(
        encoding="utf-8"
    )
)
RULES = kernel_rules(POLICY.rules)
LIMITS = POLICY.alerting.doubt
CRAFT = {kind: AircraftDescription(kind) for kind in AircraftClass}
DEGREE_NORTH_M = 111_258.0
NONE, CAUTION, WARNING, FLOOR = (
    AlertLevel.NONE,
    AlertLevel.CAUTION,
    AlertLevel.WARNING,
    AlertLevel.FLOOR,
)


def pair(
    north_m: float,
    above_m: float,
    first: dict[str, Any],
    second: dict[str, Any],
    other: AircraftClass = AircraftClass.DRONE,
) -> TrackRegister:
    """A drone, and another aircraft north of it and above."""
    exact = {
        "horizontal_accuracy_m": 0.0, "vertical_doubt_m": 0.0, "vertical_speed_mps": 0.0,
        "velocity_east_mps": 0.0, "velocity_north_mps": 0.0,
    }  # fmt: skip
    place = {"latitude_deg": 51.5 + north_m / DEGREE_NORTH_M, "altitude_hae_m": 120.0 + above_m}
    own = {"description": CRAFT[AircraftClass.DRONE], **exact, **first}
    theirs = {"description": CRAFT[other], **exact, **place, **second}
    register = TrackRegister(POLICY.category_of, None, POLICY.phase_limits)
    for publisher, name, fields in ((PUBLISHER, "d1", own), (OTHER, "x2", theirs)):
        one = batch(at(fields.pop("since_s", 0.0), name, **fields), publisher=publisher)
        slots, _ = register.assign(one, np.arange(1))
        register.write(one, np.arange(1), slots, NOW_US)
    return register


def raw(register: TrackRegister) -> PairSamples:
    engine = SeparationEngine(POLICY.rules, "numpy")
    return engine.full_pass(register.columns, register.high_water, NOW_US)


def levels(register: TrackRegister) -> tuple[AlertLevel, AlertLevel]:
    """Before and after."""
    before = raw(register)
    after = tempered(before, register.columns, RULES, LIMITS, POLICY.approaches, NOW_US)
    first, second = (AlertLevel(int(one.level[0])) if len(one) else NONE for one in (before, after))
    return first, second


def circling(since_s: float, speed_mps: float = 6.0) -> dict[str, Any]:
    """A drone on a circle of work, last heard so long ago; it flew to the west."""
    return {"since_s": -since_s, "velocity_east_mps": -speed_mps}


def test_growth_alone_between_drones_is_a_caution() -> None:
    # REQ-SEP-032: 15 s of silence at 6 m/s grow the volume by 60 m.
    assert levels(pair(95.0, 0.0, {}, circling(15.0))) == (WARNING, CAUTION)
    assert levels(pair(10.0, 0.0, {}, circling(28.0, 2.9))) == (FLOOR, CAUTION)


def test_where_a_silent_drone_is_carried_on_to_warns_as_ever() -> None:
    towards = {"since_s": -15.0, "velocity_north_mps": -6.0}
    assert levels(pair(90.0, 0.0, {}, towards)) == (FLOOR, FLOOR)
    assert levels(pair(190.0, 0.0, {}, towards)) == (WARNING, WARNING)


def test_a_silent_drone_beside_a_crewed_aircraft_keeps_its_growth() -> None:
    # REQ-SEP-001: nothing softens a drone-crewed floor.
    silent = {"since_s": -20.0, "velocity_east_mps": 6.0}
    register = pair(180.0, 0.0, silent, {}, AircraftClass.HELICOPTER)
    assert levels(register) == (FLOOR, FLOOR)


@pytest.mark.parametrize(
    ("above_m", "doubt_m", "expected"),
    [
        (400.0, 368.0, (WARNING, CAUTION)),
        (380.0, 368.0, (FLOOR, CAUTION)),
        (100.0, 368.0, (FLOOR, FLOOR)),  # within what may be believed of a height
        (140.0, 368.0, (FLOOR, WARNING)),
        (100.0, 75.0, (FLOOR, FLOOR)),  # no more doubt than the policy's
    ],
)
def test_a_vague_height_alone_is_held_down_as_an_unknown_one(
    above_m: float, doubt_m: float, expected: tuple[AlertLevel, AlertLevel]
) -> None:
    # REQ-SEP-033
    register = pair(50.0, above_m, {}, {"vertical_doubt_m": doubt_m}, AircraftClass.AEROPLANE)
    assert levels(register) == expected


def test_why_a_vague_height_is_held_down_is_said() -> None:
    register = pair(50.0, 400.0, {}, {"vertical_doubt_m": 368.0}, AircraftClass.AEROPLANE)
    after = tempered(raw(register), register.columns, RULES, LIMITS, POLICY.approaches, NOW_US)
    assert after.vertical_known.tolist() == [0]


def climbing(height_m: float, climb_mps: float = 5.0, **more: Any) -> dict[str, Any]:
    told = {"height_m": height_m, "height_reference": HeightReference.TAKEOFF}
    return {"vertical_speed_mps": climb_mps, **told, **more}


def overhead(above_m: float, drone: dict[str, Any]) -> tuple[AlertLevel, AlertLevel]:
    """An aeroplane comes over, level, 40 s away."""
    aeroplane = {"velocity_north_mps": -60.0}
    return levels(pair(3_000.0, above_m, drone, aeroplane, AircraftClass.AEROPLANE))


def test_a_climb_ends_where_drones_do() -> None:
    # REQ-SEP-034: 150 m above take-off, 250 ft of volume.
    volume_m = 250 * FOOT_M
    assert overhead(150.0 + volume_m + 5.0, climbing(0.0)) == (CAUTION, AlertLevel.ADVISORY)
    assert overhead(150.0 + volume_m - 5.0, climbing(0.0)) == (CAUTION, CAUTION)


@pytest.mark.parametrize(
    "drone",
    [
        climbing(160.0),  # higher already than where climbs end
        climbing(0.0, height_reference=HeightReference.NONE),
        {"vertical_speed_mps": 5.0},
    ],
)
def test_a_climb_of_which_no_end_is_known_goes_on(drone: dict[str, Any]) -> None:
    before, after = overhead(235.0, drone)
    assert (before, after) == (CAUTION, CAUTION)


def test_a_warning_within_the_climb_stays() -> None:
    low = {"velocity_north_mps": -60.0}
    register = pair(1_500.0, 150.0, climbing(0.0), low, AircraftClass.AEROPLANE)
    assert levels(register) == (WARNING, WARNING)


FIELDS = st.fixed_dictionaries(
    {
        "since_s": st.floats(-28.0, 0.0),
        "velocity_east_mps": st.floats(-20.0, 20.0),
        "velocity_north_mps": st.floats(-20.0, 20.0),
        "vertical_speed_mps": st.floats(-4.0, 6.0),
        "vertical_doubt_m": st.sampled_from([0.0, 8.0, 46.0, 370.0]),
        "height_m": st.floats(0.0, 200.0),
        "height_reference": st.sampled_from([HeightReference.NONE, HeightReference.TAKEOFF]),
    }
)


@settings(deadline=None, max_examples=60)
@given(
    north_m=st.floats(0.0, 1_500.0),
    above_m=st.floats(-100.0, 300.0),
    first=FIELDS,
    second=FIELDS,
    crewed=st.booleans(),
)
def test_nothing_is_added_and_only_climbs_fall_silent(
    north_m: float, above_m: float, first: dict[str, Any], second: dict[str, Any], crewed: bool
) -> None:
    # REQ-SEP-035: containment. Doubt alone keeps its caution, and known, fresh pairs every level.
    kind = AircraftClass.HELICOPTER if crewed else AircraftClass.DRONE
    register = pair(north_m, above_m, dict(first), dict(second), kind)
    before = raw(register)
    after = tempered(before, register.columns, RULES, LIMITS, POLICY.approaches, NOW_US)
    old, new = levels(register)
    assert new <= old
    climbs = crewed and first["vertical_speed_mps"] > 0.0 and not math.isnan(first["height_m"])
    if not climbs:
        assert new >= min(old, LIMITS.cap)
    vague = math.hypot(first["vertical_doubt_m"], second["vertical_doubt_m"]) > 77.0
    silent = not crewed and min(first["since_s"], second["since_s"]) < -5.0
    if not climbs and not vague and not silent:
        assert bytes_of(after) == bytes_of(before)
    if len(after):
        assert (after.hold_level >= after.level).all()


def test_the_end_of_a_climb_is_judged_as_if_the_drone_had_levelled_there() -> None:
    """Against the obvious: small steps of time, the drone held at its end."""
    for north_m in (500.0, 1_200.0, 2_000.0, 2_600.0):
        for above_m in (100.0, 160.0, 220.0, 240.0, 300.0):
            aeroplane = {"velocity_north_mps": -60.0, "vertical_speed_mps": -1.0}
            register = pair(north_m, above_m, climbing(20.0), aeroplane, AircraftClass.AEROPLANE)
            before, after = levels(register)
            assert after == min(before, _stepped(north_m, above_m)), (north_m, above_m)


def _stepped(north_m: float, above_m: float) -> AlertLevel:
    names, best = list(POLICY.rules.rule_ids), NONE
    rule = names.index("drone-crewed-transit")
    for level in (FLOOR, WARNING, CAUTION, AlertLevel.ADVISORY):
        radius_m = POLICY.rules.horizontal_m[rule, level - 1]
        height_m = POLICY.rules.vertical_m[rule, level - 1]
        for step in range(round(float(POLICY.rules.look_ahead_s[rule, level - 1]) * 20) + 1):
            time_s = step / 20
            drone_m = min(5.0 * time_s, LIMITS.climb_ends_m - 20.0)
            apart_m = above_m - time_s - drone_m
            if abs(north_m - 60.0 * time_s) < radius_m and abs(apart_m) < height_m:
                best = max(best, level)
    return best


def crowd(seed: int, count: int = 24) -> TrackRegister:
    """Drones and helicopters close together, some silent, vague or climbing."""
    random = np.random.default_rng(seed)
    register = TrackRegister(POLICY.category_of, None, POLICY.phase_limits)
    for number in range(count):
        is_crewed = random.random() < 0.3
        fields = {
            "description": CRAFT[AircraftClass.HELICOPTER if is_crewed else AircraftClass.DRONE],
            "latitude_deg": 51.5 + random.uniform(0.0, 900.0) / DEGREE_NORTH_M,
            "altitude_hae_m": random.uniform(50.0, 300.0),
            "velocity_east_mps": random.uniform(-20.0, 20.0),
            "velocity_north_mps": random.uniform(-20.0, 20.0),
            "vertical_speed_mps": random.uniform(-4.0, 6.0),
            "vertical_doubt_m": random.choice([0.0, 8.0, 46.0, 370.0]),
            "height_m": random.uniform(0.0, 200.0),
            "height_reference": random.choice([HeightReference.NONE, HeightReference.TAKEOFF]),
        }
        publisher = PUBLISHER if number % 2 else OTHER
        since_s = random.uniform(-28.0, 0.0)
        one = batch(at(since_s, f"x{number}", **fields), publisher=publisher)
        slots, _ = register.assign(one, np.arange(1))
        register.write(one, np.arange(1), slots, NOW_US)
    return register


@pytest.mark.parametrize("seed", range(3))
def test_pairs_judged_together_are_judged_as_each_alone(seed: int) -> None:
    # A feed that falls silent concerns thousands of pairs at once: they are judged in one go.
    register = crowd(seed)
    before = raw(register)

    def after(samples: PairSamples) -> PairSamples:
        rules, columns = POLICY.approaches, register.columns
        return tempered(samples, columns, RULES, LIMITS, rules, NOW_US)

    alone = [after(before.taken(np.arange(len(before)) == row)) for row in range(len(before))]
    joined = PairSamples(
        *(np.concatenate([getattr(one, name) for one in alone]) for name in PairSamples.__slots__)
    )
    assert bytes_of(after(before)) == bytes_of(joined)
    assert bytes_of(joined) != bytes_of(before)


def test_a_policy_that_caps_higher_leaves_more() -> None:
    register = pair(10.0, 0.0, {}, circling(28.0, 2.9))
    before = raw(register)
    limits = replace(LIMITS, cap=WARNING)
    after = tempered(before, register.columns, RULES, limits, POLICY.approaches, NOW_US)
    assert after.level.tolist() == [WARNING]


def test_a_silent_drone_that_hovered_grows_too() -> None:
    # REQ-SEP-036: a speed of 0 is no promise to stay.
    def reached(since_s: float) -> bool:
        return len(raw(pair(100.0, 0.0, {}, {"since_s": -since_s}))) > 0

    assert not reached(4.0)
    assert reached(5.0 + 20.0)
