"""Publishing over one long-lived stream.

Theory of operation. Batches go out on a single bidirectional stream and are acknowledged in the
order they were sent, so a queue of waiting callers is all that is needed to match answers to
questions. The broker says in every acknowledgement how many batches it will take before the next
one (`credit`); no more than that are ever under way, and never more than `max_in_flight`. Before
the first acknowledgement one batch may be under way.

When the stream is cut, the callers whose batches were under way are told so: nobody can know
whether those batches were applied. They are not sent again from here, because by then fresher
positions are at hand. The next batch opens a new stream.
"""

import asyncio
import contextlib
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import grpc.aio

from keepclear.client.errors import KeepclearError, UnavailableError, from_rpc_error
from keepclear.client.first_status import FirstStatus
from keepclear.v1 import tracks_pb2

MAX_REPORTS_PER_BATCH = 2_000  # the contract's limit (tracks.proto)
MAX_BATCH_ID_LENGTH = 64  # characters; the same
DEFAULT_MAX_IN_FLIGHT = 8  # batches
ACKNOWLEDGE_LIMIT_S = 10.0
# With no credit and nothing under way no acknowledgement would ever come: after this pause one
# batch is sent to ask.
NO_CREDIT_PAUSE_S = 0.5

DOING = "publishing positions"
TRY_AGAIN = "publish current positions again; the stream re-opens by itself"

T = TypeVar("T")

PublishCall = grpc.aio.StreamStreamCall[
    tracks_pb2.PublishTracksRequest, tracks_pb2.PublishTracksResponse
]


@dataclass(slots=True)
class _Waiting:
    batch_id: str
    answer: asyncio.Future[tracks_pb2.PublishTracksResponse]


@dataclass(slots=True)
class _Stream:
    """One connection's stream: who waits for which answer, and what the broker will still take."""

    call: PublishCall
    ended: FirstStatus
    waiting: deque[_Waiting] = field(default_factory=deque)
    credit: int = 1
    error: KeepclearError | None = None
    reader: asyncio.Task[None] | None = None


class TrackPublisher:
    """Sends batches and hands each caller its own acknowledgement. Used through `Client.publish`.

    `open_call` starts a PublishTracks stream.
    """

    def __init__(
        self,
        open_call: Callable[[], PublishCall],
        max_in_flight: int = DEFAULT_MAX_IN_FLIGHT,
        acknowledge_limit_s: float = ACKNOWLEDGE_LIMIT_S,
    ) -> None:
        if max_in_flight < 1:
            raise ValueError("max_in_flight must be at least 1")
        self._open_call = open_call
        self._max_in_flight = max_in_flight
        self._acknowledge_limit_s = acknowledge_limit_s
        self._stream: _Stream | None = None
        self._changed = asyncio.Event()
        self._sending = asyncio.Lock()
        self._session = uuid.uuid4().hex[:12]
        self._batches = 0
        self._closed = False

    async def publish(
        self, reports: Iterable[tracks_pb2.TrackReport], batch_id: str | None = None
    ) -> tracks_pb2.PublishTracksResponse:
        """Send one batch and wait for its acknowledgement (see `Client.publish`)."""
        request = self._request(reports, batch_id)
        # One sender at a time: the order on the wire is then the order in the waiting queue.
        async with self._sending:
            stream = await self._stream_with_room()
            waiting = _Waiting(request.batch_id, asyncio.get_running_loop().create_future())
            stream.waiting.append(waiting)
            await self._in_time(stream, self._write(stream, request))
        return await self._in_time(stream, waiting.answer)

    async def drain(self) -> None:
        """Return when every batch that was sent has its answer, or its stream has ended."""
        async with self._sending:
            stream = self._stream
            while stream is not None and stream.waiting and stream.error is None:
                self._changed.clear()
                if not await self._something_came(self._acknowledge_limit_s):
                    return

    async def close(self) -> None:
        """End the stream; callers still waiting are told."""
        self._closed = True
        if self._stream is not None:
            await self._cut(
                self._stream, UnavailableError(f"{DOING}: the client was closed", "open a new one")
            )

    def _request(
        self, reports: Iterable[tracks_pb2.TrackReport], batch_id: str | None
    ) -> tracks_pb2.PublishTracksRequest:
        if batch_id is None:
            self._batches += 1
            batch_id = f"{self._session}-{self._batches}"
        elif len(batch_id) > MAX_BATCH_ID_LENGTH:
            # The broker would answer under a shortened one, which nobody waits for.
            raise ValueError(f"batch_id: at most {MAX_BATCH_ID_LENGTH} characters")
        request = tracks_pb2.PublishTracksRequest(batch_id=batch_id, reports=reports)
        if len(request.reports) > MAX_REPORTS_PER_BATCH:
            raise ValueError(
                f"a batch holds at most {MAX_REPORTS_PER_BATCH} reports, not {len(request.reports)}"
            )
        return request

    async def _write(self, stream: _Stream, request: tracks_pb2.PublishTracksRequest) -> None:
        # A failed write is not news: the reader sees the same end, with its reason, and answers.
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await stream.call.write(request)

    async def _in_time(self, stream: _Stream, work: Awaitable[T]) -> T:
        """Await `work`; when it takes too long, the stream is given up for everyone on it."""
        try:
            async with asyncio.timeout(self._acknowledge_limit_s):
                return await work
        except TimeoutError:
            error = self._too_late()
            await self._cut(stream, error)
            raise error from None

    def _too_late(self) -> UnavailableError:
        limit_s = self._acknowledge_limit_s
        return UnavailableError(f"{DOING}: no acknowledgement in {limit_s:g} s", TRY_AGAIN)

    async def _stream_with_room(self) -> _Stream:
        """A live stream that may take one more batch; opens one where there is none."""
        while True:
            self._changed.clear()
            if self._closed:
                raise UnavailableError(f"{DOING}: the client was closed", "open a new one")
            stream = self._stream
            if stream is None or stream.error is not None:
                call = self._open_call()
                stream = self._stream = _Stream(call, FirstStatus(call))
                stream.reader = asyncio.create_task(self._read(stream))
            if len(stream.waiting) < min(stream.credit, self._max_in_flight):
                return stream
            idle = not stream.waiting
            limit_s = NO_CREDIT_PAUSE_S if idle else self._acknowledge_limit_s
            if await self._something_came(limit_s):
                continue
            if idle and stream.error is None:
                return stream
            await self._cut(stream, self._too_late())

    async def _something_came(self, limit_s: float) -> bool:
        """Wait for an acknowledgement or an end; False when only the time went by."""
        try:
            async with asyncio.timeout(limit_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _read(self, stream: _Stream) -> None:
        """Hand out acknowledgements in order until the stream ends, then tell everyone why."""
        error: KeepclearError = UnavailableError(f"{DOING}: the broker ended the stream", TRY_AGAIN)
        try:
            async for response in stream.call:
                if not stream.waiting or stream.waiting[0].batch_id != response.batch_id:
                    error = UnavailableError(
                        f"{DOING}: an acknowledgement for another batch came", TRY_AGAIN
                    )
                    break
                stream.credit = response.credit
                waiting = stream.waiting.popleft()
                if not waiting.answer.done():  # the caller may have given up
                    waiting.answer.set_result(response)
                self._changed.set()
        except grpc.aio.AioRpcError as rpc_error:
            error = from_rpc_error(stream.ended.instead_of(rpc_error), DOING)
        except asyncio.CancelledError:
            # Either this task is being cancelled, or only the call was (a caller gave up while
            # writing): then the stream is at its end like any other.
            self._end(stream, error)
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
        stream.call.cancel()
        self._end(stream, error)

    async def _cut(self, stream: _Stream, error: KeepclearError) -> None:
        self._end(stream, error)
        stream.call.cancel()
        if stream.reader is not None:
            stream.reader.cancel()
            await asyncio.gather(stream.reader, return_exceptions=True)

    def _end(self, stream: _Stream, error: KeepclearError) -> None:
        if stream.error is None:
            stream.error = error
        while stream.waiting:
            waiting = stream.waiting.popleft()
            if not waiting.answer.done():
                waiting.answer.set_exception(stream.error)
        self._changed.set()
