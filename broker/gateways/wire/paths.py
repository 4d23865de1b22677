"""Planned paths: where an aircraft means to fly next, as its own system states it."""

from collections.abc import Iterable, Sequence

from broker.core.tracks.reports import PATH_POINTS_MAX, AltitudeDatum, PathPoint
from broker.core.tracks.validation import ALTITUDE_M_MAX, ALTITUDE_M_MIN
from broker.gateways.wire.enums import ALTITUDE_DATUM_CODES
from keepclear.v1 import common_pb2, tracks_pb2

Fault = tuple[str, str]
"""Field within the report, reason."""


def unreadable_path(description: tracks_pb2.AircraftDescription) -> Fault | None:
    """What keeps a described path from being taken; None where nothing does."""
    if len(description.planned_path) > PATH_POINTS_MAX:
        return "description.planned_path", f"must be at most {PATH_POINTS_MAX} points"
    if description.planned_path_stated_us <= 0:
        reason = "is missing: a path is only as good as the time it was stated"
        return "description.planned_path_stated_us", reason
    for place, point in enumerate(description.planned_path):
        fault = _unreadable_point(point)
        if fault is not None:
            return f"description.planned_path[{place}].{fault[0]}", fault[1]
    return None


def _unreadable_point(point: common_pb2.PathPoint) -> Fault | None:
    if not -90.0 <= point.latitude_deg <= 90.0:  # NaN is not either
        return "latitude_deg", "must be a number from -90 to 90"
    if not -180.0 <= point.longitude_deg <= 180.0:
        return "longitude_deg", "must be a number from -180 to 180"
    if point.latitude_deg == 0.0 and point.longitude_deg == 0.0:
        return "latitude_deg", "0,0 is what receivers send without a fix"
    if not 0 <= point.altitude_datum < ALTITUDE_DATUM_CODES:
        return "altitude_datum", "is not a datum of this contract"
    if point.HasField("altitude_m") != (point.altitude_datum != 0):
        return "altitude_m", "altitude_m and altitude_datum must be given together"
    if point.HasField("altitude_m") and not ALTITUDE_M_MIN <= point.altitude_m <= ALTITUDE_M_MAX:
        return "altitude_m", f"must be from {ALTITUDE_M_MIN:g} to {ALTITUDE_M_MAX:g} m"
    return None


def decode_path(points: Iterable[common_pb2.PathPoint]) -> tuple[PathPoint, ...]:
    """The contract's points as the core keeps them."""
    return tuple(
        PathPoint(
            point.latitude_deg,
            point.longitude_deg,
            point.altitude_m if point.HasField("altitude_m") else None,
            AltitudeDatum(point.altitude_datum),
        )
        for point in points
    )


def encode_path(points: Sequence[PathPoint]) -> list[common_pb2.PathPoint]:
    """The core's points as the contract carries them."""
    return [
        common_pb2.PathPoint(
            latitude_deg=point.latitude_deg,
            longitude_deg=point.longitude_deg,
            altitude_m=point.altitude_m,
            altitude_datum=int(point.altitude_datum),  # type: ignore[arg-type]
        )
        for point in points
    ]
