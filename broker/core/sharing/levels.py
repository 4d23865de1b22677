"""How much of a flight others are shown: open, masked or covert, as its own agency says.

Theory of operation. What agencies have set is in the register. Levels are kept by row of the track
table, so that asking costs nothing, and worked out again only for rows whose words changed, or when
a setting changed.

A level falls only because a setting was changed or ended, or another flight is stated: what a
publisher leaves out of a description never opens a covert flight (`naming`).

Every change of a track's level gives others' ids for it anew (`view_keys`): nobody can link what is
shown before a change with what is after it.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.bounded import forget_oldest
from broker.core.effects import SharingChanged
from broker.core.plain import Plain, array, integer, items, text
from broker.core.sharing.naming import Naming
from broker.core.sharing.pairs import TURNS_MAX, Pairs
from broker.core.sharing.register import SharingRegister
from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import (
    SharingLevel,
    SharingSetting,
    SharingSubject,
)
from broker.core.sharing.view_keys import ViewKeys
from broker.core.tracks.register import Slots, TrackRegister

ENDED_LEVELS_MAX: Final = 10_000
"""Hidden tracks that are no longer in the picture, remembered for answers that still name them."""
_UNREAD: Final = -1
"""No version of a track's words."""


class Sharing:
    """The levels of one airspace's tracks."""

    def __init__(self, tracks: TrackRegister) -> None:
        self._tracks = tracks
        self.pairs = Pairs(tracks.agencies)
        self.keys = ViewKeys(tracks, self.pairs)
        """What others' ids for tracks are made from."""
        self.register = SharingRegister()
        """What agencies have set."""
        self._naming = Naming(tracks)
        self._level: NDArray[np.int8] = np.zeros(0, dtype=np.int8)
        self._version: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._ended: dict[int, tuple[str, SharingLevel]] = {}
        self._ever_used = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing was ever hidden here: every level is open and every episode the first."""
        return not self._ever_used

    def set_default(self, agency: str, level: SharingLevel) -> list[SharingChanged]:
        """What an agency shows from now on where no setting says otherwise."""
        self.register.set_default(agency, level)
        if level is not SharingLevel.OPEN:
            self._begin()
        return self._all_again()

    def set_terms(self, terms: Terms) -> list[SharingChanged]:
        """Other agreements hold from now on: who is shown open and masked flights otherwise."""
        pairs = self.pairs.change(terms)
        if not (terms.assumes_all or all(map(self.pairs.sees_everybody, terms.agencies))):
            self._begin()
        return [change for pair in pairs for change in self._pair_changed(*pair)]

    def set(self, setting: SharingSetting, now_us: int) -> list[SharingChanged]:
        """Show an aircraft or flight at another level from now on. Raises Refused."""
        self.register.set(setting, now_us)
        self._begin()
        return self._all_again()

    def tracks_named(self, subject: SharingSubject) -> int:
        """How many tracks in the picture a setting for this names."""
        return self._naming.count(subject)

    def clear(self, subject: SharingSubject) -> tuple[SharingSetting, list[SharingChanged]]:
        """Back to the default. Raises SharingUnknown."""
        removed = self.register.clear(subject)
        self._naming.removed((subject.key,))
        return removed, self._all_again()

    def advance(self, now_us: int) -> list[SharingChanged]:
        """Time passed: what has ended falls back to the default."""
        over = self.register.advance(now_us)
        self._naming.removed(over)
        return self._all_again() if over else []

    def described(self, slots: Slots) -> list[SharingChanged]:
        """These tracks were written: their levels, where their words are new."""
        if self.is_idle:
            return []
        self._fit()
        news = self._version[slots] != self._tracks.text_versions[slots]
        news |= self.keys.are_new(slots)
        return self._again(slots[news].tolist())

    def joined(self, keep: int, gone: int) -> None:
        """One track, by number, goes on as another: before `described`."""
        self._naming.joined(keep, gone)
        if not self.is_idle:
            self._version[self._tracks.slot_of_number[keep]] = _UNREAD

    def ended(self, track_number: int) -> None:
        """A track left the picture; a hidden one stays hidden where it is still named."""
        slot = self._tracks.slot_of_number.get(track_number)
        if slot is None or self.is_idle:
            return
        self._naming.ended(slot)
        if self.level(slot) is SharingLevel.OPEN:
            return
        agency = self._tracks.publisher_name(slot).agency
        self._ended[track_number] = (agency, self.level(slot))
        forget_oldest(self._ended, ENDED_LEVELS_MAX)

    def level(self, slot: int) -> SharingLevel:
        """The level of the track in a row."""
        if self.is_idle or slot >= len(self._level) or self._level[slot] == 0:
            return SharingLevel.OPEN
        return SharingLevel(int(self._level[slot]))

    def of_number(self, track_number: int) -> tuple[str, SharingLevel]:
        """Agency and level of a track; of one that is gone, as it was ("" where nobody knows)."""
        slot = self._tracks.slot_of_number.get(track_number)
        if slot is None:
            return self._ended.get(track_number, ("", SharingLevel.OPEN))
        return self._tracks.publisher_name(slot).agency, self.level(slot)

    def shown(self, slot: int, reader: str) -> SharingLevel:
        """The level of the track in a row as it counts for a reader."""
        owner = self._tracks.publisher_name(slot).agency
        return self.pairs.shown(self.level(slot), owner, reader)

    def shown_levels(self, slots: NDArray[np.int64], reader: str) -> NDArray[np.int8]:
        """The same of rows (n,)."""
        owners = self._tracks.columns.agency_index[slots]
        levels = self.levels(slots)
        partly = ~self.pairs.full_to(reader)[owners]
        levels = np.where(partly, np.maximum(levels, np.int8(SharingLevel.MASKED)), levels)
        own = self._tracks.agencies.index(reader)
        return np.where(owners == (-1 if own is None else own), np.int8(SharingLevel.OPEN), levels)

    def are_open_to_all(self, slots: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether every reader is shown the rows' tracks (n,) in full."""
        owners = self._tracks.columns.agency_index[slots]
        open_: NDArray[np.bool_] = self.levels(slots) == SharingLevel.OPEN
        return open_ & self.pairs.full_to_all()[owners]

    def open_slots(self, slots: Slots) -> Slots:
        """Those of these rows whose tracks are not hidden."""
        if self.is_idle:
            return slots
        self._fit()
        return slots[self._level[slots] <= SharingLevel.OPEN]

    def levels(self, slots: NDArray[np.int64]) -> NDArray[np.int8]:
        """Levels (n,) of rows (n,)."""
        self._fit()
        return np.maximum(self._level[slots], np.int8(SharingLevel.OPEN))

    def covert_slots(self) -> list[int]:
        """Rows of the covert tracks, ascending."""
        if self.is_idle:
            return []
        self._fit()
        live = self._tracks.live_slots()
        return [int(slot) for slot in live[self._level[live] == SharingLevel.COVERT]]

    def _begin(self) -> None:
        """From now on levels are kept; until now every track was open, and shown so."""
        if self._ever_used:
            return
        self._ever_used = True
        self._fit()
        live = self._tracks.live_slots()
        self._level[live] = SharingLevel.OPEN
        self.keys.begin(live)

    def _all_again(self) -> list[SharingChanged]:
        if self.is_idle:
            return []
        self._fit()
        return self._again(self._tracks.live_slots().tolist())

    def _pair_changed(self, owner: str, reader: str) -> list[SharingChanged]:
        """The reader's ids for the owner's tracks end, but for those that are covert to it."""
        place, live = self._tracks.agencies.index(owner), self._tracks.live_slots()
        if place is None:
            return []
        self._fit()
        turns = ((reader, (self.pairs.turn(owner, reader) - 1) % TURNS_MAX),)
        full = self.pairs.is_full(owner, reader)
        before = SharingLevel.MASKED if full else SharingLevel.OPEN
        changes = []
        for slot in live[self._tracks.columns.agency_index[live] == place].tolist():
            level = self.level(slot)
            if level is not SharingLevel.COVERT:
                number = int(self._tracks.columns.track_number[slot])
                key = self.keys.others(slot)
                after = self.pairs.shown(level, owner, reader)
                changes.append(
                    SharingChanged(number, slot, max(level, before), after, key, reader, turns)
                )
        return changes

    def _again(self, slots: Iterable[int]) -> list[SharingChanged]:
        changes = []
        for slot in slots:
            level, is_new = self._wanted(slot), self.keys.first_of(slot)
            before = level if is_new else self.level(slot)
            if level != before:
                number, key = int(self._tracks.columns.track_number[slot]), self.keys.others(slot)
                turns = self.pairs.turns_of(self._tracks.publisher_name(slot).agency)
                change = SharingChanged(number, slot, int(before), int(level), key, turns=turns)
                changes.append(change)
                self.keys.next_of(slot)
            self._level[slot] = level
            self._version[slot] = self._tracks.text_versions[slot]
        return changes

    def _wanted(self, slot: int) -> SharingLevel:
        """The level by settings, or by default; never less than by those that were left out."""
        named, left_out = self._naming.of(slot, self.register.subjects())
        return self.register.wanted(self._tracks.publisher_name(slot).agency, named, left_out)

    def _fit(self) -> None:
        more = len(self._tracks.columns.active) - len(self._level)
        if more > 0:
            self._level = np.append(self._level, np.zeros(more, dtype=np.int8))
            self._version = np.append(self._version, np.zeros(more, dtype=np.int64))
        self.keys.fit()

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        self._fit()
        used = self._tracks.high_water
        return {
            **self.register.state(),
            "ended": [[number, who, int(level)] for number, (who, level) in self._ended.items()],
            "level": self._level[:used].copy(),
            **self.keys.state(used),
            "ever_used": self._ever_used,
            "turns": self.pairs.state(),
            "naming": self._naming.state(),
        }

    def restore(self, state: dict[str, Plain]) -> None:
        """From a snapshot, after the tracks were restored."""
        self.register.restore(state)
        for item in items(state["ended"]):
            number, agency, level = items(item)
            self._ended[integer(number)] = (text(agency), SharingLevel(integer(level)))
        self._level = array(state["level"]).astype(np.int8)
        self._version = np.zeros(len(self._level), dtype=np.int64)
        self._ever_used = bool(state["ever_used"])
        self.keys.restore(state, begun=self._ever_used)
        if "turns" in state:
            self.pairs.restore(state["turns"])
        if "naming" in state:
            self._naming.restore(state["naming"])
        self._fit()
