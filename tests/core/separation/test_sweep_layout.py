import numpy as np
import pytest

from broker.core.separation import jit, packing
from broker.core.separation import sweep_grid as grid
from broker.core.separation import sweep_layout as layout
from broker.core.separation import sweep_questions as questions
from broker.core.separation.sweep_numba import prepare
from tests.core.separation.traffic import START_US, fleet, rule_table

pytestmark = pytest.mark.skipif(jit.BACKEND != "numba", reason="Numba is not installed")


def laid_out(count: int) -> tuple[grid.SweepRoom, layout.Frame]:
    traffic = fleet(41, count)
    tracks = packing.track_inputs(traffic.columns)
    capacity = len(traffic.columns.active)
    room, rules = grid.empty_room(capacity), packing.kernel_rules(rule_table())
    found, frame = prepare(tracks, count, float(START_US), rules, room)
    assert found == count
    return room, frame


def test_every_slot_has_one_place_in_the_order_of_cells() -> None:
    room, _ = laid_out(200)
    order = room.order[:200]
    assert sorted(order.tolist()) == list(range(200))
    assert (np.diff(room.cell[order]) >= 0).all()
    for cell in np.unique(room.cell[:200]):
        places = np.arange(room.starts[cell], room.starts[cell + 1])
        assert (room.cell[order[places]] == cell).all()
    assert room.starts[2 * grid.CELLS] == 200


def test_points_are_near_the_origin_and_padded_for_their_rounding() -> None:
    room, (_, _, pad_m) = laid_out(100)
    points = room.filters[: grid.POINT_Y + 1, :100]
    assert np.abs(points).max() < 20_000.0
    assert 0.5 < pad_m < 0.51


def test_longest_reaches_cover_every_place() -> None:
    room, _ = laid_out(150)
    first_wide = room.starts[grid.CELLS]
    own = room.filters[grid.OWN_REACH]
    assert room.farthest[grid.SLOW_SLOW] == own[:first_wide].max()
    assert room.farthest[grid.WIDE_WIDE] == own[first_wide:150].max()
    assert room.farthest[grid.WIDE_SLOW] == room.filters[grid.CROSS_REACH, :first_wide].max()


def test_limits_of_the_searches_cover_every_asker() -> None:
    room, _ = laid_out(150)
    first_wide = room.starts[grid.CELLS]
    asks = room.filters[grid.OWN_ASK + questions.ASK_REACH]
    assert room.farthest[grid.LONGEST] == asks[:first_wide].max()
    assert room.farthest[grid.LONGEST + 1] == asks[first_wide:150].max()
    scales = room.filters[grid.OWN_ASK + questions.ASK_SCALE, :150]
    assert room.farthest[grid.SMALLEST_SCALE] == scales.min()


def test_only_active_slots_are_found() -> None:
    active, slots = np.array([1, 0, 1, 1, 1], dtype=np.uint8), np.zeros(5, dtype=np.int32)
    assert layout.find_active(active, 4, slots) == 3
    assert slots[:3].tolist() == [0, 2, 3]
    assert layout.find_active(active, 0, slots) == 0


def test_nothing_to_lay_out() -> None:
    room, frame = laid_out(0)
    assert room.starts.max() == 0
    assert frame[:2] == (0.0, 0.0)
