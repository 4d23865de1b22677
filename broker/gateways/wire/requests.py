"""Control requests of the contract as core commands, the same over both transports."""

from dataclasses import dataclass
from typing import Final

from broker.core.commands import (
    AcknowledgeAlert,
    CreateRestriction,
    ImportRestrictions,
    WithdrawRestriction,
)
from broker.core.errors import Refused, refuse
from broker.core.names import RestrictionName, SystemName, identifier
from broker.core.requests import REQUEST_ID_LENGTH_MAX
from broker.core.restrictions.imported import ImportedItem, ImportOutcome
from broker.core.restrictions.imports import ITEMS_PER_IMPORT_MAX, LISTED_ITEMS_MAX
from broker.core.restrictions.model import RestrictionDraft
from broker.gateways.wire.restrictions import decode_draft, version_of
from keepclear.v1 import alerts_pb2, restrictions_pb2

ACKNOWLEDGED_BY_LENGTH_MAX: Final = 80
ALERT_ID_LENGTH_MAX: Final = 64
NAME_SHOWN_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class DecodedImport:
    """An import, and the items that never got that far, by their place."""

    command: ImportRestrictions
    refused: dict[int, ImportedItem]
    count: int


def create_restriction(
    request: restrictions_pb2.CreateRestrictionRequest, sender: SystemName
) -> CreateRestriction:
    """Refuses a draft that cannot be read, naming the field."""
    return CreateRestriction(
        sender, checked_request_id(request.request_id), decode_draft(request.restriction)
    )


def import_restrictions(
    request: restrictions_pb2.ImportRestrictionsRequest, sender: SystemName
) -> DecodedImport:
    """Refuses what concerns the whole; an item that cannot be read is refused alone."""
    count, listed = len(request.restrictions), len(request.listed_item_ids)
    if count > ITEMS_PER_IMPORT_MAX:
        raise refuse("restrictions", f"must be at most {ITEMS_PER_IMPORT_MAX}")
    if listed > LISTED_ITEMS_MAX:
        raise refuse("listed_item_ids", f"must be at most {LISTED_ITEMS_MAX}")
    if not count and not request.withdraw_unlisted:
        raise refuse("restrictions", "is empty, and nothing is to be withdrawn")
    drafts: list[RestrictionDraft] = []
    refused: dict[int, ImportedItem] = {}
    for place, message in enumerate(request.restrictions):
        try:
            drafts.append(decode_draft(message, f"restrictions[{place}]"))
        except Refused as error:
            refused[place] = ImportedItem(
                message.name[:NAME_SHOWN_MAX], ImportOutcome.REFUSED, 0, error.refusals
            )
    command = ImportRestrictions(
        sender=sender,
        request_id=checked_request_id(request.request_id),
        source_id=identifier("source_id", request.source_id),
        drafts=tuple(drafts),
        withdraw_unlisted=request.withdraw_unlisted,
        listed_item_ids=tuple(request.listed_item_ids),
    )
    return DecodedImport(command, refused, count)


def withdraw_restriction(
    request: restrictions_pb2.WithdrawRestrictionRequest, sender: SystemName
) -> WithdrawRestriction:
    """Refuses a malformed name or etag."""
    return WithdrawRestriction(
        sender,
        checked_request_id(request.request_id),
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
    return AcknowledgeAlert(sender, checked_request_id(request.request_id), request.alert_id, who)


def checked_request_id(request_id: str) -> str:
    """The id, if it is not too long."""
    if len(request_id) > REQUEST_ID_LENGTH_MAX:
        raise refuse("request_id", f"must be at most {REQUEST_ID_LENGTH_MAX} characters")
    return request_id
