"""A supply-chain policy: areas, and rules on what an agency's register says of its aircraft."""

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from broker.core.aircraft.model import AircraftRecord
from broker.core.supply_chain.areas import Area
from broker.core.tracks.reports import AircraftClass

AREAS_MAX: Final = 60
RULES_MAX: Final = 60
"""Both fit the bits of one 64-bit number."""
TEXT_FIELDS: Final = ("maker", "model", "country", "firmware", "ground_application", "data_path")
"""What the register says that a rule may ask for."""
NOT_SAID: Final = "unknown"
"""Stands in a rule for what the register does not say."""


class Action(StrEnum):
    """What a rule does about an aircraft that it fits."""

    FLAG = "flag"
    """Marks its track."""
    REFUSE = "refuse"
    """Refuses its reports in flight; on the ground its track is marked."""


class ShownTo(StrEnum):
    """Who sees the mark."""

    OWNER = "owner"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Condition:
    """One field of the register, and the texts it may have; `*` stands for any characters."""

    field: str
    wanted: tuple[str, ...]

    def fits(self, record: AircraftRecord | None) -> bool:
        """Whether the register says one of them; upper and lower case are the same."""
        said = NOT_SAID if record is None else str(getattr(record, self.field)) or NOT_SAID
        return any(fnmatchcase(said.casefold(), one.casefold()) for one in self.wanted)


@dataclass(frozen=True, slots=True)
class Rule:
    """All conditions together; within one condition any of its texts."""

    rule_id: str
    action: Action
    reason: str
    shown_to: ShownTo
    areas: tuple[int, ...]
    """Places in the policy's list of areas."""
    classes: tuple[AircraftClass, ...]
    agencies: tuple[str, ...]
    """Empty: every agency's aircraft."""
    unregistered: bool
    """Only aircraft that their agency's register does not hold (any more)."""
    conditions: tuple[Condition, ...]

    def fits(self, agency: str, flown: AircraftClass, record: AircraftRecord | None) -> bool:
        """Whether it is about this aircraft, wherever that is."""
        if flown not in self.classes or (self.agencies and agency not in self.agencies):
            return False
        if self.unregistered and record is not None:
            return False
        return all(condition.fits(record) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class SupplyChainPolicy:
    """What is asked of aircraft near sensitive sites; nothing without rules."""

    version: str
    areas: tuple[Area, ...]
    rules: tuple[Rule, ...]


NO_POLICY: Final = SupplyChainPolicy("", (), ())
