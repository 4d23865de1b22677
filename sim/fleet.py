"""Aircraft, the feeds that report them, and the flights they make."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from sim.bands import AllottedBand
from sim.motion import Path, Point, State, Status


class AircraftKind(IntEnum):
    """What flies; the numbers are those of the contract."""

    DRONE = 1
    HELICOPTER = 2
    AEROPLANE = 3


class Datum(StrEnum):
    """What the published altitude is measured from."""

    HAE = "hae"
    PRESSURE = "pressure"
    CORRECTED = "corrected"
    """Pressure, moved to the ellipsoid by the receivers with the traffic that reports both."""


@dataclass(frozen=True, slots=True)
class Feed:
    """How an aircraft is heard: rate, faults and one-sigma noise of a report."""

    interval_us: int
    latency_us: int
    """From the instant measured to the publisher having it."""
    loss: float
    gaps_per_s: float
    horizontal_sigma_m: float
    """Of each of east and north."""
    vertical_sigma_m: float
    velocity_sigma_mps: float
    vertical_speed_sigma_mps: float
    live_source: int
    """ReportSource when live sources are asked for."""


GAP_S_MIN: Final = 5.0
GAP_S_MAX: Final = 20.0
_TELEMETRY: Final = 1
_ADSB: Final = 2

# Rate, loss and gaps of a drone: DJI dock telemetry at 0.5 Hz with 2 % loss and gaps of 5-20 s,
# taken as one gap in ten minutes. Noise of drones and helicopters: the encounter set that the
# separation engine is judged with.
DOCK_TELEMETRY: Final = Feed(2_000_000, 350_000, 0.02, 1 / 600, 3.0, 4.0, 0.3, 0.2, _TELEMETRY)
PILOT_TELEMETRY: Final = Feed(1_000_000, 250_000, 0.02, 1 / 600, 3.0, 4.0, 0.3, 0.2, _TELEMETRY)
HELICOPTER_TRACKER: Final = Feed(1_000_000, 200_000, 0.01, 0, 15.0, 8.0, 1.5, 0.4, _TELEMETRY)
ADSB_RECEIVER: Final = Feed(1_000_000, 120_000, 0.03, 0, 15.0, 8.0, 1.5, 0.4, _ADSB)


@dataclass(frozen=True, slots=True)
class Airframe:
    """One aircraft as its publisher knows it."""

    track_id: str
    agency: str
    system: str
    kind: AircraftKind
    callsign: str
    registration: str
    icao_address: str
    feed: Feed
    datum: Datum = Datum.HAE
    home: Point | None = None
    """Its dock, which goes on reporting it between flights."""


@dataclass(slots=True)
class Flight:
    """One flight of one aircraft; its desk may change the path that lies ahead."""

    flight_id: str
    airframe: Airframe
    path: Path
    incident_id: str = ""
    band: AllottedBand | None = None

    def airborne_at(self, at_us: int) -> bool:
        """Whether it is off the ground at an instant."""
        if not self.path.start_us <= at_us < self.path.end_us:
            return False
        return self.path.at(at_us).status not in {
            Status.ON_GROUND,
            Status.ROTORS_TURNING,
            Status.AT_DOCK,
        }


def parked(home: Point) -> State:
    """State of a drone in its dock."""
    return State(home.east_m, home.north_m, home.amsl_m, 0.0, 0.0, 0.0, Status.AT_DOCK)
