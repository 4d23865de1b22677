"""What is asked of publishing: each is logged before it is carried out."""

from dataclasses import dataclass

from broker.core.names import RestrictionName, SystemName
from broker.core.publishing.model import DeliveryStage, PublishingRules
from broker.core.restrictions.model import RestrictionDraft


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep a restriction as a draft: a new one, or changed content for a live one."""

    sender: SystemName
    request_id: str
    draft: RestrictionDraft
    note: str = ""


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Throw a draft away."""

    sender: SystemName
    request_id: str
    name: RestrictionName


@dataclass(frozen=True, slots=True)
class PublishDraft:
    """Make a draft live, or ask for its approval where the rules do."""

    sender: SystemName
    request_id: str
    name: RestrictionName
    revision: int
    emergency: bool


@dataclass(frozen=True, slots=True)
class ApproveRestriction:
    """A second system's yes: to a draft's revision, or to the version of a live emergency."""

    sender: SystemName
    request_id: str
    name: RestrictionName
    revision: int
    """0: a live one is meant."""
    version: int


@dataclass(frozen=True, slots=True)
class ExtendRestriction:
    """Let a live one end later. `version` 0: whatever version is live."""

    sender: SystemName
    request_id: str
    name: RestrictionName
    version: int
    end_us: int


@dataclass(frozen=True, slots=True)
class AcknowledgeRestriction:
    """A desk says that it has read a version."""

    sender: SystemName
    request_id: str
    name: RestrictionName
    version: int
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class NoteDelivery:
    """How far versions got on their way to one system."""

    sender: SystemName
    """The system that they went to."""
    request_id: str
    stage: DeliveryStage
    versions: tuple[tuple[RestrictionName, int], ...]


@dataclass(frozen=True, slots=True)
class LoadPublishingRules:
    """Replace the rules of publishing."""

    rules: PublishingRules


PublishingRequest = (
    SaveDraft
    | DiscardDraft
    | PublishDraft
    | ApproveRestriction
    | ExtendRestriction
    | AcknowledgeRestriction
    | NoteDelivery
)
"""What a system asks for, under a request id."""

PublishingCommand = PublishingRequest | LoadPublishingRules
