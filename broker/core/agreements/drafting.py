"""What is refused about the terms of an agreement: every refusal, by its field."""

from collections.abc import Collection, Iterator

from broker.core.agreements.model import (
    AGREEMENT_LASTS_US_MAX,
    AREAS_MAX,
    CONTACT_LENGTH_MAX,
    OUTAGE_SCRIPT_LENGTH_MAX,
    PARTIES_MAX,
    SHARES_MAX,
    TITLE_LENGTH_MAX,
    VERTICES_PER_AGREEMENT_MAX,
    AgreementTerms,
)
from broker.core.errors import Refusal
from broker.core.geodesy.ground import NOTHING_KNOWN
from broker.core.restrictions.drafting_texts import check_text
from broker.core.restrictions.drafting_volumes import check_volume
from broker.core.restrictions.shapes import Polygon
from broker.core.sharing.settings import SharingLevel
from broker.core.units import DAY_US

ROOT = "agreement"


def check_terms(
    terms: AgreementTerms, now_us: int, known_agencies: Collection[str], policy_version: str
) -> tuple[Refusal, ...]:
    """Everything wrong with what is proposed at `now_us`; empty when it may be offered."""
    return (
        *check_text(f"{ROOT}.title", terms.title, TITLE_LENGTH_MAX, required=True),
        *_check_parties(terms, known_agencies),
        *_check_areas(terms),
        *_check_shares(terms),
        *_check_policy(terms, policy_version),
        *_check_times(terms, now_us),
        *check_text(
            f"{ROOT}.outage_script", terms.outage_script, OUTAGE_SCRIPT_LENGTH_MAX, required=True
        ),
    )


def _check_parties(terms: AgreementTerms, known_agencies: Collection[str]) -> Iterator[Refusal]:
    if not 2 <= len(terms.parties) <= PARTIES_MAX:
        yield Refusal(f"{ROOT}.parties", f"must be 2 to {PARTIES_MAX}")
        return
    seen: list[str] = []
    for place, party in enumerate(terms.parties):
        field = f"{ROOT}.parties[{place}]"
        if party.agency not in known_agencies:
            yield Refusal(f"{field}.agency", f"{party.agency} is not configured on this broker")
        if party.agency in seen:
            yield Refusal(f"{field}.agency", f"{party.agency} is a party already")
        seen.append(party.agency)
        yield from check_text(f"{field}.desk", party.desk, CONTACT_LENGTH_MAX, required=True)
        for name, value in (("telephone", party.telephone), ("talkgroup", party.talkgroup)):
            yield from check_text(f"{field}.{name}", value, CONTACT_LENGTH_MAX, required=False)
        if not party.telephone.strip() and not party.talkgroup.strip():
            yield Refusal(field, "needs a telephone or a talkgroup: alerts name it")


def _check_areas(terms: AgreementTerms) -> Iterator[Refusal]:
    if len(terms.areas) > AREAS_MAX:
        yield Refusal(f"{ROOT}.areas", f"must be at most {AREAS_MAX}")
        return
    shapes = [area.shape for area in terms.areas]
    rings = [ring for one in shapes if isinstance(one, Polygon) for ring in one.rings]
    if sum(len(ring.vertices) for ring in rings) > VERTICES_PER_AGREEMENT_MAX:
        most = VERTICES_PER_AGREEMENT_MAX
        yield Refusal(f"{ROOT}.areas", f"must have at most {most} vertices in all")
        return
    for place, area in enumerate(terms.areas):
        # People sign what is written: whether limits of two datums cross here is for the question.
        yield from check_volume(f"{ROOT}.areas[{place}]", area, NOTHING_KNOWN)


def _check_shares(terms: AgreementTerms) -> Iterator[Refusal]:
    if len(terms.shares) > SHARES_MAX:
        yield Refusal(f"{ROOT}.shares", f"must be at most {SHARES_MAX}")
        return
    seen: list[tuple[str, str]] = []
    for place, share in enumerate(terms.shares):
        field = f"{ROOT}.shares[{place}]"
        for name, agency in (("owner", share.owner), ("reader", share.reader)):
            if agency not in terms.agencies:
                yield Refusal(f"{field}.{name}", f"{agency} is not a party")
        if share.owner == share.reader:
            yield Refusal(f"{field}.reader", "an agency always sees its own flights")
        if (share.owner, share.reader) in seen:
            yield Refusal(field, f"{share.owner} and {share.reader} are listed already")
        if share.level not in (SharingLevel.OPEN, SharingLevel.MASKED):
            reason = "must be open or masked; covert is set for a flight, not agreed"
            yield Refusal(f"{field}.level", reason)
        seen.append((share.owner, share.reader))


def _check_policy(terms: AgreementTerms, policy_version: str) -> Iterator[Refusal]:
    if terms.policy_version != policy_version:
        reason = f"must be the pair policy in force here, {policy_version}: it is what people sign"
        yield Refusal(f"{ROOT}.policy_version", reason)


def _check_times(terms: AgreementTerms, now_us: int) -> Iterator[Refusal]:
    if terms.from_us < 0:
        yield Refusal(f"{ROOT}.from_us", "must be a time")
    if terms.until_us <= max(now_us, terms.from_us):
        yield Refusal(f"{ROOT}.until_us", "must be in the future, and after from_us")
    elif terms.until_us > max(now_us, terms.from_us) + AGREEMENT_LASTS_US_MAX:
        days = AGREEMENT_LASTS_US_MAX // DAY_US
        yield Refusal(f"{ROOT}.until_us", f"must be at most {days} days after it begins")
    if terms.from_us > now_us + AGREEMENT_LASTS_US_MAX:
        yield Refusal(f"{ROOT}.from_us", "is too far ahead")
