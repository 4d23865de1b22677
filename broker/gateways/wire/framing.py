"""Protobuf's wire format, the little of it that is needed to join encoded parts.

https://protobuf.dev/programming-guides/encoding: a field is a tag (number << 3 | type) and a value;
concatenated messages merge, the last value of a scalar field winning.
"""

from typing import Final

_ONE_BYTE: Final = tuple(bytes([value]) for value in range(0x80))


def varint(value: int) -> bytes:
    """A non-negative integer, seven bits a byte, least significant first."""
    if 0 <= value <= 0x7F:
        return _ONE_BYTE[value]
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def length_delimited(field_number: int, payload: bytes) -> bytes:
    """A string, bytes or message field."""
    return varint(field_number << 3 | 2) + varint(len(payload)) + payload
