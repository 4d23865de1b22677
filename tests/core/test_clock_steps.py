"""A clock that is set back: what was measured by the old one ends, and nothing waits for it."""

from dataclasses import replace
from typing import TypeVar

import pytest

from broker.core.alerts import AlertLevel
from broker.core.clock_steps import SET_BACK_US_MAX, TimeOfDay
from broker.core.commands import CreateRestriction
from broker.core.effects import AlertChanged, FeedStateChanged, TrackState, TrackStateChanged
from broker.core.names import RestrictionName
from broker.core.restrictions.model import RestrictionState
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle
from broker.core.tracks.reports import AircraftClass, AircraftDescription, OperationalStatus
from broker.core.units import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from keepclear.v1 import common_pb2, feed_pb2
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import (
    LATITUDE_DEG,
    LFB,
    LONGITUDE_DEG,
    MET,
    MET_DESK,
    World,
    row,
    tracks_of,
)

E = TypeVar("E")
AT_DOCK = OperationalStatus.AT_DOCK
LOST = feed_pb2.TRACK_STATE_LOST
ENDED = common_pb2.ALERT_LEVEL_UNSPECIFIED
FIRE = RestrictionName("lfb", "fire")
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="HELIMED5")


def drone(callsign: str, incident_id: str = "") -> AircraftDescription:
    return AircraftDescription(AircraftClass.DRONE, callsign=callsign, incident_id=incident_id)


def meet(world: World, seconds: int, apart_m: float = 40.0) -> None:
    """Two drones, of two agencies, hover side by side."""
    for _ in range(seconds):
        world.fly(MET, row("t7", description=drone("MET 7")))
        world.fly(LFB, row("f1", east_m=apart_m, description=drone("FIRE 1")))
        world.wait()


def set_back(world: World, by_us: int) -> None:
    """Between two runs: the log has later times than the clock."""
    world.restart()
    world.now_us -= by_us
    world.effects.clear()


def of_kind(world: World, kind: type[E]) -> list[E]:
    return [one for one in world.effects if isinstance(one, kind)]


def alerts(world: World) -> list[tuple[str, AlertLevel]]:
    return [(one.alert.alert_id, one.alert.level) for one in of_kind(world, AlertChanged)]


def lost(world: World) -> list[int]:
    changes = of_kind(world, TrackStateChanged)
    return [one.track_number for one in changes if one.state is TrackState.LOST]


def fire(world: World, window: Window) -> None:
    """A request to keep clear of where all fly."""
    here = volume(Circle(LATITUDE_DEG, LONGITUDE_DEG, 300.0))
    made = world.do(CreateRestriction(LFB, "", draft(volumes=(here,), windows=(window,))))[0]
    assert made.effects


def state_of(world: World) -> RestrictionState:
    found = world.airspace.restrictions.get(FIRE)
    assert found is not None
    return found.state


@pytest.mark.parametrize("by_us", [SET_BACK_US_MAX + SECOND_US + 1, MINUTE_US, DAY_US])
def test_tracks_and_alerts_of_the_old_clock_end_and_begin_anew(by_us: int) -> None:
    # REQ-CLOCK-001
    world = World()
    meet(world, 5)
    [before] = world.airspace.alerting.active()
    old = {before.track_a, before.track_b}
    set_back(world, by_us)
    world.wait()
    assert set(lost(world)) == old
    assert alerts(world) == [(before.alert_id, AlertLevel.NONE)]
    assert world.airspace.alerting.active() == []
    meet(world, 5)
    [again] = world.airspace.alerting.active()
    assert again.alert_id != before.alert_id
    assert again.raised_us <= world.now_us
    assert not {again.track_a, again.track_b} & old
    meet(world, 10, apart_m=400.0)
    assert world.airspace.alerting.active() == []


def test_every_alert_in_a_restriction_can_end_too() -> None:
    # REQ-CLOCK-001
    world = World()
    fire(world, Window(world.now_us - DAY_US, world.now_us + DAY_US))
    meet(world, 3)
    standing = {one.alert_id for one in world.airspace.alerting.active()}
    assert len(standing) == 3
    set_back(world, HOUR_US)
    world.wait()
    assert {one for one, level in alerts(world) if level is AlertLevel.NONE} == standing
    assert world.airspace.alerting.active() == []
    meet(world, 3)
    assert len(world.airspace.alerting.active()) == 3
    for _ in range(130):
        world.wait()
    assert world.airspace.alerting.active() == []


def test_by_little_nothing_ends() -> None:
    # REQ-ALERT-010
    world = World()
    meet(world, 5)
    [before] = world.airspace.alerting.active()
    set_back(world, SET_BACK_US_MAX - SECOND_US)
    meet(world, 15)
    [after] = world.airspace.alerting.active()
    assert (lost(world), after.alert_id) == ([], before.alert_id)
    meet(world, 10, apart_m=400.0)
    assert world.airspace.alerting.active() == []


def test_what_was_in_force_too_early_is_planned_again_and_alerts_nobody() -> None:
    # REQ-CLOCK-002
    world = World()
    fire(world, Window(world.now_us + HOUR_US, world.now_us + 2 * HOUR_US))
    world.now_us += HOUR_US + MINUTE_US
    meet(world, 3, apart_m=200.0)
    assert state_of(world) is RestrictionState.ACTIVE
    assert len(world.airspace.alerting.active()) == 2
    set_back(world, HOUR_US)
    world.wait()
    assert state_of(world) is RestrictionState.PLANNED
    meet(world, 3, apart_m=200.0)
    assert world.airspace.alerting.active() == []
    world.now_us += HOUR_US
    world.wait()
    assert state_of(world) is RestrictionState.ACTIVE


def test_what_had_ended_stays_ended() -> None:
    # REQ-CLOCK-002
    world = World()
    fire(world, Window(world.now_us, world.now_us + MINUTE_US))
    world.wait(61.0)
    over = state_of(world)
    set_back(world, HOUR_US)
    world.wait()
    assert state_of(world) is over is RestrictionState.EXPIRED


def test_a_silent_publisher_is_told_of_as_soon_as_ever() -> None:
    # REQ-CLOCK-001
    world = World()
    meet(world, 3)
    set_back(world, HOUR_US)
    for _ in range(20):
        world.wait()
    silent = {one.publisher for one in of_kind(world, FeedStateChanged) if one.silent}
    assert silent == {MET, LFB}


def test_incidents_are_counted_anew() -> None:
    # REQ-CLOCK-001: three alerts in ten minutes, by times that have not been, would gather all.
    world = World()

    def encounter(name: str) -> None:
        for _ in range(3):
            for publisher, east_m in ((MET, 0.0), (LFB, 10.0)):
                world.fly(
                    publisher,
                    row(name, east_m=east_m, description=drone(f"{name} {east_m}", "CAD-1")),
                )
            world.wait()

    for name in ("a", "b", "c", "d"):
        encounter(name)
    assert any(one.members for one in world.airspace.alerting.active())
    set_back(world, HOUR_US)
    world.wait()
    world.wait()
    assert world.airspace.alerting.active() == []
    encounter("e")
    [alone] = world.airspace.alerting.active()
    assert alone.members == ()


def test_whoever_reads_is_told_of_all_this() -> None:
    # REQ-CLOCK-001
    world = World()
    meet(world, 5)
    heard = world.messages(MET_DESK)
    shown = {one.track_id for one in tracks_of(heard)}
    [alert_id] = {one.alert.alert_id for one in heard if one.WhichOneof("kind") == "alert"}
    set_back(world, HOUR_US)
    world.wait()
    news = world.messages(MET_DESK)[len(heard) :]
    assert {one.track_id for one in tracks_of(news) if one.state == LOST} == shown
    ended = [one.alert for one in news if one.WhichOneof("kind") == "alert"]
    assert [(one.alert_id, one.level) for one in ended] == [(alert_id, ENDED)]


def test_a_replay_makes_the_same_of_it() -> None:
    # REQ-DET-001, REQ-CLOCK-001
    through, restarted = World(), World()
    for world in (through, restarted):
        fire(world, Window(world.now_us - DAY_US, world.now_us + DAY_US))
        meet(world, 4)
    restarted.restart()
    for world in (through, restarted):
        world.now_us -= HOUR_US
        meet(world, 4)
    assert through.bytes_of(MET_DESK) == restarted.bytes_of(MET_DESK)


def test_time_stands_still_while_the_clock_says_an_earlier_one() -> None:
    time = TimeOfDay()
    for clock_us in (100 * SECOND_US, 99 * SECOND_US, 95 * SECOND_US):
        time.read(clock_us)
        assert (time.now_us, time.is_set_back) == (100 * SECOND_US, False)
    time.read(95 * SECOND_US - 1)
    assert time.is_set_back
    time.go_back()
    assert (time.now_us, time.is_set_back) == (95 * SECOND_US - 1, False)


def test_a_launch_is_not_held_by_times_to_come() -> None:
    # REQ-CLOCK-001
    world = World()
    docked = replace(HELICOPTER, aircraft_class=AircraftClass.DRONE, callsign="MET-07")

    def second(north_m: float) -> None:
        world.fly(MET, row("t7", description=docked, operational_status=AT_DOCK))
        coming = row("h1", north_m=north_m, north_mps=-50.0, description=HELICOPTER,
                     altitude_hae_m=245.0)  # fmt: skip
        world.fly(LFB, coming)
        world.wait()

    for at_s in range(5):
        second(3_000.0 - 50.0 * at_s)
    [held] = world.airspace.alerting.active()
    set_back(world, HOUR_US)
    world.wait()
    assert alerts(world) == [(held.alert_id, AlertLevel.NONE)]
