"""What the track filter is told and what it keeps: settings, table columns, reports."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.tracks.reports import AircraftClass, Floats
from broker.core.tracks.table import TrackColumns

JUMP_GATE: Final = 60.0
"""Squared deviations of a position, two axes: beyond it the track is somewhere else."""


class FilterSettings(NamedTuple):
    """The filter's part of a pair policy. Arrays are (classes,), by AircraftClass."""

    enabled: bool
    manoeuvre_gate: float
    """Squared deviations of a velocity, two axes, beyond which a manoeuvre is believed."""
    reset_after_s: float
    turn_ahead_s: float
    """A turn counts as going on for twice this long: its mean direction is foreseen."""
    turn_rate_radps_min: float
    horizontal_noise: Floats
    """Spectral density of the white acceleration, m²/s³."""
    vertical_noise: Floats
    horizontal_accuracy_m: Floats
    """95 % accuracies that are assumed where a report states none."""
    velocity_accuracy_mps: Floats
    vertical_accuracy_m: Floats
    vertical_speed_accuracy_mps: Floats


class FilterColumns(NamedTuple):
    """The columns of the track table that the filter reads and writes, (capacity,)."""

    aircraft_class: NDArray[np.int8]
    time_of_validity_us: NDArray[np.int64]
    x_m: Floats
    y_m: Floats
    east_scale: Floats
    altitude_hae_m: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    vertical_speed_mps: Floats
    turn_rate_radps: Floats
    turn_east_mps: Floats
    turn_north_mps: Floats
    position_variance_m2: Floats
    position_covariance_m2ps: Floats
    velocity_variance_m2ps2: Floats
    altitude_variance_m2: Floats
    altitude_covariance_m2ps: Floats
    climb_variance_m2ps2: Floats
    surprise_east_mps: Floats
    surprise_north_mps: Floats
    surprise_up_mps: Floats


class Measured(NamedTuple):
    """What n reports say, arrays (n,); NaN where a report does not say."""

    time_of_validity_us: NDArray[np.int64]
    x_m: Floats
    y_m: Floats
    east_scale: Floats
    altitude_hae_m: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    vertical_speed_mps: Floats
    horizontal_accuracy_m: Floats
    velocity_accuracy_mps: Floats
    vertical_accuracy_m: Floats
    vertical_speed_accuracy_mps: Floats


def unfiltered() -> FilterSettings:
    """Settings with which every report is taken as it is."""
    zeros = np.zeros(len(AircraftClass))
    return FilterSettings(False, 0.0, 0.0, 0.0, 0.0, *(zeros.copy() for _ in range(6)))


def filter_columns(columns: TrackColumns) -> FilterColumns:
    """The columns that the filter needs, without copying."""
    return FilterColumns(*(getattr(columns, name) for name in FilterColumns._fields))
