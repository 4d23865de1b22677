import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.separation import jit, packing
from broker.core.separation import sweep_layout as layout
from broker.core.separation.sweep_numba import bit_number, bits_near, prepare
from tests.core.separation.traffic import START_US, fleet, rule_table

pytestmark = pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")


def laid_out(count: int) -> tuple[layout.SweepRoom, layout.Frame]:
    traffic = fleet(41, count)
    tracks = packing.track_inputs(traffic.columns)
    capacity = len(traffic.columns.active)
    room, rows = layout.empty_room(capacity), np.zeros((capacity, packing.ROW_WIDTH))
    slots = np.arange(count, dtype=np.int32)
    rules = packing.kernel_rules(rule_table())
    return room, prepare(tracks, rows, slots, float(START_US), rules, room)


def test_every_slot_has_one_place_in_the_order_of_cells() -> None:
    room, _ = laid_out(200)
    order = room.order[:200]
    assert sorted(order.tolist()) == list(range(200))
    assert (np.diff(room.cell[order]) >= 0).all()
    for cell in np.unique(room.cell[:200]):
        places = np.arange(room.starts[cell], room.starts[cell + 1])
        assert (room.cell[order[places]] == cell).all()
    assert room.starts[2 * layout.CELLS] == 200


def test_points_are_near_the_origin_and_padded_for_their_rounding() -> None:
    room, (_, _, pad_m) = laid_out(100)
    points = room.filters[: layout.POINT_Y + 1, :100]
    assert np.abs(points).max() < 20_000.0
    assert 0.5 < pad_m < 0.51


def test_longest_reaches_cover_every_place() -> None:
    room, _ = laid_out(150)
    first_wide = room.starts[layout.CELLS]
    own = room.filters[layout.OWN_REACH]
    assert room.farthest[layout.SLOW_SLOW] == own[:first_wide].max()
    assert room.farthest[layout.WIDE_WIDE] == own[first_wide:150].max()
    assert room.farthest[layout.WIDE_SLOW] == room.filters[layout.CROSS_REACH, :first_wide].max()


def test_nothing_to_lay_out() -> None:
    room, frame = laid_out(0)
    assert room.starts.max() == 0
    assert frame[:2] == (0.0, 0.0)


def test_each_bit_is_found_by_its_number() -> None:
    for bit in range(32):
        assert bit_number(np.int64(1 << bit)) == bit


COLUMNS = (layout.OWN_REACH, layout.OWN_HEIGHT)
NO_SLACK = np.float32(0.0)


def asked(
    x_m: float, reach_m: float, height_m: float, u_mps: float, touch_m: float
) -> layout.Question:
    point = np.float32(x_m), np.float32(0.0), np.float32(0.0)
    within = np.float32(reach_m), np.float32(height_m)
    path = np.float32(u_mps), np.float32(0.0), np.float32(touch_m)
    return (*point, *within, *path, np.float32(1.0))


def near_places(filters: layout.Floats32, question: layout.Question, k: int) -> list[int]:
    bits = int(bits_near(filters, question, NO_SLACK, COLUMNS, k))
    return [lane + k for lane in range(layout.LANES) if bits >> lane & 1]


def test_bits_say_which_of_sixteen_places_are_near() -> None:
    filters = np.zeros((layout.FILTER_WIDTH, 32), dtype=np.float32)
    filters[layout.POINT_X] = np.arange(32) * 100.0
    filters[layout.OWN_REACH], filters[layout.OWN_HEIGHT] = 30.0, 5.0
    filters[layout.POINT_Z, 10] = 60.0
    # Within 210 m of 800 m: places 6 to 10; place 10 is too high.
    assert near_places(filters, asked(800.0, 180.0, 50.0, 0.0, 1.0), 2) == [6, 7, 8, 9]


def test_paths_that_pass_far_apart_are_not_near() -> None:
    filters = np.zeros((layout.FILTER_WIDTH, 32), dtype=np.float32)
    filters[layout.POINT_Y] = np.arange(32) * 10.0
    filters[layout.OWN_REACH], filters[layout.ZONE, 9] = 1_000.0, 60.0
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
    radius_m, room = 100.0, np.float32(max(abs(x_m), abs(y_m)) * layout.FLOAT32_ROUNDING + 0.5)
    relative = change * math.cos(turn), change * math.sin(turn)
    side_m = off * radius_m
    filters = np.zeros((layout.FILTER_WIDTH, 16), dtype=np.float32)
    filters[layout.POINT_X] = 1e9
    filters[layout.POINT_X, 3] = x_m - relative[0] * ahead_s - side_m * math.sin(turn)
    filters[layout.POINT_Y, 3] = y_m - relative[1] * ahead_s + side_m * math.cos(turn)
    filters[layout.OWN_REACH, 3] = change * 30.0
    filters[layout.EAST_MPS, 3], filters[layout.NORTH_MPS, 3] = (
        own[0] + relative[0],
        own[1] + relative[1],
    )
    point = np.float32(x_m), np.float32(y_m), np.float32(0.0)
    within, one = np.float32(radius_m + room), np.float32(1.0)
    velocity = np.float32(own[0]), np.float32(own[1])
    question = (*point, within, one, *velocity, within, one)
    search_m = radius_m + 1.0 + change * 30.0
    slack = layout.rounding_m4ps2(search_m, 131.0)
    assert int(bits_near(filters, question, slack, COLUMNS, 0)) == 8
