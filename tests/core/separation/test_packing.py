import math

import numpy as np
import pytest

from broker.core.separation import kernel_numpy, packing, packing_numba, reach
from tests.core.separation.traffic import (
    AEROPLANE,
    DRONE,
    HELICOPTER,
    START_US,
    fleet,
    rule_table,
)


def test_reaches_are_the_widest_held_volumes() -> None:
    rules = packing.kernel_rules(rule_table(hold_factor=1.2))
    against_slow, against_all = rules.reach_m
    assert against_slow[DRONE] == pytest.approx(75.0 * 1.2)
    assert against_all[DRONE] == pytest.approx(609.6 * 1.2)
    assert against_slow[AEROPLANE] == pytest.approx(609.6 * 1.2)
    assert against_all[HELICOPTER] == pytest.approx(914.4 * 1.2)
    assert rules.height_m[0, DRONE] == pytest.approx(25.0 * 1.2)
    assert rules.height_m[1, HELICOPTER] == pytest.approx(152.4 * 1.2)


def test_slow_pairs_have_a_look_ahead_of_their_own() -> None:
    rules = packing.kernel_rules(rule_table())
    assert rules.wide.tolist() == [0, 1, 1]
    assert rules.slow_look_ahead_s == 25.0
    assert rules.look_ahead_s_max == 60.0
    assert rules.longest_s.tolist() == [25.0, 15.0, 6.0, 60.0, 40.0]


def test_a_category_without_rules_asks_nothing() -> None:
    table = rule_table()
    table.rule_of[:, AEROPLANE, :] = table.rule_of[:, :, AEROPLANE] = -1
    rules = packing.kernel_rules(table)
    assert rules.reach_m[:, AEROPLANE].tolist() == [-1.0, -1.0]


def test_a_policy_of_no_rules_is_empty_not_an_error() -> None:
    table = rule_table()
    table.rule_of[:] = -1
    rules = packing.kernel_rules(table)
    assert (rules.reach_m == -1.0).all()
    assert rules.slow_look_ahead_s == 0.0


def test_a_level_with_any_part_off_is_off() -> None:
    table = rule_table()
    table.vertical_m[3, 0] = math.nan
    rules = packing.kernel_rules(table)
    assert math.isnan(rules.look_ahead_s[3, 0])
    assert rules.longest_s[3] == 45.0


def test_active_slots_are_those_below_the_high_water() -> None:
    active = np.array([1, 0, 1, 1, 0, 1], dtype=np.uint8)
    assert packing.active_slots(active, 5).tolist() == [0, 2, 3]
    assert packing.active_slots(active, 0).dtype == np.int32


def test_rules_are_copies() -> None:
    table = rule_table()
    rules = packing.kernel_rules(table)
    table.horizontal_m[:] = 0.0
    assert rules.horizontal_m[0, 1] == 75.0


def test_both_backends_pack_the_same_bits() -> None:
    traffic = fleet(5, 200)
    rules = packing.kernel_rules(rule_table())
    slots = np.arange(200, dtype=np.int32)
    tracks = packing.track_inputs(traffic.columns)
    compiled, plain = (np.zeros((200, packing.ROW_WIDTH)) for _ in range(2))
    packing_numba.pack(tracks, slots, slots, rules, compiled)
    kernel_numpy.pack(tracks, slots, rules, plain)
    assert compiled.tobytes() == plain.tobytes()


def test_rows_are_packed_to_the_places_that_are_named() -> None:
    traffic = fleet(5, 10)
    rules = packing.kernel_rules(rule_table())
    tracks = packing.track_inputs(traffic.columns)
    by_slot, in_turn = np.zeros((10, packing.ROW_WIDTH)), np.zeros((3, packing.ROW_WIDTH))
    slots, places = (np.array(values, dtype=np.int32) for values in ([7, 2, 4], [0, 1, 2]))
    packing_numba.pack(tracks, slots, slots, rules, by_slot)
    packing_numba.pack(tracks, slots, places, rules, in_turn)
    assert in_turn.tobytes() == by_slot[slots].tobytes()


def test_unknown_velocity_becomes_a_growing_zone() -> None:
    traffic = fleet(5, 1, doubtful=False)
    traffic.columns.category[0] = DRONE
    traffic.columns.velocity_north_mps[0] = math.nan
    rows = np.zeros((1, packing.ROW_WIDTH))
    rules = packing.kernel_rules(rule_table())
    first = np.zeros(1, dtype=np.int32)
    packing_numba.pack(packing.track_inputs(traffic.columns), first, first, rules, rows)
    assert rows[0, packing.U_MPS] == rows[0, packing.V_MPS] == 0.0
    assert rows[0, packing.UNKNOWN_MPS] == rows[0, packing.GROWTH_MPS] == 20.0
    assert rows[0, packing.GROWTH_DELAY_S] == 0.0
    assert rows[0, packing.TIME_OF_VALIDITY_US] == traffic.columns.time_of_validity_us[0]
    assert rows[0, packing.TIME_OF_VALIDITY_US] <= START_US


def test_windows_cover_the_look_ahead_and_twice_the_slack() -> None:
    rules = packing.kernel_rules(rule_table())
    for slack_s in (0.0, reach.WATCH_SLACK_S):
        times = reach.window(rules, slack_s)
        end_s = 25.0 + 2.0 * slack_s
        assert times.narrow_reference_s == times.narrow_deviation_s == pytest.approx(end_s / 2)
        far_s = 60.0 + 2.0 * slack_s
        assert times.crossing_deviation_s == pytest.approx(far_s - times.narrow_reference_s)
        assert reach.deviation_s(times, 1, 0) == times.crossing_deviation_s
        assert reach.deviation_s(times, 0, 0) == times.narrow_deviation_s
        assert reach.deviation_s(times, 0, 1) == times.wide_deviation_s
