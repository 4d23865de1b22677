"""One broker: log, core, feed and engine put together. It serves one space, chosen at start."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from broker.core.agreements.commands import LoadAgreementRules
from broker.core.agreements.model import AgreementRules
from broker.core.airspace import Airspace
from broker.core.commands import (
    ControlCommand,
    LoadGround,
    LoadPolicy,
    LoadSupplyChain,
    OpenAudience,
    SetSharingDefault,
)
from broker.core.errors import Refused
from broker.core.names import Audience
from broker.core.outcomes import NotDone
from broker.core.publishing.commands import LoadPublishingRules
from broker.core.publishing.model import PublishingRules
from broker.core.sharing.settings import SharingLevel
from broker.service.access import Access, Identities, Limits
from broker.service.agreements import AgreementReading
from broker.service.asking import Asking
from broker.service.clock import Clock
from broker.service.delivery import DeliveryNotes
from broker.service.engine import Engine
from broker.service.feed.hub import Hub
from broker.service.feed.items import Encoder
from broker.service.feed.projection import Projection
from broker.service.intake import Intake
from broker.service.ledger import Ledger
from broker.service.mailbox import Mailbox
from broker.service.metrics import Metrics
from broker.service.publishing import PublishingReading
from broker.service.reading import Reading
from broker.service.settings import AgencySettings, PublishingSettings
from broker.service.signing import Signer

ENGINE_STOP_S: Final = 10.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a broker is made of; the composition root chooses each."""

    ledger: Ledger
    airspace: Airspace
    projection: Projection
    encoder: Encoder
    clock: Clock
    identities: Identities | None = None
    """None: names are claimed, on the loopback of one machine."""
    limits: Limits | None = None
    signer: Signer | None = None
    """None: restrictions are not signed."""


class Broker:
    """A running broker. Start it, let gateways serve it, stop it."""

    def __init__(self, parts: Parts) -> None:
        self.clock = parts.clock
        self.exercise = parts.airspace.exercise
        self.projection = parts.projection
        self.metrics = Metrics()
        self.hub = Hub()
        self.engine = Engine(parts.clock, parts.ledger, parts.projection, self.hub, self.metrics)
        self.access = Access(
            lambda: parts.airspace.hidden.sharing.pairs.terms, parts.identities, parts.limits
        )
        self.intake = Intake(self.engine, parts.airspace, parts.clock, self.metrics, self.access)
        self.reading = Reading(self.intake, parts.projection, self.hub, parts.encoder, parts.clock)
        self.asking = Asking(self.intake, parts.airspace, parts.clock)
        self.publishing = PublishingReading(parts.airspace, parts.projection, parts.clock)
        self.agreements = AgreementReading(parts.airspace)
        self.delivery = DeliveryNotes(self.intake, parts.airspace)
        self.signer = parts.signer
        self._ledger = parts.ledger
        self._airspace = parts.airspace

    async def start(
        self,
        policy_toml: str,
        agencies: Mapping[str, AgencySettings],
        supply_chain_toml: str = "",
        publishing: PublishingSettings | None = None,
        ground: LoadGround | None = None,
        agreements: str = "",
    ) -> None:
        """Start the engine and open the configured audiences. Raises Refused for a bad policy.

        Without `publishing` its rules, without `ground` the ground, and without `agreements`
        ("assumed" or "required") those of agreements stay as the log has them.
        """
        mailbox = Mailbox.of_loop(asyncio.get_running_loop())
        self.hub.bind(mailbox)
        self.intake.bind(mailbox)
        self.engine.start()
        if self._ledger.is_new or policy_toml != self._airspace.policy_toml:
            await self.control(LoadPolicy(policy_toml))
        if supply_chain_toml != self._airspace.supply_chain.toml_text:
            await self.control(LoadSupplyChain(supply_chain_toml))
        await self._open(agencies)
        await self._set_rules(agencies, publishing, ground, agreements)
        log.info("broker-started", space="exercise" if self.exercise else "live")

    async def _open(self, agencies: Mapping[str, AgencySettings]) -> None:
        """The agencies' audiences, and what others are shown of each where nothing is set."""
        for agency, settings in agencies.items():
            for role in settings.roles:
                await self.control(OpenAudience(Audience(agency, role), settings.name))
            level = SharingLevel[settings.sharing.upper()]
            if level is not self._airspace.hidden.sharing.register.default_of(agency):
                await self.control(SetSharingDefault(agency, level))

    async def _set_rules(
        self,
        agencies: Mapping[str, AgencySettings],
        publishing: PublishingSettings | None,
        ground: LoadGround | None,
        agreements: str,
    ) -> None:
        """What is given and is another than the log has."""
        if publishing is not None:
            rules = _rules(publishing)
            if rules != self._airspace.controls.publishing.live.rules:
                await self.control(LoadPublishingRules(rules))
        known = self._airspace.restrictions.ground
        if ground is not None and ground != LoadGround(known.area, known.terrain_digest):
            await self.control(ground)
        if agreements:
            public = tuple(sorted(one for one in agencies if agencies[one].public))
            without = AgreementRules(agreements == "required", public)
            if without != self._airspace.controls.agreements.rules:
                await self.control(LoadAgreementRules(without))

    async def control(self, command: ControlCommand) -> None:
        """Carry out a control command of the broker's own; a refusal is raised."""
        reply = await self.intake.control(command)
        if isinstance(reply, NotDone):
            raise Refused(*reply.refusals)

    def stop(self) -> None:
        """Finish what is waiting, mark the log as cleanly ended."""
        self.engine.stop()
        self.engine.join(ENGINE_STOP_S)
        self._ledger.close()
        log.info("broker-stopped")


def _rules(settings: PublishingSettings) -> PublishingRules:
    return PublishingRules(
        approval_agencies=tuple(sorted(settings.approval)),
        emergency_radius_m_max=settings.emergency_radius_m,
        emergency_duration_s_max=settings.emergency_minutes * 60,
        unacknowledged_after_s=settings.unacknowledged_after_s,
        escalation_agency=settings.escalate_to,
    )
