"""Positions that an aircraft of its kind cannot have flown to: marked for people as doubtful."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.jit import jit_brief
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
NO_SLOTS: Final = np.zeros(0, dtype=np.int32)


class Said(NamedTuple):
    """What a batch says, arrays (rows of the batch,), and which of its rows count."""

    time_us: NDArray[np.int64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    rows: NDArray[np.int64]


class Known(NamedTuple):
    """What the table holds, arrays (capacity,)."""

    time_us: NDArray[np.int64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    east_scale: NDArray[np.float64]
    aircraft_class: NDArray[np.int8]
    report_count: NDArray[np.int64]


def jumped(
    register: TrackRegister, batch: ReportBatch, rows: NDArray[np.int64], slots: Slots
) -> Slots:
    """Slots whose new position is further from the last than the time between allows."""
    columns = register.columns
    said = Said(batch.time_of_validity_us, batch.latitude_deg, batch.longitude_deg, rows)
    known = Known(
        columns.time_of_validity_us,
        columns.latitude_deg,
        columns.longitude_deg,
        columns.east_scale,
        columns.aircraft_class,
        columns.report_count,
    )
    far = _far(said, known, slots, FASTEST_MPS)
    return slots[far] if far.any() else NO_SLOTS


@jit_brief
def _far(
    said: Said, known: Known, slots: NDArray[np.int32], fastest_mps: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """In one call, as every single report passes here."""
    far = np.zeros(len(slots), dtype=np.bool_)
    for k in range(len(slots)):
        row, slot = said.rows[k], slots[k]
        if known.report_count[slot] == 0:
            continue
        north_m = (said.latitude_deg[row] - known.latitude_deg[slot]) * _DEGREE_M
        east_m = (said.longitude_deg[row] - known.longitude_deg[slot]) * _DEGREE_M
        east_m *= known.east_scale[slot]
        time_s = abs(said.time_us[row] - known.time_us[slot]) / SECOND_US
        reach_m = SLACK_M + fastest_mps[known.aircraft_class[slot]] * time_s
        far[k] = north_m * north_m + east_m * east_m > reach_m * reach_m
    return far
