"""Tracks laid out for the compiled full pass: layer by layer, cell by cell, column by column.

Everything here serves one instant: each slot's columns and questions are drafted, slots are sorted
by cell, and the columns are written by place.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.index_numba import reference_point
from broker.core.separation.jit import jit, jit_inline
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.packing_numba import pack
from broker.core.separation.pair_numba import Factors, factors_of
from broker.core.separation.reach import Window
from broker.core.separation.sweep_grid import (
    BLOCK,
    CROSS_HEIGHT,
    CROSS_REACH,
    EAST_MPS,
    FASTEST,
    FILTER_WIDTH,
    LONGEST,
    NORTH_MPS,
    OWN_ASK,
    OWN_HEIGHT,
    OWN_REACH,
    POINT_X,
    POINT_Y,
    POINT_Z,
    SLOW_SLOW,
    SMALLEST_SCALE,
    WIDE_SLOW,
    WIDE_WIDE,
    ZONE,
    Floats32,
    SweepRoom,
    cell_at,
)
from broker.core.separation.sweep_questions import (
    ASK_REACH,
    FLOAT32_ROUNDING,
    SWEEP_FACTOR,
    write_across,
    write_question,
)
from broker.core.separation.zones_numba import layer_of, zone_growth_m, zone_height_m

DIAGONAL: Final = 1.5
"""More than a speed is along the axis that has most of it."""

Frame = tuple[float, float, float]
"""Origin east and north, and the padding that float32 needs this far from it; metres."""


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
