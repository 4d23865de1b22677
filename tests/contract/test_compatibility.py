"""The contract against every release of it, and proof that the comparison sees each change."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from tests.contract.compatibility import Contract, breaking_changes
from tests.contract.contract import RELEASED, current

RELEASES = sorted(RELEASED.glob("*.binpb"))
FIRST = RELEASED / "v0_1.binpb"

Change = Callable[["Editable"], None]


def read(release: Path) -> FileDescriptorSet:
    return FileDescriptorSet.FromString(release.read_bytes())


class Editable:
    """A copy of the first release to make one change in."""

    def __init__(self) -> None:
        self.set = read(FIRST)

    def file(self, name: str) -> FileDescriptorProto:
        return next(file for file in self.set.file if file.name == f"keepclear/v1/{name}.proto")

    def message(self, name: str) -> DescriptorProto:
        return Contract.read(self.set).messages[f"keepclear.v1.{name}"]

    def enum(self, name: str) -> EnumDescriptorProto:
        return Contract.read(self.set).enums[f"keepclear.v1.{name}"]

    def field(self, message: str, name: str) -> FieldDescriptorProto:
        return next(one for one in self.message(message).field if one.name == name)


# The guard itself


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_nothing_that_was_released_has_changed(release: Path) -> None:
    assert breaking_changes(read(release), current()) == []


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_release_is_the_whole_contract_without_comments(release: Path) -> None:
    released = read(release)
    assert {file.package for file in released.file} == {"keepclear.v1"}
    assert not any(file.HasField("source_code_info") for file in released.file)
    contract = Contract.read(released)
    assert len(contract.services) >= 4
    assert "keepclear.v1.TrackReport" in contract.messages


def test_there_is_a_release() -> None:
    assert FIRST in RELEASES


# What it sees


def remove_message(it: Editable) -> None:
    del it.file("feed").message_type[0]


def remove_field(it: Editable) -> None:
    fields = it.message("TrackReport").field
    fields.remove(it.field("TrackReport", "latitude_deg"))


def rename_field(it: Editable) -> None:
    it.field("TrackReport", "latitude_deg").name = "lat_deg"


def renumber_field(it: Editable) -> None:
    it.field("TrackReport", "latitude_deg").number = 99


def retype_field(it: Editable) -> None:
    it.field("TrackReport", "latitude_deg").type = FieldDescriptorProto.TYPE_FLOAT


def point_field_elsewhere(it: Editable) -> None:
    it.field("TrackReport", "altitude_datum").type_name = ".keepclear.v1.LimitDatum"


def repeat_field(it: Editable) -> None:
    it.field("TrackReport", "source_track_id").label = FieldDescriptorProto.LABEL_REPEATED


def forget_presence(it: Editable) -> None:
    # An altitude that is not known would arrive as 0.
    altitude = it.field("TrackReport", "altitude_m")
    altitude.proto3_optional = False
    altitude.ClearField("oneof_index")


def leave_oneof(it: Editable) -> None:
    it.field("RestrictionVolume", "circle").ClearField("oneof_index")


def rename_in_json(it: Editable) -> None:
    it.field("TrackReport", "latitude_deg").json_name = "lat"


def unpack_field(it: Editable) -> None:
    it.field("SubscribeRequest", "kinds").options.packed = False


def remove_enum(it: Editable) -> None:
    del it.file("tracks").message_type[:]
    del it.file("common").enum_type[0]


def remove_enum_value(it: Editable) -> None:
    del it.enum("AltitudeDatum").value[2]


def renumber_enum_value(it: Editable) -> None:
    it.enum("AltitudeDatum").value[2].number = 9


def rename_enum_value(it: Editable) -> None:
    it.enum("AltitudeDatum").value[2].name = "ALTITUDE_DATUM_MSL"


def remove_service(it: Editable) -> None:
    del it.file("alerts").service[0]


def remove_method(it: Editable) -> None:
    del it.file("restrictions").service[0].method[1]


def change_answer(it: Editable) -> None:
    it.file("restrictions").service[0].method[1].output_type = ".keepclear.v1.Restriction"


def end_stream(it: Editable) -> None:
    it.file("feed").service[0].method[0].server_streaming = False


def move_message(it: Editable) -> None:
    it.file("common").message_type.append(it.file("feed").message_type.pop(0))


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        (remove_message, "keepclear.v1.Area: message removed"),
        (remove_field, "keepclear.v1.TrackReport.latitude_deg: field removed"),
        (rename_field, "keepclear.v1.TrackReport.latitude_deg: field renamed to lat_deg"),
        (renumber_field, "keepclear.v1.TrackReport.latitude_deg: field renumbered from 3 to 99"),
        (retype_field, "latitude_deg: field retyped from optional double"),
        (point_field_elsewhere, "altitude_datum: field retyped"),
        (repeat_field, "to repeated string"),
        (forget_presence, "altitude_m: field retyped from explicit double"),
        (leave_oneof, "RestrictionVolume.circle: field retyped"),
        (rename_in_json, "latitude_deg: field retyped"),
        (unpack_field, "kinds: field retyped"),
        (remove_enum, "keepclear.v1.Space: enum removed"),
        (remove_enum_value, "AltitudeDatum.ALTITUDE_DATUM_AMSL: value removed"),
        (renumber_enum_value, "ALTITUDE_DATUM_AMSL: value renumbered from 2 to 9"),
        (rename_enum_value, "ALTITUDE_DATUM_AMSL: value removed"),
        (remove_service, "keepclear.v1.AlertService: service removed"),
        (remove_method, "RestrictionService.GetRestriction: method removed"),
        (change_answer, "RestrictionService.GetRestriction: method changed"),
        (end_stream, "FeedService.Subscribe: method changed"),
        (move_message, "keepclear.v1.Area: moved from keepclear/v1/feed.proto"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_breaking_change_is_seen(change: Change, seen: str) -> None:
    edited = Editable()
    change(edited)
    found = breaking_changes(read(FIRST), edited.set)
    assert any(seen in line for line in found), found


# What is allowed


def add_field(it: Editable) -> None:
    it.message("TrackReport").field.add(name="heading_deg", number=100, type=1, label=1)


def add_message(it: Editable) -> None:
    it.file("common").message_type.add(name="Wind")


def add_enum_value(it: Editable) -> None:
    it.enum("AltitudeDatum").value.add(name="ALTITUDE_DATUM_QNH", number=50)


def add_method(it: Editable) -> None:
    it.file("alerts").service[0].method.add(name="GetAlert")


def reorder(it: Editable) -> None:
    fields = it.message("TrackReport").field
    turned = list(reversed(fields))
    del fields[:]
    fields.extend(turned)


def add_comment(it: Editable) -> None:
    it.file("common").source_code_info.location.add(leading_comments="said better")


@pytest.mark.parametrize(
    "change", [add_field, add_message, add_enum_value, add_method, reorder, add_comment]
)
def test_a_harmless_change_is_not(change: Change) -> None:
    edited = Editable()
    change(edited)
    assert edited.set != read(FIRST)
    assert breaking_changes(read(FIRST), edited.set) == []
