"""One aircraft, one track: which publishers' tracks are joined, and which of them is believed.

Theory of operation. Every publisher's aircraft begins as a track of its own. Two tracks become one
when they state the same identity (ICAO address, registration, serial number) and fly in the same
place, or when a long look at both leaves no other reading (see `evidence`). From then on both
publishers' ids lead to one row of the table: it cannot come into conflict with itself. Each keeps
its own clock and words as a `Hearing`; one of them leads, and only its reports move the row. The
others are compared with it, report by report. When one keeps reporting another place, it is parted
again and gets a track of its own: a wrong merge would hide a real conflict, so doubt parts.

What states a known identity but flies elsewhere is never joined. Both tracks are marked, since one
of them may be made up; so is a track that jumps further than its kind can fly. A mark is for
people: it takes nothing from the alerts.

Everything happens in the order of slots and handles, so that a replay decides the same.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from broker.core.effects import Effect, TracksMerged, TrackSplit, TracksUpdated
from broker.core.tracks.correlation.evidence import Evidence, refutes
from broker.core.tracks.correlation.hearing import Hearing, SharedTrack
from broker.core.tracks.correlation.identity import Key, contradict, keys_of, united
from broker.core.tracks.correlation.jumps import JUMP, MARKED_US
from broker.core.tracks.correlation.looking import candidates, look_at, where
from broker.core.tracks.correlation.possibly_same import HEARD_TWICE, PossiblySame, both
from broker.core.tracks.marks import HeardBy
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.source_ids import Handle
from broker.core.units import SECOND_US

COMPARE_INTERVAL_US: Final = SECOND_US
LOOK_AGAIN_US: Final = 4 * SECOND_US
"""Two radio tracks have both their turn: the second look so soon shows nothing new."""
BANNED_US: Final = 60 * SECOND_US
"""Two that were parted are not joined again for so long."""
TOGETHER_M: Final = 300.0
"""A stated identity is believed within this, beyond the accuracies and what was flown since."""
PARTED_M: Final = 150.0
PARTED_AFTER_US: Final = 6 * SECOND_US
"""Reports so far from the track, for so long, are of another aircraft."""
EVIDENCE_KEPT_US: Final = 120 * SECOND_US
"""Without another look: where many are heard by radio, pairs are looked at in turns."""
PAIRS_UNDER_LOOK_MAX: Final = 5_000
IDENTITY_CONFIDENCE: Final = 0.99
ELSEWHERE: Final = "identity-claimed-elsewhere"

Pair = tuple[int, int]
"""Track numbers, the lower first."""


class Correlator:
    """Joins and parts the tracks of one register."""

    def __init__(self, register: TrackRegister) -> None:
        self.register = register
        self.shared: dict[int, SharedTrack] = {}
        """By slot, for the tracks that several publishers hear."""
        self._slots_of: dict[Key, list[int]] = {}
        self._keys: dict[int, tuple[Key, ...]] = {}
        """Slot -> the identities it is listed under."""
        self.evidence: dict[Pair, Evidence] = {}
        self.banned: dict[tuple[Handle, Handle], int] = {}
        """Until when two handles are not joined."""
        self.jumped_us: dict[int, int] = {}
        """Slot -> when it last moved further than its kind can fly."""
        self.next_compare_us = 0
        self.allowed: Callable[[int, int], bool] = _anything
        """Whether two rows may become one, or be marked for each other: a hidden flight may not be
        known from what somebody else hears."""
        self.possibly_same = PossiblySame(register, self._hearings, self._may_join)

    def placed(self, slots: Slots) -> list[Effect]:
        """Reports moved these tracks, and their alerts have not been judged yet."""
        same, opened = self.possibly_same, self.register.take_opened()
        if not opened and not same.held:
            return []
        same.moved(slots.tolist())
        same.begun(opened)
        for slot in opened:
            self._list(slot)
            for other in self._namesakes(slot):
                joins = not self._is_banned(slot, other, 0) and self._apart_m(slot, other) == 0.0
                if joins and self._may_join(slot, other):  # done once the micro-batch is written
                    same.hold(slot, other)
        return self._show_held()

    def described(self, slots: Iterable[int], now_us: int) -> list[Effect]:
        """These tracks' descriptions are new: list their identities, and join what they name."""
        effects: list[Effect] = []
        for slot in sorted(slots):
            if not self.register.columns.active[slot]:
                continue
            self._list(slot)
            for other in self._namesakes(slot):
                effects += self._same_identity(min(slot, other), max(slot, other), now_us)
                if not self.register.columns.active[slot]:
                    break
        return effects

    def time_passed(self, now_us: int) -> list[Effect]:
        """Every second: look at some that may be one aircraft, and at identities claimed twice."""
        if now_us < self.next_compare_us:
            return []
        self.next_compare_us = now_us + COMPARE_INTERVAL_US
        self.banned = {pair: until for pair, until in self.banned.items() if until > now_us}
        effects = [*self._claimed_twice(now_us), *self._calmed(now_us)]
        register = self.register
        for slot_a, slot_b in candidates(register, now_us):
            if not (register.columns.active[slot_a] and register.columns.active[slot_b]):
                continue  # joined a moment ago
            if self._hopeless(slot_a, slot_b):
                continue
            pair = self._pair(slot_a, slot_b)
            if self._looked(pair, slot_a, slot_b, now_us):
                proof = self.evidence.pop(pair)
                effects += self._merge(slot_a, slot_b, "motion", proof.confidence(), now_us)
        self.evidence = {
            pair: one
            for pair, one in self.evidence.items()
            if now_us - one.last_us < EVIDENCE_KEPT_US
        }
        return [*effects, *self._show_held()]

    def forget(self, slots: Sequence[int]) -> None:
        """These tracks were lost."""
        self.possibly_same.ended(slots)
        for slot in slots:
            self._remove(slot)

    def _remove(self, slot: int) -> None:
        self.possibly_same.forget(slot)
        self.shared.pop(slot, None)
        self.jumped_us.pop(slot, None)
        self._unlist(slot)

    def list_again(self) -> None:
        """Rebuild the list of identities from the register, after a restore."""
        for slot in self.register.live_slots().tolist():
            self._list(slot)

    def _list(self, slot: int) -> None:
        self._unlist(slot)
        keys = tuple(keys_of(self.register.descriptions[slot]))
        shared = self.shared.get(slot)
        if shared is not None:
            stated = [key for one in shared.hearings for key in keys_of(one.description)]
            keys = tuple(dict.fromkeys((*keys, *stated)))
        if not keys:
            return
        self._keys[slot] = keys
        for key in keys:
            self._slots_of.setdefault(key, []).append(slot)

    def _unlist(self, slot: int) -> None:
        for key in self._keys.pop(slot, ()):
            listed = self._slots_of[key]
            listed.remove(slot)
            if not listed:
                del self._slots_of[key]

    def _namesakes(self, slot: int) -> list[int]:
        """Other tracks that state an identity of this one, ascending."""
        found = {other for key in self._keys.get(slot, ()) for other in self._slots_of[key]}
        return sorted(found - {slot})

    def _same_identity(self, slot_a: int, slot_b: int, now_us: int) -> list[Effect]:
        register = self.register
        if not self.allowed(slot_a, slot_b) or self._is_banned(slot_a, slot_b, now_us):
            return []
        if contradict(register.descriptions[slot_a], register.descriptions[slot_b]):
            return self._mark([slot_a, slot_b], ELSEWHERE)
        if self._apart_m(slot_a, slot_b) > 0.0:
            return self._mark([slot_a, slot_b], ELSEWHERE)
        return self._merge(slot_a, slot_b, "identity", IDENTITY_CONFIDENCE, now_us)

    def _apart_m(self, slot_a: int, slot_b: int) -> float:
        """How much further apart they are than one aircraft could be shown; 0 if it could."""
        look = look_at(self.register, slot_a, slot_b)
        allowed_m = TOGETHER_M + look.joint_accuracy_m + look.drift_m
        return max(0.0, math.hypot(look.east_m, look.north_m) - allowed_m)

    def _claimed_twice(self, now_us: int) -> list[Effect]:
        """Join what has come together, and take marks away whose cause is gone."""
        effects: list[Effect] = []
        marked = [slot for slot, marks in self.register.marks.doubts.items() if ELSEWHERE in marks]
        for slot in sorted(marked):
            if not self.register.columns.active[slot]:
                continue
            others = self._namesakes(slot)
            if not others:
                effects += self._unmark(slot, ELSEWHERE)
            for other in others:
                effects += self._same_identity(min(slot, other), max(slot, other), now_us)
                if not self.register.columns.active[slot]:
                    break
        return effects

    def jumped(self, slots: Slots, now_us: int) -> list[Effect]:
        """These tracks moved further than their kind can fly."""
        self.jumped_us.update(dict.fromkeys(slots.tolist(), now_us))
        return self._mark(slots.tolist(), JUMP)

    def _calmed(self, now_us: int) -> list[Effect]:
        calm = [slot for slot, at_us in self.jumped_us.items() if now_us - at_us > MARKED_US]
        effects: list[Effect] = []
        for slot in sorted(calm):
            del self.jumped_us[slot]
            effects += self._unmark(slot, JUMP)
        return effects

    def _mark(self, slots: list[int], mark: str) -> list[Effect]:
        fresh = [slot for slot in slots if mark not in self.register.marks.doubts.get(slot, ())]
        for slot in fresh:
            self.register.set_doubts(slot, (*self.register.marks.doubts.get(slot, ()), mark))
        return _updated(fresh)

    def _unmark(self, slot: int, mark: str) -> list[Effect]:
        marks = self.register.marks.doubts.get(slot, ())
        if mark not in marks:
            return []
        self.register.set_doubts(slot, tuple(one for one in marks if one != mark))
        return _updated([slot])

    def _pair(self, slot_a: int, slot_b: int) -> Pair:
        number = self.register.columns.track_number
        low, high = sorted((int(number[slot_a]), int(number[slot_b])))
        return low, high

    def _hopeless(self, slot_a: int, slot_b: int) -> bool:
        """Whether no look could make one of them: words contradict, or one publisher hears both."""
        register = self.register
        if not self.allowed(slot_a, slot_b):
            return True
        if contradict(register.descriptions[slot_a], register.descriptions[slot_b]):
            return True
        heard = [{one.handle[0] for one in self._hearings(slot)} for slot in (slot_a, slot_b)]
        return not heard[0].isdisjoint(heard[1])

    def _may_join(self, slot_a: int, slot_b: int) -> bool:
        return not self._hopeless(slot_a, slot_b)

    def _show_held(self) -> list[Effect]:
        """Mark the tracks that may be heard twice, and unmark those that may no more."""
        if not self.possibly_same.changed:
            return []
        self.possibly_same.changed = False
        marks, held = self.register.marks.doubts, self.possibly_same.marked()
        shown = [slot for slot, doubts in marks.items() if HEARD_TWICE in doubts]
        effects = self._mark(sorted(held), HEARD_TWICE)
        for slot in sorted(set(shown) - held):
            effects += self._unmark(slot, HEARD_TWICE)
        return effects

    def _looked(self, pair: Pair, slot_a: int, slot_b: int, now_us: int) -> bool:
        """Add a look; whether the evidence is proof now."""
        if self._is_banned(slot_a, slot_b, now_us):
            return False
        look = look_at(self.register, slot_a, slot_b)
        evidence = self.evidence.get(pair)
        if evidence is None:
            if len(self.evidence) >= PAIRS_UNDER_LOOK_MAX:
                return False
            evidence = self.evidence[pair] = Evidence(first_us=look.at_us, last_us=look.at_us)
        elif look.at_us < evidence.last_us + LOOK_AGAIN_US:
            return False
        if refutes(look):
            self.evidence[pair] = Evidence(first_us=look.at_us, last_us=look.at_us)
            return False
        evidence.add(look)
        if evidence.is_company() and self.possibly_same.holds(slot_a, slot_b):
            self.possibly_same.release(slot_a, slot_b)
        return evidence.is_proof()

    def _is_banned(self, slot_a: int, slot_b: int, now_us: int) -> bool:
        return any(
            self.banned.get(both(one.handle, other.handle), 0) > now_us
            for one in self._hearings(slot_a)
            for other in self._hearings(slot_b)
        )

    def _hearings(self, slot: int) -> list[Hearing]:
        shared = self.shared.get(slot)
        return shared.hearings if shared is not None else [self._own(slot)]

    def _own(self, slot: int) -> Hearing:
        """What a track that nobody else hears is, as a hearing."""
        register, columns = self.register, self.register.columns
        handle = (int(columns.publisher_index[slot]), register.source_track_ids[slot])
        x_m, y_m = where(register, slot)
        return Hearing(
            handle=handle,
            source=int(columns.source[slot]),
            description=register.descriptions[slot],
            time_us=int(columns.time_of_validity_us[slot]),
            x_m=x_m,
            y_m=y_m,
            accuracy_m=float(columns.horizontal_accuracy_m[slot]),
            basis="first",
            confidence=1.0,
            count=int(columns.report_count[slot]),
        )

    def _merge(
        self, slot_a: int, slot_b: int, basis: str, confidence: float, now_us: int
    ) -> list[Effect]:
        """Join two tracks; the elder number stays, so that its alerts go on."""
        register, number = self.register, self.register.columns.track_number
        keep, gone = sorted((slot_a, slot_b), key=lambda slot: int(number[slot]))
        joined = SharedTrack([*self._hearings(keep), *self._hearings(gone)])
        arrived = self._hearings(gone)
        for one in joined.hearings:
            if any(one.handle == other.handle for other in arrived):
                one.basis, one.confidence = basis, min(one.confidence, confidence)
        joined.lead = (self.shared.get(keep) or SharedTrack([], self._own(keep).handle)).lead
        joined.order()
        marks = [*register.marks.doubts.get(keep, ()), *register.marks.doubts.get(gone, ())]
        age_us = now_us - int(register.columns.time_of_validity_us[gone])
        gone_number = int(number[gone])
        register.ids.redirect(gone, keep, [one.handle for one in joined.hearings])
        change = register.retire_merged(gone, age_us / SECOND_US)
        self._remove(gone)
        self.shared[keep] = joined
        register.set_doubts(keep, tuple(mark for mark in dict.fromkeys(marks) if mark != ELSEWHERE))
        self.settle(keep, now_us)
        return [
            change,
            TracksMerged(int(number[keep]), gone_number, basis, confidence),
            *_updated([keep]),
        ]

    def split(self, slot: int, hearing: Hearing, now_us: int) -> list[Effect]:
        """Part one publisher's reports from the rest: its next one begins a track of its own."""
        register, shared = self.register, self.shared[slot]
        shared.hearings.remove(hearing)
        self.possibly_same.changed = True
        for other in shared.hearings:
            self.banned[both(hearing.handle, other.handle)] = now_us + BANNED_US
        register.ids.part(slot, hearing.handle)
        if shared.lead == hearing.handle:
            shared.lead = min(
                shared.hearings, key=lambda one: (one.is_silent(now_us), one.stated_accuracy_m())
            ).handle
        self.settle(slot, now_us)
        if len(shared.hearings) == 1:
            del self.shared[slot]
            del register.marks.heard_by[slot]
            register.columns.shared[slot] = 0
        publisher, source_track_id = hearing.handle
        name = register.ids.publishers.value(publisher)
        number = int(register.columns.track_number[slot])
        return [TrackSplit(number, name, source_track_id, hearing.basis), *_updated([slot])]

    def settle(self, slot: int, now_us: int) -> None:
        """Make the row's owner, words and trust follow from its hearings."""
        shared, register = self.shared[slot], self.register
        owner = shared.hearings[0]
        words = owner.description
        for other in shared.hearings[1:]:
            words = united(words, other.description)
        self.show_hearings(slot)
        register.take_over(slot, owner.handle, words)
        register.columns.shared[slot] = 1
        register.columns.trusted[slot] = shared.is_trusted(now_us)
        self._list(slot)

    def show_hearings(self, slot: int) -> None:
        """Tell people who hears the track."""
        publishers = self.register.ids.publishers
        self.register.marks.heard_by[slot] = tuple(
            HeardBy(publishers.value(one.handle[0]), one.source, one.basis, one.confidence)
            for one in self.shared[slot].hearings
        )

    def retrusted(self, slot: int, now_us: int) -> None:
        """After a report was written: one unsigned source is not two."""
        self.register.columns.trusted[slot] = self.shared[slot].is_trusted(now_us)


def _anything(_slot_a: int, _slot_b: int) -> bool:
    return True


def _updated(slots: list[int]) -> list[Effect]:
    return [TracksUpdated(np.array(slots, dtype=np.int32))] if slots else []


def moved_once(slots: Slots) -> Slots:
    """Each slot once: two publishers may have moved one track in one wave."""
    if len(slots) < 2:
        return slots
    ordered = np.sort(slots)
    return np.unique(slots) if bool((ordered[1:] == ordered[:-1]).any()) else slots
