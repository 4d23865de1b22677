"""Raw F3411 messages: 25 bytes each, alone or several in a pack.

Source: ASTM F3411-22a 5.4.5, tables 4 to 13; the published C structures of opendroneid-core-c have
the same layout. The low four bits of the first byte are the version: the layout of what is read
here is the same in all of them (F3411-19, ASD-STAN, F3411-22a), so it is read regardless.

Where the operator stands, and the operator's number, are personal data. Nothing downstream has a
use for them, so they are not read at all: no field below can hold them, and no log can show them.
"""

import struct
from dataclasses import dataclass

from adapters.model import Refusal
from adapters.remote_id import location as units
from adapters.remote_id.location import Location

MESSAGE_BYTES = 25
PACK = 15
MAX_MESSAGES = 9  # in a pack
SERIAL_NUMBER = 1
ID_BYTES = 20

# Status and flags, direction, speed, climb, latitude, longitude, three altitudes, two accuracies,
# time, its accuracy, reserved (table 7).
_LOCATION = struct.Struct("<BBBbiiHHHBBHBB")


@dataclass(frozen=True, slots=True)
class BasicId:
    """Whose message it is, by its own word."""

    id_type: int
    ua_type: int
    uas_id: str


@dataclass(frozen=True, slots=True)
class Authentication:
    """A page of a signature. It is counted, not checked: unsigned and signed are the same here."""

    auth_type: int
    page: int


@dataclass(frozen=True, slots=True)
class SelfId:
    """A free text; its words are the operator's and are not kept."""

    text_type: int


@dataclass(frozen=True, slots=True)
class System:
    """About the operation: how many aircraft, and in which area round the operator."""

    area_count: int
    area_radius_m: int


@dataclass(frozen=True, slots=True)
class OperatorId:
    """That there is an operator's number; not which."""


Message = BasicId | Location | Authentication | SelfId | System | OperatorId


def read_messages(data: bytes) -> list[Message | Refusal]:
    """The messages of a pack, or a single one; every unreadable one is a refusal."""
    if len(data) >= 3 and data[0] >> 4 == PACK:
        size, number = data[1], data[2]
        if size != MESSAGE_BYTES or not 1 <= number <= MAX_MESSAGES:
            return [Refusal("pack", "not a message pack")]
        places = [3 + MESSAGE_BYTES * place for place in range(number)]
        return [_read(data[place : place + MESSAGE_BYTES]) for place in places]
    return [_read(data)]


def _read(data: bytes) -> Message | Refusal:
    if len(data) != MESSAGE_BYTES:
        return Refusal("message", "cut short")
    match data[0] >> 4:  # table 4
        case 0:
            return _basic_id(data)
        case 1:
            return _location(data)
        case 2:
            return Authentication(data[1] >> 4, data[1] & 15)
        case 3:
            return SelfId(data[1])
        case 4:
            return System(int.from_bytes(data[10:12], "little"), data[12] * 10)
        case 5:
            return OperatorId()
    return Refusal("message", "of unknown kind")


def _basic_id(data: bytes) -> BasicId | Refusal:
    uas_id = readable_id(data[2 : 2 + ID_BYTES])
    if uas_id is None:
        return Refusal("basic id", "not a readable id")
    return BasicId(data[1] >> 4, data[1] & 15, uas_id)


def readable_id(raw: bytes) -> str | None:
    """An id of printable ASCII without spaces; empty where none is set, None where garbled."""
    made = raw.split(b"\0", 1)[0].strip(b" ")
    return made.decode("ascii") if all(0x21 <= byte <= 0x7E for byte in made) else None


def _location(data: bytes) -> Location | Refusal:
    (flags, direction, speed, climb, latitude, longitude, pressure, geodetic, height,
     accuracies, others, tenths, _, _) = _LOCATION.unpack(data[1:])  # fmt: skip
    if latitude == 0 and longitude == 0:
        return Refusal("latitude", "0,0 is no fix")
    if abs(latitude) > 900_000_000 or abs(longitude) > 1_800_000_000:
        return Refusal("latitude", "not a position")
    speed_mps = None
    if speed != 255:
        speed_mps = speed * 0.75 + 63.75 if flags & 1 else speed * 0.25
    return Location(
        latitude_deg=latitude / 1e7,
        longitude_deg=longitude / 1e7,
        status=flags >> 4,
        direction_deg=units.direction_deg(direction + (180 if flags & 2 else 0)),
        speed_mps=units.speed_mps(speed_mps),
        vertical_speed_mps=units.vertical_speed_mps(climb * 0.5),
        pressure_altitude_m=units.altitude_m(pressure * 0.5 - 1_000.0),
        geodetic_altitude_m=units.altitude_m(geodetic * 0.5 - 1_000.0),
        height_m=units.altitude_m(height * 0.5 - 1_000.0),
        height_is_over_ground=bool(flags & 4),
        horizontal_accuracy_m=units.HORIZONTAL_ACCURACY_M.get(accuracies & 15),
        vertical_accuracy_m=units.VERTICAL_ACCURACY_M.get(accuracies >> 4),
        speed_accuracy_mps=units.SPEED_ACCURACY_MPS.get(others & 15),
        second_of_hour_s=units.second_of_hour_s(tenths / 10.0),
    )
