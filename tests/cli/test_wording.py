"""Words for people: no ellipsoid height, no control character, nothing that looks exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.cli import wording
from keepclear.v1 import common_pb2, feed_pb2

FOOT_M = 0.3048


@given(st.text())
def test_nothing_printable_moves_the_cursor(text: str) -> None:
    shown = wording.printable(text)
    assert len(shown) == len(text)
    assert shown.isprintable()


def test_a_height_above_sea_level_is_in_feet() -> None:
    track = feed_pb2.TrackView(
        altitude_m=1_000 * FOOT_M, altitude_datum=common_pb2.ALTITUDE_DATUM_AMSL
    )
    assert wording.height_words(track) == "1,000 ft above sea level"


def test_a_relative_height_is_in_feet_and_metres() -> None:
    track = feed_pb2.TrackView(height_m=61, height_reference=common_pb2.HEIGHT_REFERENCE_TAKEOFF)
    assert wording.height_words(track) == "200 ft (61 m) above take-off"
    track.height_reference = common_pb2.HEIGHT_REFERENCE_GROUND
    assert wording.height_words(track).endswith("above ground")


def test_a_satellite_height_is_shown_above_sea_level_where_the_geoid_is_known() -> None:
    # The geoid over London lies 45.95 m above the ellipsoid: 151 ft that nobody must read.
    track = feed_pb2.TrackView(
        latitude_deg=51.5074,
        longitude_deg=-0.1278,
        altitude_m=1_000 * FOOT_M + 45.95,
        altitude_datum=common_pb2.ALTITUDE_DATUM_HAE,
    )
    assert wording.height_words(track) == "1,000 ft above sea level (satellite)"
    track.altitude_hae_m = 2_000 * FOOT_M + 45.95  # filtered
    assert wording.height_words(track) == "2,000 ft above sea level (satellite)"
    track.longitude_deg = -40.0
    assert wording.height_words(track) == "\N{EM DASH} (satellite height only)"


@given(st.floats(-500, 30_000))
def test_an_ellipsoid_height_never_reaches_a_person(altitude_m: float) -> None:
    # REQ-WORDS: ellipsoid heights never reach a person.
    track = feed_pb2.TrackView(
        altitude_m=altitude_m,
        altitude_hae_m=altitude_m,
        altitude_datum=common_pb2.ALTITUDE_DATUM_HAE,
    )
    assert not any(character.isdigit() for character in wording.height_words(track))
    track.height_m = 61
    assert wording.height_words(track) == "200 ft (61 m) above take-off"


def test_pressure_and_both_and_neither() -> None:
    track = feed_pb2.TrackView(
        altitude_m=2_000 * FOOT_M, altitude_datum=common_pb2.ALTITUDE_DATUM_PRESSURE
    )
    assert wording.height_words(track) == "2,000 ft pressure (1013)"
    track.height_m = -0.2
    assert wording.height_words(track) == "2,000 ft pressure (1013), 0 ft (0 m) above take-off"
    assert wording.height_words(feed_pb2.TrackView()) == "not known"


def test_a_time_that_no_calendar_holds_is_shown_as_it_came() -> None:
    assert wording.instant_words(60_000_000) == "1970-01-01 00:01:00Z"
    assert wording.instant_words(2**62) == f"{2**62} us"


@pytest.mark.parametrize(
    ("age_s", "words"), [(-1, "0 s"), (3.4, "3 s"), (119, "119 s"), (180, "3 min"), (7200, "2 h")]
)
def test_ages(age_s: float, words: str) -> None:
    assert wording.age_words(age_s) == words


def test_every_value_of_every_enum_has_a_word() -> None:
    for value in common_pb2.AircraftClass.values():
        assert wording.class_words(value)
    for value in common_pb2.AlertLevel.values():
        assert not wording.level_words(value).startswith("level ")
    for value in feed_pb2.TrackState.values():
        assert wording.state_words(value)
    assert wording.class_words(99) == "unknown (crewed)"
    assert wording.level_words(99) == "level 99"
