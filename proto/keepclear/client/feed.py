"""Reading the feed so that nothing can be missed without being noticed.

Theory of operation. Messages of one audience carry (epoch, number). A reader has seen everything
when each message's `covers_from` is its last number plus one, so `Continuity` remembers the last
number and compares. A snapshot is state, not news: it sets the number anew, and counts only once
it is complete. The token to resume from is taken only from messages that leave the reader with a
whole picture, so a connection cut in the middle of a snapshot starts that snapshot again.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from keepclear.client.backoff import Backoff
from keepclear.client.errors import Gap, GapError, UnavailableError
from keepclear.v1 import feed_pb2

# The broker sends a heartbeat every second: after this long without one the connection is dead.
SILENCE_LIMIT_S = 5.0
# Marks and heartbeats repeat the last number instead of having their own.
REPEATING_KINDS = frozenset({"heartbeat", "snapshot_begin", "snapshot_end"})

Connect = Callable[[bytes], AsyncGenerator[feed_pb2.FeedMessage, None]]


@dataclass(slots=True)
class Continuity:
    """What has been seen so far, and whether the next message follows on from it.

    `resume_token` continues after the last message that left a whole picture; empty asks for a
    snapshot.
    """

    resume_token: bytes = b""
    epoch: str = ""
    number: int | None = None
    _snapshot_count: int | None = field(default=None, repr=False)  # messages counted so far
    # Epoch and number before the snapshot that is being read: they hold again if it is cut.
    _before: tuple[str, int | None] = field(default=("", None), repr=False)

    def check(self, message: feed_pb2.FeedMessage) -> Gap | None:
        """Take note of one message; a Gap when something before it is missing."""
        kind = message.WhichOneof("kind")
        header = message.header
        if kind == "snapshot_begin":
            if self._snapshot_count is None:
                self._before = self.epoch, self.number
            self._snapshot_count = 0
            self.epoch, self.number = header.epoch, header.number
            return None
        if kind == "snapshot_end":
            return self._end_of_snapshot(message)
        if header.snapshot:
            return self._part_of_snapshot(header)
        if self._snapshot_count is not None and kind != "heartbeat":
            return self._gap(header, "the snapshot was not finished")
        return self._news(header)

    def is_repeat(self, message: feed_pb2.FeedMessage) -> bool:
        """Whether this numbered message has been seen already (after resuming)."""
        header = message.header
        return (
            not header.snapshot
            and message.WhichOneof("kind") not in REPEATING_KINDS
            # A notice that has no number of its own is never a repeat.
            and header.covers_from <= header.number
            and header.epoch == self.epoch
            and self.number is not None
            and header.number <= self.number
        )

    def forget(self) -> None:
        """Start over with a snapshot."""
        self.resume_token, self.epoch, self.number = b"", "", None
        self._snapshot_count = None

    def disconnected(self) -> None:
        """An unfinished snapshot is worth nothing: the next connection sends it whole."""
        if self._snapshot_count is not None:
            self._snapshot_count = None
            self.epoch, self.number = self._before

    def _part_of_snapshot(self, header: feed_pb2.FeedHeader) -> Gap | None:
        if self._snapshot_count is None:
            return self._gap(header, "the beginning of the snapshot is missing")
        self._snapshot_count += 1
        return None

    def _end_of_snapshot(self, message: feed_pb2.FeedMessage) -> Gap | None:
        counted, self._snapshot_count = self._snapshot_count, None
        if counted != message.snapshot_end.message_count:
            return self._gap(message.header, "messages of the snapshot are missing")
        self._keep(message.header)
        return None

    def _news(self, header: feed_pb2.FeedHeader) -> Gap | None:
        first = self.number is None
        if first and not self.resume_token and header.number > 0:
            return self._gap(header, "the feed did not begin with a snapshot")
        if not first and header.epoch != self.epoch:
            return self._gap(header, "a new epoch began without a snapshot")
        last = header.number if self.number is None else self.number
        if header.number > last and header.covers_from > last + 1:
            return self._gap(header, "messages are missing")
        if self._snapshot_count is None:
            self._keep(header)
        return None

    def _keep(self, header: feed_pb2.FeedHeader) -> None:
        self.epoch = header.epoch
        self.number = max(header.number, self.number or 0)
        if header.resume_token:
            self.resume_token = header.resume_token

    def _gap(self, header: feed_pb2.FeedHeader, reason: str) -> Gap:
        expected = 0 if self.number is None else self.number + 1
        return Gap(header.epoch, expected, header.number, reason)


class Follower:
    """Follows one audience's feed through every interruption. Used through `Client.follow`.

    `connect` opens one connection from a resume token. With `on_gap` a gap is reported there and
    healed by a snapshot; without it `GapError` is raised.
    """

    def __init__(
        self,
        connect: Connect,
        *,
        resume_token: bytes = b"",
        on_gap: Callable[[Gap], None] | None = None,
        on_lost: Callable[[UnavailableError], None] | None = None,
        backoff: Backoff | None = None,
        silence_limit_s: float = SILENCE_LIMIT_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connect = connect
        self._seen = Continuity(resume_token)
        self._on_gap = on_gap
        self._on_lost = on_lost
        self._backoff = backoff or Backoff()
        self._silence_limit_s = silence_limit_s
        self._sleep = sleep

    async def messages(self) -> AsyncGenerator[feed_pb2.FeedMessage, None]:
        """Every message, once, in order; ends only by an exception or by being closed."""
        while True:
            asked_s: float | None = None
            try:
                async with aclosing(self._one_connection()) as connection:
                    async for message in connection:
                        yield message
            except UnavailableError as error:
                asked_s = error.retry_after_s
                if self._on_lost is not None:
                    self._on_lost(error)
            self._seen.disconnected()
            await self._sleep(self._backoff.next_s(asked_s))

    async def _one_connection(self) -> AsyncGenerator[feed_pb2.FeedMessage, None]:
        async with aclosing(self._connect(self._seen.resume_token)) as connection:
            while (message := await self._next(connection)) is not None:
                if self._seen.is_repeat(message):
                    continue
                gap = self._seen.check(message)
                if gap is not None:
                    self._seen.forget()
                    if self._on_gap is None:
                        raise GapError(gap)
                    self._on_gap(gap)
                    return
                if not message.header.snapshot:
                    self._backoff.reset()
                yield message

    async def _next(
        self, connection: AsyncGenerator[feed_pb2.FeedMessage, None]
    ) -> feed_pb2.FeedMessage | None:
        try:
            async with asyncio.timeout(self._silence_limit_s):
                return await anext(connection, None)
        except TimeoutError:
            raise UnavailableError(
                f"reading the feed: silent for {self._silence_limit_s:g} s",
                "nothing to do: it is connected again",
            ) from None
