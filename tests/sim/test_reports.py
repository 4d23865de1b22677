"""What a publisher reports of a simulated aircraft."""

import pytest

from keepclear.v1 import common_pb2
from sim import script
from sim.fleet import Flight
from sim.measures import SECOND_US
from sim.reports import Heard

START_US = 1_800_000_000 * SECOND_US
DRONES = [
    flight
    for flight in script.opening_flights(START_US)
    if flight.airframe.callsign in ("MET-07", "LFB-03", "LAS-02")
]


@pytest.mark.parametrize("flight", DRONES, ids=lambda flight: flight.airframe.callsign)
def test_heights_of_who_begins_in_the_air_are_above_the_ground_below(flight: Flight) -> None:
    reporter = Heard(flight.airframe, 1, 0.0)
    reporter.flights.append(flight)
    heights_m = []
    for second in range(10):
        report = reporter.report(START_US + second * SECOND_US, live_source=False)
        assert report is not None
        assert report.height_reference == common_pb2.HEIGHT_REFERENCE_TAKEOFF
        heights_m.append(report.height_m)
    assert min(heights_m) > 0.5 * script.DRONE_HEIGHT_M
    assert max(heights_m) < 2.0 * script.DRONE_HEIGHT_M
