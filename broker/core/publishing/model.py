"""What is kept about publishing: drafts, the rules in force, and who was told of what."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.names import RestrictionName, SystemName
from broker.core.restrictions.model import RestrictionDraft
from broker.core.units import DAY_US, SECOND_US

DRAFTS_MAX: Final = 500
DRAFT_KEPT_US: Final = 7 * DAY_US
"""A draft that nobody touched for a week is forgotten."""
NOTE_LENGTH_MAX: Final = 400
EDITIONS_PER_RESTRICTION_MAX: Final = 10
RESTRICTIONS_WITH_EDITIONS_MAX: Final = 2_000
RECEIPTS_PER_EDITION_MAX: Final = 1_000
VERSIONS_PER_DELIVERY_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class PublishingRules:
    """What publishing asks for; part of the log, so that a replay decides alike."""

    approval_agencies: tuple[str, ...] = ()
    """Agencies whose keep-clear requests a second system must approve before they are live."""
    emergency_radius_m_max: float = 1_000.0
    emergency_duration_s_max: int = 3_600
    unacknowledged_after_s: int = 0
    """After which the escalation desk is told who has not acknowledged; 0: never."""
    escalation_agency: str = ""
    """Whose desk is told; empty: the publisher's own."""

    def needs_approval(self, agency: str) -> bool:
        """Whether a second system must approve what this agency publishes."""
        return agency in self.approval_agencies

    @property
    def unacknowledged_after_us(self) -> int:
        """The same in microseconds."""
        return self.unacknowledged_after_s * SECOND_US


class DraftState(StrEnum):
    """Life of a draft: it ends by becoming live, or by being discarded."""

    EDITING = "editing"
    AWAITING_APPROVAL = "awaiting_approval"


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A restriction that is being prepared; nobody is asked to keep clear of it."""

    draft: RestrictionDraft
    author: SystemName
    """Whoever last changed it: it is approved by somebody else."""
    revision: int
    """Grows by one with every change, so that what is approved is what was read."""
    state: DraftState
    changed_us: int
    note: str = ""
    """Where it came from, for example from which sighting."""
    is_extension: bool = False


class DeliveryStage(StrEnum):
    """How far a version got on its way to one system."""

    SENT = "sent"
    """Handed to that system's own stream."""
    RECEIVED = "received"
    """The system itself said that it has it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one system is known to have got of one edition."""

    system: SystemName
    sent_us: int | None = None
    received_us: int | None = None
    acknowledged_us: int | None = None
    acknowledged_by: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """One version that partners are to take notice of, and who has."""

    name: RestrictionName
    version: int
    published_us: int
    receipts: tuple[Receipt, ...] = ()
    """In the order in which the systems were first heard of."""
    escalated_us: int | None = None

    def receipt_of(self, system: SystemName) -> Receipt | None:
        """What is known of one system."""
        return next((one for one in self.receipts if one.system == system), None)

    def agencies_acknowledged(self) -> frozenset[str]:
        """Agencies of which a desk has acknowledged."""
        return frozenset(
            one.system.agency for one in self.receipts if one.acknowledged_us is not None
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """The editions of one restriction, newest first, and the agencies that owe an answer."""

    name: RestrictionName
    editions: tuple[Edition, ...]
    outstanding: tuple[str, ...]
    """Agencies with a desk that has not acknowledged the newest edition."""
