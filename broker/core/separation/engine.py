"""The separation engine: which pairs of tracks are, or will be, too close; kept up to date cheaply.

How it works. Reports move a few tracks at a time, so only the moved tracks ask the index who could
touch them (`update`). The index answers with a superset that stays complete for a few seconds,
which is remembered as watched pairs. Time alone also moves tracks and ages them: `refresh` judges
every watched pair again, and lets tracks that have been silent for longer than the slack ask again.
`audit` runs all pairs from the track table, which owes nothing to the index, and compares.

Every judgement is exact and made from the track table and `now_us` alone; the index only decides
which pairs are looked at. So what is told never depends on history, and an engine that is built
anew from the table alone, as a replay does, tells exactly the same.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import index as layout
from broker.core.separation import reach
from broker.core.separation.backends import make_kernels
from broker.core.separation.index import Asking, Slots, WatchedPairs, empty_index
from broker.core.separation.jit import BACKEND, Backend
from broker.core.separation.packing import (
    KernelRules,
    TrackInputs,
    active_slots,
    kernel_rules,
    track_inputs,
)
from broker.core.separation.rules import PairSamples, RuleTable
from broker.core.tracks.table import INITIAL_CAPACITY, TrackColumns, empty_columns
from broker.core.units import SECOND_US

WATCH_SLACK_US = int(reach.WATCH_SLACK_S * SECOND_US)


@dataclass(frozen=True, slots=True, eq=False)
class AuditResult:
    """A full pass and how the index compared with it."""

    samples: PairSamples
    """From the full pass."""
    missing: int
    """Samples of the full pass that the index did not give, or gave with another level."""
    extra: int
    """Samples of the index that the full pass does not give."""


class SeparationEngine:
    """Pair samples of the tracks in a table, by a pair policy. See the module's text.

    The caller writes a track's row before it names the slot in `update`, names it again whenever
    anything in the row that judging reads has changed, and calls `remove` before a slot is re-used
    or dropped. Slots are int32 arrays; times are microseconds (Unix, UTC).
    """

    def __init__(self, rules: RuleTable, backend: Backend = BACKEND, threads: int = 1) -> None:
        self._kernels = make_kernels(backend, threads)
        self._rules = kernel_rules(rules)
        self._columns = empty_columns(0)
        self._tracks = track_inputs(self._columns)
        self._reset(INITIAL_CAPACITY)

    @property
    def rules(self) -> KernelRules:
        """What tracks are predicted and judged by."""
        return self._rules

    def load_rules(self, rules: RuleTable) -> None:
        """Judge by another policy from now on; every track asks again at the next call."""
        self._rules = kernel_rules(rules)
        self._reset(len(self._index.layer))

    def update(
        self, columns: TrackColumns, high_water: int, slots: Slots, now_us: int
    ) -> PairSamples:
        """Judge the pairs that include one of the moved slots.

        Args:
            columns: the track table, with the moved rows already written.
            high_water: slots at or above it are free.
            slots: (n,) moved slots; repeated and free ones do no harm.
            now_us: the instant to judge at.

        Returns:
            Every pair of a moved track that is inside some hold volume. A pair of a moved track
            that is not returned is clear.
        """
        self._fit(columns)
        moved = slots if len(slots) == 1 else np.unique(slots).astype(np.int32)
        free = columns.active[moved] == 0
        if free.any():
            self.remove(moved[free])
            moved = moved[~free]
        in_time = self._latest_query_us <= now_us <= self._complete_until_us
        quiet = self._no_slots if in_time else self._overdue(columns, high_water, now_us)
        if len(quiet):
            quiet = quiet[~np.isin(quiet, moved)]
        asking = np.concatenate([quiet, moved]) if len(quiet) else moved
        return self._ask(columns, asking, len(quiet), now_us)

    def refresh(self, columns: TrackColumns, high_water: int, now_us: int) -> PairSamples:
        """Judge every watched pair at `now_us`: what the passing of time alone changes.

        Returns every pair of the table that is inside some hold volume.
        """
        self._fit(columns)
        overdue = self._overdue(columns, high_water, now_us)
        self._ask(columns, overdue, len(overdue), now_us)
        tracks, active = self._inputs(columns), active_slots(columns.active, high_water)
        self._kernels.pack(tracks, self._index, active, self._rules)
        self._watched.compact(self._index.sequence)
        pairs = self._watched.pairs()
        return self._kernels.evaluate(tracks, self._index, pairs, now_us, self._rules)

    def audit(self, columns: TrackColumns, high_water: int, now_us: int) -> AuditResult:
        """Judge all pairs from the table alone and compare; a differing index is built anew."""
        watched = self.refresh(columns, high_water, now_us)
        samples = self.full_pass(columns, high_water, now_us)
        ours, truth = _identities(watched), _identities(samples)
        missing = int(np.count_nonzero(~np.isin(truth, ours)))
        extra = int(np.count_nonzero(~np.isin(ours, truth)))
        if missing or extra:
            self._reset(len(columns.active))
            self.refresh(columns, high_water, now_us)
        return AuditResult(samples, missing, extra)

    def full_pass(
        self, columns: TrackColumns, high_water: int, now_us: int, among: Slots | None = None
    ) -> PairSamples:
        """Judge all pairs, or those among some active slots, from the table alone."""
        self._fit(columns)
        inputs = self._inputs(columns)
        if among is not None:
            active = np.zeros_like(inputs.active)
            active[among] = 1
            inputs = inputs._replace(active=active)
        return self._kernels.full_pass(inputs, self._scratch, high_water, now_us, self._rules)

    def remove(self, slots: Slots) -> None:
        """Forget tracks; their slots may be re-used."""
        known = slots[slots < len(self._index.layer)].astype(np.int32)
        self._kernels.unlink(self._index, known)

    def _reset(self, capacity: int) -> None:
        self._no_slots = np.zeros(0, dtype=np.int32)
        self._index = empty_index(capacity)
        self._scratch = empty_index(capacity)
        self._watched = WatchedPairs()
        self._next_sequence = 0
        self._latest_query_us = 0
        self._complete_until_us = -1

    def _fit(self, columns: TrackColumns) -> None:
        """A table that has grown is indexed anew; that happens once per doubling."""
        if len(columns.active) > len(self._index.layer):
            self._reset(len(columns.active))

    def _overdue(self, columns: TrackColumns, high_water: int, now_us: int) -> Slots:
        """Active slots whose last answer no longer covers `now_us`; frees forgotten ones."""
        index = self._index
        active = columns.active[:high_water] != 0
        forgotten = index.layer != layout.UNLINKED
        forgotten[:high_water] &= ~active
        if forgotten.any():
            self.remove(np.flatnonzero(forgotten).astype(np.int32))
        age_us = now_us - index.queried_us[:high_water]
        covered = (age_us >= 0) & (age_us <= WATCH_SLACK_US)
        covered &= index.layer[:high_water] != layout.UNLINKED
        oldest_us = index.queried_us[:high_water][active & covered].min(initial=now_us)
        self._complete_until_us = int(oldest_us) + WATCH_SLACK_US
        self._latest_query_us = now_us
        return np.flatnonzero(active & ~covered).astype(np.int32)

    def _ask(self, columns: TrackColumns, slots: Slots, quiet: int, now_us: int) -> PairSamples:
        """Index slots afresh, watch their candidates; samples of all but the first `quiet`."""
        first_sequence = self._next_sequence
        self._next_sequence += len(slots)
        self._latest_query_us = max(self._latest_query_us, now_us)
        asking = Asking(quiet, first_sequence, now_us)
        return self._kernels.ask(
            self._inputs(columns), self._index, slots, asking, self._rules, self._watched
        )

    def _inputs(self, columns: TrackColumns) -> TrackInputs:
        """The columns that packing reads; a table keeps its arrays for life."""
        if columns is not self._columns:
            self._columns, self._tracks = columns, track_inputs(columns)
        return self._tracks


def _identities(samples: PairSamples) -> NDArray[np.int64]:
    """One number per sample that tells pair, level and hold level apart."""
    pair = (samples.slot_a.astype(np.int64) << 24) + samples.slot_b
    level = (samples.level.astype(np.int64) << 3) + samples.hold_level
    return (pair << 6) + level
