"""The landing volume: all round near the helicopter, and ahead of it on the approach."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import AlertLevel
from broker.core.effects import TrackState
from broker.core.separation.approach import shaped
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.policy import parse_policy
from broker.core.separation.rules import PairSamples
from broker.core.tracks.phases import Phase
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription, OperationalStatus
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER, at, batch

POLICY = parse_policy(
    (Path(__file__).resolve().parents[3] / "broker" / "policies" / "default.toml").read_text(
        encoding="utf-8"
    )
)
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER)
DRONE = AircraftDescription(AircraftClass.DRONE)
DEGREE_NORTH_M = 111_258.0
INNER_M, REACH_M = 926.0, 1_852.0
NONE, CAUTION, WARNING = AlertLevel.NONE, AlertLevel.CAUTION, AlertLevel.WARNING


def scene(
    range_m: float,
    off_track_deg: float,
    speed_mps: float = 40.0,
    *,
    drone_mps: tuple[float, float] = (0.0, 0.0),
    above_m: float = 0.0,
    helicopter_first: bool = True,
) -> TrackRegister:
    """A helicopter that lands, flying north, and a drone at a range and an angle off its track."""
    angle_rad = math.radians(off_track_deg)
    north_deg = range_m * math.cos(angle_rad) / DEGREE_NORTH_M
    east_deg = range_m * math.sin(angle_rad) / DEGREE_NORTH_M / math.cos(math.radians(51.5))
    exact = {"horizontal_accuracy_m": 0.0, "vertical_doubt_m": 0.0, "vertical_speed_mps": 0.0}
    helicopter = at(
        0, "h", description=HELICOPTER, velocity_east_mps=0.0, velocity_north_mps=speed_mps,
        operational_status=OperationalStatus.LANDING_OR_LIFTING, **exact,
    )  # fmt: skip
    drone = at(
        0, "d", description=DRONE, velocity_east_mps=drone_mps[0], velocity_north_mps=drone_mps[1],
        latitude_deg=51.5 + north_deg, longitude_deg=-0.12 + east_deg,
        altitude_hae_m=120.0 + above_m, **exact,
    )  # fmt: skip
    sides = [(PUBLISHER, helicopter), (OTHER, drone)]
    register = TrackRegister(POLICY.category_of, None, POLICY.phase_limits)
    for publisher, row in sides if helicopter_first else sides[::-1]:
        one = batch(row, publisher=publisher)
        slots, _ = register.assign(one, np.arange(1))
        register.write(one, np.arange(1), slots, NOW_US)
    return register


def judged(register: TrackRegister) -> PairSamples:
    engine = SeparationEngine(POLICY.rules, "numpy")
    samples = engine.full_pass(register.columns, register.high_water, NOW_US)
    return shaped(samples, register.columns, POLICY.rules, POLICY.approaches, NOW_US)


def level(register: TrackRegister) -> AlertLevel:
    samples = judged(register)
    return AlertLevel(int(samples.level[0])) if len(samples) else NONE


@pytest.mark.parametrize("helicopter_first", [True, False])
@pytest.mark.parametrize(
    ("range_m", "off_track_deg", "expected"),
    [
        (900.0, 180.0, WARNING),  # inside the inner cylinder, behind
        (900.0, 90.0, WARNING),
        (1_800.0, 0.0, WARNING),  # on the approach
        (1_800.0, 44.0, WARNING),
        (1_800.0, -44.0, WARNING),
        (1_800.0, 60.0, NONE),  # beside it
        (1_800.0, 180.0, NONE),  # behind it
        (1_200.0, 48.0, CAUTION),  # beside, and in the inner cylinder within a minute
        (1_900.0, 0.0, CAUTION),  # ahead of the sector
    ],
)
def test_the_landing_volume(
    range_m: float, off_track_deg: float, expected: AlertLevel, helicopter_first: bool
) -> None:
    # REQ-SEP-022
    assert level(scene(range_m, off_track_deg, helicopter_first=helicopter_first)) is expected


def test_a_slow_helicopter_far_on_the_approach_is_a_caution() -> None:
    assert level(scene(1_500.0, 0.0, 24.0)) is CAUTION
    assert level(scene(1_500.0, 0.0, 26.0)) is WARNING


def test_a_helicopter_that_stands_has_no_approach() -> None:
    assert level(scene(1_500.0, 0.0, 0.0)) is NONE
    assert level(scene(900.0, 0.0, 0.0)) is WARNING


def test_a_floor_stays_a_floor() -> None:
    # REQ-SEP-001: nothing softens a drone-crewed floor.
    assert level(scene(100.0, 180.0)) is AlertLevel.FLOOR


def test_what_is_not_known_is_left_as_the_kernels_gave_it() -> None:
    register = scene(1_800.0, 180.0)
    register.columns.velocity_east_mps[:2] = math.nan
    assert level(register) is WARNING
    register = scene(1_800.0, 180.0)
    register.columns.altitude_hae_m[0] = math.nan
    assert level(register) is WARNING


def undeclared(
    range_m: float, off_track_deg: float, speed_mps: float, **more: float
) -> PairSamples:
    """The helicopter says no more than that it flies; it behaves as if it landed."""
    register = scene(range_m, off_track_deg, speed_mps, **more)  # type: ignore[arg-type]
    register.columns.operational_status[0] = OperationalStatus.AIRBORNE
    return judged(register)


@pytest.mark.parametrize(
    ("range_m", "speed_mps", "above_m", "expected"),
    [
        (1_840.0, 40.0, 0.0, WARNING),  # within 1 NM: it lands
        (1_860.0, 20.0, 0.0, NONE),  # further: 62 s from the volume of aircraft on their way
        (1_860.0, 26.0, 0.0, AlertLevel.ADVISORY),
        (1_860.0, 29.0, 0.0, CAUTION),
        (1_860.0, 60.0, 0.0, WARNING),
        (1_860.0, 60.0, 100.0, AlertLevel.ADVISORY),  # above the 250 ft of it
        (1_860.0, 60.0, 130.0, NONE),
    ],
)
def test_a_landing_that_nobody_declared_is_believed_within_1_nm(
    range_m: float, speed_mps: float, above_m: float, expected: AlertLevel
) -> None:
    # REQ-SEP-022
    samples = undeclared(range_m, 0.0, speed_mps, above_m=above_m)
    assert max(samples.level.tolist(), default=NONE) == expected
    if expected:
        near = range_m < REACH_M
        rule = POLICY.rules.rule_ids[int(samples.rule[0])]
        assert rule == ("drone-crewed-landing" if near else "drone-crewed-transit")


def test_beyond_1_nm_doubt_still_grows_the_volume() -> None:
    register = scene(1_860.0, 0.0, 60.0, above_m=100.0)
    register.columns.operational_status[0] = OperationalStatus.AIRBORNE
    register.columns.vertical_doubt_m[:2] = 20.0
    assert judged(register).level.tolist() == [WARNING]


def test_one_that_fell_silent_is_presumed_to_land_from_anywhere() -> None:
    register = scene(1_860.0, 0.0, 26.0)
    register.columns.operational_status[0] = OperationalStatus.AIRBORNE
    register.columns.state[0] = TrackState.PRESUMED_LANDING
    assert judged(register).level.tolist() == [CAUTION]


def test_leaving_is_judged_by_a_larger_volume() -> None:
    samples = judged(scene(1_000.0, 180.0))
    assert (samples.level.tolist(), samples.hold_level.tolist()) == ([0], [WARNING])


def test_other_rules_are_left_alone() -> None:
    register = scene(1_500.0, 0.0)
    register.columns.category[:2] = POLICY.category_of[
        register.columns.aircraft_class[:2], Phase.TRANSIT
    ]
    engine = SeparationEngine(POLICY.rules, "numpy")
    samples = engine.full_pass(register.columns, register.high_water, NOW_US)
    assert shaped(samples, register.columns, POLICY.rules, POLICY.approaches, NOW_US) is samples
    none = replace(samples, **{name: getattr(samples, name)[:0] for name in PairSamples.__slots__})
    assert shaped(none, register.columns, POLICY.rules, POLICY.approaches, NOW_US) is none


@settings(max_examples=150, deadline=None)
@given(
    st.floats(160.0, 4_000.0),
    st.floats(-180.0, 180.0),
    st.floats(0.0, 60.0),
    st.tuples(st.floats(-20.0, 20.0), st.floats(-20.0, 20.0)),
    st.floats(-290.0, 290.0),
)
def test_the_level_is_that_of_a_slow_reading_of_the_rule(
    range_m: float, off_track_deg: float, speed_mps: float, drone_mps: tuple[float, float],
    above_m: float,
) -> None:  # fmt: skip
    # REQ-SEP-022
    register = scene(range_m, off_track_deg, speed_mps, drone_mps=drone_mps, above_m=above_m)
    angle_rad = math.radians(off_track_deg)
    edges = [abs(range_m - INNER_M), abs(abs(off_track_deg) - 45.0), abs(range_m - REACH_M)]
    edges.append(abs(range_m - 60.0 * speed_mps))
    if min(edges) < 8.0:
        return  # the frame of the test is not that exact
    in_sector = speed_mps > 0.0 and abs(off_track_deg) < 45.0 and range_m < REACH_M
    if range_m < INNER_M or (in_sector and range_m < 60.0 * speed_mps):
        expected = [WARNING]
    elif in_sector:
        expected = [CAUTION]
    else:
        x_m, y_m = range_m * math.sin(angle_rad), range_m * math.cos(angle_rad)
        times_s = np.arange(0.0, 60.0, 0.05)
        closest_m = np.hypot(
            x_m + drone_mps[0] * times_s, y_m + (drone_mps[1] - speed_mps) * times_s
        )
        expected = [CAUTION if closest_m.min() < INNER_M else NONE]
        if abs(closest_m.min() - INNER_M) < 8.0:
            expected = [CAUTION, NONE]
    assert level(register) in expected
