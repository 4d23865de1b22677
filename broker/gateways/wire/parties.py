"""Who is exempt, who answers and where it was read, between the contract and the core."""

from broker.core.errors import refuse
from broker.core.restrictions.model import (
    Authority,
    Exemption,
    Reading,
    RestrictionDraft,
    Source,
)
from broker.gateways.wire.enums import (
    PURPOSE_TO_CORE,
    PURPOSE_TO_WIRE,
    READING_QUALITY_TO_CORE,
    READING_QUALITY_TO_WIRE,
)
from keepclear.v1 import restrictions_pb2 as pb


def decode_exemption(message: pb.Exemption) -> Exemption:
    """Read an exemption."""
    return Exemption(
        beneficiary=message.beneficiary,
        conditions=message.conditions,
        agencies=tuple(message.agencies),
        agreement=message.agreement,
    )


def decode_authority(field: str, message: pb.Authority) -> Authority:
    """Read an authority; refuses an unknown purpose."""
    if message.purpose not in PURPOSE_TO_CORE:
        raise refuse(f"{field}.purpose", "is not a purpose of this contract")
    return Authority(
        name=message.name,
        service=message.service,
        contact_name=message.contact_name,
        telephone=message.telephone,
        email=message.email,
        site_url=message.site_url,
        talkgroup=message.talkgroup,
        purpose=PURPOSE_TO_CORE[message.purpose],
        notice_s=message.notice_s if message.HasField("notice_s") else None,
    )


def decode_source(message: pb.Restriction) -> Source | None:
    """Where a mirrored restriction was read; None where nothing is said."""
    if not message.HasField("source"):
        return None
    source = message.source
    return Source(
        source_id=source.source_id,
        item_id=source.item_id,
        format=source.format,
        text=source.text,
        issued_us=source.issued_us if source.HasField("issued_us") else None,
        url=source.url,
    )


def decode_reading(field: str, message: pb.Reading) -> Reading:
    """How well it was read; refuses an unknown quality."""
    if message.quality not in READING_QUALITY_TO_CORE:
        raise refuse(f"{field}.quality", "is not a quality of this contract")
    return Reading(READING_QUALITY_TO_CORE[message.quality], tuple(message.how))


def encode_exemption(exemption: Exemption) -> pb.Exemption:
    """The contract's message for an exemption."""
    return pb.Exemption(
        beneficiary=exemption.beneficiary,
        conditions=exemption.conditions,
        agencies=exemption.agencies,
        agreement=exemption.agreement,
    )


def encode_authority(authority: Authority) -> pb.Authority:
    """The contract's message for an authority."""
    purpose = pb.AUTHORITY_PURPOSE_UNSPECIFIED
    if authority.purpose is not None:
        purpose = PURPOSE_TO_WIRE[authority.purpose]
    return pb.Authority(
        name=authority.name,
        service=authority.service,
        contact_name=authority.contact_name,
        telephone=authority.telephone,
        email=authority.email,
        site_url=authority.site_url,
        talkgroup=authority.talkgroup,
        purpose=purpose,
        notice_s=authority.notice_s,
    )


def encode_source(source: Source | None) -> pb.RestrictionSource | None:
    """The contract's message for where a restriction was read."""
    if source is None:
        return None
    return pb.RestrictionSource(
        source_id=source.source_id,
        item_id=source.item_id,
        format=source.format,
        text=source.text,
        issued_us=source.issued_us,
        url=source.url,
    )


def encode_reading(draft: RestrictionDraft) -> pb.Reading:
    """The contract's message for how well it was read."""
    quality = READING_QUALITY_TO_WIRE[draft.reading.quality]
    return pb.Reading(quality=quality, how=draft.reading.how)
