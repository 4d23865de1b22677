"""What is remembered of each pair that is or was close, in arrays, so that a step is one call.

A row is one pair. Each pair stands in the list of both of its tracks' slots, so that a moved track
finds its pairs without a search: entry `2 x row + side` of the links belongs to side 0 (track a) or
1 (track b). Rows of pairs that parted are used again.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.cylinder import Floats
from broker.core.separation.jit import jit_inline

Integers = NDArray[np.int64]
Links = NDArray[np.int32]

# Columns of a row's state, int64.
TRACK_A: Final = 0
TRACK_B: Final = 1
SLOT_A: Final = 2
SLOT_B: Final = 3
RULE: Final = 4
"""Index into the names that `Encounters` keeps; -1 while no rule has judged the pair."""
COUNT_A: Final = 5
"""Reports of each aircraft when the pair was last judged."""
COUNT_B: Final = 6
LEVEL: Final = 7
LEVEL_SINCE_US: Final = 8
LOWER_SINCE_US: Final = 9
"""Since when the hold level has been below the level; NEVER while it is not."""
LOWER_BEST: Final = 10
"""Highest hold level since then."""
EVIDENCE_US: Final = 11
"""When the newest evidence was opened."""
INTERVAL_US: Final = 12
"""Time between the two newest pieces of evidence."""
EVIDENCE_COUNT: Final = 13
TOLD_LEVEL: Final = 14
"""Level of the alert's last revision, 0 without an alert."""
TOLD_CAP: Final = 15
"""Why that revision was held down: a cap's number."""
STEP: Final = 16
"""The step that last judged the pair."""
STATE_WIDTH: Final = 17

# Columns of one piece of evidence, int64: one fresh sample.
SEEN_LEVEL: Final = 0
SEEN_COUNT_A: Final = 1
"""How many reports of a and b there were when it opened."""
SEEN_COUNT_B: Final = 2
SEEN_BY_A: Final = 3
"""1: a's report opened it; both, when they came together."""
SEEN_BY_B: Final = 4
EVIDENCE_WIDTH: Final = 5

# Columns of what the kernels foresaw, float64; NaN where they gave no sample.
LOSS_S: Final = 0
CLOSEST_S: Final = 1
CLOSEST_M: Final = 2
FORESEEN_WIDTH: Final = 3

NEVER: Final = -1
NO_TRACK: Final = -1
"""Track number in a free row."""
NOTHING: Final = -1
"""The end of a list."""
ROOM_MIN: Final = 256


class PairMemory(NamedTuple):
    """The arrays; n rows."""

    state: Integers
    """(n, 17)."""
    evidence: Integers
    """(n, m, 5), oldest first; m is the most that a policy so far has counted."""
    foreseen: Floats
    """(n, 3)."""
    head: Links
    """(slots,) first entry of each slot."""
    following: Links
    """(2 n,) by entry."""
    preceding: Links
    """(2 n,) NOTHING for the first of a slot."""
    free: Links
    """(n,) rows to use next, the last of them first."""
    free_count: Integers
    """(1,)."""
    told: Links
    """(n, 2) what a step has to tell: row and cap."""


def empty_memory(slots: int, confirm_of: int, rows: int = ROOM_MIN) -> PairMemory:
    """A memory of nothing, for so many slots, pieces of evidence and pairs."""
    state = np.zeros((rows, STATE_WIDTH), dtype=np.int64)
    state[:, TRACK_A] = state[:, TRACK_B] = NO_TRACK
    return PairMemory(
        state=state,
        evidence=np.zeros((rows, confirm_of, EVIDENCE_WIDTH), dtype=np.int64),
        foreseen=np.zeros((rows, FORESEEN_WIDTH)),
        head=np.full(slots, NOTHING, dtype=np.int32),
        following=np.full(2 * rows, NOTHING, dtype=np.int32),
        preceding=np.full(2 * rows, NOTHING, dtype=np.int32),
        free=np.arange(rows - 1, -1, -1, dtype=np.int32),
        free_count=np.array([rows], dtype=np.int64),
        told=np.zeros((rows, 2), dtype=np.int32),
    )


def with_room(memory: PairMemory, slots: int, confirm_of: int, rows: int) -> PairMemory:
    """The same pairs, with room for these slots, pieces of evidence, and so many more pairs."""
    size, kept = memory.evidence.shape[:2]
    free = int(memory.free_count[0])
    if slots <= len(memory.head) and confirm_of <= kept and rows <= free:
        return memory
    used = size - free
    while size - used < rows:
        size *= 2
    larger = empty_memory(max(slots, len(memory.head)), max(confirm_of, kept), size)
    larger.evidence[: len(memory.evidence), :kept] = memory.evidence
    for name in ("state", "foreseen", "head", "following", "preceding"):
        values = getattr(memory, name)
        getattr(larger, name)[: len(values)] = values
    unused = np.flatnonzero(larger.state[:, TRACK_A] == NO_TRACK)[::-1]
    larger.free[: len(unused)] = unused
    larger.free_count[0] = len(unused)
    return larger


def used_rows(memory: PairMemory) -> NDArray[np.intp]:
    """Rows of all pairs, in the order of their track numbers."""
    return _in_order(memory, np.flatnonzero(memory.state[:, TRACK_A] != NO_TRACK))


def rows_of(memory: PairMemory, track_number: int) -> NDArray[np.intp]:
    """Rows of one track's pairs, in the order of their track numbers."""
    of_track = np.any(memory.state[:, [TRACK_A, TRACK_B]] == track_number, axis=1)
    return _in_order(memory, np.flatnonzero(of_track))


def _in_order(memory: PairMemory, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which row a pair has depends on what came before it; who they are does not."""
    tracks = memory.state[rows]
    return rows[np.lexsort((tracks[:, TRACK_B], tracks[:, TRACK_A]))]


def row_between(memory: PairMemory, track_a: int, track_b: int) -> int:
    """The pair's row, the smaller track number first; NOTHING if it is not remembered."""
    state = memory.state
    rows = np.flatnonzero((state[:, TRACK_A] == track_a) & (state[:, TRACK_B] == track_b))
    return int(rows[0]) if len(rows) else NOTHING


@jit_inline
def find(memory: PairMemory, slots: tuple[int, int], numbers: tuple[int, int]) -> int:
    """The pair's row, or NOTHING. Both lists are followed at once: the shorter one decides."""
    state, following = memory.state, memory.following
    of_a, of_b = memory.head[slots[0]], memory.head[slots[1]]
    while of_a >= 0 and of_b >= 0:
        row = of_a >> 1
        if state[row, TRACK_A] == numbers[0] and state[row, TRACK_B] == numbers[1]:
            return int(row)
        row = of_b >> 1
        if state[row, TRACK_A] == numbers[0] and state[row, TRACK_B] == numbers[1]:
            return int(row)
        of_a, of_b = following[of_a], following[of_b]
    return NOTHING


@jit_inline
def take(memory: PairMemory, slots: tuple[int, int], numbers: tuple[int, int]) -> int:
    """A free row for a new pair, empty but for its tracks; there must be one."""
    memory.free_count[0] -= 1
    row = int(memory.free[memory.free_count[0]])
    state = memory.state
    state[row, :] = 0
    state[row, TRACK_A], state[row, TRACK_B] = numbers
    state[row, SLOT_A], state[row, SLOT_B] = slots
    state[row, RULE] = NOTHING
    state[row, LEVEL_SINCE_US] = state[row, LOWER_SINCE_US] = state[row, EVIDENCE_US] = NEVER
    for side in range(2):
        entry, slot = 2 * row + side, slots[side]
        first = memory.head[slot]
        memory.following[entry], memory.preceding[entry] = first, NOTHING
        if first >= 0:
            memory.preceding[first] = entry
        memory.head[slot] = entry
    return row


@jit_inline
def release(memory: PairMemory, row: int) -> None:
    """Forget a pair."""
    state = memory.state
    for side in range(2):
        entry, slot = 2 * row + side, state[row, SLOT_A + side]
        before, after = memory.preceding[entry], memory.following[entry]
        if before >= 0:
            memory.following[before] = after
        else:
            memory.head[slot] = after
        if after >= 0:
            memory.preceding[after] = before
    state[row, TRACK_A] = state[row, TRACK_B] = NO_TRACK
    memory.free[memory.free_count[0]] = row
    memory.free_count[0] += 1
