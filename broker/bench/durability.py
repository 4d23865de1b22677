"""Control commands per second, each on the disk before its answer, beside bare fdatasync.

The peer writes as many bytes as the log keeps of such a command into a file beside the log's that
has its length already, and syncs, one at a time: nobody who syncs every command can be faster with
one caller. With many
callers one sync covers all commands of a micro-batch.
"""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import grpc.aio

from broker.bench import rig
from broker.bench.doors import SYSTEM_KEY
from broker.bench.fanout import set_restriction
from keepclear.v1 import restrictions_pb2, restrictions_pb2_grpc

AGENCY: Final = "fleet"
RECORD_BYTES: Final = 600
RECORDS_MAX: Final = 50_000
Result = dict[str, object]


@dataclass(frozen=True, slots=True)
class DurabilityBench:
    """Sizes of a run."""

    callers: tuple[int, ...] = (1, 16)
    measured_s: float = 5.0


SHORT: Final = DurabilityBench(measured_s=3.0)


def fdatasync_per_s(for_s: float) -> int:
    """Writes of one record, each synced, one after the other."""
    with rig.folder() as place, (place / "bare").open("wb", buffering=0) as file:
        file.write(bytes(RECORD_BYTES * RECORDS_MAX))
        os.fsync(file.fileno())
        file.seek(0)
        record, count, started_s = b"x" * RECORD_BYTES, 0, time.monotonic()
        while (elapsed_s := time.monotonic() - started_s) < for_s:
            file.write(record)
            os.fdatasync(file.fileno())
            count += 1
    return round(count / elapsed_s)


async def _caller(stub: Any, numbers: range, end_s: float, done: list[float]) -> None:
    """Set and withdraw restrictions in turn, so that few are live at any time."""
    metadata = ((SYSTEM_KEY, f"agencies/{AGENCY}/systems/desk"),)
    for number in numbers:
        if time.monotonic() >= end_s:
            return
        await set_restriction(stub, AGENCY, number)
        done.append(time.monotonic())
        request = restrictions_pb2.WithdrawRestrictionRequest(
            request_id=f"end-{number}", name=f"agencies/{AGENCY}/restrictions/bench-{number}"
        )
        await stub.WithdrawRestriction(request, metadata=metadata, timeout=20.0)
        done.append(time.monotonic())


async def _measure(target: str, callers: int, first: int, for_s: float) -> int:
    done: list[float] = []
    async with grpc.aio.insecure_channel(target) as channel:
        stub = restrictions_pb2_grpc.RestrictionServiceStub(channel)
        started_s = time.monotonic()
        spans = [range(first + place, first + 10_000_000, callers) for place in range(callers)]
        await asyncio.gather(*(_caller(stub, span, started_s + for_s, done) for span in spans))
    return round(len(done) / (max(done) - started_s))


def run(bench: DurabilityBench, progress: Callable[[str], None]) -> dict[str, list[Result]]:
    """One entry for each number of callers, the peer measured beside each."""
    results: list[Result] = []
    with rig.mqtt_server() as server, rig.broker([AGENCY], server.port) as child:
        for place, callers in enumerate(bench.callers):
            progress(f"durability: {callers} callers")
            before = fdatasync_per_s(bench.measured_s / 2)
            first = place * 100_000_000
            ours = asyncio.run(_measure(child.target, callers, first, bench.measured_s))
            after = fdatasync_per_s(bench.measured_s / 2)
            results.append(
                {
                    "callers": callers,
                    "ours_commands_per_s": ours,
                    "fdatasync_per_s": round((before + after) / 2),
                }
            )
    return {"results": results}
