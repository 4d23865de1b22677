"""Frames joined from parts read as if protobuf had written them whole."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.effects import TrackState, TrackStateChanged
from broker.core.names import Audience
from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import (
    DESCRIPTION_TEXTS,
    AircraftClass,
    AircraftDescription,
    ReportSource,
)
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.frames import FrameCutter
from broker.service.feed.items import MESSAGE_BYTES_MAX, Item
from keepclear.v1 import common_pb2, feed_pb2
from tests.core.sharing.worlds import AGENCIES, LFB, MET, World, row
from tests.core.tracks.batches import NOW_US, at
from tests.service.feed.pictures import FIRE, POLICE, WATCHER, Picture, fleet, parsed

HELICOPTER = AircraftDescription(
    AircraftClass.HELICOPTER, "G-POLA", "400abc", "NPAS 21", "f-1", "i-1", "020 7946 0000", "TG 1"
)


@pytest.fixture
def picture() -> Picture:
    return Picture()


def shown(items: list[Item]) -> list[feed_pb2.TrackView]:
    return [view for item in items for view in parsed(item.message).tracks.tracks]


def directly(picture: Picture, audience: Audience, slot: int) -> feed_pb2.TrackView:
    """The view of a row, built field by field."""
    columns, text = picture.tracks.columns, picture.tracks.descriptions[slot]
    view = feed_pb2.TrackView(
        track_id=picture.views.track_id(audience, int(columns.track_number[slot])),
        agency="met-police",
        publisher="agencies/met-police/systems/tracker",
        aircraft_class=int(columns.aircraft_class[slot]),  # type: ignore[arg-type]
        label=text.callsign or picture.tracks.source_track_ids[slot],
        registration=text.registration,
        icao_address=text.icao_address,
        incident_id=text.incident_id,
        duty_contact=text.duty_contact,
        talkgroup=text.talkgroup,
        operational_status=int(columns.operational_status[slot]) + 1,  # type: ignore[arg-type]
        source=int(columns.source[slot]) + 1,  # type: ignore[arg-type]
        state=int(columns.state[slot]) + 1,  # type: ignore[arg-type]
        time_of_validity_us=int(columns.time_of_validity_us[slot]),
        latitude_deg=columns.latitude_deg[slot],
        longitude_deg=columns.longitude_deg[slot],
        altitude_datum=int(columns.altitude_datum[slot]),  # type: ignore[arg-type]
        height_reference=int(columns.height_reference[slot]),  # type: ignore[arg-type]
    )
    given_as = {"published_altitude_m": "altitude_m"}
    for name in (
        "published_altitude_m",
        "height_m",
        "altitude_hae_m",
        "vertical_doubt_m",
        "velocity_east_mps",
        "velocity_north_mps",
        "vertical_speed_mps",
        "horizontal_accuracy_m",
    ):
        value = float(getattr(columns, name)[slot])
        if not math.isnan(value):
            setattr(view, given_as.get(name, name), value)
    return view


speeds = st.floats(-400, 400) | st.just(math.nan)


@settings(max_examples=50, deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "latitude_deg": st.floats(-90, 90),
            "longitude_deg": st.floats(-180, 180),
            "height_m": st.floats(-500, 10_000),
            "height_reference": st.integers(1, 2),
            "velocity_east_mps": speeds,
            "vertical_speed_mps": speeds,
            "horizontal_accuracy_m": st.floats(0, 50_000) | st.just(math.nan),
            "altitude_hae_m": st.floats(-500, 30_000) | st.just(math.nan),
            "operational_status": st.integers(0, 4),
            "source": st.integers(0, 6),
            "description": st.builds(
                AircraftDescription,
                st.sampled_from(AircraftClass),
                callsign=st.text(max_size=80),
                incident_id=st.text(max_size=80),
            ),
        }
    )
)
def test_joined_parts_are_the_directly_built_message(fields: dict[str, Any]) -> None:
    # REQ-FEED-003
    picture = Picture()
    [slot] = picture.move(at(0, **fields)).tolist()
    for audience, items in picture.cut().items():
        assert shown(items) == [directly(picture, audience, slot)]


def test_a_described_helicopter_whole(picture: Picture) -> None:
    picture.move(at(0, description=HELICOPTER, source=ReportSource.ADSB))
    [view] = shown(picture.cut()[POLICE])
    assert (view.label, view.registration, view.incident_id) == ("NPAS 21", "G-POLA", "i-1")
    assert view.source == common_pb2.REPORT_SOURCE_ADSB
    assert view.altitude_m == 74.0
    # REQ-ABS-001: absent is not zero.
    assert not view.HasField("height_m")
    assert not view.HasField("velocity_east_mps")


def test_each_audience_has_ids_of_its_own_and_never_anothers(picture: Picture) -> None:
    # REQ-PRIV-002
    picture.move(*fleet(20))
    frames = picture.cut()
    ids = {who: [view.track_id for view in shown(items)] for who, items in frames.items()}
    assert len({one for some in ids.values() for one in some}) == 60
    for who, items in frames.items():
        message = b"".join(item.message for item in items)
        for other in {POLICE, FIRE, WATCHER} - {who}:
            assert not any(one.encode() in message for one in ids[other])
    picture.move(*fleet(20, 1))
    again = picture.cut()
    assert ids == {who: [view.track_id for view in shown(again[who])] for who in again}


def test_the_whole_picture_is_under_the_same_ids(picture: Picture) -> None:
    picture.move(*fleet(3))
    before = [view.track_id for view in shown(picture.cut()[FIRE])]
    items = picture.cutter.whole_picture(picture.feeds[FIRE], NOW_US)
    assert [view.track_id for view in shown(items)] == before
    assert all(item.snapshot and item.number == 1 for item in items)
    assert picture.feeds[FIRE].last_number == 1


def test_frames_are_at_most_60_kb_and_lose_nothing(picture: Picture) -> None:
    # REQ-LIM-003
    longest = "é" * 80
    words: dict[str, Any] = dict.fromkeys(DESCRIPTION_TEXTS, longest)
    text = AircraftDescription(AircraftClass.DRONE, **words)
    picture.move(*fleet(200, description=text))
    frames = picture.cut()
    for who, items in frames.items():
        assert len(items) > 1
        assert all(len(item.message) <= MESSAGE_BYTES_MAX for item in items)
        assert [item.number for item in items] == list(range(1, len(items) + 1))
        assert len({view.track_id for view in shown(items)}) == 200
        whole = picture.cutter.whole_picture(picture.feeds[who], NOW_US)
        assert all(len(item.message) <= MESSAGE_BYTES_MAX for item in whole)
        assert len(shown(whole)) == 200


def test_entries_tell_where_their_track_is(picture: Picture) -> None:
    picture.move(*fleet(2))
    [item] = picture.cut()[POLICE]
    assert item.shown.track_number.tolist() == [1, 2]
    assert item.shown.latitude_deg.tolist() == [51.0, 51.001]
    for place, view in enumerate(shown([item])):
        entry = feed_pb2.TrackFrame.FromString(item.entries(np.array([place])))
        assert list(entry.tracks) == [view]


def test_only_the_latest_state_is_shown_once(picture: Picture) -> None:
    picture.move(at(0, latitude_deg=51.1))
    picture.move(at(1, latitude_deg=51.2))
    frames = picture.cut()
    assert [view.latitude_deg for view in shown(frames[POLICE])] == [51.2]
    assert picture.cut() == {POLICE: [], FIRE: [], WATCHER: []}


def test_stale_and_lost_are_shown(picture: Picture) -> None:
    # REQ-TRK-001: never silently dropped.
    picture.move(*fleet(2))
    picture.cut()
    limits_s = np.full(6, 5.0)
    [first, second] = picture.tracks.advance(NOW_US + 6_000_000, limits_s, limits_s * 2)
    picture.cutter.state_changed(first, lost=False)
    assert second.state is TrackState.STALE
    assert [view.state for view in shown(picture.cut()[FIRE])] == [feed_pb2.TRACK_STATE_STALE]
    lost = picture.tracks.advance(NOW_US + 11_000_000, limits_s, limits_s * 2)
    for change in lost:
        picture.cutter.state_changed(change, lost=True)
    picture.tracks.release_retired()
    views = shown(picture.cut()[FIRE])
    assert [view.state for view in views] == [feed_pb2.TRACK_STATE_LOST] * 2
    # The row may serve another aircraft at once; its id is a new one.
    picture.move(at(11, "new"))
    [new] = shown(picture.cut()[FIRE])
    assert new.track_id not in {view.track_id for view in views}


def test_a_lost_track_is_not_shown_as_changed_too(picture: Picture) -> None:
    [slot] = picture.move(at(0)).tolist()
    change = TrackStateChanged(1, slot, TrackState.LOST, 40.0)
    picture.cutter.state_changed(change, lost=True)
    assert [view.state for view in shown(picture.cut()[POLICE])] == [feed_pb2.TRACK_STATE_LOST]


def test_a_frame_that_is_sent_late_says_what_was_so_when_it_was_cut() -> None:
    # REQ-DET-002: frames are put together by the thread that sends them, which may be much later.
    at_once, late = Picture(), Picture()
    cut_now, cut_late = [], []
    for step in range(6):
        rows = fleet(
            300, float(step), description=HELICOPTER if step % 2 else AircraftDescription()
        )
        for one in (at_once, late):
            slots = one.move(*rows)
            gone = TrackStateChanged(int(slots[step]), step, TrackState.LOST, 60.0)
            one.cutter.state_changed(gone, lost=True)
        cut_now.append({who: shown(items) for who, items in at_once.cut(NOW_US + step).items()})
        cut_late.append(late.cut(NOW_US + step))
        for one in (at_once, late):
            one.tracks.descriptions[int(slots[step])] = AircraftDescription(callsign="another")
            one.tracks.columns.latitude_deg[slots] = 0.0
    assert [{who: shown(items) for who, items in one.items()} for one in cut_late] == cut_now


def test_a_frame_is_put_together_once_and_its_length_is_known_before() -> None:
    picture = Picture()
    picture.move(*fleet(50))
    [item] = picture.cut()[POLICE]
    known_before = item.byte_count
    message = item.message
    assert item.message is message
    assert known_before <= len(message) <= known_before + 16


agreements = st.frozensets(
    st.sampled_from([(a, b) for a in AGENCIES for b in AGENCIES if a != b]), max_size=5
).map(lambda pairs: Terms(frozenset(AGENCIES), agreed=pairs))


@settings(max_examples=15, deadline=None)
@given(
    st.dictionaries(st.sampled_from(AGENCIES), st.sampled_from(SharingLevel)),
    st.none() | agreements,
)
def test_frames_that_several_share_are_those_of_each_alone(
    levels: dict[str, SharingLevel], terms: Terms | None
) -> None:
    # REQ-SHARE-017
    world = World()
    if terms is not None:
        world.airspace.hidden.sharing.set_terms(terms)
    for agency, level in levels.items():
        world.share_all(level, agency)
    world.fly(MET, row("t7"), row("t8", north_m=3_000.0))
    world.fly(LFB, row("x1", north_m=6_000.0, description=HELICOPTER))
    world.share(SharingLevel.MASKED, "t8")
    world.fly(MET, row("t8", north_m=3_010.0))
    tracks, audiences = world.airspace.tracks, list(world.projection.feeds)

    def bodies(readers: list[Audience]) -> list[list[bytes]]:
        cutter = FrameCutter(tracks, world.projection.views, world.encoder)
        cutter.mark(tracks.live_slots())
        feeds = [AudienceFeed(one, world.encoder, "log.1") for one in readers]
        cuts = [cutter.cut(feed, world.now_us) for feed in feeds]
        return [[one.message[one.header_length :] for one in items] for items in cuts]

    assert bodies(audiences) == [bodies([one])[0] for one in audiences]
