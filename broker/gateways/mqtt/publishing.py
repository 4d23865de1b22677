"""Publishing over MQTT: which message each topic takes, and how its answer is made."""

from collections.abc import Callable
from typing import Final, TypeVar

from google.protobuf.message import Message

from broker.core.commands import ControlCommand
from broker.core.names import RestrictionName, SystemName
from broker.gateways.mqtt.topics import Inbound
from broker.gateways.wire import publishing as wire
from broker.gateways.wire.requests import checked_request_id
from broker.gateways.wire.restrictions import decode_draft
from broker.service.publishing import PublishingReading
from broker.service.signing import Signer
from keepclear.v1 import presence_pb2
from keepclear.v1 import publishing_pb2 as pb

Wire = TypeVar("Wire", bound=Message)
Question = Callable[[], presence_pb2.CommandAnswer]

REQUESTS: Final[dict[Inbound, type[Message]]] = {
    Inbound.SAVE_DRAFT: pb.SaveDraftRequest,
    Inbound.DISCARD_DRAFT: pb.DiscardDraftRequest,
    Inbound.PUBLISH_DRAFT: pb.PublishRestrictionRequest,
    Inbound.APPROVE_RESTRICTION: pb.ApproveRestrictionRequest,
    Inbound.EXTEND_RESTRICTION: pb.ExtendRestrictionRequest,
    Inbound.ACKNOWLEDGE_RESTRICTION: pb.AcknowledgeRestrictionRequest,
    Inbound.CONFIRM_RESTRICTIONS: pb.ConfirmRestrictionsRequest,
    Inbound.PROPOSE_RESTRICTION: pb.ProposeRestrictionRequest,
    Inbound.PREVIEW_RESTRICTION: pb.PreviewRestrictionRequest,
    Inbound.LIST_DRAFTS: pb.ListDraftsRequest,
    Inbound.RECEIPTS: pb.GetReceiptsRequest,
    Inbound.SIGNING_KEY: pb.GetSigningKeyRequest,
}


def command_of(request: Message, sender: SystemName) -> ControlCommand | None:
    """The command that a request asks for; None: it only asks. Refuses what cannot be read."""
    match request:
        case pb.SaveDraftRequest():
            return wire.save_draft(request, sender)
        case pb.DiscardDraftRequest():
            return wire.discard_draft(request, sender)
        case pb.PublishRestrictionRequest():
            return wire.publish_draft(request, sender)
        case pb.ApproveRestrictionRequest():
            return wire.approve_restriction(request, sender)
        case pb.ExtendRestrictionRequest():
            return wire.extend_restriction(request, sender)
        case pb.AcknowledgeRestrictionRequest():
            return wire.acknowledge_restriction(request, sender)
        case pb.ConfirmRestrictionsRequest():
            return wire.confirm_restrictions(request, sender)
        case _:
            return None


class PublishingQuestions:
    """Answers what only asks. Engine thread only."""

    def __init__(self, reading: PublishingReading, signer: Signer | None) -> None:
        self._reading = reading
        self._signer = signer

    def proposal(self, request: pb.ProposeRestrictionRequest, sender: SystemName) -> ControlCommand:
        """The draft that a sighting leads to; refuses what is no unknown drone's."""
        return self._reading.proposal(wire.sighting_of(request), sender, request.request_id)

    def answer(self, request: Message, sender: SystemName) -> presence_pb2.CommandAnswer:
        """The answer; raises Refused as the command line's own would."""
        match request:
            case pb.PreviewRestrictionRequest():
                answer = presence_pb2.CommandAnswer(preview=self._preview(request, sender.agency))
            case pb.ListDraftsRequest():
                drafts = [wire.encode_saved(one) for one in self._reading.drafts(sender.agency)]
                answer = presence_pb2.CommandAnswer(drafts=pb.ListDraftsResponse(drafts=drafts))
            case pb.GetReceiptsRequest():
                name = RestrictionName.parse("name", request.name)
                delivery = self._reading.delivery(name, sender.agency)
                answer = presence_pb2.CommandAnswer(receipts=wire.encode_delivery(delivery))
            case _:
                jwks = "" if self._signer is None else self._signer.jwks
                key = pb.GetSigningKeyResponse(jwks=jwks)
                answer = presence_pb2.CommandAnswer(signing_key=key)
        answer.request_id = checked_request_id(request.request_id)  # type: ignore[attr-defined]
        return answer

    def _preview(
        self, request: pb.PreviewRestrictionRequest, agency: str
    ) -> pb.PreviewRestrictionResponse:
        if request.HasField("restriction"):
            draft = decode_draft(request.restriction)
            return wire.encode_preview(self._reading.preview(draft, agency))
        name = RestrictionName.parse("name", request.name)
        return wire.encode_preview(self._reading.preview_draft(name, agency))
