"""Agreements between the contract and the core: nothing is lost on the way, and pages fit."""

from dataclasses import replace

import pytest

from broker.core.agreements.model import Agreement, AgreementState, Ending
from broker.core.errors import Refused
from broker.core.names import AgreementName, SystemName
from broker.core.restrictions.shapes import LimitDatum, Polygon, VerticalLimit
from broker.gateways.wire.agreements import (
    LIST_BYTES_MAX,
    encode_agreement,
    encode_list,
    propose_agreement,
)
from keepclear.v1 import agreements_pb2 as pb
from tests.core.agreements.papers import AREAS, NOW_US, area, signature, terms

MET = SystemName("met", "control")
BIG = Polygon(tuple((51.0 + place * 1e-4, -0.1 + (place % 2) * 0.1) for place in range(1_000)))


def agreement(**changes: object) -> Agreement:
    one = Agreement(terms(), 2, AgreementState.IN_FORCE, (signature("met"),), NOW_US)
    return replace(one, **changes)  # type: ignore[arg-type]


def test_terms_come_back_as_they_were_written() -> None:
    message = encode_agreement(agreement())
    request = pb.ProposeAgreementRequest(agreement=message, signed_by=" Chief inspector ")
    command = propose_agreement(request, MET)
    assert command.terms == terms()
    assert command.signed_by == "Chief inspector"


def test_an_area_says_its_heights_and_may_be_sent_without() -> None:
    # REQ-AGR-013
    limits = VerticalLimit(30.0, LimitDatum.AGL), VerticalLimit(300.0, LimitDatum.AMSL)
    limited = replace(AREAS[0], floor=limits[0], ceiling=limits[1])
    message = encode_agreement(agreement(terms=terms(areas=(limited, AREAS[1]))))
    request = pb.ProposeAgreementRequest(agreement=message)
    assert propose_agreement(request, MET).terms.areas == (limited, AREAS[1])
    for one in request.agreement.areas:
        one.ClearField("floor")
        one.ClearField("ceiling")
    assert propose_agreement(request, MET).terms.areas == AREAS
    request.agreement.areas[1].floor.value_m = 5.0
    with pytest.raises(Refused, match=r"agreement.areas\[1\].floor.datum"):
        propose_agreement(request, MET)


def test_who_signed_who_did_not_and_who_ended_it_is_shown() -> None:
    ending = Ending(signature("lfb"), "no staff")
    message = encode_agreement(agreement(state=AgreementState.ENDED, ending=ending))
    assert [one.system for one in message.signatures] == ["agencies/met/systems/control"]
    assert list(message.not_signed) == ["lfb"]
    assert (message.ended.signed_by, message.ended_reason) == ("Duty officer, lfb", "no staff")
    assert not encode_agreement(agreement()).HasField("ended")


def test_pages_fit_a_message_and_leave_nothing_out() -> None:
    areas = (area(BIG),)
    many = [
        agreement(terms=replace(terms(areas=areas), name=AgreementName("met", f"a{number}")))
        for number in range(7)
    ]
    found: list[pb.Agreement] = []
    token = ""
    while True:
        page = encode_list(many, pb.ListAgreementsRequest(page_token=token))
        assert page.ByteSize() < LIST_BYTES_MAX + 1_000
        found += page.agreements
        token = page.next_page_token
        if not token:
            break
    assert [one.name for one in found] == [str(one.terms.name) for one in many]
    with pytest.raises(Refused, match="page_size"):
        encode_list(many, pb.ListAgreementsRequest(page_size=-1))
    with pytest.raises(Refused, match="page_token"):
        encode_list(many, pb.ListAgreementsRequest(page_token="x"))
