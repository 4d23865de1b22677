"""The block search: bits of sixteen places, runs of cells, and each pair found once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.separation import jit, packing
from broker.core.separation import sweep_grid as grid
from broker.core.separation import sweep_questions as questions
from broker.core.separation.sweep_numba import near, prepare
from broker.core.separation.sweep_scan import (
    bit_number,
    bits_near,
    cell_box,
    covers_much,
    empty_asked,
    write_runs,
)
from tests.core.separation.traffic import START_US, Traffic, fleet, rule_table

pytestmark = pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")


def test_each_bit_is_found_by_its_number() -> None:
    for bit in range(32):
        assert bit_number(np.int64(1 << bit)) == bit


COLUMNS = (grid.OWN_REACH, grid.OWN_HEIGHT)
NO_SLACK = np.float32(0.0)


def asked(
    x_m: float, reach_m: float, height_m: float, u_mps: float, touch_m: float
) -> questions.Question:
    point = np.float32(x_m), np.float32(0.0), np.float32(0.0)
    within = np.float32(reach_m), np.float32(height_m)
    path = np.float32(u_mps), np.float32(0.0), np.float32(touch_m)
    return (*point, *within, *path, np.float32(1.0))


def near_places(filters: grid.Floats32, question: questions.Question, k: int) -> list[int]:
    bits = int(bits_near(filters, question, NO_SLACK, COLUMNS, k))
    return [lane + k for lane in range(grid.LANES) if bits >> lane & 1]


def test_bits_say_which_of_sixteen_places_are_near() -> None:
    filters = np.zeros((grid.FILTER_WIDTH, 32), dtype=np.float32)
    filters[grid.POINT_X] = np.arange(32) * 100.0
    filters[grid.OWN_REACH], filters[grid.OWN_HEIGHT] = 30.0, 5.0
    filters[grid.POINT_Z, 10] = 60.0
    # Within 210 m of 800 m: places 6 to 10; place 10 is too high.
    assert near_places(filters, asked(800.0, 180.0, 50.0, 0.0, 1.0), 2) == [6, 7, 8, 9]


def test_paths_that_pass_far_apart_are_not_near() -> None:
    filters = np.zeros((grid.FILTER_WIDTH, 32), dtype=np.float32)
    filters[grid.POINT_Y] = np.arange(32) * 10.0
    filters[grid.OWN_REACH], filters[grid.ZONE, 9] = 1_000.0, 60.0
    # Allowed: 20 m, 1 % of 1,100 m for the scale, and the zone; place 9 is 90 m to the side.
    assert near_places(filters, asked(0.0, 100.0, 1.0, 10.0, 20.0), 0) == [0, 1, 2, 3, 9]
    # Without relative velocity nothing can be said of paths.
    assert near_places(filters, asked(0.0, 100.0, 1.0, 0.0, 20.0), 0) == list(range(16))


@settings(max_examples=500, deadline=None)
@given(
    x_m=st.floats(-20_000, 20_000),
    y_m=st.floats(-20_000, 20_000),
    own=st.tuples(st.floats(-80, 80), st.floats(-80, 80)),
    change=st.sampled_from([1e-4, 1e-2, 1.0, 50.0]),
    turn=st.floats(0.0, 2.0 * math.pi),
    off=st.floats(-1.0, 1.0),
    ahead_s=st.floats(-30.0, 30.0),
)
def test_no_pair_that_touches_is_passed_over(
    x_m: float,
    y_m: float,
    own: tuple[float, float],
    change: float,
    turn: float,
    off: float,
    ahead_s: float,
) -> None:
    # REQ-SEP: the filter in float32 only ever lets too much through.
    radius_m, room = 100.0, np.float32(max(abs(x_m), abs(y_m)) * questions.FLOAT32_ROUNDING + 0.5)
    relative = change * math.cos(turn), change * math.sin(turn)
    side_m = off * radius_m
    filters = np.zeros((grid.FILTER_WIDTH, 16), dtype=np.float32)
    filters[grid.POINT_X] = 1e9
    filters[grid.POINT_X, 3] = x_m - relative[0] * ahead_s - side_m * math.sin(turn)
    filters[grid.POINT_Y, 3] = y_m - relative[1] * ahead_s + side_m * math.cos(turn)
    filters[grid.OWN_REACH, 3] = change * 30.0
    filters[grid.EAST_MPS, 3], filters[grid.NORTH_MPS, 3] = (
        own[0] + relative[0],
        own[1] + relative[1],
    )
    point = np.float32(x_m), np.float32(y_m), np.float32(0.0)
    within, one = np.float32(radius_m + room), np.float32(1.0)
    velocity = np.float32(own[0]), np.float32(own[1])
    question = (*point, within, one, *velocity, within, one)
    search_m = radius_m + 1.0 + change * 30.0
    slack = questions.rounding_m4ps2(search_m, 131.0)
    assert int(bits_near(filters, question, slack, COLUMNS, 0)) == 8


def runs_of(
    room: grid.SweepRoom, question: questions.Question, earliest: int, onward: bool
) -> list[tuple[int, int]]:
    runs = empty_asked().runs
    count = write_runs(room.starts, cell_box(question, 0.0, 0), earliest, onward, 7, runs, 0)
    assert (runs[:count, 0] == 7).all()
    return [(int(low), int(high)) for low, high in runs[:count, 1:].tolist()]


def one_a_cell() -> grid.SweepRoom:
    room = grid.empty_room(grid.CELLS)
    room.starts[: grid.CELLS + 1] = np.arange(grid.CELLS + 1)
    return room


def test_runs_are_the_cells_that_a_question_covers() -> None:
    room = one_a_cell()
    # A point in the third row and the sixth column, reaching one column and one row each way.
    question = asked(5.5 * 400.0, 400.0, 1.0, 0.0, 1.0)
    question = (question[0], np.float32(2.5 * 1_600.0), *question[2:])
    assert runs_of(room, question, 0, False) == [(2 * 256 + 4, 2 * 256 + 7)]
    wider = (*question[:3], np.float32(900.0), *question[4:])
    assert runs_of(room, wider, 0, False) == [(r * 256 + 3, r * 256 + 8) for r in (1, 2, 3)]
    # Onward from its own place: the rest of its row, then the rows north of it.
    own = 2 * 256 + 5
    assert runs_of(room, wider, own + 1, True) == [(own + 1, 2 * 256 + 8), (3 * 256 + 3, 776)]


def test_runs_go_round_the_edges_of_the_grid() -> None:
    room, question = one_a_cell(), asked(100.0, 500.0, 1.0, 0.0, 1.0)
    # Column 0 of row 0: the neighbours to the west and south stand at the far ends.
    rows = (63, 0)
    assert runs_of(room, question, 0, False) == [
        run
        for row in rows
        for run in ((row * 256 + 254, row * 256 + 256), (row * 256, row * 256 + 2))
    ]


def test_a_search_half_way_round_the_grid_is_told_apart() -> None:
    assert not covers_much(10_000.0, 0.62, 0)
    assert covers_much(49_000.0, 0.62, 0)
    # East cells shrink with the scale: near the pole a short search is a long one.
    assert covers_much(10_000.0, 0.05, 0)


def pairs_found(traffic: Traffic) -> list[tuple[int, int]]:
    tracks = packing.track_inputs(traffic.columns)
    capacity, rules = len(traffic.columns.active), packing.kernel_rules(rule_table())
    room, pairs = grid.empty_room(capacity), np.zeros((20_000, 2), dtype=np.int32)
    count, frame = prepare(tracks, traffic.high_water, float(START_US), rules, room)
    found = 0
    for search in range(grid.SEARCHES):
        found = near(room, search, count, (0, 1), frame[2], pairs, found)
    return [(min(pair), max(pair)) for pair in pairs[:found].tolist()]


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    side_m=st.sampled_from([1_500.0, 20_000.0]),
    turns=st.tuples(st.integers(-2, 2), st.integers(-2, 2)),
    scale=st.sampled_from([0.62, 0.02]),
)
def test_no_pair_is_found_twice(
    seed: int, side_m: float, turns: tuple[int, int], scale: float
) -> None:
    # REQ-SEP-004: also where the grid lies over itself, and where a search goes all round it.
    traffic = fleet(seed, 60, side_m)
    traffic.columns.x_m[:30] += turns[0] * grid.COLUMNS * grid.CELL_EAST_M[0]
    traffic.columns.y_m[20:40] += turns[1] * grid.ROWS * grid.CELL_NORTH_M[0]
    traffic.columns.east_scale[:60] = scale
    found = pairs_found(traffic)
    assert len(found) == len(set(found))
    assert all(a != b for a, b in found)
