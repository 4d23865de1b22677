"""Who looks for covert flights by traffic, or by docked drones: counted, told, and limited."""

from broker.core.effects import OwnerReason, OwnerTold
from broker.core.names import SystemName
from broker.core.sharing.guard import PROBES_MAX
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    OperationalStatus,
    ReportSource,
)
from keepclear.v1 import alerts_pb2, common_pb2
from tests.core.sharing.worlds import (
    LFB,
    LFB_DESK,
    MET,
    MET_DESK,
    World,
    alerts,
    row,
)

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
POLICE_HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="NPAS 61")
NONE = common_pb2.ALERT_LEVEL_UNSPECIFIED


def suspected(world: World) -> list[str]:
    """What owners read of probing."""
    told = [one for one in world.effects if isinstance(one, OwnerTold)]
    return [one.text for one in told if one.reason is OwnerReason.PROBING_SUSPECTED]


def probed(ghosts: int, systems: int = 1) -> World:
    """Unsigned tracks go past a covert drone, one after the other, of so many systems in turn."""
    world = World()
    world.share_all(SharingLevel.COVERT)
    for place in range(ghosts):
        ghost = row(
            f"ghost-{place}", east_m=15.0 + place, east_mps=-8.0, description=FIRE_DRONE,
            source=ReportSource.REMOTE_ID,
        )  # fmt: skip
        for _ in range(4):
            world.fly(SystemName("lfb", f"radio-{place % systems}"), ghost)
            world.fly(MET, row())
            world.wait()
    return world


def test_who_was_told_that_an_alert_began_is_told_its_end_though_limited_since() -> None:
    # REQ-SHARE-010, REQ-FEED-013: no clear is missed, and nothing ends that was never shown.
    world = probed(PROBES_MAX + 3)
    begun = {one.alert_id for one in alerts(world, LFB_DESK)}
    assert len(begun) == PROBES_MAX
    for _ in range(90):
        world.wait()
    ended = {one.alert_id for one in alerts(world, LFB_DESK) if one.level == NONE}
    assert ended == begun
    cleared = [one for one in alerts(world, MET_DESK) if one.level == NONE]
    assert len({one.alert_id for one in cleared}) >= PROBES_MAX + 3


def test_what_was_withheld_stays_so_over_a_restart_and_when_it_is_shown_otherwise() -> None:
    # REQ-SHARE-007, REQ-SHARE-010
    world = probed(PROBES_MAX + 3)
    world.restart()
    begun = {one.alert_id for one in alerts(world, LFB_DESK)}
    joined = {one.alert.alert_id for one in world.joined(LFB_DESK) if one.HasField("alert")}
    assert joined == begun
    seen = len(alerts(world, LFB_DESK))
    world.share_all(SharingLevel.MASKED)
    ended = {one.alert_id for one in alerts(world, LFB_DESK)[seen:] if one.level == NONE}
    assert ended == begun


def test_docked_drones_that_covert_helicopters_hold_are_counted() -> None:
    # REQ-SHARE-010: a dock need not be real, and a hold tells that somebody crewed comes.
    world = World()
    world.share_all(SharingLevel.COVERT)
    for second in range(20):
        docks = [
            row(f"d{place}", east_m=40.0 * place, description=FIRE_DRONE,
                operational_status=OperationalStatus.AT_DOCK, source=ReportSource.REMOTE_ID)
            for place in range(PROBES_MAX + 3)
        ]  # fmt: skip
        world.fly(LFB, *docks)
        coming = row("h1", north_m=3_000.0 - 60.0 * second, north_mps=-60.0,
                     description=POLICE_HELICOPTER)  # fmt: skip
        world.fly(MET, coming)
        world.wait()
    assert [text.split()[0] for text in suspected(world)] == ["lfb"]
    held = [one for one in alerts(world, LFB_DESK) if one.kind == alerts_pb2.ALERT_KIND_LAUNCH_HOLD]
    assert len({one.alert_id for one in held}) <= PROBES_MAX


def test_a_hold_of_a_covert_drone_is_no_probe_of_the_helicopter_that_is_told_nothing() -> None:
    world = World()
    world.share_all(SharingLevel.COVERT)
    for second in range(20):
        docks = [
            row(f"d{place}", east_m=40.0 * place, operational_status=OperationalStatus.AT_DOCK)
            for place in range(PROBES_MAX + 3)
        ]
        world.fly(MET, *docks)
        coming = row("h1", north_m=3_000.0 - 60.0 * second, north_mps=-60.0,
                     description=POLICE_HELICOPTER)  # fmt: skip
        world.fly(LFB, coming)
        world.wait()
    assert alerts(world, MET_DESK)
    assert suspected(world) == []


def test_many_systems_of_an_agency_probe_no_more_than_one() -> None:
    # REQ-SHARE-010: a system is a certificate away.
    world = probed(PROBES_MAX + 3, systems=PROBES_MAX + 3)
    assert len({one.alert_id for one in alerts(world, LFB_DESK)}) == PROBES_MAX
    assert [text.split()[0] for text in suspected(world)] == ["lfb"]
