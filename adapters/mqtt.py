"""Reads topics of somebody else's MQTT server. It can only read: nothing here publishes.

paho's thread puts messages into a bounded inbox, the event loop takes them out. When the reader
falls behind, the oldest message goes, since a newer position says more than an older one. Retained
messages are left out: they are of unknown age.
"""

import asyncio
import ssl
import threading
import uuid
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from adapters.clock import Clock
from adapters.model import Document, SourceUnavailable

KEEPALIVE_S: Final = 20
CONNECT_LIMIT_S: Final = 10.0
MAX_WAITING_MESSAGES: Final = 10_000
MAX_PAYLOAD_BYTES: Final = 256 * 1024
MAX_SECRET_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class MqttServer:
    """Where a server is and how to be let in. The password is read anew for every connection."""

    host: str
    port: int
    username: str = ""
    password_file: Path | None = None
    uses_tls: bool = False
    ca_file: Path | None = None


class _Inbox:
    """Messages between two threads, at most MAX_WAITING_MESSAGES of them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._waiting: deque[Document] = deque()
        self._failure: str | None = None
        self._something = asyncio.Event()
        self._dropped = 0

    def put(self, document: Document) -> None:
        """From paho's thread."""
        with self._lock:
            if len(self._waiting) >= MAX_WAITING_MESSAGES:
                self._waiting.popleft()
                self._dropped += 1
            self._waiting.append(document)
        self._wake()

    def fail(self, reason: str) -> None:
        """From paho's thread: the connection is of no more use."""
        with self._lock:
            self._failure = self._failure or reason
        self._wake()

    async def take(self) -> Document:
        """The next message; SourceUnavailable once the connection failed and all is taken."""
        while True:
            with self._lock:
                if self._waiting:
                    return self._with_dropped(self._waiting.popleft())
                if self._failure is not None:
                    raise SourceUnavailable(self._failure)
                self._something.clear()
            await self._something.wait()

    def _with_dropped(self, document: Document) -> Document:
        dropped, self._dropped = self._dropped, 0
        return replace(document, dropped=dropped) if dropped else document

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the loop has ended in the meantime
            self._loop.call_soon_threadsafe(self._something.set)


class MqttSource:
    """Every message on some topics of one server."""

    def __init__(self, server: MqttServer, topics: tuple[str, ...], clock: Clock) -> None:
        self._server = server
        self._topics = topics
        self._clock = clock

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self._server.host}:{self._server.port}"

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Each message once; SourceUnavailable when the connection fails or is refused."""
        inbox = _Inbox(asyncio.get_running_loop())
        try:
            client = await asyncio.to_thread(self._connected_client, inbox)
        except (OSError, ValueError) as error:
            raise SourceUnavailable(f"{self.where}: {_reason(error)}") from error
        client.loop_start()
        try:
            while True:
                yield await inbox.take()
        finally:
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)

    def _connected_client(self, inbox: _Inbox) -> mqtt.Client:
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"keepclear-{uuid.uuid4().hex[:12]}",
            protocol=mqtt.MQTTv5,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_LIMIT_S
        if self._server.username:
            client.username_pw_set(self._server.username, read_secret(self._server.password_file))
        if self._server.uses_tls:
            ca_file = None if self._server.ca_file is None else str(self._server.ca_file)
            client.tls_set_context(ssl.create_default_context(cafile=ca_file))
        client.on_connect = lambda *found: self._on_connect(inbox, client, found[3])
        client.on_subscribe = lambda *found: self._on_subscribe(inbox, found[3])
        client.on_disconnect = lambda *found: inbox.fail(f"{self.where}: disconnected: {found[3]}")
        client.on_message = lambda *found: self._on_message(inbox, found[2])
        client.connect(self._server.host, self._server.port, KEEPALIVE_S)
        return client

    def _on_connect(self, inbox: _Inbox, client: mqtt.Client, reason: Any) -> None:
        if reason.is_failure:
            inbox.fail(f"{self.where}: refused: {reason}")
            return
        client.subscribe([(topic, 0) for topic in self._topics])

    def _on_subscribe(self, inbox: _Inbox, reasons: Any) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            inbox.fail(f"{self.where}: may not subscribe: {refused[0]}")

    def _on_message(self, inbox: _Inbox, message: mqtt.MQTTMessage) -> None:
        if message.retain:
            return
        # One byte more than the limit is enough for the decoder to refuse it.
        payload = bytes(message.payload[: MAX_PAYLOAD_BYTES + 1])
        inbox.put(Document(payload, self._clock.now_us(), topic=message.topic))


def read_secret(path: Path | None) -> str | None:
    """A password out of its file, without the line's end; None without a file."""
    if path is None:
        return None
    with path.open("rb") as file:
        return file.read(MAX_SECRET_BYTES).decode().rstrip("\r\n")


def _reason(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return strerror if isinstance(strerror, str) else type(error).__name__
