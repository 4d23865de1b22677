"""What others ask is answered between reports, within a limit, and cannot end the engine.

The engine's own thread runs, in virtual time. Questions are put while one of them holds the engine,
so that all of them wait together.
"""

import asyncio
import threading
from functools import partial
from pathlib import Path

import pytest

from broker.core.commands import SubmitReports
from broker.core.names import SystemName
from broker.core.restrictions.access import EntryQuestion
from broker.service import engine as module
from broker.service.asking import Answers
from broker.service.engine import QUESTIONS_PER_TURN, Overloaded
from keepclear.client import Client, UnavailableError
from tests.core.tracks.batches import NOW_US, at, batch
from tests.patience import PATIENCE_S
from tests.system.harness import Rig, rig

DESK = "agencies/met/systems/desk"
DRONES = SystemName("met", "drones")


class Held:
    """The engine, in the middle of a question."""

    def __init__(self, one: Rig) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        one.broker.engine.query(self._wait)
        assert self._begun.wait(PATIENCE_S)

    def _wait(self) -> None:
        self._begun.set()
        self._go_on.wait(PATIENCE_S)

    def release(self) -> None:
        self._go_on.set()


async def test_reports_go_between_many_questions(tmp_path: Path) -> None:
    # REQ-LOAD-004
    done: list[str] = []
    async with rig(tmp_path, NOW_US) as one:
        held = Held(one)
        for number in range(5 * QUESTIONS_PER_TURN):
            one.broker.engine.ask(partial(done.append, f"question {number}"))
        reports = SubmitReports(batch(at(0.0), publisher=DRONES), NOW_US)
        one.broker.engine.submit(reports, lambda _: done.append("reports"))
        held.release()
        await one.settle()
    questions = [f"question {number}" for number in range(5 * QUESTIONS_PER_TURN)]
    assert done == [
        *questions[:QUESTIONS_PER_TURN],
        "reports",
        *questions[QUESTIONS_PER_TURN:],
    ]


async def test_whoever_asked_before_the_stop_is_answered(tmp_path: Path) -> None:
    # REQ-LOAD-004: a caller would wait for ever.
    done: list[int] = []
    async with rig(tmp_path, NOW_US) as one:
        held = Held(one)
        for number in range(3 * QUESTIONS_PER_TURN):
            one.broker.engine.ask(partial(done.append, number))
        one.broker.engine.stop()
        held.release()
        await asyncio.to_thread(one.broker.engine.join, PATIENCE_S)
        assert done == list(range(3 * QUESTIONS_PER_TURN))


async def test_beyond_the_limit_whoever_asks_is_told_to_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-LOAD-004: over gRPC, single calls and streams; the broker's own upkeep goes on.
    monkeypatch.setattr(module, "QUESTIONS_WAITING_MAX", 1)
    upkeep: list[str] = []
    async with rig(tmp_path, NOW_US) as one:
        held = Held(one)
        waiting = asyncio.create_task(one.broker.intake.ask(lambda: "answered"))
        await asyncio.sleep(0)  # it is put in its first turn of the loop
        with pytest.raises(Overloaded):
            await one.broker.intake.ask(lambda: None)
        one.broker.engine.query(lambda: upkeep.append("done"))
        async with Client(f"127.0.0.1:{one.grpc_port}", DESK, deadline_s=PATIENCE_S) as client:
            with pytest.raises(UnavailableError, match="overloaded") as single:
                await client.list_alerts()
            with pytest.raises(UnavailableError, match="overloaded") as stream:
                async for _ in client.subscribe():
                    pass
        held.release()
        assert await waiting == "answered"
        await asyncio.to_thread(one.broker.engine.stop)
        await asyncio.to_thread(one.broker.engine.join, PATIENCE_S)
    assert (single.value.retry_after_s, stream.value.retry_after_s) == (1.0, 1.0)
    assert upkeep == ["done"]


async def test_a_question_that_fails_is_handed_back_and_the_next_is_answered(
    tmp_path: Path,
) -> None:
    # REQ-BAD-042
    failed: asyncio.Queue[Exception] = asyncio.Queue()
    async with rig(tmp_path, NOW_US) as one:
        loop = asyncio.get_running_loop()

        def on_failure(error: Exception) -> None:
            loop.call_soon_threadsafe(failed.put_nowait, error)

        def fail() -> None:
            raise ZeroDivisionError("a fault of ours")

        one.broker.intake.query(fail, on_failure)
        assert isinstance(await failed.get(), ZeroDivisionError)
        with pytest.raises(ZeroDivisionError):
            await one.broker.intake.ask(fail)

        def wrong_answer(_: Answers) -> None:
            raise ZeroDivisionError("in the thread beside the engine")

        no_questions: list[EntryQuestion] = []
        one.broker.asking.answer_later(no_questions, "met", wrong_answer, on_failure)
        assert "beside the engine" in str(await failed.get())
        assert await one.broker.intake.ask(lambda: "well") == "well"


async def test_a_fault_in_one_call_ends_that_call_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-BAD-042
    async with rig(tmp_path, NOW_US) as one:

        def fail(*_: object) -> None:
            raise ZeroDivisionError("a fault of ours")

        async with Client(f"127.0.0.1:{one.grpc_port}", DESK, deadline_s=PATIENCE_S) as client:
            with monkeypatch.context() as broken:
                broken.setattr(one.broker.reading, "alerts", fail)
                with pytest.raises(UnavailableError, match="the broker failed"):
                    await client.list_alerts()
            assert await client.list_alerts() == []
        assert one.broker.engine.is_alive()
