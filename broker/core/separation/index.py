"""The incremental index: arrays that both backends keep, and the log of watched pairs.

Every answer of the index is a superset of the pairs that can touch within the slack, so what is
told never depends on the index's history, only on the track table.

The watch log. A query of track i appends (i, j, sequence number of the query) for each candidate j.
An entry is alive while i has not asked again and j has not asked since: whichever of two tracks
asked last found the other as it still is, so its entry is the authority and nothing ever needs
deleting. A slot that is freed or re-used loses or renews its sequence number, which kills its
entries.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.hits import Tags

# Columns of an entry: the reference point and what widens it.
REFERENCE_X_M: Final = 0
REFERENCE_Y_M: Final = 1
EAST_SCALE: Final = 2
SPEED_MPS: Final = 3
ZONE_M: Final = 4
REFERENCE_Z_M: Final = 5
VERTICAL_SPEED_MPS: Final = 6
ZONE_HEIGHT_M: Final = 7
ENTRY_WIDTH: Final = 8

Slots = NDArray[np.int32]
"""Rows of the track table, (n,)."""

UNLINKED: Final = -1
NEVER: Final = -1
"""Sequence number of a track that is not indexed."""


WATCH_ROOM_MIN: Final = 16_384
"""Entries of a new watch log."""


class GridIndex(NamedTuple):
    """Arrays by slot, and the heads of the compiled backend's cell lists."""

    rows: Floats
    """(capacity, 16) packed rows."""
    entries: Floats
    """(capacity, 8)."""
    layer: NDArray[np.int8]
    """0 slow, 1 wide, -1 not indexed."""
    sequence: NDArray[np.int64]
    """When the slot was last queried, as a count of queries; -1 not indexed."""
    queried_us: NDArray[np.int64]
    limits: Floats
    """(2 layers, 2): greatest speed and greatest zone that a layer has held."""
    head: NDArray[np.int32]
    """(2, cells): first slot of each cell, -1 for none."""
    cell: NDArray[np.int32]
    following: NDArray[np.int32]
    preceding: NDArray[np.int32]


class WatchLog(NamedTuple):
    """Append-only buffers: pairs (n, 2) of owner and partner, and the owner's sequence number."""

    pairs: NDArray[np.int32]
    sequence: NDArray[np.int64]


class Asking(NamedTuple):
    """How placed slots ask: the first `quiet` of them only to be watched."""

    quiet: int
    first_sequence: int
    """Of the first slot; the others follow in their order."""
    now_us: int


class HitBuffer(NamedTuple):
    """Room for hits."""

    tags: Tags
    """(n, 5)."""
    values: Floats
    """(n, 3)."""


def empty_index(capacity: int) -> GridIndex:
    """An index of nothing, with room for `capacity` slots."""
    return GridIndex(
        rows=np.zeros((capacity, packing.ROW_WIDTH)),
        entries=np.zeros((capacity, ENTRY_WIDTH)),
        layer=np.full(capacity, UNLINKED, dtype=np.int8),
        sequence=np.full(capacity, NEVER, dtype=np.int64),
        queried_us=np.zeros(capacity, dtype=np.int64),
        limits=np.zeros((reach.LAYER_COUNT, 2)),
        head=np.full((reach.LAYER_COUNT, reach.CELL_COUNT), UNLINKED, dtype=np.int32),
        cell=np.zeros(capacity, dtype=np.int32),
        following=np.full(capacity, UNLINKED, dtype=np.int32),
        preceding=np.full(capacity, UNLINKED, dtype=np.int32),
    )


def empty_log(capacity: int) -> WatchLog:
    """An empty watch log."""
    return WatchLog(np.zeros((capacity, 2), dtype=np.int32), np.zeros(capacity, dtype=np.int64))


def empty_hits(capacity: int) -> HitBuffer:
    """Room for `capacity` hits."""
    return HitBuffer(
        np.zeros((capacity, hits.TAG_WIDTH), dtype=np.int32),
        np.zeros((capacity, hits.VALUE_WIDTH)),
    )


class WatchedPairs:
    """The watch log with its room: candidates of every indexed track since it last asked."""

    def __init__(self) -> None:
        self.log = empty_log(WATCH_ROOM_MIN)
        self.used = 0

    def make_room(self, wanted: int, sequence: NDArray[np.int64]) -> None:
        """Room for `wanted` entries in all; dead entries go first, for amortised constant cost."""
        if wanted <= len(self.log.pairs):
            return
        added = wanted - self.used
        self.compact(sequence)
        room = len(self.log.pairs)
        while room < 2 * (self.used + added):
            room *= 2
        if room > len(self.log.pairs):
            larger = empty_log(room)
            larger.pairs[: self.used] = self.log.pairs[: self.used]
            larger.sequence[: self.used] = self.log.sequence[: self.used]
            self.log = larger

    def append(self, pairs: NDArray[np.int32], sequence: NDArray[np.int64]) -> None:
        """Add candidates (n, 2), owners first."""
        self.make_room(self.used + len(pairs), sequence)
        end = self.used + len(pairs)
        self.log.pairs[self.used : end] = pairs
        self.log.sequence[self.used : end] = sequence[pairs[:, 0]]
        self.used = end

    def compact(self, sequence: NDArray[np.int64]) -> None:
        """Drop entries that are no longer the authority on their pair, keeping the order."""
        pairs, asked = self.log.pairs[: self.used], self.log.sequence[: self.used]
        other = sequence[pairs[:, 1]]
        alive = (sequence[pairs[:, 0]] == asked) & (other < asked) & (other != NEVER)
        left = np.flatnonzero(alive)
        self.log.pairs[: len(left)] = pairs[left]
        self.log.sequence[: len(left)] = asked[left]
        self.used = len(left)

    def pairs(self) -> NDArray[np.int32]:
        """(n, 2) the entries held; compact first to have living ones only."""
        return self.log.pairs[: self.used]
