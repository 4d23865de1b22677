"""Positions carried to now, and the doubt that accuracy, age and silence leave."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.effects import TrackState
from broker.core.restrictions.movers import (
    GROWTH_M_MAX,
    HORIZONTAL_ACCURACY_DEFAULT_M,
    VELOCITY_ACCURACY_DEFAULT_MPS,
    VERTICAL_DOUBT_DEFAULT_M,
    VERTICAL_SPEED_ACCURACY_DEFAULT_MPS,
    Movers,
    movers_of,
)
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import NOW_US, Scene


def after(scene: Scene, age_s: float) -> Movers:
    return movers_of(scene.columns, scene.slots(), NOW_US + round(age_s * SECOND_US))


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0, 10))
def test_a_known_velocity_carries_the_position(east: float, north: float, age_s: float) -> None:
    scene = Scene()
    slot = scene.add(0.0, 0.0, (east, north))
    now = after(scene, age_s)
    c = scene.columns
    moved_east_m = (now.x_m[0] - c.x_m[slot]) * now.east_scale[0]
    assert moved_east_m == pytest.approx(east * age_s, abs=1e-3)
    assert now.y_m[0] - c.y_m[slot] == pytest.approx(north * age_s, abs=1e-3)


def test_a_report_from_the_future_is_not_carried_backwards() -> None:
    scene = Scene()
    slot = scene.add(0.0, 0.0, (50.0, 0.0), now_us=NOW_US + 2 * SECOND_US)
    assert after(scene, 0.0).x_m[0] == scene.columns.x_m[slot]


def test_absent_is_not_zero() -> None:
    # REQ-RES-014
    scene = Scene()
    slot = scene.add(0.0, 0.0, (10.0, 0.0))
    for name in ("horizontal_accuracy_m", "velocity_accuracy_mps", "vertical_doubt_m"):
        getattr(scene.columns, name)[slot] = math.nan
    scene.columns.vertical_speed_accuracy_mps[slot] = math.nan
    now = after(scene, 2.0)
    expected_m = HORIZONTAL_ACCURACY_DEFAULT_M + 2.0 * VELOCITY_ACCURACY_DEFAULT_MPS
    assert now.measured_doubt_m[0] == now.horizontal_doubt_m[0] == expected_m
    vertical_m = VERTICAL_DOUBT_DEFAULT_M + 2.0 * VERTICAL_SPEED_ACCURACY_DEFAULT_MPS
    assert now.vertical_doubt_m[0] == pytest.approx(vertical_m)


def test_a_stale_track_stands_still_and_grows() -> None:
    # REQ-RES-015
    scene = Scene()
    slot = scene.add(0.0, 0.0, (20.0, 0.0))
    scene.columns.state[slot] = TrackState.STALE
    now = after(scene, 10.0)
    assert now.x_m[0] == scene.columns.x_m[slot]
    assert now.velocity_east_mps[0] == 0.0
    assert now.measured_doubt_m[0] == 0.0
    assert now.horizontal_doubt_m[0] == pytest.approx(230.0)
    assert after(scene, 3_600.0).horizontal_doubt_m[0] == GROWTH_M_MAX


def test_every_class_has_a_speed_to_grow_with() -> None:
    scene = Scene()
    for aircraft_class in AircraftClass:
        scene.add(0.0, 0.0, aircraft_class=aircraft_class)
    assert (after(scene, 1.0).horizontal_doubt_m > 10.0).all()


def test_unknown_altitude_stays_unknown_and_level_flight_is_assumed() -> None:
    scene = Scene()
    scene.add(0.0, 0.0, (10.0, 0.0), altitude_hae_m=math.nan)
    slot = scene.add(0.0, 0.0, (10.0, 0.0), altitude_hae_m=80.0)
    scene.columns.vertical_speed_mps[slot] = math.nan
    now = after(scene, 5.0)
    assert np.isnan(now.altitude_hae_m[0])
    assert (now.altitude_hae_m[1], now.vertical_speed_mps[1]) == (80.0, 0.0)
