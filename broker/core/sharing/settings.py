"""What an agency says of how a flight is shown: a level, until a time, and who authorised it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from broker.core.names import SystemName
from broker.core.plain import Plain, integers, items, text

SUBJECT_LENGTH_MAX: Final = 80
AUTHORISED_BY_LENGTH_MAX: Final = 80


class SharingLevel(IntEnum):
    """What others are shown; a higher one shows less."""

    OPEN = 1
    MASKED = 2
    """Position, agency and duty contact; no identity and no purpose."""
    COVERT = 3
    """Only a steady keep-clear volume."""


class AlertDetail(IntEnum):
    """Which numbers of an alert a view tells."""

    FULL = 1
    SECTOR = 2
    """Of a covert aircraft: range and bearing are to its volume's nearest edge, and coarse."""
    TRUE_POSITION = 3
    """Of a covert aircraft, at warning, to a crewed aircraft's desk: all, without identity."""
    EXISTENCE = 4
    """None: that there is one, its level and its times."""


class SubjectKind(StrEnum):
    """What a setting names."""

    AIRCRAFT = "aircraft"
    """By the id it is published under, registration, callsign or ICAO address."""
    FLIGHT = "flight"
    """By the flight id it is published with."""


@dataclass(frozen=True, slots=True, order=True)
class SharingSubject:
    """What of an agency a setting is about."""

    agency: str
    kind: SubjectKind
    name: str

    @property
    def key(self) -> "SharingSubject":
        """In one spelling: people write MET 7 and met 7, and mean one aircraft."""
        name = " ".join(self.name.split()).casefold()
        return self if name == self.name else SharingSubject(self.agency, self.kind, name)


@dataclass(frozen=True, slots=True)
class SharingSetting:
    """One level, for one aircraft or flight, until a time."""

    subject: SharingSubject
    level: SharingLevel
    until_us: int
    authorised_by: str
    set_by: SystemName
    changed_us: int


@dataclass(frozen=True, slots=True)
class SharingEntries:
    """What one command set, or took away."""

    entries: tuple[SharingSetting, ...]
    tracks_named: int = 0
    """How many tracks in the picture that was about."""


def setting_state(one: SharingSetting) -> dict[str, Plain]:
    """For a snapshot."""
    return {
        "subject": [one.subject.agency, str(one.subject.kind), one.subject.name],
        "numbers": [int(one.level), one.until_us, one.changed_us],
        "authorised_by": one.authorised_by,
        "set_by": [one.set_by.agency, one.set_by.system],
    }


def setting_of(state: dict[str, Plain]) -> SharingSetting:
    """From a snapshot."""
    agency, kind, name = (text(one) for one in items(state["subject"]))
    level, until_us, changed_us = integers(state["numbers"])
    by_agency, by_system = (text(one) for one in items(state["set_by"]))
    return SharingSetting(
        SharingSubject(agency, SubjectKind(kind), name), SharingLevel(level), until_us,
        text(state["authorised_by"]), SystemName(by_agency, by_system), changed_us,
    )  # fmt: skip
