"""Where aircraft are now and how they are expected to go on, with the doubt of it.

Theory of operation. What is predicted of an aircraft must not depend on what it is held against, so
movers are read from the very rows that pairs are judged by (`separation.packing`): a report is
carried to now along its turn, from now on the path is straight, with the mean velocity of the turn
that is foreseen. The doubt is that of pairs too, with a restriction as the other side that has none
of its own: what the policy makes of the accuracies, and the growth of a track that is overdue.
Where the velocity is unknown, the doubt goes on growing over the look-ahead.

A pair's volume leaves room for an accuracy that nobody stated; a boundary leaves none, so here the
usual one stands for it.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import kernel_numpy, packing, packing_numba
from broker.core.separation.jit import BACKEND, Backend, jit
from broker.core.separation.packing import ROW_WIDTH, KernelRules, TrackInputs, track_inputs
from broker.core.separation.pair_numba import age_s, growth_m, moved_m
from broker.core.tracks.table import TrackColumns

Floats = NDArray[np.float64]
Slots = NDArray[np.int32]

HORIZONTAL_ACCURACY_DEFAULT_M: Final = 15.0
"""95 %, where none was given: satellite navigation among buildings."""


class Movers(NamedTuple):
    """Aircraft at one moment, n rows, in the projected frame."""

    x_m: Floats
    y_m: Floats
    east_scale: Floats
    velocity_east_mps: Floats
    """From now on; 0 where unknown, like the next."""
    velocity_north_mps: Floats
    altitude_hae_m: Floats
    """NaN: unknown, inside every height band."""
    vertical_speed_mps: Floats
    measured_doubt_m: Floats
    """95 % of the horizontal position from accuracy alone."""
    horizontal_doubt_m: Floats
    """The same, with what an unknown or old velocity has added by now."""
    growing_mps: Floats
    """What an unknown velocity adds from now on; 0 where the velocity is known."""
    vertical_doubt_m: Floats


def movers_of(
    columns: TrackColumns,
    slots: Slots,
    now_us: int,
    rules: KernelRules,
    backend: Backend = BACKEND,
) -> Movers:
    """The tracks in `slots` (n,) at `now_us`, as pairs are predicted by these rules."""
    tracks, rows = track_inputs(columns), np.empty((len(columns.active), ROW_WIDTH))
    if backend == "numpy":
        kernel_numpy.pack(tracks, slots, rules, rows)
        return _reference(tracks, rows, slots, now_us, rules)
    packing_numba.pack(tracks, slots, slots, rules, rows)
    movers = Movers(*(np.empty(len(slots)) for _ in Movers._fields))
    _write(tracks, rows, slots, float(now_us), rules, movers)
    return movers


@jit
def _write(
    tracks: TrackInputs,
    rows: Floats,
    slots: Slots,
    now_us: float,
    rules: KernelRules,
    movers: Movers,
) -> None:
    weight, near_weight = rules.accuracy_weight, rules.near_weight
    for k in range(len(slots)):
        slot = slots[k]
        elapsed_s, scale = age_s(rows, slot, now_us), rows[slot, packing.EAST_SCALE]
        east_m = moved_m(rows, slot, elapsed_s, packing.U_MPS, packing.DRIFT_U_MPS)
        north_m = moved_m(rows, slot, elapsed_s, packing.V_MPS, packing.DRIFT_V_MPS)
        accuracy_m = math.sqrt(rows[slot, packing.HORIZONTAL_VARIANCE_M2])
        if math.isnan(tracks.horizontal_accuracy_m[slot]):
            accuracy_m = HORIZONTAL_ACCURACY_DEFAULT_M
        vertical_m = weight * math.sqrt(rows[slot, packing.VERTICAL_VARIANCE_M2])
        residual_m = math.sqrt(rows[slot, packing.ALTITUDE_RESIDUAL_M2])
        grown_m = growth_m(rows, slot, elapsed_s, rules.growth_m_max)
        movers.x_m[k] = rows[slot, packing.X_M] + east_m / scale
        movers.y_m[k] = rows[slot, packing.Y_M] + north_m
        movers.east_scale[k] = scale
        movers.velocity_east_mps[k] = rows[slot, packing.U_MPS]
        movers.velocity_north_mps[k] = rows[slot, packing.V_MPS]
        movers.altitude_hae_m[k] = rows[slot, packing.Z_M] + rows[slot, packing.W_MPS] * elapsed_s
        movers.vertical_speed_mps[k] = rows[slot, packing.W_MPS]
        movers.measured_doubt_m[k] = weight * accuracy_m
        movers.horizontal_doubt_m[k] = weight * accuracy_m + grown_m
        movers.growing_mps[k] = rows[slot, packing.UNKNOWN_MPS]
        movers.vertical_doubt_m[k] = vertical_m + near_weight * residual_m


def _reference(
    tracks: TrackInputs, table: Floats, slots: Slots, now_us: int, rules: KernelRules
) -> Movers:
    rows, weight = table[slots], rules.accuracy_weight
    elapsed_s, scale = kernel_numpy.ages_s(rows, now_us), rows[:, packing.EAST_SCALE]
    east_m = kernel_numpy.moved_m(rows, elapsed_s, packing.U_MPS, packing.DRIFT_U_MPS)
    north_m = kernel_numpy.moved_m(rows, elapsed_s, packing.V_MPS, packing.DRIFT_V_MPS)
    stated = ~np.isnan(tracks.horizontal_accuracy_m[slots])
    accuracy_m = np.sqrt(rows[:, packing.HORIZONTAL_VARIANCE_M2])
    accuracy_m = np.where(stated, accuracy_m, HORIZONTAL_ACCURACY_DEFAULT_M)
    vertical_m = weight * np.sqrt(rows[:, packing.VERTICAL_VARIANCE_M2])
    residual_m = np.sqrt(rows[:, packing.ALTITUDE_RESIDUAL_M2])
    return Movers(
        x_m=rows[:, packing.X_M] + east_m / scale,
        y_m=rows[:, packing.Y_M] + north_m,
        east_scale=scale,
        velocity_east_mps=rows[:, packing.U_MPS],
        velocity_north_mps=rows[:, packing.V_MPS],
        altitude_hae_m=rows[:, packing.Z_M] + rows[:, packing.W_MPS] * elapsed_s,
        vertical_speed_mps=rows[:, packing.W_MPS],
        measured_doubt_m=weight * accuracy_m,
        horizontal_doubt_m=weight * accuracy_m + kernel_numpy.growth_m(rows, elapsed_s, rules),
        growing_mps=rows[:, packing.UNKNOWN_MPS],
        vertical_doubt_m=vertical_m + rules.near_weight * residual_m,
    )
