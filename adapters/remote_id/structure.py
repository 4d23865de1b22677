"""The C structure ODID_UAS_Data of opendroneid-core-c, as some receivers pass it on in base64.

Source: opendroneid.h of opendroneid-core-c: two basic ids, location, 16 pages of authentication,
self id, system, operator id, then one byte each saying which of them are set. Little-endian, with
the padding of a 64-bit compiler. Only identity and place are read (see `messages`).
"""

import struct

from adapters.model import Refusal
from adapters.remote_id import location as units
from adapters.remote_id.location import Location
from adapters.remote_id.messages import BasicId, Message, readable_id

STRUCTURE_BYTES = 914  # to the last flag; padding follows
BASIC_IDS, BASIC_ID_BYTES = 2, 32
LOCATION_PLACE, FLAGS_PLACE = 64, 892
_BASIC_ID = struct.Struct("<ii21s")
_LOCATION = struct.Struct("<ifffddffifiiiiif")


def read_structure(data: bytes) -> list[Message | Refusal]:
    """The basic ids and the location that are marked as set."""
    if len(data) < STRUCTURE_BYTES:
        return [Refusal("UASdata", "cut short")]
    found: list[Message | Refusal] = []
    for number in range(BASIC_IDS):
        if data[FLAGS_PLACE + number]:
            ua_type, id_type, raw = _BASIC_ID.unpack_from(data, number * BASIC_ID_BYTES)
            uas_id = readable_id(raw)
            if uas_id is None:
                found.append(Refusal("basic id", "not a readable id"))
            else:
                found.append(BasicId(id_type, ua_type, uas_id))
    if data[FLAGS_PLACE + BASIC_IDS]:
        found.append(_location(data))
    return found


def _location(data: bytes) -> Location | Refusal:
    (status, direction, speed, climb, latitude_deg, longitude_deg, pressure, geodetic, reference,
     height, horizontal, vertical, _, speed_accuracy, _, seconds) = _LOCATION.unpack_from(
        data, LOCATION_PLACE
    )  # fmt: skip
    return checked_location(
        Location(
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            status=status,
            direction_deg=units.direction_deg(direction),
            speed_mps=units.speed_mps(speed),
            vertical_speed_mps=units.vertical_speed_mps(climb),
            pressure_altitude_m=units.altitude_m(pressure),
            geodetic_altitude_m=units.altitude_m(geodetic),
            height_m=units.altitude_m(height),
            height_is_over_ground=reference == 1,
            horizontal_accuracy_m=units.HORIZONTAL_ACCURACY_M.get(horizontal),
            vertical_accuracy_m=units.VERTICAL_ACCURACY_M.get(vertical),
            speed_accuracy_mps=units.SPEED_ACCURACY_MPS.get(speed_accuracy),
            second_of_hour_s=units.second_of_hour_s(seconds),
        )
    )


def checked_location(made: Location) -> Location | Refusal:
    """The location, unless its place cannot be one."""
    if not (-90.0 <= made.latitude_deg <= 90.0 and -180.0 <= made.longitude_deg <= 180.0):
        return Refusal("latitude", "not a position")  # NaN is neither
    if made.latitude_deg == 0.0 and made.longitude_deg == 0.0:
        return Refusal("latitude", "0,0 is no fix")
    return made
