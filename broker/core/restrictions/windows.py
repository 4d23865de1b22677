"""When a restriction is in force: its windows and the hours that come back in them.

Theory of operation. A window without recurrences is one span of time. With them it is the union of
their occurrences, each cut to the window. An occurrence belongs to the day on which it starts, and
one that ends at or before its start by the clock ends on the next day. Spans are worked out for
the days around the time asked about and never stored: nothing has to be kept in step.

Doubt makes a restriction longer, never shorter: of a time that the clock shows twice a start takes
the first and an end the second, and where the sun does not rise or set that day the whole day
counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from broker.core.restrictions.clocks import DAY_US, instant_us, local_day, weekday_of
from broker.core.restrictions.model import RestrictionState
from broker.core.restrictions.periods import DAY_S, DayEvent, DayTime, Recurrence, Weekday, Window
from broker.core.restrictions.shapes import Circle, Volume
from broker.core.restrictions.sun import event_us
from broker.core.units import SECOND_US

LOOK_US: Final = 8 * DAY_US
"""A day of the week comes back within it: further ahead nothing has to be looked for at once."""
LOOK_AGAIN_US: Final = LOOK_US - DAY_US
"""Before the edge of what was looked at comes near enough to matter."""
_OCCURRENCE_US_MAX: Final = 2 * DAY_US
_WEEKDAYS: Final = tuple(Weekday)

Span = tuple[int, int]
"""From (inclusive) to (exclusive), Unix microseconds UTC."""
Place = tuple[float, float]
"""Latitude and longitude at which the sun is watched."""


def place_of(volumes: tuple[Volume, ...]) -> Place:
    """The middle of the first volume."""
    shape = volumes[0].shape
    if isinstance(shape, Circle):
        return shape.latitude_deg, shape.longitude_deg
    latitudes, longitudes = zip(*shape.vertices, strict=True)
    return (min(latitudes) + max(latitudes)) / 2.0, (min(longitudes) + max(longitudes)) / 2.0


class Standing(NamedTuple):
    """How a restriction stands at one moment."""

    state: RestrictionState
    span: Span | None
    """The span it is in, or the next; None if there is none within LOOK_US."""
    look_us: int | None
    """When to ask again at the latest: the span opens or ends. None: it is over."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The windows of one restriction, at its place."""

    windows: tuple[Window, ...]
    place: Place

    def spans(self, from_us: int, to_us: int) -> list[Span]:
        """When it is in force between two times: in order, apart, cut to them."""
        merged: list[Span] = []
        for start_us, end_us in sorted(self._pieces(from_us, to_us)):
            if merged and start_us <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end_us))
            else:
                merged.append((start_us, end_us))
        return merged

    def first_span(self, from_us: int, to_us: int) -> Span | None:
        """The first of the spans, without working out the rest of a long time."""
        at_us = from_us
        while at_us < to_us:
            until_us = min(to_us, at_us + LOOK_US)
            found = self.spans(at_us, until_us)
            if found:
                return found[0]
            at_us = until_us
        return None

    def state_at(self, now_us: int) -> RestrictionState:
        """Active in a span, expired after the last window, planned otherwise."""
        return self.standing(now_us).state

    def standing(self, now_us: int) -> Standing:
        """The state, the span it is in or waits for, and when to ask again."""
        span = self.first_span(now_us, now_us + LOOK_US)
        ends_us = [one.end_us for one in self.windows if one.end_us is not None]
        over = len(ends_us) == len(self.windows) and all(end <= now_us for end in ends_us)
        if over:
            return Standing(RestrictionState.EXPIRED, None, None)
        again_us = now_us + LOOK_AGAIN_US
        if span is None:
            again_us = min([again_us, *(end for end in ends_us if end > now_us)])
            return Standing(RestrictionState.PLANNED, None, again_us)
        if span[0] > now_us:
            return Standing(RestrictionState.PLANNED, span, min(again_us, span[0]))
        return Standing(RestrictionState.ACTIVE, span, min(again_us, span[1]))

    def _pieces(self, from_us: int, to_us: int) -> Iterator[Span]:
        for window in self.windows:
            for begin_us, finish_us in _occurrences(window, self.place, from_us, to_us):
                start_us, end_us = max(begin_us, from_us), min(finish_us, to_us)
                if start_us < end_us:
                    yield start_us, end_us


def _occurrences(window: Window, place: Place, from_us: int, to_us: int) -> Iterator[Span]:
    """Spans of one window that may meet [from, to), cut to the window; not in order."""
    start_us = max(from_us, window.start_us)
    end_us = to_us if window.end_us is None else min(to_us, window.end_us)
    if start_us >= end_us:
        return
    if not window.recurrences:
        # Beyond what was asked: whoever asked cuts it, and sees where the window really ends.
        yield window.start_us, max(end_us, to_us) if window.end_us is None else window.end_us
        return
    for recurrence in window.recurrences:
        first = local_day(recurrence.time_zone, max(0, start_us - _OCCURRENCE_US_MAX))
        last = local_day(recurrence.time_zone, end_us)
        for day in range(first, last + 1):
            if recurrence.days and _WEEKDAYS[weekday_of(day)] not in recurrence.days:
                continue
            begin_us, finish_us = occurrence(recurrence, day, place)
            begin_us = max(begin_us, window.start_us)
            if window.end_us is not None:
                finish_us = min(finish_us, window.end_us)
            if begin_us < finish_us:
                yield begin_us, finish_us


def occurrence(recurrence: Recurrence, day: int, place: Place) -> Span:
    """The hours that start on a day of the local calendar."""
    start, end, zone = recurrence.start, recurrence.end, recurrence.time_zone
    start_us = _moment_us(start, zone, day, place, latest=False)
    if start.event is DayEvent.MIDNIGHT and end.event is DayEvent.MIDNIGHT:
        # By the clock, not by the moments: in the hour that is skipped these are the same.
        wraps = end.offset_s <= start.offset_s
        return start_us, _moment_us(end, zone, day + wraps, place, latest=True)
    end_us = _moment_us(end, zone, day, place, latest=True)
    if end_us <= start_us:
        end_us = _moment_us(end, zone, day + 1, place, latest=True)
    return start_us, end_us


def _moment_us(time: DayTime, zone: str, day: int, place: Place, *, latest: bool) -> int:
    if time.event is DayEvent.MIDNIGHT:
        whole_days, second = divmod(time.offset_s, DAY_S)
        return instant_us(zone, day + whole_days, second, latest=latest)
    moment_us = event_us(time.event, day, *place)
    if moment_us is None:  # no such moment that day: the whole day counts
        return (day + latest) * DAY_US
    return moment_us + time.offset_s * SECOND_US
