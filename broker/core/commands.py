"""Commands: everything the core consumes. Each is a frozen record; `Command` is their union."""

from dataclasses import dataclass
from enum import StrEnum

from broker.core.agreements.commands import AgreementCommand
from broker.core.aircraft.model import AircraftName, AircraftRecord
from broker.core.geodesy.ground import AreaGround
from broker.core.names import Audience, RestrictionName, SystemName
from broker.core.publishing.commands import PublishingCommand
from broker.core.restrictions.model import (
    RestrictionDraft,
)
from broker.core.sharing.settings import SharingLevel, SharingSubject
from broker.core.tracks.reports import ReportBatch


@dataclass(frozen=True, slots=True)
class OpenAudience:
    """Start numbering a view for an audience; opening it again only renews the display name."""

    audience: Audience
    agency_name: str
    """The name people know the agency by."""


@dataclass(frozen=True, slots=True)
class LoadPolicy:
    """Replace the pair policy; the text is the whole TOML file, so that a replay needs no file."""

    toml_text: str


@dataclass(frozen=True, slots=True)
class LoadSupplyChain:
    """Replace the supply-chain policy by a whole TOML text; an empty one asks for nothing."""

    toml_text: str


@dataclass(frozen=True, slots=True)
class LoadGround:
    """Replace what bounds heights above ground. Terrain is named by the digest of its content."""

    area: AreaGround | None
    terrain_digest: str


@dataclass(frozen=True, slots=True)
class SubmitReports:
    """One publisher's positions. `received_us` is the broker's receipt time."""

    batch: ReportBatch
    received_us: int


@dataclass(frozen=True, slots=True)
class CreateRestriction:
    """Set a keep-clear request. The same (sender, request_id) again answers the first result."""

    sender: SystemName
    request_id: str
    draft: RestrictionDraft


@dataclass(frozen=True, slots=True)
class WithdrawRestriction:
    """End a keep-clear request now. `version` 0 withdraws whatever version is live."""

    sender: SystemName
    request_id: str
    name: RestrictionName
    version: int


@dataclass(frozen=True, slots=True)
class ImportRestrictions:
    """Mirror items of a statutory source, and withdraw what it no longer lists."""

    sender: SystemName
    request_id: str
    source_id: str
    drafts: tuple[RestrictionDraft, ...]
    withdraw_unlisted: bool
    listed_item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcknowledgeAlert:
    """A desk says that it has read an alert."""

    sender: SystemName
    request_id: str
    alert_id: str
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class RegisterAircraft:
    """Write aircraft of the sender's agency into the register: all of them or none."""

    sender: SystemName
    request_id: str
    records: tuple[AircraftRecord, ...]


@dataclass(frozen=True, slots=True)
class RemoveAircraft:
    """Take one aircraft of the sender's agency out of the register."""

    sender: SystemName
    request_id: str
    name: AircraftName


@dataclass(frozen=True, slots=True)
class SetSharing:
    """Show an aircraft or flight of the sender's agency at a level until a time.

    Without a level it goes back to the agency's default.
    """

    sender: SystemName
    request_id: str
    subject: SharingSubject
    level: SharingLevel | None
    until_us: int
    authorised_by: str


@dataclass(frozen=True, slots=True)
class SetSharingDefault:
    """What an agency shows where no setting says otherwise; from the broker's configuration."""

    agency: str
    level: SharingLevel


@dataclass(frozen=True, slots=True)
class PublisherGone:
    """A publisher's connection ended without a goodbye: its feed counts as silent at once."""

    publisher: SystemName


class TickPart(StrEnum):
    """Which half of a tick: reports may be taken between the two."""

    WHOLE = "whole"
    PICTURE = "picture"
    """Ages, windows, silence, frames."""
    JUDGING = "judging"
    """Close pairs are judged again: levels fall, volumes grow."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes. `audit`: with what is due once a second, such as the full separation pass."""

    audit: bool
    part: TickPart = TickPart.WHOLE

    @property
    def shows(self) -> bool:
        """Whether frames are cut."""
        return self.part is not TickPart.JUDGING

    @property
    def judges(self) -> bool:
        """Whether close pairs are judged again."""
        return self.part is not TickPart.PICTURE


RestrictionCommand = (
    CreateRestriction | WithdrawRestriction | ImportRestrictions | LoadGround | PublishingCommand
)
"""May make restrictions others than they were."""

ControlCommand = (
    OpenAudience
    | LoadPolicy
    | LoadSupplyChain
    | RestrictionCommand
    | AcknowledgeAlert
    | RegisterAircraft
    | RemoveAircraft
    | SetSharing
    | SetSharingDefault
    | AgreementCommand
)
"""Synced to disk before it is acknowledged."""

Command = ControlCommand | SubmitReports | PublisherGone | Tick
