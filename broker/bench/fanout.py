"""One picture to many subscribers, and a restriction to all of them.

5,000 tracks report once a second. 200 subscribers in another process read the whole feed of one
audience and follow its numbers: over gRPC, over MQTT, and half of each. Meanwhile restrictions are
set; delivery is timed from the moment its setter has the broker's acceptance.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from broker.bench import rig
from broker.bench.doors import SYSTEM_KEY, Doors, Entrance
from broker.bench.links import GrpcLink
from broker.bench.readers import READY, STOP, ReaderPlan, main
from broker.bench.traffic import fleet
from keepclear.client.build import now_us
from keepclear.v1 import restrictions_pb2, restrictions_pb2_grpc, schedules_pb2, volumes_pb2

AGENCIES: Final = ("fleet",)
BATCH_SIZE: Final = 250
RESTRICTION_EVERY_S: Final = 1.0
READERS_LIMIT_S: Final = 60.0
MINUTE_US: Final = 60_000_000
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class FanoutBench:
    """Sizes of a run; `subscribers` is (over gRPC, over MQTT) for each entry."""

    tracks: int = 5_000
    subscribers: tuple[tuple[int, int], ...] = ((200, 0), (0, 200), (100, 100))
    warm_up_s: float = 3.0
    measured_s: float = 10.0

    @property
    def limit_s(self) -> float:
        """A run that takes longer has failed."""
        return READERS_LIMIT_S + self.warm_up_s + 3.0 * self.measured_s


SHORT: Final = FanoutBench(measured_s=6.0)


async def _publish(doors: Doors, tracks: int, stop: asyncio.Event) -> None:
    """Every track once a second, batches spread evenly over it."""
    link = GrpcLink(doors)
    batches = fleet(tracks, BATCH_SIZE, 1, now_us())
    next_s, place = time.monotonic(), 0
    while not stop.is_set():
        batch = batches[place % len(batches)]
        is_first = place < len(batches)
        payload = batch.first.SerializeToString() if is_first else batch.at(now_us())
        await link.send("fleet", payload, probe=False)
        place += 1
        next_s += 1.0 / len(batches)
        await asyncio.sleep(max(0.0, next_s - time.monotonic()))
    await link.close()


def circle(name: str, title: str) -> restrictions_pb2.Restriction:
    """A keep-clear request off the coast, where nobody flies: delivery alone is measured."""
    center = volumes_pb2.LatLng(latitude_deg=50.0, longitude_deg=-3.0)
    volume = volumes_pb2.RestrictionVolume(
        circle=volumes_pb2.Circle(center=center, radius_m=300.0),
        floor=volumes_pb2.VerticalLimit(datum=volumes_pb2.LIMIT_DATUM_SURFACE),
        ceiling=volumes_pb2.VerticalLimit(value_m=200.0, datum=volumes_pb2.LIMIT_DATUM_AMSL),
    )
    now = now_us()
    return restrictions_pb2.Restriction(
        name=name,
        title=title,
        reason="bench",
        volumes=[volume],
        windows=[schedules_pb2.Window(start_us=now, end_us=now + 10 * MINUTE_US)],
        applies_to=restrictions_pb2.APPLIES_TO_ALL_AIRCRAFT,
        contact="020 7946 0999",
    )


async def set_restriction(stub: Any, agency: str, number: int) -> str:
    """Set one; returns its title once the broker has accepted it."""
    title = f"Bench {number}"
    request = restrictions_pb2.CreateRestrictionRequest(
        request_id=f"bench-{number}",
        restriction=circle(f"agencies/{agency}/restrictions/bench-{number}", title),
    )
    metadata = ((SYSTEM_KEY, f"agencies/{agency}/systems/desk"),)
    await stub.CreateRestriction(request, metadata=metadata, timeout=20.0)
    return title


async def _load(target: str, bench: FanoutBench, pipe: Any) -> dict[str, float]:
    """Run the load; monotonic times at which each restriction was accepted, by title."""
    accepted_s: dict[str, float] = {}
    stop = asyncio.Event()
    async with Entrance(target).doors() as doors:
        stub = restrictions_pb2_grpc.RestrictionServiceStub(doors.channel("fleet", "desk"))
        publishing = asyncio.create_task(_publish(doors, bench.tracks, stop))
        if not await asyncio.to_thread(pipe.poll, READERS_LIMIT_S) or pipe.recv() != READY:
            raise rig.BenchFailed("the readers did not connect")
        await asyncio.sleep(bench.warm_up_s)
        for number in range(round(bench.measured_s / RESTRICTION_EVERY_S)):
            title = await set_restriction(stub, "fleet", number)
            accepted_s[title] = time.monotonic()
            await asyncio.sleep(RESTRICTION_EVERY_S)
        stop.set()
        await publishing
        await asyncio.sleep(1.0)
    return accepted_s


def _entry(over_grpc: int, over_mqtt: int, bench: FanoutBench) -> Result:
    spawn = multiprocessing.get_context("spawn")
    with rig.mqtt_server() as server, rig.broker(AGENCIES, server.port) as child:
        plan = ReaderPlan("fleet", child.target, over_grpc, server.port, over_mqtt)
        ours, theirs = spawn.Pipe()
        readers = spawn.Process(target=main, args=(plan, theirs), daemon=True)
        readers.start()
        try:
            load = asyncio.wait_for(_load(child.target, bench, ours), bench.limit_s)
            accepted_s = asyncio.run(load)
            ours.send(STOP)
            if not ours.poll(READERS_LIMIT_S):
                raise rig.BenchFailed("the readers did not answer")
            seen = ours.recv()
        finally:
            readers.kill()
            readers.join()
    return _result(over_grpc, over_mqtt, bench, accepted_s, seen)


def _result(
    over_grpc: int,
    over_mqtt: int,
    bench: FanoutBench,
    accepted_s: dict[str, float],
    seen: dict[str, Any],
) -> Result:
    entry: Result = {"tracks": bench.tracks, "grpc": over_grpc, "mqtt": over_mqtt}
    deliveries_s: list[float] = []
    for transport in ("grpc", "mqtt"):
        if entry[transport]:
            for name in ("frames", "lost", "merged", "p50_ms", "p99_ms"):
                entry[f"{transport}_{name}"] = seen[transport][name]
            entry[f"{transport}_mb"] = round(seen[transport]["mb"])
        for title, read_s in seen[transport]["restrictions_s"].items():
            deliveries_s += [max(0.0, one - accepted_s[title]) for one in read_s]
    expected = len(accepted_s) * (over_grpc + over_mqtt)
    entry["restriction_deliveries"] = len(deliveries_s)
    entry["restriction_deliveries_missing"] = expected - len(deliveries_s)
    entry["restriction_accepted_to_delivered_p50_ms"] = rig.percentile_ms(deliveries_s, 50)
    entry["restriction_accepted_to_delivered_p99_ms"] = rig.percentile_ms(deliveries_s, 99)
    return entry


def run(bench: FanoutBench, progress: Callable[[str], None]) -> dict[str, list[Result]]:
    """One entry for each mix of subscribers."""
    results = []
    for over_grpc, over_mqtt in bench.subscribers:
        progress(f"fanout: {over_grpc} subscribers over gRPC, {over_mqtt} over MQTT")
        results.append(_entry(over_grpc, over_mqtt, bench))
    return {"results": results}
