"""The connection of cloud-server mode: it reads, and it can send the protocol's replies.

What may be sent is a list of topics that stands here and nowhere else. No control, no flight, no
camera command has a topic in it, so none can leave whatever the code above it does.
"""

import re
from typing import Any, Final

import paho.mqtt.client as mqtt

from adapters.mqtt import MqttSource

MAY_LEAVE: Final = re.compile(
    r"thing/product/[A-Za-z0-9_-]{4,40}/(requests_reply|events_reply|services)"
    r"|sys/product/[A-Za-z0-9_-]{4,40}/status_reply"
)
SERVICE_METHOD: Final = b'"method": "flight_areas_update"'
"""The one service that is ever called: fetch the flight area file again."""


class ForbiddenReply(Exception):
    """Something that may not leave was about to."""


class ReplyingSource(MqttSource):
    """A source that can answer on its own connection."""

    _client: mqtt.Client | None = None

    def reply(self, topic: str, payload: bytes) -> None:
        """Send one reply; without a connection there is nobody waiting for it."""
        if MAY_LEAVE.fullmatch(topic) is None:
            raise ForbiddenReply(topic)
        if topic.endswith("/services") and SERVICE_METHOD not in payload:
            raise ForbiddenReply(topic)
        if self._client is not None:
            self._client.publish(topic, payload, qos=1)

    def _connected_client(self, inbox: Any) -> mqtt.Client:
        self._client = super()._connected_client(inbox)
        return self._client
