"""The vertical half of the track filter: altitude and vertical speed. See `filter`."""

import math
from typing import NamedTuple

from broker.core.separation.jit import jit
from broker.core.tracks.filter_columns import JUMP_GATE, FilterColumns, FilterSettings, Measured
from broker.core.tracks.kalman import (
    Covariance,
    fading_mean,
    is_manoeuvre,
    predicted,
    raised,
    variance_of,
    with_position,
    with_rate,
)


class Height(NamedTuple):
    """The vertical state of one track; a covariance of 0 says that no filter runs."""

    altitude_m: float
    climb_mps: float
    surprise_mps: float
    covariance: Covariance


@jit
def height_of(columns: FilterColumns, slot: int) -> Height:
    """The state as the columns hold it."""
    return Height(
        columns.altitude_hae_m[slot],
        columns.vertical_speed_mps[slot],
        columns.surprise_up_mps[slot],
        Covariance(
            columns.altitude_variance_m2[slot],
            columns.altitude_covariance_m2ps[slot],
            columns.climb_variance_m2ps2[slot],
        ),
    )


@jit
def write_height(columns: FilterColumns, slot: int, state: Height) -> None:
    """The state into the columns."""
    columns.altitude_hae_m[slot] = state.altitude_m
    columns.vertical_speed_mps[slot] = state.climb_mps
    columns.surprise_up_mps[slot] = state.surprise_mps
    columns.altitude_variance_m2[slot] = state.covariance.position
    columns.altitude_covariance_m2ps[slot] = state.covariance.both
    columns.climb_variance_m2ps2[slot] = state.covariance.rate


@jit
def height_after(
    before: Height, measured: Height, gap_s: float, noise: float, gate: float
) -> Height:
    """The state after a report, whose covariance holds the variances it was measured with."""
    covariance = predicted(before.covariance, noise, gap_s)
    above_m = measured.altitude_m - (before.altitude_m + before.climb_mps * gap_s)
    more_mps = measured.climb_mps - before.climb_mps
    surprise_mps = fading_mean(before.surprise_mps, more_mps)
    single2, mean2 = more_mps * more_mps, surprise_mps * surprise_mps
    if is_manoeuvre(single2, mean2, covariance.rate + measured.covariance.rate, gate):
        covariance = raised(covariance, max(single2, mean2), gap_s)
    if above_m * above_m > JUMP_GATE * (covariance.position + measured.covariance.position):
        return measured
    gain, rate_gain, covariance = with_position(covariance, measured.covariance.position)
    up_m, up_mps = gain * above_m, rate_gain * above_m
    gain, rate_gain, covariance = with_rate(covariance, measured.covariance.rate)
    return Height(
        before.altitude_m + before.climb_mps * gap_s + up_m + gain * (more_mps - up_mps),
        before.climb_mps + up_mps + rate_gain * (more_mps - up_mps),
        surprise_mps,
        covariance,
    )


@jit
def take_height(
    columns: FilterColumns,
    slot: int,
    measured: Measured,
    k: int,
    gap_s: float,
    settings: FilterSettings,
) -> None:
    """Take the vertical part of report k."""
    kind = columns.aircraft_class[slot]
    altitude_m, climb_mps = measured.altitude_hae_m[k], measured.vertical_speed_mps[k]
    if not settings.enabled or math.isnan(altitude_m) or math.isnan(climb_mps):
        write_height(columns, slot, Height(altitude_m, climb_mps, 0.0, Covariance(0.0, 0.0, 0.0)))
        return
    as_measured = Height(
        altitude_m,
        climb_mps,
        0.0,
        Covariance(
            variance_of(measured.vertical_accuracy_m[k], settings.vertical_accuracy_m[kind]),
            0.0,
            variance_of(
                measured.vertical_speed_accuracy_mps[k],
                settings.vertical_speed_accuracy_mps[kind],
            ),
        ),
    )
    before = height_of(columns, slot)
    if before.covariance.rate > 0.0 and 0.0 < gap_s <= settings.reset_after_s:
        noise, gate = settings.vertical_noise[kind], settings.manoeuvre_gate
        write_height(columns, slot, height_after(before, as_measured, gap_s, noise, gate))
    else:
        write_height(columns, slot, as_measured)
