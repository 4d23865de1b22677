"""What the parties are told of their agreements: a stable code, and words that people read."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from broker.core.agreements.model import Agreement, AgreementParty, AgreementState, AgreementTerms
from broker.core.errors import BrokenInvariant
from broker.core.units import SECOND_US

PROPOSED: Final = "agreement-proposed"
SIGNED: Final = "agreement-signed"
IN_FORCE: Final = "agreement-in-force"
REPLACED: Final = "agreement-replaced"
ENDED: Final = "agreement-ended"
EXPIRED: Final = "agreement-expired"
MISSING: Final = "agreement-missing"
ASSUMED: Final = "agreements-assumed"
OTHER_POLICY: Final = "agreement-other-policy"

_AFTERWARDS: Final = (
    "From now on its parties see each other's flights without identity, unless another agreement "
    "says otherwise. Alerts and keep-clear requests go to both sides as before."
)
_NEVER_COUNTED: Final = "It was never in force: nothing else changes."
ASSUMED_TEXT: Final = (
    "Agreements are assumed: agencies that have not signed one are shown each other's flights in "
    "full. Nobody has promised anything for it."
)


def told(agreement: Agreement, names: Mapping[str, str]) -> tuple[str, str]:
    """Code and words for what a version has become."""
    terms, which = agreement.terms, _which(agreement)
    match agreement.state:
        case AgreementState.PROPOSED:
            last = agreement.signatures[-1]
            who = f"{_called(last.system.agency, names)} ({last.signed_by})"
            missing = ", ".join(_called(one, names) for one in agreement.unsigned)
            rest = f"Not signed yet by: {missing}. Nothing follows from it before."
            if len(agreement.signatures) == 1:
                return PROPOSED, f"{which} is proposed by {who}. {rest}"
            return SIGNED, f"{which} is signed by {who}. {rest}"
        case AgreementState.ACCEPTED:
            return SIGNED, f"{which} is signed by all, and in force from {_time(terms.from_us)}."
        case AgreementState.IN_FORCE:
            until = f"is in force until {_time(terms.until_us)}"
            # Whoever needs the script has no broker to ask for it then.
            script = f"If the broker or a link is gone: {terms.outage_script.strip()}"
            return IN_FORCE, f"{which} {until}. {script} {contacts(terms, names)}"
        case AgreementState.REPLACED:
            return REPLACED, f"{which} is replaced by another version."
        case AgreementState.ENDED:
            return ENDED, f"{which} {_ended(agreement, names)} {_afterwards(agreement, names)}"
        case AgreementState.EXPIRED:
            return EXPIRED, f"{which} has expired. {_afterwards(agreement, names)}"


def _afterwards(agreement: Agreement, names: Mapping[str, str]) -> str:
    """What people do when it is over."""
    if not agreement.has_counted:
        return _NEVER_COUNTED
    terms = agreement.terms
    return f"{_AFTERWARDS} Fall back on: {terms.outage_script.strip()} {contacts(terms, names)}"


def contacts(terms: AgreementTerms, names: Mapping[str, str]) -> str:
    """Every party's desk, and how it is reached."""
    desks = "; ".join(f"{_called(one.agency, names)}, {reach(one)}" for one in terms.parties)
    return f"Contacts: {desks}."


def reach(party: AgreementParty) -> str:
    """A desk's name, telephone and talkgroup, as far as given."""
    talkgroup = f"talkgroup {party.talkgroup}" if party.talkgroup else ""
    return " ".join(word for word in (party.desk, party.telephone, talkgroup) if word)


def missing(owners: list[str], names: Mapping[str, str]) -> str:
    """Whose flights are shown without identity."""
    who = ", ".join(_called(one, names) for one in owners)
    return (
        f"No agreement in force shows you by name the flights of: {who}. They are shown without "
        "identity. Alerts and keep-clear requests reach you as before."
    )


def other_policy(agreement: Agreement, version: str) -> str:
    """That what is computed is not what was signed, and what follows."""
    if agreement.state is AgreementState.PROPOSED:
        return f"{_which(agreement)} {not_to_be_signed(agreement, version)}."
    made_on = agreement.terms.policy_version
    return (
        f"{_which(agreement)} was made on pair policy {made_on}; {version} is in force now, and "
        f"all alerts follow it. Everything else that was agreed goes on. If {version} suits you, "
        "propose the terms again and sign them; if not, end it."
    )


def not_to_be_signed(offered: Agreement, version: str) -> str:
    """Why an offer that was made before the policy changed is no more."""
    made_on = offered.terms.policy_version
    return f"was made on pair policy {made_on}; {version} is in force now: propose it again"


def _which(agreement: Agreement) -> str:
    terms = agreement.terms
    return f'"{terms.title}" ({terms.name}, version {agreement.version})'


def _ended(agreement: Agreement, names: Mapping[str, str]) -> str:
    ending = agreement.ending
    if ending is None:
        raise BrokenInvariant(f"{agreement.terms.name} has ended by nobody")
    who = _called(ending.signature.system.agency, names)
    return f"was ended by {who} ({ending.signature.signed_by}): {ending.reason.strip()}."


def _called(agency: str, names: Mapping[str, str]) -> str:
    return names.get(agency, agency)


def _time(time_us: int) -> str:
    at = dt.datetime.fromtimestamp(time_us // SECOND_US, tz=dt.UTC)
    return f"{at:%Y-%m-%d %H:%M} UTC"
