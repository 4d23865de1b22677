"""AgreementService."""

from google.rpc import code_pb2

from broker.core.errors import NotFound, Refused
from broker.core.names import AgreementName
from broker.gateways.grpc.errors import Context, abort_refused
from broker.gateways.grpc.restrictions import carry_out_request, known_system
from broker.gateways.wire import agreements as wire
from broker.service.agreements import AgreementReading
from broker.service.intake import Intake
from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1 import agreements_pb2_grpc


class AgreementServicer(agreements_pb2_grpc.AgreementServiceServicer):
    """What the caller's agency signed with others."""

    def __init__(self, intake: Intake, reading: AgreementReading) -> None:
        self._intake = intake
        self._reading = reading

    async def ProposeAgreement(  # noqa: N802
        self, request: pb.ProposeAgreementRequest, context: Context
    ) -> pb.ProposeAgreementResponse:
        """Offer terms, signed for the caller's agency."""
        made, _ = await carry_out_request(context, self._intake, request, wire.propose_agreement)
        shown = wire.encode_agreement(wire.the_agreement(made))
        return pb.ProposeAgreementResponse(agreement=shown)

    async def AcceptAgreement(  # noqa: N802
        self, request: pb.AcceptAgreementRequest, context: Context
    ) -> pb.AcceptAgreementResponse:
        """Sign the version that was read."""
        made, _ = await carry_out_request(context, self._intake, request, wire.accept_agreement)
        shown = wire.encode_agreement(wire.the_agreement(made))
        return pb.AcceptAgreementResponse(agreement=shown)

    async def EndAgreement(  # noqa: N802
        self, request: pb.EndAgreementRequest, context: Context
    ) -> pb.EndAgreementResponse:
        """End it now."""
        made, _ = await carry_out_request(context, self._intake, request, wire.end_agreement)
        shown = wire.encode_agreement(wire.the_agreement(made))
        return pb.EndAgreementResponse(agreement=shown)

    async def GetAgreement(  # noqa: N802
        self, request: pb.GetAgreementRequest, context: Context
    ) -> pb.GetAgreementResponse:
        """One version."""
        agency = (await known_system(context, self._intake)).agency
        try:
            name = AgreementName.parse("name", request.name)
            version = wire.checked_version(request.version)
            found = await self._intake.ask(lambda: self._reading.get(name, version, agency))
        except NotFound as refused:
            await abort_refused(context, refused.refusals, code_pb2.NOT_FOUND)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        return pb.GetAgreementResponse(agreement=wire.encode_agreement(found))

    async def ListAgreements(  # noqa: N802
        self, request: pb.ListAgreementsRequest, context: Context
    ) -> pb.ListAgreementsResponse:
        """Every version that the caller's agency is a party to."""
        agency = (await known_system(context, self._intake)).agency
        own = await self._intake.ask(lambda: self._reading.of_party(agency))
        try:
            return wire.encode_list(own, request)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
