"""Who a caller is to the decision point, and what it can ask to do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.names import SystemName


class AccessRole(StrEnum):
    """What an identity is trusted with. One identity may hold several."""

    PUBLISHER = "publisher"
    """Publishes its agency's traffic."""
    SUBSCRIBER = "subscriber"
    """Reads its agency's views."""
    DESK = "desk"
    """Reads its agency's desk view and acknowledges alerts."""
    AIRSPACE_MANAGER = "airspace-manager"
    """Sets and withdraws its agency's keep-clear requests."""
    AIRSPACE_IMPORTER = "airspace-importer"
    """Mirrors statutory restrictions from their source, and sets nothing itself."""
    APPROVER = "approver"
    """Approves what its agency's airspace managers prepared."""
    AIR_TRAFFIC_CONTROL = "air-traffic-control"
    """Reads the neutral view and keep-clear requests of its own zone, and nothing else."""
    AUDITOR = "auditor"
    """Reads what was decided and disclosed, and no live picture."""
    ADMINISTRATOR = "administrator"
    """Manages identities, and sees no picture."""


CLAIMED_ROLES: Final = frozenset(AccessRole) - {
    AccessRole.AIR_TRAFFIC_CONTROL,
    AccessRole.ADMINISTRATOR,
}
"""What a name that nobody checked may do, on the loopback of one machine. An air traffic control
unit needs a zone, which a claimed name does not have; identities are managed with a key."""


class Action(StrEnum):
    """What can be asked. Every method and every topic that is written is one of these."""

    PUBLISH_TRACKS = "publish-tracks"
    REPORT_PRESENCE = "report-presence"
    READ_DESK_VIEW = "read-desk-view"
    READ_NEUTRAL_VIEW = "read-neutral-view"
    READ_RESTRICTIONS = "read-restrictions"
    SET_RESTRICTION = "set-restriction"
    IMPORT_RESTRICTIONS = "import-restrictions"
    ASK_ENTRY = "ask-entry"
    APPROVE_RESTRICTION = "approve-restriction"
    READ_PUBLISHING = "read-publishing"
    """Drafts, what they would hit, and proof of delivery."""
    ACKNOWLEDGE_RESTRICTION = "acknowledge-restriction"
    CONFIRM_RESTRICTION = "confirm-restriction"
    """Say that a restriction arrived."""
    READ_ALERTS = "read-alerts"
    ACKNOWLEDGE_ALERT = "acknowledge-alert"
    KEEP_AIRCRAFT = "keep-aircraft"
    READ_AIRCRAFT = "read-aircraft"
    SET_SHARING = "set-sharing"
    READ_SHARING = "read-sharing"
    SIGN_AGREEMENT = "sign-agreement"
    """Propose one, accept one, end one: for its own agency."""
    READ_AGREEMENTS = "read-agreements"
    SEE_IDENTITY = "see-identity"
    """Be shown flights with who they are and what for; asked for each agency, by the views."""
    READ_AUDIT = "read-audit"
    MANAGE_IDENTITIES = "manage-identities"
    CHECK_HEALTH = "check-health"


class Relation(StrEnum):
    """Whose the resource is, seen from the caller."""

    OWN = "own"
    AGREED = "agreed"
    """Another agency's, and that agency agreed to share with the caller's."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Zone:
    """The box, in degrees, that an air traffic control unit may look into."""

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float

    def holds(self, other: "Zone") -> bool:
        """Whether `other` lies wholly inside."""
        return (
            self.south_deg <= other.south_deg
            and self.west_deg <= other.west_deg
            and other.north_deg <= self.north_deg
            and other.east_deg <= self.east_deg
        )

    def touches(self, other: "Zone") -> bool:
        """Whether any of `other` lies inside."""
        return (
            self.south_deg <= other.north_deg
            and other.south_deg <= self.north_deg
            and self.west_deg <= other.east_deg
            and other.west_deg <= self.east_deg
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks: a system, or a person who signed in and is named like one."""

    system: SystemName
    roles: frozenset[AccessRole]
    zone: Zone | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What is asked for: whose it is, and the part of the sky, where that matters."""

    agency: str
    area: Zone | None = None
    """None: all of it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds at the moment: which agencies take part, and who agreed to share with whom."""

    agencies: frozenset[str]
    agreed: frozenset[tuple[str, str]] = frozenset()
    """(owner, reader): the owner shares with the reader, by an agreement in force."""
    assumed: bool = False
    """Whether two agencies that never had an agreement in force count as agreed."""
    once_signed: frozenset[tuple[str, str]] = frozenset()
    """Pairs, both ways round, between which nothing is assumed: they have, or had, one."""
    public: frozenset[str] = frozenset()
    """Agencies whose flights are for everybody: they publish what is broadcast anyway."""

    @property
    def assumes_all(self) -> bool:
        """Whether every agency counts as agreed with every other."""
        return self.assumed and not self.once_signed

    def relation(self, reader: str, owner: str) -> Relation:
        """How `owner`'s resources stand to `reader`."""
        if reader == owner:
            return Relation.OWN
        pair = (owner, reader)
        assumed = self.assumed and pair not in self.once_signed
        agreed = assumed or pair in self.agreed or owner in self.public
        return Relation.AGREED if agreed else Relation.OTHER
