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
FASTEST: Final = SEARCHES
"""Where the greatest speed stands, after the longest reaches."""
# Columns of the filter: the point; reach and height when asked by the own layer, and when asked
# across; the zone; the velocity.
POINT_X, POINT_Y, POINT_Z, OWN_REACH, OWN_HEIGHT, CROSS_REACH, CROSS_HEIGHT, ZONE = range(8)
EAST_MPS, NORTH_MPS = 8, 9
# What the place asks of its own layer, besides its point and its velocity.
OWN_ASK: Final = 10
FILTER_WIDTH: Final = 14

DIAGONAL: Final = 1.5
"""More than a speed is along the axis that has most of it."""
FLOAT32_ROUNDING: Final = 2.0**-22
"""Of two float32 coordinates and their difference, relative to the farthest coordinate."""
SWEEP_FACTOR: Final = 2.0 * reach.REACH_FACTOR - 1.0
"""The filter measures east by the asking track's scale, not by the mean: twice the allowance."""
WIDENING: Final = np.float32(SWEEP_FACTOR - 1.0)
"""The same allowance for a pair's closest approach: a share of how far apart it may be."""
SPEED2_FACTOR: Final = np.float32(1.02)
SLACK_FACTOR: Final = 51.0
"""(a + b) squared is at most 1.02 a squared + 51 b squared; b is what float32 makes of a product of
distance and speed, which matters where the relative speed is next to nothing."""

Frame = tuple[float, float, float]
"""Origin east and north, and the padding that float32 needs this far from it; metres."""

# How far and how high a track asks, how near the paths may pass without the other's zone, and
# metres east per metre at the equator's scale; a negative reach: nothing to ask.
ASK_REACH, ASK_HEIGHT, ASK_TOUCH, ASK_SCALE = range(4)
# Where a wide track is seen from when it asks among the slow, and then the same four.
ACROSS_X, ACROSS_Y, ACROSS_Z, ACROSS_ASK = range(4)
ACROSS_WIDTH: Final = 7
Question = tuple[
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
]
"""Point, reach, height, velocity east and north, touch and scale, all padded."""


class SweepRoom(NamedTuple):
    """Working arrays of a full pass, kept between passes. Places are sorted by layer and cell."""

    cell: NDArray[np.int32]
    """(capacity,) by slot."""
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
    """(4,) longest reach of the places that each search looks at, and the greatest speed."""


def empty_room(capacity: int) -> SweepRoom:
    """Room for `capacity` slots."""
    return SweepRoom(
        cell=np.zeros(capacity, dtype=np.int32),
        drafts=np.zeros((capacity, FILTER_WIDTH), dtype=np.float32),
        across=np.zeros((capacity, ACROSS_WIDTH), dtype=np.float32),
        order=np.zeros(capacity, dtype=np.int32),
        starts=np.zeros(reach.LAYER_COUNT * CELLS + 2, dtype=np.int32),
        filters=np.zeros((FILTER_WIDTH, capacity + LANES), dtype=np.float32),
        farthest=np.zeros(SEARCHES + 1, dtype=np.float32),
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
    draft[EAST_MPS], draft[NORTH_MPS] = u_mps, v_mps
    return layer


@jit_inline
def write_question(
    question: Floats32,
    first: int,
    reach_m: float,
    height_m: float,
    radius_m: float,
    zone_m: float,
    scale: float,
) -> None:
    """The four numbers of a question, but for the padding that depends on all tracks."""
    question[first + ASK_REACH] = radius_m * SWEEP_FACTOR + reach_m if radius_m >= 0.0 else -1.0
    question[first + ASK_HEIGHT] = height_m + reach.HEIGHT_PAD_M
    question[first + ASK_TOUCH] = radius_m + zone_m
    question[first + ASK_SCALE] = scale


@jit_inline
def origin_of(rows: Floats, slots: NDArray[np.int32]) -> tuple[float, float]:
    """Where float32 counts from: the first track's place."""
    if len(slots) == 0:
        return 0.0, 0.0
    return rows[slots[0], packing.X_M], rows[slots[0], packing.Y_M]


@jit
def place_all(
    tracks: TrackInputs,
    rows: Floats,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
) -> Frame:
    """Pack every slot, draft its filter columns and its questions, and find its cell.

    Leaves the cells' counts, two cells ahead, in `starts`.
    """
    times = reach.window(rules, 0.0)
    pack(tracks, slots, rules, rows)
    origin_x_m, origin_y_m = origin_of(rows, slots)
    farthest_m, fastest_mps = 0.0, 0.0
    drafts, farthest = room.drafts, room.farthest
    farthest[:] = 0.0
    room.starts[:] = 0
    for slot in slots:
        draft = drafts[slot]
        layer = write_draft(rows, slot, now_us, rules, times, draft)
        x_m, y_m, z_m = reference_point(rows, slot, layer, now_us, times)
        x_m, y_m = x_m - origin_x_m, y_m - origin_y_m
        draft[POINT_X], draft[POINT_Y], draft[POINT_Z] = x_m, y_m, z_m
        farthest_m = max(farthest_m, abs(x_m), abs(y_m))
        fastest_mps = max(fastest_mps, abs(draft[EAST_MPS]), abs(draft[NORTH_MPS]))
        category, scale = int(rows[slot, packing.CATEGORY]), rows[slot, packing.EAST_SCALE]
        write_question(
            draft,
            OWN_ASK,
            draft[OWN_REACH],
            rules.height_m[layer, category] + draft[OWN_HEIGHT],
            rules.reach_m[layer, category],
            draft[ZONE],
            scale,
        )
        own = SLOW_SLOW if layer == 0 else WIDE_WIDE
        farthest[own] = max(farthest[own], draft[OWN_REACH])
        if layer == 0:
            farthest[WIDE_SLOW] = max(farthest[WIDE_SLOW], draft[CROSS_REACH])
        else:
            x_m, y_m, z_m = reference_point(rows, slot, 0, now_us, times)
            asking = room.across[slot]
            asking[ACROSS_X], asking[ACROSS_Y] = x_m - origin_x_m, y_m - origin_y_m
            asking[ACROSS_Z] = z_m
            write_question(
                asking,
                ACROSS_ASK,
                draft[CROSS_REACH],
                rules.height_m[0, category] + draft[CROSS_HEIGHT],
                rules.reach_m[0, category],
                draft[ZONE],
                scale,
            )
        cell = cell_at(draft[POINT_X], draft[POINT_Y], layer)
        room.cell[slot] = cell
        room.starts[cell + 2] += 1
    farthest[FASTEST] = fastest_mps * DIAGONAL
    return origin_x_m, origin_y_m, reach.REACH_PAD_M + farthest_m * FLOAT32_ROUNDING


@jit
def sort_by_cell(room: SweepRoom, slots: NDArray[np.int32]) -> None:
    """Order slots by cell, stably. Cell counts, two ahead, become the cells' starts."""
    starts, order = room.starts, room.order
    before = 0
    for cell in range(2, len(starts)):
        before += starts[cell]
        starts[cell] = before
    for slot in slots:
        after = room.cell[slot] + 1
        order[starts[after]] = slot
        starts[after] += 1


@jit
def lay_out(count: int, room: SweepRoom) -> None:
    """Filter columns by place."""
    filters, drafts, order = room.filters, room.drafts, room.order
    for p in range(count):
        place, slot = np.uint64(p), np.uint64(order[np.uint64(p)])
        for column in range(FILTER_WIDTH):
            filters[np.uint64(column), place] = drafts[slot, np.uint64(column)]


@jit_inline
def own_question(filters: Floats32, place: int, pad_m: np.float32) -> Question:
    """What a place asks of its own layer, with the padding that depends on all tracks."""
    return (
        filters[POINT_X, place],
        filters[POINT_Y, place],
        filters[POINT_Z, place],
        filters[OWN_ASK + ASK_REACH, place] + pad_m,
        filters[OWN_ASK + ASK_HEIGHT, place],
        filters[EAST_MPS, place],
        filters[NORTH_MPS, place],
        filters[OWN_ASK + ASK_TOUCH, place] + pad_m,
        filters[OWN_ASK + ASK_SCALE, place],
    )


@jit_inline
def across_question(
    filters: Floats32, across: Floats32, place: int, slot: int, pad_m: np.float32
) -> Question:
    """What a wide place asks among the slow."""
    return (
        across[slot, ACROSS_X],
        across[slot, ACROSS_Y],
        across[slot, ACROSS_Z],
        across[slot, ACROSS_ASK + ASK_REACH] + pad_m,
        across[slot, ACROSS_ASK + ASK_HEIGHT],
        filters[EAST_MPS, place],
        filters[NORTH_MPS, place],
        across[slot, ACROSS_ASK + ASK_TOUCH] + pad_m,
        across[slot, ACROSS_ASK + ASK_SCALE],
    )


@jit_inline
def rounding_m4ps2(search_m: float, fastest_mps: float) -> np.float32:
    """Room for what float32 makes of distance times speed; see SLACK_FACTOR.

    `search_m` is the farthest that an answer may be away.
    """
    error_m2ps = search_m * 2.0 * fastest_mps * FLOAT32_ROUNDING
    return np.float32(SLACK_FACTOR * error_m2ps * error_m2ps)
