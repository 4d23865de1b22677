"""The allow-list: which properties are read at all, and within which limits.

Everything else a device says (cameras, payloads, live streams, storage, batteries, wireless links,
who holds the controls) is dropped here and reaches nothing behind it. A value that is out of range
or a maker's mark for "no value" is taken as not known, never as zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.json_numbers import finite

Value = int | float | str

SENTINELS: Final = frozenset({65_535.0, 32_767.0, 3_276.7, -32_768.0, 2_147_483_647.0})
"""Seen in recordings where there is no value."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A number's range; whole numbers are codes."""

    low: float
    high: float
    whole: bool = False


_CODE: Final = Limits(0, 1_000, whole=True)
AIRCRAFT_FIELDS: Final[Mapping[str, Limits]] = {
    "latitude": Limits(-90.0, 90.0),
    "longitude": Limits(-180.0, 180.0),
    "height": Limits(-500.0, 30_000.0),
    "elevation": Limits(-500.0, 10_000.0),
    "horizontal_speed": Limits(0.0, 100.0),
    "vertical_speed": Limits(-50.0, 50.0),
    # Autel's own north, east, down; DJI has no such fields.
    "vel_ned_x": Limits(-100.0, 100.0),
    "vel_ned_y": Limits(-100.0, 100.0),
    "mode_code": _CODE,
    "position_state.is_fixed": _CODE,
    "position_state.quality": _CODE,
    "position_state.gps_number": _CODE,
    "position_state.rtk_number": _CODE,
    "position_state.rtk_used": _CODE,
}
DOCK_FIELDS: Final[Mapping[str, Limits]] = {
    "latitude": Limits(-90.0, 90.0),
    "longitude": Limits(-180.0, 180.0),
    "height": Limits(-500.0, 30_000.0),
    "mode_code": _CODE,
    "cover_state": _CODE,
    "drone_in_dock": _CODE,
    "flighttask_step_code": _CODE,
    "emergency_stop_state": _CODE,
    "home_position_is_valid": _CODE,
    "sub_device.device_online_status": _CODE,
}
TEXT_FIELDS: Final = frozenset(
    {"firmware_version", "sub_device.device_sn", "sub_device.device_model_key"}
)
MAX_TEXT: Final = 64


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept of one message, by path; `unread` are allowed fields that held no value."""

    values: dict[str, Value]
    unread: tuple[str, ...]


def kept(data: Mapping[str, object], allowed: Mapping[str, Limits]) -> Kept:
    """Only what the allow-list names, and of that only what is a value."""
    values: dict[str, Value] = {}
    unread: list[str] = []
    for path, limits in allowed.items():
        found = _at(data, path)
        if found is None:
            continue
        number = _number(found, limits)
        if number is None:
            unread.append(path)
        else:
            values[path] = number
    for path in sorted(TEXT_FIELDS):
        found = _at(data, path)
        if isinstance(found, str) and 0 < len(found) <= MAX_TEXT and found.isprintable():
            values[path] = found
    return Kept(values, tuple(unread))


def position(values: Mapping[str, object]) -> tuple[float, float] | None:
    """Latitude and longitude; None without both, and for 0,0, which is no fix."""
    latitude_deg = finite(values.get("latitude"))
    longitude_deg = finite(values.get("longitude"))
    if latitude_deg is None or longitude_deg is None:
        return None
    if not (-90.0 <= latitude_deg <= 90.0 and -180.0 <= longitude_deg <= 180.0):
        return None
    if latitude_deg == 0.0 and longitude_deg == 0.0:
        return None
    return latitude_deg, longitude_deg


def _at(data: Mapping[str, object], path: str) -> object:
    first, _, rest = path.partition(".")
    found = data.get(first)
    if not rest:
        return found
    return found.get(rest) if isinstance(found, dict) else None


def _number(value: object, limits: Limits) -> int | float | None:
    made = finite(value)
    if made is None or made in SENTINELS or not limits.low <= made <= limits.high:
        return None
    if limits.whole:
        return int(made) if made == int(made) else None
    return made
