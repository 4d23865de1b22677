"""What a broker with an identity folder is made of: trust, rights on the MQTT server, TLS."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

from broker.core.names import Audience
from broker.core.sharing.roles import Terms
from broker.gateways.mqtt.gateway import Security
from broker.gateways.mqtt.list_probe import ListProbe
from broker.gateways.mqtt.server import SecureListener
from broker.gateways.mqtt.topics import Topics
from broker.gateways.mqtt.warden import Warden
from broker.service.access import Access, Limits
from broker.service.clock import Clock
from broker.service.identity.files import IdentityFolder
from broker.service.identity.known import Known
from broker.service.identity.tokens import Issuer, People
from broker.service.identity.trust import Trust
from broker.service.mqtt_address import MqttAddress
from broker.service.settings import Settings


@dataclass(frozen=True, slots=True)
class Secured:
    """Everything that proves identities, shared by both transports."""

    trust: Trust
    known: Known
    limits: Limits
    warden: Warden
    listener: SecureListener

    def mqtt_security(self, address: MqttAddress, *, own_child: bool) -> Security:
        """How the gateway connects. A child of ours is on this machine and needs no host name."""
        if not own_child:
            self.warden.probe = ListProbe(self.trust, address)
        folder = self.trust.folder
        context = ssl.create_default_context(cafile=str(folder.trusted))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = not own_child
        load = _loader(context, folder)
        load()
        # A renewed certificate counts from the next connection on.
        self.trust.on_change.append(load)
        return Security(context, self.warden, is_ours=own_child)


def secured(settings: Settings, clock: Clock) -> Secured | None:
    """The identities that the settings name, or None where names are claimed."""
    if settings.identity_dir is None:
        return None
    trust = Trust(IdentityFolder(settings.identity_dir))
    names = {agency: one.name for agency, one in settings.agencies.items()}
    audiences = [
        Audience(agency, role) for agency, one in settings.agencies.items() for role in one.roles
    ]
    issuers = tuple(
        Issuer(one.issuer, one.audience, one.keys, one.agencies) for one in settings.sign_in.issuers
    )
    people = People(issuers, clock.now_us()) if issuers else None
    known = Known(trust, people, clock)
    warden = Warden(
        trust,
        Access(lambda: Terms(frozenset(names)), known),
        clock,
        Topics(exercise=settings.space == "exercise"),
        lambda: audiences,
    )
    listener = SecureListener(settings.host, trust.folder, warden.first_configuration)
    asked = settings.limits
    limits = Limits(asked.reports_per_s, asked.requests_per_s, asked.bytes_per_s)
    return Secured(trust, known, limits, warden, listener)


def _loader(context: ssl.SSLContext, folder: IdentityFolder) -> Callable[[], None]:
    def load() -> None:
        context.load_cert_chain(folder.broker_certificate, folder.broker_key)

    return load
