"""Compiled packing: the rows of tracks, as `packing` lays them out."""

import math

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import packing
from broker.core.separation.cylinder import Floats
from broker.core.separation.jit import jit
from broker.core.separation.packing import KernelRules, TrackInputs


@jit
def known_or_zero(value: float) -> float:
    """0 for what was not stated."""
    return 0.0 if math.isnan(value) else value


@jit
def pack(
    tracks: TrackInputs,
    slots: NDArray[np.int32],
    places: NDArray[np.int32],
    rules: KernelRules,
    rows: Floats,
) -> None:
    """Write the packed row (ROW_WIDTH,) of each slot to its place among the rows."""
    for k in range(len(slots)):
        # Unsigned, since a signed index would be tested for being negative at every column.
        slot, at = np.uint64(slots[k]), np.uint64(places[k])
        u_mps, v_mps = tracks.velocity_east_mps[slot], tracks.velocity_north_mps[slot]
        category = tracks.category[slot]
        if math.isnan(u_mps) or math.isnan(v_mps):
            u_mps, v_mps = 0.0, 0.0
            rows[at, packing.GROWTH_MPS] = rules.assumed_speed_mps[category]
            rows[at, packing.UNKNOWN_MPS] = rules.assumed_speed_mps[category]
            rows[at, packing.GROWTH_DELAY_S] = 0.0
            turn_u_mps, turn_v_mps = 0.0, 0.0
        else:
            turn_u_mps, turn_v_mps = tracks.turn_east_mps[slot], tracks.turn_north_mps[slot]
            u_mps, v_mps = u_mps + turn_u_mps, v_mps + turn_v_mps
            speed_mps = math.sqrt(u_mps * u_mps + v_mps * v_mps)
            rows[at, packing.GROWTH_MPS] = max(rules.least_growth_mps[category], speed_mps)
            rows[at, packing.UNKNOWN_MPS] = 0.0
            rows[at, packing.GROWTH_DELAY_S] = rules.stale_after_s
        rows[at, packing.X_M] = tracks.x_m[slot]
        rows[at, packing.Y_M] = tracks.y_m[slot]
        rows[at, packing.EAST_SCALE] = tracks.east_scale[slot]
        rows[at, packing.Z_M] = tracks.altitude_hae_m[slot]
        rows[at, packing.U_MPS] = u_mps
        rows[at, packing.V_MPS] = v_mps
        rows[at, packing.W_MPS] = known_or_zero(tracks.vertical_speed_mps[slot])
        rows[at, packing.TIME_OF_VALIDITY_US] = tracks.time_of_validity_us[slot]
        accuracy_m = known_or_zero(tracks.horizontal_accuracy_m[slot])
        doubt_m = known_or_zero(tracks.vertical_doubt_m[slot])
        rows[at, packing.HORIZONTAL_VARIANCE_M2] = accuracy_m * accuracy_m
        rows[at, packing.VERTICAL_VARIANCE_M2] = doubt_m * doubt_m
        rows[at, packing.CATEGORY] = category
        rows[at, packing.AGENCY] = tracks.agency_index[slot]
        rows[at, packing.INCIDENT] = tracks.minima_incident[slot]
        rows[at, packing.DRIFT_U_MPS] = -turn_u_mps
        rows[at, packing.DRIFT_V_MPS] = -turn_v_mps
        rows[at, packing.ALTITUDE_RESIDUAL_M2] = tracks.altitude_variance_m2[slot]
        rows[at, packing.SPEED_RESIDUAL_M2PS2] = tracks.velocity_variance_m2ps2[slot]
        rows[at, packing.CLIMB_RESIDUAL_M2PS2] = tracks.climb_variance_m2ps2[slot]
