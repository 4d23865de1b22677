"""A restriction comes back from the core as it was given, whatever of it is set."""

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message

from broker.core.errors import Refused
from broker.gateways.wire.restrictions import (
    RESTRICTION_BYTES_MAX,
    decode_draft,
    encode_draft,
)
from keepclear.v1 import restrictions_pb2, volumes_pb2

OF_THE_BROKER = frozenset({
    "state", "version", "etag", "created_us", "changed_us", "approximated", "approximations",
    "publication", "signature", "judged_floor_hae_m", "judged_ceiling_hae_m",
})  # fmt: skip
NAMES = {
    "name": "agencies/lfb/restrictions/fire",
    "replaces": "agencies/lfb/restrictions/older",
}


def everything() -> restrictions_pb2.Restriction:
    """Every field that a sender may set, each with a value of its own."""
    one = restrictions_pb2.Restriction()
    _fill(one, iter(range(1, 1_000)))
    polygon = one.volumes.add()
    polygon.CopyFrom(one.volumes[0])
    for number in range(3):
        point = volumes_pb2.LatLng(latitude_deg=51.0 + number, longitude_deg=0.5 * number)
        polygon.polygon.vertices.append(point)
    arc = polygon.polygon.arcs.add(from_vertex=2, direction=volumes_pb2.ARC_DIRECTION_CLOCKWISE)
    arc.center.latitude_deg, arc.center.longitude_deg = 51.25, 0.25
    hole = polygon.polygon.holes.add(vertices=polygon.polygon.vertices)
    hole.arcs.add().CopyFrom(arc)
    hole.arcs[0].direction = volumes_pb2.ARC_DIRECTION_COUNTERCLOCKWISE
    return one


def _fill(one: Message, numbers: Iterator[int]) -> None:
    fields: list[Field] = list(one.DESCRIPTOR.fields)  # type: ignore[arg-type]
    for field in fields:
        if field.name in OF_THE_BROKER or field.name == "polygon":
            continue
        inner = getattr(one, field.name)
        if field.message_type is not None:
            for part in (inner.add(), inner.add()) if field.is_repeated else (inner,):
                _fill(part, numbers)
            continue
        number = next(numbers)
        value: object = number
        if field.cpp_type == Field.CPPTYPE_STRING:
            value = NAMES.get(field.name, f"{field.name} {number}")
        elif field.cpp_type == Field.CPPTYPE_ENUM:
            assert field.enum_type is not None
            values = field.enum_type.values
            value = values[1 + number % (len(values) - 1)].number
        elif field.cpp_type == Field.CPPTYPE_DOUBLE:
            value = number / 8
        if field.is_repeated:
            inner.append(value)
        else:
            setattr(one, field.name, value)


def test_everything_that_is_given_comes_back() -> None:
    # What the broker forgot would be lost to every partner, without a word.
    given = everything()
    assert len(given.ListFields()) == len(given.DESCRIPTOR.fields) - 9
    assert encode_draft(decode_draft(given)) == given


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("applies_to", 0),
        ("applies_to", 99),
        ("kind", 99),
        ("entry_rule", -1),
        ("volumes[1].floor.datum", 0),
        ("volumes[0].ceiling.published.unit", 0),
        ("volumes[0].circle.center.latitude_deg", float("nan")),
        ("volumes[0].circle.radius_m", float("inf")),
        ("volumes[2].polygon.vertices[2].longitude_deg", float("nan")),
        ("volumes[2].polygon.arcs[0].direction", 0),
        ("volumes[2].polygon.holes[0].arcs[0].center.latitude_deg", float("-inf")),
        ("volumes[1].ceiling.value_m", float("nan")),
        ("volumes[1].ceiling.published.value", float("nan")),
        ("windows[1].recurrences[0].days[0]", 0),
        ("windows[0].recurrences[1].start.event", 0),
        ("windows[0].recurrences[0].end.event", 99),
        ("authorities[1].purpose", 99),
        ("reading.quality", 99),
        ("name", "agencies/lfb/fire"),
        ("replaces", "fire"),
    ],
)
def test_what_has_no_reading_is_refused_by_its_whole_path(field: str, code: object) -> None:
    # REQ-INPUT-003
    one = everything()
    *parts, last = field.replace("[", ".[").split(".")
    at: object = one
    for part in parts:
        at = at[int(part[1:-1])] if part.startswith("[") else getattr(at, part)  # type: ignore[index]
    if last.startswith("["):
        at[int(last[1:-1])] = code  # type: ignore[index]
    else:
        setattr(at, last, code)
    with pytest.raises(Refused) as refused:
        decode_draft(one, "restrictions[7]")
    assert [each.field for each in refused.value.refusals] == [f"restrictions[7].{field}"]


def test_a_volume_without_a_shape_is_refused() -> None:
    one = everything()
    one.volumes[2].ClearField("polygon")
    with pytest.raises(Refused) as refused:
        decode_draft(one)
    assert [each.field for each in refused.value.refusals] == ["restriction.volumes[2]"]


def test_what_is_too_large_is_refused_by_what_is_most_of_it() -> None:
    def refused(one: restrictions_pb2.Restriction) -> str:
        with pytest.raises(Refused) as error:
            decode_draft(one)
        return error.value.refusals[0].field

    one = everything()
    one.reason = "x" * RESTRICTION_BYTES_MAX
    assert refused(one) == "restriction"
    one = everything()
    one.volumes[2].polygon.vertices.extend([volumes_pb2.LatLng(latitude_deg=51.5)] * 5_000)
    assert refused(one) == "restriction.volumes[2].polygon"
    fits = everything()
    fits.conditions = ""
    fits.conditions = "x" * (RESTRICTION_BYTES_MAX - fits.ByteSize() - 4)
    assert fits.ByteSize() == RESTRICTION_BYTES_MAX
    assert len(decode_draft(fits).conditions) > 40_000
