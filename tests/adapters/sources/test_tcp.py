"""TCP against real sockets: pieces, reconnects, silence; and whole feeds into a broker's hands."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from adapters.clock import RealClock
from adapters.model import Document, SourceUnavailable
from adapters.registry import build_feed
from adapters.runtime import RunningAdapter
from adapters.sources.tcp import TcpSource
from keepclear.client import Backoff
from keepclear.v1.tracks_pb2 import PublishTracksResponse, TrackReport
from sim.radio import squitters as sent
from tests.client.conftest import until

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Broker:
    def __init__(self) -> None:
        self.reports: list[TrackReport] = []

    async def publish(self, reports: list[TrackReport]) -> PublishTracksResponse:
        self.reports += reports
        return PublishTracksResponse(accepted_count=len(reports))


class Receiver:
    """A receiver that sends each client the next of its scripts, and hangs up after it."""

    def __init__(self, *scripts: list[bytes], pause_s: float = 0.0) -> None:
        self.scripts = list(scripts)
        self.connections = 0
        self._pause_s = pause_s

    async def __call__(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for piece in self.scripts.pop(0) if self.scripts else []:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(self._pause_s)
        writer.close()


@asynccontextmanager
async def listening(receiver: Serve) -> AsyncIterator[int]:
    server = await asyncio.start_server(receiver, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def read(
    source: TcpSource, on_each: Callable[[], None] = lambda: None
) -> tuple[list[Document], str]:
    """What came before the end, and why it ended."""
    found: list[Document] = []
    try:
        async for document in source.documents():
            found.append(document)
            on_each()
    except SourceUnavailable as ended:
        return found, str(ended)
    pytest.fail("a stream does not end by itself")


async def test_only_the_first_piece_of_a_connection_opens_it() -> None:
    first_is_read = asyncio.Event()

    async def two_pieces(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"one")
        await first_is_read.wait()  # or both may come as one piece
        writer.write(b"two")
        writer.close()

    async with listening(two_pieces) as port:
        found, why = await read(TcpSource("127.0.0.1", port, RealClock()), first_is_read.set)
    assert [(each.data, each.opens) for each in found] == [(b"one", True), (b"two", False)]
    assert why == f"tcp://127.0.0.1:{port}: closed by the other side"


async def test_a_link_that_says_nothing_is_given_up() -> None:
    async with listening(Receiver([b"one", b"never"], pause_s=5.0)) as port:
        _, why = await read(TcpSource("127.0.0.1", port, RealClock(), idle_limit_s=0.05))
    assert why.endswith("nothing for 0.05 s")


async def test_nobody_listening_is_unavailable(free_port: int) -> None:
    _, why = await read(TcpSource("127.0.0.1", free_port, RealClock()))
    assert why.endswith("Connection refused")


def beast_pieces() -> list[bytes]:
    """A helicopter's velocity and two pairs of half positions, cut where it hurts."""
    messages = [
        sent.velocity("4009d1", 60, 80, 0),
        *(sent.position("4009d1", 51.5, -0.1, odd=odd) for odd in (False, True, False, True)),
    ]
    stream = b"".join(
        sent.beast(data, 12_000_000 + place * 3_000_000) for place, data in enumerate(messages)
    )
    return [stream[:30], stream[30:31], stream[31:]]


def sbs_pieces() -> list[bytes]:
    line = b"MSG,3,1,1,4009D1,1,,,,,,1000,,,51.5,-0.1,,,,,,0\r\n"
    return [line[:10], line[10:]]


@pytest.mark.parametrize(("kind", "pieces"), [("beast", beast_pieces()), ("sbs", sbs_pieces())])
async def test_a_feed_over_a_real_socket_survives_a_cut_and_comes_back(
    kind: str, pieces: list[bytes]
) -> None:
    # REQ-ADAPT-001: a feed that is cut in the middle of a message comes back by itself.
    receiver = Receiver(pieces[:1], pieces, pause_s=0.01)
    broker = Broker()
    async with listening(receiver) as port:
        table = {"kind": kind, "address": f"tcp://127.0.0.1:{port}"}
        adapter = build_feed("roof", table, RealClock())
        running = RunningAdapter(adapter, broker, source_backoff=Backoff(0.01, 0.05))
        task = asyncio.create_task(running.run())
        try:
            await until(lambda: bool(broker.reports))
            await until(lambda: receiver.connections >= 3)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    assert broker.reports[0].source_track_id == "4009d1"
    assert abs(broker.reports[0].latitude_deg - 51.5) < 1e-4
    assert running.stats.crashes == 0
    assert running.stats.source_failures >= 2
    assert not running.stats.refused
