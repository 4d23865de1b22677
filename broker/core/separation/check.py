"""Separation answers for many pairs at once, in the columns of `keepclear separation check`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import cylinder, wellclear
from broker.core.separation.cylinder import Flags, Floats, RelativeState, RelativeStates
from broker.core.separation.wellclear import WellClearVolume


@dataclass(frozen=True, slots=True, eq=False)
class CylinderAnswers:
    """Answers for n pairs; every array is (n,)."""

    los_now: Flags
    conflict: Flags
    t_in_s: Floats
    """Entry into the cylinder within [0, look-ahead]; NaN without a conflict."""
    t_out_s: Floats
    """Exit, at most the look-ahead; NaN without a conflict."""
    tcpa_h_s: Floats
    """Time of the least horizontal distance within [0, look-ahead]; 0 for equal velocities."""
    dcpa_h_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class WellClearAnswers:
    """Answers for n pairs; every array is (n,)."""

    violation_now: Flags
    violation_predicted: Flags
    t_in_s: Floats
    """NaN where the two stay well clear within [0, look-ahead]."""
    t_out_s: Floats
    tau_mod_s: Floats
    """NaN unless the pair converges horizontally."""


def relative_states(own: NDArray[np.float64], intruder: NDArray[np.float64]) -> RelativeStates:
    """Relative states of n pairs.

    Args:
        own: (n, 6) float64: east, north, up in metres, then their rates in metres per second.
        intruder: the same for the other aircraft, in the same local frame at the same time.
    """
    difference = np.asarray(intruder, dtype=np.float64) - np.asarray(own, dtype=np.float64)
    return RelativeStates(*(np.ascontiguousarray(column) for column in difference.T))


def check_cylinder(
    states: RelativeStates, horizontal_m: Floats, vertical_m: Floats, look_ahead_s: Floats
) -> CylinderAnswers:
    """Cylinder conflicts of n pairs; all arrays (n,), metres and seconds. See `cylinder`."""
    conflict, t_in_s, t_out_s = cylinder.conflict_intervals(
        states, horizontal_m, vertical_m, look_ahead_s
    )
    tcpa_h_s, dcpa_h_m = cylinder.closest_approaches(states, look_ahead_s)
    return CylinderAnswers(
        los_now=cylinder.inside_now_arrays(states, horizontal_m, vertical_m),
        conflict=conflict,
        t_in_s=t_in_s,
        t_out_s=t_out_s,
        tcpa_h_s=tcpa_h_s,
        dcpa_h_m=dcpa_h_m,
    )


def check_wellclear(
    states: RelativeStates, volumes: NDArray[np.float64], look_ahead_s: Floats
) -> WellClearAnswers:
    """Well-clear violations of n pairs. See `wellclear`.

    Args:
        states: relative states, arrays (n,).
        volumes: (n, 4) float64: distance m, height m, tau s, time to co-altitude s.
        look_ahead_s: (n,).
    """
    count = len(look_ahead_s)
    now = np.zeros(count, dtype=np.bool_)
    predicted = np.zeros(count, dtype=np.bool_)
    times = np.full((3, count), np.nan)
    for row in range(count):
        state = RelativeState(*(float(column[row]) for column in states))
        volume = WellClearVolume(*(float(limit) for limit in volumes[row]))
        now[row] = wellclear.violation_now(state, volume)
        predicted[row], times[0, row], times[1, row] = wellclear.violation_interval(
            state, volume, float(look_ahead_s[row])
        )
        times[2, row] = wellclear.modified_tau_s(state, volume.distance_m)
    return WellClearAnswers(now, predicted, times[0], times[1], times[2])
