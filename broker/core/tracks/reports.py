"""Position reports in columns: what one publisher says about its aircraft, one row a report.

NaN means "not given" in every float column: absent is never zero.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.names import SystemName

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int8]

REPORTS_PER_BATCH_MAX: Final = 2_000
SOURCE_TRACK_ID_LENGTH_MAX: Final = 64
DESCRIPTION_TEXT_LENGTH_MAX: Final = 80
PATH_POINTS_MAX: Final = 50


class AircraftClass(IntEnum):
    """What flies. UNKNOWN is treated as crewed: the most demanding reading."""

    UNKNOWN = 0
    DRONE = 1
    HELICOPTER = 2
    AEROPLANE = 3
    OTHER_CREWED = 4
    """Gliders, balloons, gyroplanes and the like."""
    UNKNOWN_DRONE = 5
    """A drone seen by radio or by eye that no agency has claimed."""


class AltitudeDatum(IntEnum):
    """What an altitude is measured from."""

    NONE = 0
    HAE = 1
    """WGS 84 height above ellipsoid."""
    AMSL = 2
    """Above mean sea level, EGM96."""
    PRESSURE = 3
    """Pressure altitude, 1013.25 hPa."""


class HeightReference(IntEnum):
    """What a height is measured from."""

    NONE = 0
    TAKEOFF = 1
    GROUND = 2


class OperationalStatus(IntEnum):
    """What the publisher says the aircraft is doing."""

    AIRBORNE = 0
    ON_GROUND = 1
    """On the ground, rotors stopped: no separation volume."""
    ROTORS_TURNING = 2
    """On the ground, rotors turning."""
    LANDING_OR_LIFTING = 3
    AT_DOCK = 4
    """A drone in its dock."""
    LAUNCHING = 5
    """A drone about to climb out of its dock."""
    CLOSE_WORK_ACCEPTED = 6
    """Landing or landed, and the crew has accepted by voice that drones work close by."""


class ReportSource(IntEnum):
    """How the position is known. Unsigned radio may raise caution, never more."""

    TELEMETRY = 0
    """The operator's own link to its aircraft."""
    ADSB = 1
    MLAT = 2
    TISB = 3
    REMOTE_ID = 4
    RADAR = 5
    SIMULATED = 6
    """Made-up traffic: refused by a broker that serves the live space."""


RADIO_SOURCES: Final = frozenset(
    {ReportSource.ADSB, ReportSource.MLAT, ReportSource.TISB, ReportSource.REMOTE_ID}
)


@dataclass(frozen=True, slots=True)
class PathPoint:
    """One point of a path an aircraft means to fly; the altitude is None with the datum NONE."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float | None
    altitude_datum: AltitudeDatum


@dataclass(frozen=True, slots=True)
class HeightBand:
    """The heights between which a drone has been allotted to work at its incident."""

    lower_m: float
    upper_m: float
    reference: HeightReference


@dataclass(frozen=True, slots=True)
class AircraftDescription:
    """What changes seldom about an aircraft; sent with the first report and when it changes."""

    aircraft_class: AircraftClass = AircraftClass.UNKNOWN
    registration: str = ""
    icao_address: str = ""
    """24-bit address, six lower-case hexadecimal digits."""
    callsign: str = ""
    flight_id: str = ""
    incident_id: str = ""
    duty_contact: str = ""
    """Telephone of the desk that answers for this aircraft."""
    talkgroup: str = ""
    serial_number: str = ""
    """As the maker gave it (ANSI/CTA-2063-A); tells who is heard twice, and is never shown."""
    planned_path: tuple[PathPoint, ...] = ()
    """Where it means to fly next, for people and planning: separation is judged on positions."""
    planned_path_stated_us: int = 0
    allotted_band: HeightBand | None = None
    """Of a drone at the incident that it names; None: none, or none any more."""


DESCRIPTION_TEXTS: Final = (
    "registration",
    "icao_address",
    "callsign",
    "flight_id",
    "incident_id",
    "duty_contact",
    "talkgroup",
    "serial_number",
)
"""The fields of a description that are text."""


@dataclass(frozen=True, slots=True)
class ReportBatch:
    """One publisher's reports, n rows. All arrays have shape (n,).

    `altitude_hae_m` and `vertical_doubt_m` (95 %) are derived at the edge from the published
    altitude or height, which stay beside them. Velocities are east, north and up.
    """

    publisher: SystemName
    batch_id: str
    source_track_ids: tuple[str, ...]
    time_of_validity_us: Ints
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_hae_m: Floats
    vertical_doubt_m: Floats
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
    operational_status: Codes
    source: Codes
    descriptions: dict[int, AircraftDescription] = field(default_factory=dict)
    """Row -> description, for the rows that carried one."""

    def __len__(self) -> int:
        return len(self.source_track_ids)


INT_COLUMNS: Final = ("time_of_validity_us",)
FLOAT_COLUMNS: Final = (
    "latitude_deg",
    "longitude_deg",
    "altitude_hae_m",
    "vertical_doubt_m",
    "published_altitude_m",
    "height_m",
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
    "horizontal_accuracy_m",
    "vertical_accuracy_m",
    "velocity_accuracy_mps",
    "vertical_speed_accuracy_mps",
)
CODE_COLUMNS: Final = ("altitude_datum", "height_reference", "operational_status", "source")
"""The columns of a ReportBatch by element type, for whoever stores, slices or joins batches."""
