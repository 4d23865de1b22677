"""Publishing and reading over either transport, through the broker or through a bare relay."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

from broker.bench import rig
from broker.bench.doors import Doors, Entrance
from broker.bench.mqtt_wire import MqttClient
from broker.bench.relay import HAND_ON_KEY
from keepclear.v1 import feed_pb2, tracks_pb2

RELAY_TOPIC: Final = "bench/relay"
PUBLISH: Final = "/keepclear.v1.TrackService/PublishTracks"
SUBSCRIBE: Final = "/keepclear.v1.FeedService/Subscribe"

OnProbe = Callable[[str], None]
"""A probe's alert (or its relayed report) was read: the id of the second drone."""


class Link(Protocol):
    """Carries batches of an agency: the background, or the probes."""

    async def send(self, agency: str, payload: bytes, *, probe: bool) -> None:
        """Write one batch."""
        ...


class GrpcLink:
    """One stream for each agency's background and one for its probes."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._calls: dict[tuple[str, bool], Any] = {}
        self._writing: dict[tuple[str, bool], asyncio.Lock] = {}
        """A stream takes one message at a time, and two probes may be due at once."""
        self._readers: list[asyncio.Task[None]] = []

    async def send(self, agency: str, payload: bytes, *, probe: bool) -> None:
        """Write one batch."""
        call = self._calls.get((agency, probe))
        if call is None:
            system = f"probe{probe:d}"
            metadata = self._doors.metadata(agency, system)
            metadata += ((HAND_ON_KEY, "1"),) if probe else ()
            publish: Any = self._doors.channel(agency, system).stream_stream(PUBLISH)
            call = self._calls[agency, probe] = publish(metadata=metadata)
            self._writing[agency, probe] = asyncio.Lock()
            self._readers.append(asyncio.create_task(_discard(call)))
        async with self._writing[agency, probe]:
            await call.write(payload)

    async def close(self) -> None:
        """End every stream."""
        for call in self._calls.values():
            call.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)


class MqttLink:
    """Topics below `root`; the relay's are read by nobody but the probes' reader."""

    def __init__(self, client: MqttClient, root: str) -> None:
        self._client = client
        self._root = root

    async def send(self, agency: str, payload: bytes, *, probe: bool) -> None:
        """Write one batch."""
        self._client.publish(f"{self._root}/in/{agency}/probe{probe:d}/tracks", payload)


async def _discard(call: Any) -> None:
    async for _ in call:
        pass


def alerted_probes(alert_message: feed_pb2.FeedMessage) -> Iterator[str]:
    """The second drones named in an alert."""
    for party in alert_message.alert.parties:
        if party.label.startswith("probe-b"):
            yield party.label


def relayed_probe(payload: bytes) -> str:
    """The drone in a relayed batch."""
    return tracks_pb2.PublishTracksRequest.FromString(payload).reports[0].source_track_id


@asynccontextmanager
async def grpc_links(entrance: Entrance, on_probe: OnProbe, *, ours: bool) -> AsyncIterator[Link]:
    """Publishing and reading through a gRPC server: the broker, or the relay."""
    async with entrance.doors() as doors:
        subscribe: Any = doors.channel("reader", "desk").unary_stream(SUBSCRIBE)
        request = feed_pb2.SubscribeRequest(kinds=[feed_pb2.FEED_KIND_ALERT])
        metadata = doors.metadata("reader", "desk")
        call = subscribe(request.SerializeToString(), metadata=metadata)

        async def read() -> None:
            async for message in call:
                if not ours:
                    on_probe(relayed_probe(message))
                    continue
                for probe in alerted_probes(feed_pb2.SubscribeResponse.FromString(message).message):
                    on_probe(probe)

        reader = asyncio.create_task(read())
        link = GrpcLink(doors)
        try:
            yield link
        finally:
            await link.close()
            call.cancel()
            await asyncio.gather(reader, return_exceptions=True)


@asynccontextmanager
async def mqtt_links(port: int, on_probe: OnProbe, *, ours: bool) -> AsyncIterator[Link]:
    """Publishing and reading through an MQTT server, with the broker behind it or without."""

    def on_message(_topic: bytes, payload: bytes) -> None:
        if not ours:
            on_probe(relayed_probe(payload))
            return
        for probe in alerted_probes(feed_pb2.FeedMessage.FromString(payload)):
            on_probe(probe)

    name = "ours" if ours else "relay"
    reader = await MqttClient.connect(port, f"bench-reader-{name}", on_message)
    writer = await MqttClient.connect(port, f"bench-writer-{name}", lambda *_: None)
    root = rig.MQTT_ROOT if ours else RELAY_TOPIC
    topics = [f"{root}/out/reader/desk/alerts/+" if ours else f"{root}/in/+/probe1/tracks"]
    await reader.subscribe(topics, qos=1)
    try:
        yield MqttLink(writer, root)
    finally:
        reader.close()
        writer.close()
