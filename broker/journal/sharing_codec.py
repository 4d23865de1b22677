"""Sharing settings to JSON and back, as logged in SetSharing version 1."""

from broker.core.commands import SetSharing
from broker.core.names import SystemName
from broker.core.sharing.settings import SharingLevel, SharingSubject, SubjectKind
from broker.journal.canonical import Fields

_DEFAULT = 0
"""The level of a command that takes a setting away."""


def setting_to_json(command: SetSharing) -> dict[str, object]:
    """Return what the command sets as plain JSON values."""
    return {
        "authorised_by": command.authorised_by,
        "level": _DEFAULT if command.level is None else int(command.level),
        "subject_agency": command.subject.agency,
        "subject_kind": str(command.subject.kind),
        "subject_name": command.subject.name,
        "until_us": command.until_us,
    }


def setting_from_json(sender: SystemName, fields: Fields) -> SetSharing:
    """Return the command that `setting_to_json` wrote."""
    level = fields.whole("level")
    return SetSharing(
        sender=sender,
        request_id=fields.text("request_id"),
        subject=SharingSubject(
            fields.text("subject_agency"),
            SubjectKind(fields.text("subject_kind")),
            fields.text("subject_name"),
        ),
        level=None if level == _DEFAULT else SharingLevel(level),
        until_us=fields.whole("until_us"),
        authorised_by=fields.text("authorised_by"),
    )
