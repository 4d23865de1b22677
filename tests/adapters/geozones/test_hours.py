"""Item D: what is read of it, against days counted by hand, and what is not."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.geozones import hours
from adapters.geozones.model import Event, Moment, Period
from adapters.geozones.report import Unreadable

EPOCH = date(1970, 1, 1)


def day(month: int, number: int, year: int = 2025) -> int:
    return (date(year, month, number) - EPOCH).days


SEPTEMBER, DECEMBER = day(9, 1), day(12, 31)
SIX, TEN, NOON, TWENTY_TWO = (Moment(h * 3_600) for h in (6, 10, 12, 22))


def test_every_day() -> None:
    assert hours.parse("0600-2200", SEPTEMBER, DECEMBER) == (Period(SIX, TWENTY_TWO),)
    assert hours.parse("DAILY 0600-2200", SEPTEMBER, DECEMBER) == (Period(SIX, TWENTY_TWO),)
    assert hours.parse("", SEPTEMBER, DECEMBER) == ()


def test_sun() -> None:
    (period,) = hours.parse("SR MINUS30-SS PLUS 45", SEPTEMBER, DECEMBER)
    assert period == Period(Moment(-1_800, Event.SUNRISE), Moment(2_700, Event.SUNSET))


def test_days_of_the_week_and_exceptions() -> None:
    text = "MON-FRI 0600-2200 EXC OCT 27-28, OCT 27-28 1000-2200, SAT SUN 1000-1200"
    weekdays, special, weekend = hours.parse(text, SEPTEMBER, DECEMBER)
    assert weekdays == Period(
        SIX, TWENTY_TWO, (1, 2, 3, 4, 5), except_days=(day(10, 27), day(10, 28))
    )
    assert special == Period(TEN, TWENTY_TWO, (), day(10, 27), day(10, 28))
    assert weekend == Period(TEN, NOON, (6, 7))


def test_dates_take_the_month_before_them_and_the_next_year() -> None:
    text = "DEC 30 0600-1000, 31 1000-1200, JAN 02-03 0600-1000"
    found = hours.parse(text, day(12, 1), day(2, 1, 2026))
    assert [(p.first_day, p.last_day) for p in found] == [
        (day(12, 30), day(12, 30)),
        (day(12, 31), day(12, 31)),
        (day(1, 2, 2026), day(1, 3, 2026)),
    ]


def test_several_hours_of_the_same_days() -> None:
    first, second = hours.parse("19 0600-1000 1200-2200", day(9, 1), day(9, 30))
    assert (first.first_day, second.first_day) == (day(9, 19), day(9, 19))
    assert (first.start, second.start) == (SIX, NOON)


@pytest.mark.parametrize(
    "text",
    [
        "0600-2500",
        "0660-2200",
        "BY ARRANGEMENT",
        "0600-2200 LOCAL TIME",
        "OCT 32 0600-2200",
        "JUL 01 0600-2200",
        "EXC SUN",
        "0600-2200 EXC SUN",
        "0600-2200 EXC OCT 12 0800-0900 0600-0700 FOO",
        "SS PLUS 999-2200",
        "0600",
        "0600-2200 MON-FRI",
        "-",
    ],
)
def test_words_that_are_not_understood_are_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        hours.parse(text, SEPTEMBER, DECEMBER)


@settings(max_examples=200, deadline=None)
@given(
    spans=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 5), st.integers(0, 23), st.integers(0, 23)),
        min_size=1,
        max_size=6,
    )
)
def test_lists_of_dates_come_back_as_written(spans: list[tuple[int, int, int, int]]) -> None:
    names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    at, said, wanted = SEPTEMBER, [], []
    for gap, length, start, end in spans:
        first, last = at + gap, at + gap + length
        at = last
        a, b = (date.fromordinal(EPOCH.toordinal() + n) for n in (first, last))
        said.append(
            f"{names[a.month - 1]} {a.day:02d}-{names[b.month - 1]} {b.day:02d}"
            f" {start:02d}00-{end:02d}15"
        )
        wanted.append(Period(Moment(start * 3_600), Moment(end * 3_600 + 900), (), first, last))
    found = hours.parse(", ".join(said), SEPTEMBER, at + 1)
    assert found == tuple(dict.fromkeys(wanted))


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="0123456789- ,SREXCMONJULH.", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = hours.parse(text, SEPTEMBER, DECEMBER)
    except Unreadable:
        return
    for period in found:
        assert period.first_day is None or SEPTEMBER <= period.first_day <= DECEMBER
