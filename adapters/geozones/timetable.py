"""Windows and hours as the contract has them: hours come back inside windows of absolute time.

Theory of operation. The hours of a period belong to the day they start on, and may run past
midnight, but a window cuts them off. So a period that holds on some dates only becomes one window
for each unbroken run of dates, from the first start to the last end: 1800-0400 on 28 to 30
September is the window from 28 September 1800 to 1 October 0400. Where the hours move with the sun
the window begins and ends at midnight, or at noon when they run through the night.
"""

from typing import Final

from adapters.geozones.model import Event, Moment, Period, Window
from adapters.geozones.report import Reason, Unreadable
from adapters.geozones.units import DAY_S, DAY_US, SECOND_US
from keepclear.v1 import schedules_pb2 as schedules

WINDOWS_MAX: Final = 200
_EVENTS: Final = {
    Event.CIVIL_DAWN: schedules.DAY_EVENT_MORNING_CIVIL_TWILIGHT,
    Event.SUNRISE: schedules.DAY_EVENT_SUNRISE,
    Event.SUNSET: schedules.DAY_EVENT_SUNSET,
    Event.CIVIL_DUSK: schedules.DAY_EVENT_EVENING_CIVIL_TWILIGHT,
}
_WEEKDAYS: Final = (
    schedules.WEEKDAY_MONDAY,
    schedules.WEEKDAY_TUESDAY,
    schedules.WEEKDAY_WEDNESDAY,
    schedules.WEEKDAY_THURSDAY,
    schedules.WEEKDAY_FRIDAY,
    schedules.WEEKDAY_SATURDAY,
    schedules.WEEKDAY_SUNDAY,
)
_NOON_S: Final = DAY_S // 2


def windows(published: tuple[Window, ...]) -> list[schedules.Window]:
    """All windows. Raises Unreadable when there are more than the contract holds."""
    found: list[schedules.Window] = []
    for window in published:
        plain = [p for p in window.periods if not _is_dated(p)]
        if plain or not window.periods:
            found.append(_window(window.start_us, window.end_us, plain))
        for period in window.periods:
            if _is_dated(period):
                found.extend(_dated(window, period))
    if len(found) > WINDOWS_MAX:
        raise Unreadable(Reason.TOO_LARGE, f"more than {WINDOWS_MAX} runs of dates")
    if not found:
        raise Unreadable(Reason.MALFORMED, "its hours lie outside its validity")
    return found


def _is_dated(period: Period) -> bool:
    return period.first_day is not None or bool(period.except_days)


def _window(start_us: int | None, end_us: int | None, periods: list[Period]) -> schedules.Window:
    message = schedules.Window(
        start_us=max(0, start_us or 0), recurrences=[_recurrence(p) for p in periods]
    )
    if end_us is not None:
        message.end_us = end_us
    return message


def _recurrence(period: Period) -> schedules.Recurrence:
    return schedules.Recurrence(
        days=[_WEEKDAYS[day - 1] for day in period.weekdays],
        start=_day_time(period.start),
        end=_day_time(period.end),
        time_zone="UTC",
    )


def _day_time(moment: Moment) -> schedules.DayTime:
    event = schedules.DAY_EVENT_MIDNIGHT if moment.event is None else _EVENTS[moment.event]
    return schedules.DayTime(event=event, offset_s=moment.seconds)


def _dated(window: Window, period: Period) -> list[schedules.Window]:
    """A window for each run of dates on which the period starts, cut to the validity."""
    found: list[schedules.Window] = []
    for first_day, last_day in _runs(window, period):
        before_s, after_s = _reach_s(period)
        start_us = first_day * DAY_US + before_s * SECOND_US
        end_us = None if last_day is None else last_day * DAY_US + after_s * SECOND_US
        if window.start_us is not None:
            start_us = max(start_us, window.start_us)
        if window.end_us is not None:
            end_us = window.end_us if end_us is None else min(end_us, window.end_us)
        if end_us is None or end_us > start_us:
            found.append(_window(start_us, end_us, [period]))
    return found


def _runs(window: Window, period: Period) -> list[tuple[int, int | None]]:
    """Unbroken runs of days, the exceptions cut out."""
    first = period.first_day
    if first is None:
        # A day early: hours that began the day before may still run when the validity begins.
        first = max(0, (window.start_us or 0) // DAY_US - 1)
    last = period.last_day
    if last is None and window.end_us is not None:
        last = window.end_us // DAY_US
    runs: list[tuple[int, int | None]] = []
    for day in period.except_days:
        if day < first or (last is not None and day > last):
            continue
        if day > first:
            runs.append((first, day - 1))
        first = day + 1
    if last is None or last >= first:
        runs.append((first, last))
    return runs


def _reach_s(period: Period) -> tuple[int, int]:
    """When the first hours can start and the last can end, from the midnight of their day."""
    start, end = period.start, period.end
    overnight = _is_overnight(start, end)
    around_sun = _NOON_S if overnight else 0
    before = start.seconds if start.event is None else around_sun
    if end.event is None:
        return before, end.seconds + (DAY_S if overnight else 0)
    return before, DAY_S + around_sun


_MORNING: Final = {Event.CIVIL_DAWN, Event.SUNRISE}


def _is_overnight(start: Moment, end: Moment) -> bool:
    """Whether the end is on the day after the start, all year round."""
    if start.event is None and end.event is None:
        return end.seconds <= start.seconds
    return _hour(start) >= _hour(end)


def _hour(moment: Moment) -> float:
    """Roughly when in the day: sunrise counts as 6, sunset as 18, offsets added."""
    if moment.event is None:
        return moment.seconds / 3_600
    return (6.0 if moment.event in _MORNING else 18.0) + moment.seconds / 3_600
