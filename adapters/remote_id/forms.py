"""The JSON that receivers of Remote ID send, in its four forms, to messages.

    sensor    {"data": {"UASdata": base64 of the C structure, "MAC address": ...}}
    decoded   {"BasicID": ..., "Latitude": ..., "data": {"MAC address": ...}}
    tracked   {"id": ..., "lat": ..., "lon": ..., "alt": ...} (DragonSync)
    listed    [{"MAC": ...}, {"Basic ID": {...}}, {"Location Vector": {...}}] in the units of radio

Where the operator stands and who that is may be in all of them; those fields are never looked at.
The altitude of the tracked form is above the sea by its description and above the ellipsoid by its
source, 46 m apart in London: it is read only with the datum that the feed's table states.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapters.json_numbers import finite
from adapters.model import Refusal
from adapters.remote_id import location as units
from adapters.remote_id.location import Location, Status
from adapters.remote_id.messages import SERIAL_NUMBER, BasicId, Message, readable_id
from adapters.remote_id.structure import checked_location, read_structure

MAX_BASE64 = 8_000  # characters; the structure takes 1,228
TEST_FLAGS = ("simulated", "simulation", "test", "sim")

_LIMIT = re.compile(r"<\s*(\d+(?:\.\d+)?)\s*(km|m/s|m)\b")
_STATUSES = {"ground": Status.GROUND, "airborne": Status.AIRBORNE}

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """What one transmitter said in one document; `transmitter` is empty where it is not told."""

    transmitter: str
    messages: tuple[Message | Refusal, ...]
    altitude_datum_known: bool = True


def read_entry(entry: object) -> Received:
    """One drone's entry, in any of the forms."""
    if isinstance(entry, list):
        return _listed([part for part in entry if isinstance(part, dict)])
    if not isinstance(entry, dict):
        return _refused("", "not an object")
    if any(entry.get(flag) for flag in TEST_FLAGS):
        return _refused("test", "simulated or test")
    data = entry.get("data")
    if isinstance(data, dict) and "UASdata" in data:
        return Received(_mac(data.get("MAC address")), tuple(_structure(data["UASdata"])))
    if "BasicID" in entry and "Latitude" in entry:
        mac = data.get("MAC address") if isinstance(data, dict) else None
        return Received(_mac(mac), (_id(entry["BasicID"]), _decoded(entry)))
    if "id" in entry and "lat" in entry and entry.get("track_type", "drone") == "drone":
        return Received(_mac(entry.get("mac")), (_id(entry["id"]), _tracked(entry)), False)
    return _refused("", "not a known form of Remote ID")


def _refused(field: str, reason: str) -> Received:
    return Received("", (Refusal(field, reason),))


def _structure(text: object) -> list[Message | Refusal]:
    if not isinstance(text, str) or len(text) > MAX_BASE64:
        return [Refusal("UASdata", "not base64")]
    try:
        return read_structure(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return [Refusal("UASdata", "not base64")]


def _id(value: object) -> BasicId | Refusal:
    made = readable_id(value.encode("utf-8", "replace")) if isinstance(value, str) else None
    if not made or len(made) > 40:
        return Refusal("basic id", "not a readable id")
    return BasicId(SERIAL_NUMBER, 0, made.removeprefix("drone-"))


def _decoded(entry: Entry) -> Location | Refusal:
    minute, second, hundredth = _three(entry.get("TimeStamp"))
    seconds = None if minute is None else minute * 60.0 + (second or 0.0) + (hundredth or 0) / 100
    codes = {
        name: finite(entry.get(name)) for name in ("HorizAccuracy", "VertAccuracy", "SpeedAccuracy")
    }
    return _located(
        entry.get("Latitude"),
        entry.get("Longitude"),
        status=int(finite(entry.get("Status")) or 0),
        direction_deg=units.direction_deg(finite(entry.get("Direction"))),
        speed_mps=units.speed_mps(finite(entry.get("SpeedHorizontal"))),
        vertical_speed_mps=units.vertical_speed_mps(finite(entry.get("SpeedVertical"))),
        pressure_altitude_m=units.altitude_m(finite(entry.get("AltitudeBaro"))),
        geodetic_altitude_m=units.altitude_m(finite(entry.get("AltitudeGeo"))),
        height_m=units.altitude_m(finite(entry.get("Height"))),
        height_is_over_ground=entry.get("HeightType") == 1,
        horizontal_accuracy_m=units.HORIZONTAL_ACCURACY_M.get(int(codes["HorizAccuracy"] or 0)),
        vertical_accuracy_m=units.VERTICAL_ACCURACY_M.get(int(codes["VertAccuracy"] or 0)),
        speed_accuracy_mps=units.SPEED_ACCURACY_MPS.get(int(codes["SpeedAccuracy"] or 0)),
        second_of_hour_s=units.second_of_hour_s(seconds),
    )


def _tracked(entry: Entry) -> Location | Refusal:
    return _located(
        entry.get("lat"),
        entry.get("lon"),
        status=_status(entry.get("op_status")),
        direction_deg=units.direction_deg(finite(entry.get("direction"))),
        speed_mps=units.speed_mps(finite(entry.get("speed"))),
        vertical_speed_mps=units.vertical_speed_mps(finite(entry.get("vspeed"))),
        geodetic_altitude_m=units.altitude_m(finite(entry.get("alt"))),
        height_m=units.altitude_m(finite(entry.get("height"))),
        height_is_over_ground="ground" in str(entry.get("height_type", "")).lower(),
        horizontal_accuracy_m=_limit(entry.get("horizontal_accuracy")),
        vertical_accuracy_m=_limit(entry.get("vertical_accuracy")),
        speed_accuracy_mps=_limit(entry.get("speed_accuracy")),
    )


def _listed(parts: list[dict[str, Any]]) -> Received:
    transmitter, messages = "", list[Message | Refusal]()
    for part in parts:
        for name, content in part.items():
            if name == "MAC":
                transmitter = _mac(content)
            elif name == "Basic ID" and isinstance(content, dict):
                if "serial" in str(content.get("id_type", "")).lower():
                    messages.append(_id(content.get("id")))
            elif name == "Location Vector" and isinstance(content, dict):
                messages.append(_vector(content))
    if not messages:
        return _refused("", "not a known form of Remote ID")
    return Received(transmitter, tuple(messages))


def _vector(content: Entry) -> Location | Refusal:
    """A location in the units of radio: 1e-7 deg, half metres from -1,000, tenths of a second."""
    raw = content.get("coord")
    if not isinstance(raw, dict):
        return Refusal("coord", "not an object")
    latitude, longitude, direction, speed, climb = (
        finite(raw.get(name))
        for name in ("latitude", "longitude", "direction", "speed", "vert_speed")
    )
    quick = str(content.get("speed_multiplier")) == "0.75"
    west = str(content.get("ew_dir_segment", "")).lower() == "west"
    speed_mps = None
    if speed is not None and speed != 255:
        speed_mps = speed * 0.75 + 63.75 if quick else speed * 0.25
    tenths = finite(raw.get("timestamp"))
    return _located(
        None if latitude is None else latitude / 1e7,
        None if longitude is None else longitude / 1e7,
        status=_status(content.get("op_status")),
        direction_deg=units.direction_deg(
            None if direction is None else direction + (180 if west else 0)
        ),
        speed_mps=units.speed_mps(speed_mps),
        vertical_speed_mps=units.vertical_speed_mps(None if climb is None else climb * 0.5),
        pressure_altitude_m=_half_metres(raw.get("pressure_altitude")),
        geodetic_altitude_m=_half_metres(raw.get("geodetic_altitude")),
        height_m=_half_metres(raw.get("height_agl")),
        height_is_over_ground="ground" in str(content.get("height_type", "")).lower(),
        horizontal_accuracy_m=_limit(raw.get("horizontal_accuracy")),
        vertical_accuracy_m=_limit(raw.get("vertical_accuracy")),
        speed_accuracy_mps=_limit(raw.get("speed_accuracy")),
        second_of_hour_s=units.second_of_hour_s(None if tenths is None else tenths / 10.0),
    )


def _located(latitude: object, longitude: object, **fields: Any) -> Location | Refusal:
    latitude_deg, longitude_deg = finite(latitude), finite(longitude)
    if latitude_deg is None or longitude_deg is None:
        return Refusal("latitude", "not a position")
    return checked_location(replace(Location(latitude_deg, longitude_deg), **fields))


def _half_metres(raw: object) -> float | None:
    value = finite(raw)
    return None if value is None else units.altitude_m(value * 0.5 - 1_000.0)


def _status(value: object) -> int:
    return _STATUSES.get(str(value).lower(), Status.UNDECLARED)


def _limit(value: object) -> float | None:
    """The accuracy that a text such as `<10 m` states; None for unknown, and in other units."""
    found = _LIMIT.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    return float(found[1]) * (1_000.0 if found[2] == "km" else 1.0)


def _three(value: object) -> tuple[float | None, float | None, float | None]:
    """Minute, second and hundredth after the full hour."""
    if not isinstance(value, list) or len(value) != 3:
        return None, None, None
    return finite(value[0]), finite(value[1]), finite(value[2])


def _mac(value: object) -> str:
    text = value.lower() if isinstance(value, str) else ""
    return text if re.fullmatch(r"[0-9a-f:-]{1,40}", text) else ""
