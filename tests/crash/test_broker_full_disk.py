"""A disk that takes no more: requests are refused with the reason, positions and alerts go on."""

import asyncio
import signal
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from broker.journal import snapshots, writer
from broker.journal.errors import JournalUnavailable
from broker.journal.log import Journal
from keepclear.client import Client, UnavailableError
from tests.ports import unused_port
from tests.system.history import History, Numbers
from tests.system.live import at_work, live, until
from tests.system.processes import lives
from tests.system.traffic import crowd, keep_clear, meeting, now_us

pytestmark = pytest.mark.system

SYSTEM = "agencies/met/systems/drones"
# The kernel's own limit on file size stands in for a full disk; SIGUSR1 lifts it.
FULL_AT = """
import resource, signal
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
signal.signal(signal.SIGUSR2, lambda *_: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard)))
signal.signal(signal.SIGUSR1, lambda *_: resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard)))
"""


async def follow(client: Client, history: History) -> None:
    async for message in client.follow():
        history.take(message)


class Disk:
    """The log's connections and folder, with a switch."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        real_write, real_open = writer.SegmentWriter.write, Journal.open
        real_snapshot = snapshots.write

        def write(own: Any, *arguments: Any, **named: Any) -> Any:
            if self.is_full:
                raise sqlite3.OperationalError("database or disk is full")
            return real_write(own, *arguments, **named)

        def reopened(*arguments: Any, **named: Any) -> Any:
            if self.is_full:
                raise JournalUnavailable("cannot open the log: attempt to write a readonly file")
            return real_open(*arguments, **named)

        def snapshot(*arguments: Any, **named: Any) -> Any:
            if self.is_full:
                raise JournalUnavailable("no space left on device")
            return real_snapshot(*arguments, **named)

        monkeypatch.setattr(writer.SegmentWriter, "write", write)
        monkeypatch.setattr(Journal, "open", reopened)
        monkeypatch.setattr(snapshots, "write", snapshot)


async def test_positions_and_alerts_go_on_and_requests_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-DUR-013
    disk = Disk(monkeypatch)
    numbers = Numbers()
    history = History(numbers)
    async with live(tmp_path) as one, Client(one.address, SYSTEM) as client:

        async def read() -> None:
            await follow(client, history)

        async def publish() -> None:
            while True:
                await client.publish(meeting(0, now_us()) + crowd(5, now_us()))
                await asyncio.sleep(0.1)

        async with at_work(read, publish):
            await client.create_restriction(keep_clear("before"))
            await until(lambda: history.number > 5, "news")
            first_epoch = history.epoch
            disk.is_full = True
            with pytest.raises(UnavailableError, match=r"log cannot be written.*disk is full"):
                await client.create_restriction(keep_clear("while-full"))
            await until(lambda: "log-unavailable" in history.notices, "the notice")
            assert history.epoch != first_epoch
            assert history.snapshots[-1].startswith("new epoch")
            alerts = history.alert_messages
            await until(lambda: history.alert_messages > alerts, "alerts meanwhile")
            number = history.number
            await until(lambda: history.number > number + 3, "positions meanwhile")
            late = History(Numbers())
            async for message in client.subscribe():
                late.take(message)
                if message.WhichOneof("kind") == "snapshot_begin":
                    codes = set[str]()
                elif message.WhichOneof("kind") == "notice":
                    codes.add(message.notice.code)
                elif message.WhichOneof("kind") == "snapshot_end":
                    break
            assert "log-unavailable" in codes, "who comes now is told too"
            disk.is_full = False
            await until(lambda: "log-restored" in history.notices, "the return")
            await client.create_restriction(keep_clear("after"))
            restored_epoch = history.epoch
            await until(lambda: "agencies/met/restrictions/after" in history.restrictions, "after")
            assert history.epoch == restored_epoch
    async with live(tmp_path) as again, Client(again.address, SYSTEM) as client:
        kept = {one.title for one in await client.list_restrictions()}
        assert kept == {"Keep clear before", "Keep clear after"}
        resumed = [message async for message in first_messages(client, history.token)]
    kind = resumed[0].WhichOneof("kind")
    assert kind != "snapshot_begin", "the new epoch goes on over an orderly restart"
    assert resumed[0].header.epoch == restored_epoch


async def first_messages(client: Client, token: bytes) -> Any:
    async for message in client.subscribe(resume_token=token):
        yield message
        return


async def test_two_full_disks_never_use_one_epoch_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-FEED-012: the epoch of a life without a log cannot be written down, and is never reused.
    disk = Disk(monkeypatch)
    epochs: list[str] = []
    for _ in range(2):
        disk.is_full = False
        history = History(Numbers())
        async with live(tmp_path) as one, Client(one.address, SYSTEM) as client:

            async def read(client: Client = client, history: History = history) -> None:
                await follow(client, history)

            async with at_work(read):
                await until(lambda: bool(history.snapshots), "a first snapshot")  # noqa: B023
                written = history.epoch
                disk.is_full = True
                # Not just another snapshot: on a busy machine a reader may have to begin again.
                await until(lambda: history.epoch != written, "a new epoch")  # noqa: B023
                epochs.append(history.epoch)
    assert len(set(epochs)) == 2


@pytest.mark.slow
async def test_the_kernel_refuses_and_gives_way_again(tmp_path: Path) -> None:
    # REQ-DUR-013, with a process and the kernel's limit.
    port = unused_port()
    history = History(Numbers())
    with lives(tmp_path, "--grpc-port", str(port)) as broker:
        process = (await asyncio.to_thread(lambda: broker.start(code=FULL_AT))).process
        async with Client(f"127.0.0.1:{port}", SYSTEM) as client:

            async def read() -> None:
                await follow(client, history)

            async def publish() -> None:
                while True:
                    with suppress(UnavailableError):  # killed at the end
                        await client.publish(crowd(300, now_us()))
                    await asyncio.sleep(0.05)

            async with at_work(read, publish):
                await client.create_restriction(keep_clear("before"))
                # Who subscribes while it is full is told by a snapshot, and hears no news of it.
                await until(
                    lambda: "agencies/met/restrictions/before" in history.restrictions, "a picture"
                )
                process.send_signal(signal.SIGUSR2)
                await until(lambda: "log-unavailable" in history.notices, "a full disk")
                with pytest.raises(UnavailableError, match="log cannot be written"):
                    await client.create_restriction(keep_clear("while-full"))
                number = history.number
                await until(lambda: history.number > number + 5, "positions meanwhile")
                process.send_signal(signal.SIGUSR1)
                await until(lambda: "log-restored" in history.notices, "the return")
                await client.create_restriction(keep_clear("after"))
                process.kill()
                process.wait()
                await asyncio.to_thread(broker.start)
                await until(
                    lambda: (
                        history.restrictions.keys()
                        == {f"agencies/met/restrictions/{name}" for name in ("before", "after")}
                    ),
                    "the same state after a kill",
                )
