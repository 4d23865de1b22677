"""What people type in options: limits, durations, instants, circles, polygons and boxes.

Every function takes the text of one option and raises ValueError with a sentence that says what
would be accepted.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar

import typer

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.units import FOOT_M, SECOND_US
from keepclear.v1.feed_pb2 import Area
from keepclear.v1.volumes_pb2 import (
    LIMIT_DATUM_AGL,
    LIMIT_DATUM_AMSL,
    LIMIT_DATUM_HAE,
    LIMIT_DATUM_SURFACE,
    LIMIT_DATUM_UNLIMITED,
    Circle,
    LatLng,
    Polygon,
    VerticalLimit,
)

Value = TypeVar("Value")

_LIMIT: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*(m|ft)[\s-]*(amsl|agl|hae)")
_DATUMS: Final = {"amsl": LIMIT_DATUM_AMSL, "agl": LIMIT_DATUM_AGL, "hae": LIMIT_DATUM_HAE}
_UNITS_M: Final = {"m": 1.0, "ft": FOOT_M}

_DURATION: Final = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_DURATION_PARTS_S: Final = (86_400, 3_600, 60, 1)
DURATION_S_MAX: Final = 56 * 86_400  # the contract's longest window
VERTICES_MAX: Final = 1_000
WAYPOINTS_MAX: Final = 200
EMERGENCY_RADIUS_M: Final = 500.0


def option_parser(parse: Callable[[str], Value]) -> Callable[[str | Value], Value]:
    """`parse` as an option's parser: its ValueError becomes a usage error with the same words."""

    def parse_option(text: str | Value) -> Value:
        if not isinstance(text, str):
            return text
        try:
            return parse(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    parse_option.__name__ = parse.__name__
    return parse_option


def vertical_limit(text: str) -> VerticalLimit:
    """`surface`, `unlimited`, or a value with unit and datum: `400ft agl`, `120m amsl`."""
    plain = text.strip().lower()
    if plain == "surface":
        return VerticalLimit(datum=LIMIT_DATUM_SURFACE)
    if plain == "unlimited":
        return VerticalLimit(datum=LIMIT_DATUM_UNLIMITED)
    match = _LIMIT.fullmatch(plain)
    if match is None:
        raise ValueError(
            f"'{text}' is not a limit: give a value with unit and datum (400ft-agl, 120m-amsl), "
            "or 'surface', or 'unlimited'"
        )
    value, unit, datum = match.groups()
    return VerticalLimit(value_m=float(value) * _UNITS_M[unit], datum=_DATUMS[datum])


def duration_s(text: str) -> int:
    """`30m`, `2h`, `1h30m`, `90s`, `3d`, in whole seconds."""
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise ValueError(f"'{text}' is not a duration: write 90s, 30m, 2h, 1h30m or 3d")
    parts = [int(part or 0) for part in match.groups()]
    total_s = sum(n * part_s for n, part_s in zip(parts, _DURATION_PARTS_S, strict=True))
    if not 0 < total_s <= DURATION_S_MAX:
        raise ValueError(f"'{text}' must be more than nothing and at most 56 days")
    return total_s


def instant_us(text: str) -> int | None:
    """An ISO 8601 time that names its zone, in Unix microseconds; None for `now`."""
    plain = text.strip()
    if plain.lower() == "now":
        return None
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise ValueError(f"'{text}' is not a time: write now or 2026-03-01T14:00Z") from None
    if moment.tzinfo is None:
        # 14:00 in London is two different instants in winter and in summer.
        raise ValueError(f"'{text}' names no time zone: add Z for UTC, or +01:00")
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    elapsed = moment - epoch
    return (elapsed.days * 86_400 + elapsed.seconds) * SECOND_US + elapsed.microseconds


def circle(text: str) -> Circle:
    """`LAT,LON,RADIUS_M`."""
    latitude_deg, longitude_deg, radius_m = _numbers(text, 3, "LAT,LON,RADIUS_M")
    if radius_m <= 0:
        raise ValueError(f"'{text}': the radius must be above 0 metres")
    return Circle(center=_position(latitude_deg, longitude_deg), radius_m=radius_m)


def emergency_circle(text: str) -> Circle:
    """`LAT,LON` or `LAT,LON,RADIUS_M`: small unless it says otherwise."""
    said = text if text.count(",") > 1 else f"{text},{EMERGENCY_RADIUS_M:g}"
    return circle(said)


def polygon(text: str) -> Polygon:
    """`LAT,LON LAT,LON LAT,LON ...`; closing it by repeating the first vertex is allowed."""
    points = text.replace(";", " ").split()
    vertices = [_position(*_numbers(point, 2, "LAT,LON")) for point in points[: VERTICES_MAX + 2]]
    if len(vertices) > 1 and vertices[0] == vertices[-1]:
        vertices.pop()
    if not 3 <= len(vertices) <= VERTICES_MAX:
        raise ValueError(f"a polygon has 3 to {VERTICES_MAX} vertices, written 'LAT,LON LAT,LON'")
    return Polygon(vertices=vertices)


def path(text: str) -> Polygon:
    """`LAT,LON LAT,LON ...`: waypoints, at least two."""
    points = text.replace(";", " ").split()
    if not 2 <= len(points) <= WAYPOINTS_MAX:
        raise ValueError(f"a path has 2 to {WAYPOINTS_MAX} waypoints, written 'LAT,LON LAT,LON'")
    return Polygon(vertices=[_position(*_numbers(point, 2, "LAT,LON")) for point in points])


def area(text: str) -> Area:
    """`SOUTH,WEST,NORTH,EAST` in degrees."""
    south, west, north, east = _numbers(text, 4, "SOUTH,WEST,NORTH,EAST")
    _position(south, west)
    _position(north, east)
    if south >= north or west >= east:
        raise ValueError(f"'{text}': south must be below north, and west below east")
    return Area(south_deg=south, west_deg=west, north_deg=north, east_deg=east)


def system_name(text: str) -> str:
    """`agencies/{agency}/systems/{system}`, checked as the broker does."""
    try:
        return str(SystemName.parse("system", text.strip()))
    except Refused as error:
        raise ValueError(f"'{text}': {error.refusals[0].reason}") from None


def host_and_port(text: str) -> str:
    """`host:port`."""
    host, separator, port = text.strip().rpartition(":")
    if not separator or not host or not port.isascii() or not port.isdigit():
        raise ValueError(
            f"'{text}' is not an address: write host:port, for example 127.0.0.1:50051"
        )
    if not 1 <= int(port) <= 65_535:
        raise ValueError(f"'{text}': a port is 1 to 65535")
    return text.strip()


def _numbers(text: str, count: int, form: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise ValueError(f"'{text}' must read {form}")
    return numbers


def _position(latitude_deg: float, longitude_deg: float) -> LatLng:
    if not (-90 <= latitude_deg <= 90 and -180 <= longitude_deg <= 180):
        raise ValueError(
            f"{latitude_deg:g},{longitude_deg:g} is not on Earth: "
            "latitude (-90 to 90) comes first, then longitude (-180 to 180)"
        )
    return LatLng(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
