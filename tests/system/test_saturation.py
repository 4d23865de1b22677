"""Too much at once: what is shed, in which order, and who is told."""

import asyncio
import threading
from pathlib import Path

import pytest

from broker.service import engine
from keepclear.client import Client, UnavailableError
from tests.patience import PATIENCE_S
from tests.system.history import History, Numbers
from tests.system.live import Live, at_work, live, until
from tests.system.traffic import crowd, keep_clear, meeting, now_us

pytestmark = pytest.mark.system

MET = "agencies/met/systems/drones"


class Stall:
    """Holds the engine thread until it is let go."""

    def __init__(self, one: Live) -> None:
        self._go = threading.Event()
        self._held = threading.Event()
        one.broker.engine.query(self._wait)
        assert self._held.wait(PATIENCE_S)

    def _wait(self) -> None:
        self._held.set()
        self._go.wait(PATIENCE_S)

    def end(self) -> None:
        self._go.set()


async def test_credit_then_display_then_positions_and_requests_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-LOAD-001: the order of shedding. REQ-LOAD-002: each step is told and counted.
    monkeypatch.setattr(engine, "REPORTS_WAITING_MAX", 4_000)
    monkeypatch.setattr(engine, "COMMANDS_WAITING_MAX", 30)
    monkeypatch.setattr(engine, "MICRO_BATCH_REPORTS_MAX", 400)
    history = History(Numbers())
    async with (
        live(tmp_path) as one,
        Client(one.address, MET, max_batches_in_flight=32) as client,
        Client(one.address, "agencies/las/systems/drones", max_batches_in_flight=32) as other,
    ):

        async def read() -> None:
            async with Client(one.address, "agencies/lfb/systems/desk") as reader:
                async for message in reader.follow():
                    history.take(message)

        async with at_work(read):
            # What it is told of the load is told once.
            await until(lambda: bool(history.snapshots), "the reader is attached")
            calm = await client.publish(crowd(400, now_us()))
            assert calm.credit > 20, "an idle broker gives credit"
            stall = Stall(one)
            waiting = [
                asyncio.create_task(client.publish(crowd(400, now_us() + number)))
                for number in range(10)
            ]
            await until(lambda: one.broker.intake.room == 0, "a full queue")
            with pytest.raises(UnavailableError, match="overloaded"):
                await other.publish(meeting(0, now_us()))
            assert one.metric("overloads_total") == 1
            request = asyncio.create_task(client.create_restriction(keep_clear("safety")))
            await asyncio.sleep(0.2)
            stall.end()
            await request
            answers = await asyncio.gather(*waiting)
            assert sum(answer.accepted_count for answer in answers) == 4_000, "all that was taken"
            assert min(answer.credit for answer in answers) < calm.credit
            await until(lambda: "display-shed" in history.notices, "readers are told")
            await until(lambda: "display-restored" in history.notices, "and told when it is over")
            await until(lambda: bool(history.restrictions), "the request went through")
            again = await client.publish(crowd(400, now_us()))
            assert again.credit > 20


async def test_places_are_kept_for_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-LOAD-003
    monkeypatch.setattr(engine, "COMMANDS_WAITING_MAX", 5)
    async with live(tmp_path) as one, Client(one.address, MET, max_batches_in_flight=32) as client:
        await client.publish(crowd(1, now_us()))
        stall = Stall(one)
        small = [
            asyncio.create_task(client.publish(crowd(1, now_us() + number))) for number in range(5)
        ]
        await until(lambda: len(one.broker.engine._commands) >= 5, "every place taken")
        request = asyncio.create_task(client.create_restriction(keep_clear("safety")))
        await asyncio.sleep(0.2)
        assert not request.done(), "waiting, not refused"
        stall.end()
        await request
        await asyncio.gather(*small)
