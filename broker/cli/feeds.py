"""Outside feeds that a broker's own process runs beside it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from adapters.metrics import FeedMetrics
from adapters.registerbook import keep_renewed
from adapters.registry import UnknownAdapter, build_feed, split
from adapters.runtime import RunningAdapter, run_adapters
from broker.cli.credentials import new_client
from broker.cli.following import BrokerTime, PacedClock, RecordedClock
from broker.cli.problems import Problem
from broker.cli.running import Running
from broker.service.clock import Clock
from broker.service.settings import Settings
from keepclear.client import Client

ADAPTER_SYSTEM: Final = "agencies/{agency}/systems/{adapter}"


def wanted_feeds(settings: Settings, options: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The feeds of the configuration and of `--adapter`, by name; raises Problem."""
    feeds = dict(settings.feeds)
    try:
        for number, option in enumerate(options, start=1):
            kind, address = split(option)
            feeds[f"{kind}-{number}"] = {"kind": kind, "address": address}
    except UnknownAdapter as error:
        raise Problem(str(error)) from error
    return feeds


@asynccontextmanager
async def adapters_running(
    running: Running, wanted: Sequence[str], agency: str, clock: Clock
) -> AsyncIterator[list[RunningAdapter]]:
    """The feeds, each a supervised task and a client of the public contract like any other."""
    clients: list[Client] = []
    at_work: list[tuple[str, RunningAdapter]] = []
    books: list[Coroutine[None, None, None]] = []
    for name, table in wanted_feeds(running.settings, wanted).items():
        system = ADAPTER_SYSTEM.format(agency=table.get("agency") or agency, adapter=name)
        paced = PacedClock(clock) if isinstance(clock, RecordedClock) else None
        try:
            adapter = build_feed(name, table, BrokerTime(clock), paced)
        except UnknownAdapter as error:
            raise Problem(str(error)) from error
        client = await new_client(running.grpc_address, system).__aenter__()
        clients.append(client)
        at_work.append((name, RunningAdapter(adapter, client)))
        if adapter.book is not None:
            books.append(keep_renewed(adapter.book, client))
        if adapter.upkeep is not None:
            books.append(adapter.upkeep.keep_read())
    running.broker.metrics.registry.register(FeedMetrics(at_work, BrokerTime(clock)))
    adapters = [one for _, one in at_work]
    tasks = [
        asyncio.create_task(run_adapters(adapters)),
        *(asyncio.create_task(one) for one in books),
    ]
    try:
        yield adapters
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        for client in clients:
            await client.__aexit__(None, None, None)
