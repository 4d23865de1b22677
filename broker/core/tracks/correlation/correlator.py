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

from broker.core.effects import Effect, TracksMerged, TrackSplit
from broker.core.tracks.correlation.doubts import Doubts, updated
from broker.core.tracks.correlation.hearers import Hearers
from broker.core.tracks.correlation.hearing import Hearing
from broker.core.tracks.correlation.identity import contradict
from broker.core.tracks.correlation.jumps import JUMP, TOO_FAST, Implausible
from broker.core.tracks.correlation.looking import candidates, look_at
from broker.core.tracks.correlation.looks import Looks
from broker.core.tracks.correlation.namesakes import Namesakes
from broker.core.tracks.correlation.possibly_same import HEARD_TWICE, PossiblySame
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.units import SECOND_US

COMPARE_INTERVAL_US: Final = SECOND_US
TOGETHER_M: Final = 300.0
"""A stated identity is believed within this, beyond the accuracies and what was flown since."""
IDENTITY_CONFIDENCE: Final = 0.99
ELSEWHERE: Final = "identity-claimed-elsewhere"


class Correlator:
    """Joins and parts the tracks of one register."""

    def __init__(self, register: TrackRegister) -> None:
        self.register = register
        self.hearers = Hearers(register)
        self.looks = Looks(register)
        self.doubts = Doubts(register)
        self.next_compare_us = 0
        self.allowed: Callable[[int, int], bool] = _anything
        """Whether two rows may become one, or be marked for each other: a hidden flight may not be
        known from what somebody else hears. Their alert is kept back all the same: it would be
        between an aircraft and itself, and would say which track is the hidden one."""
        self.possibly_same = PossiblySame(register, self.hearers.of, self._may_join)
        self._namesakes = Namesakes()

    def placed(self, slots: Slots) -> list[Effect]:
        """Reports moved these tracks, and their alerts have not been judged yet."""
        same, opened = self.possibly_same, self.register.take_opened()
        if not opened and not same.held:
            return []
        same.moved(slots.tolist())
        same.begun(opened)
        for slot in opened:
            self._enlist(slot)
            for other in self._namesakes.of(slot):
                banned = self.hearers.is_banned(slot, other, 0)
                joins = not banned and self._apart_m(slot, other) == 0.0
                if joins and self._may_join(slot, other):  # done once the micro-batch is written
                    same.hold(slot, other)
        return self._show_held()

    def described(self, slots: Iterable[int], now_us: int) -> list[Effect]:
        """These tracks' descriptions are new: list their identities, and join what they name."""
        effects: list[Effect] = []
        for slot in sorted(slots):
            if self.register.columns.active[slot]:
                self._enlist(slot)
                effects += self._join_namesakes(slot, now_us)
        return effects

    def time_passed(self, now_us: int) -> list[Effect]:
        """Every second: look at some that may be one aircraft, and at identities claimed twice."""
        if now_us < self.next_compare_us:
            return []
        self.next_compare_us = now_us + COMPARE_INTERVAL_US
        self.hearers.end_bans(now_us)
        effects = [*self._claimed_twice(now_us), *self.doubts.calmed(now_us)]
        active = self.register.columns.active
        for slot_a, slot_b in candidates(self.register, now_us):
            if active[slot_a] and active[slot_b]:  # one may have been joined a moment ago
                effects += self._looked_at(slot_a, slot_b, now_us)
        self.looks.forget_old(now_us)
        return [*effects, *self._show_held()]

    def clock_set_back(self, now_us: int) -> None:
        """Look again at once; who was parted stays apart as if it had been now."""
        self.next_compare_us = 0
        self.hearers.shorten_bans(now_us)

    def implausible(self, found: Implausible, now_us: int) -> list[Effect]:
        """These tracks moved further, or say that they fly faster, than their kind can."""
        effects: list[Effect] = []
        for slots, mark in ((found.jumped, JUMP), (found.too_fast, TOO_FAST)):
            if len(slots):
                effects += self.doubts.mark_for_a_while(slots.tolist(), mark, now_us)
        return effects

    def forget(self, slots: Sequence[int]) -> None:
        """These tracks were lost."""
        self.possibly_same.ended(slots)
        for slot in slots:
            self._remove(slot)

    def list_again(self) -> None:
        """Rebuild the list of identities from the register, after a restore."""
        for slot in self.register.live_slots().tolist():
            self._enlist(slot)

    def split(self, slot: int, hearing: Hearing, now_us: int) -> list[Effect]:
        """Part one publisher's reports from the rest: its next one begins a track of its own."""
        register = self.register
        self.hearers.part(slot, hearing, now_us)
        self._enlist(slot)
        self.possibly_same.changed = True
        publisher, source_track_id = hearing.handle
        name = register.ids.publishers.value(publisher)
        number = int(register.columns.track_number[slot])
        return [TrackSplit(number, name, source_track_id, hearing.basis), *updated([slot])]

    def settle(self, slot: int, now_us: int) -> None:
        """One of those who hear the track says other words of it."""
        self.hearers.settle(slot, now_us)
        self._enlist(slot)

    def _enlist(self, slot: int) -> None:
        heard = [one.description for one in self.hearers.of(slot)]
        self._namesakes.enlist(slot, [self.register.descriptions[slot], *heard])

    def _remove(self, slot: int) -> None:
        self.possibly_same.forget(slot)
        self.hearers.forget(slot)
        self.doubts.forget(slot)
        self._namesakes.strike(slot)

    def _join_namesakes(self, slot: int, now_us: int) -> list[Effect]:
        effects: list[Effect] = []
        for other in self._namesakes.of(slot):
            effects += self._same_identity(min(slot, other), max(slot, other), now_us)
            if not self.register.columns.active[slot]:
                break
        return effects

    def _same_identity(self, slot_a: int, slot_b: int, now_us: int) -> list[Effect]:
        words = self.register.descriptions
        if not self.allowed(slot_a, slot_b) or self.hearers.is_banned(slot_a, slot_b, now_us):
            return []
        if contradict(words[slot_a], words[slot_b]) or self._apart_m(slot_a, slot_b) > 0.0:
            return self.doubts.mark([slot_a, slot_b], ELSEWHERE)
        return self._merge(slot_a, slot_b, "identity", IDENTITY_CONFIDENCE, now_us)

    def _apart_m(self, slot_a: int, slot_b: int) -> float:
        """How much further apart they are than one aircraft could be shown; 0 if it could."""
        look = look_at(self.register, slot_a, slot_b)
        allowed_m = TOGETHER_M + look.joint_accuracy_m + look.drift_m
        return max(0.0, math.hypot(look.east_m, look.north_m) - allowed_m)

    def _claimed_twice(self, now_us: int) -> list[Effect]:
        """Join what has come together, and take marks away whose cause is gone."""
        effects: list[Effect] = []
        for slot in self.doubts.marked(ELSEWHERE):
            if not self.register.columns.active[slot]:
                continue
            if not self._namesakes.of(slot):
                effects += self.doubts.unmark(slot, ELSEWHERE)
            effects += self._join_namesakes(slot, now_us)
        return effects

    def _looked_at(self, slot_a: int, slot_b: int, now_us: int) -> list[Effect]:
        """Look at a pair once more, and draw what follows from all looks."""
        if not self._may_join(slot_a, slot_b) or self.hearers.is_banned(slot_a, slot_b, now_us):
            return []
        evidence = self.looks.add(slot_a, slot_b)
        if evidence is None:
            return []
        if evidence.is_company() and self.possibly_same.holds(slot_a, slot_b):
            self.possibly_same.release(slot_a, slot_b)
        if not evidence.is_proof() or not self.allowed(slot_a, slot_b):
            return []
        self.looks.forget(slot_a, slot_b)
        return self._merge(slot_a, slot_b, "motion", evidence.confidence(), now_us)

    def _may_join(self, slot_a: int, slot_b: int) -> bool:
        """Whether nothing forbids it: no word that contradicts, no publisher that hears both."""
        words = self.register.descriptions
        if contradict(words[slot_a], words[slot_b]):
            return False
        return not self.hearers.share_a_publisher(slot_a, slot_b)

    def _show_held(self) -> list[Effect]:
        """Mark the tracks that may be heard twice, and unmark those that may no more."""
        if not self.possibly_same.changed:
            return []
        self.possibly_same.changed = False
        return self.doubts.show_only(self.possibly_same.marked(self.allowed), HEARD_TWICE)

    def _merge(
        self, slot_a: int, slot_b: int, basis: str, confidence: float, now_us: int
    ) -> list[Effect]:
        """Join two tracks; the elder number stays, so that its alerts go on."""
        register, number = self.register, self.register.columns.track_number
        keep, gone = sorted((slot_a, slot_b), key=lambda slot: int(number[slot]))
        age_us = now_us - int(register.columns.time_of_validity_us[gone])
        gone_number = int(number[gone])
        self.hearers.join(keep, gone, basis, confidence)
        self.doubts.hand_over(gone, keep)
        self.doubts.unmark(keep, ELSEWHERE)
        change = register.retire_merged(gone, age_us / SECOND_US)
        self.settle(keep, now_us)
        self.possibly_same.joined(keep, gone)
        self._remove(gone)
        return [
            change,
            TracksMerged(int(number[keep]), gone_number, basis, confidence),
            *updated([keep]),
        ]


def _anything(_slot_a: int, _slot_b: int) -> bool:
    return True


def moved_once(slots: Slots) -> Slots:
    """Each slot once: two publishers may have moved one track in one wave."""
    if len(slots) < 2:
        return slots
    ordered = np.sort(slots)
    return np.unique(slots) if bool((ordered[1:] == ordered[:-1]).any()) else slots
