"""The marks that tell people what is doubtful about a track; they take nothing from the alerts."""

import numpy as np

from broker.core.effects import Effect, TracksUpdated
from broker.core.tracks.correlation.jumps import JUMP, MARKED_US, TOO_FAST
from broker.core.tracks.register import TrackRegister


class Doubts:
    """Puts marks on the tracks of one register, and takes them off."""

    def __init__(self, register: TrackRegister) -> None:
        self._register = register
        self.passing_us: dict[tuple[int, str], int] = {}
        """Slot and mark -> when its cause was seen last."""

    def marked(self, mark: str) -> list[int]:
        """Slots with the mark, ascending."""
        known = self._register.marks.doubts
        return sorted(slot for slot, marks in known.items() if mark in marks)

    def mark(self, slots: list[int], mark: str) -> list[Effect]:
        """Those of the tracks that had no such mark are shown with it."""
        known = self._register.marks.doubts
        fresh = [slot for slot in slots if mark not in known.get(slot, ())]
        for slot in fresh:
            self._register.set_doubts(slot, (*known.get(slot, ()), mark))
        return updated(fresh)

    def unmark(self, slot: int, mark: str) -> list[Effect]:
        """The track is shown without the mark, if it had it."""
        marks = self._register.marks.doubts.get(slot, ())
        if mark not in marks:
            return []
        self._register.set_doubts(slot, tuple(one for one in marks if one != mark))
        return updated([slot])

    def show_only(self, slots: set[int], mark: str) -> list[Effect]:
        """Exactly these tracks have the mark from now on."""
        before = self.marked(mark)
        effects = self.mark(sorted(slots), mark)
        for slot in before:
            if slot not in slots:
                effects += self.unmark(slot, mark)
        return effects

    def mark_for_a_while(self, slots: list[int], mark: str, now_us: int) -> list[Effect]:
        """Mark these tracks until it is `MARKED_US` since this was last asked."""
        self.passing_us.update({(slot, mark): now_us for slot in slots})
        return self.mark(slots, mark)

    def calmed(self, now_us: int) -> list[Effect]:
        """Those whose cause was seen last long enough ago are marked no more."""
        calm = [one for one, at_us in self.passing_us.items() if now_us - at_us > MARKED_US]
        effects: list[Effect] = []
        for slot, mark in sorted(calm):
            del self.passing_us[slot, mark]
            effects += self.unmark(slot, mark)
        return effects

    def hand_over(self, gone: int, keep: int) -> None:
        """The track goes on as another, and so do its marks."""
        known = self._register.marks.doubts
        marks = dict.fromkeys((*known.get(keep, ()), *known.get(gone, ())))
        self._register.set_doubts(keep, tuple(marks))
        for mark in (JUMP, TOO_FAST):
            at_us = self.passing_us.get((gone, mark))
            if at_us is not None:
                self.passing_us[keep, mark] = max(self.passing_us.get((keep, mark), 0), at_us)

    def forget(self, slot: int) -> None:
        """The track is gone."""
        for mark in (JUMP, TOO_FAST):
            self.passing_us.pop((slot, mark), None)


def updated(slots: list[int]) -> list[Effect]:
    """These tracks are shown otherwise than before."""
    return [TracksUpdated(np.array(slots, dtype=np.int32))] if slots else []
