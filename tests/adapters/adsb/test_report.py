import dataclasses
from typing import Any

import pytest

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.report import Reporter
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import TrackReport

PLAIN = Aircraft(
    address="4009d1",
    time_of_validity_us=5,
    latitude_deg=51.5,
    longitude_deg=-0.1,
    known=Known.ADSB,
    horizontal_accuracy_m=30.0,
)


def made(**changes: Any) -> TrackReport:
    return Reporter().report(dataclasses.replace(PLAIN, **changes))


def test_the_geometric_altitude_is_preferred_with_its_datum() -> None:
    both = made(geometric_altitude_ft=1000.0, pressure_altitude_ft=800.0, vertical_accuracy_m=45.0)
    assert both.altitude_m == pytest.approx(304.8)
    assert both.altitude_datum == common_pb2.ALTITUDE_DATUM_HAE
    assert both.vertical_accuracy_m == 45.0


def test_a_pressure_altitude_keeps_its_datum_and_takes_no_geometric_accuracy() -> None:
    pressure = made(pressure_altitude_ft=1000.0, vertical_accuracy_m=45.0)
    assert pressure.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
    assert not pressure.HasField("vertical_accuracy_m")


def test_no_altitude_is_none_not_zero() -> None:
    assert not made().HasField("altitude_m")
    assert made().operational_status == common_pb2.OPERATIONAL_STATUS_UNSPECIFIED


def test_velocity_needs_speed_and_track_except_standing_still() -> None:
    moving = made(ground_speed_kt=100.0, track_deg=90.0)
    assert moving.velocity_east_mps == pytest.approx(51.444, abs=1e-3)
    assert moving.velocity_north_mps == pytest.approx(0.0, abs=1e-4)
    assert not made(ground_speed_kt=100.0).HasField("velocity_east_mps")
    assert not made(track_deg=90.0).HasField("velocity_east_mps")
    assert made(ground_speed_kt=0.0).HasField("velocity_north_mps")


def test_on_the_ground_is_said() -> None:
    assert made(on_ground=True).operational_status == common_pb2.OPERATIONAL_STATUS_ON_GROUND
    flying = made(pressure_altitude_ft=500.0)
    assert flying.operational_status == common_pb2.OPERATIONAL_STATUS_AIRBORNE


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("A1", common_pb2.AIRCRAFT_CLASS_AEROPLANE),
        ("A5", common_pb2.AIRCRAFT_CLASS_AEROPLANE),
        ("A7", common_pb2.AIRCRAFT_CLASS_HELICOPTER),
        ("B1", common_pb2.AIRCRAFT_CLASS_OTHER_CREWED),
        ("B4", common_pb2.AIRCRAFT_CLASS_OTHER_CREWED),
        ("B6", common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE),
        ("A0", common_pb2.AIRCRAFT_CLASS_UNSPECIFIED),
        ("", common_pb2.AIRCRAFT_CLASS_UNSPECIFIED),
    ],
)
def test_the_class_comes_from_the_category(
    category: str, expected: common_pb2.AircraftClass
) -> None:
    assert made(category=category).description.aircraft_class == expected


@pytest.mark.parametrize("callsign", ["UKP013", "HLE27", "POLICE1"])
def test_a_callsign_is_only_a_label(callsign: str) -> None:
    # A callsign can be transmitted by anyone: it must never change what the aircraft is.
    described, plain = made(callsign=callsign), made()
    assert described.description.callsign == callsign
    described.description.callsign = ""
    assert described == plain


def test_an_address_that_is_not_icao_is_not_given_as_one() -> None:
    anonymous = made(address="~2a0001", known=Known.TISB)
    assert anonymous.source_track_id == "~2a0001"
    assert anonymous.description.icao_address == ""
    assert anonymous.source == common_pb2.REPORT_SOURCE_TISB
    assert made().description.icao_address == "4009d1"


def test_climb_is_in_metres_per_second() -> None:
    assert made(climb_fpm=-600.0).vertical_speed_mps == pytest.approx(-3.048)
    assert not made().HasField("vertical_speed_mps")
