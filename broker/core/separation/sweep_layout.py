"""Tracks laid out for the compiled full pass: layer by layer, cell by cell, column by column.

Everything here serves one instant. A row of cells is one run of places, so that a search reads a
few contiguous runs. Points are float32 metres from the first track, which is exact enough for a
filter whose reach is padded for the rounding (`pad_m`); what is judged exactly stays in float64.

There are three searches: slow tracks among themselves, wide ones among the slow, and wide ones
among themselves. Each has its own column of reaches, since each looks at another span of time.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.index_numba import reference_point
from broker.core.separation.jit import jit, jit_inline
from broker.core.separation.kernel_numba import layer_of, pack, zone_growth_m, zone_height_m
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.reach import Window

Floats32 = NDArray[np.float32]

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
# Columns of the filter: the point; reach and height when asked by the own layer, and when asked
# across; the zone.
POINT_X, POINT_Y, POINT_Z, OWN_REACH, OWN_HEIGHT, CROSS_REACH, CROSS_HEIGHT, ZONE = range(8)
FILTER_WIDTH: Final = 8

FLOAT32_ROUNDING: Final = 2.0**-22
"""Of two float32 coordinates and their difference, relative to the farthest coordinate."""
SWEEP_FACTOR: Final = 2.0 * reach.REACH_FACTOR - 1.0
"""The filter measures east by the asking track's scale, not by the mean: twice the allowance."""


Frame = tuple[float, float, float]
"""Origin east and north, and the padding that float32 needs this far from it; metres."""
Question = tuple[np.float32, np.float32, np.float32, np.float32, np.float32, float]
"""Point x, y and z, reach and height, all with their padding, and the radius without zones; the
radius is negative where nothing is to be asked."""


class SweepRoom(NamedTuple):
    """Working arrays of a full pass, kept between passes. Places are sorted by layer and cell."""

    cell: NDArray[np.int32]
    """(capacity,) by slot."""
    drafts: Floats32
    """(capacity, 8) filter columns by slot."""
    order: NDArray[np.int32]
    """(capacity,) slot of each place."""
    starts: NDArray[np.int32]
    """(2 x cells + 2,) first place of each cell."""
    filters: Floats32
    """(8, capacity + lanes) by place."""
    rows: Floats
    """(capacity, 16) packed rows by place."""
    farthest: Floats32
    """(3,) longest reach of the places that each search looks at."""


def empty_room(capacity: int) -> SweepRoom:
    """Room for `capacity` slots."""
    return SweepRoom(
        cell=np.zeros(capacity, dtype=np.int32),
        drafts=np.zeros((capacity, FILTER_WIDTH), dtype=np.float32),
        order=np.zeros(capacity, dtype=np.int32),
        starts=np.zeros(reach.LAYER_COUNT * CELLS + 2, dtype=np.int32),
        filters=np.zeros((FILTER_WIDTH, capacity + LANES), dtype=np.float32),
        rows=np.zeros((capacity, packing.ROW_WIDTH)),
        farthest=np.zeros(SEARCHES, dtype=np.float32),
    )


@jit_inline
def cells_per_m(layer: int) -> tuple[float, float]:
    """East (at the equator's scale) and north; a product is much faster than a quotient."""
    if layer == 0:
        return 1.0 / CELL_EAST_M[0], 1.0 / CELL_NORTH_M[0]
    return 1.0 / CELL_EAST_M[1], 1.0 / CELL_NORTH_M[1]


@jit_inline
def write_draft(
    rows: Floats, slot: int, now_us: float, rules: KernelRules, times: Window, draft: Floats32
) -> int:
    """Fill the filter columns of one packed row, but for the origin; returns its layer."""
    zone_m = zone_growth_m(rows, slot, now_us, rules, times.slack_s)
    layer = layer_of(rows, slot, zone_m, rules)
    u_mps, v_mps = rows[slot, packing.U_MPS], rows[slot, packing.V_MPS]
    speed_mps, climb_mps = math.sqrt(u_mps * u_mps + v_mps * v_mps), abs(rows[slot, packing.W_MPS])
    height_m = zone_height_m(rows, slot, rules)
    own_s, cross_s = reach.deviation_s(times, layer, layer), times.crossing_deviation_s
    draft[OWN_REACH] = (zone_m + speed_mps * own_s) * SWEEP_FACTOR
    draft[OWN_HEIGHT] = height_m + climb_mps * own_s
    draft[CROSS_REACH] = (zone_m + speed_mps * cross_s) * SWEEP_FACTOR
    draft[CROSS_HEIGHT] = height_m + climb_mps * cross_s
    draft[ZONE] = zone_m
    return layer


@jit
def place_all(
    tracks: TrackInputs,
    rows: Floats,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
) -> Frame:
    """Pack every slot, draft its filter columns and find its cell.

    Leaves the cells' counts, two cells ahead, in `starts`.
    """
    times = reach.window(rules, 0.0)
    pack(tracks, slots, rules, rows)
    origin_x_m, origin_y_m, farthest_m = 0.0, 0.0, 0.0
    if len(slots) > 0:
        origin_x_m, origin_y_m = rows[slots[0], packing.X_M], rows[slots[0], packing.Y_M]
    room.farthest[:] = 0.0
    room.starts[:] = 0
    for slot in slots:
        draft = room.drafts[slot]
        layer = write_draft(rows, slot, now_us, rules, times, draft)
        x_m, y_m, z_m = reference_point(rows, slot, layer, now_us, times)
        x_m, y_m = x_m - origin_x_m, y_m - origin_y_m
        draft[POINT_X], draft[POINT_Y], draft[POINT_Z] = x_m, y_m, z_m
        farthest_m = max(farthest_m, abs(x_m), abs(y_m))
        own = SLOW_SLOW if layer == 0 else WIDE_WIDE
        room.farthest[own] = max(room.farthest[own], draft[OWN_REACH])
        if layer == 0:
            room.farthest[WIDE_SLOW] = max(room.farthest[WIDE_SLOW], draft[CROSS_REACH])
        per_m_east, per_m_north = cells_per_m(layer)
        column = math.floor(draft[POINT_X] * per_m_east) & COLUMN_MASK
        row = math.floor(draft[POINT_Y] * per_m_north) & ROW_MASK
        cell = layer * CELLS + row * COLUMNS + column
        room.cell[slot] = cell
        room.starts[cell + 2] += 1
    return origin_x_m, origin_y_m, reach.REACH_PAD_M + farthest_m * FLOAT32_ROUNDING


@jit
def sort_by_cell(room: SweepRoom, slots: NDArray[np.int32]) -> None:
    """Order slots by cell, stably. Cell counts, two ahead, become the cells' starts."""
    starts, order = room.starts, room.order
    for cell in range(2, len(starts)):
        starts[cell] += starts[cell - 1]
    for slot in slots:
        after = room.cell[slot] + 1
        order[starts[after]] = slot
        starts[after] += 1


@jit
def lay_out(rows: Floats, count: int, room: SweepRoom) -> None:
    """Filter columns and packed rows by place."""
    filters, drafts, sorted_rows, order = room.filters, room.drafts, room.rows, room.order
    for p in range(count):
        place, slot = np.uint64(p), np.uint64(order[np.uint64(p)])
        for column in range(FILTER_WIDTH):
            filters[np.uint64(column), place] = drafts[slot, np.uint64(column)]
        for column in range(packing.ROW_WIDTH):
            sorted_rows[place, np.uint64(column)] = rows[slot, np.uint64(column)]


@jit_inline
def question(
    room: SweepRoom, place: int, search: int, now_us: float, rules: KernelRules, frame: Frame
) -> Question:
    """What a place asks in a search."""
    filters, rows = room.filters, room.rows
    layer = 1 if search == WIDE_WIDE else 0
    category = int(rows[place, packing.CATEGORY])
    radius_m, height_m = rules.reach_m[layer, category], rules.height_m[layer, category]
    reach_m = radius_m * SWEEP_FACTOR + frame[2]
    height_m += reach.HEIGHT_PAD_M
    if search != WIDE_SLOW:
        return (
            filters[POINT_X, place],
            filters[POINT_Y, place],
            filters[POINT_Z, place],
            np.float32(reach_m + filters[OWN_REACH, place]),
            np.float32(height_m + filters[OWN_HEIGHT, place]),
            radius_m,
        )
    x_m, y_m, z_m = reference_point(rows, place, 0, now_us, reach.window(rules, 0.0))
    return (
        np.float32(x_m - frame[0]),
        np.float32(y_m - frame[1]),
        np.float32(z_m),
        np.float32(reach_m + filters[CROSS_REACH, place]),
        np.float32(height_m + filters[CROSS_HEIGHT, place]),
        radius_m,
    )
