"""Publishing commands to JSON and back, as logged in version 1 of each."""

from typing import assert_never

from broker.core.names import RestrictionName
from broker.core.publishing.commands import (
    AcknowledgeRestriction,
    ApproveRestriction,
    DiscardDraft,
    ExtendRestriction,
    LoadPublishingRules,
    NoteDelivery,
    PublishDraft,
    PublishingCommand,
    SaveDraft,
)
from broker.core.publishing.model import DeliveryStage, PublishingRules
from broker.journal.canonical import Fields, as_list, as_text, as_whole
from broker.journal.errors import RecordUnreadable
from broker.journal.records import RecordKind
from broker.journal.request_codec import request_to_json, sender_from_json
from broker.journal.restriction_codec import draft_from_json, draft_to_json

KINDS = frozenset(
    {
        RecordKind.SAVE_DRAFT,
        RecordKind.DISCARD_DRAFT,
        RecordKind.PUBLISH_DRAFT,
        RecordKind.APPROVE_RESTRICTION,
        RecordKind.EXTEND_RESTRICTION,
        RecordKind.ACKNOWLEDGE_RESTRICTION,
        RecordKind.NOTE_DELIVERY,
        RecordKind.LOAD_PUBLISHING_RULES,
    }
)
Json = dict[str, object]


def publishing_to_json(command: PublishingCommand) -> tuple[RecordKind, Json]:
    """Return the kind and the fields of a command."""
    match command:
        case SaveDraft():
            fields = {"draft": draft_to_json(command.draft), "note": command.note}
            return RecordKind.SAVE_DRAFT, request_to_json(command) | fields
        case DiscardDraft():
            return RecordKind.DISCARD_DRAFT, _about(command)
        case PublishDraft():
            flags = {"revision": command.revision, "emergency": command.emergency}
            return RecordKind.PUBLISH_DRAFT, _about(command) | flags
        case ApproveRestriction():
            which = {"revision": command.revision, "version": command.version}
            return RecordKind.APPROVE_RESTRICTION, _about(command) | which
        case ExtendRestriction():
            until = {"end_us": command.end_us, "version": command.version}
            return RecordKind.EXTEND_RESTRICTION, _about(command) | until
        case AcknowledgeRestriction():
            read = {"acknowledged_by": command.acknowledged_by, "version": command.version}
            return RecordKind.ACKNOWLEDGE_RESTRICTION, _about(command) | read
        case NoteDelivery():
            versions = [[one.agency, one.restriction, at] for one, at in command.versions]
            how_far: Json = {"stage": str(command.stage), "versions": versions}
            return RecordKind.NOTE_DELIVERY, request_to_json(command) | how_far
        case LoadPublishingRules():
            return RecordKind.LOAD_PUBLISHING_RULES, _rules_to_json(command.rules)
        case _:
            assert_never(command)


def publishing_from_json(kind: RecordKind, fields: Fields) -> PublishingCommand:
    """Return the command that `publishing_to_json` wrote."""
    if kind is RecordKind.LOAD_PUBLISHING_RULES:
        return LoadPublishingRules(_rules_from_json(fields))
    sender = sender_from_json(fields)
    request_id = fields.text("request_id")
    if kind is RecordKind.SAVE_DRAFT:
        draft = draft_from_json(fields.inner("draft"))
        return SaveDraft(sender, request_id, draft, fields.text("note"))
    if kind is RecordKind.NOTE_DELIVERY:
        versions = tuple(_version(item) for item in fields.items("versions"))
        return NoteDelivery(sender, request_id, DeliveryStage(fields.text("stage")), versions)
    name = RestrictionName(fields.text("name_agency"), fields.text("name_restriction"))
    match kind:
        case RecordKind.DISCARD_DRAFT:
            return DiscardDraft(sender, request_id, name)
        case RecordKind.PUBLISH_DRAFT:
            emergency = fields.truth("emergency")
            return PublishDraft(sender, request_id, name, fields.whole("revision"), emergency)
        case RecordKind.APPROVE_RESTRICTION:
            revision, version = fields.whole("revision"), fields.whole("version")
            return ApproveRestriction(sender, request_id, name, revision, version)
        case RecordKind.EXTEND_RESTRICTION:
            version, end_us = fields.whole("version"), fields.whole("end_us")
            return ExtendRestriction(sender, request_id, name, version, end_us)
        case RecordKind.ACKNOWLEDGE_RESTRICTION:
            version, who = fields.whole("version"), fields.text("acknowledged_by")
            return AcknowledgeRestriction(sender, request_id, name, version, who)
        case _:
            raise RecordUnreadable(f"{kind.name} is not about publishing")


def _about(
    command: DiscardDraft
    | PublishDraft
    | ApproveRestriction
    | ExtendRestriction
    | AcknowledgeRestriction,
) -> Json:
    """Who asked, and about which restriction."""
    return request_to_json(command) | _name(command.name)


def _name(name: RestrictionName) -> Json:
    return {"name_agency": name.agency, "name_restriction": name.restriction}


def _version(item: object) -> tuple[RestrictionName, int]:
    parts = as_list(item)
    if len(parts) != 3:
        raise RecordUnreadable("an agency, a restriction and a version were expected")
    return RestrictionName(as_text(parts[0]), as_text(parts[1])), as_whole(parts[2])


def _rules_to_json(rules: PublishingRules) -> Json:
    return {
        "approval_agencies": list(rules.approval_agencies),
        "emergency_duration_s_max": rules.emergency_duration_s_max,
        "emergency_radius_m_max": rules.emergency_radius_m_max,
        "escalation_agency": rules.escalation_agency,
        "unacknowledged_after_s": rules.unacknowledged_after_s,
    }


def _rules_from_json(fields: Fields) -> PublishingRules:
    return PublishingRules(
        approval_agencies=tuple(as_text(one) for one in fields.items("approval_agencies")),
        emergency_radius_m_max=fields.number("emergency_radius_m_max"),
        emergency_duration_s_max=fields.whole("emergency_duration_s_max"),
        unacknowledged_after_s=fields.whole("unacknowledged_after_s"),
        escalation_agency=fields.text("escalation_agency"),
    )
