"""The track table: one row (slot) per live aircraft, in columns, so that kernels run over arrays.

Positions are kept in the projected frame of `broker.core.geodesy.frame`: `x_m` grows with longitude
at the equator's scale, `y_m` is the meridian arc, and a distance east between two tracks is
`(x_j - x_i) * (east_scale_i + east_scale_j) / 2`. Slots are re-used; track numbers never are.

Position, altitude and velocity are the filter's estimate, which is what separation and restrictions
judge; what the publisher reported stands beside it, in degrees and in the `reported_` columns.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

INITIAL_CAPACITY: Final = 1_024


def _columns(kind: type, capacity: int) -> NDArray[np.generic]:
    return np.zeros(capacity, dtype=kind)


@dataclass(slots=True)
class TrackColumns:
    """Parallel arrays indexed by slot; rows where `active` is 0 are free and mean nothing."""

    active: NDArray[np.uint8]
    track_number: NDArray[np.int64]
    publisher_index: NDArray[np.int32]
    agency_index: NDArray[np.int32]
    incident_index: NDArray[np.int32]
    """Index of the incident the aircraft works, -1 for none."""
    minima_incident: NDArray[np.int32]
    """The incident whose on-scene minima count: that index, or -1 where the aircraft is known to be
    outside the band that it was allotted there."""
    band_reference: NDArray[np.int8]
    """HeightReference of the band allotted to the aircraft there; NONE where it has none."""
    band_lower_m: NDArray[np.float64]
    band_upper_m: NDArray[np.float64]
    aircraft_class: NDArray[np.int8]
    operational_status: NDArray[np.int8]
    source: NDArray[np.int8]
    category: NDArray[np.int16]
    """Row of the policy's rule table: class x phase, see separation.policy."""
    trusted: NDArray[np.uint8]
    """0 for a single unsigned radio source: it may raise caution, never more."""
    shared: NDArray[np.uint8]
    """1 where several publishers hear the aircraft: see `tracks.correlation`."""
    time_of_validity_us: NDArray[np.int64]
    received_us: NDArray[np.int64]
    report_count: NDArray[np.int64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    x_m: NDArray[np.float64]
    y_m: NDArray[np.float64]
    east_scale: NDArray[np.float64]
    altitude_hae_m: NDArray[np.float64]
    """As judged; NaN: vertical position unknown, which counts as inside."""
    velocity_east_mps: NDArray[np.float64]
    velocity_north_mps: NDArray[np.float64]
    """NaN: velocity unknown, a symmetric growing zone."""
    vertical_speed_mps: NDArray[np.float64]
    """NaN counts as level flight with the policy's vertical doubt."""
    horizontal_accuracy_m: NDArray[np.float64]
    vertical_doubt_m: NDArray[np.float64]
    vertical_accuracy_m: NDArray[np.float64]
    """As published; NaN: not stated."""
    velocity_accuracy_mps: NDArray[np.float64]
    vertical_speed_accuracy_mps: NDArray[np.float64]
    published_altitude_m: NDArray[np.float64]
    altitude_datum: NDArray[np.int8]
    height_m: NDArray[np.float64]
    height_reference: NDArray[np.int8]
    reported_altitude_hae_m: NDArray[np.float64]
    """What the last report said: the feed shows this, separation judges the filter's estimate."""
    reported_velocity_east_mps: NDArray[np.float64]
    reported_velocity_north_mps: NDArray[np.float64]
    reported_vertical_speed_mps: NDArray[np.float64]
    turn_rate_radps: NDArray[np.float64]
    """From east towards north; this and the rest of the filter's state: see `tracks.filter`."""
    turn_east_mps: NDArray[np.float64]
    """What the turn adds to the velocity for looking ahead."""
    turn_north_mps: NDArray[np.float64]
    position_variance_m2: NDArray[np.float64]
    position_covariance_m2ps: NDArray[np.float64]
    velocity_variance_m2ps2: NDArray[np.float64]
    altitude_variance_m2: NDArray[np.float64]
    altitude_covariance_m2ps: NDArray[np.float64]
    climb_variance_m2ps2: NDArray[np.float64]
    surprise_east_mps: NDArray[np.float64]
    surprise_north_mps: NDArray[np.float64]
    surprise_up_mps: NDArray[np.float64]
    state: NDArray[np.int8]
    """0 current, 1 stale (growing volume). A lost track leaves the table."""


COLUMN_TYPES: Final[dict[str, type]] = {
    "active": np.uint8,
    "track_number": np.int64,
    "publisher_index": np.int32,
    "agency_index": np.int32,
    "incident_index": np.int32,
    "minima_incident": np.int32,
    "band_reference": np.int8,
    "aircraft_class": np.int8,
    "operational_status": np.int8,
    "source": np.int8,
    "category": np.int16,
    "trusted": np.uint8,
    "shared": np.uint8,
    "time_of_validity_us": np.int64,
    "received_us": np.int64,
    "report_count": np.int64,
    "altitude_datum": np.int8,
    "height_reference": np.int8,
    "state": np.int8,
}
"""Element type by column; every column not named here is float64."""


def empty_columns(capacity: int = INITIAL_CAPACITY) -> TrackColumns:
    """Columns for `capacity` slots, all free."""
    names = [column.name for column in fields(TrackColumns)]
    return TrackColumns(
        **{name: _columns(COLUMN_TYPES.get(name, np.float64), capacity) for name in names}  # type: ignore[arg-type]
    )


def grown(columns: TrackColumns) -> TrackColumns:
    """The same rows in twice the capacity."""
    bigger = empty_columns(2 * len(columns.active))
    for column in fields(TrackColumns):
        old = getattr(columns, column.name)
        getattr(bigger, column.name)[: len(old)] = old
    return bigger
