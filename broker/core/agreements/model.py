"""A local deconfliction agreement: what people signed, as a value that never changes.

Any change is another version, which every party signs again. The alerts of a proximity event and
keep-clear requests are no part of it: they go to both sides whatever is agreed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.names import AgreementName, SystemName
from broker.core.restrictions.shapes import LimitDatum, VerticalLimit, Volume
from broker.core.sharing.settings import SharingLevel
from broker.core.units import DAY_US

PARTIES_MAX: Final = 20
AREAS_MAX: Final = 20
VERTICES_PER_AGREEMENT_MAX: Final = 1_000
"""So that an agreement fits one message."""
SHARES_MAX: Final = PARTIES_MAX * (PARTIES_MAX - 1)
TITLE_LENGTH_MAX: Final = 80
CONTACT_LENGTH_MAX: Final = 80
SIGNED_BY_LENGTH_MAX: Final = 80
REASON_LENGTH_MAX: Final = 400
OUTAGE_SCRIPT_LENGTH_MAX: Final = 4_000
AGREEMENT_LASTS_US_MAX: Final = 2 * 366 * DAY_US
"""People read it again at least every other year."""
AGREEMENTS_PER_AGENCY_MAX: Final = 50
VERSIONS_KEPT_MAX: Final = 20
FROM_SURFACE: Final = VerticalLimit(0.0, LimitDatum.SURFACE)
"""Of an area for which no floor is given."""
UNLIMITED: Final = VerticalLimit(0.0, LimitDatum.UNLIMITED)
"""Of an area for which no ceiling is given."""


class AgreementState(StrEnum):
    """Life of one version."""

    PROPOSED = "proposed"
    """Not yet signed by every party: nothing follows from it."""
    ACCEPTED = "accepted"
    """Signed by all, and its time has not come."""
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    """A later version came into its place."""
    ENDED = "ended"
    """A party ended it, or refused to sign."""
    EXPIRED = "expired"


OVER: Final = frozenset({AgreementState.REPLACED, AgreementState.ENDED, AgreementState.EXPIRED})


@dataclass(frozen=True, slots=True)
class AgreementParty:
    """One agency, and how its desk is reached by voice."""

    agency: str
    desk: str
    """As people say it: "Fire control"."""
    telephone: str
    talkgroup: str


@dataclass(frozen=True, slots=True)
class AgreedShare:
    """How one party is shown another's flights, those that their agency hides no further."""

    owner: str
    reader: str
    level: SharingLevel
    """Open or masked; a pair that is not listed is masked."""


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """What is agreed."""

    name: AgreementName
    title: str
    parties: tuple[AgreementParty, ...]
    areas: tuple[Volume, ...]
    """None: everywhere, at every height."""
    shares: tuple[AgreedShare, ...]
    policy_version: str
    """The pair policy that it is made on."""
    from_us: int
    until_us: int
    outage_script: str
    """What people do and say when the broker or a link is gone."""

    @property
    def agencies(self) -> tuple[str, ...]:
        """The parties, as listed."""
        return tuple(one.agency for one in self.parties)

    def party(self, agency: str) -> AgreementParty | None:
        """One party, None for an agency that is none."""
        return next((one for one in self.parties if one.agency == agency), None)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who of a party said yes, or ended it."""

    system: SystemName
    signed_by: str
    """The person, by role or name."""
    signed_us: int


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended a version, and why."""

    signature: Signature
    reason: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of an agreement, as it stands."""

    terms: AgreementTerms
    version: int
    state: AgreementState
    signatures: tuple[Signature, ...]
    """In the order they came; the first is the proposer's."""
    changed_us: int
    ending: Ending | None = None

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The parties that have not signed, as listed."""
        signed = {one.system.agency for one in self.signatures}
        return tuple(one for one in self.terms.agencies if one not in signed)

    @property
    def has_counted(self) -> bool:
        """Of one that is over: whether it was in force before."""
        return not self.unsigned and self.terms.from_us <= self.changed_us


@dataclass(frozen=True, slots=True)
class AgreementRules:
    """What holds between agencies without an agreement; part of the log."""

    required: bool = False
    """False: between two agencies that never had one in force, agreement is assumed."""
    public_agencies: tuple[str, ...] = ()
    """What they publish is for everybody (broadcasts that were received): they sign nothing."""
