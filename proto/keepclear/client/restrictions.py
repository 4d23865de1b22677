"""Calls about keep-clear requests, and about entry to where they apply; part of the client."""

from collections.abc import Awaitable, Sequence

from keepclear.client.calls import Calls
from keepclear.client.paging import LIST_PAGE_SIZE, all_pages
from keepclear.client.request_ids import new_request_id
from keepclear.v1 import access_pb2, access_pb2_grpc, restrictions_pb2, restrictions_pb2_grpc


class RestrictionCalls(Calls):
    """What the client inherits."""

    async def create_restriction(
        self, restriction: restrictions_pb2.Restriction, request_id: str | None = None
    ) -> restrictions_pb2.Restriction:
        """Set a keep-clear request; when this returns it is on disk and on its way to every feed.

        Repeating a call with the same `request_id` is harmless; without one it gets its own.
        """
        request = restrictions_pb2.CreateRestrictionRequest(
            request_id=request_id or new_request_id(), restriction=restriction
        )
        call = self._restrictions().CreateRestriction
        answer: restrictions_pb2.CreateRestrictionResponse = await self._call(
            call, request, f"setting {restriction.name}"
        )
        return answer.restriction

    async def get_restriction(self, name: str) -> restrictions_pb2.Restriction:
        """Read one restriction by its resource name."""
        request = restrictions_pb2.GetRestrictionRequest(name=name)
        answer: restrictions_pb2.GetRestrictionResponse = await self._call(
            self._restrictions().GetRestriction, request, f"reading {name}"
        )
        return answer.restriction

    async def list_restrictions(self) -> list[restrictions_pb2.Restriction]:
        """Planned and active restrictions by name, all pages."""

        def ask(token: str) -> Awaitable[restrictions_pb2.ListRestrictionsResponse]:
            request = restrictions_pb2.ListRestrictionsRequest(
                page_size=LIST_PAGE_SIZE, page_token=token
            )
            return self._call(
                self._restrictions().ListRestrictions, request, "listing restrictions"
            )

        pages = await all_pages("restrictions", ask)
        return [one for page in pages for one in page.restrictions]

    async def withdraw_restriction(
        self, name: str, etag: str = "", request_id: str | None = None
    ) -> restrictions_pb2.Restriction:
        """End a restriction now, for everybody; with `etag`, only that version."""
        request = restrictions_pb2.WithdrawRestrictionRequest(
            request_id=request_id or new_request_id(), name=name, etag=etag
        )
        answer: restrictions_pb2.WithdrawRestrictionResponse = await self._call(
            self._restrictions().WithdrawRestriction, request, f"withdrawing {name}"
        )
        return answer.restriction

    async def import_restrictions(
        self, request: restrictions_pb2.ImportRestrictionsRequest
    ) -> restrictions_pb2.ImportRestrictionsResponse:
        """Mirror items of a statutory source; each is judged alone and has its own answer."""
        if not request.request_id:
            request.request_id = new_request_id()
        answer: restrictions_pb2.ImportRestrictionsResponse = await self._call(
            self._restrictions().ImportRestrictions, request, f"importing {request.source_id}"
        )
        return answer

    async def ask_entry(
        self, questions: Sequence[access_pb2.EntryQuestion]
    ) -> access_pb2.AskEntryResponse:
        """May I enter? At most 1,000 questions; one answer for each, in their order."""
        method = access_pb2_grpc.AccessServiceStub(self._open()).AskEntry
        request = access_pb2.AskEntryRequest(questions=questions)
        answer: access_pb2.AskEntryResponse = await self._call(
            method, request, "asking about entry"
        )
        return answer

    def _restrictions(self) -> restrictions_pb2_grpc.RestrictionServiceStub:
        return restrictions_pb2_grpc.RestrictionServiceStub(self._open())
