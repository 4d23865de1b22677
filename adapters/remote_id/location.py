"""A drone's place and motion as Remote ID gives it, in SI units, whatever form it came in.

Source: ASTM F3411-22a 5.4.5.6, table 6 (accuracy codes) and table 7. None is "not known": the
standard has a value for that in every field, which never becomes a number here.
"""

import math
from dataclasses import dataclass
from enum import IntEnum

from keepclear.client.build import NAUTICAL_MILE_M

# Code -> 95 % accuracy; 0 and unknown codes are not known.
HORIZONTAL_ACCURACY_M = {
    1: 10.0 * NAUTICAL_MILE_M,
    2: 4.0 * NAUTICAL_MILE_M,
    3: 2.0 * NAUTICAL_MILE_M,
    4: 1.0 * NAUTICAL_MILE_M,
    5: 0.5 * NAUTICAL_MILE_M,
    6: 0.3 * NAUTICAL_MILE_M,
    7: 0.1 * NAUTICAL_MILE_M,
    8: 0.05 * NAUTICAL_MILE_M,
    9: 30.0,
    10: 10.0,
    11: 3.0,
    12: 1.0,
}
VERTICAL_ACCURACY_M = {1: 150.0, 2: 45.0, 3: 25.0, 4: 10.0, 5: 3.0, 6: 1.0}
SPEED_ACCURACY_MPS = {1: 10.0, 2: 3.0, 3: 1.0, 4: 0.3}

NO_ALTITUDE_M = -1_000.0
NO_SPEED_MPS = 254.25  # and 255
NO_VERTICAL_SPEED_MPS = 63.0
NO_DIRECTION_DEG = 360.0  # 361
SECONDS_IN_HOUR = 3_600.0


class Status(IntEnum):
    """Operational status (table 7); the standard may add others."""

    UNDECLARED = 0
    GROUND = 1
    AIRBORNE = 2
    EMERGENCY = 3
    FAILURE = 4


@dataclass(frozen=True, slots=True)
class Location:
    """One Location message. `second_of_hour_s` is when it was true, UTC, after the full hour."""

    latitude_deg: float
    longitude_deg: float
    status: int = Status.UNDECLARED
    direction_deg: float | None = None
    speed_mps: float | None = None
    vertical_speed_mps: float | None = None
    pressure_altitude_m: float | None = None
    geodetic_altitude_m: float | None = None
    height_m: float | None = None
    height_is_over_ground: bool = False
    horizontal_accuracy_m: float | None = None
    vertical_accuracy_m: float | None = None
    speed_accuracy_mps: float | None = None
    second_of_hour_s: float | None = None


def altitude_m(value: float | None) -> float | None:
    """An altitude or height, unless it is the value for "not known"."""
    return value if _real(value) and value > NO_ALTITUDE_M else None  # type: ignore[operator]


def speed_mps(value: float | None) -> float | None:
    """A ground speed."""
    return value if _real(value) and 0.0 <= value < NO_SPEED_MPS else None  # type: ignore[operator]


def vertical_speed_mps(value: float | None) -> float | None:
    """A climb, positive up."""
    known = _real(value) and abs(value) < NO_VERTICAL_SPEED_MPS  # type: ignore[arg-type]
    return value if known else None


def direction_deg(value: float | None) -> float | None:
    """A direction over ground."""
    known = _real(value) and 0.0 <= value <= NO_DIRECTION_DEG  # type: ignore[operator]
    return value if known else None


def second_of_hour_s(value: float | None) -> float | None:
    """A time after the full hour."""
    known = _real(value) and 0.0 <= value <= SECONDS_IN_HOUR  # type: ignore[operator]
    return value if known else None


def _real(value: float | None) -> bool:
    return value is not None and math.isfinite(value)
