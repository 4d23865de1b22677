"""AircraftRegisterService."""

from broker.core.aircraft.model import AircraftEntries
from broker.core.errors import BrokenInvariant, Refused
from broker.gateways.grpc.errors import Context, abort_refused
from broker.gateways.grpc.restrictions import carry_out, known_system
from broker.gateways.wire.aircraft import encode_aircraft, register_aircraft, remove_aircraft
from broker.service.intake import Intake
from broker.service.reading import Reading, page
from keepclear.v1 import aircraft_pb2 as pb
from keepclear.v1 import aircraft_pb2_grpc


class AircraftRegisterServicer(aircraft_pb2_grpc.AircraftRegisterServiceServicer):
    """What the caller's agency flies."""

    def __init__(self, intake: Intake, reading: Reading) -> None:
        self._intake = intake
        self._reading = reading

    async def UpsertAircraft(  # noqa: N802
        self, request: pb.UpsertAircraftRequest, context: Context
    ) -> pb.UpsertAircraftResponse:
        """Write some; on disk when this returns."""
        system = await known_system(context, self._intake)
        try:
            command = register_aircraft(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        written = _entries(await carry_out(context, self._intake, command))
        return pb.UpsertAircraftResponse(
            aircraft=[encode_aircraft(entry) for entry in written.entries]
        )

    async def ListAircraft(  # noqa: N802
        self, request: pb.ListAircraftRequest, context: Context
    ) -> pb.ListAircraftResponse:
        """The caller's own agency's, by name."""
        system = await known_system(context, self._intake)
        own = await self._reading.aircraft(system.agency)
        try:
            shown, next_token = page(own, request.page_size, request.page_token)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        return pb.ListAircraftResponse(
            aircraft=[encode_aircraft(entry) for entry in shown], next_page_token=next_token
        )

    async def RemoveAircraft(  # noqa: N802
        self, request: pb.RemoveAircraftRequest, context: Context
    ) -> pb.RemoveAircraftResponse:
        """Take one out; on disk when this returns."""
        system = await known_system(context, self._intake)
        try:
            command = remove_aircraft(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        [removed] = _entries(await carry_out(context, self._intake, command)).entries
        return pb.RemoveAircraftResponse(aircraft=encode_aircraft(removed))


def _entries(resource: object) -> AircraftEntries:
    if not isinstance(resource, AircraftEntries):
        raise BrokenInvariant(f"aircraft were expected, not {resource!r}")
    return resource
