"""FeedService: the audience's messages as the very bytes that were encoded for everybody."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import lru_cache
from typing import Final

import grpc
from google.rpc import code_pb2

from broker.core.errors import Refused, refuse
from broker.core.names import Audience, SystemName
from broker.core.sharing.decision import VIEW_ACTIONS
from broker.core.sharing.roles import Zone
from broker.gateways.grpc.errors import Context, abort, abort_refused
from broker.gateways.grpc.gate import deny
from broker.gateways.grpc.identity import calling_system, narrow_call
from broker.gateways.wire.enums import ROLE_TO_CORE
from broker.gateways.wire.framing import length_delimited
from broker.service.delivery import DeliveryNotes
from broker.service.feed.hub import SUBSCRIBERS_MAX, Hub
from broker.service.feed.items import ItemKind
from broker.service.feed.subscriber import Filter, Subscriber, SubscriberTooSlow
from broker.service.intake import Intake
from broker.service.metrics import Metrics
from broker.service.reading import Reading
from keepclear.v1 import feed_pb2

_TOO_SLOW: Final = "reading is too slow. Come back with the last resume token."
_MESSAGE_FIELD: Final = feed_pb2.SubscribeResponse.MESSAGE_FIELD_NUMBER
RESPONSES_KEPT: Final = 64
"""Some seconds of one audience's frames; at 60 kB each under 8 MB."""
_CHOOSABLE_KINDS: Final = frozenset(kind for kind in ItemKind if kind <= ItemKind.NOTICE)


CUT_GRACE_S: Final = 5.0
"""How long a reader that is cut off may take to read the reason."""


class BrokerStopping(Exception):
    """The broker is shutting down; readers come back with their token."""


class FeedServicer:
    """Serves Subscribe with responses that are already bytes."""

    def __init__(
        self,
        intake: Intake,
        reading: Reading,
        hub: Hub,
        metrics: Metrics,
        notes: DeliveryNotes,
    ) -> None:
        self._intake = intake
        self._reading = reading
        self._hub = hub
        self._metrics = metrics
        self._notes = notes
        self._reader_count = 0
        self._endings: set[asyncio.Task[None]] = set()

    def handler(self) -> grpc.GenericRpcHandler:
        """The service as a generic handler: its response serialiser passes bytes through."""
        method: grpc.RpcMethodHandler[feed_pb2.SubscribeRequest, bytes] = (
            grpc.unary_stream_rpc_method_handler(
                self.subscribe,
                request_deserializer=feed_pb2.SubscribeRequest.FromString,
                response_serializer=None,
            )
        )
        return grpc.method_handlers_generic_handler(
            feed_pb2.DESCRIPTOR.services_by_name["FeedService"].full_name, {"Subscribe": method}
        )

    async def subscribe(
        self, request: feed_pb2.SubscribeRequest, context: Context
    ) -> AsyncIterator[bytes]:
        """Snapshot or missed messages, then everything new."""
        # Counted before the first pause: a thousand that come at once must not all find room.
        self._reader_count += 1
        try:
            system = await calling_system(context)
            subscriber = await self._open(request, context, system)
            self._cut_when_stuck(subscriber, context)
            async with aclosing(self._messages(subscriber, context, system)) as messages:
                async for message in messages:
                    yield message
        finally:
            self._reader_count -= 1

    async def _messages(
        self, subscriber: Subscriber, context: Context, system: SystemName
    ) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                for message in await subscriber.take():
                    yield _response(message)
                handed, subscriber.handed_over = subscriber.handed_over, []
                self._notes.sent(system, handed)
        except SubscriberTooSlow as slow:
            await abort(context, code_pb2.RESOURCE_EXHAUSTED, f"{slow}: {_TOO_SLOW}")
        except BrokerStopping:
            text = "the broker is stopping: come back with the last resume token"
            await abort(context, code_pb2.UNAVAILABLE, text)
        finally:
            self._metrics.frames_shed.inc(subscriber.shed_frame_count)
            self._hub.detach(subscriber)

    def _cut_when_stuck(self, subscriber: Subscriber, context: Context) -> None:
        """A reader that takes nothing blocks its own cutting: it is told from outside, and ended.

        The status waits behind what was sent before; only the call's own task holds on to more.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        async def end() -> None:
            if task is None or task.done():
                return
            with suppress(grpc.aio.AbortError, asyncio.TimeoutError):
                async with asyncio.timeout(CUT_GRACE_S):
                    await abort(context, code_pb2.RESOURCE_EXHAUSTED, _TOO_SLOW)
            task.cancel()

        def begin_end() -> None:
            ending = loop.create_task(end())
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)

        def cut(reason: Exception) -> None:
            self._hub.detach(subscriber)
            if isinstance(reason, SubscriberTooSlow):
                self._metrics.readers_cut.inc()
            loop.call_later(CUT_GRACE_S, begin_end)

        subscriber.on_end = cut

    async def _open(
        self, request: feed_pb2.SubscribeRequest, context: Context, system: SystemName
    ) -> Subscriber:
        if self._reader_count > SUBSCRIBERS_MAX:
            text = f"{SUBSCRIBERS_MAX} readers are connected already"
            await abort(context, code_pb2.RESOURCE_EXHAUSTED, text)
        try:
            if request.role not in ROLE_TO_CORE:
                raise refuse("role", "is not a role of this contract")
            audience = Audience(system.agency, ROLE_TO_CORE[request.role])
            chosen = _filter(request)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        decision = self._intake.reading(system, audience, chosen.area)
        if not decision.allowed:
            await deny(context, decision)
        chosen = replace(chosen, confined=decision.confined)
        narrow_call(VIEW_ACTIONS[audience.role], chosen.area)
        try:
            return await self._reading.subscribe(audience, chosen, request.resume_token)
        except Refused as refused:
            await abort_refused(context, refused.refusals)


@lru_cache(maxsize=RESPONSES_KEPT)
def _response(message: bytes) -> bytes:
    """A SubscribeResponse: made once for all readers, who are served one soon after the other."""
    return length_delimited(_MESSAGE_FIELD, message)


def _filter(request: feed_pb2.SubscribeRequest) -> Filter:
    kinds = frozenset(request.kinds)
    if not kinds <= _CHOOSABLE_KINDS:
        raise refuse("kinds", "holds a kind that is not one of FeedKind's")
    area = None
    if request.HasField("area"):
        box = request.area
        area = Zone(box.south_deg, box.west_deg, box.north_deg, box.east_deg)
        in_order = area.south_deg < area.north_deg and area.west_deg < area.east_deg
        in_range = area.south_deg >= -90 and area.north_deg <= 90
        in_range = in_range and area.west_deg >= -180 and area.east_deg <= 180
        if not (in_order and in_range):
            raise refuse("area", "must be a box: south below north, west below east, in degrees")
    return Filter(area, kinds=frozenset(ItemKind(kind) for kind in kinds))
