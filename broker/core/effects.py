"""Effects: everything the core says happened. Views, the feed and replies are made from these."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from broker.core.agreements.model import Agreement
from broker.core.aircraft.model import AircraftEntries
from broker.core.errors import Refusal
from broker.core.names import AgreementName, SystemName
from broker.core.publishing.model import Delivery, SavedDraft
from broker.core.restrictions.imported import ImportReport
from broker.core.restrictions.model import (
    Restriction,
)
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.settings import SharingEntries
from broker.core.tracks.reports import HeightBand


class AlertLevel(IntEnum):
    """How urgent. FLOOR is the hard minimum: inside it now."""

    NONE = 0
    ADVISORY = 1
    CAUTION = 2
    WARNING = 3
    FLOOR = 4


class AlertKind(StrEnum):
    """What the alert is about."""

    PROXIMITY = "proximity"
    RESTRICTION = "restriction"
    CLUSTER = "cluster"
    """Many alerts of one incident, told as one."""
    LAUNCH_HOLD = "launch-hold"
    """A drone in its dock is not to be launched yet: crewed traffic comes to where it climbs."""
    LEAVING_BAND = "leaving-band"
    """A drone leaves the height band that it was allotted, while others work its incident."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One desk's acknowledgement of one alert."""

    system: SystemName
    acknowledged_by: str
    acknowledged_us: int
    revision: int


@dataclass(frozen=True, slots=True)
class AlertGeometry:
    """The numbers behind an alert, at `evaluated_us`. b is seen from a; None where unknown."""

    range_m: float
    bearing_deg: float
    """True bearing from a to b, 0 to 360."""
    relative_height_m: float | None
    """b above a; None with the vertical position of either unknown."""
    relative_height_doubt_m: float | None
    time_to_loss_s: float | None
    """Seconds until the level's volume is entered; 0 inside; None when it is not entered."""
    time_to_closest_s: float
    closest_range_m: float
    closing_speed_mps: float
    picture_age_s: float
    """Age of the older of the two positions."""
    time_to_exit_s: float | None = None
    """Seconds until a restriction is left on this course; None: not foreseen, or a pair."""


@dataclass(frozen=True, slots=True)
class BandSeen:
    """A drone's height beside the band that it was allotted, above the band's reference."""

    band: HeightBand
    height_m: float
    doubt_m: float
    """95 %."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One encounter: a level change is a new revision of the same id. Level NONE = cleared."""

    alert_id: str
    revision: int
    kind: AlertKind
    level: AlertLevel
    highest_level: AlertLevel
    track_a: int
    track_b: int
    """Broker track numbers, a < b. For an alert of one aircraft, track_b is -1."""
    restriction_name: str
    raised_us: int
    changed_us: int
    evaluated_us: int
    rule_id: str
    policy_version: str
    capped_because: str
    """Why the level was held down ("vertical position unknown"), or empty."""
    geometry: AlertGeometry
    acknowledgements: tuple[Acknowledgement, ...] = ()
    incident_id: str = ""
    """The incident that the alert was counted for, see `core.clusters`."""
    members: tuple["Alert", ...] = ()
    """Of a cluster: its alerts, most urgent first, at most `clusters.MEMBERS_MAX`. The cluster's
    own tracks, level and numbers are those of the first, or the last that there was."""
    member_count: int = 0
    """Of a cluster: how many alerts are active in it."""
    told_to: tuple[str, ...] = ()
    """The only agencies that are told; empty: all, as far as what is hidden allows."""
    band: BandSeen | None = None
    """Of a band that is left."""


@dataclass(frozen=True, slots=True)
class TracksUpdated:
    """Slots whose row changed, in report order; read the rows from the table at once."""

    slots: NDArray[np.int32]


class TrackState(IntEnum):
    """Life of a track. LOST is announced, never silent."""

    CURRENT = 0
    STALE = 1
    LOST = 2
    PRESUMED_LANDING = 3
    """Fell silent low and descending: its volume stays where it was last seen."""
    DOCKED = 4
    """A drone last heard in its dock: silent, and not lost."""
    MERGED = 5
    """Found to be the same aircraft as another track, which shows it from now on."""
    WITHHELD = 6
    """No longer shown under one id: what its agency shares of it changed. Never in the table."""


@dataclass(frozen=True, slots=True)
class TrackStateChanged:
    """A track went stale, came back, or was lost."""

    track_number: int
    slot: int
    state: TrackState
    age_s: float


@dataclass(frozen=True, slots=True)
class TracksMerged:
    """Two tracks were found to be one aircraft; one number goes on."""

    track_number: int
    gone_number: int
    basis: str
    """`identity` or `motion`."""
    confidence: float


@dataclass(frozen=True, slots=True)
class TrackSplit:
    """A publisher's reports turned out to be of another aircraft: they get a track of their own."""

    track_number: int
    publisher: SystemName
    source_track_id: str
    basis: str
    """Why they had been joined."""


@dataclass(frozen=True, slots=True)
class AlertChanged:
    """An alert was raised, changed level, was acknowledged or cleared."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class AlertRetold:
    """An alert ended for those who were shown it, and goes on under another id.

    What is shown of one of its aircraft changed, and nothing may link before and after.
    """

    alert: Alert
    levels: tuple[int, ...]
    """How its tracks were shared until now."""


@dataclass(frozen=True, slots=True)
class SharingChanged:
    """What others are shown of a track changed."""

    track_number: int
    slot: int
    before: int
    after: int
    """Of `sharing.settings.SharingLevel`."""
    old_view_key: int
    """What others' ids for it were made from until now."""
    reader: str = ""
    """The one agency that is shown it otherwise; empty: all but its own."""
    turns: tuple[tuple[str, int], ...] = ()
    """What a reader's old id was made from besides, for those for whom that was not 0."""


@dataclass(frozen=True, slots=True)
class VolumeChanged:
    """The keep-clear volume of a covert track appeared, moved or ended."""

    volume: KeepClearVolume


class OwnerReason(StrEnum):
    """Why the owner of a hidden aircraft is told something; the notice's code."""

    POSITION_DISCLOSED = "position-disclosed"
    """A crewed aircraft's desk was given the true relative position."""
    PROBING_SUSPECTED = "probing-suspected"
    """One publisher's tracks meet covert ones again and again."""
    REMOTE_ID_HEARD = "remote-id-heard"
    """A covert drone is heard transmitting Remote ID."""


@dataclass(frozen=True, slots=True)
class OwnerTold:
    """Something that the agency of a hidden aircraft must know, and nobody else."""

    agency: str
    reason: OwnerReason
    text: str


@dataclass(frozen=True, slots=True)
class RestrictionChanged:
    """A restriction was set, became active, was withdrawn or expired."""

    restriction: Restriction


class ShownTo(StrEnum):
    """Which audiences a publisher's state is for: they differ while it publishes hidden flights."""

    ALL = "all"
    OWNER = "owner"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class DeskNotice:
    """Something that one agency's desk must know."""

    agency: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class AgreementNotice:
    """What became of an agreement, for its parties and nobody else."""

    agencies: tuple[str, ...]
    code: str
    text: str
    name: AgreementName | None
    """None: about all of them."""


@dataclass(frozen=True, slots=True)
class FeedStateChanged:
    """A publisher fell silent or came back: "no alert" is never shown as "no traffic"."""

    publisher: SystemName
    silent: bool
    last_report_us: int
    shown_to: ShownTo = ShownTo.ALL


@dataclass(frozen=True, slots=True)
class PolicyLoaded:
    """A pair policy is now in force."""

    version: str


@dataclass(frozen=True, slots=True)
class SupplyChainLoaded:
    """A supply-chain policy is now in force; without a version, none is."""

    version: str


@dataclass(frozen=True, slots=True)
class AuditFound:
    """The full pass and the incremental set disagreed: repaired, counted and logged."""

    missing_pairs: int
    extra_pairs: int


Effect = (
    TracksUpdated
    | TrackStateChanged
    | TracksMerged
    | TrackSplit
    | AlertChanged
    | AlertRetold
    | SharingChanged
    | VolumeChanged
    | OwnerTold
    | RestrictionChanged
    | DeskNotice
    | AgreementNotice
    | FeedStateChanged
    | PolicyLoaded
    | SupplyChainLoaded
    | AuditFound
)


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What became of one report batch: how many rows were applied, and which were refused."""

    accepted_count: int
    refusals: tuple[tuple[int, Refusal], ...]
    """(row, why)"""


@dataclass(frozen=True, slots=True)
class Done:
    """A control command was carried out; `resource` is what it made or changed, if anything."""

    resource: (
        Restriction
        | Alert
        | ImportReport
        | AircraftEntries
        | SavedDraft
        | Delivery
        | SharingEntries
        | Agreement
        | None
    ) = None


@dataclass(frozen=True, slots=True)
class NotDone:
    """A control command was refused and changed nothing."""

    refusals: tuple[Refusal, ...]
    not_found: bool = False
    conflict: bool = False
    denied: bool = False
    unavailable: bool = False


Reply = BatchReply | Done | NotDone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command led to."""

    effects: tuple[Effect, ...]
    reply: Reply | None
