"""What one agency is shown of another's flights that nobody hides: by name where they agreed.

Without an agreement it is the position without who it is and what for, as of a masked flight: the
safety picture stays whole. Every time that changes for a pair, the reader's ids for the owner's
tracks are made anew (`turn`), so that what was shown without a name is not named afterwards.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.plain import Plain, integer, items, text
from broker.core.sharing.decision import sees_identity
from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.interning import Interned

TURN_SHIFT: Final = 52
"""In a view key: the number below bit 40, the track's episode below this bit, the turn above. 4,096
episodes of a track and 2,048 turns of a pair; after so many, ids of long ago may come again."""
TURNS_MAX: Final = 1 << 11
ASSUMED: Final = Terms(frozenset(), assumed=True)


class Pairs:
    """The pairs of one airspace's agencies."""

    def __init__(self, agencies: Interned[str]) -> None:
        self._agencies = agencies
        """Those that publish, by their place in the track table."""
        self.terms = ASSUMED
        self._turns: dict[tuple[str, str], int] = {}
        self._turns_of: dict[str, tuple[tuple[str, int], ...]] = {}
        self._full: dict[tuple[str, str], bool] = {}
        self._full_to: dict[str, NDArray[np.bool_]] = {}
        self._turns_to: dict[str, NDArray[np.int64]] = {}
        self._to_all: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)

    def is_full(self, owner: str, reader: str) -> bool:
        """Whether the reader is shown the owner's open flights by name."""
        known = self._full.get((owner, reader))
        if known is None:  # every alert asks, for every audience
            known = self._full[owner, reader] = sees_identity(reader, owner, self.terms).allowed
        return known

    def shown(self, level: SharingLevel, owner: str, reader: str) -> SharingLevel:
        """A flight's level as it counts for a reader: its own are open to it."""
        if owner == reader:
            return SharingLevel.OPEN
        return level if self.is_full(owner, reader) else max(level, SharingLevel.MASKED)

    def change(self, terms: Terms) -> list[tuple[str, str]]:
        """Other terms from now on; the (owner, reader) for whom something changed."""
        before, self.terms = self.terms, terms
        self._forget()
        if _same_rules(before, terms):
            return []
        changed = [
            (owner, reader)
            for owner, reader in _pairs(sorted(before.agencies & terms.agencies))
            if sees_identity(reader, owner, before).allowed != self.is_full(owner, reader)
        ]
        for pair in changed:
            self._turns[pair] = (self.turn(*pair) + 1) % TURNS_MAX
        self._forget()
        return changed

    def adopt(self, terms: Terms) -> None:
        """The terms that held when a snapshot was taken: nothing changes."""
        self.terms = terms
        self._forget()

    def turn(self, owner: str, reader: str) -> int:
        """How often it changed what the reader is shown of the owner's flights."""
        return self._turns.get((owner, reader), 0)

    @property
    def has_turned(self) -> bool:
        """Whether it ever changed what somebody is shown of somebody's flights."""
        return bool(self._turns)

    def turns_of(self, owner: str) -> tuple[tuple[str, int], ...]:
        """(reader, turn) of an owner's readers whose turn is not 0."""
        known = self._turns_of.get(owner)
        if known is None:
            turns = self._turns.items()
            known = tuple((reader, turn) for (who, reader), turn in turns if who == owner and turn)
            self._turns_of[owner] = known
        return known

    def full_to(self, reader: str) -> NDArray[np.bool_]:
        """By place of the owner: whether the reader is shown its open flights by name."""
        known = self._full_to.get(reader)
        if known is None or len(known) != len(self._agencies):
            owners = self._agencies.values()
            known = np.array([self.is_full(one, reader) for one in owners], dtype=np.bool_)
            self._full_to[reader] = known
        return known

    def turns_to(self, reader: str) -> NDArray[np.int64]:
        """By place of the owner: its turn for the reader."""
        known = self._turns_to.get(reader)
        if known is None or len(known) != len(self._agencies):
            owners = self._agencies.values()
            known = np.array([self.turn(one, reader) for one in owners], dtype=np.int64)
            self._turns_to[reader] = known
        return known

    def full_to_all(self) -> NDArray[np.bool_]:
        """By place of the owner: whether every reader is shown its open flights by name."""
        if len(self._to_all) != len(self._agencies):
            readers = sorted(self.terms.agencies)
            self._to_all = np.array(
                [
                    all(self.is_full(owner, reader) for reader in readers)
                    for owner in self._agencies.values()
                ],
                dtype=np.bool_,
            )
        return self._to_all

    def sees_everybody(self, reader: str) -> bool:
        """Whether no agency's flights are without a name to the reader for want of an agreement."""
        return all(self.is_full(owner, reader) for owner in self.terms.agencies)

    def are_alike(self, one: str, other: str) -> bool:
        """Whether two agencies' flights are shown alike to everybody, each other included."""
        if one == other:
            return True
        if not (self.is_full(one, other) and self.is_full(other, one)):
            return False
        others = self.terms.agencies - {one, other}
        return all(self.is_full(one, who) == self.is_full(other, who) for who in others)

    def _forget(self) -> None:
        self._turns_of.clear()
        self._full.clear()
        self._full_to.clear()
        self._turns_to.clear()
        self._to_all = np.zeros(0, dtype=np.bool_)

    def state(self) -> list[Plain]:
        """For a snapshot; the terms follow from the agreements."""
        return [[owner, reader, turn] for (owner, reader), turn in self._turns.items()]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            owner, reader, turn = items(item)
            self._turns[text(owner), text(reader)] = integer(turn)
        self._forget()


def _same_rules(before: Terms, after: Terms) -> bool:
    """Whether at most the list of agencies differs."""
    return (before.agreed, before.assumed, before.once_signed, before.public) == (
        after.agreed, after.assumed, after.once_signed, after.public,
    )  # fmt: skip


def _pairs(agencies: list[str]) -> Iterator[tuple[str, str]]:
    for owner in agencies:
        for reader in agencies:
            if owner != reader:
                yield owner, reader
