"""One aircraft as an ADS-B format gives it, before it becomes a report of the contract."""

from dataclasses import dataclass
from enum import StrEnum

NO_ADDRESS = frozenset({"000000", "ffffff"})  # ICAO Annex 10 gives these to nobody
SURFACE_VEHICLES = frozenset({"C1", "C2"})
OBSTACLES = frozenset({"C3", "C4", "C5"})

# The contract's limits (tracks.proto), in aviation units.
ALTITUDE_FT = (-1_640.0, 98_425.0)  # -500 to 30,000 m
SPEED_KT = (0.0, 777.0)  # 400 m/s
RATE_FPM = (-29_500.0, 29_500.0)  # 150 m/s


class Known(StrEnum):
    """How a position is known."""

    ADSB = "ADS-B"
    MLAT = "MLAT"
    TISB = "TIS-B"


@dataclass(frozen=True, slots=True)
class Aircraft:
    """One aircraft with a position; None where nothing is said.

    `address` is the ICAO address, or with a leading ~ one that is not. `geometric_altitude_ft` is
    WGS 84 height above ellipsoid, `pressure_altitude_ft` is against 1013.25 hPa.
    `time_of_validity_us` is when the position was received, Unix microseconds UTC.
    """

    address: str
    time_of_validity_us: int
    latitude_deg: float
    longitude_deg: float
    known: Known
    horizontal_accuracy_m: float
    on_ground: bool = False
    geometric_altitude_ft: float | None = None
    pressure_altitude_ft: float | None = None
    ground_speed_kt: float | None = None
    track_deg: float | None = None
    climb_fpm: float | None = None
    vertical_accuracy_m: float | None = None
    velocity_accuracy_mps: float | None = None
    category: str = ""
    callsign: str = ""
    registration: str = ""


def within(value: float | None, limits: tuple[float, float]) -> float | None:
    """The value where it can be true, else None: absent is not zero, and neither is nonsense."""
    return value if value is not None and limits[0] <= value <= limits[1] else None
