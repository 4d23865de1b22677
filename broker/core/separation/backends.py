"""The two backends behind one interface: compiled kernels, or NumPy alone."""

from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import index as layout
from broker.core.separation import (
    index_numba,
    index_numpy,
    kernel_numba,
    kernel_numpy,
    reach,
    sweep_numba,
)
from broker.core.separation.cylinder import Floats
from broker.core.separation.hits import Tags
from broker.core.separation.index import GridIndex, WatchedPairs, empty_hits
from broker.core.separation.jit import BACKEND, Backend
from broker.core.separation.packing import KernelRules, TrackInputs

Slots = NDArray[np.int32]
Hits = tuple[Tags, Floats]
Element = TypeVar("Element", np.int32, np.float64)
HIT_ROOM_MIN: Final = 4_096
PAIR_ROOM_MIN: Final = 65_536


class Kernels(Protocol):
    """What the engine asks of a backend. Hits come in any order, each pair once."""

    def unlink(self, index: GridIndex, slots: Slots) -> None:
        """Forget slots."""

    def pack(self, tracks: TrackInputs, index: GridIndex, slots: Slots, rules: KernelRules) -> None:
        """Read slots' rows again without placing them anew."""

    def place(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        slots: Slots,
        first_sequence: int,
        now_us: int,
        rules: KernelRules,
    ) -> None:
        """Index slots afresh, with sequence numbers in their order."""

    def query(
        self,
        index: GridIndex,
        slots: Slots,
        quiet: int,
        now_us: int,
        rules: KernelRules,
        watched: WatchedPairs,
    ) -> Hits:
        """Watch the candidates of placed slots; hits of all but the first `quiet`."""

    def evaluate(
        self, index: GridIndex, pairs: NDArray[np.int32], now_us: int, rules: KernelRules
    ) -> Hits:
        """Hits among pairs (n, 2)."""

    def full_pass(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        slots: Slots,
        now_us: int,
        rules: KernelRules,
    ) -> Hits:
        """Hits among all pairs of slots."""


class NumbaKernels:
    """Compiled; keeps its hit buffers between calls. One thread at a time may call it."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._room = empty_hits(HIT_ROOM_MIN)
        self._pairs = np.zeros((PAIR_ROOM_MIN, 2), dtype=np.int32)

    def unlink(self, index: GridIndex, slots: Slots) -> None:
        """Forget slots."""
        index_numba.unlink(index, slots)

    def pack(self, tracks: TrackInputs, index: GridIndex, slots: Slots, rules: KernelRules) -> None:
        """Read slots' rows again without placing them anew."""
        kernel_numba.pack(tracks, slots, rules, index.rows)

    def place(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        slots: Slots,
        first_sequence: int,
        now_us: int,
        rules: KernelRules,
    ) -> None:
        """Index slots afresh."""
        index_numba.place(tracks, index, slots, first_sequence, now_us, rules)

    def query(
        self,
        index: GridIndex,
        slots: Slots,
        quiet: int,
        now_us: int,
        rules: KernelRules,
        watched: WatchedPairs,
    ) -> Hits:
        """Watch the candidates of placed slots; hits of all but the first `quiet`."""
        while True:
            used, count = index_numba.query(
                index, slots, quiet, float(now_us), rules, watched.log, watched.used, self._room
            )
            if used > len(watched.log.pairs):
                watched.make_room(used, index.sequence)
            elif count > len(self._room.tags):
                self._room = empty_hits(2 * count)
            else:
                watched.used = used
                return self._taken(count)

    def evaluate(
        self, index: GridIndex, pairs: NDArray[np.int32], now_us: int, rules: KernelRules
    ) -> Hits:
        """Hits among pairs (n, 2)."""
        while True:
            count = kernel_numba.evaluate_pairs(
                index.rows, pairs, float(now_us), rules, self._room.tags, self._room.values
            )
            if count <= len(self._room.tags):
                return self._taken(count)
            self._room = empty_hits(2 * count)

    def full_pass(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        slots: Slots,
        now_us: int,
        rules: KernelRules,
    ) -> Hits:
        """Hits among all pairs of slots."""
        if self._threads > 1:
            return self._full_pass_parallel(tracks, scratch, slots, now_us, rules)
        while True:
            found, count = sweep_numba.full_pass(
                tracks, scratch, slots, float(now_us), rules, self._pairs, self._room
            )
            if self._enough_room(found, count):
                return self._taken(count)

    def _full_pass_parallel(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        slots: Slots,
        now_us: int,
        rules: KernelRules,
    ) -> Hits:
        parts = self._threads
        while True:
            pairs = _split(self._pairs, parts)
            tags, values = _split(self._room.tags, parts), _split(self._room.values, parts)
            counts = sweep_numba.full_pass_parallel(
                tracks, scratch, slots, float(now_us), tuple(rules), pairs, tags, values
            )
            if self._enough_room(*(parts * int(most + 1) for most in counts.max(axis=0))):
                return (
                    np.concatenate([tags[part, :count] for part, (_, count) in enumerate(counts)]),
                    np.concatenate(
                        [values[part, :count] for part, (_, count) in enumerate(counts)]
                    ),
                )

    def _enough_room(self, found: int, count: int) -> bool:
        """Whether candidates and hits fitted; makes room where they did not."""
        enough = True
        if found > len(self._pairs):
            self._pairs, enough = np.zeros((2 * found, 2), dtype=np.int32), False
        if count > len(self._room.tags):
            self._room, enough = empty_hits(2 * count), False
        return enough

    def _taken(self, count: int) -> Hits:
        return self._room.tags[:count], self._room.values[:count]


def _split(room: NDArray[Element], parts: int) -> NDArray[Element]:
    """A buffer (n, w) as (parts, n // parts, w)."""
    each = len(room) // parts
    return room[: each * parts].reshape(parts, each, room.shape[1])


class NumpyKernels:
    """The fallback. A query sorts the whole index, so few large batches suit it best."""

    def unlink(self, index: GridIndex, slots: Slots) -> None:
        """Forget slots."""
        index.layer[slots] = layout.UNLINKED
        index.sequence[slots] = layout.NEVER

    def pack(self, tracks: TrackInputs, index: GridIndex, slots: Slots, rules: KernelRules) -> None:
        """Read slots' rows again without placing them anew."""
        kernel_numpy.pack(tracks, slots, rules, index.rows)

    def place(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        slots: Slots,
        first_sequence: int,
        now_us: int,
        rules: KernelRules,
    ) -> None:
        """Index slots afresh."""
        times = reach.window(rules, reach.WATCH_SLACK_S)
        kernel_numpy.pack(tracks, slots, rules, index.rows)
        kernel_numpy.write_entries(index, slots, now_us, rules, times)
        index.sequence[slots] = np.arange(first_sequence, first_sequence + len(slots))
        index.queried_us[slots] = now_us

    def query(
        self,
        index: GridIndex,
        slots: Slots,
        quiet: int,
        now_us: int,
        rules: KernelRules,
        watched: WatchedPairs,
    ) -> Hits:
        """Watch the candidates of placed slots; hits of all but the first `quiet`."""
        times = reach.window(rules, reach.WATCH_SLACK_S)
        pairs = index_numpy.candidates(index, slots, now_us, rules, times)
        watched.append(pairs, index.sequence)
        first_loud = index.sequence[slots[0]] + quiet if len(slots) else 0
        loud = pairs[index.sequence[pairs[:, 0]] >= first_loud]
        return kernel_numpy.evaluate_pairs(index.rows, loud, now_us, rules)

    def evaluate(
        self, index: GridIndex, pairs: NDArray[np.int32], now_us: int, rules: KernelRules
    ) -> Hits:
        """Hits among pairs (n, 2)."""
        return kernel_numpy.evaluate_pairs(index.rows, pairs, now_us, rules)

    def full_pass(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        slots: Slots,
        now_us: int,
        rules: KernelRules,
    ) -> Hits:
        """Hits among all pairs of slots."""
        times = reach.window(rules, 0.0)
        scratch.layer[:] = layout.UNLINKED
        kernel_numpy.pack(tracks, slots, rules, scratch.rows)
        kernel_numpy.write_entries(scratch, slots, now_us, rules, times)
        scratch.sequence[slots] = np.arange(len(slots))
        pairs = index_numpy.candidates(scratch, slots, now_us, rules, times)
        return kernel_numpy.evaluate_pairs(scratch.rows, pairs, now_us, rules)


def make_kernels(backend: Backend, threads: int) -> Kernels:
    """The backend asked for; ValueError where this machine cannot run it."""
    if backend == "numpy":
        return NumpyKernels()
    if BACKEND != "numba":
        raise ValueError("backend: numba is asked for but is not installed")
    return NumbaKernels(threads)
