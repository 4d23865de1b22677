"""Our few lines of wire format against protobuf's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.gateways.wire.framing import length_delimited, varint
from keepclear.v1 import feed_pb2, restrictions_pb2


@given(st.integers(0, 2**63 - 1))
def test_varints_are_protobufs(value: int) -> None:
    message = feed_pb2.FeedHeader(number=value)
    tag = varint(feed_pb2.FeedHeader.NUMBER_FIELD_NUMBER << 3)
    expected = message.SerializeToString()
    assert (tag + varint(value) if value else b"") == expected
    assert feed_pb2.FeedHeader.FromString(tag + varint(value)) == message


@given(st.text(max_size=400))
def test_length_delimited_fields_are_protobufs(text: str) -> None:
    message = restrictions_pb2.Restriction(contact=text)
    number = restrictions_pb2.Restriction.CONTACT_FIELD_NUMBER
    ours = length_delimited(number, text.encode())
    assert (ours if text else b"") == message.SerializeToString()
    assert restrictions_pb2.Restriction.FromString(ours) == message


@given(st.lists(st.integers(0, 2**31 - 1), min_size=2, max_size=5))
def test_the_last_of_joined_scalars_wins(numbers: list[int]) -> None:
    tag = varint(feed_pb2.FeedHeader.NUMBER_FIELD_NUMBER << 3)
    joined = b"".join(tag + varint(number) for number in numbers)
    assert feed_pb2.FeedHeader.FromString(joined).number == numbers[-1]


def test_a_negative_integer_is_not_written() -> None:
    with pytest.raises(ValueError, match="byte"):
        varint(-1)
