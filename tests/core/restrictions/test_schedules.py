"""Hours that come back, against the wall clock minute by minute, and clocks against IANA's."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from broker.core.restrictions.clocks import WINTER_OFFSET_S, instant_us, local_day
from broker.core.restrictions.periods import DayEvent, DayTime, Recurrence, Weekday, Window
from broker.core.restrictions.windows import Timetable
from broker.core.units import MINUTE_US, SECOND_US

PLACE = (51.5, -0.12)
DAY_US = 86_400 * SECOND_US
YEAR_START_US = 1_767_225_600 * SECOND_US
"""2026-01-01T00:00Z."""
MINUTES = 365 * 1_440
DAYS = list(Weekday)


def clock(hours: int, minutes: int = 0) -> DayTime:
    return DayTime(DayEvent.MIDNIGHT, hours * 3_600 + minutes * 60)


def wall_clock(at_us: int, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_us / SECOND_US, ZoneInfo(zone))


def reference(one: Recurrence, at_us: int) -> bool:
    """What a person with a wall clock and a calendar would say."""
    wall = wall_clock(at_us, one.time_zone)
    second = wall.hour * 3_600 + wall.minute * 60
    start_s, end_s = one.start.offset_s, one.end.offset_s
    today = not one.days or DAYS[wall.weekday()] in one.days
    yesterday = not one.days or DAYS[(wall.weekday() - 1) % 7] in one.days
    if end_s > start_s:
        return today and start_s <= second < end_s
    return (today and second >= start_s) or (yesterday and second < end_s)


@pytest.mark.parametrize(
    "one",
    [
        Recurrence((), clock(6), clock(22), "Europe/London"),
        Recurrence((Weekday.FRIDAY, Weekday.SATURDAY), clock(22), clock(4), "Europe/London"),
        Recurrence((), clock(1, 30), clock(9), "Europe/London"),
        Recurrence((), clock(23), clock(1, 15), "Europe/London"),
        Recurrence((Weekday.SUNDAY,), clock(0), clock(24), "Europe/Paris"),
        Recurrence((), clock(9), clock(17)),
    ],
)
def test_a_year_minute_by_minute_with_both_clock_changes(one: Recurrence) -> None:
    # REQ-RES-050: doubt about the clock makes a restriction longer, never shorter.
    timetable = Timetable((Window(0, None, (one,)),), PLACE)
    spans = timetable.spans(YEAR_START_US, YEAR_START_US + MINUTES * MINUTE_US)
    active: set[int] = set()
    for start_us, end_us in spans:
        first, last = start_us - YEAR_START_US, end_us - YEAR_START_US
        active.update(range(-(-first // MINUTE_US), -(-last // MINUTE_US)))
    for minute in range(MINUTES):
        at_us = YEAR_START_US + minute * MINUTE_US
        ours, theirs = minute in active, reference(one, at_us)
        if ours is not theirs:
            wall = wall_clock(at_us, one.time_zone)
            assert ours
            assert wall.utcoffset() != wall.replace(fold=1 - wall.fold).utcoffset()


@pytest.mark.parametrize("zone", sorted(WINTER_OFFSET_S))
def test_every_zone_agrees_with_the_iana_database(zone: str) -> None:
    for day in range(12_053, 24_837, 7):  # 2003 to 2037
        for second in (0, 3_599, 5_400, 9_000, 43_200):
            noted = dt.datetime(1970, 1, 1, tzinfo=ZoneInfo(zone)) + dt.timedelta(days=day)
            wall = noted.replace(tzinfo=ZoneInfo(zone)) + dt.timedelta(seconds=second)
            exists = wall.astimezone(dt.UTC).astimezone(ZoneInfo(zone)).replace(fold=0) == wall
            if exists:
                early = int(wall.replace(fold=0).timestamp())
                assert instant_us(zone, day, second, latest=False) == early * SECOND_US
                assert local_day(zone, early * SECOND_US) == day


def test_the_sun_in_london_in_midsummer() -> None:
    # Royal Observatory: sunrise 04:43, sunset 21:22 local time on 2026-06-21.
    sun = Recurrence((), DayTime(DayEvent.SUNRISE, 0), DayTime(DayEvent.SUNSET, 0))
    day_us = 20_625 * DAY_US
    ((rise_us, set_us),) = Timetable((Window(0, None, (sun,)),), PLACE).spans(
        day_us, day_us + DAY_US
    )
    assert abs(rise_us - (day_us + (3 * 60 + 43) * MINUTE_US)) < 2 * MINUTE_US
    assert abs(set_us - (day_us + (20 * 60 + 22) * MINUTE_US)) < 2 * MINUTE_US


def test_from_dusk_to_dawn_and_where_the_sun_does_not_set() -> None:
    night = Recurrence((), DayTime(DayEvent.SUNSET, 0), DayTime(DayEvent.SUNRISE, 0))
    day_us = 20_625 * DAY_US
    spans = Timetable((Window(0, None, (night,)),), PLACE).spans(day_us, day_us + DAY_US)
    assert len(spans) == 2
    north = Timetable((Window(0, None, (night,)),), (75.0, 20.0))
    assert north.spans(day_us, day_us + DAY_US) == [(day_us, day_us + DAY_US)]
