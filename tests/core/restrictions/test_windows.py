"""States over time against a slow walk through every moment."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.restrictions.model import (
    RestrictionState,
)
from broker.core.restrictions.periods import (
    Window,
)
from broker.core.restrictions.windows import Timetable

PLACE = (51.5, -0.12)


@st.composite
def some_windows(draw: st.DrawFn) -> tuple[Window, ...]:
    edges = sorted(draw(st.sets(st.integers(0, 40), min_size=2, max_size=8)))
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Window(start, end) for start, end in pairs)


def runs(moments: set[int]) -> list[tuple[int, int]]:
    """The longest stretches of moments that follow each other."""
    starts = sorted(one for one in moments if one - 1 not in moments)
    ends = sorted(one + 1 for one in moments if one + 1 not in moments)
    return list(zip(starts, ends, strict=True))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), min_size=1, max_size=6),
    st.integers(-5, 45),
    st.integers(1, 70),
)
def test_spans_are_what_the_windows_cover_together(
    lasting: list[tuple[int, int]], from_us: int, ask_us: int
) -> None:
    """REQ-RES-020: windows of a mirrored source may overlap, hold each other, and touch."""
    windows = tuple(Window(start, start + length) for start, length in lasting)
    to_us = from_us + ask_us
    covered = {t for one in windows for t in range(one.start_us, one.end_us or 0)}
    timetable = Timetable(windows, PLACE)
    assert timetable.spans(from_us, to_us) == runs(covered & set(range(from_us, to_us)))
    whole = runs({t for t in covered if t >= from_us})
    assert timetable.standing(from_us).span == (whole[0] if whole else None)


@given(some_windows())
def test_active_exactly_inside_and_expired_for_good(windows: tuple[Window, ...]) -> None:
    # REQ-RES-020
    covered = {t for window in windows for t in range(window.start_us, window.end_us or 0)}
    for now_us in range(-1, 45):
        state = Timetable(windows, PLACE).state_at(now_us)
        assert (state is RestrictionState.ACTIVE) == (now_us in covered)
        ahead = any(t > now_us for t in covered)
        assert (state is RestrictionState.EXPIRED) == (now_us not in covered and not ahead)


@given(some_windows(), st.integers(-1, 45))
def test_nothing_changes_before_the_next_change(windows: tuple[Window, ...], now_us: int) -> None:
    next_us = Timetable(windows, PLACE).standing(now_us).look_us
    until_us = 60 if next_us is None else next_us
    states = {Timetable(windows, PLACE).state_at(t) for t in range(now_us, until_us)}
    assert len(states) == 1
