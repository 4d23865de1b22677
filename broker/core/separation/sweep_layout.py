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
from broker.core.separation.kernel_numba import Factors, factors_of, pack
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.reach import Window
from broker.core.separation.zones_numba import layer_of, zone_growth_m, zone_height_m

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


@jit_inline
def write_draft(
    rows: Floats,
    i: int,
    now_us: float,
    wide: NDArray[np.uint8],
    factors: Factors,
    times: Window,
    draft: Floats32,
) -> int:
    """Fill the filter columns of one packed row, but for the point; returns its layer."""
    zone_m = zone_growth_m(rows, i, now_us, factors, times.slack_s)
    layer = layer_of(rows, i, zone_m, wide)
    # An unknown velocity counts as none here: it widens the zone.
    known = rows[i, packing.UNKNOWN_MPS] == 0.0
    speed_mps = rows[i, packing.GROWTH_MPS] if known else 0.0
    climb_mps = abs(rows[i, packing.W_MPS])
    height_m = zone_height_m(rows, i, factors)
    own_s, cross_s = reach.deviation_s(times, layer, layer), times.crossing_deviation_s
    draft[OWN_REACH] = (zone_m + speed_mps * own_s) * SWEEP_FACTOR
    draft[OWN_HEIGHT] = height_m + climb_mps * own_s
    draft[CROSS_REACH] = (zone_m + speed_mps * cross_s) * SWEEP_FACTOR
    draft[CROSS_HEIGHT] = height_m + climb_mps * cross_s
    draft[ZONE] = zone_m
    draft[EAST_MPS], draft[NORTH_MPS] = rows[i, packing.U_MPS], rows[i, packing.V_MPS]
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


@jit
def find_active(active: NDArray[np.uint8], high_water: int, slots: NDArray[np.int32]) -> int:
    """Write the slots in use below the high water; how many there are."""
    count = 0
    for slot in range(high_water):
        slots[count] = slot
        count += active[slot]
    return count


@jit_inline
def origin_of(tracks: TrackInputs, slots: NDArray[np.int32]) -> tuple[float, float]:
    """Where float32 counts from: the first track's place."""
    if len(slots) == 0:
        return 0.0, 0.0
    return tracks.x_m[slots[0]], tracks.y_m[slots[0]]


@jit_inline
def write_across(
    asking: Floats32,
    point_m: tuple[float, float, float],
    origin_m: tuple[float, float],
    draft: Floats32,
    height_m: float,
    radius_m: float,
    scale: float,
) -> None:
    """What a wide track asks among the slow, from its point at their reference instant."""
    asking[ACROSS_X], asking[ACROSS_Y] = point_m[0] - origin_m[0], point_m[1] - origin_m[1]
    asking[ACROSS_Z] = point_m[2]
    height_m += draft[CROSS_HEIGHT]
    write_question(asking, ACROSS_ASK, draft[CROSS_REACH], height_m, radius_m, draft[ZONE], scale)


@jit
def draft_block(
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
    origin_m: tuple[float, float],
) -> float:
    """Draft the slots whose packed rows stand in `rooms.rows`; how far from the origin they are."""
    times, factors, wide = reach.window(rules, 0.0), factors_of(rules), rules.wide
    heights_m, reaches_m = rules.height_m, rules.reach_m
    rows, drafts, starts, limits = room.rows, room.drafts, room.starts, room.farthest
    across, cells = room.across, room.cell
    farthest_m, fastest_mps, smallest_scale = 0.0, limits[FASTEST], limits[SMALLEST_SCALE]
    slow_m, slow_longest_m, cross_m = limits[SLOW_SLOW], limits[LONGEST], limits[WIDE_SLOW]
    wide_m, wide_longest_m = limits[WIDE_WIDE], limits[LONGEST + 1]
    for i in range(len(slots)):
        slot = np.uint64(slots[i])
        draft = drafts[slot]
        layer = write_draft(rows, i, now_us, wide, factors, times, draft)
        x_m, y_m, z_m = reference_point(rows, i, layer, now_us, times)
        draft[POINT_X], draft[POINT_Y] = x_m - origin_m[0], y_m - origin_m[1]
        draft[POINT_Z] = z_m
        category, scale = int(rows[i, packing.CATEGORY]), rows[i, packing.EAST_SCALE]
        write_question(
            draft,
            OWN_ASK,
            draft[OWN_REACH],
            heights_m[layer, category] + draft[OWN_HEIGHT],
            reaches_m[layer, category],
            draft[ZONE],
            scale,
        )
        farthest_m = max(farthest_m, abs(draft[POINT_X]), abs(draft[POINT_Y]))
        fastest_mps = max(fastest_mps, abs(draft[EAST_MPS]), abs(draft[NORTH_MPS]))
        smallest_scale = min(smallest_scale, np.float32(scale))
        if layer == 0:
            slow_m, cross_m = max(slow_m, draft[OWN_REACH]), max(cross_m, draft[CROSS_REACH])
            slow_longest_m = max(slow_longest_m, draft[OWN_ASK + ASK_REACH])
        else:
            wide_m = max(wide_m, draft[OWN_REACH])
            wide_longest_m = max(wide_longest_m, draft[OWN_ASK + ASK_REACH])
            point_m = reference_point(rows, i, 0, now_us, times)
            height_m, radius_m = heights_m[0, category], reaches_m[0, category]
            write_across(across[slot], point_m, origin_m, draft, height_m, radius_m, scale)
        cell = cell_at(draft[POINT_X], draft[POINT_Y], layer)
        cells[slot] = cell
        starts[cell + 2] += 1
    limits[FASTEST], limits[SMALLEST_SCALE] = fastest_mps, smallest_scale
    limits[SLOW_SLOW], limits[LONGEST], limits[WIDE_SLOW] = slow_m, slow_longest_m, cross_m
    limits[WIDE_WIDE], limits[LONGEST + 1] = wide_m, wide_longest_m
    return farthest_m


@jit
def place_all(
    tracks: TrackInputs,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
) -> Frame:
    """Draft every slot's filter columns and questions, and find its cell.

    Leaves the cells' counts, two cells ahead, in `starts`.
    """
    origin_m, farthest_m = origin_of(tracks, slots), 0.0
    places = np.arange(BLOCK).astype(np.int32)
    room.farthest[:], room.starts[:] = 0.0, 0
    room.farthest[SMALLEST_SCALE] = 1.0
    for first in range(0, len(slots), BLOCK):
        block = slots[first : first + BLOCK]
        pack(tracks, block, places, rules, room.rows)
        farthest_m = max(farthest_m, draft_block(block, now_us, rules, room, origin_m))
    room.farthest[FASTEST] *= DIAGONAL
    return origin_m[0], origin_m[1], reach.REACH_PAD_M + farthest_m * FLOAT32_ROUNDING


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
def across_question(drafts: Floats32, across: Floats32, slot: int, pad_m: np.float32) -> Question:
    """What a wide slot asks among the slow."""
    return (
        across[slot, ACROSS_X],
        across[slot, ACROSS_Y],
        across[slot, ACROSS_Z],
        across[slot, ACROSS_ASK + ASK_REACH] + pad_m,
        across[slot, ACROSS_ASK + ASK_HEIGHT],
        drafts[slot, EAST_MPS],
        drafts[slot, NORTH_MPS],
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
