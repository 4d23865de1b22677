"""What a drone heard by its own receiver is a position, and never an identity."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dji.airsense import ACCURACY_M, MAX_HEARD, heard_aircraft
from adapters.dji.fleet import Fleet
from adapters.dji.settings import DjiSettings
from keepclear.v1 import common_pb2
from keepclear.v1.aircraft_pb2 import Aircraft
from keepclear.v1.tracks_pb2 import TrackReport
from tests.adapters.dji.messages import DOCK, NOW_US, dock, event, osd


def entry(**changed: Any) -> dict[str, Any]:
    """A helicopter 300 m up, near the drone."""
    values = {
        "icao": "404A2E", "latitude": 51.52, "longitude": -0.13, "altitude": 300,
        "altitude_type": 1, "heading": 89.1, "relative_altitude": 180, "vert_trend": 0,
        "distance": 900, "warning_level": 3,
    }  # fmt: skip
    values.update(changed)
    return {name: value for name, value in values.items() if value is not None}


def reports(*entries: object, fleet: Fleet | None = None) -> tuple[TrackReport, ...]:
    fleet = fleet or Fleet(DjiSettings(kind="dji", address="mqtt://localhost"))
    fleet.decode(osd(DOCK, dock(drone_in_dock=0)))
    decoded = fleet.decode(event("airsense_warning", list(entries)))
    assert not decoded.refusals
    return decoded.reports


def test_an_aircraft_that_a_drone_heard_is_unsigned_radio() -> None:
    # REQ-DJI-013, REQ-ADAPT-007
    [made] = reports(entry())
    assert made.source == common_pb2.REPORT_SOURCE_ADSB
    assert (made.source_track_id, made.description.icao_address) == ("404a2e", "404a2e")
    assert made.description.aircraft_class == common_pb2.AIRCRAFT_CLASS_UNSPECIFIED
    assert made.description.callsign == made.description.registration == ""
    assert (made.latitude_deg, made.longitude_deg) == (51.52, -0.13)
    assert made.time_of_validity_us == NOW_US
    assert made.horizontal_accuracy_m == pytest.approx(ACCURACY_M)
    assert not made.HasField("velocity_east_mps")  # a heading is no velocity


def test_its_altitude_is_no_more_than_what_adsb_carries() -> None:
    [sea] = reports(entry())
    assert sea.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
    assert sea.altitude_m == pytest.approx(300.0)
    [ellipsoid] = reports(entry(altitude_type=0))
    assert ellipsoid.altitude_datum == common_pb2.ALTITUDE_DATUM_HAE
    for unknown in (entry(altitude_type=7), entry(altitude=None), entry(altitude=1e6)):
        [made] = reports(unknown)
        assert not made.HasField("altitude_m")


def test_the_agencys_register_says_what_it_is() -> None:
    settings = DjiSettings(kind="dji", address="mqtt://localhost")
    own = Aircraft(
        name="agencies/met/aircraft/npas-25",
        aircraft_class=common_pb2.AIRCRAFT_CLASS_HELICOPTER,
        registration="G-POLD",
        icao_address="404a2e",
    )
    settings.book.take([own])
    [made] = reports(entry(), fleet=Fleet(settings))
    assert made.description.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry(icao="B-5931"), "no ICAO address"),
        (entry(icao="000000"), "no ICAO address"),
        (entry(icao=None), "no ICAO address"),
        (entry(icao=7), "no ICAO address"),
        (entry(latitude=0, longitude=0), "no position"),
        (entry(latitude=None), "no position"),
        (entry(longitude=181.0), "no position"),
        ("404a2e", "not an object"),
    ],
)
def test_a_bad_entry_costs_no_other(bad: object, reason: str) -> None:
    aircraft, refusals = heard_aircraft([bad, entry()], NOW_US)
    assert [one.address for one in aircraft] == ["404a2e"]
    assert [one.reason for one in refusals] == [f"airsense: {reason}"]


def test_one_event_is_bounded() -> None:
    aircraft, refusals = heard_aircraft([entry()] * (MAX_HEARD + 1), NOW_US)
    assert len(aircraft) == MAX_HEARD
    assert [one.reason for one in refusals] == [f"airsense: over {MAX_HEARD} at once"]


ANYTHING = st.recursive(
    st.none() | st.floats() | st.text(max_size=8),
    lambda one: st.lists(one) | st.dictionaries(st.sampled_from(list(entry())), one),
)


@given(ANYTHING)
def test_anything_is_aircraft_or_refusals(data: object) -> None:
    # REQ-ADAPT-003
    aircraft, refusals = heard_aircraft(data, NOW_US)
    assert len(aircraft) + len(refusals) <= MAX_HEARD + 1
    assert all(abs(one.latitude_deg) <= 90.0 for one in aircraft)
