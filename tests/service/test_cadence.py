"""The halves of a tick: each on time, in turns, once for all that a late engine missed."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.commands import Tick, TickPart
from broker.core.units import SECOND_US
from broker.service.cadence import (
    AUDIT_INTERVAL_US,
    HALF_US,
    TICK_INTERVAL_SHEDDING_US,
    TICK_INTERVAL_US,
    Cadence,
)

START_US = 1_700_000_000 * SECOND_US
PICTURE, JUDGING = TickPart.PICTURE, TickPart.JUDGING


def taken(cadence: Cadence, now_us: int, interval_us: int = TICK_INTERVAL_US) -> list[Tick]:
    """All that is due at one moment."""
    ticks = []
    while (tick := cadence.take(now_us, interval_us)) is not None:
        ticks.append(tick)
    return ticks


def test_the_halves_take_turns() -> None:
    cadence = Cadence(START_US)
    seen = [taken(cadence, START_US + step * HALF_US) for step in range(8)]
    assert [[tick.part for tick in ticks] for ticks in seen] == [[PICTURE], [JUDGING]] * 4


def test_each_half_is_audited_once_a_second() -> None:
    cadence = Cadence(START_US)
    steps = range(3 * SECOND_US // HALF_US)
    ticks = [tick for step in steps for tick in taken(cadence, START_US + step * HALF_US)]
    for part in (PICTURE, JUDGING):
        audits = [tick.audit for tick in ticks if tick.part is part]
        assert audits == [True, False, False, False] * 3
    assert AUDIT_INTERVAL_US == 4 * TICK_INTERVAL_US


def test_nothing_is_due_before_its_time() -> None:
    cadence = Cadence(START_US)
    taken(cadence, START_US)
    assert cadence.next_us == START_US + HALF_US
    assert cadence.take(START_US + HALF_US - 1, TICK_INTERVAL_US) is None


def test_a_backlog_makes_both_halves_seldom() -> None:
    cadence = Cadence(START_US)
    steps = range(4 * SECOND_US // HALF_US)
    ticks = [
        tick
        for step in steps
        for tick in taken(cadence, START_US + step * HALF_US, TICK_INTERVAL_SHEDDING_US)
    ]
    assert [tick.part for tick in ticks] == [PICTURE, JUDGING] * 4


@given(st.lists(st.integers(0, 2 * SECOND_US), min_size=1, max_size=40))
def test_a_late_engine_makes_each_half_once_and_in_time_order(steps_us: list[int]) -> None:
    cadence, now_us = Cadence(START_US), START_US
    for step_us in steps_us:
        now_us += step_us
        due_us = cadence.next_us
        ticks = taken(cadence, now_us)
        # A half that is due at the very moment it was made up for comes again, no more.
        assert len(ticks) <= 4
        assert bool(ticks) == (due_us <= now_us)
        assert now_us < cadence.next_us <= now_us + TICK_INTERVAL_US


def test_what_was_left_undone_comes_at_once_and_moves_no_other_half() -> None:
    cadence, plain = Cadence(START_US), Cadence(START_US)
    taken(cadence, START_US)
    taken(plain, START_US)
    cadence.once_more(START_US + 1_000)
    assert cadence.next_us == START_US + 1_000
    assert cadence.take(START_US + 1_000, TICK_INTERVAL_US) == Tick(audit=False, part=PICTURE)
    assert cadence.next_us == plain.next_us
    for step in range(1, 12):
        now_us = START_US + step * HALF_US
        assert taken(cadence, now_us) == taken(plain, now_us)
