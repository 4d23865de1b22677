"""What is remembered of each track near a restriction, in arrays, so that a step is one call.

A row is one watch: one track against one restriction. It stands in the list of its track's slot, so
that a moved track finds its watches without a search. Rows of watches that ended are used again.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.jit import jit_inline

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Links = NDArray[np.int32]

# Columns of a row's state, int64.
TRACK: Final = 0
SLOT: Final = 1
ZONE: Final = 2
"""Index into the names that the machine keeps."""
REPORTS: Final = 3
"""The track's count of reports when it was last judged."""
PREDICTED: Final = 4
"""Fresh reports in a row that found it inside or on the way."""
CAUTION_BELOW_US: Final = 5
"""Since when the samples have been below the level; NEVER while they are not."""
WARNING_BELOW_US: Final = 6
LEVEL: Final = 7
"""Of the alert; 0 without one."""
EVALUATED_US: Final = 8
STEP: Final = 9
"""The step that last judged the watch."""
STATE_WIDTH: Final = 10

# Columns of what the newest sample said, float64.
RANGE_M: Final = 0
BEARING_DEG: Final = 1
ENTRY_S: Final = 2
CLOSING_MPS: Final = 3
AGE_S: Final = 4
EXIT_S: Final = 5
"""inf: does not leave on this course."""
SEEN_WIDTH: Final = 6

NEVER: Final = -1
NO_TRACK: Final = -1
"""Track number in a free row."""
NOTHING: Final = -1
"""The end of a list."""
ROOM_MIN: Final = 256


class WatchMemory(NamedTuple):
    """The arrays; n rows."""

    state: Integers
    """(n, 10)."""
    seen: Floats
    """(n, 6)."""
    head: Links
    """(slots,) first row of each slot."""
    following: Links
    """(n,) by row."""
    free: Links
    """(n,) rows to use next, the last of them first."""
    free_count: Integers
    """(1,)."""
    told: Links
    """(n, 3) what a step has to tell: row, level and cap."""


def empty_memory(slots: int, rows: int = ROOM_MIN) -> WatchMemory:
    """A memory of nothing, for so many slots and watches."""
    state = np.zeros((rows, STATE_WIDTH), dtype=np.int64)
    state[:, TRACK] = NO_TRACK
    return WatchMemory(
        state=state,
        seen=np.zeros((rows, SEEN_WIDTH)),
        head=np.full(slots, NOTHING, dtype=np.int32),
        following=np.full(rows, NOTHING, dtype=np.int32),
        free=np.arange(rows - 1, -1, -1, dtype=np.int32),
        free_count=np.array([rows], dtype=np.int64),
        told=np.zeros((rows, 3), dtype=np.int32),
    )


def with_room(memory: WatchMemory, slots: int, rows: int) -> WatchMemory:
    """The same watches, with room for these slots and so many more watches."""
    size, free = len(memory.state), int(memory.free_count[0])
    if slots <= len(memory.head) and rows <= free:
        return memory
    used = size - free
    while size - used < rows:
        size *= 2
    larger = empty_memory(max(slots, len(memory.head)), size)
    for name in ("state", "seen", "head", "following"):
        values = getattr(memory, name)
        getattr(larger, name)[: len(values)] = values
    unused = np.flatnonzero(larger.state[:, TRACK] == NO_TRACK)[::-1]
    larger.free[: len(unused)] = unused
    larger.free_count[0] = len(unused)
    return larger


def used_rows(memory: WatchMemory) -> NDArray[np.intp]:
    """Rows of all watches."""
    return np.flatnonzero(memory.state[:, TRACK] != NO_TRACK)


@jit_inline
def find(memory: WatchMemory, slot: int, track: int, zone: int) -> int:
    """The watch's row, or NOTHING."""
    state, row = memory.state, memory.head[slot]
    while row >= 0:
        if state[row, ZONE] == zone and state[row, TRACK] == track:
            return int(row)
        row = memory.following[row]
    return NOTHING


@jit_inline
def take(memory: WatchMemory, slot: int, track: int, zone: int) -> int:
    """A free row for a new watch, empty but for its key; there must be one."""
    memory.free_count[0] -= 1
    row = int(memory.free[memory.free_count[0]])
    state = memory.state
    state[row, :] = 0
    state[row, TRACK], state[row, SLOT], state[row, ZONE] = track, slot, zone
    state[row, CAUTION_BELOW_US] = state[row, WARNING_BELOW_US] = NEVER
    memory.following[row] = memory.head[slot]
    memory.head[slot] = row
    return row


@jit_inline
def release(memory: WatchMemory, row: int) -> None:
    """Forget a watch."""
    slot = memory.state[row, SLOT]
    following = memory.following
    if memory.head[slot] == row:
        memory.head[slot] = following[row]
    else:
        before = memory.head[slot]
        while following[before] != row:
            before = following[before]
        following[before] = following[row]
    memory.state[row, TRACK] = NO_TRACK
    memory.free[memory.free_count[0]] = row
    memory.free_count[0] += 1
