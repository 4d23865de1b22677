"""A preview tells nobody where a covert flight is, nor who flies masked."""

from dataclasses import replace

from broker.core.names import RestrictionName
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import MINUTE_US
from broker.service.clock import VirtualClock
from broker.service.publishing import Previewed, PublishingReading
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import DRONE, LATITUDE_DEG, LFB, LONGITUDE_DEG, MET, World, row

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")


def previewed(level: SharingLevel, agency: str, *, flies: bool = True) -> Previewed:
    """A circle round a police drone and a fire drone, as an agency previews it."""
    world = World()
    world.share_all(level)
    world.fly(LFB, row("x1", east_m=400.0, description=FIRE_DRONE))
    if flies:
        world.fly(MET, row(description=DRONE))
    reading = PublishingReading(world.airspace, world.projection, VirtualClock(world.now_us))
    asked = draft(
        agency=agency,
        volumes=(volume(Circle(LATITUDE_DEG, LONGITUDE_DEG, 600.0)),),
        windows=(Window(world.now_us, world.now_us + 10 * MINUTE_US),),
    )
    assert asked.name == RestrictionName(agency, "fire")
    return reading.preview(asked, agency)


def labels(found: Previewed) -> list[str]:
    return sorted(one.label for one in found.aircraft)


def test_a_preview_does_not_find_anothers_covert_flight() -> None:
    # REQ-SHARE-016: draft by draft it would be found to the metre.
    hidden = previewed(SharingLevel.COVERT, "lfb")
    assert labels(hidden) == ["LFB 2"]
    nobody = previewed(SharingLevel.COVERT, "lfb", flies=False)
    same = replace(hidden, preview=nobody.preview)
    assert (same, hidden.further_aircraft) == (nobody, 0)


def test_its_own_agency_previews_it_in_full() -> None:
    assert labels(previewed(SharingLevel.COVERT, "met")) == ["LFB 2", "MET 7"]


def test_a_masked_flight_is_in_it_without_its_name() -> None:
    # REQ-SHARE-016
    assert labels(previewed(SharingLevel.MASKED, "lfb")) == ["", "LFB 2"]
    assert labels(previewed(SharingLevel.OPEN, "lfb")) == ["LFB 2", "MET 7"]
