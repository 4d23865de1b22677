"""Positions and speeds that an aircraft of its kind cannot have flown: marked as doubtful.

A transmitter that makes an aircraft up need not make it fly as one. The mark is for people, and
falls a minute after the last such report.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.jit import jit_brief
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import AircraftClass, ReportBatch
from broker.core.units import SECOND_US

JUMP: Final = "implausible-jump"
TOO_FAST: Final = "implausible-speed"
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
_FAR: Final = 1
_FAST: Final = 2
NO_SLOTS: Final = np.zeros(0, dtype=np.int32)


class Said(NamedTuple):
    """What a batch says, arrays (rows of the batch,), and which of its rows count."""

    time_us: NDArray[np.int64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    velocity_east_mps: NDArray[np.float64]
    velocity_north_mps: NDArray[np.float64]
    rows: NDArray[np.int64]


class Known(NamedTuple):
    """What the table holds, arrays (capacity,)."""

    time_us: NDArray[np.int64]
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    east_scale: NDArray[np.float64]
    aircraft_class: NDArray[np.int8]
    report_count: NDArray[np.int64]


class Implausible(NamedTuple):
    """Slots by what their new report cannot be."""

    jumped: Slots
    """Further from the last position than the time between allows."""
    too_fast: Slots
    """At a stated speed that no aircraft of the class flies."""


def implausible(
    register: TrackRegister, batch: ReportBatch, rows: NDArray[np.int64], slots: Slots
) -> Implausible:
    """What of these reports cannot have been flown."""
    columns = register.columns
    said = Said(
        batch.time_of_validity_us,
        batch.latitude_deg,
        batch.longitude_deg,
        batch.velocity_east_mps,
        batch.velocity_north_mps,
        rows,
    )
    known = Known(
        columns.time_of_validity_us,
        columns.latitude_deg,
        columns.longitude_deg,
        columns.east_scale,
        columns.aircraft_class,
        columns.report_count,
    )
    found = _judged(said, known, slots, FASTEST_MPS)
    if not found.any():
        return Implausible(NO_SLOTS, NO_SLOTS)
    return Implausible(slots[(found & _FAR) != 0], slots[(found & _FAST) != 0])


@jit_brief
def _judged(
    said: Said, known: Known, slots: NDArray[np.int32], fastest_mps: NDArray[np.float64]
) -> NDArray[np.int8]:
    """(n,) the sum of _FAR and _FAST; in one call, as every single report passes here."""
    found = np.zeros(len(slots), dtype=np.int8)
    for k in range(len(slots)):
        row, slot = said.rows[k], slots[k]
        fastest = fastest_mps[known.aircraft_class[slot]]
        east_mps, north_mps = said.velocity_east_mps[row], said.velocity_north_mps[row]
        if east_mps * east_mps + north_mps * north_mps > fastest * fastest:
            found[k] += _FAST
        if known.report_count[slot] == 0:
            continue
        north_m = (said.latitude_deg[row] - known.latitude_deg[slot]) * _DEGREE_M
        east_m = (said.longitude_deg[row] - known.longitude_deg[slot]) * _DEGREE_M
        east_m *= known.east_scale[slot]
        time_s = abs(said.time_us[row] - known.time_us[slot]) / SECOND_US
        reach_m = SLACK_M + fastest * time_s
        if north_m * north_m + east_m * east_m > reach_m * reach_m:
            found[k] += _FAR
    return found
