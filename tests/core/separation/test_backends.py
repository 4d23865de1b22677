"""The two backends must agree to the bit, and both with the slow reference."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.separation import backend_numba, backends, index_numpy, jit, kernel_numpy, packing
from broker.core.separation.backend_numpy import NumpyKernels
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.rules import RuleTable
from tests.core.separation.traffic import (
    LONDON_X_M,
    START_US,
    Traffic,
    bytes_of,
    fleet,
    reference_rows,
    rows_of,
    rule_table,
)

pytestmark = pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")

RUNS: list[tuple[jit.Backend, int]] = [("numpy", 1), ("numba", 1), ("numba", 2)]


def agree(traffic: Traffic, now_us: int, table: RuleTable | None = None) -> None:
    """Reference, NumPy, Numba and Numba on two threads tell the same."""
    table = rule_table() if table is None else table
    columns, high_water = traffic.columns, traffic.high_water
    expected = reference_rows(table, columns, now_us)
    told = []
    for backend, threads in RUNS:
        engine = SeparationEngine(table, backend, threads)
        samples = engine.full_pass(columns, high_water, now_us)
        assert rows_of(samples, columns) == expected, (backend, threads)
        told.append(bytes_of(samples))
    assert told[0] == told[1] == told[2]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.sampled_from([1_500.0, 8_000.0, 40_000.0]))
def test_full_pass_is_what_the_reference_finds(seed: int, age_s: int, side_m: float) -> None:
    agree(fleet(seed, 50, side_m), START_US + age_s * 1_000_000)


@pytest.mark.parametrize("hold_factor", [1.0, 1.5])
@pytest.mark.parametrize("accuracy_weight", [0.0, 1.0])
def test_rule_factors(hold_factor: float, accuracy_weight: float) -> None:
    table = rule_table(hold_factor=hold_factor, accuracy_weight=accuracy_weight)
    agree(fleet(3, 120, 4_000.0), START_US, table)


def test_a_crowd_in_one_square_kilometre() -> None:
    agree(fleet(11, 200, 1_000.0), START_US + 2_000_000)


def test_traffic_that_the_wrapped_grid_lays_over_itself() -> None:
    # Two crowds exactly one grid width apart share every cell.
    traffic = fleet(12, 120, 1_500.0)
    traffic.columns.x_m[60:120] += 128 * 800.0
    traffic.columns.y_m[30:90] += 128 * 500.0
    agree(traffic, START_US)


def test_traffic_all_over_the_world() -> None:
    # One far outlier must cost neither precision nor pairs.
    traffic = fleet(13, 80, 2_000.0)
    traffic.columns.x_m[0] = 20_000_000.0
    traffic.columns.y_m[1] = -9_000_000.0
    traffic.columns.x_m[40:80] -= 2.0 * LONDON_X_M
    agree(traffic, START_US)


def test_traffic_near_the_pole() -> None:
    traffic = fleet(14, 80, 2_000.0)
    traffic.columns.east_scale[:80] = math.cos(math.radians(79.0))
    agree(traffic, START_US)


def test_searches_that_reach_all_round_the_grid() -> None:
    table = rule_table()
    wide = replace(table, horizontal_m=table.horizontal_m * 1_000.0)
    agree(fleet(19, 60, 120_000.0), START_US, wide)


def test_more_hits_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_numba, "HIT_ROOM_MIN", 4)
    monkeypatch.setattr(backend_numba, "PAIR_ROOM_MIN", 4)
    agree(fleet(15, 90, 800.0), START_US)


def test_pairs_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_numpy, "PAIRS_PER_CHUNK_MAX", 7)
    agree(fleet(16, 60, 3_000.0), START_US)


def test_no_tracks_and_one_track() -> None:
    agree(fleet(17, 0), START_US)
    agree(fleet(17, 1), START_US)


def test_order_within_a_pair_does_not_matter() -> None:
    traffic = fleet(18, 40, 1_000.0)
    rules = packing.kernel_rules(rule_table())
    rows = np.zeros((64, packing.ROW_WIDTH))
    slots = np.arange(40, dtype=np.int32)
    kernel_numpy.pack(packing.track_inputs(traffic.columns), slots, rules, rows)
    forward = np.array([(i, j) for i in range(40) for j in range(i)], dtype=np.int32)
    tags, values = kernel_numpy.evaluate_pairs(rows, forward, START_US, rules)
    swapped = kernel_numpy.evaluate_pairs(rows, forward[:, ::-1], START_US, rules)
    assert len(tags) > 20
    assert tags[:, 2:].tobytes() == swapped[0][:, 2:].tobytes()
    assert values.tobytes() == swapped[1].tobytes()


def test_numba_cannot_be_had_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "BACKEND", "numpy")
    with pytest.raises(ValueError, match="backend"):
        backends.make_kernels("numba", 1)
    assert isinstance(backends.make_kernels("numpy", 1), NumpyKernels)
