"""The sender hands everything over in order, counts what it cannot, and survives a bad message."""

import threading
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
        self.threads: set[str] = set()
        self.writing = writing

    def publish(self, topic: str, *_: Any) -> Info:
        self.threads.add(threading.current_thread().name)
        if topic == "bad":
            raise ValueError("Publish topic cannot contain wildcards.")
        self.topics.append(topic)
        return Info(written=self.writing)


def sender(client: Client) -> Sender:
    return Sender(cast("mqtt.Client", client))


def message(topic: str, qos: int = 1) -> Outgoing:
    return Outgoing(topic, b"", qos, False, PLAIN)


def test_everything_is_handed_over_in_order_by_one_thread() -> None:
    client = Client()
    one = sender(client)
    one.start()
    for place in range(1_000):
        one.put(message(str(place), place % 2))
    one.stop()
    assert client.topics == [str(place) for place in range(1_000)]
    assert client.threads == {"mqtt-out"}
    assert one.dropped_count == 0


def test_a_message_that_paho_refuses_does_not_end_the_thread() -> None:
    client = Client()
    one = sender(client)
    one.start()
    for topic in ("first", "bad", "last"):
        one.put(message(topic))
    one.stop()
    assert (client.topics, one.dropped_count) == (["first", "last"], 1)


def test_display_detail_is_dropped_when_nothing_is_written_and_safety_is_not() -> None:
    # REQ-LIM-004
    client = Client(writing=False)
    one = sender(client)
    for place in range(sending.BEST_EFFORT_WAITING_MAX + 10):
        one.put(message(f"frame {place}", 0))
    one.put(message("alert", 1))
    one.start()
    one.stop()
    assert len(client.topics) == sending.BEST_EFFORT_WAITING_MAX + 1
    assert client.topics[-1] == "alert"
    assert one.dropped_count == 10


def test_the_queue_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "WAITING_MAX", 3)
    one = sender(Client())
    for place in range(5):
        one.put(message(str(place)))
    assert one.dropped_count == 2


@pytest.mark.parametrize("expiry_s", [None, 5])
def test_the_bytes_of_properties_are_pahos(expiry_s: int | None) -> None:
    expected = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    expected.ContentType = "application/json"
    if expiry_s is not None:
        expected.MessageExpiryInterval = expiry_s
    ours = properties_of("application/json", expiry_s)
    assert ours.pack() == expected.pack() == ours.pack()  # type: ignore[no-untyped-call]
