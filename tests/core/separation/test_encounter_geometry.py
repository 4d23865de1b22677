"""A row read for people: numbers of the two tracks that it was made for, and of no others."""

import math

from broker.core.separation import pair_memory as of
from broker.core.separation.encounter_geometry import (
    encounter_geometry,
    foreseen_in,
    is_readable,
    pair_of,
)
from broker.core.separation.pair_memory import PairMemory
from broker.core.tracks.table import TrackColumns, empty_columns

NOW_US = 1_000_000_000


def scene(foreseen: tuple[float, float, float]) -> tuple[PairMemory, int, TrackColumns]:
    """Tracks 11 and 12, 300 m and 400 m apart, and their row."""
    memory, columns = of.empty_memory(4, 3), empty_columns(4)
    row = of.take(memory, (1, 2), (11, 12))
    memory.foreseen[row] = foreseen
    columns.track_number[1:3] = 11, 12
    columns.east_scale[:] = 1.0
    columns.time_of_validity_us[:] = NOW_US
    columns.x_m[2], columns.y_m[2] = 300.0, 400.0
    return memory, row, columns


def test_it_says_where_they_are_now_and_what_was_foreseen() -> None:
    memory, row, columns = scene((12.0, 15.0, 20.0))
    assert pair_of(memory, row) == (11, 12)
    assert foreseen_in(memory, row).time_to_loss_s == 12.0
    said = encounter_geometry(memory, row, columns, NOW_US)
    assert said.range_m == 500.0
    assert (said.time_to_loss_s, said.time_to_closest_s, said.closest_range_m) == (12.0, 15.0, 20.0)


def test_where_nothing_nearer_is_foreseen_now_is_the_closest() -> None:
    said = encounter_geometry(*scene((math.nan, math.nan, math.nan)), NOW_US)
    assert (said.time_to_loss_s, said.time_to_closest_s, said.closest_range_m) == (None, 0.0, 500.0)


def test_it_is_readable_only_while_both_tracks_are_where_they_were() -> None:
    memory, row, columns = scene((1.0, 1.0, 1.0))
    assert is_readable(memory, row, columns)
    assert not is_readable(memory, row, None)
    columns.track_number[2] = 13
    assert not is_readable(memory, row, columns)
