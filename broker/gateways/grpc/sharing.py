"""SharingService."""

from broker.core.errors import BrokenInvariant, Refused
from broker.core.sharing.settings import SharingEntries
from broker.gateways.grpc.errors import Context, abort_refused
from broker.gateways.grpc.restrictions import carry_out, known_system
from broker.gateways.wire.sharing import encode_setting, set_response, set_sharing
from broker.service.intake import Intake
from broker.service.reading import Reading, page
from keepclear.v1 import sharing_pb2 as pb
from keepclear.v1 import sharing_pb2_grpc


class SharingServicer(sharing_pb2_grpc.SharingServiceServicer):
    """How the caller's agency's flights are shown."""

    def __init__(self, intake: Intake, reading: Reading) -> None:
        self._intake = intake
        self._reading = reading

    async def SetSharing(  # noqa: N802
        self, request: pb.SetSharingRequest, context: Context
    ) -> pb.SetSharingResponse:
        """Set one level, or take it away; on disk and in force when this returns."""
        system = await known_system(context, self._intake)
        try:
            command = set_sharing(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        done = await carry_out(context, self._intake, command)
        if not isinstance(done, SharingEntries):
            raise BrokenInvariant(f"a setting was expected, not {done!r}")
        return set_response(done)

    async def ListSharing(  # noqa: N802
        self, request: pb.ListSharingRequest, context: Context
    ) -> pb.ListSharingResponse:
        """The caller's own agency's, by subject."""
        system = await known_system(context, self._intake)
        own = await self._reading.sharing(system.agency)
        try:
            shown, next_token = page(own, request.page_size, request.page_token)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        return pb.ListSharingResponse(
            settings=[encode_setting(*one) for one in shown], next_page_token=next_token
        )
