"""A hidden flight that another agency hears: two tracks, and nobody is told that they meet."""

from dataclasses import replace

import pytest

from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from keepclear.v1 import alerts_pb2, feed_pb2
from tests.core.sharing.worlds import DRONE, LFB, LFB_DESK, MET, MET_DESK, World, row, tracks_of

HEARD = AircraftDescription(AircraftClass.UNKNOWN_DRONE)
OWN = replace(DRONE, registration="")
HIDDEN = (SharingLevel.MASKED, SharingLevel.COVERT)


def flown(world: World, seconds: int, *, echo_east_m: float = 3.0, speed_mps: float = 8.0) -> None:
    """A police drone flies east; fire's receiver hears something beside it."""
    for _ in range(seconds):
        along_m = (world.now_us / 1e6 % 1_000) * speed_mps
        world.fly(MET, row(east_m=along_m, east_mps=speed_mps, description=OWN))
        radio = row(
            "1581F", east_m=along_m + echo_east_m, east_mps=speed_mps, description=HEARD,
            source=ReportSource.REMOTE_ID,
        )  # fmt: skip
        world.fly(LFB, radio)
        world.wait()


def pairs(world: World) -> list[alerts_pb2.Alert]:
    messages = [*world.messages(MET_DESK), *world.messages(LFB_DESK)]
    return [one.alert for one in messages if one.HasField("alert")]


def radio_track(world: World) -> feed_pb2.TrackView:
    [seen] = [one for one in tracks_of(world.joined(LFB_DESK)) if one.agency == "lfb"]
    return seen


@pytest.mark.parametrize("level", HIDDEN)
def test_nobody_is_told_that_a_hidden_flight_meets_its_own_broadcast(level: SharingLevel) -> None:
    # REQ-SHARE-014: an alert that stands between the two would say which track is the hidden one.
    world = World()
    world.share_all(level)
    flown(world, 30)
    assert world.airspace.alerting.kept_back(), "it is worked out, and kept back"
    assert pairs(world) == []
    assert list(radio_track(world).doubts) == []
    assert len(world.airspace.tracks.live_slots()) == 2


@pytest.mark.parametrize("level", HIDDEN)
def test_nor_when_it_is_hidden_in_the_air(level: SharingLevel) -> None:
    # REQ-SHARE-014
    world = World()
    flown(world, 4)
    assert list(radio_track(world).doubts) == ["possibly-heard-twice"]
    world.share(level)
    flown(world, 20)
    assert pairs(world) == []
    assert list(radio_track(world).doubts) == []
    world.share(None)
    flown(world, 2)
    assert list(radio_track(world).doubts) == ["possibly-heard-twice"]


@pytest.mark.parametrize("level", HIDDEN)
def test_both_are_told_at_once_when_it_is_another_aircraft_after_all(level: SharingLevel) -> None:
    # REQ-SHARE-004, REQ-COR-006
    world = World()
    world.share_all(level)
    flown(world, 5)
    assert pairs(world) == []
    flown(world, 4, echo_east_m=95.0)
    told = {one.alert_id for one in pairs(world)}
    assert len(told) == 1
    for desk in (MET_DESK, LFB_DESK):
        assert told == {one.alert.alert_id for one in world.messages(desk) if one.HasField("alert")}


def test_what_flies_towards_a_covert_flight_is_told_as_ever() -> None:
    # REQ-SHARE-004: only what began as its echo is kept back.
    world = World()
    world.share_all(SharingLevel.COVERT)
    for second in range(20):
        world.fly(MET, row(description=OWN))
        coming = row(
            "1581F", east_m=300.0 - 15.0 * second, east_mps=-15.0, description=HEARD,
            source=ReportSource.REMOTE_ID,
        )  # fmt: skip
        world.fly(LFB, coming)
        world.wait()
    assert {one.alert_id for one in pairs(world)}
    assert world.airspace.alerting.kept_back() == []
