"""A link that remembers what was published instead of sending it."""

import threading
from dataclasses import dataclass
from typing import cast

from broker.gateways.mqtt.link import CONTENT_TYPE, MqttLink
from broker.service.mailbox import Task


@dataclass(frozen=True, slots=True)
class Published:
    topic: str
    payload: bytes
    qos: int
    retain: bool
    expiry_s: int | None
    content_type: str


class RecordingLink:
    """Stands in for MqttLink."""

    def __init__(self) -> None:
        self.sent: list[Published] = []
        self.pieces: list[int] = []
        """How many messages each piece of work said it would send."""
        self.connected = threading.Event()
        self.connected.set()

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        retain: bool = False,
        expiry_s: int | None = None,
        content_type: str = CONTENT_TYPE,
    ) -> None:
        self.sent.append(Published(topic, payload, qos, retain, expiry_s, content_type))

    def later(self, work: Task, message_count: int = 1) -> None:
        assert message_count >= 1
        self.pieces.append(message_count)
        work()

    def as_link(self) -> MqttLink:
        return cast("MqttLink", self)
