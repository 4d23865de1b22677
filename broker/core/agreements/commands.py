"""What is asked of agreements: each is logged, and synced, before it is carried out."""

from dataclasses import dataclass

from broker.core.agreements.model import AgreementRules, AgreementTerms
from broker.core.names import AgreementName, SystemName


@dataclass(frozen=True, slots=True)
class ProposeAgreement:
    """Offer terms to the other parties, or other terms for an agreement that there is."""

    sender: SystemName
    request_id: str
    terms: AgreementTerms
    signed_by: str


@dataclass(frozen=True, slots=True)
class AcceptAgreement:
    """A party's yes to the very version it has read."""

    sender: SystemName
    request_id: str
    name: AgreementName
    version: int
    signed_by: str


@dataclass(frozen=True, slots=True)
class EndAgreement:
    """A party ends a version at once, or refuses to sign it. `version` 0: all that there is."""

    sender: SystemName
    request_id: str
    name: AgreementName
    version: int
    signed_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class LoadAgreementRules:
    """What holds without an agreement; from the broker's configuration."""

    rules: AgreementRules


AgreementRequest = ProposeAgreement | AcceptAgreement | EndAgreement
"""What a system asks for, under a request id."""

AgreementCommand = AgreementRequest | LoadAgreementRules
