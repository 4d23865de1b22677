"""Handing messages to paho in a thread of their own: it is slow work that nobody has to wait for.

Each message costs paho about a tenth of a millisecond and wakes its network thread. The engine has
one for every audience of an alert and dozens for the frames of a tick, and reports are waiting for
it meanwhile. So the engine only queues; order is kept, as one thread hands everything over.
"""

import queue
import threading
from collections import deque
from functools import cache
from typing import Final, NamedTuple

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WAITING_MAX: Final = 20_000
"""Messages not yet handed to paho, which has limits of its own."""
BEST_EFFORT_WAITING_MAX: Final = 400
"""QoS 0 messages not yet written to the socket: display detail is what a stalled server costs."""
STOP_S: Final = 5.0

log = structlog.get_logger()


class Outgoing(NamedTuple):
    """One message."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: Properties


class _Packed(Properties):
    """Properties that are the same for many messages: their bytes are made once."""

    def pack(self) -> bytes:
        """The bytes, as paho makes them."""
        known: bytes | None = self.__dict__.get("_bytes")
        if known is None:
            known = super().pack()  # type: ignore[no-untyped-call]
            self.__dict__["_bytes"] = known
        return known


@cache
def properties_of(content_type: str, expiry_s: int | None) -> Properties:
    """What goes with a message; there are a handful of them, never changed."""
    properties = _Packed(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ContentType = content_type
    if expiry_s is not None:
        properties.MessageExpiryInterval = expiry_s
    return properties


class Sender:
    """Queues messages from any thread and hands them to a client in one."""

    def __init__(self, client: mqtt.Client) -> None:
        self.dropped_count = 0
        self._client = client
        self._waiting: queue.SimpleQueue[Outgoing | None] = queue.SimpleQueue()
        self._best_effort: deque[mqtt.MQTTMessageInfo] = deque()
        self._thread = threading.Thread(target=self._run, name="mqtt-out", daemon=True)

    def start(self) -> None:
        """Begin to hand over."""
        self._thread.start()

    def put(self, message: Outgoing) -> None:
        """Queue a message. What finds no room is counted."""
        if self._waiting.qsize() >= WAITING_MAX:
            self.dropped_count += 1
        else:
            self._waiting.put(message)

    def stop(self) -> None:
        """Hand over what waits, then end."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(STOP_S)

    def _run(self) -> None:
        while (message := self._waiting.get()) is not None:
            try:
                self._hand_over(message)
            except Exception:  # one message must not end the thread that sends all of them
                self.dropped_count += 1
                log.exception("mqtt-send-failed", topic=message.topic)

    def _hand_over(self, message: Outgoing) -> None:
        if message.qos == 0 and not self._has_room():
            self.dropped_count += 1
            return
        info = self._client.publish(*message)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            self.dropped_count += 1
        elif message.qos == 0:
            self._best_effort.append(info)

    def _has_room(self) -> bool:
        """Whether few wait: paho itself queues QoS 0 messages without any limit."""
        waiting = self._best_effort
        while waiting and (waiting[0].rc != mqtt.MQTT_ERR_SUCCESS or waiting[0].is_published()):
            waiting.popleft()
        return len(waiting) < BEST_EFFORT_WAITING_MAX
