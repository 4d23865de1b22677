"""Days and instants as NOTAMs and zones write them, all UTC."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from adapters.geozones.report import Reason, Unreadable
from adapters.geozones.units import DAY_US, HOUR_S, MINUTE_S, SECOND_US

EPOCH_DAY: Final = date(1970, 1, 1)
_MONTHS: Final = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
MONTH_NUMBER: Final = {name: number for number, name in enumerate(_MONTHS, start=1)}
WEEKDAY_NUMBER: Final = {name: number for number, name in enumerate(_WEEKDAYS, start=1)}
CENTURY_TURN: Final = 70
"""A year of two digits from 70 on is of the last century: NOTAMs are younger than 1970."""


def day_of(instant_us: int) -> int:
    """Days since 1970-01-01, UTC."""
    return instant_us // DAY_US


def day_number(year: int, month: int, day: int) -> int:
    """The same from a date; Unreadable when there is no such day."""
    try:
        return (date(year, month, day) - EPOCH_DAY).days
    except ValueError as error:
        raise Unreadable(Reason.MALFORMED, "no such day") from error


def as_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH_DAY + timedelta(days=day)


def notam_instant_us(text: str) -> int:
    """YYMMDDhhmm as Unix microseconds."""
    if len(text) != 10 or not text.isascii() or not text.isdigit():
        raise Unreadable(Reason.MALFORMED, "a time is not YYMMDDhhmm")
    year, month, day, hour, minute = (int(text[i : i + 2]) for i in range(0, 10, 2))
    year += 1900 if year >= CENTURY_TURN else 2000
    if hour == 24 and minute == 0:
        return (day_number(year, month, day) + 1) * DAY_US
    if hour > 23 or minute > 59:
        raise Unreadable(Reason.MALFORMED, "a time has no such hour or minute")
    return day_number(year, month, day) * DAY_US + (hour * HOUR_S + minute * MINUTE_S) * SECOND_US


def iso_instant_us(text: str) -> tuple[int, bool]:
    """An ISO 8601 instant as Unix microseconds, and whether it named its zone (else UTC)."""
    try:
        instant = datetime.fromisoformat(text.strip())
        zoned = instant.tzinfo is not None
        instant = instant if zoned else instant.replace(tzinfo=UTC)
        return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), zoned
    except (ValueError, OverflowError) as error:
        raise Unreadable(Reason.MALFORMED, "a time is not ISO 8601") from error
