"""The header of a feed message: every message of every audience has one, so it is put together.

What is the same for all messages of one audience is encoded once; between its two parts stand the
number and the time, after them the token. The bytes are those that protobuf makes.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from broker.core.names import Audience
from broker.gateways.wire.framing import length_delimited, varint
from broker.service.feed.tokens import ResumePoint, encode_token
from keepclear.v1 import common_pb2, feed_pb2

AUDIENCES_KEPT: Final = 4_000
"""Twice as many as there may be readers: news and snapshots of each."""
_HEADER: Final = feed_pb2.FeedHeader
_FIELD: Final = feed_pb2.FeedMessage.HEADER_FIELD_NUMBER
_NUMBER_TAG: Final = varint(_HEADER.NUMBER_FIELD_NUMBER << 3)
_COVERS_FROM_TAG: Final = varint(_HEADER.COVERS_FROM_FIELD_NUMBER << 3)
_SENT_TAG: Final = varint(_HEADER.SENT_US_FIELD_NUMBER << 3)


class _Steady(NamedTuple):
    """What does not change from message to message."""

    before: bytes
    after: bytes


def header(point: ResumePoint, sent_us: int, space: common_pb2.Space, *, snapshot: bool) -> bytes:
    """A FeedMessage's header field, for a message after which a reader stands at `point`."""
    before, after = _steady(point.epoch, point.audience, space, snapshot)
    token = length_delimited(_HEADER.RESUME_TOKEN_FIELD_NUMBER, encode_token(point))
    return length_delimited(
        _FIELD, before + _numbers(point.number) + _sent(sent_us) + after + token
    )


@lru_cache(maxsize=AUDIENCES_KEPT)
def _steady(epoch: str, audience: Audience, space: common_pb2.Space, snapshot: bool) -> _Steady:
    rest = _HEADER(space=space, audience=str(audience), snapshot=snapshot)
    return _Steady(
        _HEADER(epoch=epoch).SerializeToString(deterministic=True),
        rest.SerializeToString(deterministic=True),
    )


def _numbers(number: int) -> bytes:
    """`number`, twice; protobuf leaves out a zero."""
    if number == 0:
        return b""
    encoded = varint(number)
    return _NUMBER_TAG + encoded + _COVERS_FROM_TAG + encoded


@lru_cache(maxsize=8)
def _sent(sent_us: int) -> bytes:
    """The same time stands in a whole micro-batch's messages."""
    return _SENT_TAG + varint(sent_us) if sent_us else b""


def covers_from(number: int) -> bytes:
    """A header with only covers_from: appended to a message, it replaces that one field."""
    return length_delimited(_FIELD, _COVERS_FROM_TAG + varint(number))
