import queue
import socket
import threading

import pytest

from broker.gateways.mqtt.link import MqttLink
from broker.service.mqtt_address import MqttAddress
from tests.conftest import StartMosquitto
from tests.patience import PATIENCE_S


def test_what_cannot_be_sent_is_counted() -> None:
    # REQ-OVL-003
    address = MqttAddress("127.0.0.1", 1)
    link = MqttLink(address, "test", [], lambda *_: None, lambda: None)
    link.publish("a", b"", qos=1)
    link.publish("a", b"", qos=0)
    assert link.dropped_count == 2


CONNACK = b"\x20\x03\x00\x00\x00"
SUBSCRIBE = 0x82


class SlowServer:
    """Takes one client in and grants its subscription only when it is told to."""

    def __init__(self, reason: int) -> None:
        self.may_grant = threading.Event()
        self.has_asked = threading.Event()
        self._reason = reason
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self.may_grant.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(1_000)
            connection.sendall(CONNACK)
            asked = connection.recv(1_000)
            assert asked[0] == SUBSCRIBE
            self.has_asked.set()
            self.may_grant.wait()
            connection.sendall(b"\x90\x04" + asked[2:4] + bytes((0, self._reason)))
            while connection.recv(1_000):
                pass


@pytest.mark.parametrize("reason", [0x01, 0x87])  # granted at QoS 1; not authorised
def test_connected_is_who_is_subscribed(reason: int, capsys: pytest.CaptureFixture[str]) -> None:
    # What a partner sends as soon as the broker is there must not be lost.
    server, told = SlowServer(reason), threading.Event()
    link = MqttLink(
        MqttAddress("127.0.0.1", server.port), "broker", [("in/#", 1)], lambda *_: None, told.set
    )
    link.start()
    try:
        assert server.has_asked.wait(PATIENCE_S)
        assert not link.connected.wait(0.1)
        assert not told.is_set()
        server.may_grant.set()
        assert link.connected.wait(PATIENCE_S)
        assert told.wait(PATIENCE_S)
    finally:
        link.stop()
        server.close()
    assert ("mqtt-subscription-refused" in capsys.readouterr().out) == (reason >= 0x80)


def test_what_is_too_large_for_the_server_costs_nothing_else(
    mosquitto_broker: StartMosquitto,
) -> None:
    # REQ-OVL-003: Mosquitto ends the connection of whoever sends more than it takes.
    server = mosquitto_broker("allow_anonymous true\nmax_packet_size 5000")
    heard: queue.Queue[bytes] = queue.Queue()
    connections: queue.Queue[None] = queue.Queue()
    link = MqttLink(
        MqttAddress("127.0.0.1", server.port),
        "broker",
        [("in", 1)],
        lambda _topic, payload, _retained: heard.put(payload),
        lambda: connections.put(None),
    )
    link.start()
    try:
        connections.get(timeout=PATIENCE_S)
        link.publish("in", b"x" * 5_000, qos=1)
        link.publish("in", b"small", qos=1)
        assert heard.get(timeout=PATIENCE_S) == b"small"
    finally:
        link.stop()
    assert link.dropped_count == 1
    assert connections.empty()
