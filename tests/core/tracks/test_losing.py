"""Of many tracks that are to be lost at once the eldest go first, and all go in the end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.effects import TrackState
from broker.core.tracks.losing import TOGETHER_MIN, TURNS, lost_in_turn
from broker.core.tracks.register import TrackRegister
from tests.core.tracks.batches import at
from tests.core.tracks.registers import CATEGORIES, advance, take

many = st.lists(st.tuples(st.booleans(), st.floats(0.0, 1e6)), max_size=200)


@given(many)
def test_the_eldest_go_first(tracks: list[tuple[bool, float]]) -> None:
    due = np.array([is_due for is_due, _ in tracks], dtype=np.bool_)
    age_s = np.array([age for _, age in tracks], dtype=np.float64)
    lost = lost_in_turn(due, age_s)
    assert not (lost & ~due).any()
    assert lost.sum() == min(due.sum(), max(TOGETHER_MIN, due.sum() // TURNS))
    left = due & ~lost
    if left.any():
        assert age_s[lost].min() >= age_s[left].max()


@pytest.mark.parametrize(("count", "turns"), [(0, 0), (8, 1), (25, 4), (10_000, 25)])
def test_all_go_in_a_few_turns(count: int, turns: int) -> None:
    due, age_s = np.ones(count, dtype=np.bool_), np.linspace(100.0, 200.0, count)
    taken = 0
    while due.any():
        due &= ~lost_in_turn(due, age_s)
        taken += 1
    assert taken == turns


def test_what_is_left_is_neither_stale_nor_forgotten() -> None:
    # REQ-TRK-001: never silently dropped.
    count = 3 * TOGETHER_MIN
    register = register_of(count)
    told = advance(register, 100.0)
    assert {one.state for one in told} == {TrackState.LOST}
    assert (len(told), register.overdue_count) == (TOGETHER_MIN, count - TOGETHER_MIN)
    while register.overdue_count:
        told += advance(register, 100.0)
    assert {one.state for one in told} == {TrackState.LOST}
    assert sorted(one.track_number for one in told) == list(range(1, count + 1))
    assert register.live_count == 0


def test_one_that_reports_in_between_stays() -> None:
    # REQ-TRK-001
    register = register_of(2 * TOGETHER_MIN)
    first = advance(register, 100.0)
    late = f"d{2 * TOGETHER_MIN - 1}"
    assert late not in {register.source_track_ids[one.slot] for one in first}
    take(register, at(100.0, late))
    second = advance(register, 100.0)
    assert [one.state for one in second] == [TrackState.LOST] * (TOGETHER_MIN - 1)
    assert [register.source_track_ids[slot] for slot in register.live_slots()] == [late]


def register_of(count: int) -> TrackRegister:
    """Drones that reported once, each a moment after the one before."""
    register = TrackRegister(CATEGORIES)
    take(register, *(at(0.01 * place, f"d{place}") for place in range(count)))
    return register
