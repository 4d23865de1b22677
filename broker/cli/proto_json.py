"""Messages as JSON people can pipe: the protobuf mapping, snake_case, 64-bit integers as numbers.

Unix microseconds stay far below 2^53, so no reader loses a digit.
"""

import json
from collections.abc import Mapping
from typing import TypeAlias

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from keepclear.v1.feed_pb2 import FeedMessage

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, Json]
FieldsByName: TypeAlias = Mapping[str, FieldDescriptor]

_INT64_TYPES = frozenset(
    {
        FieldDescriptor.CPPTYPE_INT64,
        FieldDescriptor.CPPTYPE_UINT64,
    }
)


def message_json(message: Message) -> JsonObject:
    """One message as a JSON object, snake_case, 64-bit integers as numbers."""
    values: JsonObject = MessageToDict(message, preserving_proto_field_name=True)
    fields: FieldsByName = message.DESCRIPTOR.fields_by_name  # type: ignore[assignment]
    return _with_numbers(values, fields)


def message_line(message: Message) -> str:
    """One message as a line of JSON."""
    return json.dumps(message_json(message), ensure_ascii=False)


def feed_line(message: FeedMessage) -> str | None:
    """One feed message as a line: `{kind: {"header": ..., fields}}`; None for an unknown kind."""
    kind = message.WhichOneof("kind")
    if kind is None:  # from a newer broker: nothing we could name
        return None
    body: JsonObject = {"header": message_json(message.header)}
    body.update(message_json(getattr(message, kind)))
    return json.dumps({kind: body}, ensure_ascii=False, separators=(",", ":"))


def _with_numbers(values: JsonObject, fields: FieldsByName) -> JsonObject:
    return {name: _field_with_numbers(value, fields[name]) for name, value in values.items()}


def _field_with_numbers(value: Json, field: FieldDescriptor) -> Json:
    if isinstance(value, list):
        return [_field_with_numbers(item, field) for item in value]
    if isinstance(value, dict) and field.message_type is not None:
        return _with_numbers(value, field.message_type.fields_by_name)
    if isinstance(value, str) and field.cpp_type in _INT64_TYPES:
        return int(value)
    return value
