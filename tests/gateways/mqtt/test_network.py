"""One thread reads and writes: in order, whole, through a server that goes away and comes back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from broker.gateways.mqtt import network
from broker.gateways.mqtt.link import MqttLink
from broker.gateways.mqtt.network import BufferedClient
from broker.gateways.mqtt.server import MqttServer, start
from broker.gateways.mqtt.server_engines import choose_engine
from broker.service.mqtt_address import MqttAddress
from tests.patience import PATIENCE_S
from tests.ports import unused_port

pytestmark = pytest.mark.system


class Reader:
    """What a link heard."""

    def __init__(self, expected: int) -> None:
        self.payloads: list[bytes] = []
        self.threads: set[str] = set()
        self.has_all = threading.Event()
        self._expected = expected

    def take(self, _topic: str, payload: bytes, _retained: bool) -> None:
        self.threads.add(threading.current_thread().name)
        self.payloads.append(payload)
        if len(self.payloads) == self._expected:
            self.has_all.set()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MqttServer]:
    started = start(choose_engine(), unused_port(), tmp_path)
    try:
        yield started
    finally:
        started.stop()


@contextmanager
def linked(server: MqttServer, name: str, reader: Reader | None = None) -> Iterator[MqttLink]:
    """A connected link; with a reader it is subscribed to everything of ours."""
    ready = threading.Event()
    heard = Reader(0) if reader is None else reader
    topics = [("test/#" if reader is not None else "nobody/writes", 1)]
    address = MqttAddress(server.host, server.port)
    link = MqttLink(address, name, topics, heard.take, ready.set)
    link.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield link
    finally:
        link.stop()


def test_what_one_thread_publishes_arrives_in_order_and_in_one_thread(server: MqttServer) -> None:
    # REQ-MQTT-002
    count = 2_000
    reader = Reader(count)
    with linked(server, "reader", reader), linked(server, "writer") as writer:
        for place in range(count):
            writer.publish("test/a", str(place).encode(), qos=1)
        assert reader.has_all.wait(PATIENCE_S)
        assert writer.dropped_count == 0
    assert reader.payloads == [str(place).encode() for place in range(count)]
    assert reader.threads == {"mqtt"}


def test_a_message_longer_than_one_read_arrives_whole(server: MqttServer) -> None:
    sizes = [0, 1, 60_000, 3, 60_000]
    reader = Reader(len(sizes))
    with linked(server, "reader", reader), linked(server, "writer") as writer:
        for size in sizes:
            writer.publish("test/a", bytes(size), qos=1)
        assert reader.has_all.wait(PATIENCE_S)
    assert [len(one) for one in reader.payloads] == sizes


@pytest.mark.parametrize("count", [1, 10, 1_500])
def test_what_waits_is_sent_before_the_goodbye(server: MqttServer, count: int) -> None:
    reader = Reader(count)
    with linked(server, "reader", reader):
        with linked(server, "writer") as writer:
            for place in range(count):
                writer.publish("test/a", str(place).encode(), qos=1)
        assert reader.has_all.wait(PATIENCE_S)


def test_one_piece_of_work_that_fails_ends_nothing(server: MqttServer) -> None:
    reader = Reader(1)

    def fail() -> None:
        raise ValueError("a fault of ours")

    with linked(server, "reader", reader), linked(server, "writer") as writer:
        writer.later(fail)
        writer.publish("test/a", b"after it", qos=1)
        assert reader.has_all.wait(PATIENCE_S)


def test_a_server_that_comes_back_is_connected_to_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-MQTT-006
    monkeypatch.setattr(network, "RECONNECT_S_MIN", 0.1)
    monkeypatch.setattr(network, "RECONNECT_S_MAX", 0.2)
    engine = choose_engine()
    first = start(engine, unused_port(), tmp_path / "first")
    accepted = threading.Semaphore(0)
    reader = Reader(1)
    address = MqttAddress(first.host, first.port)
    link = MqttLink(address, "link", [("test/#", 1)], reader.take, accepted.release)
    link.start()
    try:
        assert accepted.acquire(timeout=PATIENCE_S)
        first.stop()
        second = start(engine, first.port, tmp_path / "second")
        try:
            assert accepted.acquire(timeout=PATIENCE_S)
            link.publish("test/a", b"again", qos=1)
            assert reader.has_all.wait(PATIENCE_S)
        finally:
            second.stop()
    finally:
        link.stop()


def test_a_server_that_is_not_there_does_not_keep_the_link_from_ending() -> None:
    link = MqttLink(MqttAddress("127.0.0.1", 1), "link", [], Reader(0).take, lambda: None)
    link.start()
    link.stop()
    assert not link.connected.is_set()


def test_paho_still_reads_through_the_function_that_is_buffered_here() -> None:
    # Without it everything still works, one system call for each of a message's first bytes.
    assert "_sock_recv" in vars(mqtt.Client)
    assert "_sock_recv" in vars(BufferedClient)
