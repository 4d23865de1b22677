"""UDP datagrams: each one a document."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator

from adapters.clock import Clock
from adapters.model import Document, SourceUnavailable

MAX_WAITING_DATAGRAMS = 1_000


class _Inbox(asyncio.DatagramProtocol):
    """Datagrams that wait to be decoded; when there are too many the oldest go."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.waiting: deque[tuple[bytes, int]] = deque()
        self.dropped = 0
        self.came = asyncio.Event()

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if len(self.waiting) >= MAX_WAITING_DATAGRAMS:
            self.waiting.popleft()
            self.dropped += 1
        self.waiting.append((data, self._clock.now_us()))
        self.came.set()


class UdpSource:
    """Receives datagrams on one local address."""

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self._host = host
        self._port = port
        self._clock = clock

    @property
    def where(self) -> str:
        """Host and port that datagrams are received on."""
        return f"udp://{self._host}:{self._port}"

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Each datagram; SourceUnavailable when the address cannot be had."""
        inbox = _Inbox(self._clock)
        try:
            transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: inbox, local_addr=(self._host, self._port)
            )
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SourceUnavailable(f"{self.where}: {reason}") from error
        try:
            while True:
                await inbox.came.wait()
                inbox.came.clear()
                while inbox.waiting:
                    data, received_us = inbox.waiting.popleft()
                    dropped, inbox.dropped = inbox.dropped, 0
                    yield Document(data, received_us, opens=True, dropped=dropped)
        finally:
            transport.close()
