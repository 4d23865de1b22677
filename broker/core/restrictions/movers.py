"""Where aircraft are now and how they move, with the doubt their reports and their age leave."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackState
from broker.core.tracks.reports import AircraftClass
from broker.core.tracks.table import TrackColumns
from broker.core.units import FOOT_M, SECOND_US

Floats = NDArray[np.float64]

HORIZONTAL_ACCURACY_DEFAULT_M: Final = 15.0
"""95 %, where none was given: satellite navigation among buildings."""
VERTICAL_DOUBT_DEFAULT_M: Final = 150.0 * FOOT_M
"""95 %, where an altitude came without: pressure against satellite altitude, after correction."""
VELOCITY_ACCURACY_DEFAULT_MPS: Final = 3.0
"""95 %, ADS-B NACv category 2 and a drone's own filter alike."""
VERTICAL_SPEED_ACCURACY_DEFAULT_MPS: Final = 2.0
GROWTH_M_MAX: Final = 1_852.0
"""A track that stopped reporting grows no further than 1 NM; then it is lost and announced."""
# Growth of the zone of a track whose velocity is unknown or old: the fast end of each class.
_ASSUMED_SPEED_MPS: Final = {
    AircraftClass.UNKNOWN: 75.0,
    AircraftClass.DRONE: 23.0,
    AircraftClass.HELICOPTER: 75.0,
    AircraftClass.AEROPLANE: 100.0,
    AircraftClass.OTHER_CREWED: 50.0,
    AircraftClass.UNKNOWN_DRONE: 23.0,
}
_SPEED_BY_CLASS: Final = np.array([_ASSUMED_SPEED_MPS[one] for one in AircraftClass])


@dataclass(frozen=True, slots=True, eq=False)
class Movers:
    """Aircraft at one moment, n rows, in the projected frame."""

    x_m: Floats
    y_m: Floats
    east_scale: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    """0 where unknown or stale: only the present place is judged, grown by doubt."""
    altitude_hae_m: Floats
    """NaN: unknown, inside every height band."""
    vertical_speed_mps: Floats
    measured_doubt_m: Floats
    """95 % of the horizontal position from accuracy alone."""
    horizontal_doubt_m: Floats
    """The same, with what an unknown or old velocity adds."""
    vertical_doubt_m: Floats

    def __len__(self) -> int:
        return len(self.x_m)


def movers_of(columns: TrackColumns, slots: NDArray[np.int32], now_us: int) -> Movers:
    """The tracks in `slots` (n,) carried forward to `now_us`."""
    age_s = np.maximum(0, now_us - columns.time_of_validity_us[slots]) / SECOND_US
    east, north = columns.velocity_east_mps[slots], columns.velocity_north_mps[slots]
    moving = ~(np.isnan(east) | np.isnan(north))
    moving &= columns.state[slots] == TrackState.CURRENT
    east, north = np.where(moving, east, 0.0), np.where(moving, north, 0.0)
    up = columns.vertical_speed_mps[slots]
    up = np.where(moving & ~np.isnan(up), up, 0.0)
    scale = columns.east_scale[slots]
    accuracy_m = _known_or(columns.horizontal_accuracy_m[slots], HORIZONTAL_ACCURACY_DEFAULT_M)
    drift_mps = _known_or(columns.velocity_accuracy_mps[slots], VELOCITY_ACCURACY_DEFAULT_MPS)
    measured_m = accuracy_m + np.where(moving, np.minimum(drift_mps * age_s, GROWTH_M_MAX), 0.0)
    assumed_mps = _SPEED_BY_CLASS[columns.aircraft_class[slots]]
    growth_m = np.where(moving, 0.0, np.minimum(assumed_mps * age_s, GROWTH_M_MAX))
    climb_mps = _known_or(
        columns.vertical_speed_accuracy_mps[slots], VERTICAL_SPEED_ACCURACY_DEFAULT_MPS
    )
    vertical_m = _known_or(columns.vertical_doubt_m[slots], VERTICAL_DOUBT_DEFAULT_M)
    return Movers(
        x_m=columns.x_m[slots] + east * age_s / scale,
        y_m=columns.y_m[slots] + north * age_s,
        east_scale=scale,
        velocity_east_mps=east,
        velocity_north_mps=north,
        altitude_hae_m=columns.altitude_hae_m[slots] + up * age_s,
        vertical_speed_mps=up,
        measured_doubt_m=measured_m,
        horizontal_doubt_m=measured_m + growth_m,
        vertical_doubt_m=vertical_m + climb_mps * age_s,
    )


def _known_or(values: Floats, default: float) -> Floats:
    return np.where(np.isnan(values), default, values)
