"""The grid of the compiled full pass: its cells, its columns and the room that they take.

A row of cells is one run of places, so that a search reads a few contiguous runs. There are three
searches: slow tracks among themselves, wide ones among the slow, and wide ones among themselves.
Each has its own column of reaches, since each looks at another span of time.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.jit import jit_inline

Floats32 = NDArray[np.float32]

BLOCK: Final = 64
"""Slots that are drafted, and places that ask, in one go. Of several parts each takes its turn with
a block: near places share cells, and crowds are shared out."""
LANES: Final = 16
"""Places that the filter tests at once; every column has this much room behind its end."""
ROWS: Final = 64
COLUMNS: Final = 256
"""Cells of a layer, powers of two; beyond them the grid wraps round."""
ROW_MASK: Final = ROWS - 1
COLUMN_MASK: Final = COLUMNS - 1
CELLS: Final = ROWS * COLUMNS
CELL_EAST_M: Final = (400.0, 1_000.0)
"""By layer, at the equator's scale. Cells are much longer north to south: a search then reads two
or three long runs, which costs less than many short ones."""
CELL_NORTH_M: Final = (1_600.0, 3_200.0)

SLOW_SLOW, WIDE_SLOW, WIDE_WIDE = range(3)
SEARCHES: Final = 3
FASTEST: Final = SEARCHES
"""Where the greatest speed stands, after the longest reaches ..."""
LONGEST: Final = FASTEST + 1
"""... then, by layer, the longest that anybody asks of its own ..."""
SMALLEST_SCALE: Final = LONGEST + reach.LAYER_COUNT
"""... and the smallest east scale."""
LIMITS: Final = SMALLEST_SCALE + 1
# Columns of the filter: the point; reach and height when asked by the own layer, and when asked
# across; the zone; the velocity.
POINT_X, POINT_Y, POINT_Z, OWN_REACH, OWN_HEIGHT, CROSS_REACH, CROSS_HEIGHT, ZONE = range(8)
EAST_MPS, NORTH_MPS = 8, 9
# What the place asks of its own layer, besides its point and its velocity.
OWN_ASK: Final = 10
FILTER_WIDTH: Final = 14
# Where a wide track is seen from when it asks among the slow, and then what it asks.
ACROSS_X, ACROSS_Y, ACROSS_Z, ACROSS_ASK = range(4)
ACROSS_WIDTH: Final = 7


class SweepRoom(NamedTuple):
    """Working arrays of a full pass, kept between passes. Places are sorted by layer and cell."""

    slots: NDArray[np.int32]
    """(capacity,) those that are laid out."""
    cell: NDArray[np.int32]
    """(capacity,) by slot."""
    rows: Floats
    """(block, ROW_WIDTH) packed rows of the slots in hand: those of all would fill the caches."""
    drafts: Floats32
    """(capacity, 14) filter columns by slot."""
    across: Floats32
    """(capacity, 7) by slot: what wide tracks ask among the slow."""
    order: NDArray[np.int32]
    """(capacity,) slot of each place."""
    starts: NDArray[np.int32]
    """(2 x cells + 2,) first place of each cell."""
    filters: Floats32
    """(14, capacity + lanes) by place."""
    farthest: Floats32
    """(7,) longest reach of the places that each search looks at, and the other limits."""


def empty_room(capacity: int) -> SweepRoom:
    """Room for `capacity` slots."""
    return SweepRoom(
        slots=np.zeros(capacity, dtype=np.int32),
        cell=np.zeros(capacity, dtype=np.int32),
        rows=np.zeros((BLOCK, packing.ROW_WIDTH)),
        drafts=np.zeros((capacity, FILTER_WIDTH), dtype=np.float32),
        across=np.zeros((capacity, ACROSS_WIDTH), dtype=np.float32),
        order=np.zeros(capacity, dtype=np.int32),
        starts=np.zeros(reach.LAYER_COUNT * CELLS + 2, dtype=np.int32),
        filters=np.zeros((FILTER_WIDTH, capacity + LANES), dtype=np.float32),
        farthest=np.zeros(LIMITS, dtype=np.float32),
    )


@jit_inline
def cells_per_m(layer: int) -> tuple[float, float]:
    """East (at the equator's scale) and north; a product is much faster than a quotient."""
    if layer == 0:
        return 1.0 / CELL_EAST_M[0], 1.0 / CELL_NORTH_M[0]
    return 1.0 / CELL_EAST_M[1], 1.0 / CELL_NORTH_M[1]


@jit_inline
def cell_at(x_m: np.float32, y_m: np.float32, layer: int) -> int:
    """The cell of a point; the grid wraps round."""
    per_m_east, per_m_north = cells_per_m(layer)
    column = math.floor(x_m * per_m_east) & COLUMN_MASK
    row = math.floor(y_m * per_m_north) & ROW_MASK
    return layer * CELLS + row * COLUMNS + column
