"""What one audience is shown: its own ids, worded for it."""

import hashlib
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.alerts import Alert, AlertKind, AlertLevel, ReaderRevision
from broker.core.errors import BrokenInvariant
from broker.core.names import Audience, Role
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.parties import TrackIds, label, party_of
from broker.core.sharing.views import MEMBERS_SHOWN_MAX, AlertView, Views
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.gateways.wire.alerts import encode_alert
from tests.core.alert_samples import sample_alert
from tests.core.restrictions.scenes import draft
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER, at, batch

SECRET = bytes(range(32))
POLICE, FIRE = Audience("met-police", Role.DESK), Audience("lfb", Role.DESK)
WATCHER = Audience("met-police", Role.OBSERVER)
NAMES = {"met-police": "Metropolitan Police", "lfb": "London Fire Brigade"}
DRONE = AircraftDescription(
    AircraftClass.DRONE, callsign="DRONE 4", duty_contact="020 1", talkgroup="T1"
)
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, registration="G-POLA")
ALERT = sample_alert(at_us=NOW_US)


def shown(views: Views, alert: Alert, audience: Audience) -> AlertView:
    view = views.alert(alert, audience)
    assert view is not None
    return view


@pytest.fixture
def tracks() -> TrackRegister:
    """Track 1: a drone of the fire brigade. Track 2: a police helicopter."""
    register = TrackRegister(np.zeros((6, 8), dtype=np.int16))
    moving = {"velocity_east_mps": 10.0, "velocity_north_mps": 0.0}
    for publisher, row in (
        (OTHER, at(0, "dji-1", description=DRONE)),
        (PUBLISHER, at(0, "heli-1", description=HELICOPTER, **moving)),
    ):
        one = batch(row, publisher=publisher)
        slots, _ = register.assign(one, np.arange(1))
        register.write(one, np.arange(1), slots, NOW_US)
    return register


@pytest.fixture
def views(tracks: TrackRegister) -> Views:
    return Views(SECRET, tracks, RestrictionRegister(), NAMES)


@given(st.integers(1, 2**62), st.binary(min_size=1, max_size=64))
def test_ids_of_two_audiences_differ(track_number: int, secret: bytes) -> None:
    # REQ-PRIV-002: two agencies cannot lay their views side by side.
    ids = [TrackIds(secret, audience).of(track_number) for audience in (POLICE, FIRE, WATCHER)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{12}", one) for one in ids)
    assert ids[0] == TrackIds(secret, POLICE).of(track_number)


def test_ids_tell_nothing_without_the_secret() -> None:
    # REQ-PRIV-002
    ids = {TrackIds(bytes([key] * 32), POLICE).of(1) for key in range(100)}
    assert len(ids) == 100
    police = TrackIds(SECRET, POLICE)
    many = {police.of(number) for number in range(10_000)}
    assert len(many) == 10_000


@given(st.integers(0, 2**62), st.sampled_from([POLICE, FIRE, WATCHER]))
def test_an_id_is_a_keyed_digest(view_key: int, audience: Audience) -> None:
    # What is prepared for all ids of an audience changes none of them: partners keep ids.
    named = f"{audience}\n{view_key}".encode()
    plain = hashlib.blake2b(named, digest_size=6, key=SECRET).hexdigest()
    assert TrackIds(SECRET, audience).of(view_key) == plain


def test_the_label_is_what_people_know() -> None:
    known = AircraftDescription(
        callsign="NPAS 21", registration="G-POLA", flight_id="F1", icao_address="400abc"
    )
    expected = ["NPAS 21", "G-POLA", "F1", "400abc", "src-1"]
    for want, blank in itertools.zip_longest(
        expected, ["callsign", "registration", "flight_id", "icao_address"]
    ):
        assert label(known, "src-1") == want
        known = replace(known, **{blank: ""}) if blank else known  # type: ignore[arg-type]


def test_a_party_is_described_from_the_register(tracks: TrackRegister) -> None:
    drone, helicopter = (party_of(tracks, slot, {"lfb": "London Fire Brigade"}) for slot in (0, 1))
    assert (drone.label, drone.agency_name, drone.duty_contact) == (
        "DRONE 4",
        "London Fire Brigade",
        "020 1",
    )
    assert drone.course_deg is None
    # An agency without a display name is still named, and due east is 090.
    assert (helicopter.agency_name, helicopter.course_deg) == ("met-police", 90.0)


@pytest.mark.parametrize(
    ("east_mps", "north_mps", "course_deg"),
    [(0.0, 10.0, 0.0), (0.0, -10.0, 180.0), (-10.0, 0.0, 270.0), (3.0, 3.9, None)],
)
def test_a_course_needs_speed(
    tracks: TrackRegister, east_mps: float, north_mps: float, course_deg: float | None
) -> None:
    tracks.columns.velocity_east_mps[0] = east_mps
    tracks.columns.velocity_north_mps[0] = north_mps
    assert party_of(tracks, 0, {}).course_deg == course_deg


def test_both_sides_see_the_alert_under_their_own_ids(views: Views) -> None:
    # REQ-PRIV-002, REQ-SEP-010: both sides are always alerted.
    police, fire = shown(views, ALERT, POLICE), shown(views, ALERT, FIRE)
    assert [party.label for party in police.parties] == ["DRONE 4", "G-POLA"]
    police_ids = [party.track_id for party in police.parties]
    assert police_ids == [views.track_id(POLICE, 1), views.track_id(POLICE, 2)]
    assert not set(police_ids) & {party.track_id for party in fire.parties}
    assert police.alert is fire.alert is ALERT


def test_a_crewed_aircrafts_desk_gets_no_advice(views: Views) -> None:
    # REQ-WORD-001: crewed aircraft are never told how to manoeuvre.
    assert shown(views, ALERT, POLICE).advice == ""
    assert shown(views, ALERT, FIRE).advice != ""
    assert shown(views, ALERT, POLICE).headline


def test_an_observer_gets_neutral_words(views: Views) -> None:
    view = shown(views, ALERT, WATCHER)
    assert view.advice == ""
    assert view.headline != shown(views, ALERT, POLICE).headline


def test_a_restriction_alert_names_the_restriction(tracks: TrackRegister) -> None:
    restrictions = RestrictionRegister()
    restriction = restrictions.create(draft(), NOW_US, set(NAMES))
    views = Views(SECRET, tracks, restrictions, NAMES)
    name = str(restriction.draft.name)
    alert = replace(ALERT, kind=AlertKind.RESTRICTION, track_b=-1, restriction_name=name)
    view = shown(views, alert, FIRE)
    assert len(view.parties) == 1
    assert restriction.draft.title in view.headline
    gone = replace(alert, restriction_name="agencies/lfb/restrictions/unheard-of")
    with pytest.raises(BrokenInvariant, match="unheard-of"):
        shown(views, gone, FIRE)


def cluster_of(*members: Alert, level: AlertLevel = AlertLevel.WARNING) -> Alert:
    return replace(
        ALERT, alert_id="alc-1", kind=AlertKind.CLUSTER, level=level, highest_level=level,
        incident_id="INC-7", members=members, member_count=len(members),
    )  # fmt: skip


def test_a_cluster_leads_with_what_concerns_its_reader(tracks: TrackRegister) -> None:
    # REQ-SEP-021: whatever else happens there, a desk reads its own aircraft first.
    views = Views(SECRET, tracks, RestrictionRegister(), NAMES)
    ours = replace(ALERT, alert_id="alr-2", level=AlertLevel.CAUTION)
    theirs = replace(ALERT, alert_id="alr-3", level=AlertLevel.FLOOR, track_a=90, track_b=91)
    cluster = cluster_of(theirs, ours, level=AlertLevel.FLOOR)
    view = shown(views, cluster, FIRE)
    assert [one.alert.alert_id for one in view.members] == ["alr-2", "alr-3"]
    assert view.alert.level is AlertLevel.CAUTION
    assert view.advice == shown(views, ours, FIRE).advice != ""
    told = "Incident INC-7: 1 more alert, the most urgent: warning, inside the minimum."
    assert view.headline == f"{shown(views, ours, FIRE).headline} {told}"
    assert shown(views, cluster, WATCHER).alert.level is AlertLevel.FLOOR


def test_a_cluster_counts_no_member_that_its_reader_is_not_told_of(tracks: TrackRegister) -> None:
    # REQ-BAND-005: nor is what it is about the most urgent.
    views = Views(SECRET, tracks, RestrictionRegister(), NAMES)
    ours = replace(ALERT, alert_id="alr-2", level=AlertLevel.ADVISORY)
    private = replace(ALERT, alert_id="alr-3", level=AlertLevel.CAUTION, told_to=(POLICE.agency,))
    cluster = cluster_of(private, ours, level=AlertLevel.CAUTION)
    view = shown(views, cluster, FIRE)
    assert (view.alert.member_count, view.alert.level) == (1, AlertLevel.ADVISORY)
    assert "more alert" not in view.headline
    assert "most urgent" not in view.headline
    assert shown(views, cluster, POLICE).alert.member_count == 2


def test_a_revision_of_a_cluster_that_changed_for_others_is_no_message(views: Views) -> None:
    # REQ-SHARE-019: its time would say that something happened; a list has the last of its own.
    others = ReaderRevision(FIRE.agency, 4, 7, 8, AlertLevel.WARNING, is_news=False)
    cluster = replace(cluster_of(ALERT), revision=9, apart=(others,))
    assert views.alert(cluster, FIRE, is_news=True) is None
    listed = shown(views, cluster, FIRE).alert
    assert (listed.revision, listed.raised_us, listed.changed_us) == (4, 7, 8)
    told = views.alert(cluster, POLICE, is_news=True)
    assert told is not None
    assert told.alert.revision == 9
    unheard = replace(cluster, apart=(replace(others, revision=0),))
    assert views.alert(unheard, FIRE) is None


def test_every_member_of_a_cluster_is_worded_for_the_reader(views: Views) -> None:
    # REQ-WORD-001: crewed aircraft are never told how to manoeuvre.
    cluster = cluster_of(ALERT, replace(ALERT, alert_id="alr-2"))
    assert {one.advice for one in shown(views, cluster, POLICE).members} == {""}
    assert all(one.advice for one in shown(views, cluster, FIRE).members)
    assert shown(views, cluster, POLICE).advice == ""


def test_a_view_words_a_limited_number_of_members(views: Views) -> None:
    members = [replace(ALERT, alert_id=f"alr-{place}") for place in range(30)]
    view = shown(views, cluster_of(*members), FIRE)
    assert (len(view.members), view.alert.member_count) == (MEMBERS_SHOWN_MAX, 30)
    assert "29 more alerts" in view.headline


def test_a_cluster_without_members_tells_no_numbers_of_the_alert_that_ended_last(
    views: Views,
) -> None:
    # It goes to every reader; the alert may have been for some of them only.
    was_led = replace(
        cluster_of(level=AlertLevel.ADVISORY), rule_id="leaving-band", capped_because="old",
        restriction_name="agencies/lfb/restrictions/fire",
    )  # fmt: skip
    message = encode_alert(shown(views, was_led, WATCHER))
    assert (message.rule, message.restriction, message.capped_because) == ("", "", "")
    numbers = ("range_m", "bearing_deg", "relative_height_m", "time_to_loss_s", "closest_range_m")
    assert not any(message.HasField(name) for name in numbers)
    assert message.picture_age_s == pytest.approx(ALERT.geometry.picture_age_s)


def test_a_cluster_without_members_claims_nothing_more(views: Views) -> None:
    quiet = shown(views, cluster_of(level=AlertLevel.ADVISORY), FIRE)
    assert quiet.headline == (
        "Incident INC-7: its alerts have ended. New ones are gathered here. Picture 1 s old."
    )
    ended = shown(views, cluster_of(level=AlertLevel.NONE), FIRE)
    assert (ended.headline, ended.advice, ended.parties) == (
        "Incident INC-7: its alerts have ended.", "", ()
    )  # fmt: skip
