"""The MQTT gateway: link, inbox and outbox, and what happens when a connection is made."""

import ssl
import threading
import uuid
from dataclasses import dataclass
from typing import Final

import structlog

from broker.core.errors import Refused, refuse
from broker.core.names import Audience, SystemName
from broker.gateways.mqtt.answers import AnswerMaker
from broker.gateways.mqtt.inbox import Inbox
from broker.gateways.mqtt.link import JSON_CONTENT_TYPE, MqttLink
from broker.gateways.mqtt.outbox import Outbox
from broker.gateways.mqtt.publishing import PublishingQuestions
from broker.gateways.mqtt.requests import Questions
from broker.gateways.mqtt.rights import ANSWER_TOPIC
from broker.gateways.mqtt.topics import JSON_LEAF, Topics
from broker.gateways.mqtt.warden import Warden
from broker.gateways.wire.enums import ROLE_TO_CORE
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.broker import Broker
from broker.service.feed.items import Item
from broker.service.feed.tokens import decode_token
from broker.service.mqtt_address import MqttAddress
from keepclear.v1 import presence_pb2

SWEEP_S: Final = 2.0
"""How long retained messages of an earlier life are collected after connecting."""
_UNMANAGED: Final = "mqtt-rights-unmanaged"
RIGHTS_UNMANAGED: Final = (
    "the MQTT server does not carry out what the broker says about rights: nobody is let in or cut "
    "off there; it needs the dynamic-security plugin, with keepclear/broker as its administrator"
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Security:
    """How the gateway proves itself to the server, and who keeps the server's rights."""

    context: ssl.SSLContext
    warden: Warden
    is_ours: bool
    """The server is our child, and was started with the rights it should have."""


class MqttGateway:
    """Carries one broker's feed and requests over one MQTT server."""

    def __init__(
        self,
        broker: Broker,
        address: MqttAddress,
        json_agencies: frozenset[str] = frozenset(),
        security: Security | None = None,
    ) -> None:
        """Without `security` the server checks no identity and is on this machine."""
        self._broker = broker
        self._security = security
        self._topics = Topics(exercise=broker.exercise)
        self._sessions: dict[SystemName, int] = {}
        self._found: set[str] | None = None
        self._is_obeyed = True
        self._inbox = Inbox(
            broker.intake,
            AnswerMaker(broker.reading, SignedRestrictions(broker.signer)),
            Questions(PublishingQuestions(broker.publishing, broker.signer), broker.agreements),
            broker.asking,
            self._topics,
            json_agencies,
            self._resume,
            self._presence,
        )
        answers = [] if security is None else [(ANSWER_TOPIC, 1)]
        self.link = MqttLink(
            address,
            f"keepclear-{uuid.uuid4().hex[:12]}",
            [*self._topics.subscriptions(), *answers],
            self._on_message,
            self._on_connected,
            frozenset(self._topics.presence_filters()),
            None if security is None else security.context,
        )
        self._inbox.replies.link = self.link
        self._outbox = Outbox(self.link, self._topics, json_agencies)
        broker.hub.listen(self._outbox.take)

    def start(self) -> None:
        """Connect in the background."""
        self.link.start()

    def watch_rights(self) -> None:
        """Tell the server what changed in the register; called a few times a second."""
        if self._security is None or not self.link.connected.is_set():
            return
        warden = self._security.warden
        warden.watch(
            lambda topic, payload: self.link.publish(
                topic, payload, qos=1, content_type=JSON_CONTENT_TYPE
            )
        )
        if warden.is_obeyed != self._is_obeyed:
            self._is_obeyed = warden.is_obeyed
            self._broker.engine.query(self._say_whether_obeyed)

    def _say_whether_obeyed(self) -> None:
        notices = self._broker.projection.snapshots.standing_notices
        if self._is_obeyed:
            notices.pop(_UNMANAGED, None)
        else:
            log.error(_UNMANAGED, why=RIGHTS_UNMANAGED)
            notices[_UNMANAGED] = RIGHTS_UNMANAGED

    def stop(self) -> None:
        """Disconnect."""
        self.link.stop()
        self._outbox.stop()

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        if topic == ANSWER_TOPIC and self._security is not None:
            self._security.warden.answered()
            return
        if topic.startswith(f"{self._topics.root}/out/"):
            if retained and payload and self._found is not None:
                self._found.add(topic)
            return
        self._inbox.on_message(topic, payload, retained)

    def _on_connected(self) -> None:
        """Publish what is retained again, and remove what an earlier life left behind."""
        if self._security is not None:
            warden = self._security.warden
            if not self._security.is_ours or warden.has_unanswered:
                warden.forget()
        self._found = set()
        self.link.watch(self._topics.retained_filters())
        self._broker.engine.query(self._retain_all)
        timer = threading.Timer(SWEEP_S, lambda: self._broker.engine.query(self._sweep))
        timer.daemon = True
        timer.start()

    def _retain_all(self) -> None:
        for audience, items in self._live_state():
            self._outbox.retain(audience, items)

    def _live_state(self) -> list[tuple[Audience, list[Item]]]:
        projection = self._broker.projection
        now_us = self._broker.clock.now_us()
        return [
            (audience, projection.snapshots.retained(audience, now_us))
            for audience in projection.feeds
        ]

    def _sweep(self) -> None:
        found, self._found = self._found, None
        self.link.unwatch(self._topics.retained_filters())
        current = {
            self._topics.outbound(audience, item)
            for audience, items in self._live_state()
            for item in items
        }
        for topic in sorted(found or ()):
            if topic.removesuffix(f"/{JSON_LEAF}") not in current:
                self._outbox.clear(topic)

    def _resume(self, system: SystemName, request: presence_pb2.ResumeRequest) -> None:
        if request.role not in ROLE_TO_CORE:
            raise refuse("role", "is not a role of this contract")
        audience = Audience(system.agency, ROLE_TO_CORE[request.role])
        decision = self._broker.intake.reading(system, audience)
        if not decision.allowed:
            raise Refused(decision.as_refusal("role"))
        point = decode_token(request.resume_token) if request.resume_token else None

        def send() -> None:
            try:
                opening = self._broker.reading.opening(audience, point)
            except Refused as refused:
                self._inbox.refuse(system, refused)
                return
            for item in opening.items:
                self.link.publish(self._topics.resumes(system), item.message, qos=1)
            handed = [item.edition for item in opening.items if item.edition is not None]
            self._broker.delivery.sent(system, handed)

        self._broker.intake.query(send, lambda error: self._inbox.replies.failed(system, "", error))

    def _presence(self, system: SystemName, presence: presence_pb2.Presence) -> None:
        """A birth names a session; only that session's will may say that the system is gone."""
        if presence.online:
            self._sessions[system] = presence.session
            log.info("system-online", system=str(system))
        elif self._sessions.get(system) == presence.session:
            del self._sessions[system]
            log.info("system-offline", system=str(system))
            self._broker.intake.publisher_gone(system)
