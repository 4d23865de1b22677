"""Handing messages to paho: what goes with each, and what is left out when the server stalls."""

import time
from collections import deque
from functools import cache
from typing import Final, NamedTuple

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

BEST_EFFORT_WAITING_MAX: Final = 400
"""QoS 0 messages not yet written to the socket: display detail is what a stalled server costs."""

MESSAGES_BEFORE_GIVING_WAY: Final = 4
HEADER_BYTES_MAX: Final = 1_024
"""What a packet has beside its payload: topic and properties, at the most."""
GIVE_WAY_S: Final = 50e-6
"""A tick's news for twenty agencies is some hundred messages, 40 microseconds of Python each. Who
wants the interpreter meanwhile gets it when this thread sleeps; or else half a millisecond later,
again and again, since whoever reads or writes lets go of it each time."""

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
    """Hands messages to a client, in its network thread, and counts what it cannot."""

    def __init__(self, client: mqtt.Client) -> None:
        self.dropped_count = 0
        self.packet_bytes_max: int | None = None
        """What the server takes, if it has said so: it ends the connection that sends more."""
        self._sent_count = 0
        self._client = client
        self._best_effort: deque[mqtt.MQTTMessageInfo] = deque()
        self._last_safe: mqtt.MQTTMessageInfo | None = None

    def is_acknowledged(self) -> bool:
        """Whether the server has the last message that it acknowledges; they are taken in turn."""
        last = self._last_safe
        return last is None or last.is_published()

    def send(self, message: Outgoing) -> None:
        """Hand a message over."""
        try:
            self._hand_over(message)
        except Exception:  # one message must not take those after it along
            self.dropped_count += 1
            log.exception("mqtt-send-failed", topic=message.topic)
        self._give_way()

    def _give_way(self) -> None:
        """Let the threads that reports are waiting for have the interpreter."""
        self._sent_count += 1
        if self._sent_count % MESSAGES_BEFORE_GIVING_WAY == 0:
            time.sleep(GIVE_WAY_S)

    def _hand_over(self, message: Outgoing) -> None:
        if self._is_too_large(message):
            self.dropped_count += 1
            log.error("mqtt-message-too-large", topic=message.topic, bytes=len(message.payload))
            return
        if message.qos == 0 and not self._has_room():
            self.dropped_count += 1
            return
        info = self._client.publish(*message)
        if info.rc != mqtt.MQTT_ERR_SUCCESS:
            self.dropped_count += 1
        elif message.qos == 0:
            self._best_effort.append(info)
        else:
            self._last_safe = info

    def _is_too_large(self, message: Outgoing) -> bool:
        most = self.packet_bytes_max
        return most is not None and len(message.payload) + HEADER_BYTES_MAX > most

    def _has_room(self) -> bool:
        """Whether few wait: paho itself queues QoS 0 messages without any limit."""
        waiting = self._best_effort
        while waiting and (waiting[0].rc != mqtt.MQTT_ERR_SUCCESS or waiting[0].is_published()):
            waiting.popleft()
        return len(waiting) < BEST_EFFORT_WAITING_MAX
