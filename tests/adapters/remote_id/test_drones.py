"""Which drone it is, when it was there, and whether it can have been."""

import pytest

from adapters.model import Refusal
from adapters.remote_id.drones import FORGOTTEN_US, Drones, true_time_us
from adapters.remote_id.location import Location
from adapters.remote_id.messages import BasicId
from keepclear.v1.tracks_pb2 import TrackReport

HOUR_US = 1_699_999_200_000_000  # a full hour, UTC
NOW_US = HOUR_US + 601_000_000
SECOND_US = 1_000_000
MAC = "02:a1:b2:c3:d4:e5"
SERIAL, REGISTRATION = BasicId(1, 2, "SERIAL1"), BasicId(2, 2, "GBR-1")
HERE = Location(51.5, 0.0)
METRE_DEG = 1.0 / 111_195.0


def heard(
    drones: Drones, location: Location = HERE, now_us: int = NOW_US
) -> TrackReport | Refusal | None:
    return drones.locate(MAC, location, now_us)


def report(location: Location) -> TrackReport:
    drones = Drones()
    drones.identify(MAC, SERIAL, NOW_US)
    made = heard(drones, location)
    assert isinstance(made, TrackReport)
    return made


def test_a_drone_with_two_ids_is_told_by_its_serial_number_whichever_comes_first() -> None:
    # DJI's own feed states the serial number too: only by it are both one drone.
    for ids in ((SERIAL, REGISTRATION), (REGISTRATION, SERIAL)):
        drones = Drones()
        for one in ids:
            drones.identify(MAC, one, NOW_US)
        made = heard(drones)
        assert isinstance(made, TrackReport)
        assert (made.source_track_id, made.description.serial_number) == (ids[0].uas_id, "SERIAL1")


def test_a_transmitter_is_forgotten_when_it_was_silent_for_long_and_not_before() -> None:
    drones = Drones()
    drones.identify(MAC, SERIAL, NOW_US)
    now_us = NOW_US
    for silence_us in (FORGOTTEN_US, FORGOTTEN_US):
        now_us += silence_us
        made = heard(drones, now_us=now_us)
        assert isinstance(made, TrackReport)
        assert made.source_track_id == "SERIAL1"
    assert heard(drones, now_us=now_us + FORGOTTEN_US + 1) is None  # its name is awaited again


@pytest.mark.parametrize(
    ("age_s", "kept"), [(59.0, True), (59.1, False), (0.0, True), (-2.0, True), (-2.1, False)]
)
def test_a_time_too_far_from_its_receipt_is_an_unset_clocks(age_s: float, kept: bool) -> None:
    for received_us in (NOW_US, HOUR_US, HOUR_US - 1_500_000):
        true_us = received_us - round(age_s * SECOND_US)
        second_s = true_us % (3_600 * SECOND_US) / SECOND_US
        assert true_time_us(second_s, received_us) == (true_us if kept else received_us)


@pytest.mark.parametrize(
    ("north_m", "east_m", "after_s", "near"),
    [
        (490.0, 0.0, 0, True),
        (510.0, 0.0, 0, False),
        (0.0, 490.0, 0, True),  # metres, not degrees: a degree of longitude is shorter here
        (0.0, 510.0, 0, False),
        (0.0, -510.0, 0, False),
        (1_690.0, 0.0, 10, True),
        (1_710.0, 0.0, 10, False),
    ],
)
def test_a_place_is_doubted_where_no_drone_can_have_flown(
    north_m: float, east_m: float, after_s: int, near: bool
) -> None:
    drones, now_us = Drones(), NOW_US + after_s * SECOND_US
    drones.identify(MAC, SERIAL, NOW_US)
    heard(drones)
    shorter = 0.6225  # cosine of 51.5 degrees
    there = Location(51.5 + north_m * METRE_DEG, east_m * METRE_DEG / shorter)
    assert isinstance(heard(drones, there, now_us), TrackReport) is near


def test_the_date_line_is_no_jump() -> None:
    drones = Drones()
    drones.identify(MAC, SERIAL, NOW_US)
    for longitude_deg in (179.9999, -179.9999, 179.9999):
        assert isinstance(heard(drones, Location(0.1, longitude_deg)), TrackReport)


@pytest.mark.parametrize(
    ("height_m", "known"),
    [(-500.0, True), (-500.5, False), (10_000.0, True), (10_000.5, False), (None, False)],
)
def test_a_height_beyond_what_can_be_is_not_known(height_m: float | None, known: bool) -> None:
    assert report(Location(51.5, 0.0, height_m=height_m)).HasField("height_m") is known


@pytest.mark.parametrize(
    ("altitude_m", "known"), [(-500.0, True), (-500.5, False), (30_000.0, True), (30_001.0, False)]
)
def test_an_altitude_beyond_what_can_be_is_not_known(altitude_m: float, known: bool) -> None:
    made = report(Location(51.5, 0.0, geodetic_altitude_m=altitude_m, pressure_altitude_m=90.0))
    assert made.altitude_m == (altitude_m if known else 90.0)


@pytest.mark.parametrize(
    ("speed_mps", "direction_deg", "known"),
    [(0.0, None, True), (5.0, 90.0, True), (5.0, None, False), (None, 90.0, False)],
)
def test_only_what_stands_still_needs_no_direction(
    speed_mps: float | None, direction_deg: float | None, known: bool
) -> None:
    made = report(Location(51.5, 0.0, speed_mps=speed_mps, direction_deg=direction_deg))
    assert made.HasField("velocity_east_mps") is known
