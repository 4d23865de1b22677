"""JSON for programs: one key, contract names, integers as numbers."""

import json

from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st

from broker.cli.proto_json import feed_line, message_json
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2, restrictions_pb2, schedules_pb2

int64s = st.integers(-(2**53), 2**53)


@given(int64s, int64s)
def test_64_bit_integers_are_numbers_at_every_depth(start_us: int, end_us: int) -> None:
    restriction = restrictions_pb2.Restriction(
        name="agencies/met/restrictions/a",
        windows=[schedules_pb2.Window(start_us=start_us, end_us=end_us)],
        created_us=start_us,
    )
    values = message_json(restriction)
    assert values.get("created_us", 0) == start_us
    assert json.dumps(values).count('": "') == 1  # the name is the only string
    assert f'"end_us": {end_us}' in json.dumps(values) or end_us == 0
    assert ParseDict(values, restrictions_pb2.Restriction()) == restriction


def test_a_line_has_one_key_with_the_header_inside() -> None:
    message = feed_pb2.FeedMessage(
        header=feed_pb2.FeedHeader(number=7, sent_us=5, resume_token=b"x", snapshot=True),
        tracks=feed_pb2.TrackFrame(
            tracks=[feed_pb2.TrackView(track_id="t", time_of_validity_us=9, altitude_m=0.0)]
        ),
    )
    line = feed_line(message)
    assert line is not None
    assert "\n" not in line
    assert json.loads(line) == {
        "tracks": {
            "header": {"number": 7, "sent_us": 5, "resume_token": "eA==", "snapshot": True},
            "tracks": [{"track_id": "t", "time_of_validity_us": 9, "altitude_m": 0.0}],
        }
    }


def test_every_kind_of_the_contract_has_its_own_key() -> None:
    for kind in feed_pb2.FeedMessage.DESCRIPTOR.oneofs_by_name["kind"].fields:
        message = feed_pb2.FeedMessage()
        getattr(message, kind.name).SetInParent()
        assert json.loads(feed_line(message) or "") == {kind.name: {"header": {}}}


def test_a_kind_that_is_not_known_is_left_out() -> None:
    assert feed_line(feed_pb2.FeedMessage()) is None


def test_enums_are_names_and_number_strings_stay_strings() -> None:
    alert = alerts_pb2.Alert(alert_id="123", level=common_pb2.ALERT_LEVEL_WARNING, revision=3)
    assert message_json(alert) == {
        "alert_id": "123",
        "level": "ALERT_LEVEL_WARNING",
        "revision": 3,
    }
