"""What the ids of tracks in views are made from, so that nothing links before and after a change.

Every change of a track's level begins another episode, and other agencies' ids for the track are
made from number and episode; a reader's also from its turn with the owner (`pairs`). The owner's
are made from the number alone, and never change.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.plain import Plain, array
from broker.core.sharing.pairs import TURN_SHIFT, Pairs
from broker.core.tracks.register import Slots, TrackRegister

EPISODE_SHIFT: Final = 40
"""A view key is the track's number below this bit, then its episode, then its reader's turn."""
EPISODES_MAX: Final = 1 << (TURN_SHIFT - EPISODE_SHIFT)


class ViewKeys:
    """The episodes of one airspace's tracks, by row of the track table."""

    def __init__(self, tracks: TrackRegister, pairs: Pairs) -> None:
        self._tracks = tracks
        self._pairs = pairs
        self._episode: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._number: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        """Whose episode it is."""
        self._begun = False

    def begin(self, slots: Slots) -> None:
        """From now on episodes are kept; until now it was the first of every track."""
        self._begun = True
        self.fit()
        self._number[slots] = self._tracks.columns.track_number[slots]

    def fit(self) -> None:
        """Have room for every row."""
        more = len(self._tracks.columns.active) - len(self._number)
        if more > 0:
            self._episode = np.append(self._episode, np.zeros(more, dtype=np.int64))
            self._number = np.append(self._number, np.zeros(more, dtype=np.int64))

    def are_new(self, slots: Slots) -> NDArray[np.bool_]:
        """Whether the rows' tracks, (n,), are others than those whose episodes are kept."""
        are_new: NDArray[np.bool_] = self._number[slots] != self._tracks.columns.track_number[slots]
        return are_new

    def first_of(self, slot: int) -> bool:
        """Begin the first episode of the track in a row, if it is another than was there."""
        number = int(self._tracks.columns.track_number[slot])
        if self._number[slot] == number:
            return False
        self._number[slot], self._episode[slot] = number, 0
        return True

    def next_of(self, slot: int) -> None:
        """Begin another episode of the track in a row."""
        self._episode[slot] += 1

    def others(self, slot: int) -> int:
        """What others' ids for the track in a row are made from, but for the reader's turn."""
        number = int(self._tracks.columns.track_number[slot])
        episode = int(self._episode[slot]) if self._number[slot] == number else 0
        return number + (episode % EPISODES_MAX << EPISODE_SHIFT)

    def of(self, slots: NDArray[np.int64], agency: str) -> NDArray[np.int64]:
        """Of these rows' tracks in an agency's views, (n,)."""
        numbers = self._tracks.columns.track_number[slots]
        if not self._begun:
            return numbers
        self.fit()
        own = self._tracks.agencies.index(agency)
        others = self._tracks.columns.agency_index[slots] != (-1 if own is None else own)
        known = self._number[slots] == numbers
        episodes = self._episode[slots] * (others & known)
        owners = self._tracks.columns.agency_index[slots]
        turns = self._pairs.turns_to(agency)[owners]
        keys: NDArray[np.int64] = (
            numbers + (episodes % EPISODES_MAX << EPISODE_SHIFT) + (turns << TURN_SHIFT)
        )
        return keys

    def are_numbers(self, slots: NDArray[np.int64]) -> bool:
        """Whether every reader's ids of these rows' tracks are made from their numbers alone."""
        if not self._begun:
            return True
        if self._pairs.has_turned:
            return False
        self.fit()
        known = self._number[slots] == self._tracks.columns.track_number[slots]
        return not (self._episode[slots] * known).any()

    def of_number(self, track_number: int, agency: str) -> int:
        """Of one track. Once it is gone its episode is forgotten: the key is one never used."""
        slot = self._tracks.slot_of_number.get(track_number)
        if not self._begun:
            return track_number
        if slot is None:
            return -1 - track_number
        owner = self._tracks.publisher_name(slot).agency
        if owner == agency:
            return track_number
        self.fit()
        return self.others(slot) + (self._pairs.turn(owner, agency) << TURN_SHIFT)

    def state(self, used: int) -> dict[str, Plain]:
        """For a snapshot: of so many rows."""
        self.fit()
        return {"episode": self._episode[:used].copy(), "number": self._number[:used].copy()}

    def restore(self, state: dict[str, Plain], *, begun: bool) -> None:
        """From a snapshot."""
        self._episode = array(state["episode"]).astype(np.int64)
        self._number = array(state["number"]).astype(np.int64)
        self._begun = begun
        self.fit()
