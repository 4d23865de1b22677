"""Helpers to build position reports: units, track and speed, and the both-or-neither fields."""

import math
import time

from keepclear.v1 import common_pb2, tracks_pb2

FOOT_M = 0.3048  # international foot, exact by definition (1959)
NAUTICAL_MILE_M = 1852.0  # exact by definition (1929)
KNOT_MPS = NAUTICAL_MILE_M / 3600.0
FOOT_PER_MINUTE_MPS = FOOT_M / 60.0


def now_us() -> int:
    """This machine's clock, Unix microseconds UTC."""
    return time.time_ns() // 1000


def knots_to_mps(speed_kt: float) -> float:
    """Knots to metres per second."""
    return speed_kt * KNOT_MPS


def feet_to_m(height_ft: float) -> float:
    """Feet to metres."""
    return height_ft * FOOT_M


def feet_per_minute_to_mps(rate_fpm: float) -> float:
    """Feet per minute to metres per second."""
    return rate_fpm * FOOT_PER_MINUTE_MPS


def east_north_mps(ground_speed_mps: float, track_deg: float) -> tuple[float, float]:
    """Ground speed and true track (not where the nose points) to (east, north) velocity."""
    track_rad = math.radians(track_deg)
    return ground_speed_mps * math.sin(track_rad), ground_speed_mps * math.cos(track_rad)


def report(  # noqa: PLR0913 - one keyword for each field of the contract
    source_track_id: str,
    *,
    latitude_deg: float,
    longitude_deg: float,
    time_of_validity_us: int,
    altitude: tuple[float, common_pb2.AltitudeDatum] | None = None,
    height: tuple[float, common_pb2.HeightReference] | None = None,
    velocity_mps: tuple[float, float] | None = None,
    vertical_speed_mps: float | None = None,
    horizontal_accuracy_m: float | None = None,
    vertical_accuracy_m: float | None = None,
    velocity_accuracy_mps: float | None = None,
    status: common_pb2.OperationalStatus = common_pb2.OPERATIONAL_STATUS_UNSPECIFIED,
    source: common_pb2.ReportSource = common_pb2.REPORT_SOURCE_TELEMETRY,
    description: tracks_pb2.AircraftDescription | None = None,
) -> tracks_pb2.TrackReport:
    """Build one position report.

    `altitude` is (metres, datum) and `height` (metres, reference): one makes no sense without the
    other. `velocity_mps` is (east, north). Accuracies are 95 %. None is "not known", which is
    never zero. Raises ValueError for a number that is not finite; every other limit is judged by
    the broker, whose acknowledgement names the field.
    """
    made = tracks_pb2.TrackReport(
        source_track_id=source_track_id,
        time_of_validity_us=time_of_validity_us,
        latitude_deg=_finite("latitude_deg", latitude_deg),
        longitude_deg=_finite("longitude_deg", longitude_deg),
        vertical_speed_mps=_finite_or_none("vertical_speed_mps", vertical_speed_mps),
        horizontal_accuracy_m=_finite_or_none("horizontal_accuracy_m", horizontal_accuracy_m),
        vertical_accuracy_m=_finite_or_none("vertical_accuracy_m", vertical_accuracy_m),
        velocity_accuracy_mps=_finite_or_none("velocity_accuracy_mps", velocity_accuracy_mps),
        operational_status=status,
        source=source,
        description=description,
    )
    if altitude is not None:
        made.altitude_m = _finite("altitude", altitude[0])
        made.altitude_datum = altitude[1]
    if height is not None:
        made.height_m = _finite("height", height[0])
        made.height_reference = height[1]
    if velocity_mps is not None:
        made.velocity_east_mps = _finite("velocity_mps", velocity_mps[0])
        made.velocity_north_mps = _finite("velocity_mps", velocity_mps[1])
    return made


def _finite(field: str, value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{field}: {value} is not a number a position can have")
    return value


def _finite_or_none(field: str, value: float | None) -> float | None:
    return None if value is None else _finite(field, value)
