"""A very small web server for one file: the custom flight area that a dock fetches by its URL.

It answers GET of the current file's name and nothing else, reads at most one short request from a
connection, and closes it.
"""

import asyncio
from typing import Final, Self

from adapters.dji.flight_areas import AreaFile

REQUEST_LINE_MAX: Final = 1_024  # bytes
REQUEST_LIMIT_S: Final = 10.0
HEADERS_MAX: Final = 64


class AreaServer:
    """Serves on `host:port` while it is entered."""

    def __init__(self, listen: str, public_url: str) -> None:
        self._host, _, port = listen.rpartition(":")
        self._port = int(port)
        self._public_url = public_url.rstrip("/")
        self._file: AreaFile | None = None
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._handle, self._host, self._port, limit=REQUEST_LINE_MAX
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def serve(self, file: AreaFile) -> None:
        """From now on this file, and no other."""
        self._file = file

    def url(self, file: AreaFile | None) -> str:
        """Where docks find it."""
        return "" if file is None else f"{self._public_url}/{file.name}"

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_LIMIT_S):
                line = await reader.readline()
                for _ in range(HEADERS_MAX):
                    if (await reader.readline()).strip() == b"":
                        break
                writer.write(self._response(line))
                await writer.drain()
        except (TimeoutError, ValueError, OSError):
            pass  # a line too long, a peer too slow or gone: there is nobody to tell
        finally:
            writer.close()

    def _response(self, line: bytes) -> bytes:
        words = line.split()
        if self._file is None or len(words) != 3 or words[0] != b"GET":
            return _answer("404 Not Found", b"")
        if words[1].rpartition(b"/")[2] != self._file.name.encode():
            return _answer("404 Not Found", b"")
        return _answer("200 OK", self._file.data)


def _answer(status: str, body: bytes) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
