"""Feeds into a real broker: silence is announced, and a fault in one feed costs no other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from adapters.clock import RealClock
from adapters.model import Adapter, Decoded, Document
from adapters.registry import build_feed
from adapters.runtime import RunningAdapter, run_adapters
from adapters.sources.tcp import TcpSource
from broker.service.settings import AgencySettings
from keepclear.client import Backoff, Client
from keepclear.v1.feed_pb2 import Coverage
from tests.adapters.sources.test_tcp import Receiver, listening, sbs_pieces
from tests.ports import unused_port
from tests.system.live import Live, live, until

pytestmark = [pytest.mark.system, pytest.mark.slow]

AGENCIES = {
    "met": AgencySettings(name="Metropolitan Police"),
    "surveillance": AgencySettings(name="ADS-B receivers"),
}
LIMIT_S = 10.0


def faulty(_: Document) -> Decoded:
    raise ZeroDivisionError


@asynccontextmanager
async def feeding(one: Live, feeds: dict[str, Adapter]) -> AsyncIterator[dict[str, RunningAdapter]]:
    """These feeds at work, each with its own connection."""
    async with AsyncExitStack() as stack:
        running = {}
        for name, adapter in feeds.items():
            client = Client(one.address, f"agencies/surveillance/systems/{name}")
            await stack.enter_async_context(client)
            running[name] = RunningAdapter(adapter, client, source_backoff=Backoff(0.05, 0.1))
        task = asyncio.create_task(run_adapters(list(running.values())))
        try:
            yield running
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_silence_is_announced_and_a_fault_stays_where_it_is(tmp_path: Path) -> None:
    # REQ-ADAPT-002: a feed that never hears, and one that falls silent, are announced to partners;
    # a decoder with a fault disturbs neither the other feeds nor the broker.
    clock = RealClock()
    receiver = Receiver(sbs_pieces(), [b"hello\n"], pause_s=0.01)
    bad = Receiver(*[[b"x"]] * 1_000, pause_s=0.01)
    async with (
        live(tmp_path, exercise=False, agencies=AGENCIES) as one,
        listening(receiver) as port,
        listening(bad) as bad_port,
    ):

        def sbs(name: str, at: int) -> Adapter:
            table = {"kind": "sbs", "address": f"tcp://127.0.0.1:{at}", "silent_after_s": LIMIT_S}
            return build_feed(name, table, clock)

        feeds = {
            "dead": sbs("dead", unused_port()),
            "roof": sbs("roof", port),
            "bad": Adapter("bad", TcpSource("127.0.0.1", bad_port, clock), faulty, clock),
        }
        async with (
            feeding(one, feeds) as running,
            Client(one.address, "agencies/met/systems/desk") as desk,
        ):
            shown: list[Coverage] = []

            async def read() -> None:
                async for message in desk.subscribe():
                    if message.HasField("coverage"):
                        shown.append(message.coverage)  # noqa: PERF401 - looked at meanwhile

            reader = asyncio.create_task(read())
            await until(lambda: running["roof"].stats.accepted == 1, "a position is accepted")
            for name in ("dead", "roof"):
                publisher = f"agencies/surveillance/systems/{name}"
                await until(
                    lambda publisher=publisher: any(  # type: ignore[misc]
                        each.publisher == publisher and each.silent for each in shown
                    ),
                    f"{name} is announced as silent",
                )
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
    assert running["bad"].stats.crashes > 1
    assert running["roof"].stats.crashes == running["dead"].stats.crashes == 0
