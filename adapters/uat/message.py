"""One UAT downlink message (18 or 34 bytes) to what it says of an aircraft.

Source: RTCA DO-282B 2.2.4 (ADS-B message payload): a header, the state vector, and by payload type
the mode status (emitter category, callsign, quality) and the second altitude. dump978 reads the
same fields. Error correction has been done before.
"""

import cmath
import math
from dataclasses import dataclass

from adapters.adsb.aircraft import ALTITUDE_FT, Aircraft, Known, within
from adapters.adsb.memory import Heard, Memory, at_position
from adapters.adsb.quality import ADSB_DEFAULT_M, UNSURE_DEFAULT_M
from adapters.model import Refusal

SHORT_BYTES, LONG_BYTES = 18, 34
WITH_STATE = frozenset(range(11))  # payload types
WITH_MODE_STATUS = frozenset({1, 3})
WITH_SECOND_ALTITUDE = frozenset({1, 2, 5, 6})
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ  .."  # base 40

# Address qualifier: prefix of the address, how known, accuracy without a code (2.2.4.5.1.2).
QUALIFIERS = {
    0: ("", Known.ADSB, ADSB_DEFAULT_M),
    1: ("~", Known.ADSB, ADSB_DEFAULT_M),
    2: ("", Known.TISB, UNSURE_DEFAULT_M),
    3: ("~", Known.TISB, UNSURE_DEFAULT_M),
    6: ("~", Known.ADSB, UNSURE_DEFAULT_M),
}
NOT_AIRCRAFT = {4: "a surface vehicle", 5: "a ground beacon", 7: "an address of unknown kind"}

# Emitter categories by number (DO-282B 2.2.4.5.4.2, also GDL90).
CATEGORIES = {
    1: "A1", 2: "A2", 3: "A3", 4: "A4", 5: "A5", 6: "A6", 7: "A7",
    9: "B1", 10: "B2", 11: "B3", 12: "B4", 14: "B6", 15: "B7",
    17: "C1", 18: "C2", 19: "C3", 20: "C4", 21: "C5",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bits:
    """Reads numbers out of a message by the place of their first bit."""

    value: int
    size: int

    @classmethod
    def of(cls, data: bytes) -> "Bits":
        """The bits of these bytes, the first is number 0."""
        return cls(int.from_bytes(data, "big"), len(data) * 8)

    def number(self, first: int, count: int) -> int:
        """An unsigned number of `count` bits."""
        return self.value >> (self.size - first - count) & ((1 << count) - 1)


def read_message(data: bytes, time_us: int, memory: Memory) -> Aircraft | Refusal | None:
    """What a message says; None where it says no position."""
    if len(data) not in {SHORT_BYTES, LONG_BYTES}:
        return Refusal("message", "not a UAT message")
    bits = Bits.of(data)
    payload_type, qualifier = bits.number(0, 5), bits.number(5, 3)
    if qualifier not in QUALIFIERS:
        return Refusal("address", NOT_AIRCRAFT[qualifier])
    prefix, known, default_m = QUALIFIERS[qualifier]
    address = prefix + data[1:4].hex()
    if address.lstrip("~") in {"000000", "ffffff"}:
        return Refusal("address", "not an address")
    heard = memory.of(address)
    if len(data) == LONG_BYTES and payload_type in WITH_MODE_STATUS:
        _mode_status(bits, heard, time_us)
    if heard.text("category", 1, time_us) in {"C1", "C2", "C3", "C4", "C5"}:
        return Refusal("category", "a surface vehicle or an obstacle")
    if payload_type not in WITH_STATE:
        return None
    on_ground = _motion(bits, heard, time_us)
    _altitudes(bits, heard, time_us, payload_type)
    found = _place(bits)
    if not isinstance(found, tuple):
        return found
    return at_position(
        address,
        heard,
        latitude_deg=found[0],
        longitude_deg=found[1],
        time_us=time_us,
        known=known,
        on_ground=on_ground,
        default_accuracy_m=default_m,
    )


def _place(bits: Bits) -> tuple[float, float] | Refusal | None:
    """Latitude and longitude in degrees."""
    raw_latitude, raw_longitude = bits.number(32, 23), bits.number(55, 24)
    if raw_latitude == 0 and raw_longitude == 0:
        return None if bits.number(92, 4) == 0 else Refusal("latitude", "0,0 is no fix")
    latitude_deg = raw_latitude * 360.0 / 2**24
    longitude_deg = raw_longitude * 360.0 / 2**24
    latitude_deg -= 180.0 if latitude_deg > 90.0 else 0.0
    longitude_deg -= 360.0 if longitude_deg > 180.0 else 0.0
    if not -90.0 <= latitude_deg <= 90.0:
        return Refusal("latitude", "not a position")
    return latitude_deg, longitude_deg


def _altitudes(bits: Bits, heard: Heard, time_us: int, payload_type: int) -> None:
    """The first altitude, and the other kind where the message carries it."""
    names = ["pressure_altitude_ft", "geometric_altitude_ft"]
    if bits.number(79, 1):
        names.reverse()
    heard.hear("nic", bits.number(92, 4) or None, time_us)
    heard.hear(names[0], _altitude_ft(bits.number(80, 12)), time_us)
    if bits.size == LONG_BYTES * 8 and payload_type in WITH_SECOND_ALTITUDE:
        heard.hear(names[1], _altitude_ft(bits.number(232, 12)), time_us)


def _altitude_ft(raw: int) -> float | None:
    return within(raw * 25.0 - 1_025.0, ALTITUDE_FT) if raw else None


def _motion(bits: Bits, heard: Heard, time_us: int) -> bool:
    """Velocity and climb; whether the aircraft is on the ground."""
    state = bits.number(96, 2)
    if state == 2:
        raw, kind = bits.number(99, 11), bits.number(110, 2)
        heard.hear("ground_speed_kt", (raw & 0x3FF) - 1 if raw & 0x3FF else None, time_us)
        track_deg = bits.number(112, 9) * 360.0 / 512.0
        heard.hear("track_deg", track_deg if kind == 1 else None, time_us)
        heard.hear("climb_fpm", None, time_us)
        return True
    scale = 4 if state == 1 else 1  # supersonic
    north_kt = _signed(bits.number(99, 11), 10)
    east_kt = _signed(bits.number(110, 11), 10)
    if north_kt is None or east_kt is None:
        heard.hear("ground_speed_kt", None, time_us)
    else:
        velocity = complex(north_kt * scale, east_kt * scale)
        heard.hear("ground_speed_kt", abs(velocity), time_us)
        heard.hear("track_deg", _track_deg(velocity), time_us)
    climb = _signed(bits.number(122, 10), 9)
    heard.hear("climb_fpm", None if climb is None else climb * 64, time_us)
    return False


def _mode_status(bits: Bits, heard: Heard, time_us: int) -> None:
    """Emitter category, callsign, and quality codes."""
    words = [bits.number(136 + 16 * place, 16) for place in range(3)]
    letters = [word // power % 40 for word in words for power in (1_600, 40, 1)]
    heard.hear("category", CATEGORIES.get(letters[0]), time_us)
    callsign = "".join(ALPHABET[letter] for letter in letters[1:]).strip()
    if bits.number(214, 1) and callsign:  # else it is a squawk
        heard.hear("callsign", callsign, time_us)
    heard.hear("nac_p", bits.number(200, 4) or None, time_us)
    heard.hear("nac_v", bits.number(204, 3), time_us)


def _signed(raw: int, bits: int) -> int | None:
    """A sign, and a magnitude of that many bits that counts from 1; 0 is not known."""
    magnitude = raw & ((1 << bits) - 1)
    if magnitude == 0:
        return None
    return 1 - magnitude if raw >> bits & 1 else magnitude - 1


def _track_deg(velocity: complex) -> float:
    """The direction of north + east j, 0 to 360 degrees."""
    return math.degrees(cmath.phase(velocity)) % 360.0
