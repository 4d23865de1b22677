"""Compiled full pass: all pairs of all active tracks at one instant, over a sorted grid.

One sieve, a superset of the hits: the reach at the mid-look-ahead points and the closest approach
of the straight paths, in float32, sixteen places at a time without a branch. The comparisons become
bits of one number, so that nearly always one test of that number settles sixteen pairs. What is
left, little more than the hits, is judged exactly.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import reach
from broker.core.separation import sweep_layout as layout
from broker.core.separation.cylinder import Floats
from broker.core.separation.hits import Tags
from broker.core.separation.index import HitBuffer
from broker.core.separation.jit import jit, jit_inline, jit_parallel, prange
from broker.core.separation.kernel_numba import evaluate_pairs
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.sweep_layout import (
    COLUMN_MASK,
    COLUMNS,
    LANES,
    Floats32,
    Frame,
    Question,
    SweepRoom,
)

AtTime = tuple[float, KernelRules, Frame]
"""The instant in microseconds, the rules, and the frame of the float32 points."""

BLOCK: Final = 64
"""Places that one of several parts takes in turn: near places share cells, and crowds are shared
out."""
PER_EARTH_RADIUS_M: Final = 1.0 / reach.EARTH_RADIUS_M_MIN
DE_BRUIJN: Final = 0x077CB531
"""Multiplied by a power of two its top five bits tell which one it was."""
BIT_OF: Final = np.zeros(32, dtype=np.int64)
BIT_OF[[(DE_BRUIJN << bit & 0xFFFFFFFF) >> 27 for bit in range(32)]] = np.arange(32)


@jit_inline
def bits_near(
    filters: Floats32, asked: Question, slack: np.float32, columns: tuple[int, int], k: int
) -> np.int64:
    """A bit for each of the sixteen places from k on that a question may reach.

    Two conditions, both with room for rounding: near enough at the reference points for the reaches
    and heights, and paths that pass near enough for both zones. Indices are unsigned because a
    signed one would be tested for being negative, place by place; the bits are no wider than is
    needed because the widest number decides how many places are tested at once.
    """
    x_m, y_m, z_m = filters[layout.POINT_X], filters[layout.POINT_Y], filters[layout.POINT_Z]
    u_mps, v_mps = filters[layout.EAST_MPS], filters[layout.NORTH_MPS]
    reach_m, height_m, zone_m = filters[columns[0]], filters[columns[1]], filters[layout.ZONE]
    own_x_m, own_y_m, own_z_m, own_m, own_height_m, own_u, own_v, own_touch, scale = asked
    first, bits = np.uint64(k), np.uint16(0)
    for lane in range(LANES):
        i = first + np.uint64(lane)
        dx_m = (x_m[i] - own_x_m) * scale
        dy_m = y_m[i] - own_y_m
        du_mps, dv_mps = u_mps[i] - own_u, v_mps[i] - own_v
        cross = dx_m * dv_mps - dy_m * du_mps
        speed2 = (du_mps * du_mps + dv_mps * dv_mps) * layout.SPEED2_FACTOR
        within_m = reach_m[i] + own_m
        touch_m = zone_m[i] + own_touch + within_m * layout.WIDENING
        near = (
            (dx_m * dx_m + dy_m * dy_m <= within_m * within_m)
            & (abs(z_m[i] - own_z_m) <= height_m[i] + own_height_m)
            & (cross * cross <= touch_m * touch_m * speed2 + slack)
        )
        bits = np.uint16(bits | (np.uint16(near) << np.uint16(lane)))
    return np.int64(bits)


@jit_inline
def bit_number(power: np.int64) -> int:
    """Which bit a power of two is."""
    return int(BIT_OF[((power * DE_BRUIJN) & 0xFFFFFFFF) >> 27])


@jit_inline
def cell_box(asked: Question, others_m: float, layer: int) -> tuple[int, int, int, int]:
    """First row and rows, first column and columns that a question covers, before wrapping."""
    per_m_east, per_m_north = layout.cells_per_m(layer)
    x_m, y_m, search_m = float(asked[0]), float(asked[1]), float(asked[3]) + others_m
    smallest = max(float(asked[8]) - search_m * PER_EARTH_RADIUS_M, reach.EAST_SCALE_MIN)
    wide_m = search_m / smallest
    first_row = math.floor((y_m - search_m) * per_m_north)
    last_row = math.floor((y_m + search_m) * per_m_north)
    first_column = math.floor((x_m - wide_m) * per_m_east)
    last_column = math.floor((x_m + wide_m) * per_m_east)
    rows = min(last_row - first_row + 1, layout.ROWS)
    columns = min(last_column - first_column + 1, COLUMNS)
    return first_row, rows, first_column, columns


@jit
def near(
    room: SweepRoom,
    search: int,
    count: int,
    part: tuple[int, int],
    pad_m: float,
    pairs: NDArray[np.int32],
    at: int,
) -> int:
    """One search over `count` tracks; part p of P asks for every P-th block of places.

    Appends the pairs of slots that may touch; returns how many there would be. A pair within a
    layer is found from its earlier place, so earlier rows are passed over.
    """
    starts, order, filters, asking = room.starts, room.order, room.filters, room.across
    across = search == layout.WIDE_SLOW
    own_layer = 0 if search == layout.SLOW_SLOW else 1
    layer = 1 if search == layout.WIDE_WIDE else 0
    first = 0 if own_layer == 0 else starts[layout.CELLS]
    last = starts[layout.CELLS] if own_layer == 0 else count
    columns = (
        layout.CROSS_REACH if across else layout.OWN_REACH,
        layout.CROSS_HEIGHT if across else layout.OWN_HEIGHT,
    )
    others_m, base = float(room.farthest[search]), layer * layout.CELLS
    fastest_mps, padding_m = float(room.farthest[layout.FASTEST]), np.float32(pad_m)
    for block in range(first + part[0] * BLOCK, last, part[1] * BLOCK):
        for q in range(block, min(block + BLOCK, last)):
            slot = order[q]
            if across:
                asked = layout.across_question(filters, asking, q, slot, padding_m)
            else:
                asked = layout.own_question(filters, q, padding_m)
            if asked[3] < padding_m:
                continue
            slack = layout.rounding_m4ps2(float(asked[3]) + others_m, fastest_mps)
            first_row, row_count, left, width = cell_box(asked, others_m, layer)
            earliest = q + 1 if own_layer == layer else 0
            left &= COLUMN_MASK
            right = left + width
            for row in range(first_row, first_row + row_count):
                line = base + (row & layout.ROW_MASK) * COLUMNS
                low, high = starts[line + left], starts[line + min(right, COLUMNS)]
                for _ in range(2 if right > COLUMNS else 1):
                    for k in range(max(low, earliest), high, LANES):
                        bits = bits_near(filters, asked, slack, columns, k)
                        if high - k < LANES:
                            bits &= (1 << (high - k)) - 1
                        while bits != 0:
                            lowest = bits & -bits
                            bits ^= lowest
                            if at < len(pairs):
                                pairs[at, 0] = slot
                                pairs[at, 1] = order[k + bit_number(lowest)]
                            at += 1
                    low, high = starts[line], starts[line + right - COLUMNS]
    return at


@jit
def hits_of_part(
    rows: Floats,
    room: SweepRoom,
    count: int,
    part: tuple[int, int],
    at_time: AtTime,
    pairs: NDArray[np.int32],
    out: tuple[Tags, Floats],
) -> tuple[int, int]:
    """All three searches and the judgement; candidates and hits of one part."""
    now_us, rules, frame = at_time
    found = 0
    for search in range(layout.SEARCHES):
        found = near(room, search, count, part, frame[2], pairs, found)
    chosen = pairs[: min(found, len(pairs))]
    return found, evaluate_pairs(rows, chosen, now_us, rules, out[0], out[1])


@jit
def prepare(
    tracks: TrackInputs,
    rows: Floats,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
) -> Frame:
    """Pack, sort and lay out."""
    frame = layout.place_all(tracks, rows, slots, now_us, rules, room)
    layout.sort_by_cell(room, slots)
    layout.lay_out(len(slots), room)
    return frame


@jit
def full_pass(
    tracks: TrackInputs,
    rows: Floats,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
    pairs: NDArray[np.int32],
    out: HitBuffer,
) -> tuple[int, int]:
    """Hits of all pairs of `slots` at `now_us`.

    `rows` and `room` are overwritten. Returns the candidates and the hits that there are, which
    may be more than there is room for in `pairs` and `out`.
    """
    at_time = (now_us, rules, prepare(tracks, rows, slots, now_us, rules, room))
    return hits_of_part(rows, room, len(slots), (0, 1), at_time, pairs, (out.tags, out.values))


PlainTuple = tuple[object, ...]
"""Parallel loops carry plain tuples only; the named ones are put together again inside."""
CountAtTime = tuple[int, float, float, float, float]
"""How many tracks were laid out, the instant in microseconds, and their frame."""


@jit
def part_pass(
    rows: Floats,
    plain_room: PlainTuple,
    plain_rules: PlainTuple,
    when: CountAtTime,
    part: tuple[int, int],
    pairs: NDArray[np.int32],
    out: tuple[Tags, Floats],
) -> tuple[int, int]:
    """What part p of P finds."""
    count, now_us, frame = when[0], when[1], (when[2], when[3], when[4])
    room = SweepRoom(*plain_room)  # type: ignore[arg-type]  # the fields, in their order
    rules = KernelRules(*plain_rules)  # type: ignore[arg-type]
    return hits_of_part(rows, room, count, part, (now_us, rules, frame), pairs, out)


@jit_parallel
def search_parts(
    rows: Floats,
    plain_room: PlainTuple,
    plain_rules: PlainTuple,
    when: CountAtTime,
    pairs: NDArray[np.int32],
    tags: Tags,
    values: Floats,
) -> NDArray[np.int64]:
    """After `prepare`, on several threads: (P, 2) candidates and hits of each part.

    Part p fills pairs[p], tags[p] and values[p].
    """
    parts = len(tags)
    counts = np.zeros((parts, 2), dtype=np.int64)
    for p in prange(parts):
        part, out = (p, parts), (tags[p], values[p])
        counts[p, 0], counts[p, 1] = part_pass(
            rows, plain_room, plain_rules, when, part, pairs[p], out
        )
    return counts
