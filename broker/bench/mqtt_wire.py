"""A bare MQTT 5 client for the benches: an asyncio protocol that reads and writes raw packets.

The measured path ends at the reader's socket, and a client library would add its own 30 to 40 µs a
message to both sides of every comparison. QoS 0 and 1, no options beyond those.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final

from broker.bench.rig import HOST
from broker.gateways.wire.framing import varint

CONNECT: Final = 0x10
CONNACK: Final = 2
PUBLISH: Final = 3
RETAINED: Final = 0x01
"""Flag of a message kept from before the subscription: state, and not the news that is timed."""
PUBACK: Final = 0x40
SUBSCRIBE: Final = 0x82
SUBACK: Final = 9
KEEPALIVE_S: Final = 0
"""None: a bench is shorter than any."""
ANSWER_LIMIT_S: Final = 20.0

OnMessage = Callable[[bytes, bytes], None]
"""(topic, payload)"""


class MqttClient(asyncio.Protocol):
    """One connection; messages go to `on_message` as they are read from the socket."""

    def __init__(self, client_id: str, on_message: OnMessage) -> None:
        self._client_id = client_id
        self._on_message = on_message
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[None] | None = None

    @classmethod
    async def connect(cls, port: int, client_id: str, on_message: OnMessage) -> "MqttClient":
        """Connected and accepted."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(client_id, on_message), HOST, port)
        body = _text("MQTT") + b"\x05\x02" + struct.pack(">H", KEEPALIVE_S) + b"\x00"
        await client.ask(CONNECT, body + _text(client_id))
        return client

    async def subscribe(self, topics: list[str], qos: int) -> None:
        """Subscribed; returns when the server says so."""
        filters = b"".join(_text(topic) + bytes([qos]) for topic in topics)
        await self.ask(SUBSCRIBE, b"\x00\x01\x00" + filters)

    def publish(self, topic: str, payload: bytes) -> None:
        """At QoS 0."""
        self._send(PUBLISH << 4, _text(topic) + b"\x00" + payload)

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a TCP transport was expected")
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: take every whole packet."""
        self._buffer += data
        start = 0
        while (packet := _packet(self._buffer, start)) is not None:
            body, end = packet
            self._take(self._buffer[start], bytes(self._buffer[body:end]))
            start = end
        del self._buffer[:start]

    def _take(self, head: int, body: bytes) -> None:
        kind = head >> 4
        if kind == PUBLISH:
            topic_end = 2 + int.from_bytes(body[:2], "big")
            rest = topic_end
            if head & 0x06:
                rest += 2
                self._send(PUBACK, body[topic_end:rest])
            length, rest = _varint_at(body, rest)
            if not head & RETAINED:
                self._on_message(body[2:topic_end], body[rest + length :])
        elif kind in (CONNACK, SUBACK) and self._answer is not None:
            self._answer.set_result(None)

    async def ask(self, head: int, body: bytes) -> None:
        """Send a packet and wait for the server's answer to it."""
        self._answer = asyncio.get_running_loop().create_future()
        self._send(head, body)
        await asyncio.wait_for(self._answer, ANSWER_LIMIT_S)

    def _send(self, head: int, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(bytes([head]) + varint(len(body)) + body)


def _packet(data: bytearray, start: int) -> tuple[int, int] | None:
    """Where the body of the packet at `start` begins and ends, or None if it is not all there."""
    place, shift, length = start + 1, 0, 0
    while True:
        if place >= len(data):
            return None
        length |= (data[place] & 0x7F) << shift
        shift += 7
        place += 1
        if not data[place - 1] & 0x80:
            break
    return (place, place + length) if place + length <= len(data) else None


def _varint_at(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[place] & 0x7F) << shift
        place += 1
        if not data[place - 1] & 0x80:
            return value, place
        shift += 7


def _text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack(">H", len(encoded)) + encoded
