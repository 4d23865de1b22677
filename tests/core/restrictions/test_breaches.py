"""The restriction alert machine, driven report by report in virtual time."""

import json
from dataclasses import replace

import numpy as np
import pytest

from broker.core.alerts import Acknowledgement, Alert, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.names import RestrictionName, SystemName
from broker.core.restrictions.breaches import RestrictionAlerts
from broker.core.restrictions.model import (
    AppliesTo,
)
from broker.core.restrictions.register import RestrictionRegister
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import AGENCIES, NOW_US, RULES, Scene, draft

FIRE = RestrictionName("lfb", "fire")
DESK = SystemName("met-police", "desk")
NOBODY = np.zeros(0, dtype=np.int32)
NONE, CAUTION, WARNING = AlertLevel.NONE, AlertLevel.CAUTION, AlertLevel.WARNING


class World:
    """A register, one drone and the alert machine, at `seconds` after NOW_US."""

    def __init__(self) -> None:
        self.register, self.scene = RestrictionRegister(), Scene()
        self.alerts = RestrictionAlerts()
        self.register.create(draft(), NOW_US)
        self.slot = self.scene.add(9_000.0, 0.0, (0.0, 0.0))

    def report(self, seconds: float, east_m: float, east_mps: float) -> list[Alert]:
        now_us = NOW_US + int(seconds * SECOND_US)
        self.scene.move(self.slot, east_m, 0.0, (east_mps, 0.0), now_us)
        return self.judge(seconds)

    def judge(self, seconds: float, moved: bool = True) -> list[Alert]:
        now_us = NOW_US + int(seconds * SECOND_US)
        slots = self.scene.slots() if moved else NOBODY
        samples = self.register.touched(self.scene.columns, slots, now_us, AGENCIES, RULES)
        return self.alerts.step(samples, slots, self.scene.columns, now_us)


@pytest.fixture
def world() -> World:
    return World()


def levels(alerts: list[Alert]) -> list[AlertLevel]:
    return [alert.level for alert in alerts]


def test_actual_entry_is_raised_at_once(world: World) -> None:
    # REQ-RES-030
    (alert,) = world.report(0, -450.0, 0.0)
    assert (alert.kind, alert.level, alert.revision) == (AlertKind.RESTRICTION, WARNING, 1)
    assert (alert.track_a, alert.track_b, alert.restriction_name) == (100, -1, str(FIRE))
    assert alert.alert_id.startswith("alr-")
    assert len(alert.alert_id) == 20
    assert (alert.geometry.range_m, alert.geometry.time_to_loss_s) == (0.0, 0.0)
    assert alert.geometry.bearing_deg == pytest.approx(270.0, abs=0.01)
    assert alert.geometry.relative_height_m is None


def test_it_says_when_it_is_left_on_this_course(world: World) -> None:
    # REQ-RES-010
    (alert,) = world.report(0, -450.0, 10.0)
    assert alert.geometry.time_to_exit_s == pytest.approx(95.0, abs=0.01)
    (standing,) = World().report(0, -450.0, 0.0)
    assert standing.geometry.time_to_exit_s is None


def test_predicted_entry_needs_two_fresh_reports(world: World) -> None:
    # REQ-RES-031: judging the same report again confirms nothing.
    assert world.report(0, -1_500.0, 20.0) == []
    assert world.judge(0.5) == []
    assert world.judge(1.0, moved=False) == []
    (alert,) = world.report(1, -1_480.0, 20.0)
    assert alert.level is CAUTION
    assert alert.geometry.time_to_loss_s == pytest.approx(49.0, abs=0.01)
    assert alert.geometry.range_m == pytest.approx(980.0, abs=0.1)
    assert alert.geometry.closing_speed_mps == pytest.approx(20.0, abs=0.01)


def test_one_bad_velocity_stays_silent(world: World) -> None:
    assert world.report(0, -1_500.0, 20.0) == []
    assert world.report(1, -1_500.0, 0.0) == []
    assert world.report(2, -1_500.0, 20.0) == []
    assert world.alerts.active() == []


def test_the_whole_life_of_one_encounter(world: World) -> None:
    # REQ-RES-032
    seen: list[tuple[int, AlertLevel, int]] = []
    ids = set()
    for second in range(100):
        for alert in world.report(second, -1_510.0 + 20.0 * second, 20.0):
            seen.append((second, alert.level, alert.revision))
            ids.add(alert.alert_id)
    # Between two reports on either side: inside from second 51 to 100.
    assert seen == [(1, CAUTION, 1), (51, WARNING, 2)]
    for second in range(100, 120):
        seen += [
            (second, a.level, a.revision)
            for a in world.report(second, -1_510.0 + 20.0 * second, 20.0)
        ]
    assert seen[2:] == [(105, NONE, 3)]
    assert len(ids) == 1
    assert world.alerts.active() == []


def test_a_level_falls_only_after_four_seconds_below_it(world: World) -> None:
    world.report(0, -495.0, 0.0)
    assert world.report(1, -510.0, 1.0) == []
    assert world.report(4.9, -510.0, 1.0) == []
    (alert,) = world.report(5, -510.0, 1.0)
    assert (alert.level, alert.highest_level) == (CAUTION, WARNING)
    assert levels(world.report(5.5, -499.0, 1.0)) == [WARNING]


def test_going_back_in_restarts_the_hold(world: World) -> None:
    world.report(0, -495.0, 0.0)
    assert world.report(1, -600.0, 0.0) == []
    assert world.report(4, -495.0, 0.0) == []
    assert world.report(5, -600.0, 0.0) == []
    assert world.report(8.5, -600.0, 0.0) == []
    assert levels(world.report(9, -600.0, 0.0)) == [NONE]


def test_time_alone_ends_the_hold_but_never_an_entry(world: World) -> None:
    world.report(0, 0.0, 0.0)
    assert world.judge(300, moved=False) == []
    world.report(301, 2_000.0, 0.0)
    assert world.judge(304.9, moved=False) == []
    assert levels(world.judge(305, moved=False)) == [NONE]


def test_a_restriction_that_ends_clears_its_alerts(world: World) -> None:
    # REQ-RES-033
    world.report(0, 0.0, 0.0)
    world.register.withdraw(FIRE, 0, NOW_US + SECOND_US)
    (alert,) = world.judge(1, moved=False)
    assert (alert.level, alert.revision, alert.highest_level) == (NONE, 2, WARNING)
    assert world.alerts.active() == []


def test_a_track_that_goes_clears_its_alerts(world: World) -> None:
    world.report(0, 0.0, 0.0)
    assert levels(world.alerts.track_gone(100, NOW_US)) == [NONE]
    assert world.alerts.track_gone(100, NOW_US) == []


def test_a_reused_slot_is_another_track(world: World) -> None:
    (first,) = world.report(0, 0.0, 0.0)
    world.scene.columns.track_number[world.slot] = 555
    cleared, raised = sorted(world.report(1, 0.0, 0.0), key=lambda alert: alert.level)
    assert (cleared.alert_id, cleared.level) == (first.alert_id, NONE)
    assert (raised.track_a, raised.level) == (555, WARNING)


def test_a_second_entry_is_a_new_alert(world: World) -> None:
    (first,) = world.report(0, 0.0, 0.0)
    world.report(1, 2_000.0, 0.0)
    world.report(6, 2_000.0, 0.0)
    (second,) = world.report(7, 0.0, 0.0)
    assert second.alert_id != first.alert_id
    assert second.revision == 1


def test_a_cap_says_why(world: World) -> None:
    world.scene.columns.trusted[world.slot] = 0
    (alert,) = world.report(0, 0.0, 0.0)
    assert (alert.level, alert.capped_because) == (CAUTION, "single unsigned source")


def test_acknowledge_once_per_system_and_revision(world: World) -> None:
    (alert,) = world.report(0, 0.0, 0.0)
    mark = Acknowledgement(DESK, "sgt. A", NOW_US, 0)
    first = world.alerts.acknowledge(alert.alert_id, mark)
    assert first is not None
    assert first.acknowledgements == (replace(mark, revision=1),)
    assert world.alerts.acknowledge(alert.alert_id, mark) == first
    assert world.alerts.acknowledge("alr-0000000000000000", mark) is None
    assert world.alerts.active() == [first]


def test_what_does_not_apply_is_not_alerted(world: World) -> None:
    world.register.withdraw(FIRE, 0, NOW_US)
    world.register.create(draft("drones", applies_to=AppliesTo.DRONES), NOW_US)
    world.scene.columns.aircraft_class[world.slot] = AircraftClass.HELICOPTER
    assert world.report(0, 0.0, 0.0) == []


def course(world: World, seconds: range) -> list[Alert]:
    """In, out, in again; ten reports a restart may cut anywhere."""
    path = [-1_500, -1_400, -450, 0, 800, 900, 900, 900, 900, 0, 700, 700, 700, 700, 700, 700]
    return [
        alert
        for second in seconds
        for alert in world.report(2.0 * second, float(path[second]), 25.0 if second < 3 else 0.0)
    ]


@pytest.mark.parametrize("cut", range(1, 16))
def test_a_restart_changes_nothing(cut: int) -> None:
    # REQ-DUR-011: the same effects with and without a snapshot in between.
    whole, broken = World(), World()
    expected = course(whole, range(16))
    got = course(broken, range(cut))
    text = json.dumps(broken.alerts.state())
    broken.alerts = RestrictionAlerts()
    broken.alerts.restore(json.loads(text))
    assert json.dumps(broken.alerts.state()) == text
    assert got + course(broken, range(cut, 16)) == expected
    assert levels(expected) == [CAUTION, WARNING, NONE, WARNING, NONE]


def test_a_broken_snapshot_stops_us() -> None:
    with pytest.raises(BrokenInvariant):
        RestrictionAlerts().restore({"episodes": 1, "watches": [[1, 2, 3]]})
