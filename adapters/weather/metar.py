"""METAR and SPECI text to what is used of it: whose, when, and the QNH. Pure, and never raises.

Of a report three groups are read: the station, the day and time, and the pressure (`Q1013`, or
`A2992` in hundredths of an inch). What follows a trend, a remark or the end sign is a forecast or
plain language, and a pressure in there is not the QNH now.

Sources: ICAO Annex 3, appendix 3 (Q in whole hectopascals, rounded down); WMO-No. 306, FM 15.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.clock import MICROSECONDS
from adapters.model import Refusal

MAX_WEATHER_BYTES = 256_000
MAX_REPORTS = 2_000  # read of one document; a region has some hundreds
MAX_REPORT_CHARS = 1_000
MAX_AHEAD = timedelta(minutes=10)  # a clock that is a little off
INCH_OF_MERCURY_HPA = 33.8639  # NIST SP 811, at 0 degrees C
LOWEST_HPA, HIGHEST_HPA = 870.0, 1_085.0  # the extremes ever measured

_BEGINS = re.compile(r"(TAF\s+(?:AMD\s+|COR\s+)?)?\b([A-Z]{4})\s+(\d\d)(\d\d)(\d\d)Z\b")
_ENDS = re.compile(r"=|\b(?:RMK|TEMPO|BECMG|NOSIG)\b")
_PRESSURE = re.compile(r"(?<=\s)(?:Q(\d{4})|A(\d{4}))(?![\dA-Z/])")


@dataclass(frozen=True, slots=True)
class Pressure:
    """The QNH at one aerodrome, and when it was observed (Unix microseconds UTC)."""

    station: str
    observed_us: int
    qnh_hpa: float


def read_metars(data: bytes, now_us: int) -> Iterator[Pressure | Refusal]:
    """Each report's pressure, or why it has none; `now_us` tells the month and year of its day."""
    if len(data) > MAX_WEATHER_BYTES:
        yield Refusal("document", f"over {MAX_WEATHER_BYTES} bytes")
        return
    text = data.decode("ascii", errors="replace")
    begins = list(_BEGINS.finditer(text))
    if not begins:
        yield Refusal("document", "no weather report in it")
        return
    if len(begins) > MAX_REPORTS:
        yield Refusal("document", f"over {MAX_REPORTS} reports")
    ends = [*(one.start() for one in begins[1:]), len(text)]
    for begin, end in zip(begins[:MAX_REPORTS], ends[:MAX_REPORTS], strict=True):
        if begin.group(1):
            yield Refusal("report", "a forecast")
        else:
            yield _read(begin, text[begin.end() : min(end, begin.end() + MAX_REPORT_CHARS)], now_us)


def _read(begin: re.Match[str], rest: str, now_us: int) -> Pressure | Refusal:
    station, day, hour, minute = begin.groups()[1:]
    observed_us = _observed_us(int(day), int(hour), int(minute), now_us)
    if observed_us is None:
        return Refusal("time", "no time that can be")
    found = _PRESSURE.search(_ENDS.split(rest, maxsplit=1)[0])
    if found is None:
        return Refusal("pressure", "no pressure in it")
    hectopascals, inches = found.groups()
    qnh_hpa = float(hectopascals) if hectopascals else int(inches) / 100.0 * INCH_OF_MERCURY_HPA
    if not LOWEST_HPA <= qnh_hpa <= HIGHEST_HPA:
        return Refusal("pressure", "no pressure that can be")
    return Pressure(station, observed_us, qnh_hpa)


def _observed_us(day: int, hour: int, minute: int, now_us: int) -> int | None:
    """The last time that day of the month was at that time; None where there is none."""
    now = datetime.fromtimestamp(now_us / MICROSECONDS, UTC)
    month = now.replace(day=1)
    for _ in range(2):
        try:
            at = month.replace(day=day, hour=hour, minute=minute, second=0, microsecond=0)
        except ValueError:
            at = None
        if at is not None and at <= now + MAX_AHEAD:
            return round(at.timestamp()) * MICROSECONDS
        month = (month - timedelta(days=1)).replace(day=1)
    return None
