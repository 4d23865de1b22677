"""What would break a partner who compiled against a released contract.

Stricter than the wire format asks for: names count too, because generated code and the JSON mapping
use them. Adding is always allowed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)


@dataclass(slots=True)
class Contract:
    """Everything declared in a descriptor set, by full name; `files` says where."""

    messages: dict[str, DescriptorProto] = field(default_factory=dict)
    enums: dict[str, EnumDescriptorProto] = field(default_factory=dict)
    services: dict[str, ServiceDescriptorProto] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, descriptors: FileDescriptorSet) -> "Contract":
        contract = cls()
        for file in descriptors.file:
            for enum in file.enum_type:
                contract.enums[f"{file.package}.{enum.name}"] = enum
            for service in file.service:
                contract.services[f"{file.package}.{service.name}"] = service
            for message in file.message_type:
                contract._add_message(file.package, message)
            for name in contract._names():
                contract.files.setdefault(name, file.name)
        return contract

    def _add_message(self, scope: str, message: DescriptorProto) -> None:
        name = f"{scope}.{message.name}"
        self.messages[name] = message
        for enum in message.enum_type:
            self.enums[f"{name}.{enum.name}"] = enum
        for nested in message.nested_type:
            self._add_message(name, nested)

    def _names(self) -> list[str]:
        return [*self.messages, *self.enums, *self.services]


def breaking_changes(released: FileDescriptorSet, current: FileDescriptorSet) -> list[str]:
    """One line for each thing that a partner's program would trip over."""
    old, new = Contract.read(released), Contract.read(current)
    return [
        *_missing("message", old.messages, new.messages),
        *_missing("enum", old.enums, new.enums),
        *_missing("service", old.services, new.services),
        *(
            f"{name}: moved from {file} to {new.files[name]}"
            for name, file in old.files.items()
            if new.files.get(name, file) != file
        ),
        *(
            line
            for name, message in old.messages.items()
            if name in new.messages
            for line in _message_changes(name, message, new.messages[name])
        ),
        *(
            line
            for name, enum in old.enums.items()
            if name in new.enums
            for line in _enum_changes(name, enum, new.enums[name])
        ),
        *(
            line
            for name, service in old.services.items()
            if name in new.services
            for line in _service_changes(name, service, new.services[name])
        ),
    ]


def _missing(kind: str, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    return (f"{name}: {kind} removed" for name in old if name not in new)


def _message_changes(name: str, old: DescriptorProto, new: DescriptorProto) -> Iterator[str]:
    by_name = {one.name: one for one in new.field}
    by_number = {one.number: one for one in new.field}
    for was in old.field:
        label = f"{name}.{was.name}"
        now = by_name.get(was.name)
        if now is None:
            same_number = by_number.get(was.number)
            became = f"renamed to {same_number.name}" if same_number else "removed"
            yield f"{label}: field {became}"
        elif now.number != was.number:
            yield f"{label}: field renumbered from {was.number} to {now.number}"
        elif _shape(was, old) != _shape(now, new):
            yield f"{label}: field retyped from {_shape(was, old)} to {_shape(now, new)}"


def _shape(one: FieldDescriptorProto, message: DescriptorProto) -> str:
    """Type, presence and how often, in words; two fields of one shape read each other's bytes."""
    label = FieldDescriptorProto.Label.Name(one.label).removeprefix("LABEL_").lower()
    kind = FieldDescriptorProto.Type.Name(one.type).removeprefix("TYPE_").lower()
    words = ["explicit" if one.proto3_optional else label, kind]
    if one.type_name:
        words.append(one.type_name)
    if one.HasField("oneof_index") and not one.proto3_optional:
        words.append(f"in {message.oneof_decl[one.oneof_index].name}")
    if one.json_name:
        words.append(f"as {one.json_name}")
    if one.options.HasField("packed"):
        words.append("packed" if one.options.packed else "unpacked")
    return " ".join(words)


def _enum_changes(name: str, old: EnumDescriptorProto, new: EnumDescriptorProto) -> Iterator[str]:
    numbers = {value.name: value.number for value in new.value}
    for value in old.value:
        number = numbers.get(value.name)
        if number is None:
            yield f"{name}.{value.name}: value removed"
        elif number != value.number:
            yield f"{name}.{value.name}: value renumbered from {value.number} to {number}"


def _service_changes(
    name: str, old: ServiceDescriptorProto, new: ServiceDescriptorProto
) -> Iterator[str]:
    methods = {method.name: method for method in new.method}
    for was in old.method:
        now = methods.get(was.name)
        if now is None:
            yield f"{name}.{was.name}: method removed"
        elif _signature(was) != _signature(now):
            yield f"{name}.{was.name}: method changed from {_signature(was)} to {_signature(now)}"


def _signature(method: MethodDescriptorProto) -> str:
    asked = "stream " * method.client_streaming + method.input_type
    answered = "stream " * method.server_streaming + method.output_type
    return f"({asked}) returns ({answered})"
