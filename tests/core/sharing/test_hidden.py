"""Hidden flights through the whole core and feed: nothing hidden shows, nothing is missed."""

import math
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import AlertLevel
from broker.core.commands import AcknowledgeAlert
from broker.core.effects import OwnerReason, OwnerTold
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Done, NotDone
from broker.core.sharing.keep_clear import MARGIN_M
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
    ReportSource,
)
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2
from tests.core.sharing.worlds import (
    DRONE,
    LAS,
    LAS_DESK,
    LATITUDE_DEG,
    LFB,
    LFB_DESK,
    LONGITUDE_DEG,
    MET,
    MET_DESK,
    METRES_EAST_DEG,
    METRES_NORTH_DEG,
    World,
    alerts,
    row,
    tracks_of,
)

WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=12)
FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2", duty_contact="020 1")
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="HELIMED 27")
OTHERS = [Audience(agency, role) for agency in ("lfb", "las") for role in Role]
FEW = settings(max_examples=15, deadline=None)
IDENTITY = ("label", "registration", "icao_address", "incident_id", "talkgroup", "publisher")

identities = st.fixed_dictionaries(
    {
        "registration": WORDS,
        "callsign": WORDS,
        "flight_id": WORDS,
        "incident_id": WORDS,
        "talkgroup": WORDS,
        "icao_address": st.sampled_from(["", "43abcd", "400001"]),
        "allotted_band": st.sampled_from([None, HeightBand(25.0, 45.0, HeightReference.TAKEOFF)]),
    }
)


def flown(
    level: SharingLevel, track: str, description: AircraftDescription, system: str, **fields: Any
) -> World:
    """A hidden flight, alone but for an open one far away, as all are shown it."""
    world = World()
    world.share_all(level)
    publisher = SystemName("met", system)
    pause_s = fields.pop("pause_s", 1)
    for second in range(25):
        world.fly(LFB, row("far", north_m=9_000.0, description=FIRE_DRONE))
        if second % pause_s == 0:
            moved = {"north_m": fields.get("north_m", 0.0) + fields.get("north_mps", 0.0) * second}
            world.fly(publisher, row(track, description=description, **{**fields, **moved}))
        world.wait()
    return world


@given(identities, WORDS.filter(bool), st.sampled_from(["drones", "covert-1"]))
@FEW
def test_no_byte_of_a_masked_view_depends_on_who_it_is(
    identity: dict[str, Any], track: str, system: str
) -> None:
    # REQ-SHARE-001: equal bytes, in equal messages, at equal times.
    usual = flown(SharingLevel.MASKED, "t7", DRONE, "drones")
    other = flown(SharingLevel.MASKED, track, replace(DRONE, **identity), system)
    for audience in OTHERS:
        assert usual.bytes_of(audience) == other.bytes_of(audience)


@given(
    identities,
    st.floats(-120.0, 120.0),
    st.sampled_from([AircraftClass.DRONE, AircraftClass.HELICOPTER]),
    st.fixed_dictionaries(
        {
            "north_mps": st.floats(-3.0, 3.0),
            "altitude_hae_m": st.floats(60.0, 180.0),
            "horizontal_accuracy_m": st.floats(1.0, 40.0),
            "source": st.sampled_from([ReportSource.TELEMETRY, ReportSource.ADSB]),
            "pause_s": st.integers(1, 4),
        }
    ),
)
@FEW
def test_no_byte_of_a_covert_view_depends_on_more_than_the_volume(
    identity: dict[str, Any], east_m: float, aircraft_class: AircraftClass, flight: dict[str, Any]
) -> None:
    # REQ-SHARE-002: who, what, where in its cell, how fast and how well reported: all the same.
    usual = flown(SharingLevel.COVERT, "t7", DRONE, "drones")
    described = replace(DRONE, aircraft_class=aircraft_class, **identity)
    other = flown(SharingLevel.COVERT, "t9", described, "covert-1", east_m=east_m, **flight)
    for audience in OTHERS:
        assert usual.bytes_of(audience) == other.bytes_of(audience)


def test_a_proximity_event_among_hidden_flights_of_one_agency_shows_nobody_else_anything() -> None:
    # REQ-SHARE-002: nor does it show when their own desk acknowledges it.
    wingman = AircraftDescription(AircraftClass.DRONE, callsign="MET 8")
    shown = []
    for apart_m in (8.0, 400.0):
        world = World()
        world.share_all(SharingLevel.COVERT)
        for second in range(12):
            world.fly(LFB, row("far", north_m=9_000.0, description=FIRE_DRONE))
            world.fly(MET, row("t7"), row("t8", east_m=apart_m, description=wingman))
            for one in world.airspace.alerting.active() if second == 8 else ():
                world.do(AcknowledgeAlert(SystemName("met", "desk"), "", one.alert_id, "desk"))
            world.wait()
        assert bool(alerts(world, MET_DESK)) is (apart_m < 20.0)
        shown.append([world.bytes_of(audience) for audience in OTHERS])
    assert shown[0] == shown[1]


def test_its_own_agency_sees_everything() -> None:
    for level in SharingLevel:
        world = flown(level, "t7", DRONE, "drones")
        own = tracks_of(world.messages(MET_DESK))
        labels = {track.label for track in own}
        assert labels == {"MET 7", "LFB 2"}
        assert not [one for one in world.messages(MET_DESK) if one.HasField("volume")]


def test_others_see_a_masked_flight_without_identity() -> None:
    world = flown(SharingLevel.MASKED, "t7", DRONE, "drones")
    seen = [one for one in tracks_of(world.messages(LFB_DESK)) if one.agency == "met"]
    assert len(seen) > 20
    assert {getattr(one, name) for one in seen for name in IDENTITY} == {""}
    assert {one.duty_contact for one in seen} == {"020 7000 0000"}
    assert {one.latitude_deg for one in seen} == {LATITUDE_DEG}


def test_an_alert_does_not_say_that_a_masked_flight_works_the_same_incident() -> None:
    # REQ-SHARE-001
    world = World()
    world.share_all(SharingLevel.MASKED)
    helps = replace(FIRE_DRONE, incident_id=DRONE.incident_id)
    for _ in range(5):
        world.fly(LFB, row("x1", east_m=8.0, description=helps))
        world.fly(MET, row())
        world.wait()
    rules = {one: {alert.rule for alert in alerts(world, one)} for one in (MET_DESK, LFB_DESK)}
    assert rules == {MET_DESK: {"drone-drone-same-incident"}, LFB_DESK: {""}}


def test_others_see_one_steady_volume_of_a_covert_flight() -> None:
    # REQ-SHARE-003: at least 300 m round the aircraft, and steady.
    world = flown(SharingLevel.COVERT, "t7", DRONE, "drones", north_mps=5.0)
    assert not [one for one in tracks_of(world.messages(LFB_DESK)) if one.agency == "met"]
    [volume] = [one.volume for one in world.messages(LFB_DESK) if one.HasField("volume")]
    north_deg = LATITUDE_DEG + 120.0 * METRES_NORTH_DEG
    assert volume.south_deg + MARGIN_M * METRES_NORTH_DEG <= LATITUDE_DEG
    assert north_deg <= volume.north_deg - MARGIN_M * METRES_NORTH_DEG
    assert volume.west_deg + MARGIN_M * METRES_EAST_DEG <= LONGITUDE_DEG
    assert volume.east_deg - MARGIN_M * METRES_EAST_DEG >= LONGITUDE_DEG
    assert volume.lower_amsl_m < 79.0 < volume.upper_amsl_m
    assert volume.since_us % 10_000_000 == 0
    heartbeats = [one.heartbeat for one in world.messages(LFB_DESK) if one.HasField("heartbeat")]
    assert {one.track_count for one in heartbeats} == {1}
    joined = [one.volume for one in world.joined(LFB_DESK) if one.HasField("volume")]
    assert joined == [volume]
    publishers = {one.coverage.publisher for one in world.joined(LFB_DESK)} - {""}
    assert publishers == {str(LFB)}


@given(st.floats(2.0, 25.0), st.floats(-25.0, 25.0), st.integers(0, 5))
@FEW
def test_a_volume_always_holds_its_aircraft_with_room(
    north_mps: float, east_mps: float, start: int
) -> None:
    # REQ-SHARE-003
    world = World()
    world.share_all(SharingLevel.COVERT)
    for second in range(start, start + 90):
        north_m, east_m = north_mps * second, east_mps * second
        world.fly(MET, row(north_m=north_m, east_m=east_m))
        world.wait()
        for volume in world.airspace.hidden.volumes.current():
            slot = world.airspace.tracks.slot_of(MET, "t7")
            latitude = float(world.airspace.tracks.columns.latitude_deg[slot])
            longitude = float(world.airspace.tracks.columns.longitude_deg[slot])
            box, room_deg = volume.box, (MARGIN_M - 2.0) * METRES_NORTH_DEG
            assert box.south_deg + room_deg <= latitude <= box.north_deg - room_deg
            room_deg = (MARGIN_M - 2.0) * METRES_EAST_DEG
            assert box.west_deg + room_deg <= longitude <= box.east_deg - room_deg
    moves = [one.volume for one in world.messages(LFB_DESK) if one.HasField("volume")]
    assert [one.revision for one in moves] == list(range(1, len(moves) + 1))
    assert len({one.volume_id for one in moves}) == 1


def met_by(
    other: SystemName, description: AircraftDescription, level: SharingLevel, *, speed_mps: float
) -> World:
    """Somebody flies at our hovering drone from the west, and past it."""
    world = World()
    world.share_all(level)
    for second in range(80):
        east_m = (second - 40) * speed_mps
        rows = row("x1", east_m=east_m, east_mps=speed_mps, description=description)
        world.fly(other, rows)
        world.fly(MET, row(east_mps=0.0, north_mps=0.0))
        world.wait()
    return world


@pytest.mark.parametrize(
    ("other", "description", "desk", "speed_mps"),
    [(LFB, FIRE_DRONE, LFB_DESK, 12.0), (LAS, HELICOPTER, LAS_DESK, 40.0)],
)
def test_both_sides_are_alerted_at_the_same_levels_and_times_however_it_is_shared(
    other: SystemName, description: AircraftDescription, desk: Audience, speed_mps: float
) -> None:
    # REQ-SHARE-004: proximity is computed on the truth.
    told = []
    for level in SharingLevel:
        world = met_by(other, description, level, speed_mps=speed_mps)
        told += [
            [(one.level, one.changed_us) for one in alerts(world, audience)]
            for audience in (MET_DESK, desk)
        ]
    assert len(told[0]) >= 2
    assert all(one == told[0] for one in told)


def test_a_partner_drones_desk_reads_the_edge_of_the_volume_and_nobody_else_anything() -> None:
    # REQ-SHARE-005
    world = met_by(LFB, FIRE_DRONE, SharingLevel.COVERT, speed_mps=12.0)
    volume_id = next(
        one.volume.volume_id for one in world.messages(LFB_DESK) if one.volume.volume_id
    )
    shown = alerts(world, LFB_DESK)
    assert shown
    for alert in shown:
        assert alert.detail == alerts_pb2.ALERT_DETAIL_SECTOR
        assert alert.bearing_deg % 30 == 0
        assert alert.range_m in {0.0, 250.0, 500.0, 1_000.0, 2_000.0}
        for hidden in ("relative_height_m", "time_to_loss_s", "time_to_exit_s", "closest_range_m"):
            assert not alert.HasField(hidden)
        own, unshown = alert.parties
        assert own.label == "LFB 2"
        assert (unshown.track_id, unshown.agency, unshown.label) == (volume_id, "", "")
        assert alert.rule == alert.incident_id == alert.capped_because == ""
        assert "MET" not in alert.headline
        assert "Police" not in alert.headline + alert.advice
    assert [one.label for one in alerts(world, MET_DESK)[0].parties] == ["LFB 2", "MET 7"]
    assert alerts(world, LAS_DESK) == []
    assert alerts(world, Audience("las", Role.OBSERVER)) == []
    numbers = [item.number for item in world.shown[LAS_DESK] if item.numbered]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_crew_is_told_where_at_warning_and_the_owner_that_it_was() -> None:
    # REQ-SHARE-006
    world = met_by(LAS, HELICOPTER, SharingLevel.COVERT, speed_mps=40.0)
    shown = alerts(world, LAS_DESK)
    warned = [one for one in shown if one.level >= common_pb2.ALERT_LEVEL_WARNING]
    assert warned
    for alert in warned:
        assert alert.detail == alerts_pb2.ALERT_DETAIL_TRUE_POSITION
        assert alert.headline.startswith("Traffic, ")
        assert "MET" not in alert.headline
        assert alert.advice == ""
        assert alert.HasField("relative_height_m")
    others = {one.detail for one in shown if one not in warned}
    assert others <= {alerts_pb2.ALERT_DETAIL_SECTOR}
    observed = {one.detail for one in alerts(world, Audience("las", Role.OBSERVER))}
    assert observed == {alerts_pb2.ALERT_DETAIL_SECTOR}
    told = [one for one in world.effects if isinstance(one, OwnerTold)]
    assert len(told) == len(warned)
    assert {(one.agency, one.reason) for one in told} == {("met", OwnerReason.POSITION_DISCLOSED)}
    notices = [one.notice.code for one in world.messages(MET_DESK) if one.HasField("notice")]
    assert notices.count("position-disclosed") == len(warned)
    assert not [one for one in world.messages(LAS_DESK) if one.HasField("notice")]


def test_a_list_never_follows_a_covert_aircraft() -> None:
    # REQ-SHARE-006: only a revision as it happens tells a crew where it is.
    world = World()
    world.share_all(SharingLevel.COVERT)
    for second in range(30):
        world.fly(
            LAS, row("x1", east_m=(second - 40) * 40.0, east_mps=40.0, description=HELICOPTER)
        )
        world.fly(MET, row())
        world.wait()
    [active] = world.airspace.alerting.active()
    assert active.level >= AlertLevel.WARNING
    [listed] = [one.alert for one in world.joined(LAS_DESK) if one.HasField("alert")]
    assert listed.detail == alerts_pb2.ALERT_DETAIL_SECTOR


def test_a_change_in_the_air_ends_every_id_that_was_shown() -> None:
    # REQ-SHARE-007: nothing shown before a change names anything shown after it.
    world = World()
    ids: list[set[str]] = []
    for level in (None, SharingLevel.COVERT, SharingLevel.MASKED, SharingLevel.OPEN):
        before = len(world.shown.get(LFB_DESK, []))
        if level is not None:
            assert isinstance(world.share(level).reply, Done)
        for _ in range(3):
            world.fly(MET, row())
            world.wait()
        news = world.messages(LFB_DESK)[before:]
        ended = {
            one.track_id for one in tracks_of(news) if one.state == feed_pb2.TRACK_STATE_WITHHELD
        }
        live = {one.track_id for one in tracks_of(news)} - ended
        volumes = {one.volume.volume_id for one in news if one.HasField("volume")}
        still = {
            one.volume.volume_id for one in news if one.HasField("volume") and not one.volume.ended
        }
        if ids:
            assert ids[-1] == ended | (volumes - still)
        ids.append(live | still)
    assert [len(one) for one in ids] == [1, 1, 1, 1]
    assert len(set.union(*ids)) == 4
    owners = {one.track_id for one in tracks_of(world.messages(MET_DESK))}
    assert len(owners) == 1


def test_an_alert_goes_on_under_another_id_when_its_aircraft_is_hidden() -> None:
    # REQ-SHARE-007
    world = World()
    for _ in range(5):
        world.fly(LFB, row("x1", east_m=20.0, description=FIRE_DRONE))
        world.fly(MET, row())
        world.wait()
    open_ids = {one.alert_id for one in alerts(world, LFB_DESK)}
    assert open_ids == {one.alert_id for one in alerts(world, LAS_DESK)}
    world.share(SharingLevel.COVERT)
    after = [one for one in alerts(world, LFB_DESK) if one.alert_id not in open_ids]
    assert after
    assert after[-1].detail == alerts_pb2.ALERT_DETAIL_SECTOR
    last = {one.alert_id: one for one in alerts(world, LAS_DESK)}
    assert {one.level for one in last.values()} == {common_pb2.ALERT_LEVEL_UNSPECIFIED}
    assert "another id" in last[min(open_ids)].headline
    retained = [one.alert.alert_id for one in world.joined(LFB_DESK) if one.HasField("alert")]
    assert retained == [after[-1].alert_id]
    assert not [one for one in world.joined(LAS_DESK) if one.HasField("alert")]


def test_a_setting_ends_at_its_time_and_survives_a_restart() -> None:
    # REQ-SHARE-008
    world = World()
    world.fly(MET, row())
    world.share(SharingLevel.COVERT, hours=1)
    world.restart()
    world.fly(MET, row())
    world.wait()
    assert not [one for one in tracks_of(world.joined(LFB_DESK)) if one.agency == "met"]
    [volume] = [one.volume for one in world.joined(LFB_DESK) if one.HasField("volume")]
    world.now_us += 3_600_000_000
    world.fly(MET, row())
    world.wait()
    [shown] = tracks_of(world.joined(LFB_DESK))
    assert shown.label == "MET 7"
    assert shown.track_id != volume.volume_id


def test_only_its_own_agency_sets_it_and_within_limits() -> None:
    world = World()
    world.fly(MET, row())
    assert isinstance(world.share(SharingLevel.COVERT, hours=200).reply, NotDone)
    assert isinstance(world.share(SharingLevel.COVERT, hours=0).reply, NotDone)
    gone = world.share(None, name="unheard-of").reply
    assert isinstance(gone, NotDone)
    assert gone.not_found
    assert world.airspace.hidden.sharing.is_idle


def test_leaving_the_flight_id_out_opens_nothing() -> None:
    # REQ-SHARE-009: only a setting lets a level fall.
    world = World()
    world.share(SharingLevel.COVERT, name="MET 7")
    world.fly(MET, row())
    world.wait()
    world.fly(MET, row(description=replace(DRONE, callsign="", flight_id="")))
    world.wait()
    assert not [one for one in tracks_of(world.messages(LFB_DESK)) if one.agency == "met"]


def test_probing_is_counted_told_and_limited_for_unsigned_tracks() -> None:
    # REQ-SHARE-010. They move: what keeps still beside it counts as its own broadcast, and is told
    # nothing at all.
    world = World()
    world.share_all(SharingLevel.COVERT)
    for place in range(8):
        ghost = row(
            f"ghost-{place}", east_m=15.0 + place, east_mps=-8.0, description=FIRE_DRONE,
            source=ReportSource.REMOTE_ID if place else ReportSource.TELEMETRY,
        )  # fmt: skip
        for _ in range(4):
            world.fly(LFB, ghost)
            world.fly(MET, row())
            world.wait()
    told = [one for one in world.effects if isinstance(one, OwnerTold)]
    suspected = [one for one in told if one.reason is OwnerReason.PROBING_SUSPECTED]
    assert len(suspected) == 1
    assert suspected[0].agency == "met"
    assert suspected[0].text.startswith("lfb ")
    mine = {one.alert_id for one in alerts(world, MET_DESK)}
    theirs = {one.alert_id for one in alerts(world, LFB_DESK)}
    covert = [one for one in alerts(world, MET_DESK) if "MET 7" in {p.label for p in one.parties}]
    assert len({one.alert_id for one in covert}) == 8
    assert theirs < mine | theirs
    assert len(theirs & {one.alert_id for one in covert}) < 8


def test_an_hour_of_alerts_says_no_more_than_levels_times_and_the_volume() -> None:
    # REQ-SHARE-012: every number told is worked out again from what the reader already had.
    world = World()
    world.share_all(SharingLevel.COVERT)
    flown_to: dict[int, tuple[float, float]] = {}
    for second in range(0, 3_600, 2):
        phase = second % 120
        east_m, north_m = (phase - 60) * 10.0, (second // 120) % 5 * 20.0 - 40.0
        mine = row("x1", east_m=east_m, north_m=north_m, east_mps=10.0, description=FIRE_DRONE)
        flown_to[world.now_us] = mine["latitude_deg"], mine["longitude_deg"]
        world.fly(LFB, mine)
        world.fly(MET, row())
        world.wait(2.0)
    [volume] = [one.volume for one in world.messages(LFB_DESK) if one.HasField("volume")]
    shown = alerts(world, LFB_DESK)
    assert len(shown) > 30
    for alert in shown:
        if alert.detail == alerts_pb2.ALERT_DETAIL_SECTOR:
            at_us = max(time_us for time_us in flown_to if time_us <= alert.changed_us)
            assert (alert.bearing_deg, alert.range_m) == nearest_edge(volume, *flown_to[at_us])
            assert set(re.findall(r"\d+", alert.headline)) <= volume_words(alert)


def nearest_edge(
    volume: feed_pb2.KeepClearVolume, latitude_deg: float, longitude_deg: float
) -> tuple[float, float]:
    """Of a place inside: which of the four edges is nearest, and the band its distance is in."""
    east_m = 111_320.0 * math.cos(math.radians(latitude_deg))
    gaps_m = {
        0.0: (volume.north_deg - latitude_deg) * 111_320.0,
        90.0: (volume.east_deg - longitude_deg) * east_m,
        180.0: (latitude_deg - volume.south_deg) * 111_320.0,
        270.0: (longitude_deg - volume.west_deg) * east_m,
    }
    bearing_deg = min(gaps_m, key=lambda one: gaps_m[one])
    return bearing_deg, max(
        one for one in (0, 250, 500, 1_000, 2_000) if one <= gaps_m[bearing_deg]
    )


def volume_words(alert: alerts_pb2.Alert) -> set[str]:
    """Every number that the words may hold: label, sector, band and the age of our own position."""
    bands = {"0", "250", "500", "1000", "2000", "2"}
    return {"2", f"{round(alert.bearing_deg):03d}", f"{math.ceil(alert.picture_age_s)}", *bands}


def test_a_track_that_several_agencies_hear_is_parted_when_it_is_hidden() -> None:
    # REQ-SHARE-014: what a partner hears by itself stays its own, and shows nobody's identity.
    world = World()
    both = replace(DRONE, registration="G-M007")
    heard = AircraftDescription(AircraftClass.DRONE, registration="G-M007")
    for _ in range(4):
        world.fly(MET, row(description=both))
        world.fly(LFB, row("heard-1", east_m=5.0, description=heard, source=ReportSource.ADSB))
        world.wait()
    assert len(tracks_of(world.joined(LAS_DESK))) == 1
    world.share(SharingLevel.COVERT)
    for _ in range(8):
        world.fly(MET, row(description=both))
        world.fly(LFB, row("heard-1", east_m=5.0, description=heard, source=ReportSource.ADSB))
        world.wait()
    [shown] = tracks_of(world.joined(LAS_DESK))
    assert (shown.agency, list(shown.heard_by), list(shown.doubts)) == ("lfb", [], [])
    assert [one for one in world.joined(LAS_DESK) if one.HasField("volume")]
