import math

import numpy as np
import pytest

from broker.core.separation import jit
from broker.core.separation.engine import WATCH_SLACK_US, SeparationEngine
from broker.core.separation.jit import Backend
from broker.core.tracks.table import empty_columns, grown
from broker.core.units import SECOND_US
from tests.core.separation.traffic import (
    AEROPLANE,
    DRONE,
    HELICOPTER,
    START_US,
    Traffic,
    bytes_of,
    fleet,
    reference_rows,
    rows_of,
    rule_table,
    slots_of,
)

BACKENDS: list[Backend] = ["numpy", "numba"] if jit.BACKEND == "numba" else ["numpy"]
pytestmark = pytest.mark.parametrize("backend", BACKENDS)


def pair(backend: Backend) -> tuple[SeparationEngine, Traffic]:
    """Two drones of two agencies, 50 m apart, hovering at one height."""
    traffic = fleet(1, 2, doubtful=False)
    columns = traffic.columns
    columns.category[:2] = DRONE
    columns.agency_index[:2] = [0, 1]
    columns.minima_incident[:2] = -1
    columns.x_m[:2] = columns.x_m[0]
    columns.y_m[:2] = columns.y_m[0]
    columns.x_m[1] += 50.0 / columns.east_scale[0]
    columns.east_scale[:2] = columns.east_scale[0]
    columns.altitude_hae_m[:2] = 100.0
    columns.velocity_east_mps[:2] = columns.velocity_north_mps[:2] = 0.0
    columns.vertical_speed_mps[:2] = 0.0
    columns.horizontal_accuracy_m[:2] = columns.vertical_doubt_m[:2] = math.nan
    columns.time_of_validity_us[:2] = START_US
    columns.trusted[:2] = 1
    return SeparationEngine(rule_table(), backend), traffic


def random_run(backend: Backend, seed: int, turns: int, side_m: float = 5_000.0) -> None:
    """Reports, removals, re-used slots, silence; told must equal the reference at every turn."""
    table = rule_table()
    traffic = fleet(seed, 60, side_m)
    engine, random = SeparationEngine(table, backend), np.random.default_rng(seed)
    now_us = START_US
    for turn in range(turns):
        now_us += int(random.choice([50_000, 400_000, 1_500_000]))
        active = traffic.active()
        moved = [int(slot) for slot in random.choice(active[10:], size=8, replace=False)]
        if turn % 4 == 3:
            gone = moved.pop()
            traffic.remove(gone)
            engine.remove(slots_of(gone))
            if turn % 8 == 7:
                traffic.add(gone, now_us)
                moved.append(gone)
        for slot in moved:
            traffic.report(slot, now_us)
        columns, high_water = traffic.columns, traffic.high_water
        expected = reference_rows(table, columns, now_us)
        numbers = {int(columns.track_number[slot]) for slot in moved if columns.active[slot]}
        samples = engine.update(columns, high_water, slots_of(*moved, moved[0]), now_us)
        concerned = [row for row in expected if numbers & set(row[:2])]
        assert rows_of(samples, columns) == concerned, turn
        fresh = SeparationEngine(table, backend)
        rebuilt = fresh.update(columns, high_water, slots_of(*moved), now_us)
        assert bytes_of(samples) == bytes_of(rebuilt), turn
        if turn % 3 == 0:
            watched = engine.refresh(columns, high_water, now_us)
            assert rows_of(watched, columns) == expected, turn
            assert bytes_of(watched) == bytes_of(fresh.refresh(columns, high_water, now_us))
        if turn % 5 == 0:
            result = engine.audit(columns, high_water, now_us)
            assert (result.missing, result.extra) == (0, 0), turn
            assert rows_of(result.samples, columns) == expected, turn


@pytest.mark.parametrize("seed", [1, 2])
def test_incremental_equals_full_pass_equals_rebuilt(backend: Backend, seed: int) -> None:
    # REQ-SEP-004: what is told never depends on the index's history.
    random_run(backend, seed, 24)


def test_the_same_in_a_crowd(backend: Backend) -> None:
    random_run(backend, 4, 12, side_m=900.0)


def test_hovering_pair_is_found_at_once(backend: Backend) -> None:
    # REQ-SEP-001
    engine, traffic = pair(backend)
    samples = engine.update(traffic.columns, 2, slots_of(1), START_US)
    assert rows_of(samples, traffic.columns) == [(100, 101, 0, 3, 3)]
    assert samples.time_to_loss_s[0] == samples.time_to_closest_s[0] == 0.0
    assert samples.closest_range_m[0] == pytest.approx(50.0)
    assert (samples.vertical_known[0], samples.trusted[0]) == (1, 1)
    assert len(samples) == 1


def test_smaller_track_number_comes_first(backend: Backend) -> None:
    engine, traffic = pair(backend)
    traffic.columns.track_number[:2] = [9, 4]
    samples = engine.update(traffic.columns, 2, slots_of(0, 1), START_US)
    assert (samples.slot_a[0], samples.slot_b[0]) == (1, 0)


def test_floor_is_inside_now_and_strict(backend: Backend) -> None:
    engine, traffic = pair(backend)
    for range_m, level in ((14.99, 4), (15.01, 3)):
        traffic.columns.x_m[1] = traffic.columns.x_m[0] + range_m / traffic.columns.east_scale[0]
        samples = engine.update(traffic.columns, 2, slots_of(1), START_US)
        assert samples.level[0] == level


def test_held_but_not_entered(backend: Backend) -> None:
    engine, traffic = pair(backend)
    traffic.columns.x_m[1] = traffic.columns.x_m[0] + 80.0 / traffic.columns.east_scale[0]
    samples = engine.update(traffic.columns, 2, slots_of(1), START_US)
    assert (samples.level[0], samples.hold_level[0]) == (0, 3)
    assert samples.time_to_loss_s[0] == 0.0


def test_same_operator_and_same_incident(backend: Backend) -> None:
    engine, traffic = pair(backend)
    columns = traffic.columns
    columns.minima_incident[:2] = 7
    columns.x_m[1] = columns.x_m[0] + 20.0 / columns.east_scale[0]
    incident = engine.update(columns, 2, slots_of(0, 1), START_US)
    assert (incident.rule[0], incident.level[0]) == (1, 3)
    columns.agency_index[:2] = 0
    columns.x_m[1] = columns.x_m[0] + 12.0 / columns.east_scale[0]
    operator = engine.update(columns, 2, slots_of(0, 1), START_US)
    assert (operator.rule[0], operator.level[0]) == (2, 3)


def test_unknown_altitude_counts_as_inside_and_says_so(backend: Backend) -> None:
    # REQ-SEP-002
    engine, traffic = pair(backend)
    traffic.columns.altitude_hae_m[0] = math.nan
    traffic.columns.trusted[1] = 0
    samples = engine.update(traffic.columns, 2, slots_of(0), START_US)
    assert (samples.level[0], samples.vertical_known[0], samples.trusted[0]) == (3, 0, 0)


def test_unknown_velocity_grows_with_the_look_ahead(backend: Backend) -> None:
    engine, traffic = pair(backend)
    columns = traffic.columns
    columns.velocity_east_mps[0] = math.nan
    columns.x_m[1] = columns.x_m[0] + 500.0 / columns.east_scale[0]
    samples = engine.update(columns, 2, slots_of(0, 1), START_US)
    # Caution: 75 m + 20 m/s x 25 s = 575 m. Warning: 75 m + 20 m/s x 12 s, held 378 m.
    assert rows_of(samples, columns) == [(100, 101, 0, 2, 2)]


def test_a_silent_track_grows_and_stops_growing(backend: Backend) -> None:
    engine, traffic = pair(backend)
    columns = traffic.columns
    columns.velocity_north_mps[:2] = 10.0
    columns.x_m[1] = columns.x_m[0] + 1_120.0 / columns.east_scale[0]
    columns.time_of_validity_us[1] = START_US
    engine.update(columns, 2, slots_of(0, 1), START_US)
    levels = []
    for age_s in (1, 40, 45, 50, 90, 500):
        now_us = START_US + age_s * SECOND_US
        # The other goes on reporting from beside the line of flight.
        columns.y_m[0] = columns.y_m[1] + 10.0 * age_s
        columns.time_of_validity_us[0] = now_us
        told = engine.update(columns, 2, slots_of(0), now_us)
        assert rows_of(told, columns) == reference_rows(rule_table(), columns, now_us)
        levels.append(int(told.hold_level[0]) if len(told) else 0)
    assert levels[0] == 0
    assert levels[-1] == levels[-2] == 3


def test_time_alone_brings_a_pair_in(backend: Backend) -> None:
    engine, traffic = pair(backend)
    columns = traffic.columns
    columns.velocity_east_mps[1] = -10.0
    columns.x_m[1] = columns.x_m[0] + 600.0 / columns.east_scale[0]
    assert len(engine.update(columns, 2, slots_of(0, 1), START_US)) == 0
    for tenth in range(1, 300):
        now_us = START_US + tenth * SECOND_US // 10
        told = rows_of(engine.refresh(columns, 2, now_us), columns)
        assert told == reference_rows(rule_table(stale_after_s=3.0), columns, now_us)
    assert told


def test_a_late_call_asks_again_for_everyone(backend: Backend) -> None:
    engine, traffic = pair(backend)
    columns = traffic.columns
    columns.velocity_east_mps[1] = -20.0
    columns.x_m[1] = columns.x_m[0] + 5_000.0 / columns.east_scale[0]
    engine.update(columns, 2, slots_of(0, 1), START_US)
    now_us = START_US + 245 * SECOND_US
    columns.time_of_validity_us[0] = now_us
    told = engine.update(columns, 2, slots_of(0), now_us)
    assert rows_of(told, columns) == reference_rows(rule_table(), columns, now_us)
    assert len(told) == 1


def test_a_clock_that_steps_back_does_no_harm(backend: Backend) -> None:
    engine, traffic = pair(backend)
    columns = traffic.columns
    engine.update(columns, 2, slots_of(0, 1), START_US + 10 * WATCH_SLACK_US)
    told = engine.update(columns, 2, slots_of(0), START_US)
    assert rows_of(told, columns) == reference_rows(rule_table(), columns, START_US)


def test_removed_and_free_slots_tell_nothing(backend: Backend) -> None:
    engine, traffic = pair(backend)
    engine.update(traffic.columns, 2, slots_of(0, 1), START_US)
    traffic.remove(1)
    engine.remove(slots_of(1, 1, 60))
    assert len(engine.update(traffic.columns, 2, slots_of(0, 1), START_US)) == 0
    assert len(engine.refresh(traffic.columns, 2, START_US)) == 0
    assert len(engine.update(traffic.columns, 2, slots_of(), START_US)) == 0


def test_a_track_that_was_dropped_without_a_word_is_noticed_at_the_refresh(
    backend: Backend,
) -> None:
    engine, traffic = pair(backend)
    engine.update(traffic.columns, 2, slots_of(0, 1), START_US)
    traffic.remove(1)
    assert len(engine.refresh(traffic.columns, 2, START_US)) == 0


def test_a_pair_without_a_rule_is_ignored(backend: Backend) -> None:
    engine, traffic = pair(backend)
    traffic.columns.category[:2] = AEROPLANE
    assert len(engine.update(traffic.columns, 2, slots_of(0, 1), START_US)) == 0
    traffic.columns.category[0] = HELICOPTER
    assert len(engine.update(traffic.columns, 2, slots_of(0), START_US)) == 1


def test_other_rules_hold_from_the_next_call(backend: Backend) -> None:
    engine, traffic = pair(backend)
    assert engine.update(traffic.columns, 2, slots_of(0, 1), START_US).level[0] == 3
    wider = rule_table()
    wider.horizontal_m[0, 3] = 60.0
    engine.load_rules(wider)
    assert engine.refresh(traffic.columns, 2, START_US).level[0] == 4


def test_a_table_that_grows_is_followed(backend: Backend) -> None:
    engine = SeparationEngine(rule_table(), backend)
    traffic = fleet(21, 60, 2_000.0)
    engine.update(traffic.columns, 60, np.arange(60, dtype=np.int32), START_US)
    while len(traffic.columns.active) < 2_048:
        traffic.columns = grown(traffic.columns)
    traffic.add(2_000, START_US)
    samples = engine.update(traffic.columns, traffic.high_water, slots_of(2_000, 0), START_US)
    expected = reference_rows(rule_table(), traffic.columns, START_US)
    numbers = {int(traffic.columns.track_number[slot]) for slot in (0, 2_000)}
    assert rows_of(samples, traffic.columns) == [r for r in expected if numbers & set(r[:2])]


def test_the_audit_reports_and_repairs_an_index_that_differs(backend: Backend) -> None:
    # REQ-SEP-005: the full pass is the recovery path.
    engine, traffic = pair(backend)
    columns = traffic.columns
    home_m = float(columns.x_m[1])
    columns.x_m[1] = home_m + 50_000.0
    engine.update(columns, 2, slots_of(0, 1), START_US)
    columns.x_m[1] = home_m  # written, but the engine is never told
    result = engine.audit(columns, 2, START_US)
    assert (result.missing, result.extra) == (1, 0)
    assert len(result.samples) == 1
    again = engine.audit(columns, 2, START_US)
    assert (again.missing, again.extra) == (0, 0)
    assert bytes_of(again.samples) == bytes_of(result.samples)


def test_an_empty_table(backend: Backend) -> None:
    engine = SeparationEngine(rule_table(), backend)
    result = engine.audit(empty_columns(64), 0, START_US)
    assert (len(result.samples), result.missing, result.extra) == (0, 0, 0)
