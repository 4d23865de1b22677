"""Answers and refusals on the private topic."""

from google.protobuf import json_format
from google.rpc import code_pb2

from broker.core.errors import Refusal
from broker.core.names import SystemName
from broker.gateways.mqtt.replies import Replies
from broker.gateways.mqtt.topics import Topics
from keepclear.v1 import presence_pb2
from tests.gateways.mqtt.recording import RecordingLink

TRACKER, DESK = SystemName("lfb", "tracker"), SystemName("met", "desk")
ACKS = "keepclear/v1/private/{}/{}/acks"


def test_a_refusal_says_which_field_and_with_json_says_it_twice() -> None:
    link, replies = RecordingLink(), Replies(Topics(exercise=False), frozenset({"lfb"}))
    replies.link = link.as_link()
    refusals = [Refusal("reports", "are too many"), Refusal("batch_id", "is missing")]
    replies.refuse(TRACKER, "r-1", refusals, code_pb2.INVALID_ARGUMENT)
    binary, text = link.sent
    assert (binary.topic, text.topic) == (ACKS.format("lfb", "tracker"), binary.topic + "/json")
    answer = presence_pb2.CommandAnswer.FromString(binary.payload)
    assert json_format.Parse(text.payload, presence_pb2.CommandAnswer()) == answer
    assert (answer.request_id, answer.refused.code) == ("r-1", code_pb2.INVALID_ARGUMENT)
    assert [one.field for one in answer.refused.refusals] == ["reports", "batch_id"]
    assert answer.refused.message == "; ".join(str(one) for one in refusals)


def test_overload_says_when_to_come_back() -> None:
    link, replies = RecordingLink(), Replies(Topics(exercise=True), frozenset({"lfb"}))
    replies.link = link.as_link()
    replies.overloaded(DESK, "r-2")
    [one] = link.sent
    refused = presence_pb2.CommandAnswer.FromString(one.payload).refused
    assert refused.code == code_pb2.RESOURCE_EXHAUSTED
    assert refused.message.endswith("try again after 1 s")


def test_without_a_link_nothing_is_sent_and_nothing_raises() -> None:
    replies = Replies(Topics(exercise=False), frozenset())
    replies.overloaded(DESK, "r-3")
    replies.later(lambda: replies.overloaded(DESK, "r-4"))
