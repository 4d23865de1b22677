"""The track register: which publisher's aircraft holds which row, and how it lives and ends.

A track is born with its first report, goes stale when reports stop (its volume then grows), comes
back, or is lost. Nothing leaves silently: every change of state is returned to the caller.
"""

from dataclasses import fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackState, TrackStateChanged
from broker.core.errors import BrokenInvariant
from broker.core.geodesy.ground import LONDON, Ground
from broker.core.names import SystemName
from broker.core.tracks.ageing import aged_tracks
from broker.core.tracks.categories import Categories
from broker.core.tracks.describing import write_description
from broker.core.tracks.filter_columns import FilterSettings
from broker.core.tracks.interning import Interned
from broker.core.tracks.marks import Marks
from broker.core.tracks.phases import PhaseLimits
from broker.core.tracks.reports import AircraftDescription, ReportBatch
from broker.core.tracks.source_ids import Handle, SourceIds
from broker.core.tracks.table import TrackColumns, empty_columns, grown
from broker.core.tracks.taking import ReportTaker
from broker.core.tracks.validation import RowFault
from broker.core.units import SECOND_US

TRACKS_MAX: Final = 120_000
TRACKS_PER_PUBLISHER_MAX: Final = 100_000

Slots = NDArray[np.int32]


class TrackRegister:
    """Owns the table's rows. Deterministic: the same reports give the same slots and numbers."""

    def __init__(
        self,
        category_of: NDArray[np.int16],
        filter_settings: FilterSettings | None = None,
        phase_limits: PhaseLimits | None = None,
    ) -> None:
        """`category_of` has shape (classes, phases): the policy category of each.

        Without `phase_limits` phases are as declared.
        """
        self.columns: TrackColumns = empty_columns()
        self.high_water = 0
        """Slots from here on were never used: kernels need not look at them."""
        self.ids = SourceIds()
        self.agencies: Interned[str] = Interned()
        self.incidents: Interned[str] = Interned()
        self.source_track_ids: list[str] = []
        self.descriptions: list[AircraftDescription] = []
        self.text_versions: NDArray[np.int64] = np.zeros(len(self.columns.active), dtype=np.int64)
        """By slot: another number whenever the track's words (id, description) are others."""
        self._text_version = 0
        self.live_count = 0
        self.slot_of_number: dict[int, int] = {}
        self.marks = Marks()
        self._described: dict[int, None] = {}
        self._opened: list[int] = []
        self._reshaped: dict[int, None] = {}
        self._categories = Categories(category_of, phase_limits)
        self._taker = ReportTaker(filter_settings)
        self.ground: Ground = LONDON
        """What landings are judged over, from the next report on."""
        self.free_slots: list[int] = []
        self._retired: list[int] = []
        self.overdue_count = 0
        """Tracks that are to be lost and were left to the next `advance`."""
        self.next_number = 1

    def set_phases(self, category_of: NDArray[np.int16], limits: PhaseLimits) -> None:
        """Take a new policy's categories and limits, and sort every live track by them."""
        self._categories = Categories(category_of, limits)
        self._categories.sort_anew(self.columns, self.live_slots(), self.ground)

    def set_filter(self, filter_settings: FilterSettings) -> None:
        """Filter by these settings from the next report on."""
        self._taker.settings = filter_settings

    def live_slots(self) -> Slots:
        """Slots in use, ascending."""
        return np.flatnonzero(self.columns.active[: self.high_water]).astype(np.int32)

    def slot_of(self, publisher: SystemName, source_track_id: str) -> int | None:
        """The row of a publisher's aircraft, or None."""
        return self.ids.slot_of(publisher, source_track_id)

    def assign(self, batch: ReportBatch, rows: NDArray[np.int64]) -> tuple[Slots, list[RowFault]]:
        """A slot for each of `rows`, new tracks included; -1 and a fault where there is none."""
        publisher = self.ids.open_publisher(batch.publisher)
        known = self.ids.of_publisher(publisher)
        ids = batch.source_track_ids
        slots = np.empty(len(rows), dtype=np.int32)
        faults: list[RowFault] = []
        for place, row in enumerate(rows.tolist()):
            slot = known.get(ids[row])
            if slot is None:
                slot = self._open(publisher, ids[row])
                if slot < 0:
                    faults.append((row, "source_track_id", "cannot be taken: the picture is full"))
            slots[place] = slot
        return slots, faults

    def write(
        self, batch: ReportBatch, rows: NDArray[np.int64], slots: Slots, received_us: int
    ) -> tuple[NDArray[np.bool_], list[TrackStateChanged]]:
        """Write rows (each slot at most once). Returns which were newer than what was known."""
        columns = self.columns
        newer = batch.time_of_validity_us[rows] > columns.time_of_validity_us[slots]
        if not newer.all():
            rows, slots = rows[newer], slots[newer]
        if batch.descriptions:
            self._describe(batch, rows, slots)
        stale = self._taker.take(
            columns, batch, rows, slots, received_us, self._categories.by_status
        )
        if self._categories.by_behaviour:
            self._categories.sort(columns, slots, self.ground)
        return newer, self._back_from_stale(slots) if stale else []

    def advance(
        self, now_us: int, stale_after_s: NDArray[np.float64], lost_after_s: NDArray[np.float64]
    ) -> list[TrackStateChanged]:
        """Age every track; limits by aircraft class. Lost ones are retired: `release_retired`.

        Of many that are to be lost at once some are left to the next time: `overdue_count`.
        """
        columns, live = self.columns, self.live_slots()
        limit_s = self._categories.lost_after_s(columns, live, lost_after_s)
        aged = aged_tracks(columns, live, now_us, stale_after_s, limit_s)
        self.overdue_count = aged.overdue_count
        silent = live[aged.silent]
        states = self._categories.silent_states(columns, silent, self.ground)
        columns.state[silent] = states
        self._reshaped.update(dict.fromkeys(silent[states != TrackState.STALE].tolist()))
        changes: list[TrackStateChanged] = []
        for place in np.flatnonzero(aged.silent | aged.lost).tolist():
            slot, age_s = int(live[place]), float(aged.age_s[place])
            if aged.lost[place]:
                changes.append(self._lost(slot, age_s))
                continue
            state, number = TrackState(int(columns.state[slot])), int(columns.track_number[slot])
            changes.append(TrackStateChanged(number, slot, state, age_s))
        return changes

    def lose_all(self, at_us: int) -> list[TrackStateChanged]:
        """End every track, whose ages nobody can tell after `at_us`. Retired, as by `advance`."""
        times_us = self.columns.time_of_validity_us
        return [
            self._lost(slot, (at_us - int(times_us[slot])) / SECOND_US)
            for slot in self.live_slots().tolist()
        ]

    def _lost(self, slot: int, age_s: float) -> TrackStateChanged:
        self._retire(slot)
        number = int(self.columns.track_number[slot])
        return TrackStateChanged(number, slot, TrackState.LOST, age_s)

    def retire_merged(self, slot: int, age_s: float) -> TrackStateChanged:
        """End a track whose ids all lead elsewhere."""
        self.columns.state[slot] = TrackState.MERGED
        number = int(self.columns.track_number[slot])
        self._end(slot)
        return TrackStateChanged(number, slot, TrackState.MERGED, age_s)

    def take_over(self, slot: int, owner: Handle, words: AircraftDescription) -> None:
        """Name the publisher whose aircraft it is, and what is known of it in words."""
        publisher, source_track_id = owner
        columns = self.columns
        columns.publisher_index[slot] = publisher
        columns.agency_index[slot] = self._agency_of(publisher)
        self.source_track_ids[slot] = source_track_id
        self.describe(slot, words)
        self._categories.sort(columns, np.array([slot], dtype=np.int32), self.ground)
        self._reshaped[slot] = None

    def set_doubts(self, slot: int, doubts: tuple[str, ...]) -> None:
        """Mark a track for people; no doubts take the mark away."""
        self.marks.set_doubts(slot, doubts)
        self.words_changed(slot)

    def take_described(self) -> list[int]:
        """Slots whose description was given by a report since this was last asked."""
        described = list(self._described)
        self._described.clear()
        return described

    def take_opened(self) -> list[int]:
        """Slots of tracks that began since this was last asked, and still are."""
        opened = [slot for slot in self._opened if self.columns.active[slot]]
        self._opened.clear()
        return opened

    def take_reshaped(self) -> Slots:
        """Slots whose tracks are judged otherwise, without a report, since this was last asked."""
        reshaped = np.array(sorted(self._reshaped), dtype=np.int32)
        self._reshaped.clear()
        return reshaped

    def _retire(self, slot: int) -> None:
        """End a track. Its row can still be read (views name it) until `release_retired`."""
        self._end(slot)
        own = (int(self.columns.publisher_index[slot]), self.source_track_ids[slot])
        self.ids.forget(slot, own)

    def _end(self, slot: int) -> None:
        if not self.columns.active[slot]:
            raise BrokenInvariant(f"slot {slot} is retired twice")
        self.marks.forget(slot)
        self.columns.active[slot] = 0
        self._retired.append(slot)
        self.live_count -= 1

    def release_retired(self) -> None:
        """Free the rows of ended tracks. Their track numbers are never used again."""
        for slot in self._retired:
            del self.slot_of_number[int(self.columns.track_number[slot])]
            self.free_slots.append(slot)
        self._retired.clear()

    def publisher_name(self, slot: int) -> SystemName:
        """Who publishes the track in `slot`."""
        return self.ids.publishers.value(int(self.columns.publisher_index[slot]))

    def _agency_of(self, publisher: int) -> int:
        """The index of a publisher's agency."""
        return self.agencies.intern(self.ids.publishers.value(publisher).agency)

    def _open(self, publisher: int, source_track_id: str) -> int:
        full = self.live_count >= TRACKS_MAX
        if full or len(self.ids.of_publisher(publisher)) >= TRACKS_PER_PUBLISHER_MAX:
            return -1
        slot = self.free_slots.pop() if self.free_slots else self._fresh_slot()
        columns = self.columns
        for column in fields(TrackColumns):
            getattr(columns, column.name)[slot] = 0
        columns.active[slot] = 1
        columns.track_number[slot] = self.next_number
        columns.publisher_index[slot] = publisher
        columns.agency_index[slot] = self._agency_of(publisher)
        columns.incident_index[slot] = columns.minima_incident[slot] = -1
        self.slot_of_number[self.next_number] = slot
        self.next_number += 1
        self.source_track_ids[slot] = source_track_id
        self._set_description(slot, AircraftDescription())
        self.ids.add((publisher, source_track_id), slot)
        self.live_count += 1
        self._opened.append(slot)
        return slot

    def _fresh_slot(self) -> int:
        slot = self.high_water
        self.high_water += 1
        if slot == len(self.columns.active):
            self.columns = grown(self.columns)
            self.text_versions = np.append(self.text_versions, np.zeros_like(self.text_versions))
        self.source_track_ids.append("")
        self.descriptions.append(AircraftDescription())
        return slot

    def _describe(self, batch: ReportBatch, rows: NDArray[np.int64], slots: Slots) -> None:
        slot_of_row = dict(zip(rows.tolist(), slots.tolist(), strict=True))
        for row, description in batch.descriptions.items():
            slot = slot_of_row.get(row)
            if slot is None or self.descriptions[slot] == description:
                continue
            self.describe(slot, description)
            self._described[slot] = None

    def describe(self, slot: int, description: AircraftDescription) -> None:
        """What is known of the aircraft in words, and what follows from it in the columns."""
        self._set_description(slot, description)
        write_description(self.columns, slot, description, self.incidents)

    def _set_description(self, slot: int, description: AircraftDescription) -> None:
        self.descriptions[slot] = description
        self.words_changed(slot)

    def words_changed(self, slot: int) -> None:
        """What people are told of the track in words is another."""
        self._text_version += 1
        self.text_versions[slot] = self._text_version

    def _back_from_stale(self, slots: Slots) -> list[TrackStateChanged]:
        columns = self.columns
        back = slots[columns.state[slots] != TrackState.CURRENT]
        columns.state[back] = TrackState.CURRENT
        return [
            TrackStateChanged(int(columns.track_number[slot]), int(slot), TrackState.CURRENT, 0.0)
            for slot in back.tolist()
        ]
