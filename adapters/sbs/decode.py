"""The SBS adapter's decoder: BaseStation lines to position reports; free of I/O.

Source: the BaseStation socket format as readsb, dump1090 and node-sbs1 write and read it: 22 fields
between commas, `MSG` and a type from 1 to 8 first. Position comes in types 2 and 3, velocity in 4
(and on the ground in 2), callsign in 1; they are joined by address. Many fields are empty. Dates
and times have no zone, and many senders leave them out, so the time of a position is the time it
arrived here; in a recording the written times, read as UTC, only set the pace.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from adapters.adsb.aircraft import (
    ALTITUDE_FT,
    NO_ADDRESS,
    RATE_FPM,
    SPEED_KT,
    Aircraft,
    within,
)
from adapters.adsb.memory import Heard, Memory, at_position
from adapters.adsb.quality import ADSB_DEFAULT_M
from adapters.adsb.report import Reporter
from adapters.clock import MICROSECONDS
from adapters.lines import LineFraming
from adapters.model import Decoded, Document, Recorded, Refusal

MAX_LINE_BYTES = 500
LINES_AT_ONCE = 100  # of a recording
FIELDS = (20, 22)  # some senders leave the last flags out
OTHER_MESSAGES = frozenset({"SEL", "ID", "AIR", "STA", "CLK"})  # of the display, not of aircraft

_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,12})?")
_ADDRESS = re.compile(r"~?[0-9a-f]{6}")
_CALLSIGN = re.compile(r"[A-Z0-9 ]{1,8}")

# Places of the fields.
ADDRESS, DATE, TIME, CALLSIGN, ALTITUDE, SPEED, TRACK = 4, 6, 7, 10, 11, 12, 13
LATITUDE, LONGITUDE, RATE, ON_GROUND = 14, 15, 16, 21


class SbsDecoder:
    """Decodes the lines of one receiver."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._lines = LineFraming(MAX_LINE_BYTES)
        self._memory = Memory()

    def __call__(self, document: Document) -> Decoded:
        """The positions in these bytes."""
        if document.opens:
            self._lines.reset()
        lines, unreadable = self._lines.feed(document.data)
        made = (
            self._line(line.decode("ascii", errors="replace"), document.received_us)
            for line in lines
        )
        return self._reporter.decoded(made, unreadable, len(lines) + len(unreadable))

    def _line(self, line: str, time_us: int) -> Aircraft | Refusal | None:
        fields = [field.strip() for field in line.split(",")]
        if fields[0] in OTHER_MESSAGES:
            return None
        if fields[0] != "MSG" or not FIELDS[0] <= len(fields) <= FIELDS[1]:
            return Refusal("line", "not an SBS message")
        fields += [""] * (FIELDS[1] - len(fields))
        address = fields[ADDRESS].lower()
        if _ADDRESS.fullmatch(address) is None or address in NO_ADDRESS:
            return Refusal("address", "not an address")
        heard = self._memory.of(address)
        _remember(heard, fields, time_us)
        if fields[1] not in {"2", "3"}:
            return None
        return _positioned(address, heard, fields, time_us)


def _remember(heard: Heard, fields: list[str], time_us: int) -> None:
    """What a line says, of whatever type: only fields that are filled in."""
    for place, name, limits in (
        (ALTITUDE, "pressure_altitude_ft", ALTITUDE_FT),
        (SPEED, "ground_speed_kt", SPEED_KT),
        (TRACK, "track_deg", (0.0, 360.0)),
        (RATE, "climb_fpm", RATE_FPM),
    ):
        value = within(_number(fields[place]), limits)
        if value is not None:
            heard.hear(name, value, time_us)
    if _CALLSIGN.fullmatch(fields[CALLSIGN]):
        heard.hear("callsign", fields[CALLSIGN], time_us)


def _positioned(
    address: str, heard: Heard, fields: list[str], time_us: int
) -> Aircraft | Refusal | None:
    if not fields[LATITUDE] and not fields[LONGITUDE]:
        return Refusal("latitude", "no position")
    latitude_deg, longitude_deg = _number(fields[LATITUDE]), _number(fields[LONGITUDE])
    if (
        latitude_deg is None
        or longitude_deg is None
        or not -90.0 <= latitude_deg <= 90.0
        or not -180.0 <= longitude_deg <= 180.0
    ):
        return Refusal("latitude", "not a position")
    if latitude_deg == 0.0 and longitude_deg == 0.0:
        return Refusal("latitude", "0,0 is no fix")
    return at_position(
        address,
        heard,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        time_us=time_us,
        on_ground=fields[ON_GROUND] in {"-1", "1"} or fields[1] == "2",
        default_accuracy_m=ADSB_DEFAULT_M,
    )


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def recorded(path: Path) -> Iterator[Recorded]:
    """A recorded stream in pieces, each at the time of its last line that has one."""
    with path.open("rb") as file:
        while lines := file.readlines(LINES_AT_ONCE * 80):
            times = [time for line in lines if (time := written_time_us(line)) is not None]
            yield Recorded(b"".join(lines), times[-1] if times else None)


def written_time_us(line: bytes) -> int | None:
    """The date and time that a line says, read as UTC."""
    fields = line.decode("ascii", errors="replace").split(",")
    if len(fields) <= TIME:
        return None
    try:
        moment = datetime.strptime(
            f"{fields[DATE].strip()} {fields[TIME].strip()} +0000", "%Y/%m/%d %H:%M:%S.%f %z"
        )
    except ValueError:
        return None
    return round(moment.timestamp() * MICROSECONDS)
