"""PublishingService."""

from collections.abc import Callable
from typing import TypeVar

from google.rpc import code_pb2

from broker.core.commands import ControlCommand
from broker.core.errors import Conflict, NotFound, Refused
from broker.core.names import RestrictionName
from broker.core.publishing.model import SavedDraft
from broker.gateways.grpc.errors import Context, abort_refused
from broker.gateways.grpc.restrictions import (
    carry_out,
    carry_out_request,
    known_system,
    the_restriction,
)
from broker.gateways.wire import publishing as wire
from broker.gateways.wire.restrictions import decode_draft
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.broker import Broker
from keepclear.v1 import publishing_pb2 as pb
from keepclear.v1 import publishing_pb2_grpc

Answer = TypeVar("Answer")


class PublishingServicer(publishing_pb2_grpc.PublishingServiceServicer):
    """From a draft to proof of delivery."""

    def __init__(self, broker: Broker) -> None:
        self._intake = broker.intake
        self._reading = broker.publishing
        self._signer = broker.signer
        self._signed = SignedRestrictions(broker.signer)

    async def SaveDraft(  # noqa: N802
        self, request: pb.SaveDraftRequest, context: Context
    ) -> pb.SaveDraftResponse:
        """Keep a draft; on disk when this returns."""
        made, _ = await carry_out_request(context, self._intake, request, wire.save_draft)
        return pb.SaveDraftResponse(draft=wire.encode_saved(wire.saved_draft(made)))

    async def DiscardDraft(  # noqa: N802
        self, request: pb.DiscardDraftRequest, context: Context
    ) -> pb.DiscardDraftResponse:
        """Throw one away."""
        made, _ = await carry_out_request(context, self._intake, request, wire.discard_draft)
        return pb.DiscardDraftResponse(draft=wire.encode_saved(wire.saved_draft(made)))

    async def ListDrafts(  # noqa: N802
        self, request: pb.ListDraftsRequest, context: Context
    ) -> pb.ListDraftsResponse:
        """The caller's own agency's."""
        del request
        system = await known_system(context, self._intake)
        drafts = await self._ask(context, lambda: self._reading.drafts(system.agency))
        return pb.ListDraftsResponse(drafts=[wire.encode_saved(one) for one in drafts])

    async def ProposeRestriction(  # noqa: N802
        self, request: pb.ProposeRestrictionRequest, context: Context
    ) -> pb.ProposeRestrictionResponse:
        """A draft round a sighting."""
        system = await known_system(context, self._intake)

        def proposal() -> ControlCommand:
            seen = wire.sighting_of(request)
            return self._reading.proposal(seen, system, request.request_id)

        command = await self._ask(context, proposal)
        made = await carry_out(context, self._intake, command)
        return pb.ProposeRestrictionResponse(draft=wire.encode_saved(wire.saved_draft(made)))

    async def PreviewRestriction(  # noqa: N802
        self, request: pb.PreviewRestrictionRequest, context: Context
    ) -> pb.PreviewRestrictionResponse:
        """What one would hit."""
        agency = (await known_system(context, self._intake)).agency
        if request.HasField("restriction"):
            seen = await self._ask(
                context, lambda: self._reading.preview(decode_draft(request.restriction), agency)
            )
        else:
            seen = await self._ask(
                context,
                lambda: self._reading.preview_draft(
                    RestrictionName.parse("name", request.name), agency
                ),
            )
        return wire.encode_preview(seen)

    async def PublishRestriction(  # noqa: N802
        self, request: pb.PublishRestrictionRequest, context: Context
    ) -> pb.PublishRestrictionResponse:
        """Make a draft live, or hand it in."""
        made, _ = await carry_out_request(context, self._intake, request, wire.publish_draft)
        if isinstance(made, SavedDraft):
            return pb.PublishRestrictionResponse(draft=wire.encode_saved(made))
        shown = self._signed.message(the_restriction(made))
        return pb.PublishRestrictionResponse(restriction=shown)

    async def ApproveRestriction(  # noqa: N802
        self, request: pb.ApproveRestrictionRequest, context: Context
    ) -> pb.ApproveRestrictionResponse:
        """A second system's yes."""
        made, _ = await carry_out_request(context, self._intake, request, wire.approve_restriction)
        shown = self._signed.message(the_restriction(made))
        return pb.ApproveRestrictionResponse(restriction=shown)

    async def ExtendRestriction(  # noqa: N802
        self, request: pb.ExtendRestrictionRequest, context: Context
    ) -> pb.ExtendRestrictionResponse:
        """A later end."""
        made, _ = await carry_out_request(context, self._intake, request, wire.extend_restriction)
        if isinstance(made, SavedDraft):
            return pb.ExtendRestrictionResponse(draft=wire.encode_saved(made))
        shown = self._signed.message(the_restriction(made))
        return pb.ExtendRestrictionResponse(restriction=shown)

    async def AcknowledgeRestriction(  # noqa: N802
        self, request: pb.AcknowledgeRestrictionRequest, context: Context
    ) -> pb.AcknowledgeRestrictionResponse:
        """A desk has read it."""
        made, system = await carry_out_request(
            context, self._intake, request, wire.acknowledge_restriction
        )
        return wire.encode_acknowledged(made, system)

    async def ConfirmRestrictions(  # noqa: N802
        self, request: pb.ConfirmRestrictionsRequest, context: Context
    ) -> pb.ConfirmRestrictionsResponse:
        """They have arrived."""
        await carry_out_request(context, self._intake, request, wire.confirm_restrictions)
        return pb.ConfirmRestrictionsResponse()

    async def GetReceipts(  # noqa: N802
        self, request: pb.GetReceiptsRequest, context: Context
    ) -> pb.GetReceiptsResponse:
        """Who was told."""
        system = await known_system(context, self._intake)
        delivery = await self._ask(
            context,
            lambda: self._reading.delivery(
                RestrictionName.parse("name", request.name), system.agency
            ),
        )
        return wire.encode_delivery(delivery)

    async def GetSigningKey(  # noqa: N802
        self, request: pb.GetSigningKeyRequest, context: Context
    ) -> pb.GetSigningKeyResponse:
        """The public key."""
        del request
        await known_system(context, self._intake)
        return pb.GetSigningKeyResponse(jwks="" if self._signer is None else self._signer.jwks)

    async def _ask(self, context: Context, question: Callable[[], Answer]) -> Answer:
        try:
            return await self._intake.ask(question)
        except NotFound as refused:
            await abort_refused(context, refused.refusals, code_pb2.NOT_FOUND)
        except Conflict as refused:
            await abort_refused(context, refused.refusals, code_pb2.ABORTED)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
