"""Publishing keep-clear requests: drafts, previews, approvals and proof of delivery."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from keepclear.client.request_ids import new_request_id
from keepclear.v1 import publishing_pb2 as pb
from keepclear.v1 import publishing_pb2_grpc, restrictions_pb2

Call = Callable[[Any, Any, str], Awaitable[Any]]


class Publishing:
    """`client.publishing`. Calls raise as the client's own do."""

    def __init__(self, stub: publishing_pb2_grpc.PublishingServiceStub, call: Call) -> None:
        self._stub = stub
        self._call = call

    async def save_draft(
        self, restriction: restrictions_pb2.Restriction, note: str = ""
    ) -> pb.Draft:
        """Keep a restriction as a draft; one whose name is live is an amendment."""
        request = pb.SaveDraftRequest(
            request_id=new_request_id(), restriction=restriction, note=note
        )
        answer: pb.SaveDraftResponse = await self._call(
            self._stub.SaveDraft, request, f"saving a draft of {restriction.name}"
        )
        return answer.draft

    async def discard(self, name: str) -> pb.Draft:
        """Throw a draft away."""
        request = pb.DiscardDraftRequest(request_id=new_request_id(), name=name)
        answer: pb.DiscardDraftResponse = await self._call(
            self._stub.DiscardDraft, request, f"discarding {name}"
        )
        return answer.draft

    async def drafts(self) -> list[pb.Draft]:
        """The own agency's drafts, by name."""
        answer: pb.ListDraftsResponse = await self._call(
            self._stub.ListDrafts, pb.ListDraftsRequest(), "listing drafts"
        )
        return list(answer.drafts)

    async def propose(self, request: pb.ProposeRestrictionRequest) -> pb.Draft:
        """A draft round the sighting of an unknown drone; never live by itself."""
        if not request.request_id:
            request.request_id = new_request_id()
        answer: pb.ProposeRestrictionResponse = await self._call(
            self._stub.ProposeRestriction, request, f"proposing {request.name}"
        )
        return answer.draft

    async def preview(
        self, name: str = "", restriction: restrictions_pb2.Restriction | None = None
    ) -> pb.PreviewRestrictionResponse:
        """What a draft, or a restriction that is given, would hit now."""
        request = pb.PreviewRestrictionRequest(name=name, restriction=restriction)
        answer: pb.PreviewRestrictionResponse = await self._call(
            self._stub.PreviewRestriction, request, f"previewing {name}"
        )
        return answer

    async def publish(
        self, name: str, revision: int = 0, *, emergency: bool = False
    ) -> restrictions_pb2.Restriction | pb.Draft:
        """Make a draft live; the draft comes back where it now waits for approval."""
        request = pb.PublishRestrictionRequest(
            request_id=new_request_id(), name=name, revision=revision, emergency=emergency
        )
        answer: pb.PublishRestrictionResponse = await self._call(
            self._stub.PublishRestriction, request, f"publishing {name}"
        )
        return answer.draft if answer.HasField("draft") else answer.restriction

    async def approve(
        self, name: str, revision: int = 0, version: int = 0
    ) -> restrictions_pb2.Restriction:
        """Say yes to the revision of a draft, or (without one) to a live emergency."""
        request = pb.ApproveRestrictionRequest(
            request_id=new_request_id(), name=name, revision=revision, version=version
        )
        answer: pb.ApproveRestrictionResponse = await self._call(
            self._stub.ApproveRestriction, request, f"approving {name}"
        )
        return answer.restriction

    async def extend(
        self, name: str, end_us: int, etag: str = ""
    ) -> restrictions_pb2.Restriction | pb.Draft:
        """Let a live one end later; the draft comes back where that waits for approval."""
        request = pb.ExtendRestrictionRequest(
            request_id=new_request_id(), name=name, etag=etag, end_us=end_us
        )
        answer: pb.ExtendRestrictionResponse = await self._call(
            self._stub.ExtendRestriction, request, f"extending {name}"
        )
        return answer.draft if answer.HasField("draft") else answer.restriction

    async def acknowledge(
        self, name: str, acknowledged_by: str, version: int = 0
    ) -> pb.AcknowledgeRestrictionResponse:
        """Say that a desk has read a version; 0: the newest."""
        request = pb.AcknowledgeRestrictionRequest(
            request_id=new_request_id(), name=name, version=version, acknowledged_by=acknowledged_by
        )
        answer: pb.AcknowledgeRestrictionResponse = await self._call(
            self._stub.AcknowledgeRestriction, request, f"acknowledging {name}"
        )
        return answer

    async def confirm(self, versions: Sequence[pb.RestrictionVersion]) -> None:
        """Say that these have arrived; `follow` does so by itself."""
        request = pb.ConfirmRestrictionsRequest(versions=versions)
        await self._call(self._stub.ConfirmRestrictions, request, "confirming restrictions")

    async def receipts(self, name: str) -> pb.GetReceiptsResponse:
        """Who was sent, has received and has acknowledged one of the own agency."""
        answer: pb.GetReceiptsResponse = await self._call(
            self._stub.GetReceipts, pb.GetReceiptsRequest(name=name), f"receipts of {name}"
        )
        return answer

    async def signing_key(self) -> str:
        """The broker's public key as a JSON Web Key Set; empty where it signs nothing."""
        answer: pb.GetSigningKeyResponse = await self._call(
            self._stub.GetSigningKey, pb.GetSigningKeyRequest(), "reading the signing key"
        )
        return answer.jwks
