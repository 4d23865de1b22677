"""What a restriction is. Statutory ones are only mirrored; an agency sets a keep-clear request."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.names import RestrictionName, SystemName
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import JudgedLimits, Volume

TEXT_LENGTH_MAX: Final = 400
RESTRICTION_DURATION_S_MAX: Final = 56 * 86_400
"""ASTM F3548-21 plans constraints at most 56 days ahead."""


class RestrictionKind(StrEnum):
    """Where the authority comes from."""

    KEEP_CLEAR_REQUEST = "keep_clear_request"
    """Set by an agency for its partners; never shown as law."""
    STATUTORY = "statutory"
    """Mirrored from its source, never made here."""
    GENERATED = "generated"
    """As a keep-clear request, made by one of the agency's systems without a person."""


class RestrictionState(StrEnum):
    """Life of a restriction."""

    PLANNED = "planned"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class EntryRule(StrEnum):
    """What is asked of those it applies to."""

    KEEP_CLEAR = "keep_clear"
    ASK = "ask"
    """Authorisation, conditions, a danger area: someone is to be asked first."""
    INFORMATION = "information"
    """Named in answers, no alerts."""


class AppliesTo(StrEnum):
    """Which aircraft are meant."""

    DRONES = "drones"
    ALL_AIRCRAFT = "all_aircraft"
    CREWED_AIRCRAFT = "crewed_aircraft"


class AuthorityPurpose(StrEnum):
    """What an authority wants to be contacted for."""

    AUTHORIZATION = "authorization"
    NOTIFICATION = "notification"
    INFORMATION = "information"


class ReadingQuality(StrEnum):
    """How faithfully a source was read."""

    EXACT = "exact"
    APPROXIMATED = "approximated"
    UNREAD = "unread"
    """The text is kept and the volumes hold a coarse place: cautions only, "ask a person"."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Someone who answers for a restriction; empty texts are not known."""

    name: str
    service: str = ""
    contact_name: str = ""
    telephone: str = ""
    email: str = ""
    site_url: str = ""
    talkgroup: str = ""
    purpose: AuthorityPurpose | None = None
    notice_s: int | None = None
    """How long before entry it wants to hear."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """Who is exempt, named as published; nothing is inferred from an agency's name."""

    beneficiary: str
    conditions: str = ""
    agencies: tuple[str, ...] = ()
    """Those that a person has found to be meant."""
    agreement: str = ""
    """Under which those agencies meet the conditions; empty: they are told to ask. The name of
    one that this broker keeps (`agencies/{agency}/agreements/{agreement}`) counts while it is in
    force, and there is no need to list its parties; any other text is taken for a paper."""

    @property
    def is_kept_here(self) -> bool:
        """Whether the agreement is one of this broker's, if it is there at all."""
        return self.agreement.startswith("agencies/")

    def covers(self, agency: str) -> bool:
        """Whether the agency is exempt without asking anybody, whatever the broker's agreements."""
        if self.is_kept_here:
            return False
        return agency in self.agencies and (not self.conditions or bool(self.agreement))


@dataclass(frozen=True, slots=True)
class Source:
    """Where a mirrored restriction was read."""

    source_id: str
    item_id: str
    format: str = ""
    text: str = ""
    """The item's own words."""
    issued_us: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How well the source was read, and in which respects not."""

    quality: ReadingQuality = ReadingQuality.EXACT
    how: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """What is asked for or mirrored, before the broker has checked it."""

    name: RestrictionName
    title: str
    reason: str
    volumes: tuple[Volume, ...]
    windows: tuple[Window, ...]
    applies_to: AppliesTo
    exempt_agencies: tuple[str, ...]
    """Not asked to keep clear, without conditions."""
    contact: str
    """Telephone or talkgroup of whoever answers for it."""
    talkgroup: str = ""
    kind: RestrictionKind = RestrictionKind.KEEP_CLEAR_REQUEST
    entry_rule: EntryRule = EntryRule.KEEP_CLEAR
    designation: str = ""
    """What it is called where it was published: "EG R", "RA(T)"."""
    conditions: str = ""
    """Of entry, as published, for those who are not exempt."""
    exemptions: tuple[Exemption, ...] = ()
    authorities: tuple[Authority, ...] = ()
    priority: int = 0
    """Of findings of the same weight the one with the larger number is told first."""
    replaces: RestrictionName | None = None
    source: Source | None = None
    """Of every mirrored one, and of no other."""
    reading: Reading = Reading()
    published: tuple[tuple[str, str], ...] = ()
    """(key, value) of the source that are carried and never judged, by key."""

    @property
    def is_mirrored(self) -> bool:
        """Whether it was read from a statutory source."""
        return self.kind is RestrictionKind.STATUTORY

    @property
    def is_unread(self) -> bool:
        """Whether only its coarse place is known."""
        return self.reading.quality is ReadingQuality.UNREAD

    def exempts(self, agency: str) -> bool:
        """Whether the agency is exempt without asking anybody."""
        return agency in self.exempt_agencies or any(one.covers(agency) for one in self.exemptions)


class PublishingEvent(StrEnum):
    """What made the version that readers were last told to take notice of."""

    PUBLISHED = "published"
    AMENDED = "amended"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Publication:
    """Who made a version public, and whether a second person has looked at it."""

    event: PublishingEvent
    author: SystemName
    version: int
    """The version that this event made; opening and closing hours only add to it."""
    replaces_version: int = 0
    """Of the same restriction; 0: it replaces none."""
    approved_by: SystemName | None = None
    awaits_approval: bool = False
    """Live at once in an emergency, and not yet looked at by a second person."""
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Restriction:
    """A checked restriction. `version` grows by one with every change of content or state."""

    draft: RestrictionDraft
    state: RestrictionState
    version: int
    created_us: int
    changed_us: int
    judged: tuple[JudgedLimits, ...]
    """One for each volume."""
    approximations: tuple[str, ...]
    """In which respects what is judged is coarser than what was published."""
    publication: Publication | None = None
    """Of every one that an agency set; None for a mirrored one."""
