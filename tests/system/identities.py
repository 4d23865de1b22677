"""An identity folder with throw-away certificates, made by the code that operators use."""

from datetime import datetime, timedelta
from pathlib import Path

import grpc

from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Zone
from broker.service.clock import SystemClock
from broker.service.identity.authority import (
    SYSTEM_LIFETIME,
    issue_client,
    key_pem,
    new_authority,
    now_utc,
    pem,
)
from broker.service.identity.enrolment import (
    Wanted,
    certify,
    create_folder,
    enrol,
    request_files,
    revoke,
)
from broker.service.identity.files import CertificateFolder, IdentityFolder
from broker.service.identity.known import Known
from broker.service.identity.tokens import Issuer, People
from broker.service.identity.trust import Trust

EVERYTHING = frozenset(AccessRole) - {AccessRole.AIR_TRAFFIC_CONTROL, AccessRole.ADMINISTRATOR}
HOST = "127.0.0.1"


class Site:
    """One operator: an identity folder, and a certificate folder for each partner system."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.root = folder
        self.identities = IdentityFolder(folder / "identities")
        create_folder(self.identities, [HOST, "localhost"], now_utc())

    def known(self, *issuers: Issuer) -> Known:
        clock = SystemClock()
        people = People(issuers, clock.now_us()) if issuers else None
        return Known(Trust(self.identities), people, clock)

    def partner(
        self,
        name: str,
        roles: frozenset[AccessRole] = EVERYTHING,
        zone: Zone | None = None,
        *,
        now: datetime | None = None,
        lifetime: timedelta = SYSTEM_LIFETIME,
        place: str = "",
    ) -> Path:
        """Enrol `agency/system` and give it a certificate; returns its folder."""
        system = system_of(name)
        enrol(self.identities, Wanted(system, roles, zone))
        return self.certificate(name, now=now, lifetime=lifetime, place=place)

    def certificate(
        self,
        name: str,
        *,
        now: datetime | None = None,
        lifetime: timedelta = SYSTEM_LIFETIME,
        place: str = "",
    ) -> Path:
        """The next certificate of an enrolled system, in a folder of its own."""
        mine = CertificateFolder(self.root / (place or name.replace("/", "-")))
        request_files(mine, system_of(name))
        mine.certificate.write_bytes(
            certify(
                self.identities,
                system_of(name),
                mine.request.read_bytes(),
                now or now_utc(),
                lifetime,
            )
        )
        mine.trusted.write_bytes(self.identities.trusted.read_bytes())
        return mine.path

    def revoke(self, name: str) -> None:
        revoke(self.identities, [system_of(name)], now_utc())

    def stranger(self, name: str) -> Path:
        """A certificate for the same name, from an authority that nobody trusts."""
        issued = issue_client(new_authority(now_utc()), system_of(name), now_utc())
        mine = CertificateFolder(self.root / f"stranger-{name.replace('/', '-')}")
        mine.path.mkdir()
        mine.certificate.write_bytes(pem(issued.certificate))
        mine.key.write_bytes(key_pem(issued.key))
        mine.trusted.write_bytes(self.identities.trusted.read_bytes())
        return mine.path

    def server_only(self) -> grpc.ChannelCredentials:
        """What a client without any certificate has."""
        return grpc.ssl_channel_credentials(self.identities.trusted.read_bytes())


def time_enough(connecting_s: float) -> timedelta:
    """How long a certificate lasts with which to connect, where it took so long just before."""
    return timedelta(seconds=4.0 + 20.0 * connecting_s)


def system_of(name: str) -> SystemName:
    agency, system = name.split("/")
    return SystemName(agency, system)
