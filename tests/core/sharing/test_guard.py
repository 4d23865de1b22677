"""Who looks for covert flights: by traffic, by docked drones, by what others are asked to clear."""

from typing import Any

from broker.core.commands import CreateRestriction, ImportRestrictions, WithdrawRestriction
from broker.core.effects import OwnerReason, OwnerTold
from broker.core.names import Audience, RestrictionName, SystemName
from broker.core.outcomes import Done
from broker.core.restrictions.model import RestrictionDraft, RestrictionKind, Source
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle
from broker.core.sharing.guard import PROBES_MAX
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    OperationalStatus,
    ReportSource,
)
from broker.core.units import HOUR_US
from keepclear.v1 import alerts_pb2, common_pb2
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import (
    LATITUDE_DEG,
    LFB,
    LFB_DESK,
    LONGITUDE_DEG,
    MET,
    MET_DESK,
    METRES_NORTH_DEG,
    World,
    row,
)

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
POLICE_HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="NPAS 61")
CONTROL = SystemName("lfb", "control")
NONE = common_pb2.ALERT_LEVEL_UNSPECIFIED


def alerts(world: World, audience: Audience) -> list[alerts_pb2.Alert]:
    return [one.alert for one in world.messages(audience) if one.HasField("alert")]


def suspected(world: World) -> list[str]:
    """What owners read of probing."""
    told = [one for one in world.effects if isinstance(one, OwnerTold)]
    return [one.text for one in told if one.reason is OwnerReason.PROBING_SUSPECTED]


def request(world: World, name: str, north_m: float, radius_m: float) -> RestrictionDraft:
    """What the fire brigade asks others to keep clear of."""
    ring = volume(Circle(LATITUDE_DEG + north_m * METRES_NORTH_DEG, LONGITUDE_DEG, radius_m))
    window = Window(world.now_us, world.now_us + HOUR_US)
    return draft(name, volumes=(ring,), windows=(window,))


def ask(world: World, name: str, north_m: float = 0.0, radius_m: float = 20.0) -> None:
    asked = CreateRestriction(CONTROL, "", request(world, name, north_m, radius_m))
    assert isinstance(world.do(asked)[0].reply, Done)


def probed(ghosts: int) -> World:
    """Unsigned tracks go past a covert drone, one after the other."""
    world = World()
    world.share_all(SharingLevel.COVERT)
    for place in range(ghosts):
        ghost = row(
            f"ghost-{place}", east_m=15.0 + place, east_mps=-8.0, description=FIRE_DRONE,
            source=ReportSource.REMOTE_ID,
        )  # fmt: skip
        for _ in range(4):
            world.fly(LFB, ghost)
            world.fly(MET, row())
            world.wait()
    return world


def fly_along(world: World, seconds: int, **more: Any) -> None:
    """A covert drone flies 20 m north each second, from 400 m south."""
    for second in range(seconds):
        world.fly(MET, row(north_m=20.0 * second - 400.0, north_mps=20.0, **more))
        world.wait()


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
    assert [text.startswith(str(LFB)) for text in suspected(world)] == [True]
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


def test_a_covert_flight_is_not_found_by_a_row_of_small_requests() -> None:
    # REQ-SHARE-018
    world = World()
    world.share_all(SharingLevel.COVERT)
    for place in range(20):
        ask(world, f"r{place}", north_m=40.0 * place - 400.0)
    fly_along(world, 40)
    told = {one.restriction for one in alerts(world, LFB_DESK)}
    assert len(told) == PROBES_MAX
    [text] = suspected(world)
    assert "keep-clear requests of lfb" in text
    own = {one.restriction for one in alerts(world, MET_DESK)}
    assert len(own) >= 19, "its own desk is told of each"


def test_many_covert_flights_in_one_request_are_no_probing() -> None:
    # REQ-SHARE-018
    world = World()
    world.share_all(SharingLevel.COVERT)
    ask(world, "fire", radius_m=600.0)
    flown = [row(f"t{place}", east_m=60.0 * place) for place in range(PROBES_MAX + 2)]
    for _ in range(3):
        world.fly(MET, *flown)
        world.wait()
    assert len({one.alert_id for one in alerts(world, LFB_DESK)}) == len(flown)
    assert suspected(world) == []


def test_a_request_that_is_moved_about_is_counted_each_time() -> None:
    # REQ-SHARE-018
    world = World()
    world.share_all(SharingLevel.COVERT)
    for _ in range(PROBES_MAX + 3):
        ask(world, "fire", radius_m=50.0)
        for _ in range(2):
            world.fly(MET, row())
            world.wait()
        world.do(WithdrawRestriction(CONTROL, "", RestrictionName("lfb", "fire"), 0))
    assert len(suspected(world)) == 1


def test_whoever_mirrors_a_restriction_is_not_told_of_covert_flights_in_it() -> None:
    # REQ-SHARE-018: nobody here asked for it, and anybody may say that a source did.
    world = World()
    world.share_all(SharingLevel.COVERT)
    mirrored = draft(
        "r157", kind=RestrictionKind.STATUTORY, source=Source("pib", "R157"), contact="",
        volumes=request(world, "r157", 0.0, 800.0).volumes,
        windows=(Window(world.now_us, world.now_us + HOUR_US),),
    )  # fmt: skip
    importer = SystemName("lfb", "importer")
    [outcome] = world.do(ImportRestrictions(importer, "", "pib", (mirrored,), False, ("R157",)))
    assert isinstance(outcome.reply, Done)
    for _ in range(3):
        world.fly(MET, row())
        world.wait()
    assert alerts(world, MET_DESK)
    assert alerts(world, LFB_DESK) == []


def test_the_end_of_an_entry_reaches_who_was_told_of_it_when_the_flight_is_opened() -> None:
    # REQ-FEED-013, REQ-SHARE-007
    world = World()
    world.share(SharingLevel.COVERT)
    ask(world, "fire", radius_m=50.0)
    for _ in range(3):
        world.fly(MET, row())
        world.wait()
    [begun] = alerts(world, LFB_DESK)
    world.share(None)
    _, ended, again = alerts(world, LFB_DESK)
    assert (ended.alert_id, ended.level) == (begun.alert_id, NONE)
    assert again.alert_id != begun.alert_id
    assert [one.label for one in again.parties] == ["MET 7"]
