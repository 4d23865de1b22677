"""AlertService."""

from google.rpc import code_pb2

from broker.core.alerts import Alert
from broker.core.errors import BrokenInvariant, Refused
from broker.core.names import Audience, Role
from broker.gateways.grpc.errors import Context, abort, abort_refused
from broker.gateways.grpc.restrictions import carry_out, known_system
from broker.gateways.wire.alerts import encode_alert
from broker.gateways.wire.requests import acknowledge_alert
from broker.service.intake import Intake
from broker.service.reading import Reading, page
from keepclear.v1 import alerts_pb2 as pb
from keepclear.v1 import alerts_pb2_grpc


class AlertServicer(alerts_pb2_grpc.AlertServiceServicer):
    """Alerts as the caller's desk is shown them."""

    def __init__(self, intake: Intake, reading: Reading) -> None:
        self._intake = intake
        self._reading = reading

    async def ListAlerts(  # noqa: N802
        self, request: pb.ListAlertsRequest, context: Context
    ) -> pb.ListAlertsResponse:
        """Active alerts, most urgent first."""
        audience = await self._desk(context)
        views = await self._reading.alerts(audience)
        try:
            shown, next_token = page(views, request.page_size, request.page_token)
        except Refused as refused:
            await abort_refused(context, refused.refusals)
        alerts = [encode_alert(view) for view in shown]
        return pb.ListAlertsResponse(alerts=alerts, next_page_token=next_token)

    async def AcknowledgeAlert(  # noqa: N802
        self, request: pb.AcknowledgeAlertRequest, context: Context
    ) -> pb.AcknowledgeAlertResponse:
        """Note that the caller's desk has read an alert; on disk when this returns."""
        audience = await self._desk(context)
        system = await known_system(context, self._intake)
        try:
            command = acknowledge_alert(request, system)
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        alert = await carry_out(context, self._intake, command)
        if not isinstance(alert, Alert):
            raise BrokenInvariant(f"an alert was expected, not {alert!r}")
        view = await self._reading.alert(alert, audience)
        if view is None:
            await abort(context, code_pb2.NOT_FOUND, "the alert is no longer shown to you")
        return pb.AcknowledgeAlertResponse(alert=encode_alert(view))

    async def _desk(self, context: Context) -> Audience:
        system = await known_system(context, self._intake)
        audience = Audience(system.agency, Role.DESK)
        decision = self._intake.reading(system, audience)
        if not decision.allowed:
            await abort(context, code_pb2.PERMISSION_DENIED, decision.reason)
        return audience
