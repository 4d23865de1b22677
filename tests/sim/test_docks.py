"""Docks: where they stand, and which one sends its drone."""

from sim.docks import DOCK_RANGE_M, DOCK_TURNROUND_US, make_docks, nearest_dock
from sim.geography import BOROUGHS
from sim.profiles import EVERY_BOROUGH
from sim.routes import beside

DOCKS = EVERY_BOROUGH.docks


def test_the_docks_are_spread_over_every_borough_islington_first() -> None:
    docks = make_docks(DOCKS)
    assert len({dock.airframe.track_id for dock in docks}) == 66
    assert docks[0].airframe.track_id == "met-dock-islington"
    assert all(
        sum(place.name in dock.airframe.track_id for dock in docks) >= 2 for place in BOROUGHS
    )


def test_an_agency_sends_the_drone_of_its_own_nearest_dock() -> None:
    docks = make_docks(DOCKS)
    for agency in ("met", "lfb", "las"):
        own = next(dock for dock in docks if dock.airframe.agency == agency)
        beside_it = beside(own.home, 50.0, 1.0, own.home.amsl_m)
        assert nearest_dock(docks, agency, beside_it, 0) is own
    assert nearest_dock(docks, "npas", docks[0].home, 0) is None


def test_a_dock_whose_drone_is_out_is_passed_over_until_it_is_ready_again() -> None:
    docks = make_docks(DOCKS)
    first = docks[0]
    first.flown_until(1_000)
    assert nearest_dock(docks, "met", first.home, 999 + DOCK_TURNROUND_US) is not first
    assert nearest_dock(docks, "met", first.home, 1_000 + DOCK_TURNROUND_US) is first


def test_no_dock_sends_its_drone_further_than_its_range() -> None:
    only = make_docks(1)
    near, far = (
        beside(only[0].home, away_m, 0.5, 0.0) for away_m in (DOCK_RANGE_M - 1, DOCK_RANGE_M + 1)
    )
    assert nearest_dock(only, "met", near, 0) is only[0]
    assert nearest_dock(only, "met", far, 0) is None
