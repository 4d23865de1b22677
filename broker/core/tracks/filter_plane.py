"""The horizontal half of the track filter: position, velocity and turn. See `filter`."""

import math
from typing import Final, NamedTuple

from broker.core.separation.jit import jit
from broker.core.tracks.filter_columns import JUMP_GATE, FilterColumns, FilterSettings, Measured
from broker.core.tracks.kalman import (
    Covariance,
    fading_mean,
    is_manoeuvre,
    predicted,
    raised,
    rotated,
    variance_of,
    with_position,
    with_rate,
)

TURN_GAIN: Final = 0.5
TURN_KEPT: Final = 0.95
TURN_RATE_MAX_RADPS: Final = 0.2
"""About 11 degrees a second, twice a rate-two turn."""
TURN_SPEED_MPS_MIN: Final = 5.0
"""Slower than this a course means nothing."""
TURN_GAP_S: Final = 5.0
"""After a longer silence nobody knows whether the turn went on."""


class Plane(NamedTuple):
    """The horizontal state of one track."""

    x_m: float
    y_m: float
    east_scale: float
    east_mps: float
    north_mps: float
    turn_radps: float
    covariance: Covariance


class Gap(NamedTuple):
    """A report against what was expected, east and north."""

    away_east_m: float
    away_north_m: float
    more_east_mps: float
    more_north_mps: float
    position_variance: float
    velocity_variance: float


@jit
def carried(columns: FilterColumns, slot: int, gap_s: float, noise: float) -> Plane:
    """The state of a track, moved along its path to the time of the new report."""
    turn_radps = 0.0 if gap_s > TURN_GAP_S else columns.turn_rate_radps[slot]
    east_mps, north_mps = columns.velocity_east_mps[slot], columns.velocity_north_mps[slot]
    after_east, after_north = rotated(east_mps, north_mps, turn_radps * gap_s)
    scale = columns.east_scale[slot]
    covariance = Covariance(
        columns.position_variance_m2[slot],
        columns.position_covariance_m2ps[slot],
        columns.velocity_variance_m2ps2[slot],
    )
    return Plane(
        columns.x_m[slot] + 0.5 * (east_mps + after_east) * gap_s / scale,
        columns.y_m[slot] + 0.5 * (north_mps + after_north) * gap_s,
        scale,
        after_east,
        after_north,
        turn_radps,
        predicted(covariance, noise, gap_s),
    )


@jit
def gap_to(
    state: Plane, measured: Measured, k: int, position_variance: float, velocity_variance: float
) -> Gap:
    """How report k differs from the state."""
    return Gap(
        (measured.x_m[k] - state.x_m) * measured.east_scale[k],
        measured.y_m[k] - state.y_m,
        measured.velocity_east_mps[k] - state.east_mps,
        measured.velocity_north_mps[k] - state.north_mps,
        position_variance,
        velocity_variance,
    )


@jit
def turn_rate(state: Plane, gap: Gap, rate_variance: float, gap_s: float) -> float:
    """The turn rate, learnt from the part of the surprise that is across the velocity."""
    speed2 = state.east_mps * state.east_mps + state.north_mps * state.north_mps
    if speed2 <= TURN_SPEED_MPS_MIN * TURN_SPEED_MPS_MIN:
        return 0.0
    across = state.east_mps * gap.more_north_mps - state.north_mps * gap.more_east_mps
    believed = rate_variance / (rate_variance + gap.velocity_variance)
    change_radps = believed * across / speed2 / max(gap_s, 1.0)
    rate_radps = TURN_KEPT * (state.turn_radps + TURN_GAIN * change_radps)
    return max(-TURN_RATE_MAX_RADPS, min(TURN_RATE_MAX_RADPS, rate_radps))


@jit
def corrected(state: Plane, gap: Gap, east_scale: float, turn_radps: float) -> Plane:
    """The state after a report: its position first, then what its velocity adds."""
    gain, rate_gain, covariance = with_position(state.covariance, gap.position_variance)
    east_m, north_m = gain * gap.away_east_m, gain * gap.away_north_m
    east_mps = state.east_mps + rate_gain * gap.away_east_m
    north_mps = state.north_mps + rate_gain * gap.away_north_m
    more_east_mps = gap.more_east_mps - rate_gain * gap.away_east_m
    more_north_mps = gap.more_north_mps - rate_gain * gap.away_north_m
    gain, rate_gain, covariance = with_rate(covariance, gap.velocity_variance)
    return Plane(
        state.x_m + (east_m + gain * more_east_mps) / east_scale,
        state.y_m + (north_m + gain * more_north_mps),
        east_scale,
        east_mps + rate_gain * more_east_mps,
        north_mps + rate_gain * more_north_mps,
        turn_radps,
        covariance,
    )


@jit
def store(columns: FilterColumns, slot: int, state: Plane, settings: FilterSettings) -> None:
    """Write the state, and what its turn adds to the velocity of the next seconds."""
    columns.x_m[slot], columns.y_m[slot] = state.x_m, state.y_m
    columns.east_scale[slot] = state.east_scale
    columns.velocity_east_mps[slot] = state.east_mps
    columns.velocity_north_mps[slot] = state.north_mps
    columns.position_variance_m2[slot] = state.covariance.position
    columns.position_covariance_m2ps[slot] = state.covariance.both
    columns.velocity_variance_m2ps2[slot] = state.covariance.rate
    columns.turn_rate_radps[slot] = state.turn_radps
    columns.turn_east_mps[slot] = columns.turn_north_mps[slot] = 0.0
    if abs(state.turn_radps) > settings.turn_rate_radps_min:
        angle_rad = state.turn_radps * settings.turn_ahead_s
        east_mps, north_mps = rotated(state.east_mps, state.north_mps, angle_rad)
        columns.turn_east_mps[slot] = east_mps - state.east_mps
        columns.turn_north_mps[slot] = north_mps - state.north_mps


@jit
def begin(
    columns: FilterColumns,
    slot: int,
    measured: Measured,
    k: int,
    covariance: Covariance,
    settings: FilterSettings,
) -> None:
    """Take the horizontal part of a report as it is; with a covariance of 0 no filter runs."""
    columns.surprise_east_mps[slot] = columns.surprise_north_mps[slot] = 0.0
    state = Plane(
        measured.x_m[k],
        measured.y_m[k],
        measured.east_scale[k],
        measured.velocity_east_mps[k],
        measured.velocity_north_mps[k],
        0.0,
        covariance,
    )
    store(columns, slot, state, settings)


@jit
def take_plane(
    columns: FilterColumns,
    slot: int,
    measured: Measured,
    k: int,
    gap_s: float,
    settings: FilterSettings,
) -> None:
    """Take the horizontal part of report k."""
    kind = columns.aircraft_class[slot]
    east_mps, north_mps = measured.velocity_east_mps[k], measured.velocity_north_mps[k]
    if not settings.enabled or math.isnan(east_mps) or math.isnan(north_mps):
        begin(columns, slot, measured, k, Covariance(0.0, 0.0, 0.0), settings)
        return
    position_variance = variance_of(
        measured.horizontal_accuracy_m[k], settings.horizontal_accuracy_m[kind]
    )
    velocity_variance = variance_of(
        measured.velocity_accuracy_mps[k], settings.velocity_accuracy_mps[kind]
    )
    as_measured = Covariance(position_variance, 0.0, velocity_variance)
    runs = columns.velocity_variance_m2ps2[slot] > 0.0
    if not runs or not 0.0 < gap_s <= settings.reset_after_s:
        begin(columns, slot, measured, k, as_measured, settings)
        return
    state = carried(columns, slot, gap_s, settings.horizontal_noise[kind])
    gap = gap_to(state, measured, k, position_variance, velocity_variance)
    covariance = doubted(columns, slot, state.covariance, gap, gap_s, settings.manoeuvre_gate)
    away2 = gap.away_east_m * gap.away_east_m + gap.away_north_m * gap.away_north_m
    if away2 > JUMP_GATE * (covariance.position + position_variance):
        begin(columns, slot, measured, k, as_measured, settings)
        return
    turn_radps = turn_rate(state, gap, covariance.rate, gap_s)
    state = with_covariance(state, covariance)
    store(columns, slot, corrected(state, gap, measured.east_scale[k], turn_radps), settings)


@jit
def with_covariance(state: Plane, covariance: Covariance) -> Plane:
    """The same state, known otherwise."""
    return Plane(
        state.x_m,
        state.y_m,
        state.east_scale,
        state.east_mps,
        state.north_mps,
        state.turn_radps,
        covariance,
    )


@jit
def doubted(
    columns: FilterColumns,
    slot: int,
    covariance: Covariance,
    gap: Gap,
    gap_s: float,
    gate: float,
) -> Covariance:
    """The covariance, raised where the surprise says that a manoeuvre has begun."""
    east_mps = fading_mean(columns.surprise_east_mps[slot], gap.more_east_mps)
    north_mps = fading_mean(columns.surprise_north_mps[slot], gap.more_north_mps)
    columns.surprise_east_mps[slot], columns.surprise_north_mps[slot] = east_mps, north_mps
    mean2 = east_mps * east_mps + north_mps * north_mps
    single2 = gap.more_east_mps * gap.more_east_mps + gap.more_north_mps * gap.more_north_mps
    if is_manoeuvre(single2, mean2, covariance.rate + gap.velocity_variance, gate):
        return raised(covariance, 0.5 * max(single2, mean2), gap_s)
    return covariance
