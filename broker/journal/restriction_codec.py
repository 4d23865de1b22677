"""Restriction drafts to JSON and back, as logged in CreateRestriction version 1."""

from broker.core.names import RestrictionName
from broker.core.restrictions.model import (
    AppliesTo,
    Authority,
    AuthorityPurpose,
    EntryRule,
    Exemption,
    Reading,
    ReadingQuality,
    RestrictionDraft,
    RestrictionKind,
    Source,
)
from broker.journal.canonical import Fields, as_list, as_text
from broker.journal.errors import RecordUnreadable
from broker.journal.volume_codec import (
    volume_from_json,
    volume_to_json,
    window_from_json,
    window_to_json,
)


def draft_to_json(draft: RestrictionDraft) -> dict[str, object]:
    """Return the draft as plain JSON values; what is not given is not written."""
    written: dict[str, object] = {
        "agency": draft.name.agency,
        "applies_to": str(draft.applies_to),
        "authorities": [_authority_to_json(one) for one in draft.authorities],
        "conditions": draft.conditions,
        "contact": draft.contact,
        "designation": draft.designation,
        "entry_rule": str(draft.entry_rule),
        "exempt_agencies": list(draft.exempt_agencies),
        "exemptions": [_exemption_to_json(one) for one in draft.exemptions],
        "kind": str(draft.kind),
        "priority": draft.priority,
        "published": [[key, value] for key, value in draft.published],
        "reading": {"quality": str(draft.reading.quality), "how": list(draft.reading.how)},
        "reason": draft.reason,
        "restriction": draft.name.restriction,
        "talkgroup": draft.talkgroup,
        "title": draft.title,
        "volumes": [volume_to_json(volume) for volume in draft.volumes],
        "windows": [window_to_json(window) for window in draft.windows],
    }
    if draft.replaces is not None:
        written["replaces"] = [draft.replaces.agency, draft.replaces.restriction]
    if draft.source is not None:
        written["source"] = _source_to_json(draft.source)
    return written


def draft_from_json(fields: Fields) -> RestrictionDraft:
    """Return the draft that `draft_to_json` wrote."""
    reading = fields.inner("reading")
    return RestrictionDraft(
        name=RestrictionName(fields.text("agency"), fields.text("restriction")),
        title=fields.text("title"),
        reason=fields.text("reason"),
        volumes=tuple(volume_from_json(item) for item in fields.items("volumes")),
        windows=tuple(window_from_json(item) for item in fields.items("windows")),
        applies_to=AppliesTo(fields.text("applies_to")),
        exempt_agencies=_texts(fields, "exempt_agencies"),
        contact=fields.text("contact"),
        talkgroup=fields.text("talkgroup"),
        kind=RestrictionKind(fields.text("kind")),
        entry_rule=EntryRule(fields.text("entry_rule")),
        designation=fields.text("designation"),
        conditions=fields.text("conditions"),
        exemptions=tuple(_exemption(Fields(item)) for item in fields.items("exemptions")),
        authorities=tuple(_authority(Fields(item)) for item in fields.items("authorities")),
        priority=fields.whole("priority"),
        replaces=RestrictionName(*_pair(fields.value("replaces")))
        if fields.has("replaces")
        else None,
        source=_source(fields.inner("source")) if fields.has("source") else None,
        reading=Reading(ReadingQuality(reading.text("quality")), _texts(reading, "how")),
        published=tuple(_pair(item) for item in fields.items("published")),
    )


def _texts(fields: Fields, key: str) -> tuple[str, ...]:
    return tuple(as_text(item) for item in fields.items(key))


def _pair(value: object) -> tuple[str, str]:
    pair = as_list(value)
    if len(pair) != 2:
        raise RecordUnreadable("a pair of texts was expected")
    return as_text(pair[0]), as_text(pair[1])


def _exemption_to_json(exemption: Exemption) -> dict[str, object]:
    return {
        "beneficiary": exemption.beneficiary,
        "conditions": exemption.conditions,
        "agencies": list(exemption.agencies),
        "agreement": exemption.agreement,
    }


def _exemption(fields: Fields) -> Exemption:
    return Exemption(
        beneficiary=fields.text("beneficiary"),
        conditions=fields.text("conditions"),
        agencies=_texts(fields, "agencies"),
        agreement=fields.text("agreement"),
    )


def _authority_to_json(authority: Authority) -> dict[str, object]:
    written: dict[str, object] = {
        "name": authority.name,
        "service": authority.service,
        "contact_name": authority.contact_name,
        "telephone": authority.telephone,
        "email": authority.email,
        "site_url": authority.site_url,
        "talkgroup": authority.talkgroup,
    }
    if authority.purpose is not None:
        written["purpose"] = str(authority.purpose)
    if authority.notice_s is not None:
        written["notice_s"] = authority.notice_s
    return written


def _authority(fields: Fields) -> Authority:
    return Authority(
        name=fields.text("name"),
        service=fields.text("service"),
        contact_name=fields.text("contact_name"),
        telephone=fields.text("telephone"),
        email=fields.text("email"),
        site_url=fields.text("site_url"),
        talkgroup=fields.text("talkgroup"),
        purpose=AuthorityPurpose(fields.text("purpose")) if fields.has("purpose") else None,
        notice_s=fields.whole("notice_s") if fields.has("notice_s") else None,
    )


def _source_to_json(source: Source) -> dict[str, object]:
    written: dict[str, object] = {
        "source_id": source.source_id,
        "item_id": source.item_id,
        "format": source.format,
        "text": source.text,
        "url": source.url,
    }
    return written if source.issued_us is None else written | {"issued_us": source.issued_us}


def _source(fields: Fields) -> Source:
    return Source(
        source_id=fields.text("source_id"),
        item_id=fields.text("item_id"),
        format=fields.text("format"),
        text=fields.text("text"),
        issued_us=fields.whole("issued_us") if fields.has("issued_us") else None,
        url=fields.text("url"),
    )
