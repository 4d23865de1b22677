"""What gRPC hands to a method, made up: metadata, certificates, and how the call was ended."""

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

MET = "agencies/met/systems/dispatch"
LFB = "agencies/lfb/systems/fleet"
DETAILS_KEY = "grpc-status-details-bin"


class Call:
    """Stands for a `grpc.aio.ServicerContext`; `status` is what the caller would be told."""

    def __init__(
        self,
        *metadata: tuple[str, str | bytes],
        certificates: Sequence[bytes] = (),
        takes_reasons: bool = True,
    ) -> None:
        self.status: status_pb2.Status | None = None
        self._metadata = metadata
        self._certificates = certificates
        self._takes_reasons = takes_reasons

    def invocation_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return self._metadata

    def auth_context(self) -> dict[str, list[bytes]]:
        return {"x509_pem_cert": list(self._certificates)} if self._certificates else {}

    async def abort_with_status(self, status: Any) -> None:
        if not self._takes_reasons:
            await asyncio.Event().wait()
        details = dict(status.trailing_metadata)[DETAILS_KEY]
        self.status = status_pb2.Status.FromString(details)
        raise grpc.aio.AbortError

    @property
    def code(self) -> int:
        """The google.rpc.Code that it ended with; 0 while it goes on."""
        return 0 if self.status is None else self.status.code

    def detail(self, kind: type[Message]) -> Any:
        """The status' detail of one kind."""
        assert self.status is not None
        [found] = [one for one in self.status.details if one.Is(kind.DESCRIPTOR)]
        message = kind()
        found.Unpack(message)
        return message

    @property
    def rule(self) -> str:
        """The rule that decided."""
        return str(self.detail(error_details_pb2.ErrorInfo).reason)


def by(name: str = MET, **more: Any) -> Call:
    """A call under a claimed name."""
    return Call(("keepclear-system", name), **more)
