"""A transponder: extended squitters, written from the definition.

Sources: ICAO Annex 10 volume IV (checksum), DO-260B 2.2.3.2 (messages) and appendix A (compact
position reporting). Nothing here is shared with what decodes them.
"""

import math

CRC_GENERATOR = 0x1FFF409  # x^24 + ... , ICAO Annex 10 volume IV 3.1.2.3.3
LONGITUDE_ZONES_HALF = 15  # latitude zones between the equator and a pole
CPR_STEPS = 2**17


def with_checksum(message: bytes) -> bytes:
    """Eleven bytes and their 24-bit checksum."""
    value = int.from_bytes(message, "big") << 24
    for bit in range(len(message) * 8 + 23, 23, -1):
        if value >> bit & 1:
            value ^= CRC_GENERATOR << (bit - 24)
    return message + value.to_bytes(3, "big")


def squitter(address: str, payload: int, downlink: int = 17, low_bits: int = 5) -> bytes:
    """One extended squitter; `payload` is its 56 bits."""
    head = bytes([downlink << 3 | low_bits]) + bytes.fromhex(address)
    return with_checksum(head + payload.to_bytes(7, "big"))


def position(
    address: str,
    latitude_deg: float,
    longitude_deg: float,
    *,
    odd: bool,
    altitude_ft: int = 1_000,
    type_code: int = 11,
    downlink: int = 17,
    low_bits: int = 5,
) -> bytes:
    """An airborne position: half of it, as even and odd squitters carry it."""
    steps = (altitude_ft + 1_000) // 25
    altitude = (steps >> 4) << 5 | 0x10 | steps & 15
    y, x = compact(latitude_deg, longitude_deg, odd=odd)
    payload = type_code << 51 | altitude << 36 | odd << 34 | y << 17 | x
    return squitter(address, payload, downlink, low_bits)


def velocity(address: str, east_kt: int, north_kt: int, climb_fpm: int, above_ft: int = 0) -> bytes:
    """Ground velocity, climb, and satellite less pressure altitude (0: not said)."""
    fields = 19 << 51 | 1 << 48 | 2 << 43  # NACv 2
    fields |= (east_kt < 0) << 42 | (abs(east_kt) + 1) << 32
    fields |= (north_kt < 0) << 31 | (abs(north_kt) + 1) << 21
    fields |= (climb_fpm < 0) << 19 | (abs(climb_fpm) // 64 + 1) << 10
    if above_ft:
        fields |= (above_ft < 0) << 7 | (abs(above_ft) // 25 + 1)
    return squitter(address, fields)


def identity(address: str, callsign: str, category: int = 7, type_code: int = 4) -> bytes:
    """Callsign and emitter category; type code 4 with category 7 is a rotorcraft."""
    alphabet = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"
    letters = 0
    for letter in callsign.ljust(8):
        letters = letters << 6 | alphabet.index(letter)
    return squitter(address, type_code << 51 | category << 48 | letters)


def compact(latitude_deg: float, longitude_deg: float, *, odd: bool) -> tuple[int, int]:
    """Latitude and longitude within their zones, 17 bits each."""
    height_deg = 360.0 / (4 * LONGITUDE_ZONES_HALF - odd)
    y = math.floor(CPR_STEPS * (latitude_deg % height_deg) / height_deg + 0.5)
    seen_deg = height_deg * (y / CPR_STEPS + math.floor(latitude_deg / height_deg))
    width_deg = 360.0 / max(longitude_zones(seen_deg) - odd, 1)
    x = math.floor(CPR_STEPS * (longitude_deg % width_deg) / width_deg + 0.5)
    return y % CPR_STEPS, x % CPR_STEPS


def longitude_zones(latitude_deg: float) -> int:
    """How many zones of longitude there are at a latitude."""
    if abs(latitude_deg) >= 87.0:
        return 1 if abs(latitude_deg) > 87.0 else 2
    narrow = 1 - math.cos(math.pi / (2 * LONGITUDE_ZONES_HALF))
    wide = math.cos(math.pi / 180.0 * latitude_deg) ** 2
    return int(2 * math.pi / math.acos(1 - narrow / wide))


def beast(frame: bytes, counter: int, signal: int = 100) -> bytes:
    """A frame as Beast binary sends it."""
    kind = {7: b"2", 14: b"3"}[len(frame)]
    body = counter.to_bytes(6, "big") + bytes([signal]) + frame
    return b"\x1a" + kind + body.replace(b"\x1a", b"\x1a\x1a")
