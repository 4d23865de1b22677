"""One connection to a broker, with every call of the contract that a partner needs."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar

import grpc
import grpc.aio

from keepclear.client.aircraft import AircraftCalls
from keepclear.client.confirming import confirming
from keepclear.client.errors import Gap, UnavailableError, from_rpc_error
from keepclear.client.feed import Follower
from keepclear.client.paging import LIST_PAGE_SIZE, all_pages
from keepclear.client.publishing import DEFAULT_MAX_IN_FLIGHT, TrackPublisher
from keepclear.client.request_ids import new_request_id
from keepclear.client.restrictions import RestrictionCalls
from keepclear.client.sharing import SharingCalls
from keepclear.v1 import (
    alerts_pb2,
    alerts_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    tracks_pb2,
    tracks_pb2_grpc,
)

SYSTEM_KEY = "keepclear-system"  # the metadata that names the caller
DEFAULT_DEADLINE_S = 5.0
RENEW_GRACE_S = 1.0  # for single calls that are under way when certificates are renewed

# Keepalive: a ping every 20 s, also with no call under way, so that a dead link is noticed within
# 30 s. The broker accepts pings down to 10 s apart (feed.proto) and cuts a client that pings more.
# Reconnecting starts after 0.2 s and waits at most 5 s: gRPC's own default grows to two minutes.
CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    # A channel of our own: two clients in one process do not share the fate of one connection.
    ("grpc.use_local_subchannel_pool", 1),
)

Request = TypeVar("Request")
Response = TypeVar("Response")


class Client(RestrictionCalls, AircraftCalls, SharingCalls):
    """An asyncio client for one agency's system; use it as `async with Client(...) as client`.

    `target` is host:port, `system` is `agencies/{agency}/systems/{system}`. `credentials` (from
    `grpc.ssl_channel_credentials`) switch on TLS; without them the connection is plain text, which
    is for a broker on the same machine. `deadline_s` limits every single call. Calls raise
    `RefusedError` (change the request) or `UnavailableError` (its text says what to do).
    """

    def __init__(
        self,
        target: str = "127.0.0.1:50051",
        system: str = "",
        *,
        credentials: grpc.ChannelCredentials | None = None,
        deadline_s: float = DEFAULT_DEADLINE_S,
        max_batches_in_flight: int = DEFAULT_MAX_IN_FLIGHT,
    ) -> None:
        self._target = target
        self._credentials = credentials
        self._deadline_s = deadline_s
        # A certificate names the system already; where a name is given too, the two must agree.
        self._metadata = grpc.aio.Metadata(*([(SYSTEM_KEY, system)] if system else []))
        self._max_in_flight = max_batches_in_flight
        self._channel: grpc.aio.Channel | None = None
        self._publisher: TrackPublisher | None = None

    async def __aenter__(self) -> Self:
        self._connect()
        return self

    def _connect(self) -> None:
        self._channel = self._open_channel()
        tracks = tracks_pb2_grpc.TrackServiceStub(self._channel)
        self._publisher = TrackPublisher(
            lambda: tracks.PublishTracks(metadata=self._metadata), self._max_in_flight
        )

    async def renew(self, credentials: grpc.ChannelCredentials) -> None:
        """Go on with a new certificate: nothing that was sent is lost, and no message is missed.

        New calls go over a new connection at once; batches that were sent get their answers over
        the old one, and `follow` resumes where it was.
        """
        publisher, channel = self._publisher, self._channel
        if publisher is None or channel is None:
            raise _not_open()
        self._credentials = credentials
        self._connect()
        await publisher.drain()
        await publisher.close()
        await channel.close(RENEW_GRACE_S)

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every call and the connection."""
        if self._publisher is not None:
            await self._publisher.close()
        if self._channel is not None:
            await self._channel.close()
        self._publisher = self._channel = None

    # Positions

    async def publish(
        self, reports: Iterable[tracks_pb2.TrackReport], batch_id: str | None = None
    ) -> tracks_pb2.PublishTracksResponse:
        """Publish up to 2,000 reports; returns when the broker has applied them.

        No reports at all say: still listening, nothing to report.
        All batches share one stream, re-opened when it was cut. May be called from several tasks
        at once: batches leave in the order of the calls, as many as the broker gives credit for.
        Refused reports are named in the response's `refusals`; the others were applied. Raises
        `UnavailableError` when it is not known whether the batch arrived: publish the current
        positions next, not the old ones again.
        """
        if self._publisher is None:
            raise _not_open()
        return await self._publisher.publish(reports, batch_id)

    # The feed

    async def subscribe(
        self,
        role: feed_pb2.Role = feed_pb2.ROLE_DESK,
        resume_token: bytes = b"",
        area: feed_pb2.Area | None = None,
        kinds: Iterable[feed_pb2.FeedKind] = (),
    ) -> AsyncGenerator[feed_pb2.FeedMessage, None]:
        """Read the feed over one connection; ends when the broker ends it."""
        stub = feed_pb2_grpc.FeedServiceStub(self._open())
        request = feed_pb2.SubscribeRequest(
            role=role, resume_token=resume_token, area=area, kinds=kinds
        )
        call = stub.Subscribe(request, metadata=self._metadata)
        try:
            async for response in call:
                yield response.message
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, "reading the feed") from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Only the call was cancelled: its connection was closed under it.
            raise UnavailableError(
                "reading the feed: the connection was closed", "subscribe again"
            ) from error
        finally:
            call.cancel()

    def follow(
        self,
        role: feed_pb2.Role = feed_pb2.ROLE_DESK,
        *,
        resume_token: bytes = b"",
        area: feed_pb2.Area | None = None,
        kinds: Iterable[feed_pb2.FeedKind] = (),
        on_gap: Callable[[Gap], None] | None = None,
        on_lost: Callable[[UnavailableError], None] | None = None,
        confirm: bool = True,
    ) -> AsyncGenerator[feed_pb2.FeedMessage, None]:
        """Read the feed for as long as it is wanted, each message once and in order.

        Reconnects (0.2 s at first, at most two minutes, plus or minus 20 %) and resumes where it
        was. A cut connection is told to `on_lost`. Missing messages are told to `on_gap`, and a
        snapshot follows; without `on_gap` they raise `GapError`. With `confirm` the broker is told
        which keep-clear requests reached this program.
        """
        wanted = tuple(kinds)
        messages = Follower(
            lambda token: self.subscribe(role, token, area, wanted),
            resume_token=resume_token,
            on_gap=on_gap,
            on_lost=on_lost,
        ).messages()
        return confirming(messages, lambda: self.publishing) if confirm else messages

    # Alerts

    async def list_alerts(self) -> list[alerts_pb2.Alert]:
        """Active alerts as the caller's agency is shown them, most urgent first, all pages."""

        def ask(token: str) -> Awaitable[alerts_pb2.ListAlertsResponse]:
            request = alerts_pb2.ListAlertsRequest(page_size=LIST_PAGE_SIZE, page_token=token)
            return self._call(self._alerts().ListAlerts, request, "listing alerts")

        pages = await all_pages("alerts", ask)
        return [one for page in pages for one in page.alerts]

    async def acknowledge_alert(
        self, alert_id: str, acknowledged_by: str, request_id: str | None = None
    ) -> alerts_pb2.Alert:
        """Say that a desk has read an alert; it clears only when the positions show it."""
        request = alerts_pb2.AcknowledgeAlertRequest(
            request_id=request_id or new_request_id(),
            alert_id=alert_id,
            acknowledged_by=acknowledged_by,
        )
        answer: alerts_pb2.AcknowledgeAlertResponse = await self._call(
            self._alerts().AcknowledgeAlert, request, f"acknowledging alert {alert_id}"
        )
        return answer.alert

    async def _call(
        self,
        method: grpc.aio.UnaryUnaryMultiCallable[Request, Response],
        request: Request,
        doing: str,
    ) -> Response:
        try:
            return await method(request, timeout=self._deadline_s, metadata=self._metadata)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error, doing) from error

    def _open(self) -> grpc.aio.Channel:
        if self._channel is None:
            raise _not_open()
        return self._channel

    def _alerts(self) -> alerts_pb2_grpc.AlertServiceStub:
        return alerts_pb2_grpc.AlertServiceStub(self._open())

    def _open_channel(self) -> grpc.aio.Channel:
        if self._credentials is None:
            return grpc.aio.insecure_channel(self._target, options=CHANNEL_OPTIONS)
        return grpc.aio.secure_channel(self._target, self._credentials, options=CHANNEL_OPTIONS)


def _not_open() -> UnavailableError:
    return UnavailableError("the client is not open", "use it inside `async with Client(...)`")
