"""The header that is put together against the one that protobuf makes."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.names import Audience, Role
from broker.gateways.wire.headers import Headers, covers_from
from broker.service.feed.tokens import Tokens
from keepclear.v1 import common_pb2, feed_pb2

names = st.from_regex(r"[a-z][a-z0-9-]{0,60}", fullmatch=True)
audiences = st.builds(Audience, names, st.sampled_from(Role))
numbers = st.integers(0, 2**63 - 1)
spaces = st.sampled_from([common_pb2.SPACE_LIVE, common_pb2.SPACE_EXERCISE])


@given(st.text(max_size=200), audiences, numbers, numbers, spaces, st.booleans())
def test_it_is_protobufs_byte_for_byte(
    epoch: str,
    audience: Audience,
    number: int,
    sent_us: int,
    space: common_pb2.Space,
    snapshot: bool,
) -> None:
    expected = feed_pb2.FeedHeader(
        epoch=epoch,
        number=number,
        covers_from=number,
        sent_us=sent_us,
        space=space,
        audience=str(audience),
        snapshot=snapshot,
        resume_token=Tokens(epoch, audience).at(number),
    )
    made = Headers(epoch, audience, space, snapshot=snapshot).at(number, sent_us)
    assert made == feed_pb2.FeedMessage(header=expected).SerializeToString(deterministic=True)


@given(numbers)
def test_covers_from_alone(number: int) -> None:
    read = feed_pb2.FeedMessage.FromString(covers_from(number)).header
    assert read == feed_pb2.FeedHeader(covers_from=number)
