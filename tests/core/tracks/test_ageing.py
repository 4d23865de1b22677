"""With time: silent once, lost in their turn, and nothing before its limit."""

import numpy as np

from broker.core.effects import TrackState
from broker.core.tracks.ageing import Aged, aged_tracks
from broker.core.tracks.losing import TOGETHER_MIN
from broker.core.tracks.table import empty_columns
from broker.core.units import SECOND_US

NOW_US = 1_000 * SECOND_US
STALE_AFTER_S = np.array([5.0, 10.0])
"""By class."""


def aged(ages_s: list[float], states: list[int], classes: list[int], lost_after_s: float) -> Aged:
    columns, count = empty_columns(), len(ages_s)
    columns.time_of_validity_us[:count] = NOW_US - (np.array(ages_s) * SECOND_US).astype(np.int64)
    columns.state[:count], columns.aircraft_class[:count] = states, classes
    live = np.arange(count, dtype=np.int32)
    return aged_tracks(columns, live, NOW_US, STALE_AFTER_S, np.full(count, lost_after_s))


def test_a_current_track_falls_silent_once_past_the_limit_of_its_class() -> None:
    # REQ-TRK-001
    ages_s = [5.0, 5.5, 5.5, 10.5, 5.5]
    states = [0, 0, 0, 0, TrackState.STALE]
    found = aged(ages_s, states, [0, 0, 1, 1, 0], 30.0)
    assert found.silent.tolist() == [False, True, False, True, False]
    assert not found.lost.any()
    assert found.overdue_count == 0
    assert found.age_s.tolist() == ages_s


def test_what_is_due_to_be_lost_is_not_silent_first_and_waits_for_its_turn() -> None:
    count = 3 * TOGETHER_MIN
    found = aged([40.0 + place for place in range(count)], [0] * count, [0] * count, 30.0)
    assert not found.silent.any()
    assert int(found.lost.sum()) == TOGETHER_MIN
    assert found.lost[-TOGETHER_MIN:].all()
    assert found.overdue_count == count - TOGETHER_MIN


def test_how_long_each_may_be_silent_is_its_own() -> None:
    columns = empty_columns()
    columns.time_of_validity_us[:2] = NOW_US - 40 * SECOND_US
    live = np.arange(2, dtype=np.int32)
    found = aged_tracks(columns, live, NOW_US, STALE_AFTER_S, np.array([30.0, 3_600.0]))
    assert (found.lost.tolist(), found.silent.tolist()) == ([True, False], [False, True])
