"""Item D of a NOTAM: the hours in its validity at which it holds. Always UTC.

Theory of operation. Item D is a list of days followed by hours, over and over: `0600-2200`,
`SR-SS`, `MON-FRI 1615-2030 EXC OCT 27-28`, `SEP 23-OCT 25 0930-1900, OCT 26-DEC 18 1030-2000`,
`01-05 08 0900-1200 1400-1600`. It is read token by token: days gather until hours come, further
hours belong to the same days, and the first day after hours begins anew. Dates have no year and
often no month; each takes the first that puts it at or after the one before it, beginning with the
month of the validity. Anything else in the text, and it is not read at all: then it holds always.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from adapters.geozones import days
from adapters.geozones.limits_of_input import PERIODS_PER_ITEM
from adapters.geozones.model import Event, Moment, Period
from adapters.geozones.report import Reason, Unreadable
from adapters.geozones.units import DAY_S, MINUTE_S

_WORDS: Final = (
    (re.compile(r"\b(?:DAILY|DLY|EVERY|EACH DAY|ON)\b"), " "),
    (re.compile(r"\b(?:AND|&)\b"), " "),
    (re.compile(r"\bTO\b|–|/"), "-"),
    (re.compile(r"\bEXCEPT\b|\bEXCL?\b\.?|\bEXCLUDING\b"), " EXC "),
    (re.compile(r"\b(MINUS|PLUS) ?(\d{1,3})(?: ?MIN)?\b"), r"\1\2"),
    (re.compile(r"\b(SR|SS|BMCT|EECT) (MINUS|PLUS)"), r"\1\2"),
    (re.compile(r"[.,;]"), " "),
    (re.compile(r" ?- ?"), "-"),
)
_MOMENT: Final = r"\d{4}|(?:SR|SS|BMCT|EECT)(?:(?:MINUS|PLUS)\d{1,3})?"
_HOURS: Final = re.compile(rf"({_MOMENT})-({_MOMENT})")
_EVENT: Final = re.compile(r"(SR|SS|BMCT|EECT)(?:(MINUS|PLUS)(\d{1,3}))?")
_MONTH: Final = "|".join(days.MONTH_NUMBER)
_DATE_RANGE: Final = re.compile(rf"(?:({_MONTH}) )?(\d{{2}})-(?:({_MONTH}) )?(\d{{2}})")
_DATE: Final = re.compile(rf"(?:({_MONTH}) )?(\d{{2}})")
_WEEKDAY: Final = "|".join(days.WEEKDAY_NUMBER)
_WEEKDAYS: Final = re.compile(rf"({_WEEKDAY})(?:-({_WEEKDAY}))?")
_TOKEN: Final = re.compile(
    rf"(?P<hours>{_HOURS.pattern})|(?P<h24>H24)|(?P<weekdays>{_WEEKDAYS.pattern})"
    rf"|(?P<range>{_DATE_RANGE.pattern})(?!\d)|(?P<date>{_DATE.pattern})(?![\d-])|(?P<exc>EXC)"
)
_LONGEST_OFFSET_MIN: Final = 180


@dataclass(slots=True)
class _Days:
    """The days gathered so far, for the hours that follow them."""

    weekdays: list[int] = field(default_factory=list)
    dates: list[tuple[int, int]] = field(default_factory=list)
    excepted: list[int] = field(default_factory=list)
    excepting: bool = False
    has_hours: bool = False

    @property
    def named(self) -> bool:
        return bool(self.weekdays or self.dates)

    def at(self, start: Moment, end: Moment) -> list[Period]:
        """These hours on each of the days."""
        weekdays, excepted = tuple(sorted(set(self.weekdays))), tuple(sorted(set(self.excepted)))
        if not self.dates:
            return [Period(start, end, weekdays, except_days=excepted)]
        return [Period(start, end, weekdays, a, b, excepted) for a, b in self.dates]


def parse(text: str, first_day: int, last_day: int) -> tuple[Period, ...]:
    """The periods of an Item D within a validity from `first_day` to `last_day`.

    Raises Unreadable when any of it is not understood; empty text is no periods.
    """
    line = _normal(text)
    if len(line) > 2_000:
        raise Unreadable(Reason.TOO_LARGE, "the hours are longer than any")
    reader = _Reader(first_day, last_day)
    at = 0
    while at < len(line):
        if line[at] == " ":
            at += 1
            continue
        token = _TOKEN.match(line, at)
        if token is None:
            raise Unreadable(Reason.MALFORMED, f"the hours say {line[at : at + 20]!r}")
        reader.take(token)
        at = token.end()
    return reader.periods_read(bool(line))


def _normal(text: str) -> str:
    line = " ".join(text.upper().split())
    for pattern, plain in _WORDS:
        line = pattern.sub(plain, line)
    return " ".join(line.split())


@dataclass(slots=True)
class _Reader:
    """Where the reading of one Item D stands."""

    first_day: int
    last_day: int
    periods: list[Period] = field(default_factory=list)
    days: _Days = field(default_factory=_Days)
    at_day: int = 0
    """The last date read: the next one without a year lies at or after it."""
    hours_before_exception: int = 0

    def __post_init__(self) -> None:
        self.at_day = self.first_day

    def take(self, token: re.Match[str]) -> None:
        """One token: hours, days, a date or EXC."""
        if token["hours"] or token["h24"]:
            self._hours(token)
        elif token["exc"]:
            if not self.days.has_hours and not self.days.named:
                raise Unreadable(Reason.MALFORMED, "an exception from nothing")
            self.days.excepting, self.at_day = True, self.first_day
        else:
            self._day(token)

    def _hours(self, token: re.Match[str]) -> None:
        current = self.days
        if current.excepting and current.has_hours:
            raise Unreadable(Reason.MALFORMED, "an exception has its own hours")
        start, end = (Moment(0), Moment(DAY_S)) if token["h24"] else _moments(token["hours"])
        self.periods.extend(current.at(start, end))
        current.has_hours = True
        if len(self.periods) > PERIODS_PER_ITEM:
            raise Unreadable(Reason.TOO_LARGE, f"more than {PERIODS_PER_ITEM} periods")

    def _day(self, token: re.Match[str]) -> None:
        over = not self.days.excepting or self._ends_exception()
        if self.days.has_hours and over:
            self.days = _Days()
        if token["weekdays"]:
            if self.days.excepting:
                raise Unreadable(Reason.MALFORMED, "an exception names days of the week")
            self.days.weekdays.extend(_weekdays(token["weekdays"]))
            return
        span = self._span(token)
        if self.days.excepting:
            self._except(span)
        else:
            self.days.dates.append(span)

    def _ends_exception(self) -> bool:
        """A day named after the exception's own, with hours still to come: new days begin.

        `MON-FRI 1615-2030 EXC OCT 27-28, OCT 27-28 1715-2130`: the dates after the exception
        are for the next hours. An exception here is one date or one range of dates.
        """
        return bool(self.days.excepted)

    def _except(self, span: tuple[int, int]) -> None:
        excluded = range(span[0], span[1] + 1)
        if len(excluded) > 400:
            raise Unreadable(Reason.TOO_LARGE, "an exception is longer than a year")
        self.days.excepted.extend(excluded)
        self.at_day = self.first_day
        if not self.days.has_hours:
            return
        self.periods = [
            self._without(period, excluded) if self._of_current(period) else period
            for period in self.periods
        ]

    def _of_current(self, period: Period) -> bool:
        dates = [(period.first_day, period.last_day)] if period.first_day is not None else []
        return period.weekdays == tuple(sorted(set(self.days.weekdays))) and all(
            span in self.days.dates for span in dates
        )

    @staticmethod
    def _without(period: Period, excluded: range) -> Period:
        kept = tuple(sorted({*period.except_days, *excluded}))
        return Period(
            period.start, period.end, period.weekdays, period.first_day, period.last_day, kept
        )

    def _span(self, token: re.Match[str]) -> tuple[int, int]:
        if (found := _DATE_RANGE.fullmatch(token[0])) is not None:
            first = self._dated(found[1], found[2])
            last = self._dated(found[3], found[4])
        else:
            single = _DATE.fullmatch(token[0])
            if single is None:
                raise Unreadable(Reason.MALFORMED, "a date that is none")
            first = last = self._dated(single[1], single[2])
        if first < self.first_day or last > self.last_day or last < first:
            raise Unreadable(Reason.MALFORMED, "a date of the hours lies outside the validity")
        return first, last

    def _dated(self, month_name: str | None, day_text: str) -> int:
        """The first such day at or after the last one read."""
        day, at = int(day_text), days.as_date(self.at_day)
        months = [days.MONTH_NUMBER[month_name]] if month_name else list(range(1, 13))
        candidates: list[int] = []
        for year in range(at.year, min(at.year + 2, 9_999)):
            for month in months:
                try:
                    candidates.append(days.day_number(year, month, day))
                except Unreadable:
                    continue
        later = [c for c in candidates if c >= self.at_day]
        if not later:
            raise Unreadable(Reason.MALFORMED, "no such day in the hours")
        self.at_day = min(later)
        return self.at_day

    def periods_read(self, said_something: bool) -> tuple[Period, ...]:
        """All periods, when every day named has its hours."""
        if self.days.named and not self.days.has_hours:
            if self.periods:
                raise Unreadable(Reason.MALFORMED, "days without hours after days with them")
            self._whole_days()
        if said_something and not self.periods:
            raise Unreadable(Reason.MALFORMED, "the hours name no hours")
        return tuple(dict.fromkeys(self.periods))

    def _whole_days(self) -> None:
        """Days without hours at the end of the text: the whole of them."""
        self.periods.extend(self.days.at(Moment(0), Moment(DAY_S)))


def _moments(text: str) -> tuple[Moment, Moment]:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise Unreadable(Reason.MALFORMED, "hours that are none")
    return _moment(found[1]), _moment(found[2])


def _moment(text: str) -> Moment:
    if (event := _EVENT.fullmatch(text)) is not None:
        offset = int(event[3] or 0)
        if offset > _LONGEST_OFFSET_MIN:
            raise Unreadable(Reason.MALFORMED, "an offset from the sun of more than three hours")
        offset_s = offset * MINUTE_S
        return Moment(-offset_s if event[2] == "MINUS" else offset_s, Event(event[1]))
    seconds = (int(text[:2]) * 60 + int(text[2:])) * MINUTE_S
    if int(text[2:]) > 59 or seconds > DAY_S:
        raise Unreadable(Reason.MALFORMED, f"no such time: {text}")
    return Moment(seconds)


def _weekdays(text: str) -> list[int]:
    first_name, _, last_name = text.partition("-")
    first = days.WEEKDAY_NUMBER[first_name]
    last = days.WEEKDAY_NUMBER[last_name or first_name]
    count = (last - first) % 7 + 1
    return [(first - 1 + i) % 7 + 1 for i in range(count)]
