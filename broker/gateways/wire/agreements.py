"""Agreements to and from the core's records, the same over both transports."""

from collections.abc import Sequence
from typing import Final

from broker.core.agreements.commands import AcceptAgreement, EndAgreement, ProposeAgreement
from broker.core.agreements.model import (
    AREAS_MAX,
    FROM_SURFACE,
    PARTIES_MAX,
    SHARES_MAX,
    UNLIMITED,
    AgreedShare,
    Agreement,
    AgreementParty,
    AgreementState,
    AgreementTerms,
    Signature,
)
from broker.core.errors import BrokenInvariant, refuse
from broker.core.names import AgreementName, SystemName, identifier
from broker.core.restrictions.shapes import Volume
from broker.core.sharing.settings import SharingLevel
from broker.gateways.wire.requests import checked_request_id
from broker.gateways.wire.volumes import (
    decode_limit,
    decode_shape,
    encode_limit,
    encode_shape,
)
from broker.service.reading import page
from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1 import sharing_pb2

LIST_BYTES_MAX: Final = 48_000
"""Of one page: MQTT carries no message over 60 kB."""
STATE_TO_WIRE: Final = {
    AgreementState.PROPOSED: pb.AGREEMENT_STATE_PROPOSED,
    AgreementState.ACCEPTED: pb.AGREEMENT_STATE_ACCEPTED,
    AgreementState.IN_FORCE: pb.AGREEMENT_STATE_IN_FORCE,
    AgreementState.REPLACED: pb.AGREEMENT_STATE_REPLACED,
    AgreementState.ENDED: pb.AGREEMENT_STATE_ENDED,
    AgreementState.EXPIRED: pb.AGREEMENT_STATE_EXPIRED,
}


def propose_agreement(request: pb.ProposeAgreementRequest, sender: SystemName) -> ProposeAgreement:
    """Refuses terms that cannot be read, naming the field."""
    request_id = checked_request_id(request.request_id)
    return ProposeAgreement(
        sender, request_id, _terms(request.agreement), request.signed_by.strip()
    )


def accept_agreement(request: pb.AcceptAgreementRequest, sender: SystemName) -> AcceptAgreement:
    """Refuses a malformed name, and a yes to no version at all."""
    if request.version <= 0:
        raise refuse("version", "is missing: accept the version that was read")
    return AcceptAgreement(
        sender,
        checked_request_id(request.request_id),
        AgreementName.parse("name", request.name),
        request.version,
        request.signed_by.strip(),
    )


def end_agreement(request: pb.EndAgreementRequest, sender: SystemName) -> EndAgreement:
    """Refuses a malformed name."""
    return EndAgreement(
        sender,
        checked_request_id(request.request_id),
        AgreementName.parse("name", request.name),
        checked_version(request.version),
        request.signed_by.strip(),
        request.reason.strip(),
    )


def checked_version(version: int) -> int:
    """A version, or 0 where none is named."""
    if version < 0:
        raise refuse("version", "must not be negative")
    return version


def the_agreement(made: object) -> Agreement:
    """What a command on agreements has made."""
    if not isinstance(made, Agreement):
        raise BrokenInvariant(f"an agreement was expected, not {made!r}")
    return made


def encode_list(
    agreements: Sequence[Agreement], request: pb.ListAgreementsRequest
) -> pb.ListAgreementsResponse:
    """One page, of no more than fit a message."""
    shown, next_token = page(agreements, request.page_size, request.page_token)
    response = pb.ListAgreementsResponse(next_page_token=next_token)
    for place, one in enumerate(shown):
        message = encode_agreement(one)
        if place and response.ByteSize() + message.ByteSize() > LIST_BYTES_MAX:
            response.next_page_token = str(int(request.page_token or 0) + place)
            break
        response.agreements.append(message)
    return response


def encode_agreement(agreement: Agreement) -> pb.Agreement:
    """The contract's message for one version."""
    terms, ending = agreement.terms, agreement.ending
    return pb.Agreement(
        name=str(terms.name),
        title=terms.title,
        parties=[_encode_party(one) for one in terms.parties],
        areas=[_encode_area(one) for one in terms.areas],
        shares=[_encode_share(one) for one in terms.shares],
        policy_version=terms.policy_version,
        from_us=terms.from_us,
        until_us=terms.until_us,
        outage_script=terms.outage_script,
        version=agreement.version,
        state=STATE_TO_WIRE[agreement.state],
        signatures=[_encode_signature(one) for one in agreement.signatures],
        not_signed=agreement.unsigned,
        changed_us=agreement.changed_us,
        ended=None if ending is None else _encode_signature(ending.signature),
        ended_reason="" if ending is None else ending.reason,
    )


def _terms(message: pb.Agreement) -> AgreementTerms:
    _check_count("agreement.parties", len(message.parties), PARTIES_MAX)
    _check_count("agreement.areas", len(message.areas), AREAS_MAX)
    _check_count("agreement.shares", len(message.shares), SHARES_MAX)
    return AgreementTerms(
        name=AgreementName.parse("agreement.name", message.name),
        title=message.title.strip(),
        parties=tuple(_party(place, one) for place, one in enumerate(message.parties)),
        areas=tuple(_area(place, one) for place, one in enumerate(message.areas)),
        shares=tuple(_share(place, one) for place, one in enumerate(message.shares)),
        policy_version=message.policy_version,
        from_us=message.from_us,
        until_us=message.until_us,
        outage_script=message.outage_script.strip(),
    )


def _check_count(field: str, count: int, count_max: int) -> None:
    if count > count_max:
        raise refuse(field, f"must be at most {count_max}")


def _party(place: int, message: pb.AgreementParty) -> AgreementParty:
    return AgreementParty(
        identifier(f"agreement.parties[{place}].agency", message.agency),
        message.desk.strip(),
        message.telephone.strip(),
        message.talkgroup.strip(),
    )


def _area(place: int, message: pb.AgreementArea) -> Volume:
    field, floor, ceiling = f"agreement.areas[{place}]", FROM_SURFACE, UNLIMITED
    if message.HasField("floor"):
        floor = decode_limit(f"{field}.floor", message.floor)
    if message.HasField("ceiling"):
        ceiling = decode_limit(f"{field}.ceiling", message.ceiling)
    return Volume(decode_shape(field, message), floor, ceiling, message.label.strip())


def _share(place: int, message: pb.AgreementShare) -> AgreedShare:
    field = f"agreement.shares[{place}]"
    if not SharingLevel.OPEN <= message.level <= max(SharingLevel):
        raise refuse(f"{field}.level", "is not a level of this contract")
    return AgreedShare(
        identifier(f"{field}.owner", message.owner),
        identifier(f"{field}.reader", message.reader),
        SharingLevel(message.level),
    )


def _encode_party(party: AgreementParty) -> pb.AgreementParty:
    return pb.AgreementParty(
        agency=party.agency,
        desk=party.desk,
        telephone=party.telephone,
        talkgroup=party.talkgroup,
    )


def _encode_area(area: Volume) -> pb.AgreementArea:
    message = pb.AgreementArea(
        label=area.label, floor=encode_limit(area.floor), ceiling=encode_limit(area.ceiling)
    )
    encode_shape(area.shape, message)
    return message


def _encode_share(share: AgreedShare) -> pb.AgreementShare:
    level = sharing_pb2.SharingLevel.Name(int(share.level))
    return pb.AgreementShare(owner=share.owner, reader=share.reader, level=level)


def _encode_signature(signature: Signature) -> pb.AgreementSignature:
    return pb.AgreementSignature(
        system=str(signature.system),
        signed_by=signature.signed_by,
        signed_us=signature.signed_us,
    )
