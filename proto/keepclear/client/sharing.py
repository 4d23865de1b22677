"""Calls about how the caller's agency's flights are shown; part of the client."""

from collections.abc import Awaitable

from keepclear.client.calls import Calls
from keepclear.client.paging import LIST_PAGE_SIZE, all_pages
from keepclear.client.request_ids import new_request_id
from keepclear.v1 import sharing_pb2, sharing_pb2_grpc


class SharingCalls(Calls):
    """What the client inherits."""

    async def set_sharing(
        self, setting: sharing_pb2.SharingSetting, request_id: str | None = None
    ) -> sharing_pb2.SharingSetting:
        """Show an aircraft or flight at a level until a time; without a level, as the default."""
        request = sharing_pb2.SetSharingRequest(
            request_id=request_id or new_request_id(), setting=setting
        )
        stub = sharing_pb2_grpc.SharingServiceStub(self._open())
        answer: sharing_pb2.SetSharingResponse = await self._call(
            stub.SetSharing, request, f"setting how {setting.subject} is shown"
        )
        return answer.setting

    async def list_sharing(self) -> list[sharing_pb2.SharingSetting]:
        """The caller's own agency's settings, all pages."""
        stub = sharing_pb2_grpc.SharingServiceStub(self._open())

        def ask(token: str) -> Awaitable[sharing_pb2.ListSharingResponse]:
            request = sharing_pb2.ListSharingRequest(page_size=LIST_PAGE_SIZE, page_token=token)
            return self._call(stub.ListSharing, request, "listing how flights are shown")

        pages = await all_pages("how flights are shown", ask)
        return [one for page in pages for one in page.settings]
