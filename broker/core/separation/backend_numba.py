"""The backend of compiled kernels: which of them answers, in which buffers, on how many threads."""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import (
    hits_numba,
    index_batch_numba,
    index_numba,
    kernel_numba,
    packing_numba,
    sweep_grid,
    sweep_numba,
)
from broker.core.separation.index import Asking, GridIndex, Slots, WatchedPairs, empty_hits
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.rules import PairSamples

Element = TypeVar("Element", np.int32, np.float64)
HIT_ROOM_MIN: Final = 4_096
PAIR_ROOM_MIN: Final = 65_536
TOGETHER_MIN: Final = 200
"""Slots that ask at once, from which on sorting all tracks for them pays ..."""
TOGETHER_SHARE: Final = 64
"""... if they are at least one in this many of all."""


class NumbaKernels:
    """Compiled; keeps its buffers between calls. One thread at a time may call it."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._sweep = sweep_grid.empty_room(0)
        self._room = empty_hits(HIT_ROOM_MIN)
        self._pairs = np.zeros((PAIR_ROOM_MIN, 2), dtype=np.int32)

    def unlink(self, index: GridIndex, slots: Slots) -> None:
        """Forget slots."""
        index_numba.unlink(index, slots)

    def pack(self, tracks: TrackInputs, index: GridIndex, slots: Slots, rules: KernelRules) -> None:
        """Read slots' rows again without placing them anew."""
        packing_numba.pack(tracks, slots, slots, rules, index.rows)

    def ask(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        slots: Slots,
        asking: Asking,
        rules: KernelRules,
        watched: WatchedPairs,
    ) -> PairSamples:
        """Index slots afresh and watch their candidates; samples of all but the quiet ones."""
        used, count = self._first_answer(tracks, index, slots, asking, rules, watched)
        while True:
            if used > len(watched.log.pairs):
                watched.make_room(used, index.sequence)
            elif count > len(self._room.tags):
                self._room = empty_hits(2 * count)
            else:
                watched.used = used
                return self._samples(tracks, count)
            used, count = index_numba.query(
                index,
                slots,
                asking.quiet,
                float(asking.now_us),
                rules,
                watched.log,
                watched.used,
                self._room,
            )

    def _first_answer(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        slots: Slots,
        asking: Asking,
        rules: KernelRules,
        watched: WatchedPairs,
    ) -> tuple[int, int]:
        """Log entries and hits that there are, by whichever way suits the size of the batch."""
        log, used, out, capacity = watched.log, watched.used, self._room, len(index.layer)
        few = len(slots) < TOGETHER_MIN or len(slots) * TOGETHER_SHARE < capacity
        if few or asking.quiet:
            return index_numba.ask(tracks, index, slots, asking, rules, log, used, out)
        self._fit_sweep(capacity)
        return index_batch_numba.ask_together(
            tracks, index, slots, asking, rules, self._sweep, (log, out), used
        )

    def _fit_sweep(self, capacity: int) -> None:
        if len(self._sweep.cell) < capacity:
            self._sweep = sweep_grid.empty_room(capacity)

    def evaluate(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        pairs: NDArray[np.int32],
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        """Samples among pairs (n, 2)."""
        while True:
            count = kernel_numba.evaluate_pairs(
                index.rows, pairs, float(now_us), rules, self._room.tags, self._room.values
            )
            if count <= len(self._room.tags):
                return self._samples(tracks, count)
            self._room = empty_hits(2 * count)

    def full_pass(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        high_water: int,
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        """Samples among all pairs of active slots below the high water."""
        self._fit_sweep(len(scratch.layer))
        if self._threads > 1:
            return self._full_pass_parallel(tracks, scratch, high_water, now_us, rules)
        while True:
            found, count, samples = sweep_numba.full_pass(
                tracks,
                high_water,
                scratch.rows,
                float(now_us),
                rules,
                self._sweep,
                self._pairs,
                self._room,
            )
            if self._enough_room(found, count):
                return PairSamples(*samples)

    def _full_pass_parallel(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        high_water: int,
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        parts, at_us = self._threads, float(now_us)
        laid_out, frame = sweep_numba.prepare(tracks, high_water, at_us, rules, self._sweep)
        plain_tracks, sweep, plain_rules = tuple(tracks), tuple(self._sweep), tuple(rules)
        while True:
            pairs = _split(self._pairs, parts)
            tags, values = _split(self._room.tags, parts), _split(self._room.values, parts)
            when = (at_us, laid_out, *frame)
            counts = sweep_numba.search_parts(
                plain_tracks, scratch.rows, sweep, plain_rules, when, pairs, tags, values
            )
            if self._enough_room(*(parts * int(most + 1) for most in counts.max(axis=0))):
                hits = [count for _, count in counts.tolist()]
                return hits_numba.pair_samples(
                    np.concatenate([tags[part, :count] for part, count in enumerate(hits)]),
                    np.concatenate([values[part, :count] for part, count in enumerate(hits)]),
                    tracks,
                )

    def _enough_room(self, found: int, count: int) -> bool:
        """Whether candidates and hits fitted; makes room where they did not."""
        enough = True
        if found > len(self._pairs):
            self._pairs, enough = np.zeros((2 * found, 2), dtype=np.int32), False
        if count > len(self._room.tags):
            self._room, enough = empty_hits(2 * count), False
        return enough

    def _samples(self, tracks: TrackInputs, count: int) -> PairSamples:
        return hits_numba.pair_samples(self._room.tags[:count], self._room.values[:count], tracks)


def _split(room: NDArray[Element], parts: int) -> NDArray[Element]:
    """A buffer (n, w) as (parts, n // parts, w)."""
    each = len(room) // parts
    return room[: each * parts].reshape(parts, each, room.shape[1])
