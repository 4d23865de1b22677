"""Many subscribers in a process of their own: raw bytes in, one line of figures out.

A reader decodes a message's header and nothing more: who has the number, when was it sent. It
counts a message as lost when the header answers for less than what has come since the one before.
"""

import asyncio
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final

import grpc.aio

from broker.bench import rig
from broker.bench.doors import SYSTEM_KEY
from broker.bench.mqtt_wire import MqttClient
from keepclear.v1 import feed_pb2

RESTRICTION_TAG: Final = feed_pb2.FeedMessage.RESTRICTION_FIELD_NUMBER << 3 | 2
TRACKS_TAG: Final = feed_pb2.FeedMessage.TRACKS_FIELD_NUMBER << 3 | 2
READY: Final = "ready"
STOP: Final = "stop"
CONNECTING_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class ReaderPlan:
    """What to connect."""

    agency: str
    grpc_target: str
    grpc_count: int
    mqtt_port: int
    mqtt_count: int


@dataclass(slots=True)
class Seen:
    """What all readers of one transport saw."""

    frames: int = 0
    frame_bytes: int = 0
    lost: int = 0
    merged: int = 0
    """Numbers whose frame was merged into a later one because the reader was behind."""
    frame_ages_s: list[float] = field(default_factory=list)
    restrictions_s: dict[str, list[float]] = field(default_factory=dict)
    """Monotonic times at which each restriction was read, by title."""

    def summary(self) -> dict[str, Any]:
        """Small enough for a pipe."""
        ages_s = self.frame_ages_s
        return {
            "frames": self.frames,
            "mb": self.frame_bytes / 1e6,
            "lost": self.lost,
            "merged": self.merged,
            "p50_ms": rig.percentile_ms(ages_s, 50),
            "p99_ms": rig.percentile_ms(ages_s, 99),
            "restrictions_s": self.restrictions_s,
        }


class Reader:
    """One subscriber's view of the numbers."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._number: int | None = None
        self._epoch = ""

    def grpc_message(self, data: bytes) -> None:
        """A SubscribeResponse: one field, a FeedMessage."""
        self.message(data, _after_length(data, 1)[0])

    def message(self, data: bytes, start: int = 0) -> None:
        """A FeedMessage from `start` on; it begins with its header."""
        begin, length = _after_length(data, start + 1)
        header = feed_pb2.FeedHeader.FromString(data[begin : begin + length])
        kind = data[begin + length] if begin + length < len(data) else 0
        if kind == TRACKS_TAG:
            self._frame(header, len(data) - start)
        elif kind == RESTRICTION_TAG:
            title = feed_pb2.FeedMessage.FromString(data[start:]).restriction.title
            self._seen.restrictions_s.setdefault(title, []).append(time.monotonic())
        self._follow(header, data, start)

    def _frame(self, header: feed_pb2.FeedHeader, length: int) -> None:
        if header.snapshot:
            return
        seen = self._seen
        seen.frames += 1
        seen.frame_bytes += length
        seen.frame_ages_s.append(time.time() - header.sent_us / 1e6)

    def _follow(self, header: feed_pb2.FeedHeader, data: bytes, start: int) -> None:
        if header.snapshot:
            self._number = header.number
            return
        if self._number is not None and header.number > self._number + 1:
            # What answers for merged frames is appended to the message: only then is it decoded.
            covers_from = feed_pb2.FeedMessage.FromString(data[start:]).header.covers_from
            missing = max(0, covers_from - self._number - 1)
            self._seen.lost += missing
            self._seen.merged += header.number - self._number - 1 - missing
        self._number = max(header.number, self._number or 0)


def _after_length(data: bytes, place: int) -> tuple[int, int]:
    """(where the payload begins, its length) of a length-delimited field whose tag ends there."""
    length = shift = 0
    while True:
        length |= (data[place] & 0x7F) << shift
        shift += 7
        place += 1
        if not data[place - 1] & 0x80:
            return place, length


async def _grpc_reader(target: str, agency: str, seen: Seen, ready: asyncio.Event) -> None:
    reader = Reader(seen)
    options = [("grpc.use_local_subchannel_pool", 1)]
    async with grpc.aio.insecure_channel(target, options=options) as channel:
        subscribe: Any = channel.unary_stream("/keepclear.v1.FeedService/Subscribe")
        call = subscribe(
            feed_pb2.SubscribeRequest().SerializeToString(),
            metadata=((SYSTEM_KEY, f"agencies/{agency}/systems/desk"),),
        )
        async for message in call:
            ready.set()
            reader.grpc_message(message)


async def _mqtt_reader(plan: ReaderPlan, place: int, seen: Seen) -> MqttClient:
    reader = Reader(seen)

    def on_message(_topic: bytes, payload: bytes) -> None:
        if payload:  # an empty one removes what was retained
            reader.message(payload)

    client = await MqttClient.connect(plan.mqtt_port, f"bench-reader-{place}", on_message)
    await client.subscribe([f"{rig.MQTT_ROOT}/out/{plan.agency}/desk/#"], qos=1)
    return client


async def _run(plan: ReaderPlan, pipe: Connection) -> None:
    seen = {"grpc": Seen(), "mqtt": Seen()}
    tasks = []
    for first in range(0, plan.grpc_count, CONNECTING_AT_ONCE):
        events = []
        for _ in range(min(CONNECTING_AT_ONCE, plan.grpc_count - first)):
            ready = asyncio.Event()
            events.append(ready)
            reading = _grpc_reader(plan.grpc_target, plan.agency, seen["grpc"], ready)
            tasks.append(asyncio.create_task(reading))
        await asyncio.gather(*(event.wait() for event in events))
    clients = [await _mqtt_reader(plan, place, seen["mqtt"]) for place in range(plan.mqtt_count)]
    pipe.send(READY)
    while not await asyncio.to_thread(pipe.poll, 1.0):
        pass
    for client in clients:
        client.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    pipe.send({transport: one.summary() for transport, one in seen.items()})


def main(plan: ReaderPlan, pipe: Connection) -> None:
    """The readers' process."""
    rig.die_with_parent()
    asyncio.run(_run(plan, pipe))
