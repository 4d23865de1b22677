"""The track filter: quiet paths get quiet, manoeuvres are followed, gaps are survived."""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.geodesy.frame import project, unproject
from broker.core.separation.policy import parse_policy
from broker.core.tracks.memory import register_state, restore_register
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.tracks.table import TrackColumns
from tests.core.tracks.batches import NOW_US, at, batch

POLICIES = Path(__file__).resolve().parents[3] / "broker" / "policies"
SETTINGS = parse_policy((POLICIES / "f3442-benchmark.toml").read_text("utf-8")).filter_settings
CATEGORIES = np.arange(48, dtype=np.int16).reshape(6, 8)
HELICOPTER = AircraftDescription(aircraft_class=AircraftClass.HELICOPTER)
SIGMA = np.array([15.0, 15.0, 8.0, 1.5, 1.5, 0.4])
ACCURACIES = {
    "horizontal_accuracy_m": 29.4,
    "vertical_accuracy_m": 15.7,
    "velocity_accuracy_mps": 2.94,
    "vertical_speed_accuracy_mps": 0.784,
}
State = np.ndarray[Any, np.dtype[np.float64]]
ORIGIN = project(np.array([51.5]), np.array([-0.12]))


def register_with_filter() -> TrackRegister:
    return TrackRegister(CATEGORIES, SETTINGS)


def report(second: float, state: State, **fields_of: Any) -> dict[str, Any]:
    """A helicopter's report: east, north, up in metres from the origin, and their rates."""
    x_m, y_m = ORIGIN.x_m + state[0] / ORIGIN.east_scale, ORIGIN.y_m + state[1]
    latitude_deg, longitude_deg = unproject(x_m, y_m)
    given_fields = {
        "latitude_deg": latitude_deg[0],
        "longitude_deg": longitude_deg[0],
        "altitude_hae_m": state[2],
        "velocity_east_mps": state[3],
        "velocity_north_mps": state[4],
        "vertical_speed_mps": state[5],
        **ACCURACIES,
        **fields_of,
    }
    return at(second, "heli", description=HELICOPTER, **given_fields)


def take(register: TrackRegister, row: dict[str, Any]) -> None:
    one = batch(row)
    rows = np.arange(1)
    slots, _ = register.assign(one, rows)
    register.write(one, rows, slots, NOW_US)


def estimate(register: TrackRegister) -> State:
    columns = register.columns
    return np.array(
        [
            (columns.x_m[0] - ORIGIN.x_m[0]) * ORIGIN.east_scale[0],
            columns.y_m[0] - ORIGIN.y_m[0],
            columns.altitude_hae_m[0],
            columns.velocity_east_mps[0],
            columns.velocity_north_mps[0],
            columns.vertical_speed_mps[0],
        ]
    )


def straight(second: float, velocity: tuple[float, float, float] = (40.0, 10.0, 1.0)) -> State:
    rates = np.array(velocity)
    return np.concatenate([np.array([0.0, 0.0, 200.0]) + rates * second, rates])


def circling(second: float, rate_radps: float, speed_mps: float = 45.0) -> State:
    angle, radius_m = rate_radps * second, speed_mps / rate_radps
    return np.array(
        [
            radius_m * math.sin(angle),
            radius_m * (1.0 - math.cos(angle)),
            200.0,
            speed_mps * math.cos(angle),
            speed_mps * math.sin(angle),
            0.0,
        ]
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_straight_path_gets_quiet(seed: int) -> None:
    random, register = np.random.default_rng(seed), register_with_filter()
    errors = []
    for second in range(60):
        take(register, report(second, straight(second) + random.standard_normal(6) * SIGMA))
        if second >= 20:
            errors.append(estimate(register) - straight(second))
    rms = np.sqrt(np.mean(np.square(errors), axis=0))
    assert (rms[:3] < 0.8 * SIGMA[:3]).all()
    assert (rms[3:] < SIGMA[3:]).all()


def test_exact_reports_are_believed_as_they_are() -> None:
    # REQ-SEP: with perfect data the filter adds nothing.
    register = register_with_filter()
    exact = dict.fromkeys(ACCURACIES, 0.0)
    for second in range(30):
        state = straight(second) if second < 15 else circling(second, 0.08)
        take(register, report(second, state, **exact))
        assert np.abs(estimate(register) - state)[:3].max() < 0.2
        assert np.abs(estimate(register) - state)[3:].max() < 0.2


@pytest.mark.parametrize("rate_deg_s", [-6.0, -3.0, 3.0, 6.0])
def test_a_turn_is_followed_at_once(rate_deg_s: float) -> None:
    random, register = np.random.default_rng(4), register_with_filter()
    rate_radps, noise = math.radians(rate_deg_s), SIGMA
    for second in range(30):
        take(register, report(second, straight(second, (45.0, 0.0, 0.0))))
    begin = np.array([45.0 * 29, 0, 0, 0, 0, 0])
    for second in range(1, 16):
        truth = circling(second, rate_radps) + begin
        take(register, report(29 + second, truth + random.standard_normal(6) * noise))
        error = estimate(register) - truth
        assert math.hypot(error[3], error[4]) < 45.0 * abs(rate_radps) * 1.5 + 3.0
    columns = register.columns
    assert columns.turn_rate_radps[0] == pytest.approx(rate_radps, abs=abs(rate_radps) * 0.6)
    ahead = columns.velocity_north_mps[0] + columns.turn_north_mps[0]
    east = columns.velocity_east_mps[0] + columns.turn_east_mps[0]
    assert math.hypot(east, ahead) == pytest.approx(
        math.hypot(columns.velocity_east_mps[0], columns.velocity_north_mps[0])
    )


@pytest.mark.parametrize("gap_s", [5, 12, 20, 45])
def test_a_gap_is_survived(gap_s: int) -> None:
    register = register_with_filter()
    for second in (*range(20), 20 + gap_s):
        take(register, report(second, straight(second)))
    assert np.abs(estimate(register) - straight(20 + gap_s)).max() < 0.1


def test_a_jump_begins_anew() -> None:
    register = register_with_filter()
    for second in range(20):
        take(register, report(second, straight(second)))
    elsewhere = straight(20) + np.array([5_000.0, 0, 0, 0, 0, 0])
    take(register, report(20, elsewhere))
    assert np.abs(estimate(register) - elsewhere).max() < 1e-3


def test_what_is_not_given_stays_unknown_and_the_filter_comes_back() -> None:
    register, blank = register_with_filter(), math.nan
    take(register, report(0, straight(0)))
    take(register, report(1, straight(1), velocity_east_mps=blank, velocity_north_mps=blank))
    assert math.isnan(register.columns.velocity_east_mps[0])
    assert register.columns.velocity_variance_m2ps2[0] == 0.0
    take(register, report(2, straight(2), altitude_hae_m=blank))
    assert math.isnan(register.columns.altitude_hae_m[0])
    assert register.columns.climb_variance_m2ps2[0] == 0.0
    for second in range(3, 6):
        take(register, report(second, straight(second)))
    assert np.abs(estimate(register) - straight(5)).max() < 1e-3
    assert register.columns.velocity_variance_m2ps2[0] > 0.0


def test_unstated_accuracies_are_those_of_the_class() -> None:
    one, other = register_with_filter(), register_with_filter()
    unstated = dict.fromkeys(ACCURACIES, math.nan)
    assumed = {
        "horizontal_accuracy_m": 30.0,
        "vertical_accuracy_m": 16.0,
        "velocity_accuracy_mps": 3.0,
        "vertical_speed_accuracy_mps": 0.8,
    }
    for second in range(10):
        state = straight(second) + np.sin(second) * SIGMA
        take(one, report(second, state, **unstated))
        take(other, report(second, state, **assumed))
    assert estimate(one).tolist() == estimate(other).tolist()


def test_what_was_reported_stands_beside_the_estimate() -> None:
    register = register_with_filter()
    for second in range(10):
        state = straight(second) + np.cos(second) * SIGMA
        take(register, report(second, state))
    columns = register.columns
    assert columns.reported_velocity_east_mps[0] == state[3]
    assert columns.reported_altitude_hae_m[0] == state[2]
    assert columns.reported_vertical_speed_mps[0] == state[5]
    assert columns.velocity_east_mps[0] != state[3]


def test_without_a_filter_reports_are_taken_as_they_are() -> None:
    register = TrackRegister(CATEGORIES)
    for second in range(10):
        state = straight(second) + np.cos(second) * SIGMA
        take(register, report(second, state))
        assert np.abs(estimate(register) - state).max() < 1e-6


def test_a_restored_register_filters_on_identically() -> None:
    # REQ-DUR: the filter's state is part of the snapshot.
    random = np.random.default_rng(9)
    rows = [report(k, circling(k, 0.07) + random.standard_normal(6) * SIGMA) for k in range(40)]
    first, second = register_with_filter(), register_with_filter()
    for row in rows[:20]:
        take(first, row)
    restore_register(second, register_state(first))
    for row in rows[20:]:
        take(first, row)
        take(second, row)
    for column in fields(TrackColumns):
        ours, theirs = getattr(first.columns, column.name), getattr(second.columns, column.name)
        assert ours[:1].tobytes() == theirs[:1].tobytes(), column.name
