"""Control requests of the contract: what is read, and what is refused by name."""

import base64
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.commands import AcknowledgeAlert, WithdrawRestriction
from broker.core.errors import Refusal, Refused
from broker.core.names import RestrictionName
from broker.core.restrictions.imported import ImportedItem, ImportOutcome, ImportReport
from broker.core.restrictions.imports import ITEMS_PER_IMPORT_MAX, LISTED_ITEMS_MAX
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import (
    Circle,
    LimitDatum,
    Polygon,
    VerticalLimit,
    Volume,
)
from broker.gateways.wire.imports import encode_report
from broker.gateways.wire.requests import (
    acknowledge_alert,
    create_restriction,
    import_restrictions,
    withdraw_restriction,
)
from broker.gateways.wire.restrictions import encode_restriction, etag_of, version_of
from keepclear.v1 import alerts_pb2, restrictions_pb2
from tests.core.restrictions.scenes import AGENCIES, NOW_US, draft
from tests.gateways.wire.requests_made import PUBLISHER

NAME = "agencies/lfb/restrictions/fire"
LAYERED = draft(
    volumes=(
        Volume(
            Circle(51.5, -0.12, 500.0),
            VerticalLimit(0.0, LimitDatum.SURFACE),
            VerticalLimit(120.0, LimitDatum.AGL),
        ),
        Volume(
            Polygon(((51.5, -0.1), (51.6, -0.1), (51.55, 0.0))),
            VerticalLimit(50.0, LimitDatum.AMSL),
            VerticalLimit(300.0, LimitDatum.HAE),
        ),
    ),
    exempt_agencies=("hems",),
)


def message() -> restrictions_pb2.Restriction:
    restriction = RestrictionRegister().create(LAYERED, NOW_US, set(AGENCIES))
    return encode_restriction(restriction)


def refused_field(one: restrictions_pb2.Restriction, request_id: str = "r") -> str:
    request = restrictions_pb2.CreateRestrictionRequest(request_id=request_id, restriction=one)
    with pytest.raises(Refused) as refused:
        create_restriction(request, PUBLISHER)
    return refused.value.refusals[0].field


def test_a_restriction_reads_back_as_it_was_written() -> None:
    one = message()
    request = restrictions_pb2.CreateRestrictionRequest(request_id="r-1", restriction=one)
    command = create_restriction(request, PUBLISHER)
    assert (command.sender, command.request_id) == (PUBLISHER, "r-1")
    assert command.draft == LAYERED
    assert one.approximated
    assert (one.name, one.version, one.created_us) == (NAME, 1, NOW_US)
    assert one.state == restrictions_pb2.RESTRICTION_STATE_ACTIVE
    assert one.kind == restrictions_pb2.RESTRICTION_KIND_KEEP_CLEAR_REQUEST


def test_what_has_no_reading_is_refused_by_name() -> None:
    # REQ-BAD-030
    one = message()
    one.ClearField("applies_to")
    assert refused_field(one) == "restriction.applies_to"
    one = message()
    one.applies_to = 9  # type: ignore[assignment]
    assert refused_field(one) == "restriction.applies_to"
    one = message()
    one.volumes[1].ClearField("shape")
    assert refused_field(one) == "restriction.volumes[1]"
    one = message()
    one.volumes[1].floor.ClearField("datum")
    assert refused_field(one) == "restriction.volumes[1].floor.datum"
    one = message()
    one.volumes[0].ClearField("ceiling")
    assert refused_field(one) == "restriction.volumes[0].ceiling.datum"
    one = message()
    one.name = "fire"
    assert refused_field(one) == "restriction.name"
    assert refused_field(message(), "x" * 65) == "request_id"


def test_etags_stand_for_versions() -> None:
    restriction = RestrictionRegister().create(draft(), NOW_US, set(AGENCIES))
    for version in (1, 2, 2**31 - 1):
        assert version_of(etag_of(replace(restriction, version=version))) == version
    assert version_of("") == 0


@pytest.mark.parametrize(
    "etag",
    [
        "x",
        "é",
        "\0",
        *(
            base64.urlsafe_b64encode(text).decode()
            for text in (b"1", b"v0", b"v-1", b"v", b"v1.5", b"\xff", b"v2147483648", b"v" * 9)
        ),
        base64.urlsafe_b64encode(b"v" + b"9" * 5_000).decode(),
    ],
)
def test_a_forged_etag_is_refused(etag: str) -> None:
    with pytest.raises(Refused) as refused:
        version_of(etag)
    assert refused.value.refusals[0].field == "etag"


@given(st.text(max_size=60))
def test_any_etag_is_a_version_or_is_refused(etag: str) -> None:
    with suppress(Refused):
        assert 0 <= version_of(etag) < 2**31


def test_withdrawing() -> None:
    request = restrictions_pb2.WithdrawRestrictionRequest(request_id="r", name=NAME)
    expected = WithdrawRestriction(PUBLISHER, "r", RestrictionName("lfb", "fire"), 0)
    assert withdraw_restriction(request, PUBLISHER) == expected
    for field, value in (("name", "fire"), ("etag", "x"), ("request_id", "x" * 65)):
        bad = restrictions_pb2.WithdrawRestrictionRequest(request_id="r", name=NAME)
        setattr(bad, field, value)
        with pytest.raises(Refused) as refused:
            withdraw_restriction(bad, PUBLISHER)
        assert refused.value.refusals[0].field == field


def imported(
    *restrictions: restrictions_pb2.Restriction, **fields: Any
) -> restrictions_pb2.ImportRestrictionsRequest:
    return restrictions_pb2.ImportRestrictionsRequest(
        source_id="notices", restrictions=restrictions, **fields
    )


def test_an_item_that_cannot_be_read_is_told_in_its_place_and_the_others_go_on() -> None:
    # REQ-IMP-007
    nameless, shapeless = message(), message()
    nameless.name = "x" * 300
    shapeless.volumes[1].ClearField("shape")
    decoded = import_restrictions(
        imported(nameless, message(), shapeless, message(), withdraw_unlisted=True), PUBLISHER
    )
    assert decoded.command.drafts == (LAYERED, LAYERED)
    assert decoded.command.withdraw_unlisted
    assert [len(one.name) for one in decoded.refused.values()] == [120, len(NAME)]
    refusal = Refusal("restrictions[1].windows", "are over")
    judged = [
        ImportedItem(NAME, ImportOutcome.CREATED, 4, ()),
        ImportedItem(NAME, ImportOutcome.REFUSED, 0, (refusal,)),
    ]
    told = encode_report(ImportReport(tuple(judged), ("gone",)), decoded)
    assert [one.version for one in told.items] == [0, 4, 0, 0]
    assert [[one.field for one in item.refusals] for item in told.items] == [
        ["restrictions[0].name"], [], ["restrictions[2].volumes[1]"], ["restrictions[3].windows"],
    ]  # fmt: skip
    assert list(told.withdrawn) == ["gone"]


def test_an_import_has_limits_and_something_to_do() -> None:
    listed = ["item"] * LISTED_ITEMS_MAX
    most = imported(*[message()] * ITEMS_PER_IMPORT_MAX, listed_item_ids=listed)
    assert import_restrictions(most, PUBLISHER).count == ITEMS_PER_IMPORT_MAX
    assert import_restrictions(imported(withdraw_unlisted=True), PUBLISHER).count == 0
    for field, bad in (
        ("restrictions", imported(*[message()] * (ITEMS_PER_IMPORT_MAX + 1))),
        ("restrictions", imported()),
        ("listed_item_ids", imported(message(), listed_item_ids=[*listed, "one more"])),
        ("source_id", restrictions_pb2.ImportRestrictionsRequest(restrictions=[message()])),
        ("request_id", imported(message(), request_id="x" * 65)),
    ):
        with pytest.raises(Refused) as refused:
            import_restrictions(bad, PUBLISHER)
        assert refused.value.refusals[0].field == field


def test_acknowledging() -> None:
    sound = {"request_id": "r", "alert_id": "alr-1", "acknowledged_by": " desk 2 "}
    command = acknowledge_alert(alerts_pb2.AcknowledgeAlertRequest(**sound), PUBLISHER)
    assert command == AcknowledgeAlert(PUBLISHER, "r", "alr-1", "desk 2")
    for length in (1, 64):
        words = {"request_id": "x" * length, "alert_id": "x" * length, "acknowledged_by": "x"}
        longest = alerts_pb2.AcknowledgeAlertRequest(**words)
        assert acknowledge_alert(longest, PUBLISHER).alert_id == "x" * length
    longest = alerts_pb2.AcknowledgeAlertRequest(alert_id="a", acknowledged_by="x" * 80)
    assert acknowledge_alert(longest, PUBLISHER).acknowledged_by == "x" * 80
    for field, value in (
        ("alert_id", ""),
        ("alert_id", "x" * 65),
        ("acknowledged_by", "  "),
        ("acknowledged_by", "x" * 81),
        ("acknowledged_by", "a\nb"),
        ("request_id", "x" * 65),
    ):
        bad = alerts_pb2.AcknowledgeAlertRequest(**{**sound, field: value})
        with pytest.raises(Refused) as refused:
            acknowledge_alert(bad, PUBLISHER)
        assert refused.value.refusals[0].field == field
