"""FeedService: the audience's messages as the very bytes that were encoded for everybody."""

from collections.abc import AsyncIterator
from typing import Final

import grpc
from google.rpc import code_pb2

from broker.core.errors import Refused, refuse
from broker.core.names import Audience
from broker.gateways.grpc.errors import Context, abort, abort_refused
from broker.gateways.grpc.identity import calling_system
from broker.gateways.wire.enums import ROLE_TO_CORE
from broker.gateways.wire.framing import length_delimited
from broker.service.feed.hub import SUBSCRIBERS_MAX, Hub
from broker.service.feed.items import ItemKind
from broker.service.feed.subscriber import Area, Filter, Subscriber, SubscriberTooSlow
from broker.service.intake import Intake
from broker.service.metrics import Metrics
from broker.service.reading import Reading
from keepclear.v1 import feed_pb2

_MESSAGE_FIELD: Final = feed_pb2.SubscribeResponse.MESSAGE_FIELD_NUMBER
_CHOOSABLE_KINDS: Final = frozenset(kind for kind in ItemKind if kind <= ItemKind.NOTICE)


class BrokerStopping(Exception):
    """The broker is shutting down; readers come back with their token."""


class FeedServicer:
    """Serves Subscribe with responses that are already bytes."""

    def __init__(self, intake: Intake, reading: Reading, hub: Hub, metrics: Metrics) -> None:
        self._intake = intake
        self._reading = reading
        self._hub = hub
        self._metrics = metrics

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
        subscriber = await self._open(request, context)
        try:
            while True:
                for message in await subscriber.take():
                    yield length_delimited(_MESSAGE_FIELD, message)
        except SubscriberTooSlow as slow:
            self._metrics.readers_cut.inc()
            text = f"reading is too slow: {slow}. Come back with the last resume token."
            await abort(context, code_pb2.RESOURCE_EXHAUSTED, text)
        except BrokerStopping:
            text = "the broker is stopping: come back with the last resume token"
            await abort(context, code_pb2.UNAVAILABLE, text)
        finally:
            self._metrics.frames_shed.inc(subscriber.shed_frame_count)
            self._hub.detach(subscriber)

    async def _open(self, request: feed_pb2.SubscribeRequest, context: Context) -> Subscriber:
        system = await calling_system(context)
        if self._hub.subscriber_count >= SUBSCRIBERS_MAX:
            text = f"{SUBSCRIBERS_MAX} readers are connected already"
            await abort(context, code_pb2.RESOURCE_EXHAUSTED, text)
        try:
            if request.role not in ROLE_TO_CORE:
                raise refuse("role", "is not a role of this contract")
            audience = Audience(system.agency, ROLE_TO_CORE[request.role])
            chosen = _filter(request)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        decision = self._intake.reading(system, audience)
        if not decision.allowed:
            await abort(context, code_pb2.PERMISSION_DENIED, decision.reason)
        try:
            return await self._reading.subscribe(audience, chosen, request.resume_token)
        except Refused as refused:
            await abort_refused(context, refused.refusals)


def _filter(request: feed_pb2.SubscribeRequest) -> Filter:
    kinds = frozenset(request.kinds)
    if not kinds <= _CHOOSABLE_KINDS:
        raise refuse("kinds", "holds a kind that is not one of FeedKind's")
    area = None
    if request.HasField("area"):
        box = request.area
        area = Area(box.south_deg, box.west_deg, box.north_deg, box.east_deg)
        in_order = area.south_deg < area.north_deg and area.west_deg < area.east_deg
        in_range = area.south_deg >= -90 and area.north_deg <= 90
        in_range = in_range and area.west_deg >= -180 and area.east_deg <= 180
        if not (in_order and in_range):
            raise refuse("area", "must be a box: south below north, west below east, in degrees")
    return Filter(area, frozenset(ItemKind(kind) for kind in kinds))
