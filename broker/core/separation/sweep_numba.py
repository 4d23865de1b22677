"""Compiled full pass: all pairs of all active tracks at one instant, over a sorted grid.

Tracks are counted into cells and laid out cell by cell, so that a row of cells is one run.
A float32 filter, padded for its rounding, throws out most pairs; the rest is judged exactly.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, packing, reach
from broker.core.separation import index as layout
from broker.core.separation.cylinder import Floats
from broker.core.separation.index import GridIndex, HitBuffer
from broker.core.separation.index_numba import reference_point, write_entry
from broker.core.separation.jit import jit, jit_parallel, prange
from broker.core.separation.kernel_numba import (
    cell_box,
    cell_of,
    evaluate_pairs,
    pack,
)
from broker.core.separation.packing import KernelRules, TrackInputs

Floats32 = NDArray[np.float32]
# Columns of a question's terms.
ASKED_X, ASKED_Y, ASKED_Z, ASKED_HALF_SCALE, ASKED_REACH, ASKED_HEIGHT = range(6)
FLOAT32_ROUNDING = 2.0**-22
"""Of two float32 coordinates and their difference, relative to the farthest coordinate."""


class SortedTracks(NamedTuple):
    """Tracks laid out layer by layer, cell by cell; n tracks."""

    order: NDArray[np.int32]
    """(n,) slot of each place."""
    starts: NDArray[np.int32]
    """(2 x cells + 1,) first place of each cell."""
    rows: Floats
    """(n, 16) packed rows."""
    entries: Floats32
    """(8, n) as in `index` but turned: reference points from the origin, half the east scale."""
    limits: Floats
    origin_x_m: float
    origin_y_m: float
    pad_m: float


class Questions(NamedTuple):
    """What m consecutive places ask of one layer."""

    first_place: int
    layer: int
    terms: Floats32
    """(m, 6): x, y, z, half the east scale, reach, height."""
    boxes: NDArray[np.int64]
    """(m, 4): first row and rows, first column and columns; no rows where there is no rule."""
    deviation_s: np.float32


@jit
def place_all(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
) -> None:
    """Pack every slot and place it at its reference instant, for questions at `now_us` only."""
    times = reach.window(rules, 0.0)
    pack(tracks, slots, rules, index.rows)
    for slot in slots:
        write_entry(index, slot, now_us, rules, times)
        layer = index.layer[slot]
        x_m = index.entries[slot, layout.REFERENCE_X_M]
        y_m = index.entries[slot, layout.REFERENCE_Y_M]
        index.cell[slot] = layer * reach.CELL_COUNT + cell_of(x_m, y_m, layer)


@jit
def sort_by_cell(
    index: GridIndex, slots: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Slots ordered by layer and cell (stable), and where each cell starts."""
    starts = np.zeros(reach.LAYER_COUNT * reach.CELL_COUNT + 1, dtype=np.int32)
    for slot in slots:
        starts[index.cell[slot] + 1] += 1
    for cell in range(len(starts) - 1):
        starts[cell + 1] += starts[cell]
    filled = starts.copy()
    order = np.empty(len(slots), dtype=np.int32)
    for slot in slots:
        cell = index.cell[slot]
        order[filled[cell]] = slot
        filled[cell] += 1
    return order, starts


@jit
def lay_out(index: GridIndex, slots: NDArray[np.int32]) -> SortedTracks:
    """Packed rows and filter entries in sorted order."""
    order, starts = sort_by_cell(index, slots)
    rows = np.empty((len(order), packing.ROW_WIDTH))
    entries = np.empty((layout.ENTRY_WIDTH, len(order)), dtype=np.float32)
    origin_x_m = index.entries[order[0], layout.REFERENCE_X_M] if len(order) > 0 else 0.0
    origin_y_m = index.entries[order[0], layout.REFERENCE_Y_M] if len(order) > 0 else 0.0
    farthest_m = 0.0
    for k in range(len(order)):
        slot = order[k]
        for column in range(packing.ROW_WIDTH):
            rows[k, column] = index.rows[slot, column]
        x_m = index.entries[slot, layout.REFERENCE_X_M] - origin_x_m
        y_m = index.entries[slot, layout.REFERENCE_Y_M] - origin_y_m
        farthest_m = max(farthest_m, abs(x_m), abs(y_m))
        for column in range(layout.ENTRY_WIDTH):
            entries[column, k] = index.entries[slot, column]
        entries[layout.REFERENCE_X_M, k] = x_m
        entries[layout.REFERENCE_Y_M, k] = y_m
        entries[layout.EAST_SCALE, k] = 0.5 * index.entries[slot, layout.EAST_SCALE]
    pad_m = reach.REACH_PAD_M + farthest_m * FLOAT32_ROUNDING
    return SortedTracks(order, starts, rows, entries, index.limits, origin_x_m, origin_y_m, pad_m)


@jit
def ask(
    tracks: SortedTracks, own_layer: int, layer: int, now_us: float, rules: KernelRules
) -> Questions:
    """The filter terms and boxes with which one layer's tracks search another layer."""
    times = reach.window(rules, 0.0)
    deviation_s = reach.deviation_s(times, own_layer, layer)
    rows, entries, pad_m = tracks.rows, tracks.entries, tracks.pad_m
    first = tracks.starts[own_layer * reach.CELL_COUNT]
    count = tracks.starts[(own_layer + 1) * reach.CELL_COUNT] - first
    terms = np.empty((count, 6), dtype=np.float32)
    boxes = np.empty((count, 4), dtype=np.int64)
    others_m = tracks.limits[layer, 1] + tracks.limits[layer, 0] * deviation_s
    for m in range(count):
        q = first + m
        category = int(rows[q, packing.CATEGORY])
        x_m, y_m, z_m = reference_point(rows, q, layer, now_us, times)
        own_m = rules.reach_m[layer, category] + (
            entries[layout.ZONE_M, q] + entries[layout.SPEED_MPS, q] * deviation_s
        )
        terms[m, ASKED_X] = x_m - tracks.origin_x_m
        terms[m, ASKED_Y] = y_m - tracks.origin_y_m
        terms[m, ASKED_Z] = z_m
        terms[m, ASKED_HALF_SCALE] = entries[layout.EAST_SCALE, q]
        terms[m, ASKED_REACH] = own_m * reach.REACH_FACTOR + pad_m
        terms[m, ASKED_HEIGHT] = (
            rules.height_m[layer, category]
            + entries[layout.ZONE_HEIGHT_M, q]
            + entries[layout.VERTICAL_SPEED_MPS, q] * deviation_s
        ) + reach.HEIGHT_PAD_M
        if rules.reach_m[layer, category] < 0.0:
            boxes[m, :] = 0
            continue
        search_m = (own_m + others_m) * reach.REACH_FACTOR + pad_m
        box = cell_box(x_m, y_m, rows[q, packing.EAST_SCALE], search_m, layer)
        boxes[m, 0], boxes[m, 1], boxes[m, 2], boxes[m, 3] = box
    return Questions(first, layer, terms, boxes, np.float32(deviation_s))


@jit
def near(
    tracks: SortedTracks, asked: Questions, part: tuple[int, int], pairs: NDArray[np.int32], at: int
) -> int:
    """Append the pairs of places that the filter lets through; returns how many there would be.

    Part p of P asks for every P-th place. A pair within a layer is found from its earlier place.
    The filter's loop has no branches, so that it compiles to vector instructions.
    """
    starts, terms, boxes, deviation_s = tracks.starts, asked.terms, asked.boxes, asked.deviation_s
    x_m, y_m = tracks.entries[layout.REFERENCE_X_M], tracks.entries[layout.REFERENCE_Y_M]
    z_m, half_scale = tracks.entries[layout.REFERENCE_Z_M], tracks.entries[layout.EAST_SCALE]
    speed_mps, zone_m = tracks.entries[layout.SPEED_MPS], tracks.entries[layout.ZONE_M]
    climb_mps = tracks.entries[layout.VERTICAL_SPEED_MPS]
    zone_height_m = tracks.entries[layout.ZONE_HEIGHT_M]
    passed = np.empty(len(x_m), dtype=np.uint8)
    factor = np.float32(reach.REACH_FACTOR)
    base = asked.layer * reach.CELL_COUNT
    within = asked.first_place == starts[base]
    for m in range(part[0], len(terms), part[1]):
        q = asked.first_place + m
        own_x_m, own_y_m, own_z_m = terms[m, ASKED_X], terms[m, ASKED_Y], terms[m, ASKED_Z]
        own_half_scale, own_m = terms[m, ASKED_HALF_SCALE], terms[m, ASKED_REACH]
        own_height_m = terms[m, ASKED_HEIGHT]
        earliest = q + 1 if within else 0
        left = boxes[m, 2] & reach.CELL_MASK
        right = left + boxes[m, 3]
        for row in range(boxes[m, 0], boxes[m, 0] + boxes[m, 1]):
            line = base + (row & reach.CELL_MASK) * reach.GRID_CELLS
            low, high = starts[line + left], starts[line + min(right, reach.GRID_CELLS)]
            for _ in range(2 if right > reach.GRID_CELLS else 1):
                low = max(low, earliest)
                for k in range(low, high):
                    dx_m = (x_m[k] - own_x_m) * (half_scale[k] + own_half_scale)
                    dy_m = y_m[k] - own_y_m
                    reach_m = own_m + factor * (zone_m[k] + speed_mps[k] * deviation_s)
                    height_m = own_height_m + (zone_height_m[k] + climb_mps[k] * deviation_s)
                    passed[k] = (dx_m * dx_m + dy_m * dy_m <= reach_m * reach_m) & (
                        abs(z_m[k] - own_z_m) <= height_m
                    )
                for k in range(low, high):
                    if passed[k] != 0:
                        if at < len(pairs):
                            pairs[at, 0], pairs[at, 1] = q, k
                        at += 1
                low, high = starts[line], starts[line + right - reach.GRID_CELLS]
    return at


@jit
def near_all(
    tracks: SortedTracks,
    now_us: float,
    rules: KernelRules,
    part: tuple[int, int],
    pairs: NDArray[np.int32],
) -> int:
    """Slow with slow, wide with slow, wide with wide."""
    at = 0
    for own_layer, layer in ((0, 0), (1, 0), (1, 1)):
        asked = ask(tracks, own_layer, layer, now_us, rules)
        at = near(tracks, asked, part, pairs, at)
    return at


@jit
def full_pass(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    pairs: NDArray[np.int32],
    out: HitBuffer,
) -> tuple[int, int]:
    """Hits of all pairs of `slots` at `now_us`.

    `index` is scratch: its rows, entries and cells are overwritten. Returns the candidates and the
    hits that there are, which may be more than there is room for in `pairs` and `out`.
    """
    index.limits[:] = 0.0
    place_all(tracks, index, slots, now_us, rules)
    sorted_tracks = lay_out(index, slots)
    found = near_all(sorted_tracks, now_us, rules, (0, 1), pairs)
    chosen = pairs[: min(found, len(pairs))]
    count = evaluate_pairs(sorted_tracks.rows, chosen, now_us, rules, out.tags, out.values)
    restore_slots(sorted_tracks, out.tags[: min(count, len(out.tags))])
    return found, count


@jit
def restore_slots(tracks: SortedTracks, tags: NDArray[np.int32]) -> None:
    """Places back to slots."""
    for k in range(len(tags)):
        tags[k, hits.SLOT_I] = tracks.order[tags[k, hits.SLOT_I]]
        tags[k, hits.SLOT_J] = tracks.order[tags[k, hits.SLOT_J]]


PlainTuple = tuple[object, ...]
"""Parallel loops carry plain tuples only; the named ones are put together again inside."""


@jit
def plain(tracks: SortedTracks) -> PlainTuple:
    """The fields of the sorted tracks."""
    return (
        tracks.order,
        tracks.starts,
        tracks.rows,
        tracks.entries,
        tracks.limits,
        tracks.origin_x_m,
        tracks.origin_y_m,
        tracks.pad_m,
    )


@jit
def part_pass(
    plain_tracks: PlainTuple,
    plain_rules: PlainTuple,
    now_us: float,
    part: tuple[int, int],
    pairs: NDArray[np.int32],
    tags: NDArray[np.int32],
    values: Floats,
) -> tuple[int, int]:
    """What part p of P finds, by every P-th track."""
    tracks = SortedTracks(*plain_tracks)  # type: ignore[arg-type]  # the fields, in their order
    rules = KernelRules(*plain_rules)  # type: ignore[arg-type]
    found = near_all(tracks, now_us, rules, part, pairs)
    chosen = pairs[: min(found, len(pairs))]
    count = evaluate_pairs(tracks.rows, chosen, now_us, rules, tags, values)
    restore_slots(tracks, tags[: min(count, len(tags))])
    return found, count


@jit
def sorted_fields(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    now_us: float,
    plain_rules: PlainTuple,
) -> PlainTuple:
    """The fields of the sorted tracks, ready for a parallel loop."""
    index.limits[:] = 0.0
    rules = KernelRules(*plain_rules)  # type: ignore[arg-type]
    place_all(tracks, index, slots, now_us, rules)
    return plain(lay_out(index, slots))


@jit_parallel
def full_pass_parallel(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    now_us: float,
    plain_rules: PlainTuple,
    pairs: NDArray[np.int32],
    tags: NDArray[np.int32],
    values: Floats,
) -> NDArray[np.int64]:
    """The same on several threads; returns (P, 2) candidates and hits of each part.

    Part p of P takes every P-th track and fills pairs[p], tags[p] and values[p].
    """
    plain_tracks = sorted_fields(tracks, index, slots, now_us, plain_rules)
    parts = len(tags)
    counts = np.zeros((parts, 2), dtype=np.int64)
    for p in prange(parts):
        part = (p, parts)
        counts[p, 0], counts[p, 1] = part_pass(
            plain_tracks, plain_rules, now_us, part, pairs[p], tags[p], values[p]
        )
    return counts
