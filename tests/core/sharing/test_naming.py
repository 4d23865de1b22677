"""A hidden flight stays hidden, whatever its publisher leaves out, and however it comes back."""

from dataclasses import replace

from broker.core.names import SystemName
from broker.core.outcomes import Done, Outcome
from broker.core.sharing.settings import SharingEntries, SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from tests.core.sharing.worlds import (
    DRONE,
    LFB,
    LFB_DESK,
    MET,
    MET_DESK,
    World,
    row,
    tracks_of,
)

SILENT = AircraftDescription(AircraftClass.DRONE)
"""What a publisher says that has forgotten everything."""


def shown(world: World, agency: str = "met") -> list[str]:
    """Labels of an agency's tracks as the fire brigade joins now."""
    found = tracks_of(world.joined(LFB_DESK))
    return [one.label for one in found if one.agency == agency]


def hidden(name: str = "MET 7") -> World:
    """A covert flight, by its callsign, whose publisher says it no more."""
    world = World()
    world.share(SharingLevel.COVERT, name)
    world.fly(MET, row())
    world.wait()
    world.fly(MET, row(description=SILENT))
    world.wait()
    assert shown(world) == []
    return world


def lose(world: World) -> None:
    for _ in range(200):
        world.wait()
    assert tracks_of(world.joined(MET_DESK)) == []


def test_what_others_set_opens_nothing() -> None:
    # REQ-SHARE-009: every setting judges every track anew.
    world = hidden()
    world.fly(LFB, row("x1", north_m=5_000.0))
    world.share(SharingLevel.MASKED, "x1", agency="lfb")
    world.share(SharingLevel.MASKED, "t8")
    world.share_all(SharingLevel.MASKED)
    assert shown(world) == []


def test_one_that_fell_silent_comes_back_hidden_over_a_restart_too() -> None:
    # REQ-SHARE-009
    for restarts in (False, True):
        world = hidden()
        lose(world)
        if restarts:
            world.restart()
        world.fly(MET, row(description=SILENT))
        world.wait()
        assert shown(world) == []
        assert len(tracks_of(world.joined(MET_DESK))) == 1


def test_it_opens_with_its_setting_and_is_not_hidden_by_a_later_one_that_it_does_not_name() -> None:
    # REQ-SHARE-009: cleared, or ended by its time.
    for ended in (False, True):
        world = hidden()
        if ended:
            world.now_us += 3 * 3_600_000_000
            world.wait()
            world.fly(MET, row(description=SILENT))
        else:
            world.share(None, "MET 7")
        world.wait()
        assert shown(world) == ["t7"]
        world.share(SharingLevel.COVERT, "MET 7")
        world.wait()
        world.fly(MET, row(description=SILENT))
        assert shown(world) == ["t7"]


def test_a_flight_ends_where_another_one_is_stated() -> None:
    world = World()
    world.fly(MET, row(description=replace(DRONE, callsign="")))
    flight = replace(DRONE, callsign="", registration="")
    world.share_flight(SharingLevel.COVERT, "F-7")
    world.wait()
    world.fly(MET, row(description=replace(flight, flight_id="")))
    assert shown(world) == []
    world.wait()
    world.fly(MET, row(description=replace(flight, flight_id="F-8")))
    world.wait()
    assert shown(world) == ["F-8"]


def test_a_name_is_matched_whatever_its_case() -> None:
    # REQ-SHARE-009
    world = World()
    world.share(SharingLevel.COVERT, "met  7")
    world.fly(MET, row())
    world.wait()
    assert shown(world) == []


def test_one_that_goes_on_as_another_track_of_its_agency_stays_hidden() -> None:
    # REQ-SHARE-009, REQ-SHARE-014: its agency's own receiver heard it first.
    world = World()
    world.share(SharingLevel.COVERT, "t7")
    heard = AircraftDescription(AircraftClass.DRONE, registration="G-M007")
    receiver = SystemName("met", "receiver")
    for second in range(6):
        north_m, source = 10.0 * second, ReportSource.REMOTE_ID
        echo = row("r1", north_m=north_m, north_mps=10.0, description=heard, source=source)
        world.fly(receiver, echo)
        if second in (2, 3):
            world.fly(MET, row("t7", north_m=north_m, north_mps=10.0))
        world.wait()
    assert len(tracks_of(world.joined(MET_DESK))) == 1, "they were joined"
    assert shown(world) == []


def test_whoever_sets_something_is_told_how_many_tracks_it_names() -> None:
    # REQ-SHARE-009: also those that leave the name out meanwhile, and none that is gone.
    world = World()
    assert named(world.share(SharingLevel.COVERT, "MET 7")) == 0
    world.fly(MET, row())
    assert named(world.share(SharingLevel.MASKED, "met  7")) == 1
    assert named(world.share_flight(SharingLevel.MASKED, "F-7")) == 1
    assert named(world.share_flight(SharingLevel.MASKED, "MET 7")) == 0
    world.fly(MET, row("t8", description=DRONE, north_m=5_000.0))
    world.wait()
    world.fly(MET, row("t8", description=SILENT, north_m=5_000.0))
    assert named(world.share(SharingLevel.MASKED, "MET 7")) == 2
    lose(world)
    assert named(world.share(None, "MET 7")) == 0


def named(outcome: Outcome) -> int:
    assert isinstance(outcome.reply, Done)
    assert isinstance(outcome.reply.resource, SharingEntries)
    return outcome.reply.resource.tracks_named
