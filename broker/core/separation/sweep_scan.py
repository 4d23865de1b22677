"""The inner part of a compiled search: questions of many tracks against a layer sorted by cell.

A search goes in blocks of askers. First the cells that each of them covers become runs of places,
then the runs are tested, sixteen places at a time without a branch. Done in one go, every wrong
guess of the processor about the length of a run would wait for the arithmetic of the next box.

The comparisons become bits of one number, so that nearly always one test of that number settles
sixteen pairs. What is left is a superset of the pairs that can touch, and little more.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import reach
from broker.core.separation import sweep_grid as grid
from broker.core.separation import sweep_questions as questions
from broker.core.separation.jit import jit, jit_inline
from broker.core.separation.sweep_grid import (
    BLOCK,
    COLUMN_MASK,
    COLUMNS,
    LANES,
    ROW_MASK,
    ROWS,
    Floats32,
)
from broker.core.separation.sweep_questions import Question

Places = NDArray[np.int32]

PER_EARTH_RADIUS_M: Final = 1.0 / reach.EARTH_RADIUS_M_MIN
DE_BRUIJN: Final = 0x077CB531
"""Multiplied by a power of two its top five bits tell which one it was."""
BIT_OF: Final = np.zeros(32, dtype=np.int64)
BIT_OF[[(DE_BRUIJN << bit & 0xFFFFFFFF) >> 27 for bit in range(32)]] = np.arange(32)

SLACK: Final = 9
"""Column of a question's room for rounding, after the question itself."""
RUNS_MAX: Final = BLOCK * ROWS * 2
"""Each row of cells gives one run, or two where the grid wraps round."""


class Asked(NamedTuple):
    """A block of questions, and the runs of places that they are put to."""

    questions: Floats32
    """(block, 10)."""
    slots: NDArray[np.int32]
    """(block,) who asks."""
    runs: NDArray[np.int32]
    """(n, 3) question, first place, and the place after the last."""


@jit
def empty_asked() -> Asked:
    """Room for one block."""
    return Asked(
        np.empty((BLOCK, SLACK + 1), np.float32),
        np.empty(BLOCK, np.int32),
        np.empty((RUNS_MAX, 3), np.int32),
    )


@jit_inline
def bits_near(
    filters: Floats32, asked: Question, slack: np.float32, columns: tuple[int, int], k: int
) -> np.int64:
    """A bit for each of the sixteen places from k on that a question may reach.

    Two conditions, both with room for rounding: near enough at the reference points for the reaches
    and heights, and paths that pass near enough for both zones. Few blocks have a place that meets
    the first, so the second is asked apart. Indices are unsigned because a signed one would be
    tested for being negative, place by place; the bits are no wider than is needed because the
    widest number decides how many places are tested at once.
    """
    bits = bits_within(filters, asked, columns, k)
    if bits == 0:
        return np.int64(0)
    return np.int64(bits & bits_passing(filters, asked, slack, columns[0], k))


@jit_inline
def bits_within(filters: Floats32, asked: Question, columns: tuple[int, int], k: int) -> np.uint16:
    """The places whose reference points are near enough for the reaches and heights."""
    x_m, y_m, z_m = filters[grid.POINT_X], filters[grid.POINT_Y], filters[grid.POINT_Z]
    reach_m, height_m = filters[columns[0]], filters[columns[1]]
    own_x_m, own_y_m, own_z_m, own_m, own_height_m, scale = (*asked[:5], asked[8])
    first, bits = np.uint64(k), np.uint16(0)
    for lane in range(LANES):
        i = first + np.uint64(lane)
        dx_m, dy_m = (x_m[i] - own_x_m) * scale, y_m[i] - own_y_m
        within_m = reach_m[i] + own_m
        near = (dx_m * dx_m + dy_m * dy_m <= within_m * within_m) & (
            abs(z_m[i] - own_z_m) <= height_m[i] + own_height_m
        )
        bits = np.uint16(bits | (np.uint16(near) << np.uint16(lane)))
    return bits


@jit_inline
def bits_passing(
    filters: Floats32, asked: Question, slack: np.float32, reach_column: int, k: int
) -> np.uint16:
    """The places whose straight paths pass near enough for both zones."""
    x_m, y_m, reach_m = filters[grid.POINT_X], filters[grid.POINT_Y], filters[reach_column]
    u_mps, v_mps, zone_m = filters[grid.EAST_MPS], filters[grid.NORTH_MPS], filters[grid.ZONE]
    own_x_m, own_y_m, _, own_m, _, own_u, own_v, own_touch, scale = asked
    first, bits = np.uint64(k), np.uint16(0)
    for lane in range(LANES):
        i = first + np.uint64(lane)
        dx_m, dy_m = (x_m[i] - own_x_m) * scale, y_m[i] - own_y_m
        du_mps, dv_mps = u_mps[i] - own_u, v_mps[i] - own_v
        cross = dx_m * dv_mps - dy_m * du_mps
        speed2 = (du_mps * du_mps + dv_mps * dv_mps) * questions.SPEED2_FACTOR
        touch_m = zone_m[i] + own_touch + (reach_m[i] + own_m) * questions.WIDENING
        passes = cross * cross <= touch_m * touch_m * speed2 + slack
        bits = np.uint16(bits | (np.uint16(passes) << np.uint16(lane)))
    return bits


@jit_inline
def bit_number(power: np.int64) -> int:
    """Which bit a power of two is."""
    return int(BIT_OF[((power * DE_BRUIJN) & 0xFFFFFFFF) >> 27])


class CellBox(NamedTuple):
    """The cells that a question covers, before wrapping, and the one that its point is in."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int
    own_row: int
    own_column: int


@jit_inline
def cell_box(asked: Question, others_m: float, layer: int) -> CellBox:
    """The cells within a question's reach and the longest reach of the others."""
    per_m_east, per_m_north = grid.cells_per_m(layer)
    x_m, y_m, search_m = float(asked[0]), float(asked[1]), float(asked[3]) + others_m
    smallest = max(float(asked[8]) - search_m * PER_EARTH_RADIUS_M, reach.EAST_SCALE_MIN)
    wide_m = search_m / smallest
    return CellBox(
        math.floor((y_m - search_m) * per_m_north),
        math.floor((y_m + search_m) * per_m_north),
        math.floor((x_m - wide_m) * per_m_east),
        math.floor((x_m + wide_m) * per_m_east),
        math.floor(y_m * per_m_north),
        math.floor(x_m * per_m_east),
    )


@jit_inline
def covers_much(longest_m: float, smallest_scale: float, layer: int) -> bool:
    """Whether a search this long may reach half-way round the grid."""
    per_m_east, per_m_north = grid.cells_per_m(layer)
    scale = max(smallest_scale - longest_m * PER_EARTH_RADIUS_M, reach.EAST_SCALE_MIN)
    rows, columns = longest_m * per_m_north + 2.0, longest_m / scale * per_m_east + 2.0
    return bool(rows >= ROWS / 2 or columns >= COLUMNS / 2)


@jit_inline
def write_runs(
    starts: Places,
    box: CellBox,
    earliest: int,
    onward: bool,
    question: int,
    runs: Places,
    count: int,
) -> int:
    """Append the runs of a question's cells, from the layer's starts; runs so far.

    Places before `earliest` are left out. `onward`: the asker stands at the place before it, and
    looks only east along its own row of cells and at the rows north of it; the others find it.
    """
    first_row = box.first_row
    if onward:
        line = (box.own_row & ROW_MASK) * COLUMNS
        right = (box.own_column & COLUMN_MASK) + min(box.last_column - box.own_column + 1, COLUMNS)
        count = write_run(runs, count, question, earliest, starts[line + min(right, COLUMNS)])
        if right > COLUMNS:
            count = write_run(runs, count, question, starts[line], starts[line + right - COLUMNS])
        first_row, earliest = box.own_row + 1, 0
    last_row = min(box.last_row, first_row + ROW_MASK - int(onward))
    left = box.first_column & COLUMN_MASK
    right = left + min(box.last_column - box.first_column + 1, COLUMNS)
    for row in range(first_row, last_row + 1):
        line = (row & ROW_MASK) * COLUMNS
        low = max(starts[line + left], earliest)
        count = write_run(runs, count, question, low, starts[line + min(right, COLUMNS)])
        if right > COLUMNS:
            low = max(starts[line], earliest)
            count = write_run(runs, count, question, low, starts[line + right - COLUMNS])
    return count


@jit_inline
def write_run(runs: Places, count: int, question: int, low: int, high: int) -> int:
    """Append a run, which stays only if it is not empty."""
    runs[count, 0], runs[count, 1], runs[count, 2] = question, low, high
    return count + int(low < high)


@jit_inline
def write_asked(
    asked: Asked, at: int, slot: int, question: Question, search_m: float, fastest_mps: float
) -> None:
    """Keep a question at its place in the block."""
    asked.slots[at] = slot
    row = asked.questions[at]
    row[0], row[1], row[2], row[3], row[4] = question[:5]
    row[5], row[6], row[7], row[8] = question[5:]
    row[SLACK] = questions.rounding_m4ps2(search_m, fastest_mps)


@jit
def scan(
    filters: Floats32,
    columns: tuple[int, int],
    order: Places,
    asked: Asked,
    count: int,
    pairs: NDArray[np.int32],
    at: int,
) -> int:
    """Append the pairs of slots that the runs' questions may reach; how many there would be."""
    questions, slots, runs = asked.questions, asked.slots, asked.runs
    for run in range(count):
        b, low, high = runs[run, 0], runs[run, 1], runs[run, 2]
        one = questions[b]
        question = (one[0], one[1], one[2], one[3], one[4], one[5], one[6], one[7], one[8])
        for k in range(low, high, LANES):
            bits = bits_near(filters, question, one[SLACK], columns, k)
            if high - k < LANES:
                bits &= (1 << (high - k)) - 1
            while bits != 0:
                lowest = bits & -bits
                bits ^= lowest
                if at < len(pairs):
                    pairs[at, 0], pairs[at, 1] = slots[b], order[k + bit_number(lowest)]
                at += 1
    return at
