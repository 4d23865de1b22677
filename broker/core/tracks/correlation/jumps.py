"""Positions that an aircraft of its kind cannot have flown to: marked for people as doubtful."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import AircraftClass, ReportBatch
from broker.core.units import SECOND_US

JUMP: Final = "implausible-jump"
MARKED_US: Final = 60 * SECOND_US
SLACK_M: Final = 300.0
"""Below this a jump is noise, a change of source or a late fix."""
FASTEST_MPS: Final = np.zeros(len(AircraftClass))
FASTEST_MPS[AircraftClass.UNKNOWN] = 400.0
FASTEST_MPS[AircraftClass.DRONE] = 60.0
FASTEST_MPS[AircraftClass.HELICOPTER] = 120.0
FASTEST_MPS[AircraftClass.AEROPLANE] = 400.0
FASTEST_MPS[AircraftClass.OTHER_CREWED] = 120.0
FASTEST_MPS[AircraftClass.UNKNOWN_DRONE] = 60.0
"""Over ground with the wind behind it [J]."""
_DEGREE_M: Final = 111_320.0


def jumped(
    register: TrackRegister, batch: ReportBatch, rows: NDArray[np.int64], slots: Slots
) -> Slots:
    """Slots whose new position is further from the last than the time between allows."""
    columns = register.columns
    north_m = (batch.latitude_deg[rows] - columns.latitude_deg[slots]) * _DEGREE_M
    east_m = batch.longitude_deg[rows] - columns.longitude_deg[slots]
    east_m *= _DEGREE_M * columns.east_scale[slots]
    time_s = (batch.time_of_validity_us[rows] - columns.time_of_validity_us[slots]) / SECOND_US
    reach_m = SLACK_M + FASTEST_MPS[columns.aircraft_class[slots]] * np.abs(time_s)
    far = (north_m * north_m + east_m * east_m > reach_m * reach_m) & (
        columns.report_count[slots] > 0
    )
    return slots[far]
