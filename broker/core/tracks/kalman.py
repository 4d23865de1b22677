"""The algebra of a two-state Kalman filter: a position and its rate, driven by white acceleration.

Written for one axis at a time, as the compiler likes it, and with arithmetic alone, so that every
machine rounds alike.

Source: Y. Bar-Shalom, X. R. Li, T. Kirubarajan, "Estimation with Applications to Tracking and
Navigation" (2001), section 6.2.
"""

import math
from typing import Final, NamedTuple

from broker.core.separation.jit import jit

NORMAL_95: Final = 1.96
"""Standard deviations either side of the mean that hold 95 % of a normal distribution."""
DEVIATION_MIN: Final = 0.01
"""Metres or metres per second: nothing is measured better, and nothing is divided by zero."""
SURPRISE_KEPT: Final = 0.6
"""Share of the surprise that the next report leaves; about the last four reports count."""
SINGLE_GATE_FACTOR: Final = 1.3
"""One report alone must be this much less probable than the fading mean."""


class Covariance(NamedTuple):
    """Of position and rate, of one axis."""

    position: float
    both: float
    rate: float


@jit
def variance_of(accuracy: float, assumed: float) -> float:
    """Variance of a 95 % accuracy, or of the assumed one where none is stated."""
    known = assumed if math.isnan(accuracy) else accuracy
    deviation = max(known / NORMAL_95, DEVIATION_MIN)
    return deviation * deviation


@jit
def predicted(covariance: Covariance, noise: float, gap_s: float) -> Covariance:
    """The covariance after `gap_s` of white acceleration."""
    return Covariance(
        covariance.position
        + gap_s * (2.0 * covariance.both + gap_s * covariance.rate)
        + noise * gap_s * gap_s * gap_s / 3.0,
        covariance.both + gap_s * covariance.rate + noise * gap_s * gap_s / 2.0,
        covariance.rate + noise * gap_s,
    )


@jit
def raised(covariance: Covariance, rate_variance: float, gap_s: float) -> Covariance:
    """The covariance with a change of rate, half-way through the gap, that nobody foresaw."""
    return Covariance(
        covariance.position + 0.25 * gap_s * gap_s * rate_variance,
        covariance.both + 0.5 * gap_s * rate_variance,
        covariance.rate + rate_variance,
    )


@jit
def with_position(covariance: Covariance, variance: float) -> tuple[float, float, Covariance]:
    """Gains of position and rate for a measured position, and the covariance after it."""
    total = covariance.position + variance
    gain, rate_gain = covariance.position / total, covariance.both / total
    return (
        gain,
        rate_gain,
        Covariance(
            covariance.position - gain * covariance.position,
            covariance.both - gain * covariance.both,
            covariance.rate - rate_gain * covariance.both,
        ),
    )


@jit
def with_rate(covariance: Covariance, variance: float) -> tuple[float, float, Covariance]:
    """Gains of position and rate for a measured rate, and the covariance after it."""
    total = covariance.rate + variance
    gain, rate_gain = covariance.both / total, covariance.rate / total
    return (
        gain,
        rate_gain,
        Covariance(
            covariance.position - gain * covariance.both,
            covariance.both - gain * covariance.rate,
            covariance.rate - rate_gain * covariance.rate,
        ),
    )


@jit
def rotated(east: float, north: float, angle_rad: float) -> tuple[float, float]:
    """A vector turned from east towards north.

    Arithmetic alone (a half-angle tangent to third order), so that every machine rounds alike.
    """
    half = 0.5 * angle_rad * (1.0 + angle_rad * angle_rad / 12.0)
    square = half * half
    cosine, sine = (1.0 - square) / (1.0 + square), 2.0 * half / (1.0 + square)
    return cosine * east - sine * north, sine * east + cosine * north


@jit
def fading_mean(mean: float, newest: float) -> float:
    """The mean of what reports said beyond expectation, older ones counting less."""
    return SURPRISE_KEPT * mean + (1.0 - SURPRISE_KEPT) * newest


@jit
def is_manoeuvre(single2: float, mean2: float, variance: float, gate: float) -> bool:
    """Whether a rate is too improbable, in one report or in the fading mean, for no manoeuvre.

    The squares are of the whole vector; `variance` is of one axis of one report.
    """
    mean_variance = variance * (1.0 - SURPRISE_KEPT) / (1.0 + SURPRISE_KEPT)
    return mean2 > gate * mean_variance or single2 > SINGLE_GATE_FACTOR * gate * variance
