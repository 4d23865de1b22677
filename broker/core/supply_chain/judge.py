"""Judges tracks and reports by the supply-chain policy in force.

Theory of operation. Which rules fit an aircraft follows from its words and its agency's register,
so it is kept by row of the track table as bits and worked out again only where the words, the
register or the policy changed. Where an aircraft is follows from its last position: one compiled
pass over the rows that moved finds those with anything to look at, and the exact shapes are asked
for these alone. Without a policy nothing of this runs.

What is judged is what an agency says of its own aircraft over its own link. What is heard by radio
is not: anybody can transmit somebody else's serial number, and must not get them refused.

Marks follow from words, register, policy and last position, so a snapshot does not hold them. What
it holds is what refused reports said of aircraft that are not in the picture: a description comes
with the first report only, and must count for the next.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.aircraft.register import AircraftRegister
from broker.core.plain import Plain, integer, items, text
from broker.core.separation.jit import jit_brief
from broker.core.supply_chain.areas import boxes_around, boxes_of
from broker.core.supply_chain.model import NO_POLICY, Action, Rule, ShownTo, SupplyChainPolicy
from broker.core.supply_chain.reading import parse_supply_chain
from broker.core.supply_chain.withheld import Withheld
from broker.core.tracks.marks import Flag
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import (
    AircraftDescription,
    OperationalStatus,
    ReportBatch,
    ReportSource,
)
from broker.core.tracks.validation import RowFault

_OWN_LINK: Final = (int(ReportSource.TELEMETRY), int(ReportSource.SIMULATED))
_NOT_FLYING: Final = (int(OperationalStatus.ON_GROUND), int(OperationalStatus.AT_DOCK))
_NEVER: Final = -1
"""A text version that no track has."""

Rows = NDArray[np.int64]


class SupplyChain:
    """The policy in force, and what it says of each row."""

    def __init__(self, tracks: TrackRegister, aircraft: AircraftRegister) -> None:
        self.policy: SupplyChainPolicy = NO_POLICY
        self.toml_text = ""
        self._tracks = tracks
        self._aircraft = aircraft
        self._boxes = boxes_of(())
        self._refusing = False
        self._register_changes = _NEVER
        self._versions: Rows = np.zeros(0, dtype=np.int64)
        self._bits: Rows = np.zeros(0, dtype=np.int64)
        self._marked: Rows = np.zeros(0, dtype=np.int64)
        self._withheld = Withheld()

    @property
    def is_idle(self) -> bool:
        """Whether no policy is in force."""
        return not self.policy.rules

    def load(self, policy: SupplyChainPolicy, toml_text: str) -> Slots:
        """Judge by another policy from now on; returns the rows whose marks changed."""
        self.policy, self.toml_text = policy, toml_text
        self._boxes = boxes_of(policy.areas)
        self._refusing = any(rule.action is Action.REFUSE for rule in policy.rules)
        return self._all_again()

    def settle(self) -> Slots:
        """Take in what changed without a report: entries of the register, words of joined tracks.

        Returns the rows whose marks changed. After it, marks follow from the state alone.
        """
        if self.is_idle:
            return np.zeros(0, dtype=np.int32)
        if self._register_changes != self._aircraft.changes:
            return self._all_again()
        self._fit()
        live = self._tracks.live_slots()
        others = live[self._versions[live] != self._tracks.text_versions[live]]
        return self._marked_anew(others)

    def moved(self, slots: Slots) -> None:
        """These rows were written: mark them by where and what they are now."""
        if self.is_idle:
            return
        self._fit()
        columns = self._tracks.columns
        looked_at = to_look_at(
            slots,
            self._versions,
            self._tracks.text_versions,
            self._bits,
            self._marked,
            columns.latitude_deg,
            columns.longitude_deg,
            self._boxes,
        )
        for slot in looked_at.tolist():
            self._mark(slot)

    def _all_again(self) -> Slots:
        self._fit()
        self._register_changes = self._aircraft.changes
        self._versions[:] = _NEVER
        return self._marked_anew(self._tracks.live_slots())

    def _marked_anew(self, slots: Slots) -> Slots:
        return np.array([slot for slot in slots.tolist() if self._mark(slot)], dtype=np.int32)

    def _fit(self) -> None:
        more = len(self._tracks.columns.active) - len(self._versions)
        if more > 0:
            none = np.zeros(more, dtype=np.int64)
            self._versions = np.append(self._versions, none + _NEVER)
            self._bits = np.append(self._bits, none)
            self._marked = np.append(self._marked, none)

    def _mark(self, slot: int) -> bool:
        """Give the row's track the marks that are due; whether they are others than before."""
        tracks, columns = self._tracks, self._tracks.columns
        bits = self._bits_of(slot)
        flags: tuple[Flag, ...] = ()
        if bits and int(columns.source[slot]) in _OWN_LINK:
            place = float(columns.latitude_deg[slot]), float(columns.longitude_deg[slot])
            flags = tuple(
                Flag(rule.rule_id, rule.reason, rule.shown_to is ShownTo.ALL)
                for rule in self._rules(bits)
                if self._area_of(rule, place) is not None
            )
        self._marked[slot] = bool(flags)
        if flags == tracks.marks.flags.get(slot, ()):
            return False
        tracks.marks.set_flags(slot, flags)
        tracks.words_changed(slot)
        self._versions[slot] = tracks.text_versions[slot]
        return True

    def _bits_of(self, slot: int) -> int:
        """The rules that fit the aircraft in a row."""
        version = self._tracks.text_versions[slot]
        if self._versions[slot] != version:
            self._bits[slot] = self._fitting(
                self._tracks.publisher_name(slot).agency,
                self._tracks.source_track_ids[slot],
                self._tracks.descriptions[slot],
            )
            self._versions[slot] = version
        return int(self._bits[slot])

    def _fitting(self, agency: str, source_track_id: str, words: AircraftDescription) -> int:
        marks = (
            words.icao_address, words.serial_number, source_track_id, words.registration,
        )  # fmt: skip
        record = self._aircraft.flown(agency, marks)
        bits = 0
        for place, rule in enumerate(self.policy.rules):
            if rule.fits(agency, words.aircraft_class, record):
                bits |= 1 << place
        return bits

    def _rules(self, bits: int) -> Iterable[Rule]:
        return (rule for place, rule in enumerate(self.policy.rules) if bits >> place & 1)

    def _area_of(self, rule: Rule, place: tuple[float, float]) -> str | None:
        """The first of the rule's areas that holds the position."""
        for number in rule.areas:
            if self.policy.areas[number].holds(*place):
                return self.policy.areas[number].name
        return None

    def admit(self, batch: ReportBatch, rows: Rows) -> tuple[ReportBatch, Rows, list[RowFault]]:
        """The rows that may be taken, and why each of the others is refused.

        The batch comes back with the words that an aircraft's refused reports had said.
        """
        remembers = self._withheld.any_of(batch.publisher)
        if not self._refusing and not remembers:
            return batch, rows, []
        near = boxes_around(batch.latitude_deg[rows], batch.longitude_deg[rows], self._boxes)
        if not remembers and not near.any():
            return batch, rows, []
        self._fit()
        told = dict(batch.descriptions)
        spoken: dict[str, AircraftDescription] = {}
        faults: list[RowFault] = []
        taken = np.ones(len(rows), dtype=np.bool_)
        for place, row in enumerate(rows.tolist()):
            own_id = batch.source_track_ids[row]
            if row in told:
                spoken[own_id] = told[row]
                self._withheld.forget(batch.publisher, own_id)
            before = self._withheld.recall(batch.publisher, own_id)
            words = before or spoken.get(own_id)
            reason = self._refusal(batch, row, words) if near[place] else None
            if reason is not None:
                faults.append((row, "source_track_id", reason))
                taken[place] = False
                if row in told:
                    self._withheld.keep(batch.publisher, own_id, told[row])
            elif before is not None:
                told[row] = before
                self._withheld.forget(batch.publisher, own_id)
        return replace(batch, descriptions=told), rows[taken], faults

    def _refusal(
        self, batch: ReportBatch, row: int, words: AircraftDescription | None
    ) -> str | None:
        """Why the report is refused, or None. `words` are newer than what the row's track says."""
        if int(batch.source[row]) not in _OWN_LINK:
            return None
        if int(batch.operational_status[row]) in _NOT_FLYING:
            return None
        agency, own_id = batch.publisher.agency, batch.source_track_ids[row]
        slot = self._tracks.slot_of(batch.publisher, own_id)
        if words is not None:
            bits = self._fitting(agency, own_id, words)
        elif slot is not None and self._tracks.publisher_name(slot).agency == agency:
            bits = self._bits_of(slot)
        else:
            bits = self._fitting(agency, own_id, AircraftDescription())
        place = float(batch.latitude_deg[row]), float(batch.longitude_deg[row])
        for rule in self._rules(bits):
            area = self._area_of(rule, place) if rule.action is Action.REFUSE else None
            if area is not None:
                return (
                    f"may not be flown in {area}: {rule.reason} "
                    f"(supply-chain rule {rule.rule_id}, policy {self.policy.version})"
                )
        return None

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "toml_text": self.toml_text,
            "withheld": self._withheld.state(),
            "unsettled": self._unsettled(),
        }

    def _unsettled(self) -> Plain:
        """Rows whose words changed since they were marked, with the marks that people still see."""
        if self.is_idle:
            return []
        self._fit()
        live, flags = self._tracks.live_slots(), self._tracks.marks.flags
        others = live[self._versions[live] != self._tracks.text_versions[live]]
        return [
            [slot, [[one.rule_id, one.text, one.shown_to_all] for one in flags.get(slot, ())]]
            for slot in others.tolist()
        ]

    def restore(self, state: dict[str, Plain]) -> None:
        """From a snapshot, after the tracks and the aircraft register were restored."""
        self._withheld.restore(state["withheld"])
        toml_text = text(state["toml_text"])
        self.load(parse_supply_chain(toml_text), toml_text)
        for entry in items(state.get("unsettled", [])):
            place, said = items(entry)
            slot = integer(place)
            rows = [items(one) for one in items(said)]
            flags = tuple(Flag(text(rule), text(why), bool(to_all)) for rule, why, to_all in rows)
            self._tracks.marks.set_flags(slot, flags)
            self._versions[slot], self._marked[slot] = _NEVER, bool(flags)


@jit_brief
def to_look_at(
    slots: Slots,
    versions: Rows,
    text_versions: Rows,
    bits: Rows,
    marked: Rows,
    latitude_deg: NDArray[np.float64],
    longitude_deg: NDArray[np.float64],
    boxes: NDArray[np.float64],
) -> Slots:
    """Of `slots`: those with new words or a mark, or near an area with a rule that fits them."""
    found = np.empty(len(slots), dtype=np.int32)
    count = 0
    for slot in slots:
        wanted = versions[slot] != text_versions[slot] or marked[slot] != 0
        if not wanted and bits[slot] != 0:
            for box in range(len(boxes)):
                inside = boxes[box, 0] <= latitude_deg[slot] <= boxes[box, 2]
                if inside and boxes[box, 1] <= longitude_deg[slot] <= boxes[box, 3]:
                    wanted = True
                    break
        if wanted:
            found[count] = slot
            count += 1
    return found[:count]
