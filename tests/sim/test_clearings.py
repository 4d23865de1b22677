"""Clear the air: when and where a helicopter's desk asks for it."""

from dataclasses import replace
from random import Random

from sim import routes
from sim.clearings import CLEAR_BEFORE_US, CLEAR_WITHIN_M, Clearing, clearings_of
from sim.fleet import HELICOPTER_TRACKER, AircraftKind, Airframe, Flight
from sim.measures import SECOND_US
from sim.motion import Path, Point, Status

SITE = routes.ground_point(3_000.0, 1_000.0)
START_US = 1_000 * SECOND_US


def hop(agency: str = "laa", kind: AircraftKind = AircraftKind.HELICOPTER) -> Flight:
    airframe = Airframe("h1", agency, "helicopters", kind, "H1", "", "", HELICOPTER_TRACKER)
    legs = routes.hop(Random(1), routes.ground_point(-8_000.0, 0.0), SITE, 600.0)
    return Flight("h1-1", airframe, Path.of(START_US, legs))


def clearings(flight: Flight) -> list[Clearing]:
    return list(clearings_of(flight))


def test_a_lift_and_a_landing_are_cleared_before_and_until_they_are_over() -> None:
    flight = hop()
    asked = clearings(flight)
    lift, landing = asked[0], asked[-1]
    assert lift.air.center == flight.path.legs[0].start
    assert landing.air.center == SITE
    assert landing.air.radius_m == CLEAR_WITHIN_M
    touchdown_us = next(
        start_us
        for start_us, leg in zip(flight.path.starts_us, flight.path.legs, strict=True)
        if leg.status is Status.ROTORS_TURNING and leg.start == SITE
    )
    assert landing.until_us == touchdown_us
    first_us = min(one.from_us for one in asked if one.air.center == SITE)
    state = flight.path.at(first_us + CLEAR_BEFORE_US)
    assert state.status is Status.LANDING_OR_LIFTING
    assert len({one.name for one in asked}) == len(asked)


def test_the_air_of_a_clearing_has_drones_in_it_and_no_helicopters_on_their_way() -> None:
    air = clearings(hop())[-1].air
    assert air.holds(replace(SITE, amsl_m=SITE.amsl_m + 120.0))
    assert not air.holds(Point(SITE.east_m + 2_000.0, SITE.north_m, SITE.amsl_m))


def test_nobody_asks_for_a_drone_or_for_what_is_heard_by_radio() -> None:
    assert clearings(hop(agency="surveillance")) == []
    assert clearings(hop(agency="met", kind=AircraftKind.DRONE)) == []
