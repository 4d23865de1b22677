"""Control requests of the contract as core commands, the same over both transports."""

from typing import Final

from broker.core.commands import AcknowledgeAlert, CreateRestriction, WithdrawRestriction
from broker.core.errors import refuse
from broker.core.names import RestrictionName, SystemName
from broker.core.requests import REQUEST_ID_LENGTH_MAX
from broker.gateways.wire.restrictions import decode_draft, version_of
from keepclear.v1 import alerts_pb2, restrictions_pb2

ACKNOWLEDGED_BY_LENGTH_MAX: Final = 80
ALERT_ID_LENGTH_MAX: Final = 64


def create_restriction(
    request: restrictions_pb2.CreateRestrictionRequest, sender: SystemName
) -> CreateRestriction:
    """Refuses a draft that cannot be read, naming the field."""
    return CreateRestriction(
        sender, _request_id(request.request_id), decode_draft(request.restriction)
    )


def withdraw_restriction(
    request: restrictions_pb2.WithdrawRestrictionRequest, sender: SystemName
) -> WithdrawRestriction:
    """Refuses a malformed name or etag."""
    return WithdrawRestriction(
        sender,
        _request_id(request.request_id),
        RestrictionName.parse("name", request.name),
        version_of(request.etag),
    )


def acknowledge_alert(
    request: alerts_pb2.AcknowledgeAlertRequest, sender: SystemName
) -> AcknowledgeAlert:
    """Refuses a missing alert id or name of who read it."""
    if not 1 <= len(request.alert_id) <= ALERT_ID_LENGTH_MAX:
        raise refuse("alert_id", "is missing: name the alert that was read")
    who = request.acknowledged_by.strip()
    if not 1 <= len(who) <= ACKNOWLEDGED_BY_LENGTH_MAX or not who.isprintable():
        raise refuse(
            "acknowledged_by",
            f"say who read it, in 1 to {ACKNOWLEDGED_BY_LENGTH_MAX} printable characters",
        )
    return AcknowledgeAlert(sender, _request_id(request.request_id), request.alert_id, who)


def _request_id(request_id: str) -> str:
    if len(request_id) > REQUEST_ID_LENGTH_MAX:
        raise refuse("request_id", f"must be at most {REQUEST_ID_LENGTH_MAX} characters")
    return request_id
