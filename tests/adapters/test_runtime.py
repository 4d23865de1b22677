import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import grpc
import pytest

from adapters.clock import VirtualClock
from adapters.model import Adapter, Decoded, Document, Refusal, SourceUnavailable
from adapters.registry import build
from adapters.runtime import BATCH_REPORTS, RunningAdapter, run_adapters
from adapters.stats import AdapterState
from keepclear.client import Client, RefusedError, UnavailableError, report
from keepclear.v1.tracks_pb2 import PublishTracksResponse, TrackReport
from tests.client import fake_broker


class Scripted:
    """Plays documents; an exception in the list ends that reading with it."""

    where = "scripted"

    def __init__(self, *steps: bytes | Exception) -> None:
        self.steps = list(steps)

    async def documents(self) -> AsyncGenerator[Document, None]:
        while self.steps:
            step = self.steps.pop(0)
            if isinstance(step, Exception):
                raise step
            yield Document(step, 1_000_000)
        await asyncio.Event().wait()


class Broker:
    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.batches: list[list[TrackReport]] = []
        self.calls = 0

    async def publish(self, reports: list[TrackReport]) -> PublishTracksResponse:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(reports)
        answer = PublishTracksResponse(accepted_count=len(reports) - 1)
        answer.refusals.add(field="reports[0].latitude_deg", reason="no")
        return answer


def decode(document: Document) -> Decoded:
    if document.data == b"bug":
        raise ZeroDivisionError
    reports = tuple(
        report(name, latitude_deg=51.0, longitude_deg=0.1, time_of_validity_us=1_000_000)
        for name in document.data.decode().split()
    )
    return Decoded(reports, (Refusal("x", "bad"),), (Refusal("y", "unread"),))


def started(source: Scripted, broker: Broker, clock: VirtualClock) -> RunningAdapter:
    return RunningAdapter(Adapter("test", source, decode, clock), broker)


async def play(running: RunningAdapter, clock: VirtualClock, seconds: float) -> None:
    """Run for so long on the virtual clock, letting everything ready happen at each step."""
    task = asyncio.create_task(running.run())
    for _ in range(round(seconds / 0.05)):
        for _ in range(5):
            await asyncio.sleep(0)
        await clock.advance_s(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_reports_go_out_within_a_quarter_of_a_second_and_all_is_counted() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    running = started(Scripted(b"a b", b"c"), broker, clock)
    await play(running, clock, 0.4)
    assert [[each.source_track_id for each in batch] for batch in broker.batches] == [
        ["a", "b", "c"]
    ]
    stats = running.stats
    assert (stats.documents, stats.input_bytes, stats.reports, stats.accepted) == (2, 4, 3, 2)
    assert (stats.refused, stats.unread) == ({"bad": 2}, {"unread": 2})
    assert stats.refused_by_broker == {"latitude_deg": 1}
    assert stats.last_input_us == 1_000_000
    assert stats.last_output_us == 1_250_000
    assert stats.state is AdapterState.RUNNING


async def test_a_full_batch_does_not_wait_and_none_is_larger() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    names = " ".join(f"t{number}" for number in range(BATCH_REPORTS + 20))
    await play(started(Scripted(names.encode()), broker, clock), clock, 0.1)
    assert [len(batch) for batch in broker.batches] == [BATCH_REPORTS, 20]


async def test_a_source_that_fails_is_read_again_after_a_wait() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    away = SourceUnavailable("away")
    running = started(Scripted(away, away, b"a"), broker, clock)
    await play(running, clock, 0.1)
    assert (running.stats.state, running.stats.source_error) == (AdapterState.WAITING, "away")
    running = started(Scripted(away, away, b"a"), broker, clock)
    await play(running, clock, 2.0)
    assert running.stats.source_failures == 2
    assert running.stats.source_error == ""
    assert len([batch for batch in broker.batches if batch]) == 1


async def test_a_bug_in_a_decoder_is_survived_and_counted() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    running = started(Scripted(b"bug", b"a"), broker, clock)
    await play(running, clock, 2.0)
    assert running.stats.crashes == 1
    assert broker.batches[0][0].source_track_id == "a"


async def test_one_adapter_that_fails_does_not_stop_another() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    bad = started(Scripted(*[ValueError("bug")] * 50), broker, clock)
    good = started(Scripted(b"a"), broker, clock)
    everything = asyncio.create_task(run_adapters([bad, good]))
    for _ in range(20):
        await clock.advance_s(0.1)
        await asyncio.sleep(0)
    assert not everything.done()
    everything.cancel()
    await asyncio.gather(everything, return_exceptions=True)
    assert bad.stats.crashes >= 2
    assert good.stats.accepted == 0  # the broker refused the only one, by script
    assert good.stats.last_output_us is not None


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("away", "wait", retry_after_s=2.0),
        UnavailableError("away", "wait"),
        RefusedError(grpc.StatusCode.PERMISSION_DENIED, "no"),
    ],
)
async def test_what_could_not_be_published_is_sent_when_the_broker_is_back(
    error: Exception,
) -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    broker.failures = [error]
    running = started(Scripted(b"a b"), broker, clock)
    await play(running, clock, 4.0)
    assert [len(batch) for batch in broker.batches if batch] == [2]
    assert running.stats.publish_failures == 1
    assert running.stats.broker_error == ""


async def test_the_delay_a_broker_asks_for_is_kept() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    broker.failures = [UnavailableError("busy", "wait", retry_after_s=30.0)]
    running = started(Scripted(b"a"), broker, clock)
    await play(running, clock, 10.0)
    assert broker.calls == 1


async def test_a_bug_while_sending_does_not_end_the_sending() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    broker.failures = [ZeroDivisionError()]
    pause = SourceUnavailable("pause")
    running = started(Scripted(b"a", pause, pause, b"b"), broker, clock)
    await play(running, clock, 3.0)
    assert running.stats.crashes == 1
    assert [batch[0].source_track_id for batch in broker.batches if batch] == ["b"]


def recording(path: Path) -> None:
    """Ten seconds, one aircraft moving every second, another that is heard only once."""
    lines = []
    for second in range(10):
        moving = {"hex": "4009d1", "lat": 51.5 + second / 1000, "lon": -0.1, "seen_pos": 0.0}
        once = {"hex": "4009d2", "lat": 51.6, "lon": -0.2, "seen_pos": float(second)}
        lines.append(json.dumps({"now": 1_700_000_000.0 + second, "aircraft": [moving, once]}))
    path.write_text("\n".join(lines))


async def test_a_recording_is_published_whole_through_the_real_client(tmp_path: Path) -> None:
    recording(tmp_path / "flight.jsonl")
    script = fake_broker.Script()
    server, port = await fake_broker.start(script)
    async with Client(f"127.0.0.1:{port}", "agencies/adsb/systems/receiver") as client:
        adapter = build(f"readsb={tmp_path / 'flight.jsonl'}", VirtualClock())
        running = RunningAdapter(adapter, client)
        await run_adapters([running])
    await server.stop(grace=None)
    assert running.stats.state is AdapterState.ENDED
    assert (running.stats.accepted, running.stats.repeated) == (11, 9)
    times_us = [batch.reports[0].time_of_validity_us for batch in script.batches]
    assert times_us == [1_700_000_000_000_000 + second * 1_000_000 for second in range(10)]
    assert running.stats.line(adapter.clock.now_us()).endswith("11 accepted, 0 refused")


async def test_a_feed_that_hears_nothing_to_report_says_so_until_its_limit_is_near() -> None:
    # REQ-ADAPT-002: the broker calls a publisher silent after ten seconds without a batch, so the
    # last batch of a feed must leave ten seconds before the feed's own limit.
    clock, broker = VirtualClock(1_000_000), Broker()
    running = started(Scripted(b""), broker, clock)
    await play(running, clock, 5.0)
    assert [len(batch) for batch in broker.batches] == [0, 0]
    clock, broker = VirtualClock(1_000_000), Broker()
    running = started(Scripted(b""), broker, clock)
    await play(running, clock, 30.0)
    assert len(broker.batches) == 4  # at 0.25, 3.25, 6.25 and 9.25 s, of a limit of 20 s
    assert running.stats.silent(clock.now_us())


async def test_a_feed_that_never_hears_announces_itself_once() -> None:
    clock, broker = VirtualClock(1_000_000), Broker()
    running = started(Scripted(), broker, clock)
    await play(running, clock, 15.0)
    assert [len(batch) for batch in broker.batches] == [0]
    assert not running.stats.silent(clock.now_us())
    await clock.advance_s(10.0)
    assert running.stats.silent(clock.now_us())
