import numpy as np
import pytest

from broker.core.separation import jit, packing
from broker.core.separation import sweep_layout as layout
from broker.core.separation.sweep_numba import BIT_OF, DE_BRUIJN, bits_near, prepare
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
        assert BIT_OF[(((1 << bit) * DE_BRUIJN) & 0xFFFFFFFF) >> 27] == bit


def test_bits_say_which_of_sixteen_places_are_near() -> None:
    filters = np.zeros((layout.FILTER_WIDTH, 32), dtype=np.float32)
    filters[layout.POINT_X] = np.arange(32) * 100.0
    filters[layout.OWN_REACH], filters[layout.OWN_HEIGHT] = 30.0, 5.0
    filters[layout.POINT_Z, 10] = 60.0
    x_m, y_m, z_m = np.float32(800.0), np.float32(0.0), np.float32(0.0)
    asked = (x_m, y_m, z_m, np.float32(180.0), np.float32(50.0), 1.0)
    columns = (layout.OWN_REACH, layout.OWN_HEIGHT)
    bits = int(bits_near(filters, asked, np.float32(1.0), columns, 2))
    # Within 210 m of 800 m: places 6 to 10; place 10 is too high.
    assert [lane + 2 for lane in range(layout.LANES) if bits >> lane & 1] == [6, 7, 8, 9]
