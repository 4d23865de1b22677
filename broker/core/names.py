"""Resource names: agencies, systems, roles, audiences, restrictions and agreements.

`agencies/{agency}/systems/{system}` names who publishes; an audience is agency x role and names
who reads. Identifiers are lower case, so that they are safe in an MQTT topic and in a URL.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.errors import refuse

IDENTIFIER_LENGTH_MAX: Final = 40
_IDENTIFIER: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def identifier(field: str, value: str) -> str:
    """Return `value` if it is a lower-case identifier of at most 40 characters, else refuse."""
    if len(value) > IDENTIFIER_LENGTH_MAX or not _IDENTIFIER.fullmatch(value):
        raise refuse(
            field,
            f"must be 1 to {IDENTIFIER_LENGTH_MAX} characters of a-z, 0-9 and inner '-'",
        )
    return value


def _owned(field: str, value: str, kind: str) -> tuple[str, str]:
    """Agency and identifier of `agencies/{agency}/{kind}s/{kind}`."""
    parts = value.split("/")
    if len(parts) != 4 or parts[0] != "agencies" or parts[2] != f"{kind}s":
        raise refuse(field, f"must read agencies/{{agency}}/{kind}s/{{{kind}}}")
    return identifier(field, parts[1]), identifier(field, parts[3])


class Role(StrEnum):
    """What a reader of the feed is: it decides the wording and who may acknowledge."""

    DESK = "desk"
    """A drone or helicopter desk: alerts are worded for it and it acknowledges them."""
    OBSERVER = "observer"
    """Reads the picture (an air traffic control unit, a display): neutral wording."""


@dataclass(frozen=True, slots=True, order=True)
class SystemName:
    """`agencies/{agency}/systems/{system}`: one publishing or reading system of an agency."""

    agency: str
    system: str

    def __str__(self) -> str:
        return f"agencies/{self.agency}/systems/{self.system}"

    @classmethod
    def parse(cls, field: str, value: str) -> "SystemName":
        """Read a full system name; refuses anything else, naming `field`."""
        return cls(*_owned(field, value, "system"))


@dataclass(frozen=True, slots=True, order=True)
class Audience:
    """Agency x role: everyone in it is shown the same bytes under the same numbers."""

    agency: str
    role: Role

    def __str__(self) -> str:
        return f"agencies/{self.agency}/roles/{self.role}"

    def __hash__(self) -> int:
        # Audiences are looked up several times a message; the role's own hash is the dear part.
        return hash(self.agency)


@dataclass(frozen=True, slots=True, order=True)
class RestrictionName:
    """`agencies/{agency}/restrictions/{restriction}`."""

    agency: str
    restriction: str

    def __str__(self) -> str:
        return f"agencies/{self.agency}/restrictions/{self.restriction}"

    @classmethod
    def parse(cls, field: str, value: str) -> "RestrictionName":
        """Read a full restriction name; refuses anything else, naming `field`."""
        return cls(*_owned(field, value, "restriction"))


@dataclass(frozen=True, slots=True, order=True)
class AgreementName:
    """`agencies/{agency}/agreements/{agreement}`: the agency is the one that first proposed it."""

    agency: str
    agreement: str

    def __str__(self) -> str:
        return f"agencies/{self.agency}/agreements/{self.agreement}"

    @classmethod
    def parse(cls, field: str, value: str) -> "AgreementName":
        """Read a full agreement name; refuses anything else, naming `field`."""
        return cls(*_owned(field, value, "agreement"))
