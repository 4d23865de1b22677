"""Commands to payloads and back: every field written out by hand.

No walking over dataclass fields: a renamed or added field must fail here, not quietly change what
old logs mean. Control commands are canonical JSON; report batches are columns (report_codec).
A changed payload needs a new version and an upcaster; tests hold the bytes of each kind.
"""

from broker.core.agreements.commands import AgreementCommand
from broker.core.aircraft.model import AircraftName
from broker.core.commands import (
    AcknowledgeAlert,
    Command,
    CreateRestriction,
    ImportRestrictions,
    LoadGround,
    LoadPolicy,
    LoadSupplyChain,
    OpenAudience,
    PublisherGone,
    RegisterAircraft,
    RemoveAircraft,
    SetSharing,
    SetSharingDefault,
    SubmitReports,
    Tick,
    TickPart,
    WithdrawRestriction,
)
from broker.core.names import Audience, RestrictionName, Role, SystemName
from broker.core.publishing.commands import PublishingCommand
from broker.core.sharing.settings import SharingLevel
from broker.journal import agreement_codec, report_codec
from broker.journal.aircraft_codec import record_from_json, record_to_json
from broker.journal.canonical import Fields, as_text, to_bytes
from broker.journal.errors import RecordUnreadable
from broker.journal.ground_codec import ground_from_json, ground_to_json
from broker.journal.publishing_codec import publishing_from_json, publishing_to_json
from broker.journal.records import DataClass, RecordKind
from broker.journal.request_codec import request_to_json, sender_from_json
from broker.journal.restriction_codec import draft_from_json, draft_to_json
from broker.journal.sharing_codec import setting_from_json, setting_to_json
from broker.journal.upcasters import upcast

"""What a system asks for, under a request id."""


Kept = RegisterAircraft | RemoveAircraft | SetSharing | SetSharingDefault
"""What an agency keeps with the broker about its own flights."""
_KEPT = frozenset(
    {
        RecordKind.REGISTER_AIRCRAFT,
        RecordKind.REMOVE_AIRCRAFT,
        RecordKind.SET_SHARING,
        RecordKind.SET_SHARING_DEFAULT,
    }
)


def is_control(command: Command) -> bool:
    """Whether the command must be on the disk before it is acknowledged."""
    return not isinstance(command, SubmitReports | PublisherGone | Tick)


def encode(command: Command) -> tuple[RecordKind, DataClass, bytes]:
    """Return the kind, data class and payload (current version) of a command.

    Raises Refused for numbers that are not finite and text that is not Unicode.
    """
    match command:
        case SubmitReports():
            payload = report_codec.encode(command)
            return RecordKind.SUBMIT_REPORTS, DataClass.POSITION, payload
        case Tick():
            return RecordKind.TICK, DataClass.CLOCK, _encode_tick(command)
        case OpenAudience(audience=audience):
            payload = _encode_audience(audience, command.agency_name)
            return RecordKind.OPEN_AUDIENCE, DataClass.CONTROL, payload
        case PublisherGone(publisher):
            payload = to_bytes({"agency": publisher.agency, "system": publisher.system})
            return RecordKind.PUBLISHER_GONE, DataClass.PRESENCE, payload
        case LoadPolicy() | LoadSupplyChain() | LoadGround():
            kind, payload = _encode_load(command)
            return kind, DataClass.POLICY, payload
        case CreateRestriction():
            payload = to_bytes(request_to_json(command) | {"draft": draft_to_json(command.draft)})
            return RecordKind.CREATE_RESTRICTION, DataClass.CONTROL, payload
        case ImportRestrictions():
            return RecordKind.IMPORT_RESTRICTIONS, DataClass.CONTROL, _encode_import(command)
        case WithdrawRestriction():
            payload = _encode_withdrawal(command)
            return RecordKind.WITHDRAW_RESTRICTION, DataClass.CONTROL, payload
        case AcknowledgeAlert():
            payload = _encode_acknowledgement(command)
            return RecordKind.ACKNOWLEDGE_ALERT, DataClass.CONTROL, payload
        case _:
            kind, payload = _encode_further(command)
            return kind, DataClass.CONTROL, payload


def _encode_tick(tick: Tick) -> bytes:
    return to_bytes({"audit": tick.audit, "part": str(tick.part)})


def decode(kind_number: int, version: int, payload: bytes) -> Command:
    """Return the command of a stored record of any version up to the current one."""
    try:
        kind = RecordKind(kind_number)
    except ValueError:
        raise RecordUnreadable(f"kind {kind_number} was written by a newer release") from None
    payload = upcast(kind, version, payload)
    try:
        return _decode_current(kind, payload)
    except ValueError as error:  # a StrEnum that does not know its value
        raise RecordUnreadable(f"{kind.name}: {error}") from None


def _decode_current(kind: RecordKind, payload: bytes) -> Command:
    if kind is RecordKind.SUBMIT_REPORTS:
        return report_codec.decode(payload)
    fields = Fields.parse(payload)
    match kind:
        case RecordKind.TICK:
            return Tick(fields.truth("audit"), TickPart(fields.text("part")))
        case RecordKind.OPEN_AUDIENCE:
            audience = Audience(fields.text("agency"), Role(fields.text("role")))
            return OpenAudience(audience, fields.text("agency_name"))
        case RecordKind.PUBLISHER_GONE:
            return PublisherGone(SystemName(fields.text("agency"), fields.text("system")))
        case RecordKind.LOAD_POLICY | RecordKind.LOAD_SUPPLY_CHAIN | RecordKind.LOAD_GROUND:
            return _decode_load(kind, fields)
        case RecordKind.CREATE_RESTRICTION:
            draft = draft_from_json(fields.inner("draft"))
            return CreateRestriction(sender_from_json(fields), fields.text("request_id"), draft)
        case RecordKind.IMPORT_RESTRICTIONS:
            return _decode_import(fields)
        case RecordKind.WITHDRAW_RESTRICTION:
            return _decode_withdrawal(fields)
        case RecordKind.ACKNOWLEDGE_ALERT:
            return _decode_acknowledgement(fields)
        case _:
            return _decode_further(kind, fields)


def _encode_further(
    command: Kept | PublishingCommand | AgreementCommand,
) -> tuple[RecordKind, bytes]:
    """Those whose fields are written out in a module of their own."""
    if isinstance(command, Kept):
        return _encode_kept(command)
    if isinstance(command, AgreementCommand):
        kind, fields = agreement_codec.to_json(command)
        return kind, to_bytes(fields)
    kind, fields = publishing_to_json(command)
    return kind, to_bytes(fields)


def _decode_further(kind: RecordKind, fields: Fields) -> Command:
    if kind in _KEPT:
        return _decode_kept(kind, fields)
    if kind in agreement_codec.KINDS:
        return agreement_codec.from_json(kind, fields)
    return publishing_from_json(kind, fields)


def _encode_load(command: LoadPolicy | LoadSupplyChain | LoadGround) -> tuple[RecordKind, bytes]:
    if isinstance(command, LoadGround):
        return RecordKind.LOAD_GROUND, to_bytes(ground_to_json(command))
    is_pairs = isinstance(command, LoadPolicy)
    kind = RecordKind.LOAD_POLICY if is_pairs else RecordKind.LOAD_SUPPLY_CHAIN
    return kind, to_bytes({"toml_text": command.toml_text})


def _decode_load(kind: RecordKind, fields: Fields) -> LoadPolicy | LoadSupplyChain | LoadGround:
    if kind is RecordKind.LOAD_GROUND:
        return ground_from_json(fields)
    load = LoadPolicy if kind is RecordKind.LOAD_POLICY else LoadSupplyChain
    return load(fields.text("toml_text"))


def _encode_audience(audience: Audience, agency_name: str) -> bytes:
    return to_bytes(
        {"agency": audience.agency, "agency_name": agency_name, "role": str(audience.role)}
    )


def _encode_import(command: ImportRestrictions) -> bytes:
    return to_bytes(
        request_to_json(command)
        | {
            "drafts": [draft_to_json(draft) for draft in command.drafts],
            "listed_item_ids": list(command.listed_item_ids),
            "source_id": command.source_id,
            "withdraw_unlisted": command.withdraw_unlisted,
        }
    )


def _decode_import(fields: Fields) -> ImportRestrictions:
    return ImportRestrictions(
        sender=sender_from_json(fields),
        request_id=fields.text("request_id"),
        source_id=fields.text("source_id"),
        drafts=tuple(draft_from_json(Fields(item)) for item in fields.items("drafts")),
        withdraw_unlisted=fields.truth("withdraw_unlisted"),
        listed_item_ids=tuple(as_text(item) for item in fields.items("listed_item_ids")),
    )


def _encode_withdrawal(command: WithdrawRestriction) -> bytes:
    return to_bytes(
        request_to_json(command)
        | {
            "name_agency": command.name.agency,
            "name_restriction": command.name.restriction,
            "version": command.version,
        }
    )


def _decode_withdrawal(fields: Fields) -> WithdrawRestriction:
    return WithdrawRestriction(
        sender=sender_from_json(fields),
        request_id=fields.text("request_id"),
        name=RestrictionName(fields.text("name_agency"), fields.text("name_restriction")),
        version=fields.whole("version"),
    )


def _encode_acknowledgement(command: AcknowledgeAlert) -> bytes:
    return to_bytes(
        request_to_json(command)
        | {"alert_id": command.alert_id, "acknowledged_by": command.acknowledged_by}
    )


def _decode_acknowledgement(fields: Fields) -> AcknowledgeAlert:
    return AcknowledgeAlert(
        sender=sender_from_json(fields),
        request_id=fields.text("request_id"),
        alert_id=fields.text("alert_id"),
        acknowledged_by=fields.text("acknowledged_by"),
    )


def _encode_kept(command: Kept) -> tuple[RecordKind, bytes]:
    if isinstance(command, SetSharing):
        payload = to_bytes(request_to_json(command) | setting_to_json(command))
        return RecordKind.SET_SHARING, payload
    if isinstance(command, SetSharingDefault):
        payload = to_bytes({"agency": command.agency, "level": int(command.level)})
        return RecordKind.SET_SHARING_DEFAULT, payload
    if isinstance(command, RegisterAircraft):
        records = [record_to_json(record) for record in command.records]
        payload = to_bytes(request_to_json(command) | {"records": records})
        return RecordKind.REGISTER_AIRCRAFT, payload
    named = {"name_agency": command.name.agency, "name_aircraft": command.name.aircraft}
    return RecordKind.REMOVE_AIRCRAFT, to_bytes(request_to_json(command) | named)


def _decode_kept(kind: RecordKind, fields: Fields) -> Kept:
    if kind is RecordKind.SET_SHARING_DEFAULT:
        return SetSharingDefault(fields.text("agency"), SharingLevel(fields.whole("level")))
    if kind is RecordKind.SET_SHARING:
        return setting_from_json(sender_from_json(fields), fields)
    sender, request_id = sender_from_json(fields), fields.text("request_id")
    if kind is RecordKind.REGISTER_AIRCRAFT:
        records = tuple(record_from_json(item) for item in fields.items("records"))
        return RegisterAircraft(sender, request_id, records)
    name = AircraftName(fields.text("name_agency"), fields.text("name_aircraft"))
    return RemoveAircraft(sender, request_id, name)
