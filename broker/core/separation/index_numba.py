"""Compiled incremental index: cells are linked lists; a micro-batch of moves is one call."""

import math

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import index as layout
from broker.core.separation import packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.index import Asking, GridIndex, HitBuffer, WatchLog
from broker.core.separation.jit import jit, jit_brief, jit_inline
from broker.core.separation.kernel_numba import evaluate_pairs
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.packing_numba import pack
from broker.core.separation.pair_numba import Factors, factors_of, rule_for
from broker.core.separation.reach import Window
from broker.core.separation.zones_numba import (
    cell_box,
    cell_of,
    layer_of,
    zone_growth_m,
    zone_height_m,
)


@jit_inline
def write_entry(
    rows: Floats,
    entries: Floats,
    limits: Floats,
    i: int,
    now_us: float,
    wide: NDArray[np.uint8],
    factors: Factors,
    times: Window,
) -> int:
    """Place one packed row at its layer's reference instant; returns the layer."""
    zone_m = zone_growth_m(rows, i, now_us, factors, times.slack_s)
    layer = layer_of(rows, i, zone_m, wide)
    u_mps, v_mps, w_mps = rows[i, packing.U_MPS], rows[i, packing.V_MPS], rows[i, packing.W_MPS]
    entries[i, layout.SPEED_MPS] = math.sqrt(u_mps * u_mps + v_mps * v_mps)
    entries[i, layout.VERTICAL_SPEED_MPS] = abs(w_mps)
    entries[i, layout.ZONE_M] = zone_m
    entries[i, layout.ZONE_HEIGHT_M] = zone_height_m(rows, i, factors)
    entries[i, layout.EAST_SCALE] = rows[i, packing.EAST_SCALE]
    x_m, y_m, z_m = reference_point(rows, i, layer, now_us, times)
    entries[i, layout.REFERENCE_X_M], entries[i, layout.REFERENCE_Y_M] = x_m, y_m
    entries[i, layout.REFERENCE_Z_M] = z_m
    limits[layer, 0] = max(limits[layer, 0], entries[i, layout.SPEED_MPS])
    limits[layer, 1] = max(limits[layer, 1], zone_m)
    return layer


@jit_inline
def reference_point(
    rows: Floats, i: int, layer: int, now_us: float, times: Window
) -> tuple[float, float, float]:
    """Where the track will be at a layer's reference instant; height 0 where not known."""
    ahead_s = times.narrow_reference_s if layer == 0 else times.wide_reference_s
    ahead_s += (now_us - rows[i, packing.TIME_OF_VALIDITY_US]) * 1e-6
    x_m = rows[i, packing.X_M] + rows[i, packing.U_MPS] * ahead_s / max(
        rows[i, packing.EAST_SCALE], reach.EAST_SCALE_MIN
    )
    y_m = rows[i, packing.Y_M] + rows[i, packing.V_MPS] * ahead_s
    z_m = rows[i, packing.Z_M] + rows[i, packing.W_MPS] * ahead_s
    return x_m, y_m, 0.0 if math.isnan(z_m) else z_m


@jit_brief
def unlink(index: GridIndex, slots: NDArray[np.int32]) -> None:
    """Take slots out of their cells, where they are in one."""
    layers, head, cell, sequence = index.layer, index.head, index.cell, index.sequence
    preceding, following = index.preceding, index.following
    for slot in slots:
        layer = layers[slot]
        if layer < 0:
            continue
        before, after = preceding[slot], following[slot]
        if before >= 0:
            following[before] = after
        else:
            head[layer, cell[slot]] = after
        if after >= 0:
            preceding[after] = before
        layers[slot] = layout.UNLINKED
        sequence[slot] = layout.NEVER


@jit
def query_layer(
    index: GridIndex,
    slots: NDArray[np.int32],
    layer: int,
    now_us: float,
    rules: KernelRules,
    log: WatchLog,
    used: int,
) -> int:
    """Append the slots' candidates in one layer to the log; returns the entries it would hold."""
    times = reach.window(rules, reach.WATCH_SLACK_S)
    rows, entries, head, following = index.rows, index.entries, index.head, index.following
    sequence, pairs, rule_of = index.sequence, log.pairs, rules.rule_of
    for i in slots:
        category = int(rows[i, packing.CATEGORY])
        if rules.reach_m[layer, category] < 0.0:
            continue
        deviation = reach.deviation_s(times, int(index.layer[i]), layer)
        x_m, y_m, z_m = reference_point(rows, i, layer, now_us, times)
        scale = entries[i, layout.EAST_SCALE]
        own_m = rules.reach_m[layer, category] + (
            entries[i, layout.ZONE_M] + entries[i, layout.SPEED_MPS] * deviation
        )
        own_height_m = (
            reach.HEIGHT_PAD_M
            + rules.height_m[layer, category]
            + (entries[i, layout.ZONE_HEIGHT_M] + entries[i, layout.VERTICAL_SPEED_MPS] * deviation)
        )
        others_m = index.limits[layer, 1] + index.limits[layer, 0] * deviation
        search_m = (own_m + others_m) * reach.REACH_FACTOR + reach.REACH_PAD_M
        first_row, row_count, first_column, columns = cell_box(x_m, y_m, scale, search_m, layer)
        for row in range(first_row, first_row + row_count):
            line = (row & reach.CELL_MASK) * reach.GRID_CELLS
            for column in range(first_column, first_column + columns):
                j = head[layer, line + (column & reach.CELL_MASK)]
                while j >= 0:
                    if (
                        close(entries, j, x_m, y_m, scale, own_m, deviation)
                        and abs(entries[j, layout.REFERENCE_Z_M] - z_m)
                        <= own_height_m
                        + entries[j, layout.ZONE_HEIGHT_M]
                        + entries[j, layout.VERTICAL_SPEED_MPS] * deviation
                        and sequence[j] < sequence[i]
                        and rule_for(rows, i, j, rule_of) >= 0
                    ):
                        if used < len(pairs):
                            pairs[used, 0], pairs[used, 1] = i, j
                            log.sequence[used] = sequence[i]
                        used += 1
                    j = following[j]
    return used


@jit_inline
def close(
    entries: Floats,
    j: int,
    x_m: float,
    y_m: float,
    scale: float,
    own_m: float,
    deviation: float,
) -> bool:
    """Is an entry's reference point within both tracks' reach of a point?"""
    dx_m = (entries[j, layout.REFERENCE_X_M] - x_m) * (
        (entries[j, layout.EAST_SCALE] + scale) * 0.5
    )
    dy_m = entries[j, layout.REFERENCE_Y_M] - y_m
    reach_m = own_m + entries[j, layout.ZONE_M] + entries[j, layout.SPEED_MPS] * deviation
    limit_m = reach_m * reach.REACH_FACTOR + reach.REACH_PAD_M
    near: bool = dx_m * dx_m + dy_m * dy_m <= limit_m * limit_m
    return near


@jit
def place(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    first_sequence: int,
    now_us: int,
    rules: KernelRules,
) -> None:
    """Pack the moved slots again and put them into their cells."""
    times, factors, wide = reach.window(rules, reach.WATCH_SLACK_S), factors_of(rules), rules.wide
    rows, entries, limits, layers = index.rows, index.entries, index.limits, index.layer
    head, cells, sequence, queried_us = index.head, index.cell, index.sequence, index.queried_us
    preceding, following = index.preceding, index.following
    unlink(index, slots)
    pack(tracks, slots, slots, rules, rows)
    for k in range(len(slots)):
        slot = slots[k]
        layer = write_entry(rows, entries, limits, slot, float(now_us), wide, factors, times)
        x_m, y_m = entries[slot, layout.REFERENCE_X_M], entries[slot, layout.REFERENCE_Y_M]
        cell = cell_of(x_m, y_m, layer)
        first = head[layer, cell]
        preceding[slot], following[slot] = layout.UNLINKED, first
        if first >= 0:
            preceding[first] = slot
        head[layer, cell], cells[slot], layers[slot] = slot, cell, layer
        sequence[slot], queried_us[slot] = first_sequence + k, now_us


@jit_brief
def ask(
    tracks: TrackInputs,
    index: GridIndex,
    slots: NDArray[np.int32],
    asking: Asking,
    rules: KernelRules,
    log: WatchLog,
    used: int,
    out: HitBuffer,
) -> tuple[int, int]:
    """`place` and `query` in one call, since a call costs as much as a handful of tracks."""
    quiet, first_sequence, now_us = asking
    place(tracks, index, slots, first_sequence, now_us, rules)
    return query(index, slots, quiet, float(now_us), rules, log, used, out)


@jit_brief
def query(
    index: GridIndex,
    slots: NDArray[np.int32],
    quiet: int,
    now_us: float,
    rules: KernelRules,
    log: WatchLog,
    used: int,
    out: HitBuffer,
) -> tuple[int, int]:
    """Candidates of placed slots into the log, and hits of all but the first `quiet` slots.

    Returns the log entries and hits that there are, which may be more than there is room for.
    """
    for layer in range(reach.LAYER_COUNT):
        used = query_layer(index, slots[:quiet], layer, now_us, rules, log, used)
    loud = min(used, len(log.pairs))
    for layer in range(reach.LAYER_COUNT):
        used = query_layer(index, slots[quiet:], layer, now_us, rules, log, used)
    asked = log.pairs[loud : min(used, len(log.pairs))]
    return used, evaluate_pairs(index.rows, asked, now_us, rules, out.tags, out.values)
