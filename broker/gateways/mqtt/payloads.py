"""What a payload says: a message of the contract, in its own bytes or as JSON."""

from typing import TypeVar

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from broker.core.errors import refuse

Wire = TypeVar("Wire", bound=Message)


def read_payload(message: Wire, payload: bytes, is_json: bool) -> Wire:
    """Decode a payload; refuses what is not this message."""
    try:
        if is_json:
            json_format.Parse(payload, message, max_recursion_depth=20)
        else:
            message.ParseFromString(payload)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        name = message.DESCRIPTOR.full_name
        raise refuse("payload", f"is not a {name}: {str(error)[:200]}") from error
    return message
