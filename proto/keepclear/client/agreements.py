"""Local deconfliction agreements: offering, signing, ending and reading them."""

from collections.abc import Awaitable, Callable
from typing import Any

from keepclear.client.paging import all_pages
from keepclear.client.request_ids import new_request_id
from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1 import agreements_pb2_grpc

Call = Callable[[Any, Any, str], Awaitable[Any]]


class Agreements:
    """`client.agreements`. Calls raise as the client's own do."""

    def __init__(self, stub: agreements_pb2_grpc.AgreementServiceStub, call: Call) -> None:
        self._stub = stub
        self._call = call

    async def propose(self, agreement: pb.Agreement, signed_by: str) -> pb.Agreement:
        """Offer terms, signed for the own agency by a person."""
        request = pb.ProposeAgreementRequest(
            request_id=new_request_id(), agreement=agreement, signed_by=signed_by
        )
        answer: pb.ProposeAgreementResponse = await self._call(
            self._stub.ProposeAgreement, request, f"proposing {agreement.name}"
        )
        return answer.agreement

    async def accept(self, name: str, version: int, signed_by: str) -> pb.Agreement:
        """Sign the version that was read."""
        request = pb.AcceptAgreementRequest(
            request_id=new_request_id(), name=name, version=version, signed_by=signed_by
        )
        answer: pb.AcceptAgreementResponse = await self._call(
            self._stub.AcceptAgreement, request, f"accepting {name}"
        )
        return answer.agreement

    async def end(self, name: str, signed_by: str, reason: str, version: int = 0) -> pb.Agreement:
        """End it now, for every party; without `version`, all that is not over."""
        request = pb.EndAgreementRequest(
            request_id=new_request_id(),
            name=name,
            version=version,
            signed_by=signed_by,
            reason=reason,
        )
        answer: pb.EndAgreementResponse = await self._call(
            self._stub.EndAgreement, request, f"ending {name}"
        )
        return answer.agreement

    async def get(self, name: str, version: int = 0) -> pb.Agreement:
        """One version; without one, that in force, or else the newest."""
        request = pb.GetAgreementRequest(name=name, version=version)
        answer: pb.GetAgreementResponse = await self._call(
            self._stub.GetAgreement, request, f"reading {name}"
        )
        return answer.agreement

    async def list(self) -> "list[pb.Agreement]":
        """Every version that the own agency is a party to, all pages."""

        def ask(token: str) -> Awaitable[pb.ListAgreementsResponse]:
            request = pb.ListAgreementsRequest(page_token=token)
            return self._call(self._stub.ListAgreements, request, "listing agreements")

        pages = await all_pages("agreements", ask)
        return [one for page in pages for one in page.agreements]
