"""What people read: the agreed sentences, and the words that may never appear."""

import itertools
import re
from dataclasses import replace

import pytest

from broker.core.alerts import AlertGeometry, AlertKind, AlertLevel, BandSeen
from broker.core.sharing.band_wording import leaving_band_text
from broker.core.sharing.wording import Party, RestrictionNotice, alert_text
from broker.core.tracks.reports import AircraftClass, HeightBand, HeightReference
from tests.core.alert_samples import sample_alert

FOOT_M = 0.3048
GEOMETRY = AlertGeometry(
    range_m=1100.0,
    bearing_deg=45.0,
    relative_height_m=200 * FOOT_M,
    relative_height_doubt_m=150 * FOOT_M,
    time_to_loss_s=25.0,
    time_to_closest_s=40.0,
    closest_range_m=50.0,
    closing_speed_mps=30.0,
    picture_age_s=1.4,
)
ALERT = sample_alert(alert_id="alr-0123456789abcdef", geometry=GEOMETRY)
DRONE = Party("MET-07", "met", "Metropolitan Police", AircraftClass.DRONE, "020 7946 0001", "MET-1")
HEMS = Party("HEMS 27", "hems", "HEMS", AircraftClass.HELICOPTER, "020 7946 0002", "ESN 4")
FIRE = Party("FIRE-2", "lfb", "London Fire Brigade", AircraftClass.DRONE, "", "")


def test_a_drone_desk_is_told_what_comes_and_given_a_suggestion() -> None:
    headline, advice = alert_text(ALERT, [DRONE, HEMS], "met", None)
    assert headline == (
        "HELICOPTER closing on MET-07 from north-east, 1.1 km, 200 ft above, give or take 150 ft,"
        " 25 s. Picture 2 s old."
    )
    assert advice == (
        "Suggestion: land or move south-west, if safe. Call HEMS desk, 020 7946 0002,"
        " talkgroup ESN 4."
    )


def test_a_crewed_desk_gets_traffic_information_and_no_advice() -> None:
    # REQ-SAFETY: no manoeuvre advice to any crewed aircraft.
    near = replace(GEOMETRY, range_m=926.0)
    crewed = replace(HEMS, course_deg=165.0)
    headline, advice = alert_text(replace(ALERT, geometry=near), [DRONE, crewed], "hems", None)
    assert headline == (
        "Traffic, two o'clock, half a mile, drone, 200 feet below, give or take 150 feet."
        " Picture 2 s old."
    )
    assert advice == ""
    headline, _ = alert_text(replace(ALERT, geometry=near), [DRONE, HEMS], "hems", None)
    assert headline.startswith("Traffic, south-west, half a mile, drone")


@pytest.mark.parametrize(
    ("course_deg", "direction"),
    [(225.0, "north-west"), (200.0, "west"), (250.0, "south"), (45.0, "south-west")],
)
def test_the_suggested_direction_leads_off_the_others_path(
    course_deg: float, direction: str
) -> None:
    other = replace(HEMS, course_deg=course_deg)
    _, advice = alert_text(ALERT, [DRONE, other], "met", None)
    assert f"move {direction}, if safe" in advice


def test_two_drones_are_both_given_a_suggestion_away_from_each_other() -> None:
    first = alert_text(ALERT, [DRONE, FIRE], "met", None)
    second = alert_text(ALERT, [DRONE, FIRE], "lfb", None)
    assert first[0].startswith("Drone closing on MET-07 from north-east")
    assert second[0].startswith("Drone closing on FIRE-2 from south-west")
    assert "move south-west" in first[1]
    assert "move north-east" in second[1]
    assert "200 ft below" in second[0]
    assert first[1].endswith("Call London Fire Brigade desk: no contact given.")


def test_one_agency_with_both_sides_reads_it_once_and_calls_nobody() -> None:
    own = replace(HEMS, agency="met")
    headline, advice = alert_text(ALERT, [own, DRONE], "met", None)
    assert "proximity event, helicopter HEMS 27 (HEMS) and drone MET-07" in headline
    assert advice == "Suggestion: land or move north-east, if safe."


@pytest.mark.parametrize("reader", ["", "lfb"])
def test_others_read_a_neutral_sentence(reader: str) -> None:
    headline, advice = alert_text(ALERT, [DRONE, HEMS], reader, None)
    assert headline == (
        "Warning: proximity event, drone MET-07 (Metropolitan Police) and helicopter HEMS 27"
        " (HEMS), 1.1 km apart, 200 ft between them in height, give or take 150 ft, 25 s."
        " Picture 2 s old."
    )
    assert advice == ""


def test_an_ended_alert_claims_nothing_but_that() -> None:
    ended = replace(ALERT, level=AlertLevel.NONE)
    for reader in ("met", "hems", ""):
        headline, advice = alert_text(ended, [DRONE, HEMS], reader, None)
        assert headline.startswith("No longer close: ")
        assert advice == ""


def test_unknown_heights_and_caps_are_said() -> None:
    unknown = replace(GEOMETRY, relative_height_m=None, relative_height_doubt_m=None)
    capped = replace(ALERT, geometry=unknown, capped_because="vertical position unknown")
    headline, _ = alert_text(capped, [DRONE, HEMS], "met", None)
    assert "height unknown" in headline
    assert "Level held down: vertical position unknown." in headline
    doubtful = replace(GEOMETRY, relative_height_doubt_m=None)
    headline, _ = alert_text(replace(ALERT, geometry=doubtful), [DRONE, HEMS], "met", None)
    assert "200 ft above, doubt of height unknown" in headline
    level = replace(GEOMETRY, relative_height_m=3.0)
    headline, _ = alert_text(replace(ALERT, geometry=level), [DRONE, HEMS], "met", None)
    assert "same height, give or take 150 ft" in headline


def test_restriction_alerts() -> None:
    inside = replace(
        ALERT,
        kind=AlertKind.RESTRICTION,
        restriction_name="agencies/lfb/restrictions/fire-1",
        track_b=-1,
        geometry=replace(GEOMETRY, time_to_loss_s=0.0),
    )
    notice = RestrictionNotice("Warehouse fire", "London Fire Brigade", "talkgroup LFB 3")
    headline, advice = alert_text(inside, [DRONE], "met", notice)
    assert "is inside keep-clear request Warehouse fire of London Fire Brigade." in headline
    assert advice == "Suggestion: land or leave it, if safe. Ask talkgroup LFB 3."
    assert alert_text(inside, [HEMS], "hems", notice)[1] == ""
    assert alert_text(inside, [DRONE], "lfb", notice)[1] == ""
    asks = replace(notice, ask_whom="Heathrow Radar", contact="020 7946 0000")
    assert alert_text(inside, [DRONE], "met", asks)[1] == (
        "Entry is a matter of asking first: ask Heathrow Radar (020 7946 0000)."
    )
    nobody = replace(asks, contact="")
    assert alert_text(inside, [DRONE], "met", nobody)[1].endswith("(no contact given).")
    soon = replace(inside, geometry=GEOMETRY)
    headline, advice = alert_text(soon, [DRONE], "met", None)
    assert "may enter in 25 s keep-clear request agencies/lfb/restrictions/fire-1" in headline
    assert advice == "Suggestion: turn away or land, if safe."
    ended = alert_text(replace(inside, level=AlertLevel.NONE), [DRONE], "met", notice)
    assert "is no longer in or near" in ended[0]


FORBIDDEN = re.compile(
    r"cleared|permitted|no traffic|loss of separation|climb|stop|hold\b|ellipsoid|(?<!if )\bsafe",
    re.IGNORECASE,
)


def every_text() -> list[tuple[AircraftClass, str, str, str]]:
    """(reader's class or the first party's, reader, headline, advice) over all combinations."""
    texts = []
    notice = RestrictionNotice("Carnival", "Metropolitan Police", "020 7946 0009")
    for first, second, level, reader in itertools.product(
        AircraftClass, AircraftClass, AlertLevel, ["a", "b", "c", ""]
    ):
        for bearing, range_m, height in itertools.product(
            [0.0, 337.6, 181.0], [0.0, 180.0, 700.0, 1500.0, 9000.0], [None, 0.0, -70.0, 90.0]
        ):
            geometry = replace(
                GEOMETRY, bearing_deg=bearing, range_m=range_m, relative_height_m=height
            )
            for kind in (AlertKind.PROXIMITY, AlertKind.RESTRICTION):
                alert = replace(ALERT, level=level, geometry=geometry, kind=kind)
                sides = [
                    Party("ONE", "a", "Agency A", first, course_deg=10.0),
                    Party("TWO", "b", "Agency B", second, "0800", "TG"),
                ]
                shown = sides if kind is AlertKind.PROXIMITY else sides[:1]
                own = second if reader == "b" else first
                texts.append((own, reader, *alert_text(alert, shown, reader, notice)))
    return texts


def test_every_text_keeps_to_the_advisory_boundary() -> None:
    # REQ-SAFETY: the product never says cleared, permitted, safe or no traffic.
    crewed = {
        AircraftClass.UNKNOWN,
        AircraftClass.HELICOPTER,
        AircraftClass.AEROPLANE,
        AircraftClass.OTHER_CREWED,
    }
    for own, reader, headline, advice in every_text():
        assert not FORBIDDEN.search(headline + " " + advice), (headline, advice)
        assert re.search(r"Picture \d+ s old\.$", headline), headline
        assert "  " not in headline + advice
        if own in crewed or reader in {"c", ""}:
            assert advice == "", (own, reader, advice)


def test_what_is_said_of_bands_keeps_to_the_advisory_boundary() -> None:
    # REQ-SAFETY, REQ-BAND-003: whoever reads, above or below, now or soon.
    band = HeightBand(25.0, 45.0, HeightReference.TAKEOFF)
    for height_m, doubt_m, time_s, level, reader in itertools.product(
        [-3.0, 30.0, 44.0, 71.0],
        [0.5, 12.0],
        [0.0, 4.4, None],
        [AlertLevel.CAUTION, AlertLevel.NONE],
        ["met", "lfb", ""],
    ):
        limit_m = band.upper_m if height_m > 35.0 else band.lower_m
        geometry = replace(GEOMETRY, relative_height_m=limit_m - height_m, time_to_loss_s=time_s)
        seen = BandSeen(band, height_m, doubt_m)
        alert = replace(
            ALERT, kind=AlertKind.LEAVING_BAND, level=level, geometry=geometry, band=seen
        )
        headline, advice = leaving_band_text(alert, DRONE, reader)
        assert not FORBIDDEN.search(f"{headline} {advice}"), (headline, advice)
        assert re.search(r"Picture \d+ s old\.$", headline), headline
        assert (advice == "") == (reader == "" or level is AlertLevel.NONE)
        assert "above take-off" in headline
        if level is not AlertLevel.NONE:
            assert "give or take" in headline
