"""The long run in short: every audit agrees, and the traffic does what the run is about."""

import numpy as np
import pytest

from broker import kernels
from broker.bench.scenario import START_US
from broker.bench.soak import BATCHES_PER_SECOND, SoakBench, SoakTraffic, resident_mb, run
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.hits import NO_SAMPLES
from broker.core.separation.jit import BACKEND, Backend
from broker.core.units import SECOND_US

BRIEF = SoakBench(tracks=240, seconds=40)


@pytest.mark.parametrize("backend", dict.fromkeys([BACKEND, "numpy"]))
def test_every_audit_agrees(backend: Backend) -> None:
    # REQ-SEP-004: the incremental set is the full pass, at every second.
    bench = SoakBench(BRIEF.tracks, BRIEF.seconds, backend=backend)
    results = run(bench, lambda _: None)
    assert results["audits_that_differ"] == 0
    assert results["pairs_per_audit"] > 1
    assert results["alert_revisions"] > 10
    assert set(results["memory_mb"]) == {"40 s", "20 s"}


def test_what_compiles_first_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = SoakBench(120, 20)
    as_ever = run(bench, lambda _: None)
    monkeypatch.setattr(kernels, "are_kept", lambda: False)
    compiled_apart = run(bench, lambda _: None)
    for name in ("alert_revisions", "pairs_per_audit", "audits_that_differ"):
        assert as_ever[name] == compiled_apart[name]


def test_both_backends_tell_the_same() -> None:
    one, other = (
        run(SoakBench(120, 20, backend=backend), lambda _: None) for backend in (BACKEND, "numpy")
    )
    for name in ("alert_revisions", "pairs_per_audit"):
        assert one[name] == other[name]


def test_a_difference_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if nothing were watched.
    monkeypatch.setattr(SeparationEngine, "refresh", lambda *_: NO_SAMPLES)
    assert run(SoakBench(200, 10), lambda _: None)["audits_that_differ"] == 10


def test_aircraft_report_fall_silent_and_are_replaced() -> None:
    traffic, gone = SoakTraffic(SoakBench(tracks=1_000)), []
    said = 0
    for second in range(30):
        now_us = START_US + second * SECOND_US
        traffic.replace(now_us, lambda number, slots: gone.append((number, slots.tolist())))
        traffic.silence(now_us)
        for part in range(BATCHES_PER_SECOND):
            slots = traffic.batch(part, now_us)
            assert (slots % BATCHES_PER_SECOND == part).all()
            said += len(slots)
    assert 25_000 < said < 30_000
    assert 5 < len(gone) < 100
    assert len(set(traffic.columns.track_number.tolist())) == 1_000
    assert all(number not in traffic.columns.track_number for number, _ in gone)
    assert np.abs(traffic.columns.velocity_east_mps).max() <= 75.0


def test_memory_is_read() -> None:
    assert 10.0 < resident_mb() < 100_000.0
