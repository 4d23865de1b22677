"""Where a thing that is told is: never smaller than it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.names import Audience, Role
from broker.core.sharing.extents import AHEAD_S, around, extent_of_alert, extent_of_volume
from broker.core.sharing.roles import Zone
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from tests.core.sharing.worlds import (
    LATITUDE_DEG,
    LFB,
    LONGITUDE_DEG,
    MET,
    METRES_EAST_DEG,
    METRES_NORTH_DEG,
    World,
    row,
)

degrees = st.floats(-1.0, 1.0)
zones = st.builds(
    lambda south, west, north, east: Zone(
        min(south, north), min(west, east), max(south, north), max(west, east)
    ),
    degrees, degrees, degrees, degrees,
)  # fmt: skip


@given(zones, zones)
def test_zones_touch_each_other_or_lie_apart(one: Zone, other: Zone) -> None:
    apart = (
        one.north_deg < other.south_deg
        or other.north_deg < one.south_deg
        or one.east_deg < other.west_deg
        or other.east_deg < one.west_deg
    )
    assert one.touches(other) is other.touches(one) is (not apart)
    both = around([one, other])
    assert both is not None
    assert both.holds(one)
    assert both.holds(other)
    if one.holds(other):
        assert one.touches(other)


def test_round_nothing_there_is_no_box() -> None:
    assert around([]) is None


@pytest.mark.parametrize("speed_mps", [12.0, float("nan")])
def test_an_alert_is_where_its_aircraft_are_and_get_to(speed_mps: float) -> None:
    # REQ-PRIV-003
    world = World()
    other = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
    for second in range(5):
        moving = {"east_m": 30.0 + 12.0 * second, "east_mps": speed_mps, "north_mps": speed_mps}
        world.fly(LFB, row("x1", description=other, **moving))
        world.fly(MET, row(east_m=12.0 * second, east_mps=12.0))
        world.wait()
    [alert] = world.airspace.alerting.active()
    extent = extent_of_alert(alert, world.airspace.tracks, world.airspace.hidden)
    assert extent is not None
    here = (LATITUDE_DEG, LONGITUDE_DEG + 48.0 * METRES_EAST_DEG)
    assert extent.holds(Zone(*here, *here))
    if speed_mps > 0.0:
        away_m = AHEAD_S * speed_mps * 0.98  # the filter has seen five reports
        assert extent.north_deg > LATITUDE_DEG + away_m * METRES_NORTH_DEG
        assert extent.east_deg > LONGITUDE_DEG + (away_m + 48.0) * METRES_EAST_DEG
    gone = World().airspace
    assert extent_of_alert(alert, gone.tracks, gone.hidden) is None


@pytest.mark.parametrize("has_volume", [True, False])
def test_an_alert_of_a_covert_aircraft_is_about_its_volume_and_nothing_finer(
    has_volume: bool,
) -> None:
    # REQ-SHARE-012: who may read one zone chooses its area, and is told what touches it.
    other = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
    found = []
    for north_m, north_mps in ((0.0, 0.0), (8.0, 3.0)):
        world = World()
        world.share_all(SharingLevel.COVERT)
        for _ in range(4):
            world.fly(LFB, row("x1", north_m=4.0, description=other))
            world.fly(MET, row(north_m=north_m, north_mps=north_mps))
            world.wait()
        [alert] = world.airspace.alerting.active()
        hidden = world.airspace.hidden
        if not has_volume:
            hidden.volumes.end(alert.track_b)
        extent = extent_of_alert(alert, world.airspace.tracks, hidden)
        assert extent is not None
        assert extent.holds(Zone(LATITUDE_DEG, LONGITUDE_DEG, LATITUDE_DEG, LONGITUDE_DEG))
        found.append(extent)
    assert found[0] == found[1]


def test_a_volume_is_its_box() -> None:
    world = World()
    world.share_all(SharingLevel.COVERT)
    world.fly(MET, row())
    world.wait()
    [volume] = world.airspace.hidden.volumes.current()
    box = volume.box
    expected = Zone(box.south_deg, box.west_deg, box.north_deg, box.east_deg)
    assert extent_of_volume(volume) == expected
    items = world.projection.snapshots.whole(Audience("lfb", Role.OBSERVER), "test", world.now_us)
    assert [item.extent for item in items if item.extent is not None] == [expected]
