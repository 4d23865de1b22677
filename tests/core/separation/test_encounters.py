"""The alert machine: confirmation, persistence, caps, ids, acknowledgements and snapshots."""

import random
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import Acknowledgement, Alert, AlertLevel, urgency_key
from broker.core.names import SystemName
from broker.core.plain import mapping, settled
from broker.core.separation.encounter_state import unpacked as unpacked_pairs
from broker.core.separation.encounter_step import UNSIGNED_SOURCE, VERTICAL_UNKNOWN
from broker.core.separation.encounters import Encounters
from broker.core.separation.pair_memory import NOTHING, SLOT_A, SLOT_B, used_rows
from broker.core.separation.policy import Policy
from broker.journal.snapshots import decode_snapshot, encode_snapshot
from broker.service.packing import packed, unpacked
from tests.core.separation.replay import (
    SECOND_US,
    START_US,
    Reference,
    Row,
    Scene,
    Seen,
    number_of,
    policy_named,
)
from tests.core.separation.simple_pairs import SimplePairs

DEFAULT = policy_named("default")
BENCHMARK = policy_named("f3442-benchmark")
CAUTION, WARNING, FLOOR = AlertLevel.CAUTION, AlertLevel.WARNING, AlertLevel.FLOOR


def levels(alerts: list[Alert]) -> list[int]:
    return [int(alert.level) for alert in alerts]


def raised(level: int = 2) -> Scene:
    """A scene whose pair 0, 1 is at `level` since second 1."""
    scene = Scene()
    assert scene.fresh(0, Row(level)) == [] or level == 4
    assert level == 4 or levels(scene.fresh(1, Row(level))) == [level]
    return scene


# REQ-SEP: two of four fresh reports confirm.
@pytest.mark.parametrize(
    ("pattern", "raised_at"),
    [([2, 2], 1), ([2, 0, 2], 2), ([2, 0, 0, 2], 3), ([2, 0, 0, 0, 2], None), ([2, 0], None)],
)
def test_two_of_four(pattern: list[int], raised_at: int | None) -> None:
    scene = Scene()
    for second, level in enumerate(pattern):
        alerts = scene.fresh(second, *([Row(level)] if level else []))
        assert levels(alerts) == ([2] if second == raised_at else [])


def test_each_level_is_confirmed_for_itself() -> None:
    scene = Scene()
    assert levels(scene.fresh(0, Row(3))) == []
    assert levels(scene.fresh(1, Row(2))) == [2]
    assert levels(scene.fresh(2, Row(3))) == [3]


def test_chatter_raises_once_and_stays() -> None:
    scene = Scene()
    told = [alert for s in range(60) for alert in scene.fresh(s, Row(2 + s % 2, 2 + s % 2))]
    assert levels(told) == [2, 3]
    assert [alert.revision for alert in told] == [1, 2]


def test_a_bad_position_cannot_confirm_itself_through_the_others_reports() -> None:
    scene = Scene()
    assert scene.fresh(0.0, Row(3), moved=[0]) == []
    assert scene.fresh(0.1, Row(3), moved=[1]) == []
    assert scene.fresh(1.0, moved=[0]) == []
    assert scene.fresh(1.1, moved=[1]) == []


def test_one_side_that_reports_alone_confirms_by_its_own_reports() -> None:
    scene = Scene()
    assert scene.fresh(0, Row(3), moved=[0]) == []
    assert levels(scene.fresh(2, Row(3), moved=[0])) == [3]


def test_a_slow_feed_keeps_its_history() -> None:
    scene = Scene()
    assert scene.fresh(0, Row(2)) == []
    assert scene.fresh(8, Row(2)) == [], "an unknown feed is forgotten after 5 s"
    assert levels(scene.fresh(16, Row(2))) == [2], "a feed of 8 s is not"


def test_time_alone_never_confirms() -> None:
    scene = Scene()
    assert scene.tick(0, Row(3)) == []
    scene.fresh(1, Row(3))
    assert [alert for s in range(2, 9) for alert in scene.tick(s, Row(4))] == []


def test_the_same_report_judged_again_is_no_new_evidence() -> None:
    scene = Scene()
    scene.fresh(0, Row(3))
    scene.columns.report_count[:2] -= 1
    assert scene.fresh(1, Row(3)) == []


def test_time_may_show_that_a_raised_pair_is_inside_the_floor() -> None:
    scene = raised(2)
    assert scene.tick(2, Row(3)) == []
    assert levels(scene.tick(3, Row(4))) == [4]


def test_the_floor_is_immediate() -> None:
    assert levels(Scene().fresh(0, Row(4))) == [4]


@pytest.mark.parametrize(("policy", "expected"), [(DEFAULT, [3]), (BENCHMARK, [])])
def test_an_aircraft_first_seen_inside_warning(policy: Policy, expected: list[int]) -> None:
    scene = Scene(policy, report_count=0)
    assert levels(scene.fresh(0, Row(3))) == expected


def test_a_known_aircraft_inside_warning_is_confirmed_first() -> None:
    assert Scene().fresh(0, Row(3)) == []


def test_persistence_and_clear_hold() -> None:
    scene = raised(3)
    assert scene.fresh(2) == []
    assert scene.fresh(3, Row(0, 1)) == []
    assert scene.fresh(5) == []
    assert levels(scene.fresh(6)) == [1], "to the highest hold level seen meanwhile"
    assert scene.fresh(7) == []
    assert scene.fresh(10) == []
    assert levels(scene.fresh(11)) == [0]
    assert scene.machine.active() == []


def test_a_single_hold_sample_starts_the_hold_again() -> None:
    scene = raised(2)
    for second in range(2, 5):
        assert scene.fresh(second) == []
    assert scene.fresh(5, Row(0, 2)) == []
    assert scene.fresh(6) == []
    assert scene.tick(9) == []
    assert levels(scene.tick(10)) == [0]


@pytest.mark.parametrize(
    ("row", "because"),
    [
        (Row(4, vertical_known=False), VERTICAL_UNKNOWN),
        (Row(4, trusted=False), UNSIGNED_SOURCE),
    ],
)
def test_unknown_vertical_and_unsigned_sources_are_capped_at_caution(
    row: Row, because: str
) -> None:
    # REQ-SEP: radio without a signature raises caution, never more.
    scene = Scene()
    assert scene.fresh(0, row) == []
    (alert,) = scene.fresh(1, row)
    assert (alert.level, alert.capped_because) == (CAUTION, because)
    assert [a for s in range(2, 20) for a in scene.fresh(s, row)] == []


def test_losing_the_cap_goes_on_to_the_floor_and_drops_the_reason() -> None:
    scene = Scene()
    scene.fresh(0, Row(4, trusted=False))
    scene.fresh(1, Row(4, trusted=False))
    (alert,) = scene.fresh(2, Row(4))
    assert (alert.level, alert.capped_because, alert.revision) == (FLOOR, "", 2)


def test_a_cap_that_begins_to_bind_is_told_once() -> None:
    scene = raised(2)
    (alert,) = scene.fresh(2, Row(3, vertical_known=False))
    assert (alert.level, alert.capped_because) == (CAUTION, VERTICAL_UNKNOWN)
    assert scene.fresh(3, Row(2)) == []
    assert scene.fresh(4, Row(3, vertical_known=False)) == []


def test_a_new_episode_has_a_new_id_and_a_change_has_not() -> None:
    scene = raised(2)
    (first,) = scene.machine.active()
    (higher,) = scene.fresh(2, Row(3)) + scene.fresh(3, Row(3))
    cleared = [alert for s in range(4, 12) for alert in scene.fresh(s)]
    assert levels(cleared) == [0]
    assert {first.alert_id, higher.alert_id, cleared[0].alert_id} == {first.alert_id}
    assert cleared[0].highest_level == WARNING
    assert cleared[0].raised_us == START_US + SECOND_US
    (again,) = scene.fresh(20, Row(2)) + scene.fresh(21, Row(2))
    assert again.alert_id != first.alert_id
    assert again.alert_id.startswith("alr-")
    assert len(again.alert_id) == 20
    assert again.revision == 1


def test_a_gone_track_ends_its_alerts_only() -> None:
    scene = Scene()
    rows = [Row(4), Row(4, slots=(2, 3)), Row(3, slots=(0, 4))]
    assert len(scene.fresh(0, *rows, moved=[0, 1, 2, 3, 4])) == 2
    (last,) = scene.machine.track_gone(number_of(0), START_US + SECOND_US)
    assert (last.level, last.track_a, last.track_b, last.revision) == (0, 7, 17, 2)
    assert [alert.track_a for alert in scene.machine.active()] == [number_of(2)]
    assert scene.machine.track_gone(number_of(0), START_US + SECOND_US) == []


def test_a_moved_pair_without_a_sample_counts_as_not_close_and_others_are_left() -> None:
    scene = Scene()
    scene.fresh(0, Row(4), Row(4, slots=(2, 3)), moved=[0, 1, 2, 3])
    assert levels([a for s in range(1, 10) for a in scene.fresh(s, moved=[0])]) == [0]
    assert len(scene.machine.active()) == 1


def acknowledgement(system: str = "desk", revision: int = 1) -> Acknowledgement:
    return Acknowledgement(SystemName("fire", system), "duty officer", START_US, revision)


def test_acknowledgement_is_a_revision_and_survives_a_change_of_level() -> None:
    scene = raised(2)
    (alert,) = scene.machine.active()
    changed = scene.machine.acknowledge(alert.alert_id, acknowledgement())
    assert changed is not None
    assert (changed.revision, changed.level, len(changed.acknowledgements)) == (2, CAUTION, 1)
    again = scene.machine.acknowledge(alert.alert_id, acknowledgement(revision=2))
    assert again is not None
    assert [one.revision for one in again.acknowledgements] == [2]
    (higher,) = scene.fresh(2, Row(4))
    assert (higher.revision, higher.acknowledgements) == (4, again.acknowledgements)
    assert scene.machine.acknowledge("alr-0000000000000000", acknowledgement()) is None


def test_active_alerts_show_the_last_steps_geometry_without_a_revision() -> None:
    scene = raised(2)
    scene.columns.x_m[1] = 50.0
    assert scene.fresh(2, Row(2)) == []
    (alert,) = scene.machine.active()
    assert alert.geometry.range_m == pytest.approx(50.0)
    assert alert.geometry.bearing_deg == pytest.approx(90.0)
    assert alert.geometry.time_to_loss_s == 12.0
    assert alert.evaluated_us == START_US + 2 * SECOND_US
    assert alert.changed_us == START_US + SECOND_US
    assert alert.revision == 1


def test_the_most_urgent_comes_first() -> None:
    scene = Scene()
    rows = [Row(2, slots=(0, 1)), Row(4, slots=(2, 3)), Row(3, slots=(4, 5))]
    moved = [0, 1, 2, 3, 4, 5]
    scene.fresh(0, *rows, moved=moved)
    scene.fresh(1, *rows, moved=moved)
    assert levels(scene.machine.active()) == [4, 3, 2]
    assert scene.machine.active() == sorted(scene.machine.active(), key=urgency_key)


def test_a_clock_that_steps_back_does_not_hold_or_raise() -> None:
    scene = raised(2)
    assert scene.fresh(-100) == []
    assert scene.fresh(2) == []
    assert levels([a for s in range(3, 8) for a in scene.fresh(s)]) == [0]


def test_another_policy_keeps_the_ids_and_names_itself() -> None:
    scene = raised(2)
    (alert,) = scene.machine.active()
    scene.machine.load_policy(BENCHMARK)
    (changed,) = scene.fresh(2, Row(4))
    assert (changed.alert_id, changed.rule_id) == (alert.alert_id, "f3442")
    assert changed.policy_version == BENCHMARK.version


SAMPLES = st.lists(
    st.tuples(
        st.sampled_from([0.25, 1.0, 1.0, 2.0, 5.5, 8.0]),
        st.integers(0, 4),
        st.integers(0, 2),
        st.sampled_from([True, True, False]),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(steps=SAMPLES)
def test_the_machine_equals_the_slow_model(steps: list[tuple[float, int, int, bool]]) -> None:
    scene, reference, at_s = Scene(), Reference(DEFAULT.alerting), 0.0
    for step_s, level, extra, fresh in steps:
        at_s += step_s
        hold = min(4, level + extra)
        rows = [Row(level, hold)] if hold else []
        _ = scene.fresh(at_s, *rows) if fresh else scene.tick(at_s, *rows)
        expected = reference.take(Seen(START_US + round(at_s * SECOND_US), level, hold, fresh))
        shown = scene.machine.active()
        assert levels(shown) == ([expected] if expected else [])


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0.2, 1.0, 1.0, 2.0, 5.5]),
        st.lists(
            st.tuples(
                st.sampled_from([(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (4, 5)]),
                st.integers(0, 4),
                st.integers(0, 2),
                st.sampled_from([True, True, False]),
                st.sampled_from([True, True, False]),
            ),
            max_size=6,
            unique_by=lambda one: one[0],
        ),
        st.sets(st.integers(0, 6), min_size=1),
        st.sampled_from([True, True, False]),
        st.sampled_from([None, None, None, None, 1, 2]),
    ),
    max_size=40,
)


@pytest.mark.parametrize("policy", [DEFAULT, BENCHMARK])
@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_many_pairs_equal_the_plain_version(policy: Policy, steps: list[Any]) -> None:
    # REQ-SEP: what is told of each pair does not depend on how pairs are kept.
    scene, plain, at_s = Scene(policy, 0), SimplePairs(policy.alerting), 0.0
    for step_s, drawn, moved, fresh, gone in steps:
        at_s += step_s
        near = [one for one in sorted(drawn) if not fresh or moved & set(one[0])]
        rows = [
            Row(level, min(4, level + extra), slots, 0, known, trusted)
            for slots, level, extra, known, trusted in near
            if level + extra > 0
        ]
        report = partial(scene.fresh, moved=sorted(moved)) if fresh else scene.tick
        alerts = report(at_s, *rows)
        counts = scene.columns.report_count.tolist()
        slots = sorted(moved) if fresh else list(range(8))
        expected = plain.step(rows, slots, counts, START_US + round(at_s * SECOND_US), fresh)
        told = [(one.track_a, one.track_b, int(one.level), one.capped_because) for one in alerts]
        assert sorted(told) == sorted(expected)
        if gone is not None:
            scene.machine.track_gone(number_of(gone), 0)
            plain.gone(gone)
        kept = scene.machine._memory
        slots_of = kept.state[used_rows(kept)][:, [SLOT_A, SLOT_B]].tolist()
        remembered = {(slot_a, slot_b) for slot_a, slot_b in slots_of}
        assert remembered == set(plain.pairs)


def random_walk(scene: Scene, seed: int, start_s: int, steps: int) -> list[Alert]:
    draw = random.Random(seed)
    told: list[Alert] = []
    for second in range(start_s, start_s + steps):
        pairs = [(a, b) for a in range(5) for b in range(a + 1, 5) if draw.random() < 0.4]
        moved = sorted(draw.sample(range(5), 3))
        near = [pair for pair in pairs if pair[0] in moved or pair[1] in moved]
        rows = [Row(draw.randint(0, 4), 4, slots, trusted=draw.random() < 0.8) for slots in near]
        told += scene.fresh(second, *rows, moved=moved)
        if draw.random() < 0.2:
            told += scene.machine.track_gone(number_of(draw.randrange(5)), 0)
    return told


def as_written(machine: Encounters) -> bytes:
    """A snapshot of the machine alone."""
    return encode_snapshot(1, packed({"machine": machine.state()}))


@pytest.mark.parametrize("seed", range(8))
def test_a_restored_machine_goes_on_identically(seed: int) -> None:
    one, two = Scene(), Scene()
    random_walk(one, seed, 0, 40)
    random_walk(two, seed, 0, 40)
    written = as_written(two.machine)
    two.machine = Encounters(DEFAULT)
    read = mapping(unpacked(decode_snapshot(written, 1).state)["machine"])
    two.machine.restore(read, two.columns)
    assert as_written(two.machine) == written
    told = [(alert.alert_id, alert.revision, alert.level) for alert in one.machine.active()]
    kept = [(alert.alert_id, alert.revision, alert.level) for alert in two.machine.active()]
    assert sorted(kept) == sorted(told)
    assert random_walk(two, seed + 100, 40, 40) == random_walk(one, seed + 100, 40, 40)
    assert two.machine.active() == one.machine.active()
    assert as_written(two.machine) == as_written(one.machine)


def test_a_state_stays_as_it_was_taken_and_taking_it_changes_nothing() -> None:
    # REQ-DET-002: snapshots are taken at moments that the log does not know.
    one, two = Scene(), Scene()
    random_walk(one, 3, 0, 40)
    random_walk(two, 3, 0, 40)
    taken = one.machine.state()
    at_once = as_written(two.machine)
    assert random_walk(one, 4, 40, 40) == random_walk(two, 4, 40, 40)
    assert encode_snapshot(1, packed({"machine": taken})) == at_once


def test_nothing_is_kept_of_pairs_that_parted() -> None:
    scene = Scene()
    random_walk(scene, 1, 0, 50)
    for second in range(60, 80):
        scene.fresh(second, moved=range(8))
    assert len(unpacked_pairs(settled(scene.machine.state()["encounters"])).state) == 0
    memory = scene.machine._memory
    assert memory.free_count[0] == len(memory.state)
    assert set(memory.head.tolist()) == {NOTHING}
    assert scene.machine._alerts._rows == {}
