"""The encoder's bodies are whole FeedMessages once a header stands before them."""

import pytest

from broker.core.effects import FeedStateChanged
from broker.core.names import SystemName
from broker.core.restrictions.register import RestrictionRegister
from broker.gateways.wire.feed import WireEncoder
from broker.gateways.wire.restrictions import encode_restriction
from keepclear.v1 import common_pb2, feed_pb2
from tests.core.restrictions.scenes import AGENCIES, NOW_US, draft
from tests.service.feed.pictures import ENCODER, EPOCH, POLICE, parsed

HEADER = ENCODER.headers(POLICE, EPOCH, snapshot=True).at(7, NOW_US)


def test_the_header_names_space_audience_and_number() -> None:
    header = parsed(HEADER).header
    assert (header.epoch, header.number, header.covers_from) == (EPOCH, 7, 7)
    assert (header.space, header.snapshot) == (common_pb2.SPACE_LIVE, True)
    exercise = WireEncoder(exercise=True).headers(POLICE, EPOCH, snapshot=False).at(7, NOW_US)
    # REQ-SPACE-001: no reader can take exercise traffic for real traffic.
    assert parsed(exercise).header.space == common_pb2.SPACE_EXERCISE


@pytest.mark.parametrize("number", [0, 1, 127, 128, 2**31, 2**63 - 1])
def test_covers_from_replaces_one_field_only(number: int) -> None:
    plain, mended = parsed(HEADER), parsed(HEADER + ENCODER.covers_from(number))
    assert mended.header.covers_from == number
    mended.header.covers_from = plain.header.covers_from
    assert mended == plain


def test_bodies() -> None:
    restriction = RestrictionRegister().create(draft(), NOW_US, set(AGENCIES))
    change = FeedStateChanged(SystemName("lfb", "tracker"), True, NOW_US)
    coverage = feed_pb2.Coverage(
        publisher="agencies/lfb/systems/tracker", silent=True, last_report_us=NOW_US
    )
    for body, expected in (
        (
            ENCODER.restriction(restriction),
            feed_pb2.FeedMessage(restriction=encode_restriction(restriction)),
        ),
        (ENCODER.coverage(change), feed_pb2.FeedMessage(coverage=coverage)),
        (
            ENCODER.notice("a", "b"),
            feed_pb2.FeedMessage(notice=feed_pb2.Notice(code="a", text="b")),
        ),
        (
            ENCODER.heartbeat(1.23456, 5, 2),
            feed_pb2.FeedMessage(
                heartbeat=feed_pb2.Heartbeat(
                    picture_age_s=1.235, track_count=5, silent_publisher_count=2
                )
            ),
        ),
        (
            ENCODER.snapshot_begin("why"),
            feed_pb2.FeedMessage(snapshot_begin=feed_pb2.SnapshotBegin(reason="why")),
        ),
        (
            ENCODER.snapshot_end(3),
            feed_pb2.FeedMessage(snapshot_end=feed_pb2.SnapshotEnd(message_count=3)),
        ),
    ):
        message = parsed(HEADER + body)
        assert message.header == parsed(HEADER).header
        message.ClearField("header")
        assert message == expected


def test_with_no_position_at_all_there_is_no_age() -> None:
    # REQ-ABS-001
    assert not parsed(ENCODER.heartbeat(None, 0, 0)).heartbeat.HasField("picture_age_s")
    assert parsed(ENCODER.heartbeat(0.0, 0, 0)).heartbeat.HasField("picture_age_s")


def test_an_empty_frame_is_a_frame() -> None:
    assert parsed(ENCODER.frame(b"")).WhichOneof("kind") == "tracks"
