"""Compiled full pass: all pairs of all active tracks at one instant, over a sorted grid.

Three sieves, each a superset of what the next lets through. First the reach at the mid-look-ahead
points, in float32, sixteen places at a time without a branch: the comparisons become bits of one
number, so that nearly always one test of that number settles sixteen pairs. Then the horizontal
closest approach, exactly as the judgement has it but with the widest radius that any rule could
give. What is left, little more than the hits, is judged exactly.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, packing, reach
from broker.core.separation import sweep_layout as layout
from broker.core.separation.cylinder import Floats
from broker.core.separation.hits import Tags
from broker.core.separation.index import HitBuffer
from broker.core.separation.jit import jit, jit_inline, jit_parallel, prange
from broker.core.separation.kernel_numba import evaluate_pairs, never_within, relative_state
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
    filters: Floats32, asked: Question, scale: np.float32, columns: tuple[int, int], k: int
) -> np.int64:
    """A bit for each of the sixteen places from k on that a question may reach.

    Indices are unsigned because a signed one would be tested for being negative, place by place.
    """
    x_m, y_m, z_m = filters[layout.POINT_X], filters[layout.POINT_Y], filters[layout.POINT_Z]
    reach_m, height_m = filters[columns[0]], filters[columns[1]]
    own_x_m, own_y_m, own_z_m, own_m, own_height_m = asked[:5]
    first, bits = np.uint64(k), np.uint32(0)
    for lane in range(LANES):
        i = first + np.uint64(lane)
        dx_m = (x_m[i] - own_x_m) * scale
        dy_m = y_m[i] - own_y_m
        within_m = reach_m[i] + own_m
        near = (dx_m * dx_m + dy_m * dy_m <= within_m * within_m) & (
            abs(z_m[i] - own_z_m) <= height_m[i] + own_height_m
        )
        bits |= np.uint32(near) << np.uint32(lane)
    return np.int64(bits)


@jit_inline
def may_touch(room: SweepRoom, q: int, k: int, now_us: float, radius_m: float) -> bool:
    """Whether two places ever come within the radius and their zones, by the exact arithmetic."""
    zones_m = float(room.filters[layout.ZONE, q]) + float(room.filters[layout.ZONE, k])
    state = relative_state(room.rows, q, k, now_us)
    return not never_within(state, radius_m + zones_m + reach.REACH_PAD_M)


@jit_inline
def cell_box(
    asked: Question, scale: float, others_m: float, layer: int
) -> tuple[int, int, int, int]:
    """First row and rows, first column and columns that a question covers, before wrapping."""
    per_m_east, per_m_north = layout.cells_per_m(layer)
    x_m, y_m, search_m = float(asked[0]), float(asked[1]), float(asked[3]) + others_m
    smallest = max(scale - search_m * PER_EARTH_RADIUS_M, reach.EAST_SCALE_MIN)
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
    at_time: AtTime,
    pairs: NDArray[np.int32],
    at: int,
) -> int:
    """One search over `count` tracks; part p of P asks for every P-th block of places.

    Appends the pairs of places that may touch; returns how many there would be. A pair within a
    layer is found from its earlier place, so earlier rows are passed over.
    """
    now_us, rules, frame = at_time
    starts, rows, filters = room.starts, room.rows, room.filters
    own_layer, layer = (
        0 if search == layout.SLOW_SLOW else 1,
        1 if search == layout.WIDE_WIDE else 0,
    )
    first = 0 if own_layer == 0 else starts[layout.CELLS]
    last = starts[layout.CELLS] if own_layer == 0 else count
    across = search == layout.WIDE_SLOW
    columns = (
        layout.CROSS_REACH if across else layout.OWN_REACH,
        layout.CROSS_HEIGHT if across else layout.OWN_HEIGHT,
    )
    others_m, base = float(room.farthest[search]), layer * layout.CELLS
    for block in range(first + part[0] * BLOCK, last, part[1] * BLOCK):
        for q in range(block, min(block + BLOCK, last)):
            asked = layout.question(room, q, search, now_us, rules, frame)
            radius_m, scale = asked[5], rows[q, packing.EAST_SCALE]
            if radius_m < 0.0:
                continue
            first_row, row_count, left, width = cell_box(asked, scale, others_m, layer)
            earliest = q + 1 if own_layer == layer else 0
            left &= COLUMN_MASK
            right = left + width
            for row in range(first_row, first_row + row_count):
                line = base + (row & layout.ROW_MASK) * COLUMNS
                low, high = starts[line + left], starts[line + min(right, COLUMNS)]
                for _ in range(2 if right > COLUMNS else 1):
                    for k in range(max(low, earliest), high, LANES):
                        bits = bits_near(filters, asked, np.float32(scale), columns, k)
                        if high - k < LANES:
                            bits &= (1 << (high - k)) - 1
                        while bits != 0:
                            lowest = bits & -bits
                            bits ^= lowest
                            other = k + BIT_OF[((lowest * DE_BRUIJN) & 0xFFFFFFFF) >> 27]
                            if may_touch(room, q, other, now_us, radius_m):
                                if at < len(pairs):
                                    pairs[at, 0], pairs[at, 1] = q, other
                                at += 1
                    low, high = starts[line], starts[line + right - COLUMNS]
    return at


@jit
def hits_of_part(
    room: SweepRoom,
    count: int,
    part: tuple[int, int],
    at_time: AtTime,
    pairs: NDArray[np.int32],
    out: tuple[Tags, Floats],
) -> tuple[int, int]:
    """All three searches and the judgement; candidates and hits of one part."""
    now_us, rules, _ = at_time
    found = 0
    for search in range(layout.SEARCHES):
        found = near(room, search, count, part, at_time, pairs, found)
    chosen = pairs[: min(found, len(pairs))]
    hit_count = evaluate_pairs(room.rows, chosen, now_us, rules, out[0], out[1])
    for k in range(min(hit_count, len(out[0]))):
        for column in (hits.SLOT_I, hits.SLOT_J):
            out[0][k, column] = room.order[out[0][k, column]]
    return found, hit_count


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
    layout.lay_out(rows, len(slots), room)
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
    return hits_of_part(room, len(slots), (0, 1), at_time, pairs, (out.tags, out.values))


PlainTuple = tuple[object, ...]
"""Parallel loops carry plain tuples only; the named ones are put together again inside."""


@jit
def part_pass(
    plain_room: PlainTuple,
    plain_rules: PlainTuple,
    count: int,
    now_us: float,
    frame: Frame,
    part: tuple[int, int],
    pairs: NDArray[np.int32],
    out: tuple[Tags, Floats],
) -> tuple[int, int]:
    """What part p of P finds."""
    room = SweepRoom(*plain_room)  # type: ignore[arg-type]  # the fields, in their order
    rules = KernelRules(*plain_rules)  # type: ignore[arg-type]
    return hits_of_part(room, count, part, (now_us, rules, frame), pairs, out)


@jit_parallel
def search_parts(
    plain_room: PlainTuple,
    plain_rules: PlainTuple,
    count: int,
    now_us: float,
    frame: Frame,
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
            plain_room, plain_rules, count, now_us, frame, part, pairs[p], out
        )
    return counts
