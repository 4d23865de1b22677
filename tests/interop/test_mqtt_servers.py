"""Both MQTT servers for real: late subscribers, wills, stale state, death under load."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import psutil
import pytest

from broker.gateways.mqtt.server import MqttServer, start
from broker.gateways.mqtt.server_config import RUMQTTD_RETAINED_LIMIT_MESSAGES
from broker.gateways.mqtt.server_engines import MqttEngine, choose_engine
from broker.service.feed.items import MESSAGE_BYTES_MAX
from keepclear.client import Client
from keepclear.v1 import feed_pb2, presence_pb2, restrictions_pb2, tracks_pb2
from tests.gateways.mqtt.test_server import accepts
from tests.gateways.mqtt.test_server_engines import rumqttd
from tests.ports import unused_port
from tests.system.history import History, Numbers
from tests.system.live import at_work, live, until
from tests.system.mqtt_client import MqttClient
from tests.system.processes import lives
from tests.system.traffic import crowd, keep_clear, now_us

pytestmark = pytest.mark.system

MET = "agencies/met/systems/drones"
ROOT = "keepclear-exercise/v1"
RETAINED = 500
NO_MOSQUITTO = """
import shutil
shutil.which = lambda *_a, **_k: None
from broker.gateways.mqtt import server_engines
server_engines.MOSQUITTO_FOLDERS = ()
"""
ENGINES: list[Callable[[], MqttEngine]] = [choose_engine, rumqttd]


@pytest.fixture(params=ENGINES, ids=["mosquitto", "rumqttd"])
def engine(request: pytest.FixtureRequest) -> MqttEngine:
    found: MqttEngine = request.param()
    return found


@pytest.fixture
def server(engine: MqttEngine, tmp_path: Path) -> Iterator[MqttServer]:
    started = start(engine, unused_port(), tmp_path / "mqtt")
    yield started
    started.stop()


def names(client: MqttClient) -> set[str]:
    return {
        feed_pb2.FeedMessage.FromString(bytes(one.payload)).restriction.name
        for one in client.kept
        if "/restrictions/" in one.topic and one.payload
    }


async def resumed(client: MqttClient, token: bytes = b"") -> History:
    """What the private topic gives for a token."""
    history = History(Numbers())
    request = presence_pb2.ResumeRequest(resume_token=token)
    client.publish(f"{ROOT}/in/met/desk/resume", request.SerializeToString(), 1)
    while True:
        _, payload = await client.next(f"{ROOT}/private/met/desk/resume")
        history.take(feed_pb2.FeedMessage.FromString(payload))
        if history.number >= 0:
            return history


async def test_five_hundred_retained_restrictions_reach_late_subscribers(
    tmp_path: Path, engine: MqttEngine, server: MqttServer
) -> None:
    # REQ-MQTT-001: at once where the server can, by the resume path where it cannot.
    async with live(tmp_path, server.port) as one:
        async with Client(one.address, MET) as client:
            for number in range(RETAINED):
                await client.create_restriction(keep_clear(f"r{number}"))
        wanted = {f"agencies/met/restrictions/r{number}" for number in range(RETAINED)}
        for qos in (0, 1):
            async with MqttClient.connected(server.port) as late:
                await late.subscribe(f"{ROOT}/private/met/desk/#", 1)
                await late.subscribe(f"{ROOT}/out/met/desk/restrictions/#", qos)
                if engine.name == "mosquitto":
                    await until(lambda: names(late) == wanted, "all 500")
                else:
                    least = RUMQTTD_RETAINED_LIMIT_MESSAGES
                    await until(lambda: len(names(late)) >= least, "the first 100")  # noqa: B023
                print(f"{engine.name}, QoS {qos}: {len(names(late))} of {RETAINED} retained")
                assert set((await resumed(late)).restrictions) == wanted
                assert max(len(one.payload) for one in late.kept) <= MESSAGE_BYTES_MAX


def frames_of(reader: MqttClient) -> list[mqtt.MQTTMessage]:
    return [message for message in reader.kept if message.topic.endswith("/tracks")]


def shown_in(frames: list[mqtt.MQTTMessage]) -> int:
    messages = [feed_pb2.FeedMessage.FromString(bytes(one.payload)) for one in frames]
    return sum(len(one.tracks.tracks) for one in messages)


async def test_messages_stay_small_and_positions_expire(
    tmp_path: Path, engine: MqttEngine, server: MqttServer
) -> None:
    # REQ-MQTT-002: no message over 60 kB, however many tracks; QoS 0 with an expiry.
    async with live(tmp_path, server.port) as one, MqttClient.connected(server.port) as reader:
        await reader.subscribe(f"{ROOT}/out/met/desk/#", 1)
        async with Client(one.address, MET) as client:
            await client.publish(crowd(2_000, now_us()))
            await until(lambda: shown_in(frames_of(reader)) >= 2_000, "the frames")
        frames = frames_of(reader)
        assert max(len(message.payload) for message in frames) <= MESSAGE_BYTES_MAX
        assert shown_in(frames) == 2_000
        for message in frames:
            assert message.properties is not None
            assert getattr(message.properties, "MessageExpiryInterval") <= 5  # noqa: B009
            # rumqttd hands a message on with the quality of the subscription, Mosquitto with the
            # lower of the two.
            assert message.qos == (0 if engine.name == "mosquitto" else 1)
            assert not message.retain


async def test_a_last_will_makes_the_publisher_silent_at_once(
    tmp_path: Path, server: MqttServer
) -> None:
    # REQ-MQTT-003: the will of this session, not of an older one.
    topic = f"{ROOT}/in/met/drones/presence"
    birth = presence_pb2.Presence(online=True, session=7).SerializeToString()
    will = presence_pb2.Presence(online=False, session=7).SerializeToString()
    async with live(tmp_path, server.port) as one:
        coverage = one.broker.projection.airspace.coverage
        async with Client(one.address, MET) as client:
            await client.publish(crowd(1, now_us()))
        async with MqttClient.connected(server.port, (topic, will)) as system:
            system.publish(topic, birth, 1, retain=True)
            assert one.gateway is not None
            sessions = one.gateway._sessions
            await until(lambda: list(sessions.values()) == [7], "the birth is known")
            late = presence_pb2.Presence(online=False, session=6).SerializeToString()
            system.publish(topic, late, 1)
            await asyncio.sleep(0.2)
            assert coverage.own.silent_count == 0
            system.paho.reconnect_delay_set(60, 60)
            assert system.paho._sock is not None
            system.paho._sock.close()
            await until(lambda: coverage.own.silent_count == 1, "its feed counts as silent")


async def test_stale_state_of_an_earlier_life_goes_and_retained_input_is_refused(
    tmp_path: Path, server: MqttServer
) -> None:
    # REQ-MQTT-004; REQ-MQTT-005: response topics are never used.
    stale = f"{ROOT}/out/met/desk/alerts/from-an-earlier-life"
    kept = f"{ROOT}/in/met/drones/restrictions/create"
    create = restrictions_pb2.CreateRestrictionRequest(
        request_id="kept", restriction=keep_clear("kept")
    ).SerializeToString()
    async with MqttClient.connected(server.port) as other:
        other.publish(stale, b"old", 1, retain=True)
        other.publish(kept, create, 1, retain=True)
        await other.subscribe(f"{ROOT}/private/#", 1)
        await other.subscribe(f"{ROOT}/out/#", 1)
        await other.subscribe("elsewhere/#", 1)
        async with live(tmp_path, server.port) as one:
            await until(
                lambda: any(
                    message.topic == stale and not message.payload for message in other.kept
                ),
                "the stale alert is removed",
            )
            async with Client(one.address, MET) as client:
                assert await client.list_restrictions() == []
                batch = tracks_pb2.PublishTracksRequest(batch_id="b", reports=crowd(1, now_us()))
                other.drop_waiting()
                other.publish(
                    f"{ROOT}/in/met/drones/tracks",
                    batch.SerializeToString(),
                    1,
                    response_topic="elsewhere/else",
                )
                topic, _ = await other.next(f"{ROOT}/private/met/drones/acks")
                assert topic == f"{ROOT}/private/met/drones/acks"
        assert not [one for one in other.kept if one.topic.startswith("elsewhere")]


async def test_the_server_dies_under_load_and_everything_is_there_again(
    tmp_path: Path, engine: MqttEngine
) -> None:
    # REQ-MQTT-006
    first = start(engine, unused_port(), tmp_path / "mqtt-1")
    port = first.port
    try:
        async with live(tmp_path, port) as one:

            async def publish() -> None:
                async with Client(one.address, MET) as client:
                    while True:
                        await client.publish(crowd(300, now_us()))
                        await asyncio.sleep(0.1)

            async with at_work(publish), Client(one.address, MET) as client:
                await client.create_restriction(keep_clear("before"))
                await asyncio.sleep(0.5)
                first.process.kill()
                first.process.wait()
                await client.create_restriction(keep_clear("meanwhile"))
                await asyncio.sleep(0.3)
                first = start(engine, port, tmp_path / "mqtt-2")
                async with MqttClient.connected(port) as reader:
                    await reader.subscribe(f"{ROOT}/out/met/desk/#", 1)
                    wanted = {f"agencies/met/restrictions/{one}" for one in ("before", "meanwhile")}
                    await until(lambda: names(reader) == wanted, "retained state, published again")
                    await until(
                        lambda: any(one.topic.endswith("/tracks") for one in reader.kept), "frames"
                    )
    finally:
        first.stop()


@pytest.mark.parametrize("without_mosquitto", [False, True], ids=["mosquitto", "rumqttd"])
async def test_kill_9_of_the_broker_leaves_no_server_behind(
    tmp_path: Path, without_mosquitto: bool
) -> None:
    # REQ-MQTT-007
    code = NO_MOSQUITTO if without_mosquitto else ""
    with lives(tmp_path) as broker:
        process = await asyncio.to_thread(lambda: broker.start(code=code))
        children = psutil.Process(process.process.pid).children(recursive=True)
        assert len(children) == 1
        assert ("mosquitto" in children[0].name()) is not without_mosquitto
        os.kill(process.process.pid, signal.SIGKILL)
        process.process.wait()
        await until(lambda: not children[0].is_running() or is_zombie(children[0]), "no orphan")


@pytest.mark.parametrize("without_mosquitto", [False, True], ids=["mosquitto", "rumqttd"])
async def test_a_server_that_dies_is_started_again_by_its_broker(
    tmp_path: Path, without_mosquitto: bool
) -> None:
    # REQ-MQTT-008: on the same port, with the retained state.
    with lives(tmp_path) as broker:
        code = NO_MOSQUITTO if without_mosquitto else ""
        process = await asyncio.to_thread(lambda: broker.start(code=code))
        async with Client(process.grpc, MET) as client:
            await client.create_restriction(keep_clear("kept"))
        (child,) = psutil.Process(process.process.pid).children(recursive=True)
        child.kill()
        await until(lambda: is_served_anew(process.process.pid, child.pid), "a new child")
        await until(lambda: accepts(process.mqtt_port), "its port")
        async with MqttClient.connected(process.mqtt_port) as reader:
            await reader.subscribe(f"{ROOT}/out/met/desk/#", 1)
            await until(lambda: len(names(reader)) == 1, "the retained state")
        assert process.stop() == 0
        assert not accepts(process.mqtt_port), "the new child ended with its broker"


def is_served_anew(broker_pid: int, old_pid: int) -> bool:
    children = psutil.Process(broker_pid).children(recursive=True)
    return any(child.pid != old_pid and not is_zombie(child) for child in children)


def is_zombie(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
