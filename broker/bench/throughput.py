"""Positions accepted per second through gRPC batches, the broker on one core, alerts included.

A client on the other core keeps a few batches of every stream under way and counts what the
acknowledgements say was accepted. Every audience has a reader of its safety messages; frames are
made for every audience in any case. Beside it, in the same process and run: protobuf decoding of
the same batches and nothing else.
"""

import asyncio
import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from broker.bench import rig
from broker.bench.doors import Doors, Entrance
from broker.bench.links import PUBLISH, SUBSCRIBE
from broker.bench.traffic import Batch, fleet
from keepclear.client.build import now_us
from keepclear.v1 import feed_pb2, tracks_pb2

STREAMS: Final = 4
IN_FLIGHT_PER_STREAM: Final = 6
SLACK_S: Final = 60.0
POLL_S: Final = 0.05
DECODE_S: Final = 1.0
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class ThroughputBench:
    """Sizes of a run."""

    tracks: int = 10_000
    batch_size: int = 500
    audiences: tuple[int, ...] = (1, 5, 20)
    warm_up_s: float = 4.0
    measured_s: float = 10.0


SHORT: Final = ThroughputBench(warm_up_s=3.0, measured_s=5.0)


@dataclass(slots=True)
class Counts:
    """What happened so far."""

    accepted: int = 0
    refused: int = 0
    alert_messages: int = 0
    end_s: float = math.inf
    """When to stop, by the monotonic clock; set once the broker has begun to answer."""


async def _publish(doors: Doors, batches: list[Batch], counts: Counts) -> None:
    publish: Any = doors.channel("a0", "fleet").stream_stream(PUBLISH)
    call = publish(metadata=doors.metadata("a0", "fleet"))
    under_way = 0

    async def take() -> None:
        answer = tracks_pb2.PublishTracksResponse.FromString(await call.read())
        counts.accepted += answer.accepted_count
        counts.refused += len(answer.refusals)

    waiting = deque(batch.first.SerializeToString() for batch in batches)
    place = 0
    while time.monotonic() < counts.end_s:
        if waiting:
            payload = waiting.popleft()
        else:
            payload = batches[place % len(batches)].at(now_us())
            place += 1
        await call.write(payload)
        under_way += 1
        if under_way >= IN_FLIGHT_PER_STREAM:
            await take()
            under_way -= 1
    for _ in range(under_way):
        await take()
    call.cancel()


async def _read(doors: Doors, agency: str, counts: Counts) -> None:
    kinds = [feed_pb2.FEED_KIND_ALERT, feed_pb2.FEED_KIND_RESTRICTION, feed_pb2.FEED_KIND_NOTICE]
    request = feed_pb2.SubscribeRequest(kinds=kinds)
    subscribe: Any = doors.channel(agency, "desk").unary_stream(SUBSCRIBE)
    call = subscribe(request.SerializeToString(), metadata=doors.metadata(agency, "desk"))
    async for _ in call:
        counts.alert_messages += 1


async def _measure(entrance: Entrance, audiences: int, bench: ThroughputBench) -> dict[str, float]:
    counts = Counts()
    batches = fleet(bench.tracks, bench.batch_size, 1, now_us())
    async with entrance.doors() as doors:
        readers = [
            asyncio.create_task(_read(doors, f"a{place}", counts)) for place in range(audiences)
        ]
        streams = min(STREAMS, len(batches))
        writers = [
            asyncio.create_task(_publish(doors, batches[place::streams], counts))
            for place in range(streams)
        ]
        # A broker on a busy machine loads its kernels first.
        while not counts.accepted:  # noqa: ASYNC110 - written by several tasks
            await asyncio.sleep(POLL_S)
        counts.end_s = time.monotonic() + bench.warm_up_s + bench.measured_s
        await asyncio.sleep(bench.warm_up_s)
        before, started_s = (counts.accepted, counts.alert_messages), time.monotonic()
        await asyncio.sleep(bench.measured_s)
        elapsed_s = time.monotonic() - started_s
        accepted, messages = counts.accepted - before[0], counts.alert_messages - before[1]
        await asyncio.gather(*writers)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    if counts.refused:
        raise rig.BenchFailed(f"{counts.refused} reports were refused")
    return {
        "accepted_per_s": round(accepted / elapsed_s),
        "alert_messages_per_s_per_audience": round(messages / elapsed_s / audiences, 1),
    }


def decoded_per_s(bench: ThroughputBench) -> int:
    """Protobuf decoding of the same batches, one thread, nothing read from them."""
    payload = fleet(bench.batch_size, bench.batch_size, 1, now_us())[0].at(now_us())
    count, started_s = 0, time.monotonic()
    while (elapsed_s := time.monotonic() - started_s) < DECODE_S:
        tracks_pb2.PublishTracksRequest.FromString(payload)
        count += bench.batch_size
    return round(count / elapsed_s)


@contextmanager
def one_core_apart() -> Iterator[int]:
    """A core for the broker, which this process keeps off meanwhile."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[1:]) or set(cores))
    try:
        yield cores[0]
    finally:
        os.sched_setaffinity(0, set(cores))


def measured(entrance: Entrance, audiences: int, bench: ThroughputBench) -> dict[str, float]:
    """One turn in a loop of its own; fails when it takes too long."""
    limit_s = bench.warm_up_s + bench.measured_s + SLACK_S
    return asyncio.run(asyncio.wait_for(_measure(entrance, audiences, bench), limit_s))


def _entry(audiences: int, core: int, bench: ThroughputBench) -> Result:
    agencies = [f"a{place}" for place in range(audiences)]
    with rig.mqtt_server() as server, rig.broker(agencies, server.port, core=core) as child:
        found = measured(Entrance(child.target), audiences, bench)
    return {
        "audiences": audiences,
        "tracks": bench.tracks,
        "batch_size": bench.batch_size,
        "ours_accepted_per_s": found["accepted_per_s"],
        "alert_messages_per_s_per_audience": found["alert_messages_per_s_per_audience"],
        "protobuf_decode_alone_per_s": decoded_per_s(bench),
    }


def run(bench: ThroughputBench, progress: Callable[[str], None]) -> dict[str, list[Result]]:
    """One entry for each number of audiences."""
    results: list[Result] = []
    with one_core_apart() as core:
        for audiences in bench.audiences:
            progress(f"throughput: {bench.tracks:,} tracks, {audiences} audiences")
            results.append(_entry(audiences, core, bench))
    return {"results": results}
