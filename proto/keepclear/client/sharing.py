"""Calls about how the caller's agency's flights are shown; part of the client."""

from keepclear.client.calls import LIST_PAGE_SIZE, Calls
from keepclear.client.errors import UnavailableError
from keepclear.client.request_ids import new_request_id
from keepclear.v1 import sharing_pb2, sharing_pb2_grpc

MAX_LIST_PAGES = 10  # an agency has at most 500 settings


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
        found: list[sharing_pb2.SharingSetting] = []
        stub = sharing_pb2_grpc.SharingServiceStub(self._open())
        token = ""
        for _ in range(MAX_LIST_PAGES):
            request = sharing_pb2.ListSharingRequest(page_size=LIST_PAGE_SIZE, page_token=token)
            answer: sharing_pb2.ListSharingResponse = await self._call(
                stub.ListSharing, request, "listing how flights are shown"
            )
            found += answer.settings
            token = answer.next_page_token
            if not token:
                return found
        raise UnavailableError(
            f"listing how flights are shown: over {MAX_LIST_PAGES} pages",
            "tell the broker's operator",
        )
