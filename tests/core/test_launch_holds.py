"""Launch holds along the live path: who is told, in which words, and that they end."""

from dataclasses import replace
from typing import Any

import pytest

from broker.core.alerts import AlertKind, AlertLevel
from broker.core.commands import AcknowledgeAlert
from broker.core.effects import AlertChanged
from broker.core.names import Audience, Role
from broker.core.outcomes import Done, NotDone
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription, OperationalStatus
from keepclear.v1 import alerts_pb2, common_pb2
from tests.core.sharing.worlds import AGENCIES, LAS, LAS_DESK, LFB_DESK, MET, MET_DESK, World, row

DOCKED = AircraftDescription(AircraftClass.DRONE, callsign="MET-07")
HELICOPTER = AircraftDescription(
    AircraftClass.HELICOPTER, callsign="HELIMED5", duty_contact="020 7000 1111", talkgroup="HEMS 1"
)
HEIGHT_M = 125.0 + 120.0
"""Of the helicopter: as high as the drone would climb."""
DOCK = OperationalStatus.AT_DOCK
ROTORS = OperationalStatus.ROTORS_TURNING
KIND = alerts_pb2.ALERT_KIND_LAUNCH_HOLD


def second(
    world: World,
    north_m: float,
    north_mps: float,
    *,
    status: OperationalStatus = OperationalStatus.AIRBORNE,
    dock: OperationalStatus = DOCK,
    height_m: float = HEIGHT_M,
    docked: AircraftDescription = DOCKED,
    coming: AircraftDescription = HELICOPTER,
    **more: Any,
) -> None:
    """One second with a report of the docked drone and of the helicopter north of it."""
    still = {"east_mps": 0.0, "north_mps": 0.0}
    world.fly(MET, row("t7", description=docked, operational_status=dock, **still))
    helicopter = {"operational_status": status, "altitude_hae_m": height_m, **more}
    world.fly(
        LAS, row("h1", north_m=north_m, north_mps=north_mps, description=coming, **helicopter)
    )
    world.wait()


def pass_by(world: World, from_m: float, mps: float, seconds: int, **more: Any) -> None:
    """The helicopter flies south towards the dock, and on."""
    for at_s in range(seconds):
        second(world, from_m - mps * at_s, -mps, **more)


def holds(world: World) -> list[AlertChanged]:
    return [
        one
        for one in world.effects
        if isinstance(one, AlertChanged) and one.alert.kind is AlertKind.LAUNCH_HOLD
    ]


def id_of(world: World) -> str:
    """Of the first hold."""
    return holds(world)[0].alert.alert_id


def levels(world: World) -> list[AlertLevel]:
    return [one.alert.level for one in holds(world)]


def told(world: World, audience: Audience) -> list[alerts_pb2.Alert]:
    messages = world.messages(audience)
    return [one.alert for one in messages if one.WhichOneof("kind") == "alert"]


def test_a_helicopter_that_comes_within_90_s_holds_the_launch_until_it_has_passed() -> None:
    # REQ-SEP-030: a docked drone's desk is told not to launch, and told when that has ended.
    world = World()
    pass_by(world, 5_300.0, 50.0, 10)
    (first,) = holds(world)
    assert first.alert.level is AlertLevel.CAUTION
    assert first.alert.rule_id == "launch-hold-traffic"
    assert first.alert.geometry.time_to_loss_s == pytest.approx(90.0, abs=5.0)
    pass_by(world, 4_800.0, 50.0, 150)
    assert levels(world) == [AlertLevel.CAUTION, AlertLevel.NONE]
    assert world.airspace.alerting.active() == []


def test_one_that_stays_away_or_far_above_holds_nothing() -> None:
    world = World()
    pass_by(world, 12_000.0, 50.0, 20)
    pass_by(world, 5_000.0, 50.0, 30, height_m=125.0 + 120.0 + 250.0 * 0.3048 + 40.0)
    assert holds(world) == []


def test_the_column_is_held_up_to_the_climb_and_its_volume() -> None:
    world = World()
    pass_by(world, 3_000.0, 50.0, 5, height_m=125.0 + 120.0 + 60.0)
    assert levels(world) == [AlertLevel.CAUTION]


@pytest.mark.parametrize(("north_m", "held"), [(450.0, True), (560.0, False)])
def test_rotors_turning_within_500_m_hold_while_they_turn(north_m: float, held: bool) -> None:
    # REQ-SEP-030
    world = World()
    for _ in range(5):
        second(world, north_m, 0.0, status=ROTORS, height_m=125.0)
    assert levels(world) == ([AlertLevel.CAUTION] if held else [])
    for _ in range(10):
        second(world, north_m, 0.0, status=OperationalStatus.ON_GROUND, height_m=125.0)
    assert levels(world)[1:] == ([AlertLevel.NONE] if held else [])


def test_a_launch_in_spite_of_it_goes_on_as_an_alert_of_traffic() -> None:
    world = World()
    pass_by(world, 1_500.0, 40.0, 5)
    pass_by(world, 1_300.0, 40.0, 8, dock=OperationalStatus.LAUNCHING)
    assert levels(world) == [AlertLevel.CAUTION, AlertLevel.NONE]
    traffic = [one for one in world.airspace.alerting.active() if one.kind is AlertKind.PROXIMITY]
    assert [one.rule_id for one in traffic] == ["drone-crewed-transit"]


def test_the_drones_agency_alone_is_told_and_no_crew() -> None:
    # REQ-SEP-031: a hold is its own agency's matter; nobody else has a message or a number of it.
    world = World()
    pass_by(world, 3_000.0, 50.0, 5)
    (alert,) = told(world, MET_DESK)
    assert alert.kind == KIND
    assert alert.level == common_pb2.ALERT_LEVEL_CAUTION
    start = "Launch hold: do not launch MET-07 yet. Helicopter HELIMED5 (London Ambulance Service) "
    assert alert.headline.startswith(start)
    assert "km to the north, 400 ft above" in alert.headline
    assert "near its climb in" in alert.headline
    assert alert.headline.endswith("Picture 1 s old.")
    assert alert.advice == ("Call London Ambulance Service desk, 020 7000 1111, talkgroup HEMS 1.")
    for agency in AGENCIES[1:]:
        for role in Role:
            assert told(world, Audience(agency, role)) == []
            joined = world.joined(Audience(agency, role))
            assert not any(one.WhichOneof("kind") == "alert" for one in joined)


def test_the_end_says_no_more_than_that() -> None:
    world = World()
    pass_by(world, 3_000.0, 50.0, 100)
    last = told(world, MET_DESK)[-1]
    assert last.headline.startswith(
        "Launch hold of MET-07 ended as to helicopter HELIMED5 (London Ambulance Service)."
    )
    assert last.advice == ""


def test_only_the_drones_agency_may_acknowledge_it() -> None:
    world = World()
    pass_by(world, 3_000.0, 50.0, 5)
    alert_id = id_of(world)
    (refused,) = world.do(AcknowledgeAlert(LAS, "r1", alert_id, "HEMS desk"))
    assert isinstance(refused.reply, NotDone)
    assert refused.reply.not_found
    (done,) = world.do(AcknowledgeAlert(MET, "r2", alert_id, "drone desk"))
    assert isinstance(done.reply, Done)
    assert told(world, MET_DESK)[-1].acknowledgements[0].acknowledged_by == "drone desk"
    assert told(world, LAS_DESK) == []


def test_a_covert_helicopter_holds_without_being_shown() -> None:
    # REQ-SEP-031
    world = World()
    second(world, 3_000.0, -50.0)
    world.share(SharingLevel.COVERT, name="h1", agency="las")
    pass_by(world, 2_950.0, 50.0, 5)
    alert = told(world, MET_DESK)[-1]
    assert alert.headline.startswith(
        "Launch hold: do not launch MET-07 yet, an aircraft that is not shown to you is near."
    )
    assert "HELIMED5" not in str(alert)
    assert not alert.HasField("relative_height_m")
    assert alert.advice == ""
    assert told(world, LFB_DESK) == []


def test_a_hold_goes_on_under_another_id_when_the_helicopter_becomes_covert() -> None:
    world = World()
    pass_by(world, 3_000.0, 50.0, 5)
    world.share(SharingLevel.COVERT, name="h1", agency="las")
    before, ended, again = told(world, MET_DESK)
    assert ended.alert_id == before.alert_id != again.alert_id
    assert ended.level == common_pb2.ALERT_LEVEL_UNSPECIFIED
    assert told(world, LFB_DESK) == []


def test_a_silent_docked_drone_is_held_and_a_lost_helicopter_ends_it() -> None:
    world = World()
    second(world, 9_000.0, 0.0)
    for at_s in range(10):
        helicopter = row("h1", north_m=3_000.0 - 50.0 * at_s, north_mps=-50.0,
                         description=HELICOPTER, altitude_hae_m=HEIGHT_M)  # fmt: skip
        world.fly(LAS, helicopter)
        world.wait()
    assert levels(world) == [AlertLevel.CAUTION]
    for _ in range(70):
        world.wait()
    assert levels(world) == [AlertLevel.CAUTION, AlertLevel.NONE]


def test_a_restart_goes_on_with_the_hold() -> None:
    world = World()
    pass_by(world, 3_000.0, 50.0, 5)
    (before,) = world.airspace.alerting.active()
    world.restart()
    (after,) = world.airspace.alerting.active()
    assert (after.alert_id, after.kind, after.told_to) == (before.alert_id, before.kind, ("met",))
    pass_by(world, 2_750.0, 50.0, 100)
    assert {one.alert.alert_id for one in holds(world)} == {before.alert_id}
    assert levels(world) == [AlertLevel.CAUTION, AlertLevel.NONE]


ANEW: list[dict[str, Any]] = [
    {"docked": replace(DOCKED, aircraft_class=AircraftClass.HELICOPTER)},
    {"docked": replace(DOCKED, aircraft_class=AircraftClass.UNKNOWN)},
    {"coming": replace(HELICOPTER, aircraft_class=AircraftClass.DRONE)},
    {
        "docked": replace(DOCKED, aircraft_class=AircraftClass.AEROPLANE),
        "coming": replace(HELICOPTER, aircraft_class=AircraftClass.DRONE),
    },
]
"""What the two may be described as while a hold stands."""


@pytest.mark.parametrize("anew", ANEW)
@pytest.mark.parametrize("restarted", [False, True])
def test_who_was_told_is_told_of_the_end_whatever_the_two_are_described_as(
    anew: dict[str, Any], restarted: bool
) -> None:
    # REQ-SEP-031
    world = World()
    pass_by(world, 3_000.0, 50.0, 5)
    (first,) = told(world, MET_DESK)
    if restarted:
        world.restart()
    pass_by(world, 2_750.0, 50.0, 30, **anew)
    of_hold = [one for one in told(world, MET_DESK) if one.alert_id == first.alert_id]
    assert [one.level for one in of_hold] == [
        common_pb2.ALERT_LEVEL_CAUTION,
        common_pb2.ALERT_LEVEL_UNSPECIFIED,
    ]
    last = of_hold[-1]
    assert last.headline.startswith("Launch hold of MET-07 ended as to ")
    assert "HELIMED5 (London Ambulance Service)." in last.headline
    assert [one.track_id for one in last.parties] == [one.track_id for one in first.parties]
    for other in (LFB_DESK, LAS_DESK):
        assert first.alert_id not in {one.alert_id for one in told(world, other)}


@pytest.mark.parametrize("anew", ANEW)
def test_a_hold_that_stands_is_its_desks_whatever_the_two_are_described_as(
    anew: dict[str, Any],
) -> None:
    # REQ-SEP-031
    world = World()
    pass_by(world, 3_000.0, 50.0, 5)
    second(world, 2_750.0, -50.0, **anew)
    standing = [one for one in world.airspace.alerting.active() if one.alert_id == id_of(world)]
    assert [one.told_to for one in standing] == [("met",)]
    (done,) = world.do(AcknowledgeAlert(MET, "r1", id_of(world), "drone desk"))
    assert isinstance(done.reply, Done)
    world.share(SharingLevel.COVERT, name="h1", agency="las")
    of_holds = [one for one in told(world, MET_DESK) if one.kind == KIND]
    assert [one.level for one in of_holds[-2:]] == [
        common_pb2.ALERT_LEVEL_UNSPECIFIED,
        common_pb2.ALERT_LEVEL_CAUTION,
    ]
    assert told(world, LFB_DESK) == []
