"""Position in to alert out, beside a bare relay of the same message over the same transport.

Two drones of different agencies hover 20 m apart. The first report of the second one raises a
warning at once, so its alert is timed from the moment that report is written to the socket to the
moment a subscriber reads the alert from its own. The relay carries the same load and hands the
same report on, undecoded: over gRPC a bare grpcio server, over MQTT the same Mosquitto alone.
Both are driven and timed by the same client, in turns.
"""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final

from broker.bench import rig
from broker.bench.doors import Entrance
from broker.bench.links import Link, OnProbe, grpc_links, mqtt_links
from broker.bench.traffic import Batch, fleet, report
from keepclear.client.build import now_us
from keepclear.v1 import tracks_pb2

AGENCIES: Final = ("fleet", "north", "south", "reader")
BATCH_SIZE: Final = 20
"""A fleet manager sends what it heard in the last moments, not one message a position."""
PROBE_PAIRS_PER_S: Final = 50
PARTNER_LEAD_S: Final = 0.3
"""How long the first drone of a pair is known before the second appears."""
PAIR_SPACING_M: Final = 5_000.0
PAIRS_PER_ROW: Final = 25
PROBES_NORTH_M: Final = 60_000.0
"""Beyond the background traffic: a probe meets its partner and nobody else."""
ANSWER_LIMIT_S: Final = 10.0
"""For the last probes: what comes late is a long time, and what does not come is a fault."""
TURN_SLACK_S: Final = 20.0
"""A turn that takes this much longer than planned has failed."""


@dataclass(frozen=True, slots=True)
class LatencyBench:
    """Sizes of a run."""

    rates: tuple[int, ...] = (1_000, 5_000)
    transports: tuple[str, ...] = ("grpc", "mqtt")
    turns: int = 2
    warm_up_s: float = 4.0
    measured_s: float = 10.0


SHORT: Final = LatencyBench(turns=1, warm_up_s=3.0, measured_s=5.0)
Result = dict[str, object]


@dataclass(slots=True)
class Times:
    """When each probe was sent and read, monotonic seconds."""

    sent: dict[str, float] = field(default_factory=dict)
    read: dict[str, float] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, probe: str) -> None:
        """Read for the first time."""
        self.read.setdefault(probe, time.monotonic())
        self._news.set()

    async def all_read(self) -> None:
        """Wait until every probe was read, or until that is not to be expected any more."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_LIMIT_S):
                while len(self.read) < len(self.sent):
                    self._news.clear()
                    await self._news.wait()

    def latencies_s(self) -> list[float]:
        """Of every probe that was read."""
        return [self.read[one] - sent for one, sent in self.sent.items() if one in self.read]


class Probes:
    """Pairs of drones on a grid far from everything else."""

    def __init__(self) -> None:
        self._next = 0

    def pair(self) -> tuple[bytes, str, Batch]:
        """The first drone's batch, the second one's id and its batch."""
        index, self._next = self._next, self._next + 1
        north_m = PROBES_NORTH_M + PAIR_SPACING_M * (index // PAIRS_PER_ROW)
        east_m = PAIR_SPACING_M * (index % PAIRS_PER_ROW - PAIRS_PER_ROW // 2)
        first = report(f"probe-a{index}", now_us(), (north_m, east_m, 100.0), (0.0, 0.0))
        second = report(f"probe-b{index}", now_us(), (north_m + 20.0, east_m, 100.0), (0.0, 0.0))
        batch = tracks_pb2.PublishTracksRequest(batch_id=f"a{index}", reports=[first])
        return (
            batch.SerializeToString(),
            second.source_track_id,
            Batch([second], f"b{index}"),
        )


async def _background(link: Link, reports_per_s: int, stop: asyncio.Event) -> int:
    """Every aircraft once a second, in small batches at even intervals; how many were sent."""
    batches = fleet(reports_per_s, BATCH_SIZE, 1, now_us())
    sent, next_s = 0, time.monotonic()
    for count, batch in enumerate(cycle(batches)):
        if stop.is_set():
            return sent
        is_first = count < len(batches)
        payload = batch.first.SerializeToString() if is_first else batch.at(now_us())
        await link.send("fleet", payload, probe=False)
        sent += len(batch)
        next_s += BATCH_SIZE / reports_per_s
        await asyncio.sleep(max(0.0, next_s - time.monotonic()))
    return sent


async def _probe(link: Link, probes: Probes, times: Times, for_s: float) -> None:
    """Pairs at uneven intervals, so that no tick is always met at the same moment."""
    uneven = random.Random(1)  # noqa: S311 - spreads probes, keeps no secret
    loop = asyncio.get_running_loop()
    pending: set[asyncio.Task[None]] = set()

    async def one() -> None:
        first, name, second = probes.pair()
        await link.send("north", first, probe=True)
        await asyncio.sleep(PARTNER_LEAD_S)
        payload = second.first
        payload.reports[0].time_of_validity_us = now_us()
        encoded = payload.SerializeToString()
        times.sent[name] = time.monotonic()
        await link.send("south", encoded, probe=True)

    end_s = loop.time() + for_s
    while loop.time() < end_s:
        task = asyncio.create_task(one())
        pending.add(task)
        task.add_done_callback(pending.discard)
        await asyncio.sleep(uneven.uniform(0.5, 1.5) / PROBE_PAIRS_PER_S)
    await asyncio.gather(*pending)


async def turn(
    links: Callable[[OnProbe], Any], reports_per_s: int, bench: LatencyBench, probes: Probes
) -> list[float]:
    """One turn: latencies of the probes in seconds."""
    times = Times()
    stop = asyncio.Event()
    limit_s = bench.warm_up_s + bench.measured_s + TURN_SLACK_S
    async with asyncio.timeout(limit_s), links(times.note) as link:
        background = asyncio.create_task(_background(link, reports_per_s, stop))
        await asyncio.sleep(bench.warm_up_s)
        await _probe(link, probes, times, bench.measured_s)
        await times.all_read()
        stop.set()
        sent = await background
    if len(times.read) < len(times.sent):
        missing = len(times.sent) - len(times.read)
        raise rig.BenchFailed(f"{missing} of {len(times.sent)} probes were never answered")
    expected = reports_per_s * (bench.warm_up_s + bench.measured_s)
    if sent < 0.9 * expected:
        raise rig.BenchFailed(f"the generator sent {sent} reports where {expected:.0f} were due")
    return times.latencies_s()


def _entry(transport: str, reports_per_s: int, bench: LatencyBench) -> Result:
    ours_s: list[float] = []
    relay_s: list[float] = []
    probes = Probes()
    with (
        rig.mqtt_server() as server,
        rig.broker(AGENCIES, server.port) as broker,
        _bare(transport) as relay_target,
    ):

        def ours(on_probe: OnProbe) -> Any:
            if transport == "mqtt":
                return mqtt_links(server.port, on_probe, ours=True)
            return grpc_links(Entrance(broker.target), on_probe, ours=True)

        def bare(on_probe: OnProbe) -> Any:
            if transport == "mqtt":
                return mqtt_links(server.port, on_probe, ours=False)
            return grpc_links(Entrance(relay_target), on_probe, ours=False)

        for _ in range(bench.turns):
            ours_s += asyncio.run(turn(ours, reports_per_s, bench, probes))
            relay_s += asyncio.run(turn(bare, reports_per_s, bench, probes))
    return {
        "transport": transport,
        "reports_per_s": reports_per_s,
        "ours_p50_ms": rig.percentile_ms(ours_s, 50),
        "ours_p99_ms": rig.percentile_ms(ours_s, 99),
        "relay_p50_ms": rig.percentile_ms(relay_s, 50),
        "relay_p99_ms": rig.percentile_ms(relay_s, 99),
    }


@contextmanager
def _bare(transport: str) -> Iterator[str]:
    """The bare gRPC relay's address; over MQTT the server alone is the relay."""
    if transport == "mqtt":
        yield ""
        return
    with rig.relay() as child:
        yield child.target


def run(bench: LatencyBench, progress: Callable[[str], None]) -> dict[str, list[Result]]:
    """One entry for each transport and rate."""
    results = []
    for transport in bench.transports:
        for reports_per_s in bench.rates:
            progress(f"latency: {transport} at {reports_per_s:,} reports/s")
            results.append(_entry(transport, reports_per_s, bench))
    return {"results": results}
