"""The sources against a real web server and real files."""

import asyncio
import json
import logging
import os
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.adsb.report import Reporter
from adapters.clock import RealClock
from adapters.model import Adapter, Document, SourceUnavailable
from adapters.readsb.report import decoder
from adapters.readsb.source import written_at
from adapters.runtime import RunningAdapter
from adapters.sources.polled import FileSource, HttpSource, Polling
from keepclear.v1.tracks_pb2 import PublishTracksResponse, TrackReport
from tests.client.conftest import until
from tests.ports import unused_port

POLL_S = 0.01
POLLING = Polling(POLL_S, 1_000_000, written_at)


def document(now_s: float) -> bytes:
    return json.dumps({"now": now_s, "aircraft": []}).encode()


class Web:
    """A web server whose next answers the test decides."""

    def __init__(self, port: int | None = None) -> None:
        self.status = 200
        self.body = document(1.0)
        self.etag = ""
        self.cut_at: int | None = None
        self.statuses: list[int] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port or unused_port()), Handler)
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        unchanged = self.etag and handler.headers.get("If-None-Match") == self.etag
        status = 304 if unchanged else self.status
        self.statuses.append(status)
        handler.send_response(status)
        if self.etag:
            handler.send_header("ETag", self.etag)
        if status == 200:
            handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        if status == 200:
            handler.wfile.write(self.body[: self.cut_at])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/data/aircraft.json"

    def stop(self) -> None:
        if not self.thread.is_alive():
            return
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.stop()


async def first(documents: AsyncGenerator[Document, None]) -> Document:
    async with aclosing(documents):
        return await anext(documents)


async def test_each_new_document_comes_once_with_its_time(web: Web) -> None:
    clock = RealClock()
    before_us = clock.now_us()
    async with aclosing(HttpSource(web.url, clock, POLLING).documents()) as documents:
        got = await anext(documents)
        assert before_us <= got.received_us <= clock.now_us()
        waiting = asyncio.ensure_future(anext(documents))
        await until(lambda: len(web.statuses) >= 4)
        assert not waiting.done()
        web.body = document(2.0)
        assert (await waiting).data == document(2.0)


async def test_an_unchanged_document_is_not_transferred_again(web: Web) -> None:
    web.etag = '"v1"'
    async with aclosing(HttpSource(web.url, RealClock(), POLLING).documents()) as documents:
        await anext(documents)
        waiting = asyncio.ensure_future(anext(documents))
        await until(lambda: 304 in web.statuses)
        web.etag, web.body = '"v2"', document(2.0)
        assert (await waiting).data == document(2.0)


@pytest.mark.parametrize("status", [500, 404, 302, 204])
async def test_any_other_answer_is_unavailable(web: Web, status: int) -> None:
    web.status = status
    with pytest.raises(SourceUnavailable, match=f"HTTP {status}"):
        await first(HttpSource(web.url, RealClock(), POLLING).documents())


@pytest.mark.parametrize("cut_at", [0, 1, 20])
async def test_half_an_answer_is_unavailable_not_half_a_picture(web: Web, cut_at: int) -> None:
    web.cut_at = cut_at
    with pytest.raises(SourceUnavailable, match="RemoteProtocolError"):
        await first(HttpSource(web.url, RealClock(), POLLING).documents())


async def test_too_large_an_answer_is_not_read_to_its_end(web: Web) -> None:
    web.body = b" " * 2_000_000
    with pytest.raises(SourceUnavailable, match="over 1000 bytes"):
        await first(HttpSource(web.url, RealClock(), Polling(POLL_S, 1_000)).documents())


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/a", "http://"])
async def test_no_server_or_no_address_is_unavailable(url: str, free_port: int) -> None:
    with pytest.raises(SourceUnavailable):
        await first(HttpSource(url.format(port=free_port), RealClock(), POLLING).documents())


def test_passwords_do_not_reach_people_or_logs() -> None:
    source = HttpSource("http://user:secret@host:81/a.json?token=secret", RealClock(), POLLING)
    assert source.where == "http://host:81/a.json"


async def test_a_key_in_the_address_is_in_no_log(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    # REQ-ADAPT-005, whatever a process does with the logs of its libraries.
    caplog.set_level(logging.INFO)
    url = web.url.replace("http://", "http://user:s3cret@") + "?key=s3cret"
    await first(HttpSource(url, RealClock(), POLLING).documents())
    web.status = 500
    with pytest.raises(SourceUnavailable) as failure:
        await first(HttpSource(url, RealClock(), POLLING).documents())
    assert "s3cret" not in caplog.text
    assert "s3cret" not in str(failure.value)


class NoBroker:
    async def publish(self, reports: list[TrackReport]) -> PublishTracksResponse:
        assert not reports
        return PublishTracksResponse()


async def test_an_adapter_comes_back_with_its_server(web: Web) -> None:
    clock = RealClock()
    adapter = Adapter("test", HttpSource(web.url, clock, POLLING), decoder(Reporter()), clock)
    running = RunningAdapter(adapter, NoBroker())
    task = asyncio.create_task(running.run())
    await until(lambda: running.stats.documents == 1)
    web.stop()
    await until(lambda: running.stats.source_failures >= 2)
    back = Web(web.port)
    back.body = document(2.0)
    try:
        await until(lambda: running.stats.documents == 2)
        back.status = 500
        await until(lambda: "HTTP 500" in running.stats.source_error)
        back.status, back.body = 200, document(3.0)
        await until(lambda: running.stats.documents == 3)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        back.stop()
    assert running.stats.crashes == 0


async def test_a_file_is_read_whenever_it_is_replaced(tmp_path: Path) -> None:
    path, fresh = tmp_path / "aircraft.json", tmp_path / "new"
    path.write_bytes(document(1.0))
    async with aclosing(FileSource(path, RealClock(), POLLING).documents()) as documents:
        assert (await anext(documents)).data == document(1.0)
        waiting = asyncio.ensure_future(anext(documents))
        os.utime(path)  # touched, the same `now`: nothing new
        await asyncio.sleep(5 * POLL_S)
        assert not waiting.done()
        fresh.write_bytes(document(2.0))
        fresh.replace(path)
        assert (await waiting).data == document(2.0)


async def test_a_missing_file_is_unavailable_until_it_comes(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "aircraft.json", RealClock(), POLLING)
    with pytest.raises(SourceUnavailable, match="No such file"):
        await first(source.documents())
    (tmp_path / "aircraft.json").write_bytes(document(1.0))
    assert (await first(source.documents())).data == document(1.0)
