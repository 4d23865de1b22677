"""The opening, checked with a slow geometry of its own: step through time and measure."""

import math

from sim import script
from sim.fleet import Flight
from sim.measures import FOOT_M, MINUTE_US, SECOND_US
from sim.motion import State

START_US = 1_800_000_000 * SECOND_US
STEP_US = 50_000
FLIGHTS = {flight.airframe.callsign: flight for flight in script.opening_flights(START_US)}
DRONE, HELICOPTER = FLIGHTS["MET-07"], FLIGHTS["POLICE90"]
FIRE, AMBULANCE = FLIGHTS["LFB-03"], FLIGHTS["LAS-02"]


def horizontal_m(a: State, b: State) -> float:
    return math.hypot(a.east_m - b.east_m, a.north_m - b.north_m)


def first_inside_s(
    a: Flight, b: Flight, horizontal: float, vertical: float, for_s: int = 120
) -> float | None:
    """First instant both are closer than the cylinder, stepping; None if never."""
    for elapsed_us in range(0, for_s * SECOND_US, STEP_US):
        one, two = (flight.path.at(START_US + elapsed_us) for flight in (a, b))
        if horizontal_m(one, two) < horizontal and abs(one.amsl_m - two.amsl_m) < vertical:
            return elapsed_us / SECOND_US
    return None


def test_the_helicopter_enters_the_drone_s_volume_25_to_45_seconds_out() -> None:
    entered_s = first_inside_s(DRONE, HELICOPTER, 2_000 * FOOT_M, 250 * FOOT_M)
    assert entered_s is not None
    # Warning looks 25 s ahead: it is due while more than 10 s of the first 30 s remain.
    assert 25.0 < entered_s < 45.0
    assert 0.0 < entered_s - 25.0 < 20.0


def test_the_helicopter_does_not_breach_the_floor() -> None:
    assert first_inside_s(DRONE, HELICOPTER, 500 * FOOT_M, 100 * FOOT_M) is None


def test_the_helicopter_passes_at_60_metres_a_second() -> None:
    state = HELICOPTER.path.at(START_US + 20 * SECOND_US)
    assert math.isclose(math.hypot(state.east_mps, state.north_mps), 60.0, rel_tol=1e-6)


def test_the_helicopter_lands_in_the_end() -> None:
    assert not HELICOPTER.airborne_at(START_US + 12 * MINUTE_US)


def test_two_agencies_drones_meet_inside_their_volume_and_outside_the_floor() -> None:
    assert FIRE.airframe.agency != AMBULANCE.airframe.agency
    assert FIRE.incident_id != AMBULANCE.incident_id
    entered_s = first_inside_s(FIRE, AMBULANCE, 75.0, 25.0)
    assert entered_s is not None
    assert 15.0 < entered_s < 30.0
    assert first_inside_s(FIRE, AMBULANCE, 15.0, 5.0) is None


def test_the_request_comes_in_the_first_seconds_and_lasts_ten_minutes() -> None:
    request = script.opening_request(START_US, 1)
    assert request.agency == "met"
    assert START_US < request.at_us <= START_US + 15 * SECOND_US
    assert request.duration_us == 10 * MINUTE_US
    assert 300.0 <= request.radius_m <= 500.0


def inside_request(flight: Flight, elapsed_s: float) -> bool:
    request = script.opening_request(START_US, 1)
    state = flight.path.at(START_US + round(elapsed_s * SECOND_US))
    away_m = math.hypot(
        state.east_m - request.center.east_m, state.north_m - request.center.north_m
    )
    return away_m < request.radius_m and state.amsl_m < request.ceiling_amsl_m


def test_a_fire_drone_flies_into_the_request_and_out_again() -> None:
    inside = [inside_request(FIRE, elapsed_s) for elapsed_s in range(200)]
    assert not inside[0]
    assert 60 <= inside.index(True) <= 90
    assert not inside[-1]


def test_the_ambulance_drone_stays_out_and_the_asking_agency_s_own_is_in() -> None:
    assert not any(inside_request(AMBULANCE, elapsed_s) for elapsed_s in range(200))
    assert inside_request(DRONE, 10.0)
    assert DRONE.airframe.agency in script.opening_request(START_US, 1).exempt_agencies


def test_no_other_pair_of_the_opening_is_close() -> None:
    for other in (FIRE, AMBULANCE):
        assert first_inside_s(other, DRONE, 75.0, 25.0) is None
        assert first_inside_s(other, HELICOPTER, 2_000 * FOOT_M, 250 * FOOT_M) is None


def test_each_drone_lands_before_its_flight_ends() -> None:
    for flight in (DRONE, FIRE, AMBULANCE):
        assert not flight.airborne_at(flight.path.end_us - SECOND_US)
