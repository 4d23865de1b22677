"""Documents that are written anew again and again, at a URL or in a file: each version once."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from adapters.clock import Clock
from adapters.model import Document, SourceUnavailable

HTTP_TIMEOUT_S = 5.0

# httpx writes the whole address of every request, with whatever key stands in it.
logging.getLogger("httpx").setLevel(logging.WARNING)


def _itself(data: bytes) -> bytes:
    return data


@dataclass(frozen=True, slots=True)
class Polling:
    """How often a document is asked for, and how large it may be.

    `mark` is what tells one version from the next, where that is less than all of it.
    """

    every_s: float
    max_bytes: int
    mark: Callable[[bytes], bytes] = _itself


class _Repeats:
    """Tells whether a document is the last one again."""

    def __init__(self, mark: Callable[[bytes], bytes]) -> None:
        self._mark = mark
        self._last: bytes | None = None

    def is_new(self, data: bytes) -> bool:
        mark = self._mark(data)
        new = mark != self._last
        self._last = mark
        return new


class HttpSource:
    """Polls a URL; unchanged documents are not even transferred (ETag).

    Raises httpx.InvalidURL for what is not a URL.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        polling: Polling,
        timeout_s: float = HTTP_TIMEOUT_S,
    ) -> None:
        self._url = httpx.URL(url)
        self._clock = clock
        self._polling = polling
        self._timeout_s = timeout_s
        self._repeats = _Repeats(polling.mark)
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
                await self._clock.sleep_s(self._polling.every_s)

    async def _fetch(self, http: httpx.AsyncClient) -> bytes | None:
        """One document, or None when it has not changed."""
        most = self._polling.max_bytes
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
                    if len(data) > most:
                        raise SourceUnavailable(f"{self.where}: over {most} bytes")
        except (httpx.HTTPError, TimeoutError) as error:
            raise SourceUnavailable(f"{self.where}: {type(error).__name__}") from error
        self._remember(response.headers)
        return bytes(data)

    def _remember(self, headers: httpx.Headers) -> None:
        """Only an ETag is trusted: Last-Modified is too coarse for a file written every second."""
        etag = headers.get("ETag")
        self._validators = {"If-None-Match": etag} if etag else {}


class FileSource:
    """Watches one file that its writer replaces."""

    def __init__(self, path: Path, clock: Clock, polling: Polling) -> None:
        self._path = path
        self._clock = clock
        self._polling = polling
        self._repeats = _Repeats(polling.mark)
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
            await self._clock.sleep_s(self._polling.every_s)

    def _read_if_changed(self) -> bytes | None:
        status = self._path.stat()
        version = (status.st_mtime_ns, status.st_size, status.st_ino)
        if version == self._seen:
            return None
        data = read_up_to(self._path, self._polling.max_bytes)
        self._seen = version
        return data


def read_up_to(path: Path, max_bytes: int) -> bytes:
    """The file's bytes; one more than the limit is enough for a decoder to refuse it."""
    with path.open("rb") as file:
        return file.read(max_bytes + 1)
