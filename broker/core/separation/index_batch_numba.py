"""Compiled incremental index for a large batch: the slow tracks are sorted once and then scanned.

The cells' lists cost nothing to keep, but following them jumps about in memory. When many tracks
ask at once it pays to lay all slow tracks out by cell, as a full pass does, and to test sixteen of
them at a time. The answers are a superset as before, made with the same entries.
"""

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import index as entry
from broker.core.separation import packing, reach
from broker.core.separation import sweep_grid as grid
from broker.core.separation import sweep_layout as layout
from broker.core.separation import sweep_questions as questions
from broker.core.separation.cylinder import Floats
from broker.core.separation.index import Asking, GridIndex, HitBuffer, WatchLog
from broker.core.separation.index_numba import place, query_layer, reference_point
from broker.core.separation.jit import jit
from broker.core.separation.kernel_numba import evaluate_pairs
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.pair_numba import rule_for
from broker.core.separation.reach import Window
from broker.core.separation.sweep_grid import BLOCK, SweepRoom
from broker.core.separation.sweep_layout import Frame
from broker.core.separation.sweep_scan import cell_box, empty_asked, scan, write_asked, write_runs

NARROW_COLUMNS = (grid.OWN_REACH, grid.OWN_HEIGHT)


@jit
def lay_out_narrow(index: GridIndex, now_us: float, times: Window, room: SweepRoom) -> Frame:
    """Sort the slow tracks by cell; the frame of their float32 points.

    Their points are foreseen anew from now, like the asking tracks' own: the paths are compared,
    which needs one instant for both.
    """
    entries, filters, rows = index.entries, room.filters, index.rows
    deviation_s = times.narrow_deviation_s
    narrow = np.flatnonzero(index.layer == 0).astype(np.int32)
    room.starts[:] = 0
    origin_x_m = entries[narrow[0], entry.REFERENCE_X_M] if len(narrow) > 0 else 0.0
    origin_y_m = entries[narrow[0], entry.REFERENCE_Y_M] if len(narrow) > 0 else 0.0
    farthest_m, fastest_mps = 0.0, 0.0
    for slot in narrow:
        draft = room.drafts[slot]
        x_m, y_m, z_m = reference_point(rows, int(slot), 0, now_us, times)
        draft[grid.POINT_X], draft[grid.POINT_Y] = x_m - origin_x_m, y_m - origin_y_m
        draft[grid.POINT_Z] = z_m
        fastest_mps = max(fastest_mps, entries[slot, entry.SPEED_MPS])
        farthest_m = max(farthest_m, abs(draft[grid.POINT_X]), abs(draft[grid.POINT_Y]))
        room.cell[slot] = grid.cell_at(draft[grid.POINT_X], draft[grid.POINT_Y], 0)
        room.starts[room.cell[slot] + 2] += 1
    layout.sort_by_cell(room, narrow)
    for p in range(len(narrow)):
        slot = room.order[p]
        filters[grid.POINT_X, p] = room.drafts[slot, grid.POINT_X]
        filters[grid.POINT_Y, p] = room.drafts[slot, grid.POINT_Y]
        filters[grid.POINT_Z, p] = room.drafts[slot, grid.POINT_Z]
        filters[grid.ZONE, p] = entries[slot, entry.ZONE_M]
        filters[grid.EAST_MPS, p] = rows[slot, packing.U_MPS]
        filters[grid.NORTH_MPS, p] = rows[slot, packing.V_MPS]
        filters[grid.OWN_REACH, p] = questions.SWEEP_FACTOR * (
            entries[slot, entry.ZONE_M] + entries[slot, entry.SPEED_MPS] * deviation_s
        )
        filters[grid.OWN_HEIGHT, p] = (
            entries[slot, entry.ZONE_HEIGHT_M]
            + entries[slot, entry.VERTICAL_SPEED_MPS] * deviation_s
        )
    room.farthest[grid.FASTEST] = fastest_mps
    return origin_x_m, origin_y_m, reach.REACH_PAD_M + farthest_m * questions.FLOAT32_ROUNDING


@jit
def query_narrow(
    index: GridIndex,
    slots: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
    log: WatchLog,
    used: int,
) -> int:
    """Append the slow slots' slow candidates to the log; returns the entries it would hold."""
    times = reach.window(rules, reach.WATCH_SLACK_S)
    deviation_s = times.narrow_deviation_s
    origin_x_m, origin_y_m, pad_m = lay_out_narrow(index, now_us, times, room)
    rows, entries, layers, sequence = index.rows, index.entries, index.layer, index.sequence
    starts, filters, order, pairs = room.starts, room.filters, room.order, log.pairs
    reach_m, height_m = rules.reach_m, rules.height_m
    fastest_mps = float(room.farthest[grid.FASTEST])
    others_m = questions.SWEEP_FACTOR * (index.limits[0, 1] + index.limits[0, 0] * deviation_s)
    asked, begin = empty_asked(), used
    for block in range(0, len(slots), BLOCK):
        count = runs = 0
        for i in slots[block : block + BLOCK]:
            category = int(rows[i, packing.CATEGORY])
            radius_m = reach_m[0, category]
            if layers[i] != 0 or radius_m < 0.0:
                continue
            own_m = radius_m + entries[i, entry.ZONE_M] + entries[i, entry.SPEED_MPS] * deviation_s
            own_height_m = height_m[0, category] + (
                entries[i, entry.ZONE_HEIGHT_M] + entries[i, entry.VERTICAL_SPEED_MPS] * deviation_s
            )
            question = (
                np.float32(entries[i, entry.REFERENCE_X_M] - origin_x_m),
                np.float32(entries[i, entry.REFERENCE_Y_M] - origin_y_m),
                np.float32(entries[i, entry.REFERENCE_Z_M]),
                np.float32(own_m * questions.SWEEP_FACTOR + pad_m),
                np.float32(own_height_m + reach.HEIGHT_PAD_M),
                np.float32(rows[i, packing.U_MPS]),
                np.float32(rows[i, packing.V_MPS]),
                np.float32(radius_m + entries[i, entry.ZONE_M] + pad_m),
                np.float32(entries[i, entry.EAST_SCALE]),
            )
            search_m = float(question[3]) + others_m
            write_asked(asked, count, i, question, search_m, fastest_mps)
            box = cell_box(question, others_m, 0)
            runs = write_runs(starts, box, 0, False, count, asked.runs, runs)
            count += 1
        used = scan(filters, NARROW_COLUMNS, order, asked, runs, pairs, used)
        if used <= len(pairs):
            used = begin = keep_first_asked(rows, sequence, rules.rule_of, log, begin, used)
    return used


@jit
def keep_first_asked(
    rows: Floats,
    sequence: NDArray[np.int64],
    rule_of: NDArray[np.int64],
    log: WatchLog,
    begin: int,
    end: int,
) -> int:
    """Keep the log's new pairs that some rule judges and whose owner asked last; their end."""
    pairs, kept = log.pairs, begin
    for at in range(begin, end):
        i, j = pairs[at, 0], pairs[at, 1]
        if sequence[j] < sequence[i] and rule_for(rows, i, j, rule_of) >= 0:
            pairs[kept, 0], pairs[kept, 1] = i, j
            log.sequence[kept] = sequence[i]
            kept += 1
    return kept


@jit
def ask_together(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    asking: Asking,
    rules: KernelRules,
    room: SweepRoom,
    buffers: tuple[WatchLog, HitBuffer],
    used: int,
) -> tuple[int, int]:
    """What `index_numba.ask` does, for a large batch of which none is quiet."""
    log, out = buffers
    begin, at_us = used, float(asking.now_us)
    place(tracks, index, slots, asking.first_sequence, asking.now_us, rules)
    wide = slots[index.layer[slots] == 1]
    used = query_narrow(index, slots, at_us, rules, room, log, used)
    used = query_layer(index, wide, 0, at_us, rules, log, used)
    used = query_layer(index, slots, 1, at_us, rules, log, used)
    asked = log.pairs[begin : min(used, len(log.pairs))]
    return used, evaluate_pairs(index.rows, asked, at_us, rules, out.tags, out.values)
