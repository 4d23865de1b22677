"""A whole broker in virtual time, fed through one transport or the other."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from broker.cli.demonstration import demo_agencies
from broker.cli.policies import policy_text
from broker.cli.replay import Shown as ReplayShown
from broker.cli.replay import replay_log
from broker.core.names import Audience
from broker.gateways.grpc.server import GrpcServer
from broker.gateways.mqtt.gateway import MqttGateway
from broker.gateways.wire.feed import WireEncoder
from broker.service.broker import Broker
from broker.service.cadence import HALF_US
from broker.service.clock import VirtualClock
from broker.service.feed.items import ItemKind
from broker.service.feed.projection import News
from broker.service.mqtt_address import MqttAddress
from broker.service.startup import LOG_FOLDER, assemble
from keepclear.client import Client
from keepclear.v1 import feed_pb2, presence_pb2, restrictions_pb2, tracks_pb2
from tests.patience import PATIENCE_S
from tests.system.mqtt_client import without_nagle

NUMBERED = (
    ItemKind.TRACKS,
    ItemKind.ALERT,
    ItemKind.RESTRICTION,
    ItemKind.COVERAGE,
)

Request = tracks_pb2.PublishTracksRequest | restrictions_pb2.CreateRestrictionRequest


def same_every_time(count: int) -> bytes:
    """Stands in for randomness, so that two runs can be compared byte for byte."""
    return bytes(range(count))


@dataclass
class Shown:
    """Every numbered message of every audience, as it left."""

    hashes: dict[str, "hashlib._Hash"] = field(default_factory=dict)
    alerts: dict[str, list[bytes]] = field(default_factory=dict)

    def take(self, news: News) -> None:
        """A listener of the hub."""
        for audience, items in news:
            for item in items:
                if item.kind in NUMBERED:
                    self.note(audience, item.message)
                if item.kind is ItemKind.ALERT:
                    self.alerts.setdefault(audience.agency, []).append(item.message)

    def note(self, audience: Audience, message: bytes) -> None:
        """One message, in order."""
        name = f"{audience.agency}/{audience.role}"
        self.hashes.setdefault(name, hashlib.sha256()).update(message)

    def digests(self) -> dict[str, str]:
        """SHA-256 by audience."""
        return {name: one.hexdigest() for name, one in self.hashes.items()}


@dataclass
class Rig:
    """A broker that runs, with its virtual clock."""

    broker: Broker
    clock: VirtualClock
    shown: Shown
    grpc_port: int

    async def settle(self) -> None:
        """Return when the engine has done all that was due."""
        # Queries are answered before the ticks of the same round, so the second comes after them.
        await self.broker.intake.ask(lambda: None)
        await self.broker.intake.ask(lambda: None)

    async def run_to(self, time_us: int) -> None:
        """Let the time pass by half a tick at a time."""
        while self.clock.now_us() < time_us:
            step_us = min(time_us, self.clock.now_us() + HALF_US)
            self.clock.advance_to(step_us)
            await self.settle()


@asynccontextmanager
async def rig(data_dir: Path, start_us: int, mqtt_port: int | None = None) -> AsyncIterator[Rig]:
    """An exercise broker with simulated London's agencies."""
    clock = VirtualClock(start_us)
    policy = policy_text("default")
    parts = assemble(
        data_dir,
        policy,
        WireEncoder(exercise=True),
        clock,
        exercise=True,
        random_bytes=same_every_time,
    )
    broker = Broker(parts)
    shown = Shown()
    broker.hub.listen(shown.take)
    await broker.start(policy, demo_agencies())
    server = GrpcServer(broker, "127.0.0.1", 0)
    await server.start()
    gateway = None
    if mqtt_port is not None:
        gateway = MqttGateway(broker, MqttAddress("127.0.0.1", mqtt_port))
        gateway.start()
        assert await asyncio.to_thread(gateway.link.connected.wait, PATIENCE_S)
    try:
        yield Rig(broker, clock, shown, server.port)
    finally:
        await server.stop()
        if gateway is not None:
            gateway.stop()
        await asyncio.to_thread(broker.stop)


class Feeder(Protocol):
    """Sends a system's requests and waits until the broker has answered."""

    async def send(self, system: str, request: Request) -> None:
        """One request."""
        ...


class GrpcFeeder:
    """Through the partner's client."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._clients: dict[str, Client] = {}

    async def send(self, system: str, request: Request) -> None:
        """One request, answered."""
        if system not in self._clients:
            self._clients[system] = await Client(f"127.0.0.1:{self._port}", system).__aenter__()
        client = self._clients[system]
        if isinstance(request, tracks_pb2.PublishTracksRequest):
            await client.publish(list(request.reports), batch_id=request.batch_id)
        else:
            await client.create_restriction(request.restriction, request_id=request.request_id)

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            await client.__aexit__(None, None, None)


class MqttFeeder:
    """Through a Mosquitto, with none of our code on the sending side; reads one desk too."""

    root = "keepclear-exercise/v1"

    def __init__(self, port: int, agency: str) -> None:
        self._loop = asyncio.get_running_loop()
        self._answers: dict[str, asyncio.Future[presence_pb2.CommandAnswer]] = {}
        self.alerts: list[bytes] = []
        self._ready = asyncio.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_message = self._message
        self._client.on_subscribe = self._subscribed
        self._client.on_socket_open = without_nagle
        self._client.connect("127.0.0.1", port)
        self._client.subscribe(
            [(f"{self.root}/private/#", 1), (f"{self.root}/out/{agency}/desk/alerts/+", 1)]
        )
        self._client.loop_start()

    async def ready(self) -> None:
        """Return once subscribed."""
        await asyncio.wait_for(self._ready.wait(), PATIENCE_S)

    async def send(self, system: str, request: Request) -> None:
        """One request, answered on the private topic."""
        _, agency, _, name = system.split("/")
        sent = type(request).FromString(request.SerializeToString())
        if isinstance(sent, tracks_pb2.PublishTracksRequest):
            leaf, key = "tracks", sent.batch_id
        else:
            leaf, key = "restrictions/create", sent.request_id
        if not key:
            raise AssertionError("the simulator names its requests")
        answer: asyncio.Future[presence_pb2.CommandAnswer] = self._loop.create_future()
        self._answers[key] = answer
        self._client.publish(f"{self.root}/in/{agency}/{name}/{leaf}", sent.SerializeToString(), 1)
        result = await asyncio.wait_for(answer, PATIENCE_S)
        assert result.WhichOneof("result") != "refused", result

    def _subscribed(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ready.set)

    async def received(self, alert_count: int) -> None:
        """Return once that many alert messages have come."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.alerts) < alert_count:  # noqa: ASYNC110 - filled by paho's own thread
                await asyncio.sleep(0.01)

    def _message(self, _client: object, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/acks"):
            answer = presence_pb2.CommandAnswer.FromString(bytes(message.payload))
            self._loop.call_soon_threadsafe(self._answered, answer)
        elif message.payload:
            self.alerts.append(bytes(message.payload))

    def _answered(self, answer: presence_pb2.CommandAnswer) -> None:
        waiting = self._answers.pop(answer.request_id, None)
        if waiting is not None:
            waiting.set_result(answer)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


def replayed(data_dir: Path) -> dict[str, str]:
    """Digests of everything that a log makes again, by audience."""
    shown = ReplayShown("")
    replay_log(data_dir / LOG_FOLDER, shown)
    return shown.digests()


Flight = Callable[[Rig, Feeder], Awaitable[None]]
"""What flies in front of a rig."""


async def told_over_mqtt(data_dir: Path, start_us: int, port: int, fly: Flight) -> list[bytes]:
    """The alerts that a desk reads by MQTT while that flies."""
    async with rig(data_dir, start_us, port) as one:
        feeder = MqttFeeder(port, "met")
        await feeder.ready()
        await fly(one, feeder)
        await feeder.received(len(one.shown.alerts["met"]))
        feeder.close()
    return feeder.alerts


def alerts_of(messages: list[bytes]) -> list[feed_pb2.FeedMessage]:
    """Decoded, for a readable comparison."""
    return [feed_pb2.FeedMessage.FromString(message) for message in messages]
