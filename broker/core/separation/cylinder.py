"""When is an aircraft inside another's cylinder? Exact intervals on straight paths.

Relative state: intruder minus own at one common time, x east, y north, z up, in metres and metres
per second. The cylinder has radius `horizontal_m` and half height `vertical_m`. Inside is strict: a
tangent touch is no conflict. Distance at closest approach alone would be wrong both ways, because
the worst vertical moment is another one; so the interval inside the disc, the interval inside the
slab and [0, look-ahead] are intersected, and what they share must last more than an instant.

Zero relative velocity (two drones hovering, a formation) is a case of its own: inside the disc for
ever or never. A height that is not known (NaN) counts as inside the slab for ever.

Each function comes twice: for one pair, compilable, and for arrays. Both do the same operations in
the same order, so that they round alike.

Source: the algebra of NASA DAIDALUS 2 (CD2D, CD3D), whose answers the tests hold these against.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.jit import jit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class RelativeState(NamedTuple):
    """One pair's relative state: metres and metres per second, intruder minus own."""

    x_m: float
    y_m: float
    z_m: float
    """NaN: the vertical distance is unknown."""
    u_mps: float
    v_mps: float
    w_mps: float


class RelativeStates(NamedTuple):
    """The same for n pairs, each array (n,) of float64."""

    x_m: Floats
    y_m: Floats
    z_m: Floats
    u_mps: Floats
    v_mps: Floats
    w_mps: Floats


@jit
def disc_interval(state: RelativeState, radius_m: float) -> tuple[float, float]:
    """When the horizontal distance is below the radius; seconds, empty as (inf, -inf)."""
    speed2 = state.u_mps * state.u_mps + state.v_mps * state.v_mps
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    radius2 = radius_m * radius_m
    if speed2 == 0.0:
        return (-math.inf, math.inf) if range2 < radius2 else (math.inf, -math.inf)
    cross = state.x_m * state.v_mps - state.y_m * state.u_mps
    discriminant = speed2 * radius2 - cross * cross
    if not discriminant > 0.0:
        return math.inf, -math.inf
    closing = state.x_m * state.u_mps + state.y_m * state.v_mps
    root = math.sqrt(discriminant)
    return (-closing - root) / speed2, (-closing + root) / speed2


@jit
def slab_interval(state: RelativeState, half_height_m: float) -> tuple[float, float]:
    """When the vertical distance is below the half height; seconds, empty as (inf, -inf)."""
    if math.isnan(state.z_m):
        return -math.inf, math.inf
    if state.w_mps == 0.0:
        inside = abs(state.z_m) < half_height_m
        return (-math.inf, math.inf) if inside else (math.inf, -math.inf)
    low = (-half_height_m - state.z_m) / state.w_mps
    high = (half_height_m - state.z_m) / state.w_mps
    return min(low, high), max(low, high)


@jit
def inside_now(state: RelativeState, horizontal_m: float, vertical_m: float) -> bool:
    """Is the intruder strictly inside the cylinder at this moment?"""
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    return range2 < horizontal_m * horizontal_m and not abs(state.z_m) >= vertical_m


@jit
def conflict_interval(
    state: RelativeState, horizontal_m: float, vertical_m: float, look_ahead_s: float
) -> tuple[bool, float, float]:
    """When one aircraft is inside the other's cylinder, within [0, look-ahead].

    Args:
        state: the relative state.
        horizontal_m: the cylinder's radius.
        vertical_m: the cylinder's half height.
        look_ahead_s: how far ahead to look; with 0 nothing lasts, so nothing conflicts.

    Returns:
        Whether they conflict, the entry and the exit in seconds (NaN without a conflict).
    """
    disc_in, disc_out = disc_interval(state, horizontal_m)
    slab_in, slab_out = slab_interval(state, vertical_m)
    entry = max(disc_in, slab_in, 0.0)
    leave = min(disc_out, slab_out, look_ahead_s)
    if entry < leave:
        return True, entry, leave
    return False, math.nan, math.nan


@jit
def closest_approach(state: RelativeState, look_ahead_s: float) -> tuple[float, float]:
    """Time in seconds and distance in metres of the least horizontal distance in [0, look-ahead].

    The time is 0 for equal velocities.
    """
    speed2 = state.u_mps * state.u_mps + state.v_mps * state.v_mps
    time_s = 0.0
    if speed2 > 0.0:
        closing = state.x_m * state.u_mps + state.y_m * state.v_mps
        time_s = min(max(-closing / speed2, 0.0), look_ahead_s)
    x_m = state.x_m + state.u_mps * time_s
    y_m = state.y_m + state.v_mps * time_s
    return time_s, math.sqrt(x_m * x_m + y_m * y_m)


def disc_intervals(states: RelativeStates, radius_m: Floats) -> tuple[Floats, Floats]:
    """`disc_interval` for arrays: states (n,), radius (n,)."""
    speed2 = states.u_mps * states.u_mps + states.v_mps * states.v_mps
    range2 = states.x_m * states.x_m + states.y_m * states.y_m
    radius2 = radius_m * radius_m
    cross = states.x_m * states.v_mps - states.y_m * states.u_mps
    discriminant = speed2 * radius2 - cross * cross
    closing = states.x_m * states.u_mps + states.y_m * states.v_mps
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        root = np.sqrt(discriminant)
        entry, leave = (-closing - root) / speed2, (-closing + root) / speed2
    still = speed2 == 0.0
    for_ever = still & (range2 < radius2)
    never = ~for_ever & (still | ~(discriminant > 0.0))
    return _pinned(entry, leave, for_ever, never)


def slab_intervals(states: RelativeStates, half_height_m: Floats) -> tuple[Floats, Floats]:
    """`slab_interval` for arrays: states (n,), half height (n,)."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        low = (-half_height_m - states.z_m) / states.w_mps
        high = (half_height_m - states.z_m) / states.w_mps
    unknown = np.isnan(states.z_m)
    level = states.w_mps == 0.0
    inside = np.abs(states.z_m) < half_height_m
    return _pinned(
        np.minimum(low, high), np.maximum(low, high), unknown | (level & inside), level & ~inside
    )


def _pinned(entry: Floats, leave: Floats, for_ever: Flags, never: Flags) -> tuple[Floats, Floats]:
    """Intervals with the two special cases put in; for ever wins."""
    entry[never], leave[never] = np.inf, -np.inf
    entry[for_ever], leave[for_ever] = -np.inf, np.inf
    return entry, leave


def inside_now_arrays(states: RelativeStates, horizontal_m: Floats, vertical_m: Floats) -> Flags:
    """`inside_now` for arrays, each (n,)."""
    range2 = states.x_m * states.x_m + states.y_m * states.y_m
    inside: Flags = (range2 < horizontal_m * horizontal_m) & ~(np.abs(states.z_m) >= vertical_m)
    return inside


def conflict_intervals(
    states: RelativeStates, horizontal_m: Floats, vertical_m: Floats, look_ahead_s: Floats
) -> tuple[Flags, Floats, Floats]:
    """`conflict_interval` for arrays, each (n,); entry and exit are NaN without a conflict."""
    disc_in, disc_out = disc_intervals(states, horizontal_m)
    slab_in, slab_out = slab_intervals(states, vertical_m)
    entry = np.maximum(np.maximum(disc_in, slab_in), 0.0)
    leave = np.minimum(np.minimum(disc_out, slab_out), look_ahead_s)
    conflict = entry < leave
    return conflict, np.where(conflict, entry, np.nan), np.where(conflict, leave, np.nan)


def closest_approaches(states: RelativeStates, look_ahead_s: Floats) -> tuple[Floats, Floats]:
    """`closest_approach` for arrays, each (n,)."""
    speed2 = states.u_mps * states.u_mps + states.v_mps * states.v_mps
    closing = states.x_m * states.u_mps + states.y_m * states.v_mps
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        time_s = np.minimum(np.maximum(-closing / speed2, 0.0), look_ahead_s)
    time_s = np.where(speed2 > 0.0, time_s, 0.0)
    x_m = states.x_m + states.u_mps * time_s
    y_m = states.y_m + states.v_mps * time_s
    return time_s, np.sqrt(x_m * x_m + y_m * y_m)
