"""May I enter? What stands against it, for whoever asks.

Nothing is changed by asking, and the index asked is never changed either: it may be used in any
thread. A restriction bears on a question if its volume, its hours and its kind of aircraft do;
what that means for the asker is decided here, by its rule and its exemptions, and each finding
says which. Doubt counts as bearing on it: unknown heights are all heights.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.agreements.entry import Covering, covering
from broker.core.agreements.model import Agreement, AgreementParty
from broker.core.errors import Refusal
from broker.core.restrictions.access_places import (
    AskedPlace,
    EntryIndex,
    EntryPlace,
    PlacePath,
    PlacePoint,
    bearing_on,
    check_place,
)
from broker.core.restrictions.drafting_volumes import LIMIT_M_MAX, LIMIT_M_MIN
from broker.core.restrictions.model import (
    RESTRICTION_DURATION_S_MAX,
    AppliesTo,
    EntryRule,
    Restriction,
    RestrictionDraft,
)
from broker.core.restrictions.shapes import LimitDatum, VerticalLimit
from broker.core.restrictions.windows import Span
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US

QUESTIONS_PER_BATCH_MAX: Final = 1_000
FINDINGS_PER_ANSWER_MAX: Final = 20
RULES_VERSION: Final = "entry-rules-1"

__all__ = [
    "EntryIndex",
    "EntryPlace",
    "EntryQuestion",
    "EntryVerdict",
    "Finding",
    "PlacePath",
    "PlacePoint",
    "check_question",
    "findings",
]


class EntryVerdict(StrEnum):
    """What is answered; of several findings the gravest counts."""

    NO_KNOWN_OBJECTION = "no_known_objection"
    ASK = "ask"
    OBJECTION = "objection"
    UNREAD = "unread"


GRAVITY: Final = {
    EntryVerdict.OBJECTION: 0,
    EntryVerdict.UNREAD: 1,
    EntryVerdict.ASK: 2,
    EntryVerdict.NO_KNOWN_OBJECTION: 3,
}


@dataclass(frozen=True, slots=True)
class EntryQuestion:
    """May an aircraft of this class be at this place from `start_us` to `end_us`?"""

    question_id: str
    place: EntryPlace
    lowest: VerticalLimit | None
    """None: unknown, which counts as every height. A volume has its own limits."""
    highest: VerticalLimit | None
    start_us: int
    end_us: int
    aircraft_class: AircraftClass


@dataclass(frozen=True, slots=True)
class Finding:
    """One restriction that bears on a question, and what it means for the asker."""

    verdict: EntryVerdict
    restriction: Restriction
    rule: str
    """The rule that decided, in words."""
    span: Span
    """The first stretch of the time asked about in which it holds."""
    desk: AgreementParty | None = None
    """Whom to ask by an agreement, instead of whom the restriction names."""


def check_question(question: EntryQuestion, now_us: int) -> tuple[Refusal, ...]:
    """Everything wrong with a question; fields are named within it."""
    refusals = list(check_place(question.place))
    latest_us = now_us + RESTRICTION_DURATION_S_MAX * SECOND_US
    if not 0 <= question.start_us <= latest_us:
        refusals.append(Refusal("start_us", "must be a time, at most 56 days ahead"))
    elif not question.start_us < question.end_us <= latest_us:
        refusals.append(Refusal("end_us", "must be after start_us, at most 56 days ahead"))
    for name, limit in (("lowest", question.lowest), ("highest", question.highest)):
        if limit is not None and not LIMIT_M_MIN <= limit.value_m <= LIMIT_M_MAX:
            reason = f"must lie between {LIMIT_M_MIN:.0f} and {LIMIT_M_MAX:.0f} m"
            refusals.append(Refusal(f"{name}.value_m", reason))
    if question.lowest is not None and question.lowest.datum is LimitDatum.UNLIMITED:
        refusals.append(Refusal("lowest.datum", "unlimited is only possible as the highest"))
    if question.highest is not None and question.highest.datum is LimitDatum.SURFACE:
        refusals.append(Refusal("highest.datum", "surface is only possible as the lowest"))
    return tuple(refusals)


def findings(
    index: EntryIndex,
    questions: Sequence[EntryQuestion],
    agency: str,
    agreements: Sequence[Agreement] = (),
) -> list[list[Finding]]:
    """For each checked question, what bears on it for the asking agency, gravest first.

    `agreements`: those in force that the agency is a party to.
    """
    found: list[dict[int, Finding]] = [{} for _ in questions]
    agreed: dict[int, Covering] = {}
    places = [AskedPlace(one.place, one.lowest, one.highest) for one in questions]
    for number, zone in bearing_on(index, places):
        question, entry = questions[number], index.entries[zone]
        if zone in found[number] or not _is_meant(entry.restriction.draft, question):
            continue
        span = entry.zone.timetable.first_span(question.start_us, question.end_us)
        if span is not None:
            if number not in agreed:
                when = question.start_us, question.end_us
                agreed[number] = covering(agreements, agency, places[number], index.ground, *when)
            verdict, rule, desk = _decide(entry.restriction.draft, agreed[number])
            found[number][zone] = Finding(verdict, entry.restriction, rule, span, desk)
    return [sorted(one.values(), key=_gravest_first) for one in found]


def _gravest_first(finding: Finding) -> tuple[int, int, str]:
    draft = finding.restriction.draft
    return GRAVITY[finding.verdict], -draft.priority, str(draft.name)


def _is_meant(draft: RestrictionDraft, question: EntryQuestion) -> bool:
    drone = question.aircraft_class in {AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE}
    unknown = question.aircraft_class is AircraftClass.UNKNOWN
    if draft.applies_to is AppliesTo.DRONES:
        return drone or unknown
    if draft.applies_to is AppliesTo.CREWED_AIRCRAFT:
        return not drone
    return True


def _decide(
    draft: RestrictionDraft, agreed: Covering
) -> tuple[EntryVerdict, str, AgreementParty | None]:
    """What the restriction means for the asker, by which rule, and whom to ask by an agreement."""
    exempting, referred = agreed.exempting(draft), agreed.referred_to(draft)
    if exempting is not None and not draft.is_unread:
        exemption, agreement = exempting
        rule = f'{agreed.agency} is exempt as "{exemption.beneficiary}", {_under(agreement)}'
        return EntryVerdict.NO_KNOWN_OBJECTION, rule, None
    verdict, rule = _without_agreement(draft, agreed.agency)
    if verdict in (EntryVerdict.UNREAD, EntryVerdict.NO_KNOWN_OBJECTION):
        return verdict, rule, None
    if referred is not None:
        exemption, agreement = referred
        words = ", ".join(one for one in (exemption.beneficiary, exemption.conditions) if one)
        rule = f'published exemption "{words}" and your agreement there: {_under(agreement)}'
        return EntryVerdict.ASK, rule, agreed.desk(agreement, draft)
    return verdict, rule, None


def _under(agreement: Agreement) -> str:
    return f"under {agreement.terms.name}, version {agreement.version}"


def _without_agreement(draft: RestrictionDraft, agency: str) -> tuple[EntryVerdict, str]:
    if draft.is_unread:
        return EntryVerdict.UNREAD, "its text could not be read; only a coarse place is known"
    if agency in draft.exempt_agencies:
        return EntryVerdict.NO_KNOWN_OBJECTION, f"{agency} is exempt"
    for exemption in draft.exemptions:
        if exemption.covers(agency):
            rule = f'{agency} is exempt as "{exemption.beneficiary}"'
            if exemption.agreement:
                rule += f", under {exemption.agreement}"
            return EntryVerdict.NO_KNOWN_OBJECTION, rule
    for exemption in draft.exemptions:
        if agency in exemption.agencies:
            rule = f'{agency} is exempt as "{exemption.beneficiary}", "{exemption.conditions}"'
            if exemption.is_kept_here:
                rule += f", but {exemption.agreement} is not in force for all of it"
            return EntryVerdict.ASK, rule
    rule = "; ".join([_rule_words(draft), *_open_exemptions(draft)])
    match draft.entry_rule:
        case EntryRule.KEEP_CLEAR:
            return EntryVerdict.OBJECTION, rule
        case EntryRule.ASK:
            return EntryVerdict.ASK, rule
        case EntryRule.INFORMATION:
            return EntryVerdict.NO_KNOWN_OBJECTION, rule


def _rule_words(draft: RestrictionDraft) -> str:
    kind = draft.designation or "published restriction"
    what = kind if draft.is_mirrored else "keep-clear request"
    match draft.entry_rule:
        case EntryRule.KEEP_CLEAR:
            return what
        case EntryRule.ASK:
            return f"{what}, {draft.conditions or 'entry after asking'}"
        case EntryRule.INFORMATION:
            return f"{what}, for information"


def _open_exemptions(draft: RestrictionDraft) -> Iterator[str]:
    """Published exemptions that nobody has yet said whom they mean."""
    for exemption in draft.exemptions:
        if not exemption.agencies:
            words = ", ".join(one for one in (exemption.beneficiary, exemption.conditions) if one)
            yield f'published exemption: "{words}"; ask whether it means you'
