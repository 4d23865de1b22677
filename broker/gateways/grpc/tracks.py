"""TrackService: batches in, acknowledgements out, in order and with credit."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from google.rpc import code_pb2

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.outcomes import BatchReply
from broker.gateways.grpc.errors import Context, abort, abort_overloaded
from broker.gateways.grpc.identity import calling_system
from broker.gateways.wire.acks import acknowledgement, refused_batch
from broker.gateways.wire.reports import DecodedBatch, decode_batch
from broker.service.engine import Overloaded
from broker.service.intake import Intake
from keepclear.v1 import tracks_pb2, tracks_pb2_grpc

BATCHES_IN_FLIGHT_MAX: Final = 32
"""Batches of one stream that may wait for the engine; the acknowledgement tells what is left."""

Request = tracks_pb2.PublishTracksRequest
Response = tracks_pb2.PublishTracksResponse
_InFlight = tuple[Request, DecodedBatch, int, asyncio.Future[BatchReply]] | Response | None


class TrackServicer(tracks_pb2_grpc.TrackServiceServicer):
    """Publishes positions."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def PublishTracks(  # noqa: N802 - the contract's name
        self, request_iterator: AsyncIterator[Request], context: Context
    ) -> AsyncIterator[Response]:
        """Answer every batch, in the order they came."""
        system = await calling_system(context)
        decision = self._intake.publishing(system)
        if not decision.allowed:
            await abort(context, code_pb2.PERMISSION_DENIED, decision.reason)
        in_flight: asyncio.Queue[_InFlight | Exception] = asyncio.Queue(BATCHES_IN_FLIGHT_MAX)
        reader = asyncio.create_task(self._read(request_iterator, system, in_flight))
        try:
            while (one := await in_flight.get()) is not None:
                if isinstance(one, Overloaded):
                    await abort_overloaded(context)
                if isinstance(one, Exception):
                    raise one
                free = (BATCHES_IN_FLIGHT_MAX - in_flight.qsize()) * self._intake.room
                credit = max(1, int(free))
                yield await self._response(one, system, credit)
        finally:
            reader.cancel()

    async def _read(
        self,
        requests: AsyncIterator[Request],
        system: SystemName,
        in_flight: asyncio.Queue[_InFlight | Exception],
    ) -> None:
        try:
            await self._submit_all(requests, system, in_flight)
        except Exception as error:  # noqa: BLE001 - raised again where the stream is answered
            await in_flight.put(error)
        else:
            await in_flight.put(None)

    async def _submit_all(
        self,
        requests: AsyncIterator[Request],
        system: SystemName,
        in_flight: asyncio.Queue[_InFlight | Exception],
    ) -> None:
        async for request in requests:
            try:
                decoded = decode_batch(request, system, self._intake.ground)
                self._intake.count_refused_reports(decoded.refusals)
                received_us, future = self._intake.reports(decoded.batch)
            except Refused as refused:
                self._intake.count_refused_reports(refused.refusals)
                now_us = self._intake.clock.now_us()
                await in_flight.put(refused_batch(request, refused, now_us))
            else:
                await in_flight.put((request, decoded, received_us, future))

    async def _response(
        self,
        one: tuple[Request, DecodedBatch, int, asyncio.Future[BatchReply]] | Response,
        system: SystemName,
        credit: int,
    ) -> Response:
        if isinstance(one, Response):
            one.credit = credit
            return one
        request, decoded, received_us, future = one
        reply = await future
        age_s = self._intake.report_age_s(system)
        return acknowledgement(request, decoded, reply, received_us, age_s, credit)
