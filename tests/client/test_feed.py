import asyncio
from collections.abc import AsyncGenerator
from itertools import pairwise

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.client import Gap, GapError, RefusedError, UnavailableError
from keepclear.client.feed import Continuity, Follower
from keepclear.v1 import feed_pb2
from tests.client.conftest import Running, until

Message = feed_pb2.FeedMessage


def header(
    number: int, covers_from: int | None = None, epoch: str = "e1", *, snapshot: bool = False
) -> feed_pb2.FeedHeader:
    return feed_pb2.FeedHeader(
        epoch=epoch,
        number=number,
        covers_from=number if covers_from is None else covers_from,
        snapshot=snapshot,
        resume_token=f"{epoch}:{number}".encode(),
    )


def news(number: int, covers_from: int | None = None, epoch: str = "e1") -> Message:
    return Message(
        header=header(number, covers_from, epoch), notice=feed_pb2.Notice(text=str(number))
    )


def heartbeat(number: int, covers_from: int | None = None) -> Message:
    return Message(header=header(number, covers_from), heartbeat=feed_pb2.Heartbeat())


def begin(number: int, epoch: str = "e1") -> Message:
    mark = feed_pb2.SnapshotBegin(reason="first subscription")
    return Message(header=header(number, epoch=epoch, snapshot=True), snapshot_begin=mark)


def state(number: int, epoch: str = "e1") -> Message:
    frame = feed_pb2.TrackFrame()
    return Message(header=header(number, epoch=epoch, snapshot=True), tracks=frame)


def end(number: int, count: int, epoch: str = "e1") -> Message:
    mark = feed_pb2.SnapshotEnd(message_count=count)
    return Message(header=header(number, epoch=epoch, snapshot=True), snapshot_end=mark)


def snapshot(number: int, count: int = 1, epoch: str = "e1") -> list[Message]:
    return [begin(number, epoch), *[state(number, epoch)] * count, end(number, count, epoch)]


def first_gap(messages: list[Message], token: bytes = b"") -> Gap | None:
    seen = Continuity(token)
    for message in messages:
        gap = seen.check(message)
        if gap is not None:
            return gap
    return None


@pytest.mark.parametrize(
    "messages",
    [
        [*snapshot(7), news(8), news(9)],
        [*snapshot(7), heartbeat(7), news(8), heartbeat(8), heartbeat(8)],
        [*snapshot(7), news(11, covers_from=8), news(12)],  # a filter left 8 to 10 out
        [*snapshot(7), heartbeat(9, covers_from=8), news(10)],
        [*snapshot(7), news(8), *snapshot(20), news(21)],
        [*snapshot(7), *snapshot(0, epoch="e2"), news(1, epoch="e2")],
        [begin(7), state(7), heartbeat(7), state(7), end(7, 2), news(8)],
        snapshot(0, count=0),
    ],
)
def test_a_whole_feed_has_no_gap(messages: list[Message]) -> None:
    assert first_gap(messages) is None


@pytest.mark.parametrize(
    ("messages", "expected", "received"),
    [
        ([*snapshot(7), news(9)], 8, 9),
        ([*snapshot(7), news(8), news(12, covers_from=10)], 9, 12),
        ([*snapshot(7), heartbeat(9, covers_from=9)], 8, 9),  # the last message before it was lost
        ([news(5)], 0, 5),
        ([*snapshot(7), news(8, epoch="e2")], 8, 8),
        ([begin(7), state(7), end(7, 2)], 8, 7),
        ([begin(7), state(7), news(8)], 8, 8),
        ([state(7)], 0, 7),
        ([end(7, 1)], 0, 7),
    ],
)
def test_whatever_is_missing_is_a_gap(
    messages: list[Message], expected: int, received: int
) -> None:
    gap = first_gap(messages)
    assert gap is not None
    assert (gap.expected, gap.received) == (expected, received)


@given(
    start=st.integers(0, 50),
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=20),
    data=st.data(),
)
def test_losing_any_one_message_but_the_last_is_noticed(
    start: int, sizes: list[int], data: st.DataObject
) -> None:
    feed = []
    number = start
    for size in sizes:
        feed.append(news(number + size, covers_from=number + 1))
        number += size
    assert first_gap([*snapshot(start), *feed]) is None
    lost = data.draw(st.integers(0, len(feed) - 2))
    gap = first_gap([*snapshot(start), *feed[:lost], *feed[lost + 1 :]])
    assert gap is not None
    assert gap.expected == feed[lost].header.covers_from


def test_a_token_out_of_an_unfinished_snapshot_is_not_kept() -> None:
    seen = Continuity()
    for message in (begin(7), state(7)):
        seen.check(message)
    seen.disconnected()
    assert (seen.resume_token, seen.number) == (b"", None)
    for message in snapshot(9):
        seen.check(message)
    assert seen.resume_token == b"e1:9"


@pytest.mark.parametrize("epoch", ["e1", "e2"])
def test_a_snapshot_that_is_cut_leaves_what_was_known_before_it(epoch: str) -> None:
    # The token is still the old one: what comes after it is news, and its gaps are gaps.
    seen = Continuity()
    cut = [begin(20, epoch), state(20, epoch), begin(21, epoch), state(21, epoch)]
    for message in (*snapshot(7), news(8), *cut):
        assert seen.check(message) is None
    seen.disconnected()
    assert (seen.resume_token, seen.epoch, seen.number) == (b"e1:8", "e1", 8)
    assert not seen.is_repeat(news(9))
    gap = seen.check(news(11))
    assert gap is not None
    assert gap.expected == 9


def test_a_token_of_an_earlier_run_outlives_a_snapshot_that_is_cut() -> None:
    seen = Continuity(b"e1:8")
    for message in (begin(20), state(20)):
        assert seen.check(message) is None
    seen.disconnected()
    assert (seen.resume_token, seen.number) == (b"e1:8", None)
    for message in (news(9), news(10)):
        assert not seen.is_repeat(message)
        assert seen.check(message) is None
    assert seen.is_repeat(news(10))


def test_a_late_heartbeat_takes_no_number_back() -> None:
    seen = Continuity()
    for message in (*snapshot(7), news(8), news(9), heartbeat(8), news(10)):
        assert seen.check(message) is None
    assert seen.number == 10


def test_what_is_forgotten_stays_forgotten_when_the_connection_ends() -> None:
    seen = Continuity()
    for message in (*snapshot(7), begin(20), news(20)):
        gap = seen.check(message)
    assert gap is not None
    seen.forget()
    seen.disconnected()
    assert (seen.resume_token, seen.epoch, seen.number) == (b"", "", None)


def test_what_was_seen_before_resuming_is_recognised() -> None:
    seen = Continuity()
    for message in (*snapshot(7), news(8)):
        seen.check(message)
    assert seen.is_repeat(news(8))
    assert not seen.is_repeat(news(9))
    assert not seen.is_repeat(heartbeat(8))
    assert not seen.is_repeat(news(8, epoch="e2"))


class Connections:
    """Plays one list of messages per connection, then cuts; a later one hangs."""

    def __init__(self, *plays: list[Message] | Exception) -> None:
        self.plays = list(plays)
        self.tokens: list[bytes] = []
        self.waits_s: list[float] = []

    async def connect(self, token: bytes) -> AsyncGenerator[Message, None]:
        self.tokens.append(token)
        play = self.plays.pop(0) if self.plays else []
        if isinstance(play, Exception):
            raise play
        for message in play:
            yield message
        if not self.plays:
            await asyncio.Event().wait()

    async def sleep(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)


async def take(feed: AsyncGenerator[Message, None], number: int) -> list[Message]:
    taken = [await anext(feed) for _ in range(number)]
    await feed.aclose()
    return taken


async def test_following_resumes_by_token_and_shows_each_message_once() -> None:
    plays = Connections([*snapshot(7), news(8)], [news(8), news(9)])
    feed = Follower(plays.connect, sleep=plays.sleep).messages()
    taken = await take(feed, 5)
    assert [message.header.number for message in taken] == [7, 7, 7, 8, 9]
    assert plays.tokens == [b"", b"e1:8"]


async def test_following_goes_on_where_a_snapshot_was_cut() -> None:
    plays = Connections([*snapshot(7), news(8), begin(20), state(20)], [news(9)])
    taken = await take(Follower(plays.connect, sleep=plays.sleep).messages(), 7)
    assert taken[-1].header.number == 9
    assert plays.tokens == [b"", b"e1:8"]


async def test_a_broker_that_gets_no_further_than_its_snapshot_is_left_alone_longer() -> None:
    plays = Connections(snapshot(1), snapshot(2), snapshot(3), [*snapshot(4), news(5)], [])
    await take(Follower(plays.connect, sleep=plays.sleep).messages(), 13)
    assert all(later > earlier for earlier, later in pairwise(plays.waits_s))
    assert len(plays.waits_s) == 3


async def test_waits_grow_and_start_again_after_success() -> None:
    away = UnavailableError("away", "try again")
    plays = Connections(away, away, away, [*snapshot(1), news(2)], [news(3)])
    lost: list[UnavailableError] = []
    feed = Follower(plays.connect, sleep=plays.sleep, on_lost=lost.append).messages()
    await take(feed, 5)
    assert lost == [away] * 3
    grown, fresh = plays.waits_s[:3], plays.waits_s[3]
    assert all(later > earlier for earlier, later in pairwise(grown))
    assert 0.16 <= fresh <= 0.24


async def test_the_delay_the_broker_asks_for_is_kept() -> None:
    plays = Connections(UnavailableError("busy", "wait", retry_after_s=9.0), snapshot(1))
    await take(Follower(plays.connect, sleep=plays.sleep).messages(), 1)
    assert plays.waits_s == [9.0]


async def test_a_gap_is_raised() -> None:
    plays = Connections([*snapshot(7), news(9)])
    feed = Follower(plays.connect, sleep=plays.sleep).messages()
    with pytest.raises(GapError) as caught:
        await take(feed, 4)
    assert caught.value.gap.expected == 8


async def test_a_reported_gap_is_healed_by_a_snapshot() -> None:
    plays = Connections([*snapshot(7), news(9)], [*snapshot(9), news(10)])
    gaps: list[Gap] = []
    feed = Follower(plays.connect, sleep=plays.sleep, on_gap=gaps.append).messages()
    taken = await take(feed, 7)
    assert [message.header.number for message in taken] == [7, 7, 7, 9, 9, 9, 10]
    assert [gap.expected for gap in gaps] == [8]
    assert plays.tokens == [b"", b""]


async def test_a_silent_connection_is_given_up() -> None:
    plays = Connections(snapshot(1), [])  # the second connection says nothing
    lost: list[UnavailableError] = []
    follower = Follower(plays.connect, sleep=plays.sleep, on_lost=lost.append, silence_limit_s=0.05)
    feed = follower.messages()
    await take_until(feed, lost)
    assert "silent" in str(lost[0])


async def take_until(feed: AsyncGenerator[Message, None], lost: list[UnavailableError]) -> None:
    async def read() -> None:
        async for _ in feed:
            pass

    reading = asyncio.create_task(read())
    await until(lambda: bool(lost))
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def test_a_refused_subscription_is_not_repeated() -> None:
    refused = RefusedError(grpc.StatusCode.PERMISSION_DENIED, "no such role")
    plays = Connections(refused)
    with pytest.raises(RefusedError):
        await take(Follower(plays.connect, sleep=plays.sleep).messages(), 1)


async def test_subscribe_asks_for_what_was_wanted(running: Running) -> None:
    running.script.feed = lambda _: snapshot(3)
    area = feed_pb2.Area(south_deg=51.0, west_deg=-1.0, north_deg=52.0, east_deg=1.0)
    feed = running.client.subscribe(
        feed_pb2.ROLE_OBSERVER, b"token", area, [feed_pb2.FEED_KIND_ALERT]
    )
    assert [message.header.number async for message in feed] == [3, 3, 3]
    request = running.script.subscriptions[0]
    assert request.role == feed_pb2.ROLE_OBSERVER
    assert request.resume_token == b"token"
    assert request.area == area
    assert list(request.kinds) == [feed_pb2.FEED_KIND_ALERT]


async def test_following_survives_a_restart_of_the_server(running: Running) -> None:
    def play(request: feed_pb2.SubscribeRequest) -> list[Message]:
        return [news(8)] if request.resume_token else snapshot(7)

    running.script.feed = play
    running.script.keep_feed_open = True
    lost: list[UnavailableError] = []
    feed = running.client.follow(on_lost=lost.append)
    taken = [await anext(feed) for _ in range(3)]
    await running.stop()
    following = asyncio.ensure_future(anext(feed))
    await until(lambda: bool(lost))
    await running.start_again()
    taken.append(await following)
    await feed.aclose()
    assert [message.header.number for message in taken] == [7, 7, 7, 8]
    assert running.script.subscriptions[-1].resume_token == b"e1:7"


async def test_a_feed_that_is_not_allowed_is_refused(running: Running) -> None:
    running.script.feed_error = grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(RefusedError, match="told to fail"):
        await anext(running.client.follow())
