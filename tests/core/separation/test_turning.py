"""Turns and the filter's margins: both backends, the index and the full pass agree."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.separation import jit
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.rules import PairSamples, RuleTable
from tests.core.separation.traffic import (
    HELICOPTER,
    LONDON_X_M,
    LONDON_Y_M,
    START_US,
    Traffic,
    bytes_of,
    fleet,
    rows_of,
    rule_table,
)

pytestmark = pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")
RUNS: list[tuple[jit.Backend, int]] = [("numpy", 1), ("numba", 1), ("numba", 2)]


def weighing_rules() -> RuleTable:
    return replace(rule_table(hold_factor=1.0), near_weight=2.0, early_weight=1.5)


def turning(seed: int, count: int, side_m: float) -> Traffic:
    traffic, random = fleet(seed, count, side_m), np.random.default_rng(seed)
    columns, live = traffic.columns, traffic.high_water
    angle = random.uniform(-1.5, 1.5, live) * (random.random(live) < 0.5)
    east, north = columns.velocity_east_mps[:live], columns.velocity_north_mps[:live]
    columns.turn_east_mps[:live] = np.cos(angle) * east - np.sin(angle) * north - east
    columns.turn_north_mps[:live] = np.sin(angle) * east + np.cos(angle) * north - north
    columns.altitude_variance_m2[:live] = random.uniform(0.0, 9.0, live)
    columns.velocity_variance_m2ps2[:live] = random.uniform(0.0, 1.0, live)
    columns.climb_variance_m2ps2[:live] = random.uniform(0.0, 0.1, live)
    return traffic


def full_pass(traffic: Traffic, table: RuleTable, now_us: int) -> PairSamples:
    engine = SeparationEngine(table, "numba")
    return engine.full_pass(traffic.columns, traffic.high_water, now_us)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.sampled_from([1_500.0, 6_000.0]))
def test_backends_agree_to_the_bit_on_turning_traffic(seed: int, age_s: int, side_m: float) -> None:
    # REQ-SEP: the fallback tells what the compiled kernels tell.
    traffic, now_us = turning(seed, 60, side_m), START_US + age_s * 1_000_000
    told = {
        bytes_of(
            SeparationEngine(weighing_rules(), backend, threads).full_pass(
                traffic.columns, traffic.high_water, now_us
            )
        )
        for backend, threads in RUNS
    }
    assert len(told) == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_index_finds_every_turning_pair(seed: int) -> None:
    traffic = turning(seed, 80, 5_000.0)
    engine = SeparationEngine(weighing_rules(), "numba")
    slots = np.arange(traffic.high_water, dtype=np.int32)
    engine.update(traffic.columns, traffic.high_water, slots, START_US)
    for second in range(1, 4):
        found = engine.audit(traffic.columns, traffic.high_water, START_US + second * 1_000_000)
        assert (found.missing, found.extra) == (0, 0)


def pair(*, apart_m: float, above_m: float, speed_mps: float) -> Traffic:
    """A helicopter that flies east at another one that hovers; everything is exact."""
    traffic = Traffic(1, doubtful=False)
    for slot, east_m in enumerate((0.0, apart_m)):
        traffic.add(slot, START_US)
        columns = traffic.columns
        columns.category[slot], columns.agency_index[slot] = HELICOPTER, slot
        columns.minima_incident[slot] = -1
        columns.time_of_validity_us[slot] = START_US
        columns.east_scale[slot] = 0.62
        columns.x_m[slot], columns.y_m[slot] = LONDON_X_M + east_m / 0.62, LONDON_Y_M
        columns.altitude_hae_m[slot] = 200.0 + slot * above_m
        columns.velocity_east_mps[slot] = 0.0 if slot else speed_mps
        columns.velocity_north_mps[slot] = columns.vertical_speed_mps[slot] = 0.0
        columns.horizontal_accuracy_m[slot] = columns.vertical_doubt_m[slot] = 0.0
    return traffic


def levels(traffic: Traffic, table: RuleTable, now_us: int = START_US) -> list[int]:
    samples = full_pass(traffic, table, now_us)
    return [level for *_, level, _ in rows_of(samples, traffic.columns)]


def test_a_turn_away_takes_the_conflict_with_it() -> None:
    traffic, table = pair(apart_m=2_000.0, above_m=0.0, speed_mps=50.0), rule_table(hold_factor=1.0)
    assert levels(traffic, table) == [3]
    traffic.columns.turn_east_mps[0], traffic.columns.turn_north_mps[0] = -50.0, 50.0
    assert levels(traffic, table) == []


def test_a_turn_does_not_move_where_the_aircraft_is_now() -> None:
    # It has flown 50 m east in the second since its report, whatever it will do next.
    traffic, table = pair(apart_m=960.0, above_m=0.0, speed_mps=50.0), rule_table(hold_factor=1.0)
    traffic.columns.turn_east_mps[0], traffic.columns.turn_north_mps[0] = -50.0, 0.0
    assert levels(traffic, table) == []
    assert levels(traffic, table, START_US + 1_000_000) == [3]


def test_a_graze_in_height_is_not_missed_and_an_early_one_not_counted() -> None:
    # REQ-SEP: the margins are the filter's own doubt; without doubt there is no margin.
    table = weighing_rules()
    near = pair(apart_m=100.0, above_m=153.0, speed_mps=0.0)
    assert levels(near, table) == []
    near.columns.altitude_variance_m2[:2] = 1.0
    assert levels(near, table) == [3]
    early = pair(apart_m=2_100.0, above_m=152.0, speed_mps=50.0)
    assert levels(early, table) == [3]
    early.columns.climb_variance_m2ps2[:2] = 0.01
    assert levels(early, table) == [0], "held if raised, but not raised"


def test_an_unknown_velocity_has_no_turn() -> None:
    traffic = pair(apart_m=960.0, above_m=0.0, speed_mps=50.0)
    traffic.columns.velocity_east_mps[0] = math.nan
    before = bytes_of(full_pass(traffic, rule_table(), START_US))
    traffic.columns.turn_east_mps[0] = math.nan
    assert bytes_of(full_pass(traffic, rule_table(), START_US)) == before
