"""Calls about the own agency's aircraft in the broker's register; part of the client."""

from collections.abc import Awaitable, Iterable

from keepclear.client.calls import Calls
from keepclear.client.paging import LIST_PAGE_SIZE, all_pages
from keepclear.client.request_ids import new_request_id
from keepclear.v1 import aircraft_pb2, aircraft_pb2_grpc


class AircraftCalls(Calls):
    """What the client inherits."""

    async def upsert_aircraft(
        self, aircraft: Iterable[aircraft_pb2.Aircraft], request_id: str | None = None
    ) -> list[aircraft_pb2.Aircraft]:
        """Write own aircraft into the register: all of them or, on any fault, none."""
        request = aircraft_pb2.UpsertAircraftRequest(
            request_id=request_id or new_request_id(), aircraft=aircraft
        )
        answer: aircraft_pb2.UpsertAircraftResponse = await self._call(
            self._aircraft().UpsertAircraft, request, "registering aircraft"
        )
        return list(answer.aircraft)

    async def list_aircraft(self) -> list[aircraft_pb2.Aircraft]:
        """The own agency's registered aircraft by name, all pages."""

        def ask(token: str) -> Awaitable[aircraft_pb2.ListAircraftResponse]:
            request = aircraft_pb2.ListAircraftRequest(page_size=LIST_PAGE_SIZE, page_token=token)
            return self._call(self._aircraft().ListAircraft, request, "listing aircraft")

        pages = await all_pages("aircraft", ask)
        return [one for page in pages for one in page.aircraft]

    async def remove_aircraft(
        self, name: str, request_id: str | None = None
    ) -> aircraft_pb2.Aircraft:
        """Take one aircraft out of the register."""
        request = aircraft_pb2.RemoveAircraftRequest(
            request_id=request_id or new_request_id(), name=name
        )
        answer: aircraft_pb2.RemoveAircraftResponse = await self._call(
            self._aircraft().RemoveAircraft, request, f"removing {name}"
        )
        return answer.aircraft

    def _aircraft(self) -> aircraft_pb2_grpc.AircraftRegisterServiceStub:
        return aircraft_pb2_grpc.AircraftRegisterServiceStub(self._open())
