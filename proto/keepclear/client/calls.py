"""What the parts of the client stand on: its channel, and its way to call."""

from abc import ABC, abstractmethod
from typing import Any, TypeVar

import grpc

from keepclear.client.agreements import Agreements
from keepclear.client.drafts import Publishing
from keepclear.v1 import agreements_pb2_grpc, publishing_pb2_grpc

Response = TypeVar("Response")


class Calls(ABC):
    """Whoever inherits it brings the channel and the way to call."""

    @abstractmethod
    def _open(self) -> grpc.aio.Channel: ...

    @abstractmethod
    async def _call(
        self,
        method: "grpc.aio.UnaryUnaryMultiCallable[Any, Response]",
        request: Any,
        doing: str,
    ) -> Response: ...

    @property
    def publishing(self) -> Publishing:
        """Drafts, approvals and proof of delivery."""
        return Publishing(publishing_pb2_grpc.PublishingServiceStub(self._open()), self._call)

    @property
    def agreements(self) -> Agreements:
        """Local deconfliction agreements."""
        return Agreements(agreements_pb2_grpc.AgreementServiceStub(self._open()), self._call)
