"""Everything in the contract is explained beside it, or by a rule that its name follows."""

import re

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    EnumValueDescriptorProto,
    FieldDescriptorProto,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

from tests.contract.contract import Declared, current, declared

EVERYTHING = list(declared(current()))

NUMERIC = frozenset(
    {
        FieldDescriptorProto.TYPE_DOUBLE,
        FieldDescriptorProto.TYPE_FLOAT,
        FieldDescriptorProto.TYPE_INT32,
        FieldDescriptorProto.TYPE_INT64,
        FieldDescriptorProto.TYPE_UINT32,
        FieldDescriptorProto.TYPE_UINT64,
    }
)
UNITS = ("_us", "_s", "_m", "_mps", "_deg", "_count")
ABBREVIATION = re.compile(r"[A-Z]+_(ADSB|AGL|AMSL|HAE|MLAT|TISB)$")
ENVELOPE = re.compile(r"(Request|Response)$")
"""A request or response is explained by its method, which has a comment."""


def of_kind(kind: type) -> list[object]:
    return [pytest.param(one, id=one.name) for one in EVERYTHING if isinstance(one.element, kind)]


EXPLAINED_FIELDS = {
    one.element.name
    for one in EVERYTHING
    if isinstance(one.element, FieldDescriptorProto) and one.comment
}
EXPLAINED_TYPES = {
    f".keepclear.v1.{one.name}"
    for one in EVERYTHING
    if isinstance(one.element, DescriptorProto | EnumDescriptorProto) and one.comment
}


def test_the_contract_is_read() -> None:
    names = {one.name for one in EVERYTHING}
    assert {
        "TrackReport",
        "TrackReport.latitude_deg",
        "AltitudeDatum.ALTITUDE_DATUM_HAE",
        "FeedService.Subscribe",
    } <= names


@pytest.mark.parametrize("one", of_kind(DescriptorProto))
def test_a_message_has_a_comment(one: Declared) -> None:
    assert one.comment or ENVELOPE.search(one.name)


@pytest.mark.parametrize("one", of_kind(EnumDescriptorProto))
def test_an_enum_has_a_comment(one: Declared) -> None:
    assert one.comment


@pytest.mark.parametrize("one", of_kind(ServiceDescriptorProto))
def test_a_service_has_a_comment_that_says_who_may_call(one: Declared) -> None:
    methods = [method.comment for method in EVERYTHING if method.name.startswith(f"{one.name}.")]
    assert one.comment
    assert any("keepclear-system" in comment for comment in (one.comment, *methods))


@pytest.mark.parametrize("one", of_kind(MethodDescriptorProto))
def test_a_method_has_a_comment(one: Declared) -> None:
    assert one.comment


@pytest.mark.parametrize("one", of_kind(FieldDescriptorProto))
def test_a_field_has_a_comment_or_explains_itself(one: Declared) -> None:
    field = one.element
    assert isinstance(field, FieldDescriptorProto)
    if one.comment:
        return
    if field.type in NUMERIC:
        assert field.name.endswith(UNITS), "a number's name ends with its unit, or says more"
    elif field.type_name:
        assert field.type_name in EXPLAINED_TYPES or ENVELOPE.search(field.type_name)
    else:
        assert field.name in EXPLAINED_FIELDS, "a text is explained where it first appears"


@pytest.mark.parametrize("one", of_kind(EnumValueDescriptorProto))
def test_an_enum_value_is_spelled_out_or_has_a_comment(one: Declared) -> None:
    value = one.element
    assert isinstance(value, EnumValueDescriptorProto)
    assert one.comment or not ABBREVIATION.search(value.name)


def test_every_enum_has_zero_for_not_given() -> None:
    for one in EVERYTHING:
        if isinstance(one.element, EnumDescriptorProto):
            zero = one.element.value[0]
            assert (zero.number, zero.name.endswith("_UNSPECIFIED")) == (0, True), one.name
