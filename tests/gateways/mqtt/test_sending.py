"""The sender hands everything over, counts what it cannot, and survives a bad message."""

from types import SimpleNamespace
from typing import Any, cast

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from broker.gateways.mqtt import sending
from broker.gateways.mqtt.sending import Outgoing, Sender, properties_of

PLAIN = properties_of("application/protobuf", None)


class Info:
    """What paho answers: `written` says whether the message has reached the socket."""

    def __init__(self, *, written: bool) -> None:
        self.rc = mqtt.MQTT_ERR_SUCCESS
        self.written = written

    def is_published(self) -> bool:
        return self.written


class Client:
    """Remembers what it is handed; a topic "bad" is an error, as paho raises for wildcards."""

    def __init__(self, *, writing: bool = True) -> None:
        self.topics: list[str] = []
        self.writing = writing

    def publish(self, topic: str, *_: Any) -> Info:
        if topic == "bad":
            raise ValueError("Publish topic cannot contain wildcards.")
        self.topics.append(topic)
        return Info(written=self.writing)


def sender(client: Client) -> Sender:
    return Sender(cast("mqtt.Client", client))


def message(topic: str, qos: int = 1) -> Outgoing:
    return Outgoing(topic, b"", qos, False, PLAIN)


def test_a_message_that_paho_refuses_is_counted_and_the_next_one_goes() -> None:
    client = Client()
    one = sender(client)
    for topic in ("first", "bad", "last"):
        one.send(message(topic))
    assert (client.topics, one.dropped_count) == (["first", "last"], 1)


def test_display_detail_is_dropped_when_nothing_is_written_and_safety_is_not() -> None:
    # REQ-LIM-004
    client = Client(writing=False)
    one = sender(client)
    for place in range(sending.BEST_EFFORT_WAITING_MAX + 10):
        one.send(message(f"frame {place}", 0))
    one.send(message("alert", 1))
    assert len(client.topics) == sending.BEST_EFFORT_WAITING_MAX + 1
    assert client.topics[-1] == "alert"
    assert one.dropped_count == 10


def test_what_the_server_would_end_the_connection_for_is_not_sent() -> None:
    client = Client()
    one = sender(client)
    large = Outgoing("large", b"x" * 60_000, 1, False, PLAIN)
    one.send(large)
    one.packet_bytes_max = 50_000
    one.send(large)
    one.send(message("small"))
    assert (client.topics, one.dropped_count) == (["large", "small"], 1)


@pytest.mark.parametrize("expiry_s", [None, 5])
def test_the_bytes_of_properties_are_pahos(expiry_s: int | None) -> None:
    expected = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    expected.ContentType = "application/json"
    if expiry_s is not None:
        expected.MessageExpiryInterval = expiry_s
    ours = properties_of("application/json", expiry_s)
    assert ours.pack() == expected.pack() == ours.pack()  # type: ignore[no-untyped-call]


def test_it_gives_way_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-OVL-001: hundreds of messages at once keep nobody from a report that has come meanwhile.
    client = Client()
    handed_over: list[int] = []

    def sleep(for_s: float) -> None:
        assert 0.0 < for_s < 0.001
        handed_over.append(len(client.topics))

    monkeypatch.setattr(sending, "time", SimpleNamespace(sleep=sleep))
    one = sender(client)
    for place in range(20):
        one.send(message(str(place)))
    assert handed_over == [4, 8, 12, 16, 20]
