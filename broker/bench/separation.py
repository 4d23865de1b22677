"""The separation bench: full passes and batched updates, beside their peers in the same run.

Every repeat runs ours and the peer's one after the other, and medians are compared, so that a busy
machine slows both. The peer is quadratic: above `PEER_TRACKS_MAX` it is not run, and nothing is
extrapolated.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter_ns
from types import ModuleType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broker.bench import peers
from broker.bench.scenario import (
    START_US,
    Scenario,
    bench_policy,
    bench_rules,
    columns_of,
    hot_spots,
    london,
)
from broker.core.separation.encounters import Encounters
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.jit import BACKEND
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US

Json = dict[str, Any]

SIZES: Final = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 100_000)
HOT_SPOT_SIZES: Final = (1_000, 10_000, 32_000, 100_000)
PEER_TRACKS_MAX: Final = 16_000
PEER_SHORT_TRACKS_MAX: Final = 4_000
"""In the short run: larger ones take the peer seconds."""
REPEATS: Final = 7
PEER_REPEATS_MAX: Final = 3
OURS_PER_REPEAT: Final = 5
THREAD_COUNTS: Final = (1, 2)
UPDATE_TRACKS: Final = 10_000
UPDATE_BATCHES: Final = (1, 10, 100, 1_000)
UPDATE_REPEATS: Final = 40
REPORT_RATE_HZ: Final = 1.0


@dataclass(frozen=True, slots=True)
class SeparationBench:
    """What to run."""

    sizes: Sequence[int] = SIZES
    hot_spot_sizes: Sequence[int] = HOT_SPOT_SIZES
    peer_tracks_max: int = PEER_TRACKS_MAX
    repeats: int = REPEATS
    update_repeats: int = UPDATE_REPEATS


SHORT: Final = SeparationBench((1_000, 4_000, 8_000), (10_000,), PEER_SHORT_TRACKS_MAX, 3, 10)


def run(bench: SeparationBench, progress: Callable[[str], None]) -> Json:
    """All of it, as the JSON that is printed."""
    detector = peers.bluesky_detector()
    if detector is None:
        progress("BlueSky is not installed: the peer is left out (`make bench` installs it)")
    results = [_full_pass(bench, london(size), detector, progress) for size in bench.sizes]
    crowds = [
        _full_pass(bench, hot_spots(size), detector, progress) for size in bench.hot_spot_sizes
    ]
    return {
        "backend": BACKEND,
        "results": results,
        "growth_exponent": growth_exponent(results),
        "hot_spots": crowds,
        "updates": _updates(bench, progress),
    }


def _timed_ms(work: Callable[[], object]) -> float:
    begin_ns = perf_counter_ns()
    work()
    return (perf_counter_ns() - begin_ns) / 1e6


def _full_pass(
    bench: SeparationBench,
    scenario: Scenario,
    detector: ModuleType | None,
    progress: Callable[[str], None],
) -> Json:
    """One size: every variant in every repeat, medians."""
    tracks, columns = len(scenario), columns_of(scenario)
    progress(f"full pass over {tracks:,} tracks")
    peer = None
    if detector is not None and tracks <= bench.peer_tracks_max:
        peer = peers.bluesky_pass(detector, scenario)
    ours = {count: _pass(columns, count) for count in THREAD_COUNTS}
    ours_ms: dict[int, list[float]] = {count: [] for count in ours}
    peer_ms: list[float] = []
    for repeat in range(bench.repeats):
        for count, whole in ours.items():
            ours_ms[count] += [_timed_ms(whole) for _ in range(OURS_PER_REPEAT)]
        if peer is not None and repeat < PEER_REPEATS_MAX:
            peer_ms.append(_timed_ms(peer))
    threads = min(THREAD_COUNTS, key=lambda count: median(ours_ms[count]))
    result: Json = {
        "tracks": tracks,
        "threads": threads,
        "ours_ms": median(ours_ms[threads]),
        "peer": peers.PEER_NAME if peer_ms else None,
        "peer_ms": median(peer_ms) if peer_ms else None,
        "ratio": median(ours_ms[threads]) / median(peer_ms) if peer_ms else None,
    }
    result |= _compared(scenario, columns, peer)
    result["ours_ms_by_threads"] = {str(count): median(ours_ms[count]) for count in ours}
    return result


def _pass(columns: TrackColumns, threads: int) -> Callable[[], object]:
    """The engine's whole full pass, hit details included, warmed up."""
    engine = SeparationEngine(bench_rules(), BACKEND, threads)
    whole = partial(engine.full_pass, columns, len(columns.active), START_US)
    whole()
    return whole


def _compared(
    scenario: Scenario,
    columns: TrackColumns,
    peer: Callable[[], list[tuple[int, int]]] | None,
) -> Json:
    """Our pairs beside the peer's, leaving out those without relative velocity."""
    samples = SeparationEngine(bench_rules()).full_pass(columns, len(scenario), START_US)
    pairs = peers.unordered(np.stack([samples.slot_a, samples.slot_b], axis=1))
    unseen = peers.without_relative_velocity(scenario, pairs)
    same: bool | None = None
    if peer is not None:
        theirs = peers.unordered(np.array(peer(), dtype=np.int64))
        theirs = theirs[~peers.without_relative_velocity(scenario, theirs)]
        same = bool(np.array_equal(pairs[~unseen], theirs))
    return {
        "pairs": len(pairs),
        "pairs_peer_cannot_see": int(np.count_nonzero(unseen)),
        "same_pairs": same,
    }


def growth_exponent(results: Sequence[Json]) -> float | None:
    """Slope of log time over log tracks, by least squares; None for less than two sizes."""
    points = [(float(one["tracks"]), float(one["ours_ms"])) for one in results]
    if len(points) < 2:
        return None
    logs = np.log(np.array(points))
    return float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0])


def _updates(bench: SeparationBench, progress: Callable[[str], None]) -> list[Json]:
    """Reports through the engine and the alert machine, beside NumPy one-against-all."""
    scenario = london(UPDATE_TRACKS)
    entries: list[Json] = []
    for batch in UPDATE_BATCHES:
        progress(f"updates in batches of {batch:,} at {UPDATE_TRACKS:,} tracks")
        feed = _Feed(scenario, batch)
        engine_ns, whole_ns, numpy_ns = [], [], []
        for repeat in range(bench.update_repeats):
            engine_part, whole_part = feed.step()
            engine_ns.append(engine_part / batch)
            whole_ns.append(whole_part / batch)
            one = partial(peers.one_against_all, feed.columns, repeat % UPDATE_TRACKS, scenario)
            numpy_ns.append(_timed_ms(one) * 1e6)
        entries.append(
            {
                "tracks": UPDATE_TRACKS,
                "batch": batch,
                "ns_per_report": median(whole_ns),
                "engine_ns_per_report": median(engine_ns),
                "peer": "numpy-one-against-all",
                "peer_ns": median(numpy_ns),
                "ratio": median(whole_ns) / median(numpy_ns),
            }
        )
    return entries


class _Feed:
    """Aircraft that report in turn, each once a second, a batch at a time."""

    def __init__(self, scenario: Scenario, batch: int) -> None:
        self.columns = columns_of(scenario)
        self._count, self._batch = len(scenario), batch
        policy = bench_policy()
        self._engine, self._encounters = SeparationEngine(policy.rules), Encounters(policy)
        self._now_us, self._next = START_US, 0
        everyone = np.arange(self._count, dtype=np.int32)
        self._judge(everyone)
        for _ in range(math.ceil(2 * self._count / max(batch, 100))):
            self._judge(self._moved(max(batch, 100)))

    def step(self) -> tuple[int, int]:
        """One batch; nanoseconds of the engine alone, and of engine and alert machine."""
        return self._judge(self._moved(self._batch))

    def _moved(self, batch: int) -> NDArray[np.int32]:
        """Write the next reports into the table."""
        slots = (np.arange(self._next, self._next + batch) % self._count).astype(np.int32)
        self._next = (self._next + batch) % self._count
        self._now_us += round(SECOND_US * batch / (self._count * REPORT_RATE_HZ))
        columns = self.columns
        age_s = (self._now_us - columns.time_of_validity_us[slots]) / SECOND_US
        columns.x_m[slots] += columns.velocity_east_mps[slots] * age_s / columns.east_scale[slots]
        columns.y_m[slots] += columns.velocity_north_mps[slots] * age_s
        columns.altitude_hae_m[slots] += columns.vertical_speed_mps[slots] * age_s
        columns.time_of_validity_us[slots] = self._now_us
        columns.report_count[slots] += 1
        return slots

    def _judge(self, slots: NDArray[np.int32]) -> tuple[int, int]:
        begin_ns = perf_counter_ns()
        samples = self._engine.update(self.columns, self._count, slots, self._now_us)
        engine_ns = perf_counter_ns() - begin_ns
        self._encounters.step(samples, slots, self.columns, self._now_us, fresh=True)
        return engine_ns, perf_counter_ns() - begin_ns
