"""Keeps the MQTT server's rights equal to the register's, and cuts off who was revoked.

Cutting off and keeping out takes three steps, in this order: the revocation list on the disk (the
command line wrote it before the register), the server made to read it, and the client deleted,
which ends its live session. Any other order leaves a moment in which the revoked key comes back.

A server that runs apart is not made to read the list by us, and which certificate a session came
with it does not tell. There a system that lost one of its certificates is held: it has no rights
until the server was seen to have the list.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

import structlog

from broker.core.names import Audience, SystemName
from broker.core.sharing.roles import Action
from broker.core.units import SECOND_US
from broker.gateways.mqtt.list_probe import ListProbe
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
UNANSWERED_MAX: Final = 10_000
"""Messages without an answer that are remembered: one would do."""
COMMANDS_IN_ONE: Final = 50
"""Commands in one message to the server: under its packet limit with the longest names."""

HELD: Final = (
    "one of its certificates was revoked, and the MQTT server has not got the list: copy "
    "partners-crl.pem there and reload it"
)

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
        self._looked_us = 0
        self._next_expiry_us = 0
        self._forgotten = False
        self._held: frozenset[SystemName] = frozenset()
        self._unanswered: deque[int] = deque(maxlen=UNANSWERED_MAX)
        self.reload: Callable[[], None] | None = None
        """Makes the server read its certificates and revocation list again."""
        self.probe: ListProbe | None = None
        """Tells which list a server has that runs apart."""

    def first_configuration(self) -> bytes:
        """What the server is started with. From here on `watch` tells it every change."""
        state = self._trust.state
        self._given = self._wanted(state)
        self._unanswered.clear()
        self._note(state)
        everybody = [broker_rights(self._topics), *self._given.values()]
        return json.dumps(configuration(everybody), indent=1).encode()

    def forget(self) -> None:
        """Nothing is known of what the server holds: the next look tells it everything."""
        self._forgotten = True
        self._unanswered.clear()
        if self.probe is not None:
            self.probe.forget()

    def answered(self) -> None:
        """The server has carried one message out, or said why not."""
        with suppress(IndexError):
            self._unanswered.popleft()

    @property
    def has_unanswered(self) -> bool:
        """Whether something that the server was told may have been lost with the connection."""
        return bool(self._unanswered)

    @property
    def is_obeyed(self) -> bool:
        """False where the server has been told something and says nothing: it takes no rights."""
        try:
            since_us = self._unanswered[0]
        except IndexError:
            return True
        return self._clock.now_us() < since_us + ANSWER_WITHIN_US

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
        held = self._held_back(state)
        is_same = state is before and held == self._held
        if is_same and self._clock.now_us() < self._next_expiry_us:
            return
        self._held = held
        if before is not None and self.reload is not None:
            # When one has expired, too: the TLS sessions that it began are resumed no more.
            self.reload()
        wanted = self._wanted(state)
        self._tell(send, self._commands(wanted, self._cut(before, state)))
        self._given = wanted
        self._note(state)

    def _commands(
        self, wanted: Mapping[SystemName, Rights], cut: frozenset[SystemName]
    ) -> list[Json]:
        """From what was given to what is wanted, ending every session of `cut` on the way."""
        commands: list[Json] = []
        for system, rights in self._given.items():
            if wanted.get(system) != rights or system in cut:
                commands += removing(rights)
                log.info("mqtt-session-ended", system=str(system))
        for system, rights in wanted.items():
            if self._given.get(system) != rights or system in cut:
                commands += adding(rights)
        return commands

    def _tell(self, send: Send, commands: list[Json]) -> None:
        for start in range(0, len(commands), COMMANDS_IN_ONE):
            some = commands[start : start + COMMANDS_IN_ONE]
            self._unanswered.append(self._clock.now_us())
            send(CONTROL_TOPIC, json.dumps({"commands": some}).encode())

    def _note(self, state: TrustState) -> None:
        now_us = self._clock.now_us()
        ends = [
            each.not_after_us
            for one in state.register.systems.values()
            for each in one.certificates
            if each.not_after_us > now_us
        ]
        self._seen = state
        self._looked_us = now_us
        self._next_expiry_us = min(ends, default=now_us + 3_600_000_000)

    def _wanted(self, state: TrustState) -> dict[SystemName, Rights]:
        audiences = list(self._audiences())
        return {
            system: rights_of(system, audiences, self._topics, self._allowed)
            for system, one in state.register.systems.items()
            if not one.revoked and system not in self._held and self._may_connect(one, state)
        }

    def _held_back(self, state: TrustState) -> frozenset[SystemName]:
        """Systems that lost a certificate which the server may still let in."""
        if self.probe is None or not self.probe.can_tell:
            return frozenset()
        unknown = state.revoked_serials - self.probe.known_serials
        now_us = self._clock.now_us()
        held = frozenset(
            system
            for system, one in state.register.systems.items()
            for each in one.certificates
            if not one.revoked and each.serial in unknown and each.not_after_us > now_us
        )
        for system in held - self._held:
            log.warning("mqtt-system-held", system=str(system), why=HELD)
        if held:
            self.probe.knock()
        return held

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
        """Systems that go on, but lost a certificate: it was revoked, or has expired.

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
        now_us = self._clock.now_us()
        expired = {
            system
            for system, one in after.register.systems.items()
            if any(self._looked_us < each.not_after_us <= now_us for each in one.certificates)
        }
        return frozenset(owners[serial] for serial in fresh) | expired
