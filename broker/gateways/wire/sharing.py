"""Sharing settings to and from the core's records."""

from typing import Final

from broker.core.commands import SetSharing
from broker.core.errors import refuse
from broker.core.names import SystemName, identifier
from broker.core.sharing.settings import (
    AUTHORISED_BY_LENGTH_MAX,
    SUBJECT_LENGTH_MAX,
    SharingEntries,
    SharingLevel,
    SharingSetting,
    SharingSubject,
    SubjectKind,
)
from broker.gateways.wire.requests import checked_request_id
from keepclear.v1 import presence_pb2
from keepclear.v1 import sharing_pb2 as pb

SUBJECT_KIND_TO_CORE: Final = {
    pb.SHARING_SUBJECT_KIND_AIRCRAFT: SubjectKind.AIRCRAFT,
    pb.SHARING_SUBJECT_KIND_FLIGHT: SubjectKind.FLIGHT,
}
SUBJECT_KIND_TO_WIRE: Final = {core: wire for wire, core in SUBJECT_KIND_TO_CORE.items()}


def set_sharing(request: pb.SetSharingRequest, sender: SystemName) -> SetSharing:
    """Refuses what cannot be read, naming the field."""
    given = request.setting
    if given.kind not in SUBJECT_KIND_TO_CORE:
        raise refuse("setting.kind", "must be an aircraft or a flight")
    subject = SharingSubject(
        identifier("setting.agency", given.agency or sender.agency),
        SUBJECT_KIND_TO_CORE[given.kind],
        _words("setting.subject", given.subject, SUBJECT_LENGTH_MAX),
    )
    request_id = checked_request_id(request.request_id)
    if given.level == pb.SHARING_LEVEL_UNSPECIFIED:
        return SetSharing(sender, request_id, subject, None, 0, "")
    if not 0 <= given.level <= max(SharingLevel):
        raise refuse("setting.level", "is not a level of this contract")
    if given.until_us <= 0:
        raise refuse("setting.until_us", "is missing: every setting has an end")
    authority = _words("setting.authorised_by", given.authorised_by, AUTHORISED_BY_LENGTH_MAX)
    level = SharingLevel(given.level)
    return SetSharing(sender, request_id, subject, level, given.until_us, authority)


def encode_setting(setting: SharingSetting, tracks_named: int) -> pb.SharingSetting:
    """The contract's message for a setting."""
    return pb.SharingSetting(
        agency=setting.subject.agency,
        kind=SUBJECT_KIND_TO_WIRE[setting.subject.kind],
        subject=setting.subject.name,
        level=int(setting.level),  # type: ignore[arg-type]
        until_us=setting.until_us,
        authorised_by=setting.authorised_by,
        set_by=str(setting.set_by),
        changed_us=setting.changed_us,
        tracks_named=tracks_named,
    )


def set_response(written: SharingEntries) -> pb.SetSharingResponse:
    """The answer to one setting."""
    [setting] = written.entries
    return pb.SetSharingResponse(setting=encode_setting(setting, written.tracks_named))


def sharing_answer(request_id: str, written: SharingEntries) -> presence_pb2.CommandAnswer:
    """The answer over MQTT to a setting."""
    return presence_pb2.CommandAnswer(request_id=request_id, sharing_set=set_response(written))


def _words(field: str, value: str, length_max: int) -> str:
    words = value.strip()
    if not 1 <= len(words) <= length_max or not words.isprintable():
        raise refuse(field, f"must be 1 to {length_max} printable characters")
    return words
