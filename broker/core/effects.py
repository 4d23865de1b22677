"""Effects: everything the core says happened. Views and the feed are made from these."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from broker.core.alerts import Alert
from broker.core.names import AgreementName, SystemName
from broker.core.restrictions.model import Restriction
from broker.core.sharing.keep_clear import KeepClearVolume


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
    is_news: bool = True
    """Of the aircraft: it was not only acknowledged."""


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
