"""An MQTT 5 client with none of our code in it, for asyncio tests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.patience import PATIENCE_S


class MqttClient:
    """Queues what comes; `next` takes it in order."""

    def __init__(self, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._port = port
        self.messages: asyncio.Queue[mqtt.MQTTMessage] = asyncio.Queue()
        self.kept: list[mqtt.MQTTMessage] = []
        """Everything that came, for a look at the end."""
        self._connected = asyncio.Event()
        self._subscribed: asyncio.Queue[None] = asyncio.Queue()
        self.paho = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self.paho.on_connect = lambda *_: self._soon(self._connected.set)
        self.paho.on_subscribe = lambda *_: self._soon(self._subscribed.put_nowait, None)
        self.paho.on_message = lambda _c, _d, message: self._soon(self._took, message)
        self.paho.on_socket_open = without_nagle
        self.paho.reconnect_delay_set(1, 1)

    @classmethod
    @asynccontextmanager
    async def connected(
        cls, port: int, will: tuple[str, bytes] | None = None
    ) -> AsyncIterator["MqttClient"]:
        """Connected, and gone with the test."""
        client = cls(port)
        if will is not None:
            client.paho.will_set(will[0], will[1], 1, retain=True)
        client.paho.connect("127.0.0.1", port)
        client.paho.loop_start()
        try:
            await asyncio.wait_for(client._connected.wait(), PATIENCE_S)
            yield client
        finally:
            client.paho.disconnect()
            client.paho.loop_stop()

    async def subscribe(self, topic: str, qos: int) -> None:
        """Return when the server has granted it."""
        self.paho.subscribe(topic, qos)
        await asyncio.wait_for(self._subscribed.get(), PATIENCE_S)

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int,
        *,
        retain: bool = False,
        response_topic: str = "",
    ) -> None:
        """Send, without waiting."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if response_topic:
            properties.ResponseTopic = response_topic
            properties.CorrelationData = b"1"
        self.paho.publish(topic, payload, qos, retain, properties)

    async def next(self, topic: str) -> tuple[str, bytes]:
        """The next message whose topic begins so; others are skipped."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.messages.get()
                if message.topic.startswith(topic) and not message.topic.endswith("/json"):
                    return message.topic, bytes(message.payload)

    def drop_waiting(self) -> None:
        """Forget what has come so far."""
        while not self.messages.empty():
            self.messages.get_nowait()

    def _took(self, message: mqtt.MQTTMessage) -> None:
        self.kept.append(message)
        self.messages.put_nowait(message)

    def _soon(self, call: Any, *arguments: Any) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)


def without_nagle(_client: object, _data: object, connection: Any) -> None:
    """Nagle's algorithm would hold every small message back for 40 ms of real time."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
