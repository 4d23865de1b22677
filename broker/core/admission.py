"""From report batches to moved tracks: checks, slots, and waves of at most one report per track.

A micro-batch may hold several reports of one aircraft (a backlog, a fast feed). Each is a fresh
report to the alert machine, so they are applied in waves: every wave moves a track at most once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from broker.core.commands import SubmitReports
from broker.core.effects import TrackStateChanged
from broker.core.errors import Refusal
from broker.core.names import SystemName
from broker.core.outcomes import BatchReply
from broker.core.supply_chain.judge import SupplyChain
from broker.core.tracks.correlation.correlator import Correlator, moved_once
from broker.core.tracks.correlation.hearing import Hearing
from broker.core.tracks.correlation.jumps import Implausible, implausible
from broker.core.tracks.correlation.listening import listen
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import (
    CODE_COLUMNS,
    FLOAT_COLUMNS,
    INT_COLUMNS,
    AircraftDescription,
    ReportBatch,
)
from broker.core.tracks.validation import RowFault, row_faults

_NOT_NEWER = "is not newer than the last report of this track (a duplicate, or out of order)"


def joined(batches: Sequence[ReportBatch]) -> ReportBatch:
    """One publisher's batches as one, rows in order."""
    if len(batches) == 1:
        return batches[0]
    descriptions: dict[int, AircraftDescription] = {}
    offset = 0
    for batch in batches:
        descriptions.update({offset + row: text for row, text in batch.descriptions.items()})
        offset += len(batch)
    columns = {
        name: np.concatenate([getattr(batch, name) for batch in batches])
        for name in (*INT_COLUMNS, *FLOAT_COLUMNS, *CODE_COLUMNS)
    }
    ids = tuple(text for batch in batches for text in batch.source_track_ids)
    first = replace(batches[0], source_track_ids=ids, descriptions=descriptions)
    return replace(first, **columns)  # type: ignore[arg-type]  # each column under its own name


@dataclass(slots=True)
class _Group:
    """One publisher's submissions in a micro-batch."""

    places: list[int]
    batch: ReportBatch
    starts: NDArray[np.int64]
    """First row of each submission."""
    rows: NDArray[np.int64]
    slots: Slots
    wave_of: NDArray[np.int64]
    faults: list[RowFault]
    accepted: NDArray[np.int64]
    """Rows applied, by submission."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Tracks moved together, each at most once."""

    slots: Slots
    state_changes: tuple[TrackStateChanged, ...]
    implausible: Implausible


class Admission:
    """Takes one run of submissions into the track register."""

    def __init__(
        self,
        correlator: Correlator,
        submissions: Sequence[SubmitReports],
        now_us: int,
        exercise: bool,
        supply_chain: SupplyChain | None = None,
    ) -> None:
        self._register: TrackRegister = correlator.register
        self._correlator = correlator
        self._supply_chain = supply_chain
        self._now_us = now_us
        self.parting: list[tuple[int, Hearing]] = []
        """Publishers whose reports no longer fit the track they were joined to, by slot."""
        self._received_us = max(submission.received_us for submission in submissions)
        self._count = len(submissions)
        by_publisher: dict[SystemName, list[int]] = {}
        for place, submission in enumerate(submissions):
            by_publisher.setdefault(submission.batch.publisher, []).append(place)
        self.publishers = list(by_publisher)
        self._groups = [
            self._group(places, [submissions[place].batch for place in places], now_us, exercise)
            for places in by_publisher.values()
        ]

    def _group(
        self, places: list[int], batches: list[ReportBatch], now_us: int, exercise: bool
    ) -> _Group:
        batch = joined(batches)
        fit, faults = row_faults(batch, now_us, exercise)
        rows, withheld = np.flatnonzero(fit), list[RowFault]()
        if self._supply_chain is not None:
            batch, rows, withheld = self._supply_chain.admit(batch, rows)
        slots, more_faults = self._register.assign(batch, rows)
        if more_faults:
            rows, slots = rows[slots >= 0], slots[slots >= 0]
        starts = np.cumsum([0, *(len(one) for one in batches)], dtype=np.int64)
        return _Group(
            places=places,
            batch=batch,
            starts=starts,
            rows=rows,
            slots=slots,
            wave_of=occurrences(slots),
            faults=faults + withheld + more_faults,
            accepted=np.zeros(len(batches), dtype=np.int64),
        )

    def waves(self) -> Iterator[Wave]:
        """Write the rows, wave by wave. Check separation between one wave and the next."""
        if len(self._groups) == 1 and not self._groups[0].wave_of.any():
            yield self._write(self._groups[0], 0)
            return
        last = max((int(group.wave_of.max(initial=0)) for group in self._groups), default=0)
        for number in range(last + 1):
            written = [self._write(group, number) for group in self._groups]
            yield Wave(
                moved_once(np.concatenate([one.slots for one in written])),
                tuple(change for one in written for change in one.state_changes),
                Implausible(
                    np.concatenate([one.implausible.jumped for one in written]),
                    np.concatenate([one.implausible.too_fast for one in written]),
                ),
            )

    def _write(self, group: _Group, number: int) -> Wave:
        chosen = group.wave_of == number
        rows, slots, batch = group.rows[chosen], group.slots[chosen], group.batch
        shared = slots[self._register.columns.shared[slots] != 0]
        if len(shared):
            heard = listen(self._correlator, batch, rows, slots, self._now_us)
            self.parting += heard.parting
            self._refuse(group, rows[heard.late])
            self._accept(group, rows[~heard.leads & ~heard.late])
            rows, slots, batch = rows[heard.leads], slots[heard.leads], heard.batch
        cannot_be = implausible(self._register, batch, rows, slots)
        newer, changes = self._register.write(batch, rows, slots, self._received_us)
        for slot in shared.tolist():
            self._correlator.hearers.retrust(slot, self._now_us)
        if newer.all():
            self._accept(group, rows)
            return Wave(slots, tuple(changes), cannot_be)
        self._refuse(group, rows[~newer])
        self._accept(group, rows[newer])
        return Wave(slots[newer], tuple(changes), cannot_be)

    def _refuse(self, group: _Group, rows: NDArray[np.int64]) -> None:
        group.faults += ((row, "time_of_validity_us", _NOT_NEWER) for row in rows.tolist())

    def _accept(self, group: _Group, rows: NDArray[np.int64]) -> None:
        if len(group.accepted) == 1:
            group.accepted[0] += len(rows)
            return
        applied = np.searchsorted(group.starts, rows, side="right") - 1
        np.add.at(group.accepted, applied, 1)

    def replies(self) -> list[BatchReply]:
        """One reply per submission, in the order they came."""
        replies: list[BatchReply] = [BatchReply(0, ())] * self._count
        for group in self._groups:
            refusals: list[list[tuple[int, Refusal]]] = [[] for _ in group.places]
            for row, field, reason in sorted(group.faults):
                owner = int(np.searchsorted(group.starts, row, side="right")) - 1
                local = row - int(group.starts[owner])
                refusals[owner].append((local, Refusal(f"reports[{local}].{field}", reason)))
            for owner, place in enumerate(group.places):
                replies[place] = BatchReply(int(group.accepted[owner]), tuple(refusals[owner]))
        return replies


def occurrences(slots: Slots) -> NDArray[np.int64]:
    """For each element, how many equal elements stand before it."""
    if len(slots) < 2 or len(set(slots.tolist())) == len(slots):
        return np.zeros(len(slots), dtype=np.int64)
    seen: dict[int, int] = {}
    counts = np.empty(len(slots), dtype=np.int64)
    for place, slot in enumerate(slots.tolist()):
        counts[place] = seen.get(slot, 0)
        seen[slot] = seen.get(slot, 0) + 1
    return counts
