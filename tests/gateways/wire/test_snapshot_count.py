"""The count at the end of a snapshot is of what its reader got, also when that is nothing."""

import pytest

from broker.gateways.wire.feed import WireEncoder
from keepclear.v1 import feed_pb2


@pytest.mark.parametrize("got", [0, 1, 127, 128, 300_000])
def test_an_appended_count_replaces_the_one_before(got: int) -> None:
    encoder = WireEncoder(exercise=True)
    whole = encoder.snapshot_end(4)
    message = feed_pb2.FeedMessage.FromString(whole + encoder.snapshot_end(got))
    assert message.snapshot_end.message_count == got


def test_a_count_of_nothing_still_makes_a_mark() -> None:
    message = feed_pb2.FeedMessage.FromString(WireEncoder(exercise=True).snapshot_end(0))
    assert message.WhichOneof("kind") == "snapshot_end"
