"""Local clocks without a time zone database: the zones that change with the United Kingdom and EU.

The core reads no files, and a log must mean the same whatever database a machine has. Since 2003
all of these zones change at 01:00 UTC on the last Sundays of March and October (Directive
2000/84/EC and before it 97/44/EC; the United Kingdom: Summer Time Order 2002), so one rule and an
offset say everything. A test holds the rule against the IANA database.

A day is its number since 1970-01-01. Where a clock shows a time twice, the caller says which of
the two is meant; a time that it skips is the moment of the change.
"""

import datetime as dt
from typing import Final

from broker.core.restrictions.periods import DAY_S, UTC
from broker.core.units import SECOND_US

DAY_US: Final = DAY_S * SECOND_US
HOUR_S: Final = 3_600
_WESTERN: Final = (
    "Europe/London",
    "Europe/Belfast",
    "Europe/Dublin",
    "Europe/Guernsey",
    "Europe/Isle_of_Man",
    "Europe/Jersey",
    "Europe/Lisbon",
)
_CENTRAL: Final = (
    "Europe/Amsterdam",
    "Europe/Berlin",
    "Europe/Bratislava",
    "Europe/Brussels",
    "Europe/Budapest",
    "Europe/Copenhagen",
    "Europe/Ljubljana",
    "Europe/Luxembourg",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Vienna",
    "Europe/Warsaw",
    "Europe/Zagreb",
    "Europe/Zurich",
)
_EASTERN: Final = (
    "Europe/Athens",
    "Europe/Bucharest",
    "Europe/Helsinki",
    "Europe/Riga",
    "Europe/Sofia",
    "Europe/Tallinn",
    "Europe/Vilnius",
)
WINTER_OFFSET_S: Final[dict[str, int]] = (
    dict.fromkeys(_WESTERN, 0)
    | dict.fromkeys(_CENTRAL, HOUR_S)
    | dict.fromkeys(_EASTERN, 2 * HOUR_S)
)
"""What their clocks are ahead of UTC in winter."""
_EPOCH_ORDINAL: Final = dt.date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday; Monday is 0."""


def is_known(time_zone: str) -> bool:
    """Whether this module can tell the time there."""
    return time_zone == UTC or time_zone in WINTER_OFFSET_S


def weekday_of(day: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day + _EPOCH_WEEKDAY) % 7


def date_of(day: int) -> dt.date:
    """The calendar date of a day number."""
    return dt.date.fromordinal(day + _EPOCH_ORDINAL)


def local_day(time_zone: str, at_us: int) -> int:
    """The day on the local calendar."""
    return (at_us // SECOND_US + _offset_s(time_zone, at_us // SECOND_US)) // DAY_S


def instant_us(time_zone: str, day: int, second: int, *, latest: bool) -> int:
    """When the local clock shows `second` of `day`, 0 to 86,400; the later of two if `latest`."""
    wall_s = day * DAY_S + second
    if time_zone == UTC:
        return wall_s * SECOND_US
    winter_s = WINTER_OFFSET_S[time_zone]
    candidates = [
        wall_s - offset_s
        for offset_s in (winter_s + HOUR_S, winter_s)
        if _offset_s(time_zone, wall_s - offset_s) == offset_s
    ]
    if not candidates:
        # Skipped: summer time is taken up at this moment.
        return _changes_s(date_of(wall_s // DAY_S).year)[0] * SECOND_US
    return (max(candidates) if latest else min(candidates)) * SECOND_US


def _offset_s(time_zone: str, at_s: int) -> int:
    if time_zone == UTC:
        return 0
    spring_s, autumn_s = _changes_s(date_of(at_s // DAY_S).year)
    summer = spring_s <= at_s < autumn_s
    return WINTER_OFFSET_S[time_zone] + (HOUR_S if summer else 0)


def _changes_s(year: int) -> tuple[int, int]:
    """When summer time begins and ends, Unix seconds."""
    return _last_sunday(year, 3) * DAY_S + HOUR_S, _last_sunday(year, 10) * DAY_S + HOUR_S


def _last_sunday(year: int, month: int) -> int:
    """Of a month with 31 days."""
    day = dt.date(year, month, 31).toordinal() - _EPOCH_ORDINAL
    return day - (weekday_of(day) + 1) % 7
