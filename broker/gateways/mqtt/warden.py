"""Keeps the MQTT server's rights equal to the register's, and cuts off who was revoked.

Cutting off and keeping out takes three steps, in this order: the revocation list on the disk (the
command line wrote it before the register), the server made to read it, and the client deleted,
which ends its live session. Any other order leaves a moment in which the revoked key comes back.
"""

import json
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from broker.core.names import Audience, SystemName
from broker.core.sharing.roles import Action
from broker.core.units import SECOND_US
from broker.gateways.mqtt.rights import (
    CONTROL_TOPIC,
    Json,
    Rights,
    adding,
    broker_rights,
    configuration,
    removing,
    rights_of,
)
from broker.gateways.mqtt.topics import Topics
from broker.service.access import Access
from broker.service.clock import Clock
from broker.service.identity.register import Enrolment
from broker.service.identity.trust import Trust, TrustState

ANSWER_WITHIN_US: Final = 5 * SECOND_US
"""A server with the plugin answers a command in milliseconds."""
COMMANDS_IN_ONE: Final = 50
"""Commands in one message to the server: under its packet limit with the longest names."""

log = structlog.get_logger()
Send = Callable[[str, bytes], None]


class Warden:
    """The rights on one MQTT server. `watch` is called from one thread, a few times a second."""

    def __init__(
        self,
        trust: Trust,
        access: Access,
        clock: Clock,
        topics: Topics,
        audiences: Callable[[], Iterable[Audience]],
    ) -> None:
        self._trust = trust
        self._access = access
        self._clock = clock
        self._topics = topics
        self._audiences = audiences
        self._given: dict[SystemName, Rights] = {}
        self._seen: TrustState | None = None
        self._next_expiry_us = 0
        self._forgotten = False
        self._unanswered_since_us: int | None = None
        self.reload: Callable[[], None] | None = None
        """Makes the server read its certificates and revocation list again."""

    def first_configuration(self) -> bytes:
        """What the server is started with. From here on `watch` tells it every change."""
        state = self._trust.state
        self._given = self._wanted(state)
        self._note(state)
        everybody = [broker_rights(self._topics), *self._given.values()]
        return json.dumps(configuration(everybody), indent=1).encode()

    def forget(self) -> None:
        """Nothing is known of what the server holds: the next look tells it everything."""
        self._forgotten = True
        self._unanswered_since_us = None

    def answered(self) -> None:
        """The server has carried a command out, or said why not."""
        self._unanswered_since_us = None

    @property
    def is_obeyed(self) -> bool:
        """False where the server has been told something and says nothing: it takes no rights."""
        since_us = self._unanswered_since_us
        return since_us is None or self._clock.now_us() < since_us + ANSWER_WITHIN_US

    def watch(self, send: Send) -> None:
        """Tell the server what changed since the last look, if anything did."""
        state, before = self._trust.state, self._seen
        if self._forgotten or before is None:
            self._forgotten = False
            before = None
            audiences = list(self._audiences())
            self._given = {
                system: rights_of(system, audiences, self._topics, lambda *_: False)
                for system in state.register.systems
            }
        if state is before and self._clock.now_us() < self._next_expiry_us:
            return
        if before is not None and state is not before and self.reload is not None:
            self.reload()
        wanted = self._wanted(state)
        cut = self._cut(before, state)
        commands: list[Json] = []
        for system, rights in self._given.items():
            if wanted.get(system) != rights or system in cut:
                commands += removing(rights)
                log.info("mqtt-session-ended", system=str(system))
        for system, rights in wanted.items():
            if self._given.get(system) != rights or system in cut:
                commands += adding(rights)
        for start in range(0, len(commands), COMMANDS_IN_ONE):
            some = commands[start : start + COMMANDS_IN_ONE]
            send(CONTROL_TOPIC, json.dumps({"commands": some}).encode())
        if commands and self._unanswered_since_us is None:
            self._unanswered_since_us = self._clock.now_us()
        self._given = wanted
        self._note(state)

    def _note(self, state: TrustState) -> None:
        now_us = self._clock.now_us()
        ends = [
            each.not_after_us
            for one in state.register.systems.values()
            for each in one.certificates
            if each.not_after_us > now_us
        ]
        self._seen = state
        self._next_expiry_us = min(ends, default=now_us + 3_600_000_000)

    def _wanted(self, state: TrustState) -> dict[SystemName, Rights]:
        audiences = list(self._audiences())
        return {
            system: rights_of(system, audiences, self._topics, self._allowed)
            for system, one in state.register.systems.items()
            if not one.revoked and self._may_connect(one, state)
        }

    def _allowed(self, system: SystemName, action: Action) -> bool:
        # No area: a topic cannot be narrowed to a zone, so who is confined to one reads by gRPC.
        return self._access.decide(system, action).allowed

    def _may_connect(self, one: Enrolment, state: TrustState) -> bool:
        """Whether any certificate is good. Mosquitto does not end a session when one expires."""
        if not one.certificates:
            return True  # it comes from another authority, which knows
        now_us = self._clock.now_us()
        return any(
            each.not_after_us > now_us and each.serial not in state.revoked_serials
            for each in one.certificates
        )

    def _cut(self, before: TrustState | None, after: TrustState) -> frozenset[SystemName]:
        """Systems that go on, but lost a certificate.

        Which session used it is not known here: all are ended, and only a good one comes back.
        """
        if before is None:
            return frozenset()
        fresh = after.revoked_serials - before.revoked_serials
        owners = {
            each.serial: system
            for system, one in after.register.systems.items()
            for each in one.certificates
        }
        if fresh - owners.keys():
            # Revoked by another authority, which does not tell us whose it was: everybody's ends.
            return frozenset(after.register.systems)
        return frozenset(owners[serial] for serial in fresh)
