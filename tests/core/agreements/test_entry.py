""" "In accordance with local deconfliction agreements": what that means for whoever asks."""

from dataclasses import replace
from typing import Any

import pytest

from broker.core.agreements.model import Agreement, AgreementState
from broker.core.restrictions.access import (
    EntryQuestion,
    EntryVerdict,
    Finding,
    PlacePoint,
    findings,
)
from broker.core.restrictions.model import (
    Exemption,
    RestrictionDraft,
    RestrictionKind,
    Source,
)
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import Circle, LimitDatum, VerticalLimit
from broker.core.sharing.entry_wording import entry_text, picture_of
from broker.core.tracks.reports import AircraftClass
from broker.core.units import HOUR_US, MINUTE_US
from tests.core.agreements.papers import NAME, PARTIES, area, signature, terms
from tests.core.restrictions.scenes import AGENCIES, NOW_US, degrees, draft

PLACE = PlacePoint(*degrees(0.0, 0.0), 0.0)
HERE = (area(Circle(*degrees(0.0, 0.0), 5_000.0)),)
BELOW = (replace(HERE[0], ceiling=VerticalLimit(120.0, LimitDatum.AGL)),)
ELSEWHERE = (area(Circle(*degrees(40_000.0, 0.0), 5_000.0)),)
QUESTION = EntryQuestion(
    "q", PLACE, None, None, NOW_US, NOW_US + 5 * MINUTE_US, AircraftClass.HELICOPTER
)
PUBLISHED = Exemption("emergency services", "in accordance with Local Deconfliction Agreements")
NAMED = replace(PUBLISHED, agreement=str(NAME))
NAMES = {"met": "Metropolitan Police", "lfb": "London Fire Brigade", "las": "Ambulance"}


def mirrored(*exemptions: Exemption, **changes: Any) -> RestrictionDraft:
    """A published area from which somebody is exempt."""
    one = replace(
        draft("area"),
        kind=RestrictionKind.STATUTORY,
        source=Source("pib", "A1/26", text="THE WORDS"),
        designation="TDA",
        exemptions=exemptions,
    )
    return replace(one, **changes)


def in_force(**changes: Any) -> tuple[Agreement, ...]:
    """Between police and fire."""
    fields = {"areas": HERE, "until_us": NOW_US + HOUR_US} | changes
    both = (signature("met"), signature("lfb"))
    return (Agreement(terms(**fields), 3, AgreementState.IN_FORCE, both, NOW_US),)


def asked(of: RestrictionDraft, agency: str, agreements: tuple[Agreement, ...]) -> Finding:
    register = RestrictionRegister()
    if of.is_mirrored:
        register.mirror(of, NOW_US, {*AGENCIES, "met", "las"})
    else:
        register.create(of, NOW_US, {*AGENCIES, "met", "las"})
    own = tuple(one for one in agreements if agency in one.terms.agencies)
    [found] = findings(register.entry_index(), [QUESTION], agency, own)[0]
    return found


def text(found: Finding, agency: str) -> str:
    return entry_text([found], picture_of(NOW_US, NOW_US, {"pib": NOW_US}, []), NAMES, agency)


def test_a_party_is_told_to_ask_the_agreed_desk() -> None:
    # REQ-AGR-012
    found = asked(mirrored(PUBLISHED), "lfb", in_force())
    assert found.verdict is EntryVerdict.ASK
    said = text(found, "lfb")
    assert "Ask Metropolitan Police, Air desk (020 7946 0001, talkgroup MET-OPS)" in said
    assert f"under {NAME}, version 3" in said


@pytest.mark.parametrize(
    ("agency", "changes"),
    [
        ("las", {}),
        ("lfb", {"areas": ELSEWHERE}),
        ("lfb", {"areas": BELOW}),
        ("lfb", {"until_us": NOW_US + MINUTE_US}),
        ("lfb", {"from_us": NOW_US + MINUTE_US}),
    ],
)
def test_everybody_else_is_answered_as_without_one(agency: str, changes: dict[str, Any]) -> None:
    # REQ-AGR-012, REQ-AGR-013: not a party, not all of the place, its heights, or the time.
    for exemption in (PUBLISHED, NAMED):
        found = asked(mirrored(exemption), agency, in_force(**changes))
        assert found == asked(mirrored(exemption), agency, ())
        assert found.verdict is EntryVerdict.OBJECTION
        assert "ask whether it means you" in found.rule


def test_an_exemption_that_names_the_agreement_answers_while_it_is_in_force() -> None:
    # REQ-AGR-012
    found = asked(mirrored(NAMED), "lfb", in_force())
    assert found.verdict is EntryVerdict.NO_KNOWN_OBJECTION
    assert found.rule == f'lfb is exempt as "emergency services", under {NAME}, version 3'
    listed = replace(NAMED, agencies=("lfb",))
    over = asked(mirrored(listed), "lfb", ())
    assert over.verdict is EntryVerdict.ASK
    assert f"{NAME} is not in force for all of it" in over.rule
    others = asked(mirrored(replace(NAMED, agencies=("met",))), "lfb", in_force())
    assert others.verdict is EntryVerdict.OBJECTION


def test_it_answers_for_exactly_its_time() -> None:
    # REQ-AGR-012
    start_us, end_us = QUESTION.start_us, QUESTION.end_us
    for from_us, until_us, held in (
        (start_us, end_us, True),
        (start_us + 1, end_us, False),
        (start_us, end_us - 1, False),
    ):
        found = asked(mirrored(PUBLISHED), "lfb", in_force(from_us=from_us, until_us=until_us))
        assert (found.verdict is EntryVerdict.ASK) is held


def test_alerts_do_not_trust_an_agreement_of_this_broker() -> None:
    """Who is exempt for alerts is worked out without the agreements: one that ended warns."""
    assert not mirrored(replace(NAMED, agencies=("lfb",))).exempts("lfb")
    paper = replace(NAMED, agencies=("lfb",), agreement="LDA of 3 May")
    assert mirrored(paper).exempts("lfb")


def test_the_issuer_of_several_parties_is_asked_first() -> None:
    third = replace(PARTIES[0], agency="las", desk="Control", telephone="", talkgroup="LAS-OPS")
    agreed = in_force(parties=(PARTIES[0], third, PARTIES[1]), shares=())
    request = replace(draft("area"), exemptions=(PUBLISHED,))
    assert asked(request, "met", agreed).desk == PARTIES[1]  # the request is the fire brigade's
    assert (
        asked(
            mirrored(PUBLISHED, name=replace(draft("area").name, agency="ais")), "met", agreed
        ).desk
        == third
    )
