"""The marks that tell people what is doubtful about a track; they take nothing from the alerts."""

import numpy as np

from broker.core.effects import Effect, TracksUpdated
from broker.core.tracks.correlation.jumps import JUMP, MARKED_US
from broker.core.tracks.register import TrackRegister


class Doubts:
    """Puts marks on the tracks of one register, and takes them off."""

    def __init__(self, register: TrackRegister) -> None:
        self._register = register
        self.jumped_us: dict[int, int] = {}
        """Slot -> when it last moved further than its kind can fly."""

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

    def jumped(self, slots: list[int], now_us: int) -> list[Effect]:
        """These tracks moved further than their kind can fly."""
        self.jumped_us.update(dict.fromkeys(slots, now_us))
        return self.mark(slots, JUMP)

    def calmed(self, now_us: int) -> list[Effect]:
        """Those that jumped long enough ago are marked no more."""
        calm = [slot for slot, at_us in self.jumped_us.items() if now_us - at_us > MARKED_US]
        effects: list[Effect] = []
        for slot in sorted(calm):
            del self.jumped_us[slot]
            effects += self.unmark(slot, JUMP)
        return effects

    def hand_over(self, gone: int, keep: int) -> None:
        """The track goes on as another, and so do its marks."""
        known = self._register.marks.doubts
        marks = dict.fromkeys((*known.get(keep, ()), *known.get(gone, ())))
        self._register.set_doubts(keep, tuple(marks))
        if gone in self.jumped_us:
            self.jumped_us[keep] = max(self.jumped_us.get(keep, 0), self.jumped_us[gone])

    def forget(self, slot: int) -> None:
        """The track is gone."""
        self.jumped_us.pop(slot, None)


def updated(slots: list[int]) -> list[Effect]:
    """These tracks are shown otherwise than before."""
    return [TracksUpdated(np.array(slots, dtype=np.int32))] if slots else []
