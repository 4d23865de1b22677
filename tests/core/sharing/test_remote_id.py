"""A covert drone that transmits Remote ID: its owner is told, once, and is told who heard it."""

from broker.core.effects import OwnerReason, OwnerTold
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from tests.core.sharing.worlds import LFB, MET, World, row

HEARD = AircraftDescription(AircraftClass.UNKNOWN_DRONE)


def told(world: World) -> list[OwnerTold]:
    notices = [one for one in world.effects if isinstance(one, OwnerTold)]
    return [one for one in notices if one.reason is OwnerReason.REMOTE_ID_HEARD]


def heard(world: World, seconds: int, east_m: float = 10.0) -> None:
    for _ in range(seconds):
        world.fly(MET, row())
        near = row("1581F", east_m=east_m, description=HEARD, source=ReportSource.REMOTE_ID)
        world.fly(LFB, near)
        world.wait()


def covert() -> World:
    world = World()
    world.share_all(SharingLevel.COVERT)
    return world


def test_the_owner_is_told_of_remote_id_from_a_covert_drone_once() -> None:
    # REQ-SHARE-011
    world = covert()
    heard(world, 6)
    [notice] = told(world)
    assert notice.agency == "met"
    assert "MET 7" in notice.text
    assert str(LFB) in notice.text


def test_one_that_passes_by_or_is_further_away_is_not_taken_for_it() -> None:
    world = covert()
    heard(world, 2)
    heard(world, 6, east_m=200.0)
    assert told(world) == []


def test_a_restart_does_not_tell_it_again() -> None:
    # REQ-SHARE-011
    world = covert()
    heard(world, 4)
    world.restart()
    heard(world, 4)
    assert len(told(world)) == 1
