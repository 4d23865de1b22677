"""RestrictionService."""

from collections.abc import Callable
from typing import TypeVar

from google.rpc import code_pb2

from broker.core.commands import ControlCommand
from broker.core.errors import BrokenInvariant, Refusal, Refused
from broker.core.names import RestrictionName, SystemName
from broker.core.outcomes import NotDone
from broker.core.restrictions.imported import ImportReport
from broker.core.restrictions.model import (
    Restriction,
)
from broker.core.sharing.roles import Action, Zone
from broker.gateways.grpc.errors import (
    Context,
    abort,
    abort_not_done,
    abort_refused,
)
from broker.gateways.grpc.identity import calling_system
from broker.gateways.wire.imports import encode_report
from broker.gateways.wire.requests import (
    create_restriction,
    import_restrictions,
    withdraw_restriction,
)
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.intake import Intake
from broker.service.reading import Reading, page
from keepclear.v1 import restrictions_pb2 as pb
from keepclear.v1 import restrictions_pb2_grpc

Request = TypeVar("Request")


async def known_system(context: Context, intake: Intake) -> SystemName:
    """The calling system, if its agency is configured; ends the call otherwise."""
    system = await calling_system(context)
    decision = intake.publishing(system)
    if not decision.allowed:
        await abort(context, code_pb2.PERMISSION_DENIED, decision.reason)
    return system


async def carry_out(context: Context, intake: Intake, command: ControlCommand) -> object:
    """The resource a command made; ends the call where it was refused."""
    reply = await intake.control(command)
    if isinstance(reply, NotDone):
        await abort_not_done(context, reply)
    return reply.resource


async def carry_out_request(
    context: Context,
    intake: Intake,
    request: Request,
    decode: Callable[[Request, SystemName], ControlCommand],
) -> tuple[object, SystemName]:
    """What a request made, and who asked; on disk when this returns."""
    system = await known_system(context, intake)
    try:
        command = decode(request, system)
    except Refused as refused:
        intake.count_refused_request()
        await abort_refused(context, refused.refusals)
    return await carry_out(context, intake, command), system


class RestrictionServicer(restrictions_pb2_grpc.RestrictionServiceServicer):
    """Keep-clear requests."""

    def __init__(self, intake: Intake, reading: Reading, signed: SignedRestrictions) -> None:
        self._intake = intake
        self._reading = reading
        self._signed = signed

    async def CreateRestriction(  # noqa: N802
        self, request: pb.CreateRestrictionRequest, context: Context
    ) -> pb.CreateRestrictionResponse:
        """Set one; on disk when this returns."""
        system = await known_system(context, self._intake)
        try:
            command = create_restriction(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        made = the_restriction(await carry_out(context, self._intake, command))
        return pb.CreateRestrictionResponse(restriction=self._signed.message(made))

    async def ImportRestrictions(  # noqa: N802
        self, request: pb.ImportRestrictionsRequest, context: Context
    ) -> pb.ImportRestrictionsResponse:
        """Mirror items of a source; on disk when this returns."""
        system = await known_system(context, self._intake)
        try:
            decoded = import_restrictions(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        report = await carry_out(context, self._intake, decoded.command)
        if not isinstance(report, ImportReport):
            raise BrokenInvariant(f"a report was expected, not {report!r}")
        return encode_report(report, decoded)

    async def WithdrawRestriction(  # noqa: N802
        self, request: pb.WithdrawRestrictionRequest, context: Context
    ) -> pb.WithdrawRestrictionResponse:
        """End one; on disk when this returns."""
        system = await known_system(context, self._intake)
        try:
            command = withdraw_restriction(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        ended = the_restriction(await carry_out(context, self._intake, command))
        return pb.WithdrawRestrictionResponse(restriction=self._signed.message(ended))

    async def GetRestriction(  # noqa: N802
        self, request: pb.GetRestrictionRequest, context: Context
    ) -> pb.GetRestrictionResponse:
        """One planned or active restriction."""
        system = await known_system(context, self._intake)
        try:
            name = RestrictionName.parse("name", request.name)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        found = await self._reading.restriction(name, self._zone_of(system))
        if found is None:
            refusal = Refusal("name", f"there is no planned or active restriction {name}")
            await abort_refused(context, [refusal], code_pb2.NOT_FOUND)
        return pb.GetRestrictionResponse(restriction=self._signed.message(found))

    async def ListRestrictions(  # noqa: N802
        self, request: pb.ListRestrictionsRequest, context: Context
    ) -> pb.ListRestrictionsResponse:
        """Planned and active restrictions by name."""
        system = await known_system(context, self._intake)
        live = await self._reading.restrictions(self._zone_of(system))
        try:
            shown, next_token = page(live, request.page_size, request.page_token)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        return pb.ListRestrictionsResponse(
            restrictions=[self._signed.message(one) for one in shown], next_page_token=next_token
        )

    def _zone_of(self, system: SystemName) -> Zone | None:
        """The zone that a reader is confined to, if it is."""
        return self._intake.access.confined_to(system, Action.READ_RESTRICTIONS)


def the_restriction(resource: object) -> Restriction:
    """The restriction that a command answered with."""
    if not isinstance(resource, Restriction):
        raise BrokenInvariant(f"a restriction was expected, not {resource!r}")
    return resource
