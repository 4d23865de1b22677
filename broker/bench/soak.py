"""The long run: hours of seeded traffic in virtual time, audited at every second.

Aircraft report once a second in batches, wander, hover, fall silent for a while, and leave for good
so that others take their slots. Every second all pairs are judged from the table alone and compared
with what the incremental index says: a difference is a defect. Memory is read at the start, in the
middle and at the end; kernels that are not kept yet are compiled by another process before, as the
compiler takes more memory than the run and gives none of it back.
"""

import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broker import kernels
from broker.bench.scenario import START_US, columns_of, hot_spots
from broker.core.separation.categories import category
from broker.core.separation.encounters import Encounters
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.jit import BACKEND, Backend
from broker.core.separation.policy import parse_policy
from broker.core.tracks.phases import Phase
from broker.core.tracks.reports import AircraftClass
from broker.core.units import HOUR_US, SECOND_US

Slots = NDArray[np.int32]

BATCHES_PER_SECOND: Final = 10
SILENT_SHARE: Final = 0.002
"""Of the aircraft that fall silent in a second ..."""
SILENT_S: Final = (2, 20)
"""... for so long."""
LEAVING_SHARE: Final = 0.001
TURN_MPS: Final = 1.5
"""Standard deviation of what a second changes of a moving aircraft's velocity."""
SPEED_MPS_MAX: Final = (25.0, 75.0)
"""Drones, helicopters."""
WARM_UP_S: Final = 60
"""Before memory is first read: buffers have then found their size."""
PHASES: Final = (
    Phase.TRANSIT,
    Phase.LANDING,
)


@dataclass(frozen=True, slots=True)
class SoakBench:
    """What to run."""

    tracks: int = 2_000
    seconds: int = 2 * HOUR_US // SECOND_US
    seed: int = 5
    policy: str = "default"
    backend: Backend = BACKEND


SHORT: Final = SoakBench(tracks=500, seconds=120)


class SoakTraffic:
    """The table and how its aircraft move; the same seed gives the same traffic."""

    def __init__(self, bench: SoakBench) -> None:
        self._random = np.random.default_rng(bench.seed)
        scenario = hot_spots(bench.tracks, bench.seed)
        self.columns = columns_of(scenario)
        self.count = bench.tracks
        self._helicopter = scenario.is_helicopter.astype(np.intp)
        self._silent_until_us = np.zeros(bench.tracks, dtype=np.int64)
        self._next_number = bench.tracks + 1
        self._home = self.columns.x_m.copy(), self.columns.y_m.copy()
        status = self._random.integers(0, len(PHASES), bench.tracks)
        classes = (AircraftClass.DRONE, AircraftClass.HELICOPTER)
        rows = [[category(one, phase) for phase in PHASES] for one in classes]
        self.columns.category[:] = np.array(rows)[self._helicopter, status]
        self.columns.agency_index[:] = self._random.integers(0, 6, bench.tracks)
        self.columns.horizontal_accuracy_m[:] = self._random.uniform(1.0, 10.0, bench.tracks)
        self.columns.vertical_doubt_m[:] = self._random.uniform(1.0, 15.0, bench.tracks)

    def batch(self, part: int, now_us: int) -> Slots:
        """The slots that report now, with their rows written."""
        due = np.arange(part, self.count, BATCHES_PER_SECOND)
        slots = due[self._silent_until_us[due] <= now_us].astype(np.int32)
        columns = self.columns
        age_s = (now_us - columns.time_of_validity_us[slots]) / SECOND_US
        columns.x_m[slots] += columns.velocity_east_mps[slots] * age_s / columns.east_scale[slots]
        columns.y_m[slots] += columns.velocity_north_mps[slots] * age_s
        climb_mps, altitude_m = columns.vertical_speed_mps, columns.altitude_hae_m
        altitude_m[slots] = np.clip(altitude_m[slots] + climb_mps[slots] * age_s, 0.0, 900.0)
        self._turn(slots)
        columns.time_of_validity_us[slots] = now_us
        columns.report_count[slots] += 1
        return slots

    def _turn(self, slots: Slots) -> None:
        """Wander, and be drawn home, so that the picture looks the same after hours."""
        columns = self.columns
        moving = slots[columns.velocity_east_mps[slots] != 0.0]
        limit_mps = np.array(SPEED_MPS_MAX)[self._helicopter[moving]]
        for velocity, position, home in (
            (columns.velocity_east_mps, columns.x_m, self._home[0]),
            (columns.velocity_north_mps, columns.y_m, self._home[1]),
        ):
            drawn = (home[moving] - position[moving]) * 0.001
            change = self._random.normal(0.0, TURN_MPS, len(moving)) + drawn
            velocity[moving] = np.clip(velocity[moving] + change, -limit_mps, limit_mps)

    def silence(self, now_us: int) -> None:
        """Some aircraft stop reporting for a while."""
        chosen = self._chosen(SILENT_SHARE)
        for_s = self._random.integers(*SILENT_S, len(chosen))
        self._silent_until_us[chosen] = now_us + for_s * SECOND_US

    def replace(self, now_us: int, gone: Callable[[int, Slots], None]) -> None:
        """Some aircraft leave; others appear in their slots at the same second."""
        for slot in self._chosen(LEAVING_SHARE):
            gone(int(self.columns.track_number[slot]), np.array([slot], dtype=np.int32))
            self.columns.track_number[slot] = self._next_number
            self._next_number += 1
            self.columns.report_count[slot] = 0
            self.columns.time_of_validity_us[slot] = now_us
            self._silent_until_us[slot] = 0

    def _chosen(self, share: float) -> NDArray[np.intp]:
        return np.flatnonzero(self._random.random(self.count) < share)


def run(bench: SoakBench, progress: Callable[[str], None]) -> dict[str, Any]:
    """The whole run; memory in MB, and what the audits found."""
    if not kernels.are_kept():
        apart = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=apart) as compiler:
            warm_up = replace(bench, seconds=min(WARM_UP_S, bench.seconds))
            compiler.submit(_flown, warm_up, _silently).result()
    return _flown(bench, progress)


def _silently(_: str) -> None:
    """Tell nobody."""


def _flown(bench: SoakBench, progress: Callable[[str], None]) -> dict[str, Any]:
    text = resources.files("broker.policies").joinpath(f"{bench.policy}.toml").read_text("utf-8")
    policy, traffic = parse_policy(text), SoakTraffic(bench)
    engine = SeparationEngine(policy.rules, bench.backend)
    encounters = Encounters(policy)
    columns, count = traffic.columns, traffic.count
    memory_mb: dict[str, float] = {}
    differing = told = pairs = 0

    def gone(number: int, slots: Slots) -> None:
        engine.remove(slots)
        encounters.track_gone(number, now_us)

    began_s, now_us = perf_counter(), START_US
    for second in range(bench.seconds):
        now_us = START_US + second * SECOND_US
        traffic.replace(now_us, gone)
        traffic.silence(now_us)
        for part in range(BATCHES_PER_SECOND):
            at_us = now_us + part * (SECOND_US // BATCHES_PER_SECOND)
            moved = traffic.batch(part, at_us)
            samples = engine.update(columns, count, moved, at_us)
            told += len(encounters.step(samples, moved, columns, at_us, fresh=True))
        now_us += SECOND_US - 1
        result = engine.audit(columns, count, now_us)
        differing += result.missing + result.extra > 0
        pairs += len(result.samples)
        everyone = np.arange(count, dtype=np.int32)
        told += len(encounters.step(result.samples, everyone, columns, now_us, fresh=False))
        if second + 1 in (min(WARM_UP_S, bench.seconds), bench.seconds // 2, bench.seconds):
            memory_mb[f"{second + 1} s"] = round(resident_mb(), 1)
            progress(f"{second + 1:,} s: {differing} seconds differ, {memory_mb}")
    return {
        "tracks": count,
        "seconds": bench.seconds,
        "policy": policy.name,
        "audits_that_differ": differing,
        "pairs_per_audit": round(pairs / bench.seconds, 1),
        "alert_revisions": told,
        "memory_mb": memory_mb,
        "wall_s": round(perf_counter() - began_s, 1),
    }


def resident_mb() -> float:
    """Memory that this process holds now; its peak where the system does not say."""
    statm = Path("/proc/self/statm")
    if statm.is_file():
        return int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
