"""Aircraft against restrictions are predicted as pairs are: same path, same doubt."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.restrictions.movers import HORIZONTAL_ACCURACY_DEFAULT_M, Movers, movers_of
from broker.core.separation import jit, packing, packing_numba, pair_numba
from broker.core.separation.packing import kernel_rules, track_inputs
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import NOW_US, RULES, Scene
from tests.core.separation.traffic import HELICOPTER, rule_table

WEIGHING = kernel_rules(rule_table(accuracy_weight=0.7))._replace(near_weight=2.0)


def after(scene: Scene, age_s: float) -> Movers:
    return movers_of(scene.columns, scene.slots(), NOW_US + round(age_s * SECOND_US), RULES)


def doubtful_scene(seed: int, count: int) -> Scene:
    """Turning, climbing, hovering, silent aircraft; of some the velocity or height is unknown."""
    rng, scene = np.random.default_rng(seed), Scene()
    for _ in range(count):
        velocity = (math.nan, math.nan) if rng.random() < 0.2 else tuple(rng.uniform(-60, 60, 2))
        altitude_m = math.nan if rng.random() < 0.2 else float(rng.uniform(0, 300))
        since_us = NOW_US - int(rng.integers(0, 30 * SECOND_US))
        east_m, north_m = (float(one) for one in rng.uniform(-5_000, 5_000, 2))
        slot = scene.add(east_m, north_m, velocity, altitude_m, since_us)
        c = scene.columns
        c.turn_east_mps[slot], c.turn_north_mps[slot] = rng.uniform(-30, 30, 2)
        c.vertical_speed_mps[slot] = rng.choice([math.nan, 0.0, 4.0])
        c.horizontal_accuracy_m[slot] = rng.choice([0.0, 12.0, 60.0])
        c.vertical_doubt_m[slot], c.altitude_variance_m2[slot] = rng.uniform(0, 30, 2)
        c.category[slot] = rng.integers(0, 3)
    return scene


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_two_aircraft_are_as_far_apart_as_pairs_are_judged(seed: int) -> None:
    # REQ-RES-060
    scene = doubtful_scene(seed, 2)
    scene.columns.category[:2] = 0
    rows = np.empty((64, packing.ROW_WIDTH))
    packing_numba.pack(track_inputs(scene.columns), scene.slots(), scene.slots(), WEIGHING, rows)
    pair = pair_numba.relative_state(rows, 0, 1, float(NOW_US))
    one = movers_of(scene.columns, scene.slots(), NOW_US, WEIGHING)
    east_m = (one.x_m[1] - one.x_m[0]) * (one.east_scale[0] + one.east_scale[1]) / 2.0
    assert east_m == pytest.approx(pair.x_m, abs=2.5)  # the east scale over 10 km
    assert one.y_m[1] - one.y_m[0] == pytest.approx(pair.y_m, abs=1e-6)
    assert one.velocity_east_mps[1] - one.velocity_east_mps[0] == pair.u_mps
    assert one.velocity_north_mps[1] - one.velocity_north_mps[0] == pair.v_mps
    above_m = one.altitude_hae_m[1] - one.altitude_hae_m[0]
    assert above_m == pytest.approx(pair.z_m, abs=1e-6, nan_ok=True)
    assert one.vertical_speed_mps[1] - one.vertical_speed_mps[0] == pair.w_mps


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_doubt_is_that_of_a_pair_whose_other_side_has_none(seed: int) -> None:
    # REQ-RES-060
    scene = doubtful_scene(seed, 1)
    scene.add(0.0, 0.0, (0.0, 0.0))
    rows = np.empty((64, packing.ROW_WIDTH))
    packing_numba.pack(track_inputs(scene.columns), scene.slots(), scene.slots(), WEIGHING, rows)
    factors = pair_numba.factors_of(WEIGHING)
    doubt_m = pair_numba.horizontal_doubt_m(rows, 0, 1, float(NOW_US), factors)
    one = movers_of(scene.columns, scene.slots(), NOW_US, WEIGHING)
    assert one.horizontal_doubt_m[0] == pytest.approx(doubt_m)
    assert one.growing_mps[0] == rows[0, packing.UNKNOWN_MPS]
    vertical_m = 0.7 * math.sqrt(rows[0, packing.VERTICAL_VARIANCE_M2])
    vertical_m += 2.0 * pair_numba.residual(rows, 0, 1, packing.ALTITUDE_RESIDUAL_M2)
    assert one.vertical_doubt_m[0] == pytest.approx(vertical_m)


@pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_compiled_movers_are_those_of_the_reference_bit_by_bit(seed: int) -> None:
    # REQ-RES-016
    scene = doubtful_scene(seed, 40)
    scene.columns.horizontal_accuracy_m[3] = math.nan
    slots = scene.slots()[::3].copy()
    compiled = movers_of(scene.columns, slots, NOW_US, WEIGHING, "numba")
    reference = movers_of(scene.columns, slots, NOW_US, WEIGHING, "numpy")
    for name, ours, theirs in zip(Movers._fields, compiled, reference, strict=True):
        assert np.array_equal(ours, theirs, equal_nan=True), name


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(0, 10))
def test_a_known_velocity_carries_the_position(east: float, north: float, age_s: float) -> None:
    scene = Scene()
    slot = scene.add(0.0, 0.0, (east, north))
    now = after(scene, age_s)
    c = scene.columns
    moved_east_m = (now.x_m[0] - c.x_m[slot]) * now.east_scale[0]
    assert moved_east_m == pytest.approx(east * age_s, abs=1e-3)
    assert now.y_m[0] - c.y_m[slot] == pytest.approx(north * age_s, abs=1e-3)


def test_absent_is_not_zero() -> None:
    # REQ-RES-014
    scene = Scene()
    slot = scene.add(0.0, 0.0, (10.0, 0.0))
    scene.columns.horizontal_accuracy_m[slot] = math.nan
    now = after(scene, 2.0)
    assert now.measured_doubt_m[0] == now.horizontal_doubt_m[0] == HORIZONTAL_ACCURACY_DEFAULT_M


def test_an_overdue_track_goes_on_and_grows_with_its_speed() -> None:
    # REQ-RES-015
    scene = Scene()
    slot = scene.add(0.0, 0.0, (20.0, 0.0))
    now = after(scene, 12.0)
    moved_m = (now.x_m[0] - scene.columns.x_m[slot]) * now.east_scale[0]
    assert moved_m == pytest.approx(240.0, abs=0.01)
    assert (now.measured_doubt_m[0], now.horizontal_doubt_m[0]) == (0.0, 7.0 * 20.0)
    assert after(scene, 3_600.0).horizontal_doubt_m[0] == RULES.growth_m_max


def test_an_unknown_velocity_grows_at_once_and_goes_on_growing() -> None:
    scene = Scene()
    scene.add(0.0, 0.0)
    scene.columns.category[scene.add(0.0, 0.0)] = HELICOPTER
    now = after(scene, 2.0)
    assert now.growing_mps.tolist() == [20.0, 60.0]
    assert now.horizontal_doubt_m.tolist() == [40.0, 120.0]
    assert (now.measured_doubt_m == 0.0).all()
    assert (now.velocity_east_mps == 0.0).all()


def test_unknown_altitude_stays_unknown_and_level_flight_is_assumed() -> None:
    scene = Scene()
    scene.add(0.0, 0.0, (10.0, 0.0), altitude_hae_m=math.nan)
    slot = scene.add(0.0, 0.0, (10.0, 0.0), altitude_hae_m=80.0)
    scene.columns.vertical_speed_mps[slot] = math.nan
    now = after(scene, 5.0)
    assert np.isnan(now.altitude_hae_m[0])
    assert (now.altitude_hae_m[1], now.vertical_speed_mps[1]) == (80.0, 0.0)
