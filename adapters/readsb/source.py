"""Where aircraft.json comes from: a web server, a file that is replaced, or a recording."""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import httpx

from adapters.clock import Clock
from adapters.model import Document, Recorded, SourceUnavailable
from adapters.readsb.decode import MAX_DOCUMENT_BYTES, file_time_us

POLL_S = 1.0  # receivers write once a second
FILE_POLL_S = 0.25
HTTP_TIMEOUT_S = 5.0
MAX_RECORDED_DOCUMENTS = 1_000_000
RECORDING_SUFFIXES = frozenset({".jsonl", ".ndjson"})

_NOW = re.compile(rb'"now"\s*:\s*([0-9.eE+]{1,32})')
NOW_WITHIN_BYTES = 200  # `now` is the first field


class _Repeats:
    """Tells whether a document is the last one again: by its `now`, else byte by byte."""

    def __init__(self) -> None:
        self._last: bytes | None = None

    def is_new(self, data: bytes) -> bool:
        found = _NOW.search(data[:NOW_WITHIN_BYTES])
        mark = found.group(1) if found else data
        new = mark != self._last
        self._last = mark
        return new


class HttpSource:
    """Polls a URL about once a second; unchanged documents are not even transferred (ETag).

    Raises httpx.InvalidURL for what is not a URL.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        poll_s: float = POLL_S,
        timeout_s: float = HTTP_TIMEOUT_S,
    ) -> None:
        self._url = httpx.URL(url)
        self._clock = clock
        self._poll_s = poll_s
        self._timeout_s = timeout_s
        self._repeats = _Repeats()
        self._validators: dict[str, str] = {}

    @property
    def where(self) -> str:
        """The URL without user name and password."""
        return str(self._url.copy_with(username="", password="", query=None))

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Each new document; SourceUnavailable on any failure to fetch one."""
        async with httpx.AsyncClient(timeout=self._timeout_s) as http:
            while True:
                data = await self._fetch(http)
                if data is not None and self._repeats.is_new(data):
                    yield Document(data, self._clock.now_us())
                await self._clock.sleep_s(self._poll_s)

    async def _fetch(self, http: httpx.AsyncClient) -> bytes | None:
        """One document, or None when it has not changed."""
        try:
            async with (
                # httpx limits each read; this limits them together, against a trickling server.
                asyncio.timeout(2 * self._timeout_s),
                http.stream("GET", self._url, headers=self._validators) as response,
            ):
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    return None
                if response.status_code != httpx.codes.OK:
                    raise SourceUnavailable(f"{self.where}: HTTP {response.status_code}")
                data = bytearray()
                async for piece in response.aiter_bytes():
                    data += piece
                    if len(data) > MAX_DOCUMENT_BYTES:
                        raise SourceUnavailable(f"{self.where}: over {MAX_DOCUMENT_BYTES} bytes")
        except (httpx.HTTPError, TimeoutError) as error:
            raise SourceUnavailable(f"{self.where}: {type(error).__name__}") from error
        self._remember(response.headers)
        return bytes(data)

    def _remember(self, headers: httpx.Headers) -> None:
        """Only an ETag is trusted: Last-Modified is too coarse for a file written every second."""
        etag = headers.get("ETag")
        self._validators = {"If-None-Match": etag} if etag else {}


class FileSource:
    """Watches one file that its writer replaces about once a second."""

    def __init__(self, path: Path, clock: Clock, poll_s: float = FILE_POLL_S) -> None:
        self._path = path
        self._clock = clock
        self._poll_s = poll_s
        self._repeats = _Repeats()
        self._seen: tuple[int, int, int] | None = None

    @property
    def where(self) -> str:
        """The path."""
        return str(self._path)

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Each new version of the file; SourceUnavailable when it cannot be read."""
        while True:
            try:
                # A file on a network share may hang: never on the event loop.
                data = await asyncio.to_thread(self._read_if_changed)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise SourceUnavailable(f"{self.where}: {reason}") from error
            if data is not None and self._repeats.is_new(data):
                yield Document(data, self._clock.now_us())
            await self._clock.sleep_s(self._poll_s)

    def _read_if_changed(self) -> bytes | None:
        status = self._path.stat()
        version = (status.st_mtime_ns, status.st_size, status.st_ino)
        if version == self._seen:
            return None
        data = _read(self._path)
        self._seen = version
        return data


def _read(path: Path) -> bytes:
    """The file's bytes; one more than the limit is enough for the decoder to refuse it."""
    with path.open("rb") as file:
        return file.read(MAX_DOCUMENT_BYTES + 1)


def recorded(path: Path) -> Iterator[Recorded]:
    """The documents of a recording, each at its own time.

    A file with one document, a `.jsonl` or `.ndjson` file with one document a line, or a directory
    of `.json` files in the order of their names.
    """
    for data in _recorded(path):
        yield Recorded(data, file_time_us(data))


def _recorded(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        for document in sorted(path.glob("*.json"))[:MAX_RECORDED_DOCUMENTS]:
            yield _read(document)
    elif path.suffix in RECORDING_SUFFIXES:
        with path.open("rb") as lines:
            while line := lines.readline(MAX_DOCUMENT_BYTES + 1):
                if line.strip():
                    yield line
    else:
        yield _read(path)
