"""A large batch and many small ones must tell the same, whatever way the candidates are found."""

import numpy as np
import pytest

from broker.core.separation import backend_numba, jit
from broker.core.separation.engine import SeparationEngine
from tests.core.separation.traffic import (
    START_US,
    bytes_of,
    fleet,
    reference_rows,
    rows_of,
    rule_table,
)

pytestmark = pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")


@pytest.fixture(autouse=True)
def every_batch_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_numba, "TOGETHER_MIN", 1)
    monkeypatch.setattr(backend_numba, "TOGETHER_SHARE", 1_000_000)


@pytest.mark.parametrize("side_m", [900.0, 5_000.0, 60_000.0])
def test_batches_tell_what_the_reference_finds(side_m: float) -> None:
    # REQ-SEP-004: what is told never depends on how the index was asked.
    table, traffic = rule_table(), fleet(31, 70, side_m)
    columns, random = traffic.columns, np.random.default_rng(31)
    together, plain = SeparationEngine(table), SeparationEngine(table, "numpy")
    everyone = np.arange(70, dtype=np.int32)
    now_us = START_US
    for turn in range(8):
        moved = everyone if turn == 0 else random.choice(everyone, 9, replace=False)
        for slot in moved:
            traffic.report(int(slot), now_us)
        samples = together.update(columns, 70, moved, now_us)
        assert bytes_of(samples) == bytes_of(plain.update(columns, 70, moved, now_us)), turn
        numbers = set(columns.track_number[moved].tolist())
        expected = reference_rows(table, columns, now_us)
        assert rows_of(samples, columns) == [r for r in expected if numbers & set(r[:2])], turn
        assert rows_of(together.refresh(columns, 70, now_us), columns) == expected, turn
        result = together.audit(columns, 70, now_us)
        assert (result.missing, result.extra) == (0, 0), turn
        now_us += 700_000


def test_a_crowd_that_the_wrapped_grid_lays_over_itself() -> None:
    table, traffic = rule_table(), fleet(32, 90, 1_500.0)
    traffic.columns.x_m[:30] += 256 * 400.0
    traffic.columns.y_m[20:60] += 64 * 1_600.0
    slots = np.arange(90, dtype=np.int32)
    samples = SeparationEngine(table).update(traffic.columns, 90, slots, START_US)
    expected = reference_rows(table, traffic.columns, START_US)
    assert rows_of(samples, traffic.columns) == expected


def test_too_little_room_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_numba, "HIT_ROOM_MIN", 4)
    table, traffic = rule_table(), fleet(33, 90, 800.0)
    slots = np.arange(90, dtype=np.int32)
    samples = SeparationEngine(table).update(traffic.columns, 90, slots, START_US)
    assert rows_of(samples, traffic.columns) == reference_rows(table, traffic.columns, START_US)


def test_only_wide_tracks() -> None:
    table, traffic = rule_table(), fleet(34, 20, 4_000.0, doubtful=False)
    traffic.columns.category[:20] = 1
    slots = np.arange(20, dtype=np.int32)
    samples = SeparationEngine(table).update(traffic.columns, 20, slots, START_US)
    assert rows_of(samples, traffic.columns) == reference_rows(table, traffic.columns, START_US)


def test_small_batches_keep_to_the_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend_numba, "TOGETHER_MIN", 50)
    table, traffic = rule_table(), fleet(35, 40, 2_000.0)
    kernels = backend_numba.NumbaKernels(1)
    engine = SeparationEngine(table)
    engine._kernels = kernels
    engine.update(traffic.columns, 40, np.arange(40, dtype=np.int32), START_US)
    assert len(kernels._sweep.cell) == 0
