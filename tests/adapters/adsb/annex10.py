"""A second decoder of extended squitters: slow, obvious, and written from the definitions alone.

It shares nothing with the decoder in use nor with the simulated transponder. Sources: ICAO Annex 10
volume IV 3.1.2.3.3 (checksum); DO-260B 2.2.3.2 (messages), appendix A.1.7 (compact position
reporting, global decoding).
"""

import math
from dataclasses import dataclass

LATITUDE_ZONES = 15
PAIR_S = 10.0
LETTERS = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"


@dataclass(frozen=True)
class Said:
    """What one squitter says; None where it says nothing of it."""

    address: str
    type_code: int
    altitude_ft: int | None = None
    half: tuple[bool, int, int] | None = None
    """Odd or not, and the two coded coordinates."""
    callsign: str = ""
    east_north_kt: tuple[int, int] | None = None
    climb_fpm: int | None = None
    above_pressure_ft: int | None = None


def remainder(frame: bytes) -> int:
    """Of the division by the generator polynomial; 0 for a frame without a flipped bit."""
    bits = [byte >> shift & 1 for byte in frame for shift in range(7, -1, -1)]
    generator = [int(one) for one in f"{0x1FFF409:025b}"]
    for place in range(len(bits) - 24):
        if bits[place]:
            for offset, one in enumerate(generator):
                bits[place + offset] ^= one
    return int("".join(map(str, bits[-24:])), 2)


def read(frame: bytes) -> Said | None:
    """One downlink format 17 squitter; None for anything else."""
    if len(frame) != 14 or frame[0] >> 3 != 17 or remainder(frame):
        return None
    address, message = frame[1:4].hex(), int.from_bytes(frame[4:11], "big")

    def field(first: int, last: int) -> int:
        """Bits of the 56, counted from 1 as the standard does."""
        return message >> (56 - last) & (1 << (last - first + 1)) - 1

    code = field(1, 5)
    if 1 <= code <= 4:
        letters = [LETTERS[field(9 + 6 * place, 14 + 6 * place)] for place in range(8)]
        return Said(address, code, callsign="".join(letters).rstrip())
    if 9 <= code <= 18 or 20 <= code <= 22:
        half = (bool(field(22, 22)), field(23, 39), field(40, 56))
        return Said(address, code, altitude_ft=_altitude_ft(field(9, 20), code), half=half)
    if code == 19 and field(6, 8) in (1, 2):
        return _velocity(address, field, supersonic=field(6, 8) == 2)
    return Said(address, code)


def _altitude_ft(coded: int, code: int) -> int | None:
    if code >= 20 or coded == 0 or not coded >> 4 & 1:
        return None  # satellite height in metres, none, or in steps of 100 ft
    return (coded >> 5 << 4 | coded & 15) * 25 - 1_000


def _velocity(address: str, field, supersonic: bool) -> Said:  # type: ignore[no-untyped-def]
    east, north, climb, above = field(15, 24), field(26, 35), field(38, 46), field(50, 56)
    step = 4 if supersonic else 1
    known = east and north
    return Said(
        address,
        19,
        east_north_kt=(
            (-1 if field(14, 14) else 1) * (east - 1) * step,
            (-1 if field(25, 25) else 1) * (north - 1) * step,
        )
        if known
        else None,
        climb_fpm=(-1 if field(37, 37) else 1) * (climb - 1) * 64 if climb else None,
        above_pressure_ft=(-1 if field(49, 49) else 1) * (above - 1) * 25 if above else None,
    )


def zones(latitude_deg: float) -> int:
    """Longitude zones at a latitude (NL)."""
    if abs(latitude_deg) >= 87.0:
        return 2 if abs(latitude_deg) == 87.0 else 1
    part = 1.0 - math.cos(math.pi / (2 * LATITUDE_ZONES))
    return math.floor(
        2.0 * math.pi / math.acos(1.0 - part / math.cos(math.radians(latitude_deg)) ** 2)
    )


def place(
    even: tuple[int, int], odd: tuple[int, int], newest_odd: bool
) -> tuple[float, float] | None:
    """Latitude and longitude of the newest half; None where the two are of different zones."""
    (lat_0, lon_0), (lat_1, lon_1) = [(a / 131_072, b / 131_072) for a, b in (even, odd)]
    index = math.floor(59 * lat_0 - 60 * lat_1 + 0.5)
    both = [360.0 / 60 * (index % 60 + lat_0), 360.0 / 59 * (index % 59 + lat_1)]
    both = [one - 360.0 if one >= 270.0 else one for one in both]
    if zones(both[0]) != zones(both[1]):
        return None
    latitude_deg = both[newest_odd]
    count = zones(latitude_deg)
    step = math.floor(lon_0 * (count - 1) - lon_1 * count + 0.5)
    parts = max(count - newest_odd, 1)
    longitude_deg = 360.0 / parts * (step % parts + (lon_1 if newest_odd else lon_0))
    return latitude_deg, longitude_deg - 360.0 if longitude_deg >= 180.0 else longitude_deg


class Positions:
    """Pairs halves of each aircraft that were heard within ten seconds."""

    def __init__(self) -> None:
        self._halves: dict[tuple[str, bool], tuple[float, tuple[int, int]]] = {}

    def take(self, said: Said, time_s: float) -> tuple[float, float] | None:
        """The place that this squitter completes."""
        assert said.half is not None
        is_odd, *coded = said.half
        self._halves[said.address, is_odd] = time_s, (coded[0], coded[1])
        other = self._halves.get((said.address, not is_odd))
        if other is None or abs(time_s - other[0]) > PAIR_S:
            return None
        own = (coded[0], coded[1])
        return place(*((other[1], own) if is_odd else (own, other[1])), newest_odd=is_odd)
