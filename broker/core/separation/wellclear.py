"""DO-365 well clear: a horizontal time to closest approach (modified tau) and a vertical one.

Two aircraft are not well clear while both hold:
- horizontally, the range is at most `distance_m`, or they converge, would pass within it, and
  modified tau, (distance² - range²) / (s · v), is between 0 and `tau_s`;
- vertically, the height difference is at most `height_m`, or they converge and are at most
  `co_altitude_s` from the same height.
Limits are inclusive. Signs: intruder minus own, as in `cylinder`.

Source: RTCA DO-365 as written out in NASA DAIDALUS 2 (WCV_TAUMOD, WCV_TCOA). Where the height
difference crosses while the pair closes, modified tau is a root of
|v|² t² + (2 s·v + tau |v|²) t + |s|² + tau s·v - distance² = 0.
"""

import math
from typing import NamedTuple

from broker.core.separation.cylinder import RelativeState
from broker.core.separation.jit import jit


class WellClearVolume(NamedTuple):
    """The four thresholds of a well-clear volume (DTHR, ZTHR, TTHR, TCOA in DO-365)."""

    distance_m: float
    height_m: float
    tau_s: float
    co_altitude_s: float


@jit
def modified_tau_s(state: RelativeState, distance_m: float) -> float:
    """Modified tau; NaN unless the aircraft converge horizontally. Negative inside the distance."""
    closing = state.x_m * state.u_mps + state.y_m * state.v_mps
    if not closing < 0.0:
        return math.nan
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    return (distance_m * distance_m - range2) / closing


@jit
def _miss_margin(state: RelativeState, distance_m: float) -> float:
    """Negative where the straight paths never come within the distance."""
    speed2 = state.u_mps * state.u_mps + state.v_mps * state.v_mps
    cross = state.x_m * state.v_mps - state.y_m * state.u_mps
    return speed2 * (distance_m * distance_m) - cross * cross


@jit
def _horizontal_now(state: RelativeState, volume: WellClearVolume) -> bool:
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    if range2 <= volume.distance_m * volume.distance_m:
        return True
    tau_s = modified_tau_s(state, volume.distance_m)
    if math.isnan(tau_s) or _miss_margin(state, volume.distance_m) < 0.0:
        return False
    return 0.0 <= tau_s <= volume.tau_s


@jit
def _vertical_now(state: RelativeState, volume: WellClearVolume) -> bool:
    if math.isnan(state.z_m) or abs(state.z_m) <= volume.height_m:
        return True
    if not state.z_m * state.w_mps < 0.0:
        return False
    return -state.z_m / state.w_mps <= volume.co_altitude_s


@jit
def violation_now(state: RelativeState, volume: WellClearVolume) -> bool:
    """Are the two not well clear at this moment?"""
    return _horizontal_now(state, volume) and _vertical_now(state, volume)


@jit
def _horizontal_interval(
    state: RelativeState, volume: WellClearVolume, until_s: float
) -> tuple[float, float]:
    """The horizontal part within [0, until]; empty as (inf, -inf)."""
    speed2 = state.u_mps * state.u_mps + state.v_mps * state.v_mps
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    excess2 = range2 - volume.distance_m * volume.distance_m
    if speed2 == 0.0:
        return (0.0, until_s) if excess2 <= 0.0 else (math.inf, -math.inf)
    closing = state.x_m * state.u_mps + state.y_m * state.v_mps
    margin = _miss_margin(state, volume.distance_m)
    if excess2 <= 0.0:
        return 0.0, min(until_s, (-closing + math.sqrt(max(margin, 0.0))) / speed2)
    half = closing + 0.5 * volume.tau_s * speed2
    discriminant = half * half - speed2 * (excess2 + volume.tau_s * closing)
    if closing >= 0.0 or discriminant < 0.0 or margin < 0.0:
        return math.inf, -math.inf
    entry = (-half - math.sqrt(discriminant)) / speed2
    return max(0.0, entry), min(until_s, (-closing + math.sqrt(margin)) / speed2)


@jit
def _vertical_interval(
    state: RelativeState, volume: WellClearVolume, until_s: float
) -> tuple[float, float]:
    """The vertical part within [0, until]; empty as (inf, -inf)."""
    if math.isnan(state.z_m):
        return 0.0, until_s
    if state.w_mps == 0.0:
        inside = abs(state.z_m) <= volume.height_m
        return (0.0, until_s) if inside else (math.inf, -math.inf)
    sign = 1.0 if state.w_mps > 0.0 else -1.0
    reach_m = max(volume.height_m, abs(state.w_mps) * volume.co_altitude_s)
    entry = (-sign * reach_m - state.z_m) / state.w_mps
    leave = (sign * volume.height_m - state.z_m) / state.w_mps
    return max(0.0, entry), min(until_s, leave)


@jit
def violation_interval(
    state: RelativeState, volume: WellClearVolume, look_ahead_s: float
) -> tuple[bool, float, float]:
    """When the two are not well clear, within [0, look-ahead].

    Args:
        state: the relative state.
        volume: the thresholds.
        look_ahead_s: how far ahead to look.

    Returns:
        Whether they will not be well clear, from when and until when in seconds (NaN if never).
    """
    horizontal_in, horizontal_out = _horizontal_interval(state, volume, look_ahead_s)
    vertical_in, vertical_out = _vertical_interval(state, volume, look_ahead_s)
    entry = max(horizontal_in, vertical_in)
    leave = min(horizontal_out, vertical_out)
    if entry <= leave:
        return True, entry, leave
    return False, math.nan, math.nan
