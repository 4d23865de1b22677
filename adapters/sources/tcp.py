"""A TCP server that streams: connected to, read, and connected to again by the runtime."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator

from adapters.clock import Clock
from adapters.model import Document, SourceUnavailable

# Decoding a piece holds the event loop: 8 kB are about 350 Beast frames, a few milliseconds.
PIECE_BYTES = 8_192
CONNECT_LIMIT_S = 10.0
IDLE_LIMIT_S = 60.0  # a receiver that is alive hears something; a dead link says nothing for ever


class TcpSource:
    """Reads one server's stream in pieces; the first piece of each connection says so."""

    def __init__(
        self, host: str, port: int, clock: Clock, idle_limit_s: float = IDLE_LIMIT_S
    ) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._idle_limit_s = idle_limit_s

    @property
    def where(self) -> str:
        """Host and port."""
        return f"tcp://{self._host}:{self._port}"

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Each piece as it comes; SourceUnavailable when the connection fails, ends or idles."""
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                reader, writer = await asyncio.open_connection(
                    self._host, self._port, limit=PIECE_BYTES
                )
        except OSError as error:
            raise SourceUnavailable(f"{self.where}: {_reason(error)}") from error
        try:
            connected = writer.get_extra_info("socket")
            if connected is not None:
                connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            opens = True
            while data := await self._piece(reader):
                yield Document(data, self._clock.now_us(), opens)
                opens = False
        finally:
            writer.close()
        raise SourceUnavailable(f"{self.where}: closed by the other side")

    async def _piece(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(self._idle_limit_s):
                return await reader.read(PIECE_BYTES)
        except TimeoutError as error:
            raise SourceUnavailable(
                f"{self.where}: nothing for {self._idle_limit_s:g} s"
            ) from error
        except OSError as error:
            raise SourceUnavailable(f"{self.where}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__
