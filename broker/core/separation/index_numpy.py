"""Candidate search in NumPy: the index's entries sorted into cells, one grid row at a time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import index as layout
from broker.core.separation import packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.index import GridIndex, Slots
from broker.core.separation.kernel_numpy import reference_points, rules_for
from broker.core.separation.packing import KernelRules
from broker.core.separation.reach import Window

Places = NDArray[np.int64]
PAIRS_PER_CHUNK_MAX = 2_000_000
"""Pairs filtered at once, so that a crowd costs time and not memory."""


def candidates(
    index: GridIndex, asking: Slots, now_us: int, rules: KernelRules, times: Window
) -> NDArray[np.int32]:
    """Pairs (n, 2) of asking slot and other slot that the filter lets through, in any order.

    Only pairs in which the other slot's sequence number is the smaller are given.
    """
    found = [np.zeros((0, 2), dtype=np.int32)]
    for layer in range(reach.LAYER_COUNT):
        others = np.flatnonzero(index.layer == layer).astype(np.int32)
        radius_m = rules.reach_m[layer, index.rows[asking, packing.CATEGORY].astype(np.intp)]
        questions = asking[radius_m >= 0.0]
        if len(others) and len(questions):
            found.extend(_layer_candidates(index, questions, others, (now_us, layer), rules, times))
    return np.concatenate(found)


def _layer_candidates(
    index: GridIndex,
    asking: Slots,
    others: Slots,
    at: tuple[int, int],
    rules: KernelRules,
    times: Window,
) -> Iterator[NDArray[np.int32]]:
    """The same for one layer: `at` is the time in microseconds and the layer."""
    now_us, layer = at
    rows, entries = index.rows[asking], index.entries[asking]
    category = rows[:, packing.CATEGORY].astype(np.intp)
    deviation_s = np.array([reach.deviation_s(times, own, layer) for own in range(2)])[
        index.layer[asking]
    ]
    asked = entries.copy()
    points = reference_points(
        rows, np.full(len(asking), layer, np.int8), np.full(len(asking), now_us), times
    )
    asked[:, layout.REFERENCE_X_M], asked[:, layout.REFERENCE_Y_M] = points[0], points[1]
    asked[:, layout.REFERENCE_Z_M] = points[2]
    asked[:, layout.ZONE_M] += rules.reach_m[layer, category]
    asked[:, layout.ZONE_HEIGHT_M] += rules.height_m[layer, category]
    held = index.entries[others]
    search_m = (
        asked[:, layout.ZONE_M]
        + held[:, layout.ZONE_M].max()
        + (asked[:, layout.SPEED_MPS] + held[:, layout.SPEED_MPS].max()) * deviation_s
    ) * reach.REACH_FACTOR + reach.REACH_PAD_M
    order, starts = _sorted_cells(held, layer)
    for q, k in _runs(asked, search_m, layer, starts):
        place = order[k]
        close = _close(asked[q], held[place], deviation_s[q])
        slot_q, slot_k = asking[q[close]], others[place[close]]
        later = index.sequence[slot_k] < index.sequence[slot_q]
        slot_q, slot_k = slot_q[later], slot_k[later]
        ruled = rules_for(index.rows[slot_q], index.rows[slot_k], rules) >= 0
        yield np.stack([slot_q[ruled], slot_k[ruled]], axis=1)


def _close(asked: Floats, held: Floats, deviation_s: Floats) -> NDArray[np.bool_]:
    scale = (asked[:, layout.EAST_SCALE] + held[:, layout.EAST_SCALE]) * 0.5
    dx_m = (held[:, layout.REFERENCE_X_M] - asked[:, layout.REFERENCE_X_M]) * scale
    dy_m = held[:, layout.REFERENCE_Y_M] - asked[:, layout.REFERENCE_Y_M]
    total = asked + held
    reach_m = total[:, layout.ZONE_M] + total[:, layout.SPEED_MPS] * deviation_s
    reach_m = reach_m * reach.REACH_FACTOR + reach.REACH_PAD_M
    height_m = total[:, layout.ZONE_HEIGHT_M] + total[:, layout.VERTICAL_SPEED_MPS] * deviation_s
    apart_m = np.abs(held[:, layout.REFERENCE_Z_M] - asked[:, layout.REFERENCE_Z_M])
    close: NDArray[np.bool_] = (dx_m * dx_m + dy_m * dy_m <= reach_m * reach_m) & (
        apart_m <= height_m + reach.HEIGHT_PAD_M
    )
    return close


def _cell_sizes(layer: int) -> tuple[float, float]:
    north_m = reach.NARROW_CELL_NORTH_M if layer == 0 else reach.WIDE_CELL_NORTH_M
    return north_m * reach.CELL_EAST_RATIO, north_m


def _sorted_cells(held: Floats, layer: int) -> tuple[Places, Places]:
    """Places in cell order, and where each cell starts."""
    east_m, north_m = _cell_sizes(layer)
    column = np.floor(held[:, layout.REFERENCE_X_M] / east_m).astype(np.int64) & reach.CELL_MASK
    row = np.floor(held[:, layout.REFERENCE_Y_M] / north_m).astype(np.int64) & reach.CELL_MASK
    cell = row * reach.GRID_CELLS + column
    starts = np.zeros(reach.CELL_COUNT + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=reach.CELL_COUNT), out=starts[1:])
    return np.argsort(cell, kind="stable"), starts


def _runs(
    asked: Floats, search_m: Floats, layer: int, starts: Places
) -> Iterator[tuple[Places, Places]]:
    """Pairs of question and place in cell order, over the cells that each search covers."""
    east_m, north_m = _cell_sizes(layer)
    scale = asked[:, layout.EAST_SCALE] - search_m / reach.EARTH_RADIUS_M_MIN
    wide_m = search_m / np.maximum(scale, reach.EAST_SCALE_MIN)

    def cells(centre: Floats, half: Floats, size_m: float) -> tuple[Places, Places]:
        first = np.floor((centre - half) / size_m).astype(np.int64)
        last = np.floor((centre + half) / size_m).astype(np.int64)
        return first, np.minimum(last - first + 1, reach.GRID_CELLS)

    first_row, rows = cells(asked[:, layout.REFERENCE_Y_M], search_m, north_m)
    first_column, columns = cells(asked[:, layout.REFERENCE_X_M], wide_m, east_m)
    left = first_column & reach.CELL_MASK
    right = left + columns
    for offset in range(int(rows.max())):
        q = np.flatnonzero(rows > offset)
        line = ((first_row[q] + offset) & reach.CELL_MASK) * reach.GRID_CELLS
        end = np.minimum(right[q], reach.GRID_CELLS)
        yield from _expanded(q, starts[line + left[q]], starts[line + end])
        wrapped = np.maximum(right[q] - reach.GRID_CELLS, 0)
        yield from _expanded(q, starts[line], starts[line + wrapped])


def _expanded(q: Places, low: Places, high: Places) -> Iterator[tuple[Places, Places]]:
    """Every (question, place) with low <= place < high, in chunks."""
    lengths = high - low
    ends = np.cumsum(lengths)
    begin = 0
    while begin < len(q):
        done = ends[begin] - lengths[begin]
        stop = int(np.searchsorted(ends, done + PAIRS_PER_CHUNK_MAX, side="right"))
        stop = max(stop, begin + 1)
        part = slice(begin, stop)
        count = int(lengths[part].sum())
        if count:
            shift = np.repeat(low[part] - (ends[part] - lengths[part] - done), lengths[part])
            yield np.repeat(q[part], lengths[part]), np.arange(count) + shift
        begin = stop
