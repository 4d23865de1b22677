"""When a restriction holds: windows of time, and in them hours that come back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WINDOWS_PER_RESTRICTION_MAX: Final = 200
"""A NOTAM that lists its days one by one over three months has some ninety."""
RECURRENCES_PER_WINDOW_MAX: Final = 50
DAY_S: Final = 86_400
SUN_OFFSET_S_MAX: Final = 3 * 3_600
"""Further from sunrise or sunset an hour is better given by the clock."""
UTC: Final = "UTC"


class Weekday(StrEnum):
    """Days of the week, in the order of ISO 8601."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class DayEvent(StrEnum):
    """What a time of day is counted from."""

    MIDNIGHT = "midnight"
    SUNRISE = "sunrise"
    SUNSET = "sunset"
    MORNING_CIVIL_TWILIGHT = "morning_civil_twilight"
    """Its beginning."""
    EVENING_CIVIL_TWILIGHT = "evening_civil_twilight"
    """Its end."""


@dataclass(frozen=True, slots=True)
class DayTime:
    """A time of day: so many seconds after an event."""

    event: DayEvent
    offset_s: int


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Hours that come back. An end at or before its start lies on the next day."""

    days: tuple[Weekday, ...]
    """Days on which it starts; empty: every day."""
    start: DayTime
    end: DayTime
    time_zone: str = UTC
    """UTC or an IANA name that `broker.core.restrictions.clocks` knows."""


@dataclass(frozen=True, slots=True)
class Window:
    """Active from `start_us` (inclusive) to `end_us` (exclusive), Unix microseconds UTC."""

    start_us: int
    end_us: int | None
    """None: without end, which only a mirrored restriction may be."""
    recurrences: tuple[Recurrence, ...] = ()
    """Only at these hours; empty: all the time."""
