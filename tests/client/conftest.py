"""A fake broker for each test, and a client of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import grpc.aio
import pytest

from keepclear.client import Client
from tests.client import fake_broker
from tests.ports import unused_port

SYSTEM = "agencies/police/systems/fleet"


@dataclass
class Running:
    script: fake_broker.Script
    server: grpc.aio.Server
    port: int
    client: Client

    async def stop(self) -> None:
        await self.server.stop(grace=None)

    async def start_again(self) -> None:
        self.server, _ = await fake_broker.start(self.script, self.port)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    script = fake_broker.Script()
    server, port = await fake_broker.start(script, unused_port())
    async with Client(f"127.0.0.1:{port}", SYSTEM) as client:
        made = Running(script, server, port, client)
        yield made
    await made.stop()


async def until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; the test's own time limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - counters of the fake have no event
        await asyncio.sleep(0.01)
