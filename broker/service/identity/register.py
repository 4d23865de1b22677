"""The register of systems: which identities there are, what each may do, which were revoked.

One JSON file that is replaced whole, so a reader sees the old one or the new one. The command line
writes it, the running broker watches it; both read the same file and nothing is sent between them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from broker.core.errors import Refused, refuse
from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Subject, Zone
from broker.service.identity.files import read_limited, write_private

REGISTER_BYTES_MAX: Final = 16 * 1024 * 1024
SYSTEMS_MAX: Final = 10_000
CERTIFICATES_MAX: Final = 50
"""Certificates remembered for one system; the oldest are forgotten after they have expired."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One certificate that was given out."""

    serial: int
    not_after_us: int


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One system: its roles, its zone if it has one, and the certificates it was given."""

    system: SystemName
    roles: frozenset[AccessRole]
    zone: Zone | None = None
    revoked: bool = False
    """Every certificate of this name is refused, also one that was never registered here."""
    certificates: tuple[Issue, ...] = ()

    @property
    def subject(self) -> Subject:
        """Who this is to the decision point."""
        return Subject(self.system, self.roles, self.zone)


@dataclass(frozen=True, slots=True)
class Register:
    """All systems, and the serial numbers that count no more."""

    systems: Mapping[SystemName, Enrolment] = field(default_factory=lambda: MappingProxyType({}))
    revoked_serials: frozenset[int] = frozenset()

    def find(self, system: SystemName) -> Enrolment | None:
        """The enrolment of a system that is not revoked."""
        found = self.systems.get(system)
        return None if found is None or found.revoked else found

    def owner_of(self, serial: int) -> SystemName | None:
        """The system that a certificate was given to, where that is known here."""
        held = ((name, each) for name, one in self.systems.items() for each in one.certificates)
        return next((name for name, each in held if each.serial == serial), None)

    def enrolled(
        self, system: SystemName, roles: frozenset[AccessRole], zone: Zone | None
    ) -> "Register":
        """With a system in it, or its roles and zone changed. A revoked name starts afresh."""
        if not roles:
            raise refuse("role", "a system without any role could do nothing: give at least one")
        if AccessRole.AIR_TRAFFIC_CONTROL in roles and zone is None:
            raise refuse("zone", "air traffic control reads its own zone only: give it one")
        if system not in self.systems and len(self.systems) >= SYSTEMS_MAX:
            raise refuse("system", f"at most {SYSTEMS_MAX} systems")
        old = self.systems.get(system)
        certificates = old.certificates if old is not None else ()
        return self._with(Enrolment(system, roles, zone, False, certificates))

    def issued(self, system: SystemName, issue: Issue, now_us: int) -> "Register":
        """With a certificate noted; those that expired are forgotten beyond a number."""
        found = self.find(system)
        if found is None:
            raise refuse("system", f"{system} is not enrolled")
        kept = (*found.certificates, issue)
        if len(kept) > CERTIFICATES_MAX:
            kept = tuple(one for one in kept if one.not_after_us > now_us)
        if len(kept) > CERTIFICATES_MAX:
            raise refuse("system", f"holds {CERTIFICATES_MAX} certificates that are still good")
        return self._with(replace(found, certificates=kept))

    def without(self, system: SystemName) -> "Register":
        """With a system revoked: its certificates, and its name."""
        found = self.systems.get(system)
        if found is None:
            raise refuse("system", f"{system} is not enrolled")
        serials = {one.serial for one in found.certificates}
        changed = self._with(replace(found, revoked=True))
        return replace(changed, revoked_serials=self.revoked_serials | serials)

    def without_serial(self, serial: int) -> "Register":
        """With one certificate revoked; the system goes on with its others."""
        return replace(self, revoked_serials=self.revoked_serials | {serial})

    def _with(self, enrolment: Enrolment) -> "Register":
        systems = {**self.systems, enrolment.system: enrolment}
        return replace(self, systems=MappingProxyType(dict(sorted(systems.items()))))


class _IssueFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    serial: str
    not_after_us: int


class _SystemFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    roles: list[AccessRole]
    zone: tuple[float, float, float, float] | None = None
    revoked: bool = False
    certificates: list[_IssueFile] = Field(default_factory=list)


class _RegisterFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(default=1, ge=1, le=1)
    systems: dict[str, _SystemFile] = Field(default_factory=dict, max_length=SYSTEMS_MAX)
    revoked_serials: list[str] = Field(default_factory=list)


def read_register(path: Path) -> Register:
    """The register in a file. Raises Refused for one that cannot be read: nobody is let in then."""
    try:
        content = read_limited(path, REGISTER_BYTES_MAX)
        held = _RegisterFile.model_validate_json(content)
        systems = {}
        for name, one in held.systems.items():
            system = SystemName.parse("register", name)
            systems[system] = Enrolment(
                system,
                frozenset(one.roles),
                None if one.zone is None else Zone(*one.zone),
                one.revoked,
                tuple(Issue(int(each.serial, 16), each.not_after_us) for each in one.certificates),
            )
        serials = frozenset(int(serial, 16) for serial in held.revoked_serials)
    except (OSError, ValidationError, ValueError, Refused) as error:
        raise refuse("register", f"{path.name} cannot be read: {error}") from error
    return Register(MappingProxyType(systems), serials)


def write_register(path: Path, register: Register) -> None:
    """Replace the file."""
    systems = {
        str(name): {
            "roles": sorted(one.roles),
            "zone": None
            if one.zone is None
            else [one.zone.south_deg, one.zone.west_deg, one.zone.north_deg, one.zone.east_deg],
            "revoked": one.revoked,
            "certificates": [
                {"serial": f"{each.serial:x}", "not_after_us": each.not_after_us}
                for each in one.certificates
            ],
        }
        for name, one in sorted(register.systems.items())
    }
    serials = [f"{serial:x}" for serial in sorted(register.revoked_serials)]
    held = {"version": 1, "systems": systems, "revoked_serials": serials}
    write_private(path, (json.dumps(held, indent=1) + "\n").encode())
