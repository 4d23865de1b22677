"""Publishing's messages to and from the core's records, the same over both transports."""

from typing import Final

from broker.core.errors import BrokenInvariant, refuse
from broker.core.names import RestrictionName, SystemName
from broker.core.publishing.commands import (
    AcknowledgeRestriction,
    ApproveRestriction,
    DiscardDraft,
    ExtendRestriction,
    NoteDelivery,
    PublishDraft,
    SaveDraft,
)
from broker.core.publishing.model import (
    VERSIONS_PER_DELIVERY_MAX,
    Delivery,
    DeliveryStage,
    DraftState,
    Edition,
    Receipt,
    SavedDraft,
)
from broker.core.units import SECOND_US
from broker.gateways.wire.acks import encode_refusals
from broker.gateways.wire.enums import RESTRICTION_KIND_TO_WIRE
from broker.gateways.wire.requests import ACKNOWLEDGED_BY_LENGTH_MAX, checked_request_id
from broker.gateways.wire.restrictions import decode_draft, encode_draft, version_of
from broker.service.publishing import Previewed, Sighting
from keepclear.v1 import publishing_pb2 as pb

DRAFT_STATE_TO_WIRE: Final = {
    DraftState.EDITING: pb.DRAFT_STATE_EDITING,
    DraftState.AWAITING_APPROVAL: pb.DRAFT_STATE_AWAITING_APPROVAL,
}
TRACK_ID_LENGTH_MAX: Final = 64


def save_draft(request: pb.SaveDraftRequest, sender: SystemName) -> SaveDraft:
    """Refuses a draft that cannot be read, naming the field."""
    draft = decode_draft(request.restriction)
    return SaveDraft(sender, checked_request_id(request.request_id), draft, request.note)


def discard_draft(request: pb.DiscardDraftRequest, sender: SystemName) -> DiscardDraft:
    """Refuses a malformed name."""
    name = RestrictionName.parse("name", request.name)
    return DiscardDraft(sender, checked_request_id(request.request_id), name)


def publish_draft(request: pb.PublishRestrictionRequest, sender: SystemName) -> PublishDraft:
    """Refuses a malformed name or a revision below 0."""
    return PublishDraft(
        sender,
        checked_request_id(request.request_id),
        RestrictionName.parse("name", request.name),
        _count("revision", request.revision),
        request.emergency,
    )


def approve_restriction(
    request: pb.ApproveRestrictionRequest, sender: SystemName
) -> ApproveRestriction:
    """Refuses a malformed name, or numbers below 0."""
    return ApproveRestriction(
        sender,
        checked_request_id(request.request_id),
        RestrictionName.parse("name", request.name),
        _count("revision", request.revision),
        _count("version", request.version),
    )


def extend_restriction(
    request: pb.ExtendRestrictionRequest, sender: SystemName
) -> ExtendRestriction:
    """Refuses a malformed name or etag."""
    return ExtendRestriction(
        sender,
        checked_request_id(request.request_id),
        RestrictionName.parse("name", request.name),
        version_of(request.etag),
        _count("end_us", request.end_us),
    )


def acknowledge_restriction(
    request: pb.AcknowledgeRestrictionRequest, sender: SystemName
) -> AcknowledgeRestriction:
    """Refuses a malformed name, or one who read it that is missing."""
    who = request.acknowledged_by.strip()
    if not 1 <= len(who) <= ACKNOWLEDGED_BY_LENGTH_MAX or not who.isprintable():
        raise refuse(
            "acknowledged_by",
            f"say who read it, in 1 to {ACKNOWLEDGED_BY_LENGTH_MAX} printable characters",
        )
    return AcknowledgeRestriction(
        sender,
        checked_request_id(request.request_id),
        RestrictionName.parse("name", request.name),
        _count("version", request.version),
        who,
    )


def confirm_restrictions(
    request: pb.ConfirmRestrictionsRequest, sender: SystemName
) -> NoteDelivery:
    """Refuses malformed names and versions, and too many of them."""
    if not 1 <= len(request.versions) <= VERSIONS_PER_DELIVERY_MAX:
        raise refuse("versions", f"must be 1 to {VERSIONS_PER_DELIVERY_MAX}")
    versions = []
    for place, one in enumerate(request.versions):
        if one.version < 1:
            raise refuse(f"versions[{place}].version", "must be at least 1")
        name = RestrictionName.parse(f"versions[{place}].name", one.name)
        versions.append((name, one.version))
    request_id = checked_request_id(request.request_id)
    return NoteDelivery(sender, request_id, DeliveryStage.RECEIVED, tuple(versions))


def sighting_of(request: pb.ProposeRestrictionRequest) -> Sighting:
    """Refuses a malformed name, a missing track and sizes that are out of range."""
    if not 1 <= len(request.track_id) <= TRACK_ID_LENGTH_MAX:
        raise refuse("track_id", "is missing: name the unknown drone's track")
    checked_request_id(request.request_id)
    return Sighting(
        track_id=request.track_id,
        name=RestrictionName.parse("name", request.name),
        radius_m=_within("radius_m", request.radius_m, 500.0, 50.0, 5_000.0),
        duration_s=int(_within("duration_s", request.duration_s, 1_800.0, 60.0, 86_400.0)),
        ceiling_agl_m=_within("ceiling_agl_m", request.ceiling_agl_m, 400 * 0.3048, 30.0, 1_000.0),
        contact=request.contact,
    )


def _within(field: str, value: float, otherwise: float, least: float, most: float) -> float:
    if value == 0:
        return otherwise
    if not least <= value <= most:  # not a number is outside too
        raise refuse(field, f"must be from {least:g} to {most:g}, or 0 for {otherwise:g}")
    return float(value)


def _count(field: str, value: int) -> int:
    if value < 0:
        raise refuse(field, "must not be below 0")
    return value


def encode_saved(saved: SavedDraft) -> pb.Draft:
    """The contract's message for a draft."""
    return pb.Draft(
        restriction=encode_draft(saved.draft),
        author=str(saved.author),
        revision=saved.revision,
        state=DRAFT_STATE_TO_WIRE[saved.state],
        changed_us=saved.changed_us,
        note=saved.note,
    )


def saved_draft(resource: object) -> SavedDraft:
    """The draft that a command answered with."""
    if not isinstance(resource, SavedDraft):
        raise BrokenInvariant(f"a draft was expected, not {resource!r}")
    return resource


def encode_acknowledged(delivery: object, sender: SystemName) -> pb.AcknowledgeRestrictionResponse:
    """What the sender has acknowledged."""
    if not isinstance(delivery, Delivery):
        raise BrokenInvariant(f"a delivery was expected, not {delivery!r}")
    edition = delivery.editions[0]
    receipt = edition.receipt_of(sender)
    return pb.AcknowledgeRestrictionResponse(
        name=str(delivery.name),
        version=edition.version,
        acknowledged_us=0 if receipt is None else receipt.acknowledged_us or 0,
    )


def encode_delivery(delivery: Delivery) -> pb.GetReceiptsResponse:
    """Who got which edition."""
    return pb.GetReceiptsResponse(
        name=str(delivery.name),
        editions=[_encode_edition(one) for one in delivery.editions],
        outstanding_agencies=delivery.outstanding,
    )


def _encode_edition(edition: Edition) -> pb.Edition:
    return pb.Edition(
        version=edition.version,
        published_us=edition.published_us,
        receipts=[_encode_receipt(one, edition.published_us) for one in edition.receipts],
        escalated_us=edition.escalated_us,
    )


def _encode_receipt(receipt: Receipt, published_us: int) -> pb.Receipt:
    def after_s(moment_us: int | None) -> float | None:
        return None if moment_us is None else round((moment_us - published_us) / SECOND_US, 3)

    return pb.Receipt(
        system=str(receipt.system),
        sent_us=receipt.sent_us,
        received_us=receipt.received_us,
        acknowledged_us=receipt.acknowledged_us,
        acknowledged_by=receipt.acknowledged_by,
        sent_after_s=after_s(receipt.sent_us),
        received_after_s=after_s(receipt.received_us),
        acknowledged_after_s=after_s(receipt.acknowledged_us),
    )


def encode_preview(seen: Previewed) -> pb.PreviewRestrictionResponse:
    """What a restriction would hit."""
    message = pb.PreviewRestrictionResponse(
        aircraft=[
            pb.PreviewedAircraft(
                track_id=one.track_id,
                label=one.label,
                agency=one.agency,
                aircraft_class=int(one.aircraft_class),  # type: ignore[arg-type]
                time_to_entry_s=round(one.touched.time_to_entry_s, 1),
                range_m=round(one.touched.range_m, 1),
                exempt=one.touched.exempt,
            )
            for one in seen.aircraft
        ],
        further_aircraft=seen.further_aircraft,
        exempt_agencies=seen.preview.exempt_agencies,
        asked_agencies=seen.preview.asked_agencies,
        needs_approval=seen.preview.needs_approval,
        emergency_refusals=encode_refusals(seen.preview.emergency_refusals),
        replaces_version=seen.preview.replaces_version,
        revision=seen.revision,
        previewed_us=seen.now_us,
        picture_age_s=seen.picture_age_s,
    )
    shown = seen.preview.restrictions[: seen.restrictions_shown]
    message.further_restrictions = len(seen.preview.restrictions) - len(shown)
    for shared in shown:
        draft = shared.restriction.draft
        message.restrictions.add(
            name=str(draft.name),
            title=draft.title,
            kind=RESTRICTION_KIND_TO_WIRE[draft.kind],
            authority=draft.authorities[0].name if draft.authorities else draft.name.agency,
            contact=draft.contact,
            from_us=shared.span[0],
            until_us=shared.span[1],
        )
    return message
