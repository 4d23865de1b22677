"""`kill -9` of a whole broker at random moments, with partners connected over gRPC all the time."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keepclear.client import Client, KeepclearError, RefusedError, UnavailableError
from keepclear.client.errors import Gap
from tests.conftest import unused_port
from tests.system.history import History, Numbers
from tests.system.processes import Lives, lives
from tests.system.traffic import crowd, keep_clear, meeting, now_us

pytestmark = pytest.mark.system

SEED = 5
KILLS = 5
LIFE_S = (0.3, 3.0)
SETTLE_WITHIN_S = 20.0


@dataclass
class Partner:
    """A partner agency that lives through every restart: publishes, requests, and reads."""

    address: str
    system: str
    history: History
    gaps: list[Gap] = field(default_factory=list)
    created: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    accepted: int = 0

    @property
    def agency(self) -> str:
        return self.system.split("/")[1]

    async def publish(self) -> None:
        async with Client(self.address, self.system) as client:
            while True:
                time_us = now_us()
                reports = meeting(0, time_us) + meeting(1, time_us) + crowd(30, time_us)
                with suppress(KeepclearError):
                    answer = await client.publish(reports)
                    self.accepted += answer.accepted_count
                await asyncio.sleep(0.1)

    async def request(self) -> None:
        """Create and withdraw without end; an answer makes it a promise."""
        number = 0
        async with Client(self.address, self.system, deadline_s=2.0) as client:
            while True:
                number += 1
                name = f"agencies/{self.agency}/restrictions/r{number}"
                if await self._asked(client.create_restriction(keep_clear(f"r{number}", self.agency)), name):
                    self.created.add(name)
                if number % 3 == 0 and await self._asked(client.withdraw_restriction(name), name):
                    self.withdrawn.add(name)
                await asyncio.sleep(0.03)

    async def _asked(self, call: object, name: str) -> bool:
        try:
            await call  # type: ignore[misc]
        except BaseException as error:
            self.unsure.add(name)
            if isinstance(error, UnavailableError | RefusedError):
                return False
            raise
        return True

    async def read(self) -> None:
        async with Client(self.address, self.system) as client:
            async for message in client.follow(on_gap=self.gaps.append):
                self.history.take(message)


@asynccontextmanager
async def at_work(*work: Callable[[], object]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one()) for one in work]  # type: ignore[arg-type]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(condition: Callable[[], bool], what: str) -> None:
    """Return once it holds."""
    for _ in range(int(SETTLE_WITHIN_S / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never happened: {what}")


async def shown_now(address: str, system: str) -> History:
    """What a late joiner is shown."""
    history = History(Numbers())
    async with Client(address, system) as client:
        async for message in client.subscribe():
            history.take(message)
            if message.WhichOneof("kind") == "snapshot_end":
                break
    return history


async def restart(broker: Lives, life_s: float) -> float:
    await asyncio.sleep(life_s)
    assert broker.now is not None
    broker.now.kill()
    return (await asyncio.to_thread(broker.start)).started_in_s


@pytest.mark.slow
async def test_nothing_acknowledged_is_lost_and_no_reader_sees_a_gap(tmp_path: Path) -> None:
    # REQ-DUR-010: no acknowledged command lost. REQ-FEED-010: numbers go on, none used twice.
    # REQ-ALERT-010: no alert raised again under another id.
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    port = unused_port()
    address = f"127.0.0.1:{port}"
    numbers = Numbers()
    met = Partner(address, "agencies/met/systems/drones", History(numbers))
    desk = Partner(address, "agencies/met/systems/desk", History(numbers))
    lfb = Partner(address, "agencies/lfb/systems/drones", History(numbers))
    with lives(tmp_path, "--grpc-port", str(port)) as broker:
        await asyncio.to_thread(broker.start)
        async with at_work(met.publish, met.request, met.read, desk.read, lfb.request, lfb.read):
            await until(lambda: len(met.history.alerts) >= 1, "a first alert")
            took_s = [await restart(broker, chance.uniform(*LIFE_S)) for _ in range(KILLS)]
            at_restart = met.history.messages
            await until(lambda: met.history.messages > at_restart + 20, "news after the last kill")
        first = await shown_now(address, met.system)
    print(f"restarts took {[round(one, 2) for one in took_s]} s, {numbers.repeats} messages compared")
    for partner in (met, desk, lfb):
        assert partner.gaps == []
        assert partner.history.snapshots == ["first subscription"]
    assert len({epoch for epoch, _, _ in numbers.shown}) == 1, "kill -9 loses nothing"
    for partner in (met, lfb):
        kept = partner.created - partner.withdrawn - partner.unsure
        assert len(kept) > 20
        assert kept <= set(first.restrictions)
        assert not (partner.withdrawn - partner.unsure) & set(first.restrictions)
    # An encounter is one alert however often the broker dies: each pair has at most one at a time.
    assert len(met.history.alerts) <= 2
    assert set(met.history.alerts) <= set(met.history.alert_ids)
    assert set(met.history.alert_ids) == set(desk.history.alert_ids)
