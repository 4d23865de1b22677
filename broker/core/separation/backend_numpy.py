"""The backend of NumPy alone, for a machine that cannot compile."""

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, index_numpy, kernel_numpy, reach
from broker.core.separation import index as layout
from broker.core.separation.index import Asking, GridIndex, Slots, WatchedPairs
from broker.core.separation.packing import KernelRules, TrackInputs, active_slots
from broker.core.separation.rules import PairSamples


class NumpyKernels:
    """The fallback. A query sorts the whole index, so few large batches suit it best."""

    def unlink(self, index: GridIndex, slots: Slots) -> None:
        """Forget slots."""
        index.layer[slots] = layout.UNLINKED
        index.sequence[slots] = layout.NEVER

    def pack(self, tracks: TrackInputs, index: GridIndex, slots: Slots, rules: KernelRules) -> None:
        """Read slots' rows again without placing them anew."""
        kernel_numpy.pack(tracks, slots, rules, index.rows)

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
        quiet, first, now_us = asking
        times = reach.window(rules, reach.WATCH_SLACK_S)
        kernel_numpy.pack(tracks, slots, rules, index.rows)
        kernel_numpy.write_entries(index, slots, now_us, rules, times)
        index.sequence[slots] = np.arange(first, first + len(slots))
        index.queried_us[slots] = now_us
        pairs = index_numpy.candidates(index, slots, now_us, rules, times)
        watched.append(pairs, index.sequence)
        loud = pairs[index.sequence[pairs[:, 0]] >= first + quiet]
        return self.evaluate(tracks, index, loud, now_us, rules)

    def evaluate(
        self,
        tracks: TrackInputs,
        index: GridIndex,
        pairs: NDArray[np.int32],
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        """Samples among pairs (n, 2)."""
        found = kernel_numpy.evaluate_pairs(index.rows, pairs, now_us, rules)
        return hits.pair_samples(*found, tracks)

    def full_pass(
        self,
        tracks: TrackInputs,
        scratch: GridIndex,
        high_water: int,
        now_us: int,
        rules: KernelRules,
    ) -> PairSamples:
        """Samples among all pairs of active slots below the high water."""
        times, slots = reach.window(rules, 0.0), active_slots(tracks.active, high_water)
        scratch.layer[:] = layout.UNLINKED
        kernel_numpy.pack(tracks, slots, rules, scratch.rows)
        kernel_numpy.write_entries(scratch, slots, now_us, rules, times)
        scratch.sequence[slots] = np.arange(len(slots))
        pairs = index_numpy.candidates(scratch, slots, now_us, rules, times)
        return self.evaluate(tracks, scratch, pairs, now_us, rules)
