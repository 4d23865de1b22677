"""What a report must satisfy before it may move a track: plausible, in time and in its space.

Every check names the contract's field, so that the sender can mend the very record. A batch without
a fault costs one compiled call that says so; only where there is one, each check is made over the
columns again, to say what is wrong with which row. The tests hold the two to be equal.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.jit import jit, jit_brief
from broker.core.tracks.reports import Codes, Floats, Ints, ReportBatch, ReportSource
from broker.core.units import SECOND_US

FUTURE_TOLERANCE_S: Final = 5.0
"""ASTM F3548-21: clocks agree within 5 s for 99 % of the time."""
REPORT_AGE_S_MAX: Final = 60.0
"""ASTM F3411-22a: near real time is the last 60 s. Older reports are history and never alert."""
ALTITUDE_M_MIN: Final = -500.0
ALTITUDE_M_MAX: Final = 30_000.0
HEIGHT_M_MAX: Final = 10_000.0
SPEED_MPS_MAX: Final = 400.0
"""Per component; faster than any airliner over ground."""
VERTICAL_SPEED_MPS_MAX: Final = 150.0
ACCURACY_M_MAX: Final = 50_000.0
SPEED_ACCURACY_MPS_MAX: Final = 400.0

NEWEST_US: Final = int(FUTURE_TOLERANCE_S * SECOND_US)
OLDEST_US: Final = int(REPORT_AGE_S_MAX * SECOND_US)
_SIMULATED: Final = int(ReportSource.SIMULATED)

Rows = NDArray[np.bool_]
Fault = tuple[Rows, str, str]
"""Faulty rows, field, reason."""
RowFault = tuple[int, str, str]
"""Row, field within the report, reason."""


class Checked(NamedTuple):
    """The columns that are checked, (n,)."""

    time_of_validity_us: Ints
    latitude_deg: Floats
    longitude_deg: Floats
    published_altitude_m: Floats
    altitude_datum: Codes
    height_m: Floats
    height_reference: Codes
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    vertical_speed_mps: Floats
    horizontal_accuracy_m: Floats
    vertical_accuracy_m: Floats
    velocity_accuracy_mps: Floats
    vertical_speed_accuracy_mps: Floats
    source: Codes


def checked_columns(batch: ReportBatch) -> Checked:
    """The batch's columns as the compiled check takes them."""
    return Checked(*(np.ascontiguousarray(getattr(batch, name)) for name in Checked._fields))


@jit
def _allowed(value: float, low: float, high: float) -> bool:
    """Not given, or in range."""
    return math.isnan(value) or low <= value <= high


@jit_brief
def all_fit(said: Checked, now_us: int, exercise: bool, oldest_us: int, newest_us: int) -> bool:
    """Whether no row has any fault at all."""
    for k in range(len(said.source)):
        latitude_deg, longitude_deg = said.latitude_deg[k], said.longitude_deg[k]
        age_us = now_us - said.time_of_validity_us[k]
        east_mps, north_mps = said.velocity_east_mps[k], said.velocity_north_mps[k]
        altitude_m, height_m = said.published_altitude_m[k], said.height_m[k]
        place = -90.0 <= latitude_deg <= 90.0 and -180.0 <= longitude_deg <= 180.0
        place = place and not (latitude_deg == 0.0 and longitude_deg == 0.0)
        time = said.time_of_validity_us[k] > 0 and -newest_us <= age_us <= oldest_us
        vertical = _allowed(altitude_m, ALTITUDE_M_MIN, ALTITUDE_M_MAX)
        vertical = vertical and _allowed(height_m, ALTITUDE_M_MIN, HEIGHT_M_MAX)
        vertical = vertical and math.isnan(altitude_m) == (said.altitude_datum[k] == 0)
        vertical = vertical and math.isnan(height_m) == (said.height_reference[k] == 0)
        velocity = _allowed(east_mps, -SPEED_MPS_MAX, SPEED_MPS_MAX)
        velocity = velocity and _allowed(north_mps, -SPEED_MPS_MAX, SPEED_MPS_MAX)
        velocity = velocity and math.isnan(east_mps) == math.isnan(north_mps)
        velocity = velocity and _allowed(
            said.vertical_speed_mps[k], -VERTICAL_SPEED_MPS_MAX, VERTICAL_SPEED_MPS_MAX
        )
        accuracy = _allowed(said.horizontal_accuracy_m[k], 0.0, ACCURACY_M_MAX)
        accuracy = accuracy and _allowed(said.vertical_accuracy_m[k], 0.0, ACCURACY_M_MAX)
        accuracy = accuracy and _allowed(said.velocity_accuracy_mps[k], 0.0, SPEED_ACCURACY_MPS_MAX)
        accuracy = accuracy and _allowed(
            said.vertical_speed_accuracy_mps[k], 0.0, SPEED_ACCURACY_MPS_MAX
        )
        space = (said.source[k] == _SIMULATED) == exercise
        if not (place and time and vertical and velocity and accuracy and space):
            return False
    return True


def row_faults(batch: ReportBatch, now_us: int, exercise: bool) -> tuple[Rows, list[RowFault]]:
    """Which rows are fit (shape (n,)), and why each of the others is not (first fault only)."""
    if all_fit(checked_columns(batch), now_us, exercise, OLDEST_US, NEWEST_US):
        return np.ones(len(batch), dtype=np.bool_), []
    return faults_by_column(batch, now_us, exercise)


def faults_by_column(
    batch: ReportBatch, now_us: int, exercise: bool
) -> tuple[Rows, list[RowFault]]:
    """The same, check by check: what is told of rows that are not fit."""
    faults = [
        *_place_faults(batch),
        *_time_faults(batch, now_us),
        *_vertical_faults(batch),
        *_velocity_faults(batch),
        *_accuracy_faults(batch),
        _space_fault(batch, exercise),
    ]
    fit = np.ones(len(batch), dtype=np.bool_)
    for faulty, _, _ in faults:
        fit &= ~faulty
    if fit.all():
        return fit, []
    return fit, [_first_fault(faults, row) for row in np.flatnonzero(~fit).tolist()]


def _first_fault(faults: list[Fault], row: int) -> RowFault:
    field, reason = next((field, reason) for faulty, field, reason in faults if faulty[row])
    return row, field, reason


def _outside(values: Floats, low: float, high: float) -> Rows:
    """True where a given value is out of range or infinite; NaN means not given."""
    return ~np.isnan(values) & ~((values >= low) & (values <= high))


def _place_faults(batch: ReportBatch) -> list[Fault]:
    latitude_deg, longitude_deg = batch.latitude_deg, batch.longitude_deg
    return [
        (
            ~((latitude_deg >= -90.0) & (latitude_deg <= 90.0)),
            "latitude_deg",
            "must be a number from -90 to 90",
        ),
        (
            ~((longitude_deg >= -180.0) & (longitude_deg <= 180.0)),
            "longitude_deg",
            "must be a number from -180 to 180",
        ),
        (
            (latitude_deg == 0.0) & (longitude_deg == 0.0),
            "latitude_deg",
            "0,0 is what receivers send without a fix; leave the report out until there is one",
        ),
    ]


def _time_faults(batch: ReportBatch, now_us: int) -> list[Fault]:
    age_us = now_us - batch.time_of_validity_us
    return [
        (
            batch.time_of_validity_us <= 0,
            "time_of_validity_us",
            "is missing: give the Unix time of the position in microseconds",
        ),
        (
            age_us < -int(FUTURE_TOLERANCE_S * SECOND_US),
            "time_of_validity_us",
            f"is more than {FUTURE_TOLERANCE_S:g} s ahead of the broker's clock",
        ),
        (
            age_us > int(REPORT_AGE_S_MAX * SECOND_US),
            "time_of_validity_us",
            f"is more than {REPORT_AGE_S_MAX:g} s old: history is not traffic",
        ),
    ]


def _vertical_faults(batch: ReportBatch) -> list[Fault]:
    altitude_m, height_m = batch.published_altitude_m, batch.height_m
    return [
        (
            _outside(altitude_m, ALTITUDE_M_MIN, ALTITUDE_M_MAX),
            "altitude_m",
            f"must be from {ALTITUDE_M_MIN:g} to {ALTITUDE_M_MAX:g} m",
        ),
        (
            ~np.isnan(altitude_m) & (batch.altitude_datum == 0),
            "altitude_datum",
            "is missing: an altitude without its datum cannot be compared",
        ),
        (
            np.isnan(altitude_m) & (batch.altitude_datum != 0),
            "altitude_m",
            "is missing although altitude_datum is given",
        ),
        (
            _outside(height_m, ALTITUDE_M_MIN, HEIGHT_M_MAX),
            "height_m",
            f"must be from {ALTITUDE_M_MIN:g} to {HEIGHT_M_MAX:g} m",
        ),
        (
            ~np.isnan(height_m) & (batch.height_reference == 0),
            "height_reference",
            "is missing: a height without its reference cannot be compared",
        ),
        (
            np.isnan(height_m) & (batch.height_reference != 0),
            "height_m",
            "is missing although height_reference is given",
        ),
    ]


def _velocity_faults(batch: ReportBatch) -> list[Fault]:
    east_mps, north_mps = batch.velocity_east_mps, batch.velocity_north_mps
    return [
        (
            _outside(east_mps, -SPEED_MPS_MAX, SPEED_MPS_MAX),
            "velocity_east_mps",
            f"must be from -{SPEED_MPS_MAX:g} to {SPEED_MPS_MAX:g} m/s",
        ),
        (
            _outside(north_mps, -SPEED_MPS_MAX, SPEED_MPS_MAX),
            "velocity_north_mps",
            f"must be from -{SPEED_MPS_MAX:g} to {SPEED_MPS_MAX:g} m/s",
        ),
        (
            np.isnan(east_mps) != np.isnan(north_mps),
            "velocity_east_mps",
            "east and north must be given together",
        ),
        (
            _outside(batch.vertical_speed_mps, -VERTICAL_SPEED_MPS_MAX, VERTICAL_SPEED_MPS_MAX),
            "vertical_speed_mps",
            f"must be from -{VERTICAL_SPEED_MPS_MAX:g} to {VERTICAL_SPEED_MPS_MAX:g} m/s",
        ),
    ]


def _accuracy_faults(batch: ReportBatch) -> list[Fault]:
    positions = ("horizontal_accuracy_m", "vertical_accuracy_m")
    speeds = ("velocity_accuracy_mps", "vertical_speed_accuracy_mps")
    return [
        *(
            (
                _outside(getattr(batch, name), 0.0, ACCURACY_M_MAX),
                name,
                f"must be from 0 to {ACCURACY_M_MAX:g} m",
            )
            for name in positions
        ),
        *(
            (
                _outside(getattr(batch, name), 0.0, SPEED_ACCURACY_MPS_MAX),
                name,
                f"must be from 0 to {SPEED_ACCURACY_MPS_MAX:g} m/s",
            )
            for name in speeds
        ),
    ]


def _space_fault(batch: ReportBatch, exercise: bool) -> Fault:
    simulated = batch.source == ReportSource.SIMULATED
    if exercise:
        reason = "this broker serves the exercise space: only REPORT_SOURCE_SIMULATED is taken"
        return ~simulated, "source", reason
    return simulated, "source", "this broker serves the live space: made-up traffic is refused"
