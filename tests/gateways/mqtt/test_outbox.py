"""What is published, how long it lives, and what is taken away again."""

import pytest
from google.protobuf import json_format

from broker.gateways.mqtt.link import JSON_CONTENT_TYPE
from broker.gateways.mqtt.outbox import HEARTBEAT_EXPIRY_S, TRACKS_EXPIRY_S, Outbox
from broker.gateways.mqtt.topics import Topics
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.items import ItemKind
from keepclear.v1 import feed_pb2
from tests.core.tracks.batches import NOW_US
from tests.gateways.mqtt.recording import RecordingLink
from tests.service.feed.pictures import ENCODER, EPOCH, FIRE, POLICE

BASE = "keepclear/v1/out/met-police/desk"
BODY = ENCODER.notice("policy-loaded", "text")


@pytest.fixture
def link() -> RecordingLink:
    return RecordingLink()


@pytest.fixture
def feed() -> AudienceFeed:
    return AudienceFeed(POLICE, ENCODER, EPOCH)


def outbox(link: RecordingLink, *json_agencies: str) -> Outbox:
    return Outbox(link.as_link(), Topics(exercise=False), frozenset(json_agencies))


def test_positions_expire_and_are_sent_once(link: RecordingLink, feed: AudienceFeed) -> None:
    items = [
        feed.news(ItemKind.TRACKS, BODY, NOW_US),
        feed.aside(ItemKind.HEARTBEAT, BODY, NOW_US),
    ]
    outbox(link).publish(POLICE, items)
    tracks, beat = link.sent
    assert (tracks.topic, tracks.qos, tracks.expiry_s) == (f"{BASE}/tracks", 0, TRACKS_EXPIRY_S)
    assert (beat.topic, beat.qos, beat.expiry_s) == (f"{BASE}/heartbeat", 0, HEARTBEAT_EXPIRY_S)
    assert [one.payload for one in link.sent] == [item.message for item in items]


def test_an_alert_is_retained_until_it_ends(link: RecordingLink, feed: AudienceFeed) -> None:
    # REQ-MQTT-001
    active = feed.news(ItemKind.ALERT, BODY, NOW_US, key="alr-1")
    cleared = feed.news(ItemKind.ALERT, BODY, NOW_US, key="alr-1", ended=True)
    outbox(link).publish(POLICE, [active, cleared])
    assert {one.topic for one in link.sent} == {f"{BASE}/alerts/alr-1"}
    assert [(one.retain, one.qos) for one in link.sent] == [(True, 1), (False, 1), (True, 1)]
    assert [one.payload for one in link.sent] == [active.message, cleared.message, b""]


def test_only_state_is_retained_again(link: RecordingLink, feed: AudienceFeed) -> None:
    notice = feed.part(ItemKind.NOTICE, BODY, NOW_US)
    name = "agencies/lfb/restrictions/fire"
    restriction = feed.part(ItemKind.RESTRICTION, BODY, NOW_US, key=name)
    outbox(link).retain(POLICE, [notice, restriction])
    [one] = link.sent
    assert (one.topic, one.retain) == (f"{BASE}/restrictions/lfb/fire", True)


def test_the_json_twin_says_the_same(link: RecordingLink, feed: AudienceFeed) -> None:
    both = outbox(link, "met-police")
    item = feed.news(ItemKind.NOTICE, BODY, NOW_US)
    both.publish(POLICE, [item])
    both.stop()
    binary, twin = link.sent
    assert (twin.topic, twin.content_type) == (f"{BASE}/notice/json", JSON_CONTENT_TYPE)
    message = json_format.Parse(twin.payload, feed_pb2.FeedMessage())
    assert message == feed_pb2.FeedMessage.FromString(binary.payload)


def test_nothing_is_queued_while_there_is_no_connection(
    link: RecordingLink, feed: AudienceFeed
) -> None:
    link.connected.clear()
    outbox(link).take([(POLICE, [feed.news(ItemKind.NOTICE, BODY, NOW_US)])])
    assert link.sent == []


def test_each_audience_is_a_piece_of_work_of_its_own(
    link: RecordingLink, feed: AudienceFeed
) -> None:
    # REQ-OVL-001: what partners write is read between them.
    fire = AudienceFeed(FIRE, ENCODER, EPOCH)
    theirs = [fire.news(ItemKind.NOTICE, BODY, NOW_US), fire.news(ItemKind.NOTICE, BODY, NOW_US)]
    ours = [feed.news(ItemKind.NOTICE, BODY, NOW_US)]
    outbox(link).take([(FIRE, theirs), (POLICE, ours)])
    assert link.pieces == [2, 1]
    assert [one.payload for one in link.sent] == [item.message for item in (*theirs, *ours)]
