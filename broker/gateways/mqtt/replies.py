"""Answers and refusals on the sender's private topic.

The PUBACK of the MQTT server promises nothing about us; the answer here does, and it is the same
message that gRPC would have returned, or the refusal with its fields.
"""

from collections.abc import Callable
from typing import Final

import structlog
from google.protobuf import json_format
from google.rpc import code_pb2

from broker.core.errors import Refusal
from broker.core.names import SystemName
from broker.gateways.mqtt.link import MqttLink
from broker.gateways.mqtt.topics import Topics
from broker.gateways.wire.acks import deciding_rule, encode_refusals
from keepclear.v1 import presence_pb2

_FAILED: Final = Refusal("", "the broker failed on this message: tell its operator")

log = structlog.get_logger()


class Replies:
    """Writes to the private topics of all systems; until there is a link, nothing is sent."""

    def __init__(self, topics: Topics, json_agencies: frozenset[str]) -> None:
        self._topics = topics
        self._json_agencies = json_agencies
        self.link: MqttLink | None = None

    def later(self, reply: Callable[[], None]) -> None:
        """Have a reply made in the network thread."""
        if self.link is not None:
            self.link.later(reply)

    def overloaded(
        self, sender: SystemName, request_id: str, why: str = "the broker is overloaded"
    ) -> None:
        """Refuse for want of room, with the time to come back."""
        refusal = Refusal("", f"{why}: try again after 1 s")
        self.refuse(sender, request_id, [refusal], code_pb2.RESOURCE_EXHAUSTED)

    def refuse(
        self,
        sender: SystemName,
        request_id: str,
        refusals: list[Refusal] | tuple[Refusal, ...],
        code: int,
    ) -> None:
        """Refuse a request, with the fields that are at fault; `code` is a google.rpc.Code."""
        refused = presence_pb2.RefusedCommand(
            code=code,
            message="; ".join(str(one) for one in refusals),
            refusals=encode_refusals(refusals),
            rule=deciding_rule(refusals),
        )
        self.send(sender, presence_pb2.CommandAnswer(request_id=request_id, refused=refused))

    def failed(self, sender: SystemName, request_id: str, error: Exception) -> None:
        """Own up to it: what fails on one sender's message ends nothing that others need."""
        log.error("mqtt-message-failed", system=str(sender), exc_info=error)
        self.refuse(sender, request_id, [_FAILED], code_pb2.INTERNAL)

    def send(self, system: SystemName, answer: presence_pb2.CommandAnswer) -> None:
        """Publish an answer, in JSON too for an agency that reads it."""
        if self.link is not None:
            self.link.publish(self._topics.acks(system), answer.SerializeToString(), qos=1)
            if system.agency in self._json_agencies:
                text = json_format.MessageToJson(
                    answer, preserving_proto_field_name=True, indent=None
                )
                self.link.publish(f"{self._topics.acks(system)}/json", text.encode(), qos=1)
