import contextlib
import dataclasses
import os
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from broker.gateways.mqtt import server
from broker.gateways.mqtt.server import MqttServer, start
from broker.gateways.mqtt.server_config import (
    MQTT_PAYLOAD_LIMIT_BYTES,
    RUMQTTD_RETAINED_LIMIT_MESSAGES,
)
from broker.gateways.mqtt.server_engines import MqttEngine, MqttServerFailed, choose_engine
from tests.gateways.mqtt.test_server_engines import rumqttd
from tests.patience import PATIENCE_S
from tests.ports import unused_port

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parents[3]


ENGINES: list[Callable[[], MqttEngine]] = [choose_engine, rumqttd]


@pytest.fixture(params=ENGINES, ids=["mosquitto", "rumqttd"])
def engine(request: pytest.FixtureRequest) -> MqttEngine:
    found: MqttEngine = request.param()
    return found


@contextlib.contextmanager
def running(engine: MqttEngine, folder: Path, port: int | None = None) -> Iterator[MqttServer]:
    started = start(engine, port or unused_port(), folder)
    try:
        yield started
    finally:
        started.stop()


@contextlib.contextmanager
def client(
    started: MqttServer, protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5
) -> Iterator[SimpleNamespace]:
    """A connected client with queues of what happened to it."""
    events = SimpleNamespace(
        connected=queue.SimpleQueue(), received=queue.SimpleQueue(), lost=queue.SimpleQueue()
    )
    paho = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=protocol)
    paho.on_connect = lambda *arguments: events.connected.put(arguments[3])
    paho.on_message = lambda *arguments: events.received.put(arguments[2])
    paho.on_disconnect = lambda *arguments: events.lost.put(arguments[3])
    events.paho = paho
    paho.connect(started.host, started.port)
    paho.loop_start()
    try:
        yield events
    finally:
        paho.disconnect()
        paho.loop_stop()


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            pytest.fail(f"never happened: {what}")
        time.sleep(0.02)


def subscribe(events: SimpleNamespace, topic: str) -> None:
    subscribed = threading.Event()
    events.paho.on_subscribe = lambda *_arguments: subscribed.set()
    events.paho.subscribe(topic, qos=1)
    assert subscribed.wait(PATIENCE_S)


def test_delivers_a_message_of_the_largest_payload(engine: MqttEngine, tmp_path: Path) -> None:
    payload = b"x" * MQTT_PAYLOAD_LIMIT_BYTES
    with running(engine, tmp_path) as started, client(started) as events:
        subscribe(events, "keepclear/v1/out/#")
        events.paho.publish("keepclear/v1/out/met/desk/frames", payload, qos=1)
        message = events.received.get(timeout=PATIENCE_S)
        assert message.payload == payload


def test_a_larger_packet_ends_its_senders_connection(engine: MqttEngine, tmp_path: Path) -> None:
    with running(engine, tmp_path) as started, client(started) as events:
        events.connected.get(timeout=PATIENCE_S)
        # Past the limit a server announces, paho itself refuses; a raw size goes past both.
        events.paho.publish("t", b"x" * (2 * MQTT_PAYLOAD_LIMIT_BYTES), qos=0)
        events.lost.get(timeout=PATIENCE_S)


def test_listens_on_the_loopback_only(engine: MqttEngine, tmp_path: Path) -> None:
    with running(engine, tmp_path) as started:
        listening = subprocess.run(
            ["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=True
        ).stdout
        port = f":{started.port:04X}"
        rows = [row.split() for row in listening.splitlines() if port in row.split()[1]]
        local = {row[1] for row in rows if row[3] == "0A"}  # 0A: the LISTEN state
        assert local == {f"0100007F{port}"}


def test_rumqttd_refuses_mqtt_311(tmp_path: Path) -> None:
    version = MQTTProtocolVersion.MQTTv311
    with running(rumqttd(), tmp_path) as started, client(started, version) as old:
        old.lost.get(timeout=PATIENCE_S)
        assert old.connected.empty()


def test_rumqttd_hands_out_as_few_retained_messages_as_it_says(tmp_path: Path) -> None:
    count = RUMQTTD_RETAINED_LIMIT_MESSAGES + 50
    with running(rumqttd(), tmp_path) as started:
        with client(started) as writer:
            for number in range(count):
                sent = writer.paho.publish(f"r/{number}", b"x", qos=1, retain=True)
            sent.wait_for_publish(PATIENCE_S)
        with client(started) as reader:
            subscribe(reader, "r/#")
            for _ in range(RUMQTTD_RETAINED_LIMIT_MESSAGES):
                reader.received.get(timeout=PATIENCE_S)
            with pytest.raises(queue.Empty):
                reader.received.get(timeout=0.5)


def test_mosquitto_hands_every_retained_message_to_a_new_subscriber(tmp_path: Path) -> None:
    # REQ-SAF-011: its own default would drop all restrictions past the first thousand or so.
    count = 3_000
    with running(choose_engine(), tmp_path) as started:
        with client(started) as writer:
            for number in range(count):
                sent = writer.paho.publish(f"r/{number}", b"x", qos=1, retain=True)
            sent.wait_for_publish(PATIENCE_S)
        with client(started) as reader:
            subscribe(reader, "r/#")
            topics = {reader.received.get(timeout=PATIENCE_S).topic for _ in range(count)}
            assert len(topics) == count


def test_rumqttd_logs_no_message(tmp_path: Path) -> None:
    # REQ-PRIV-001: a log file is no place for topics and client names.
    with running(rumqttd(), tmp_path) as started, client(started) as events:
        subscribe(events, "secret/#")
        events.paho.publish("secret/place", b"payload", qos=1)
        events.received.get(timeout=PATIENCE_S)
    assert "secret" not in (tmp_path / server.LOG_NAME).read_text()


def test_serves_on_the_port_asked_for(engine: MqttEngine, tmp_path: Path, free_port: int) -> None:
    with running(engine, tmp_path, free_port) as started:
        assert started.port == free_port
        assert accepts(free_port)


def test_stop_frees_the_port_and_may_be_called_twice(engine: MqttEngine, tmp_path: Path) -> None:
    started = start(engine, None, tmp_path)
    started.stop()
    started.stop()
    assert started.process.returncode is not None
    assert not accepts(started.port)


def test_can_start_again_on_the_same_port_at_once(engine: MqttEngine, tmp_path: Path) -> None:
    with running(engine, tmp_path) as first, client(first) as events:
        events.connected.get(timeout=PATIENCE_S)
        first.stop()
        with running(engine, tmp_path, first.port):
            assert accepts(first.port)


def test_a_taken_port_is_named(engine: MqttEngine, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(MqttServerFailed, match=str(port)):
            start(engine, port, tmp_path)


def test_a_missing_executable_is_named(tmp_path: Path) -> None:
    engine = dataclasses.replace(choose_engine(), executable=tmp_path / "absent")
    with pytest.raises(MqttServerFailed, match="absent"):
        start(engine, None, tmp_path)


def test_a_folder_that_cannot_be_used_is_named(engine: MqttEngine, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(MqttServerFailed, match="taken"):
        start(engine, None, tmp_path / "taken")


def test_makes_its_folder(engine: MqttEngine, tmp_path: Path) -> None:
    with running(engine, tmp_path / "new" / "folder"):
        assert (tmp_path / "new" / "folder" / server.LOG_NAME).exists()


def test_only_the_main_thread_may_start_one(engine: MqttEngine, tmp_path: Path) -> None:
    raised: list[Exception] = []

    def attempt() -> None:
        try:
            start(engine, None, tmp_path).stop()
        except MqttServerFailed as error:
            raised.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert "main thread" in str(raised[0])


PARENT = """
import sys, time
from pathlib import Path
from broker.gateways.mqtt import server, server_engines
if sys.argv[1] == "rumqttd":
    server_engines.MOSQUITTO_FOLDERS = ()
    server_engines.shutil.which = lambda name: None
started = server.start(server_engines.choose_engine(), None, Path(sys.argv[2]))
print(started.port, started.process.pid, flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["kill -9", "returns"])
@pytest.mark.parametrize("name", ["mosquitto", "rumqttd"])
def test_dies_with_its_parent(tmp_path: Path, name: str, how: str) -> None:
    # REQ-SAF-010: no orphan goes on serving a picture that nobody updates.
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, name, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdin is not None
        port, child = map(int, parent.stdout.readline().split())
        assert accepts(port)
        if how == "kill -9":
            parent.kill()
        else:
            parent.stdin.write(b"\n")
            parent.stdin.flush()
        parent.wait(PATIENCE_S)
        wait_until(lambda: not alive(child), "the child's end")
        wait_until(lambda: not accepts(port), "the port's release")


def alive(pid: int) -> bool:
    """Whether the process runs; one that waits to be collected by init does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
