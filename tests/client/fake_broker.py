"""A small real gRPC server that speaks the contract, scripted by the tests."""
# ruff: noqa: ARG002, N802 - names and arguments are those of the generated services

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from keepclear.v1 import (
    alerts_pb2,
    alerts_pb2_grpc,
    feed_pb2,
    feed_pb2_grpc,
    restrictions_pb2,
    restrictions_pb2_grpc,
    tracks_pb2,
    tracks_pb2_grpc,
)

FeedScript = Callable[[feed_pb2.SubscribeRequest], Sequence[feed_pb2.FeedMessage]]


@dataclass
class Script:
    """What the fake does, and what it saw."""

    credit: int = 4
    hold_acknowledgements: asyncio.Event | None = None
    cut_after_batches: int | None = None
    wrong_batch_id: bool = False
    overloaded_for_s: float | None = None
    feed: FeedScript = field(default=lambda _: [])
    keep_feed_open: bool = False
    feed_error: grpc.StatusCode | None = None
    batches: list[tracks_pb2.PublishTracksRequest] = field(default_factory=list)
    streams: int = 0
    most_in_flight: int = 0
    systems: list[str] = field(default_factory=list)
    subscriptions: list[feed_pb2.SubscribeRequest] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    restrictions: dict[str, restrictions_pb2.Restriction] = field(default_factory=dict)
    alerts: list[alerts_pb2.Alert] = field(default_factory=list)


def _system(context: grpc.aio.ServicerContext[Any, Any]) -> str:
    return str(dict(context.invocation_metadata() or ()).get("keepclear-system", ""))


def refusal_status(code: int, message: str, *fields: tuple[str, str]) -> Any:
    bad = error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(field=name, description=reason)
            for name, reason in fields
        ]
    )
    detail = AnyMessage()
    detail.Pack(bad)
    return rpc_status.to_status(status_pb2.Status(code=code, message=message, details=[detail]))


def overloaded_status(delay_s: float) -> Any:
    detail = AnyMessage()
    nanos = round(delay_s * 1e9)
    detail.Pack(error_details_pb2.RetryInfo(retry_delay=Duration(nanos=nanos)))
    return rpc_status.to_status(
        status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="overloaded", details=[detail])
    )


class Tracks(tracks_pb2_grpc.TrackServiceServicer):
    def __init__(self, script: Script) -> None:
        self.script = script

    async def PublishTracks(
        self,
        request_iterator: AsyncIterator[tracks_pb2.PublishTracksRequest],
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> None:
        script = self.script
        script.streams += 1
        script.systems.append(_system(context))
        if script.overloaded_for_s is not None:
            await context.abort_with_status(overloaded_status(script.overloaded_for_s))
        waiting: asyncio.Queue[tracks_pb2.PublishTracksRequest] = asyncio.Queue()

        async def answer() -> None:
            while True:
                request = await waiting.get()
                if script.hold_acknowledgements is not None:
                    await script.hold_acknowledgements.wait()
                # Counted first: the next batch may be here before the write returns.
                unanswered[0] -= 1
                await context.write(self._acknowledgement(request))

        unanswered = [0]
        answering = asyncio.create_task(answer())
        try:
            async for request in request_iterator:
                script.batches.append(request)
                unanswered[0] += 1
                script.most_in_flight = max(script.most_in_flight, unanswered[0])
                if script.cut_after_batches == len(script.batches):
                    await context.abort(grpc.StatusCode.UNAVAILABLE, "going down")
                waiting.put_nowait(request)
        finally:
            answering.cancel()

    def _acknowledgement(
        self, request: tracks_pb2.PublishTracksRequest
    ) -> tracks_pb2.PublishTracksResponse:
        bad = [index for index, each in enumerate(request.reports) if abs(each.latitude_deg) > 90.0]
        made = tracks_pb2.PublishTracksResponse(
            batch_id="another" if self.script.wrong_batch_id else request.batch_id,
            accepted_count=len(request.reports) - len(bad),
            credit=self.script.credit,
        )
        for index in bad:
            made.refusals.add(field=f"reports[{index}].latitude_deg", reason="not on Earth")
        return made


class Feed(feed_pb2_grpc.FeedServiceServicer):
    def __init__(self, script: Script) -> None:
        self.script = script

    async def Subscribe(
        self, request: feed_pb2.SubscribeRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> AsyncIterator[feed_pb2.SubscribeResponse]:
        self.script.subscriptions.append(request)
        self.script.systems.append(_system(context))
        for message in self.script.feed(request):
            yield feed_pb2.SubscribeResponse(message=message)
        if self.script.feed_error is not None:
            await context.abort(self.script.feed_error, "told to fail")
        if self.script.keep_feed_open:
            await asyncio.Event().wait()  # until the call or the server ends


class Restrictions(restrictions_pb2_grpc.RestrictionServiceServicer):
    def __init__(self, script: Script) -> None:
        self.script = script

    async def CreateRestriction(
        self,
        request: restrictions_pb2.CreateRestrictionRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> restrictions_pb2.CreateRestrictionResponse:
        self.script.requests.append(request)
        if not request.restriction.volumes:
            await context.abort_with_status(
                refusal_status(
                    code_pb2.INVALID_ARGUMENT,
                    "2 fields refused",
                    ("restriction.volumes", "1 to 20 are wanted"),
                    ("restriction.windows", "1 to 50 are wanted"),
                )
            )
        self.script.restrictions[request.restriction.name] = request.restriction
        return restrictions_pb2.CreateRestrictionResponse(restriction=request.restriction)

    async def GetRestriction(
        self,
        request: restrictions_pb2.GetRestrictionRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> restrictions_pb2.GetRestrictionResponse:
        if request.name == "slow":
            await asyncio.sleep(30)
        if request.name not in self.script.restrictions:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such restriction")
        return restrictions_pb2.GetRestrictionResponse(
            restriction=self.script.restrictions[request.name]
        )

    async def ListRestrictions(
        self,
        request: restrictions_pb2.ListRestrictionsRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> restrictions_pb2.ListRestrictionsResponse:
        names = sorted(self.script.restrictions)
        start = int(request.page_token or 0)
        page = names[start : start + request.page_size]
        more = str(start + len(page)) if start + len(page) < len(names) else ""
        return restrictions_pb2.ListRestrictionsResponse(
            restrictions=[self.script.restrictions[name] for name in page], next_page_token=more
        )

    async def WithdrawRestriction(
        self,
        request: restrictions_pb2.WithdrawRestrictionRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> restrictions_pb2.WithdrawRestrictionResponse:
        self.script.requests.append(request)
        if request.etag == "old":
            await context.abort(grpc.StatusCode.ABORTED, "the etag is not the current one")
        made = self.script.restrictions.pop(request.name)
        made.state = restrictions_pb2.RESTRICTION_STATE_WITHDRAWN
        return restrictions_pb2.WithdrawRestrictionResponse(restriction=made)


class Alerts(alerts_pb2_grpc.AlertServiceServicer):
    def __init__(self, script: Script) -> None:
        self.script = script

    async def ListAlerts(
        self, request: alerts_pb2.ListAlertsRequest, context: grpc.aio.ServicerContext[Any, Any]
    ) -> alerts_pb2.ListAlertsResponse:
        half = len(self.script.alerts) // 2
        if not request.page_token:
            return alerts_pb2.ListAlertsResponse(
                alerts=self.script.alerts[:half], next_page_token="rest"
            )
        return alerts_pb2.ListAlertsResponse(alerts=self.script.alerts[half:])

    async def AcknowledgeAlert(
        self,
        request: alerts_pb2.AcknowledgeAlertRequest,
        context: grpc.aio.ServicerContext[Any, Any],
    ) -> alerts_pb2.AcknowledgeAlertResponse:
        self.script.requests.append(request)
        made = alerts_pb2.Alert(alert_id=request.alert_id)
        made.acknowledgements.add(acknowledged_by=request.acknowledged_by)
        return alerts_pb2.AcknowledgeAlertResponse(alert=made)


async def start(script: Script, port: int = 0) -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
    tracks_pb2_grpc.add_TrackServiceServicer_to_server(Tracks(script), server)
    feed_pb2_grpc.add_FeedServiceServicer_to_server(Feed(script), server)
    restrictions_pb2_grpc.add_RestrictionServiceServicer_to_server(Restrictions(script), server)
    alerts_pb2_grpc.add_AlertServiceServicer_to_server(Alerts(script), server)
    port = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return server, port
