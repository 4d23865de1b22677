"""The header of a feed message: every message of every audience has one, so it is put together.

What is the same for all messages of one audience is encoded once (`Headers`); between its two parts
stand the number and the time, after them the token. The bytes are those that protobuf makes.
"""

from functools import lru_cache
from typing import Final

from broker.core.names import Audience
from broker.gateways.wire.framing import length_delimited, varint
from broker.service.feed.tokens import Tokens
from keepclear.v1 import common_pb2, feed_pb2

_HEADER: Final = feed_pb2.FeedHeader
_FIELD: Final = feed_pb2.FeedMessage.HEADER_FIELD_NUMBER
_NUMBER_TAG: Final = varint(_HEADER.NUMBER_FIELD_NUMBER << 3)
_COVERS_FROM_TAG: Final = varint(_HEADER.COVERS_FROM_FIELD_NUMBER << 3)
_SENT_TAG: Final = varint(_HEADER.SENT_US_FIELD_NUMBER << 3)


class Headers:
    """The headers of one audience's messages in one epoch: news, or parts of snapshots."""

    def __init__(
        self, epoch: str, audience: Audience, space: common_pb2.Space, *, snapshot: bool
    ) -> None:
        rest = _HEADER(space=space, audience=str(audience), snapshot=snapshot)
        self._before = _HEADER(epoch=epoch).SerializeToString(deterministic=True)
        self._after = rest.SerializeToString(deterministic=True)
        self._tokens = Tokens(epoch, audience)

    def at(self, number: int, sent_us: int) -> bytes:
        """A FeedMessage's header field, for a message after which a reader stands at `number`."""
        token = length_delimited(_HEADER.RESUME_TOKEN_FIELD_NUMBER, self._tokens.at(number))
        return length_delimited(
            _FIELD, self._before + _numbers(number) + _sent(sent_us) + self._after + token
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
