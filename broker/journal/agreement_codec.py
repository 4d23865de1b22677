"""Agreement commands to JSON and back, as logged in the current version of each."""

from typing import assert_never

from broker.core.agreements.commands import (
    AcceptAgreement,
    AgreementCommand,
    AgreementRequest,
    EndAgreement,
    LoadAgreementRules,
    ProposeAgreement,
)
from broker.core.agreements.model import (
    AgreedShare,
    AgreementParty,
    AgreementRules,
    AgreementTerms,
)
from broker.core.names import AgreementName
from broker.core.sharing.settings import SharingLevel
from broker.journal.canonical import Fields, as_text
from broker.journal.records import RecordKind
from broker.journal.request_codec import request_to_json, sender_from_json
from broker.journal.volume_codec import volume_from_json, volume_to_json

KINDS = frozenset(
    {
        RecordKind.PROPOSE_AGREEMENT,
        RecordKind.ACCEPT_AGREEMENT,
        RecordKind.END_AGREEMENT,
        RecordKind.LOAD_AGREEMENT_RULES,
    }
)
Json = dict[str, object]


def to_json(command: AgreementCommand) -> tuple[RecordKind, Json]:
    """Return the kind and the fields of a command."""
    match command:
        case ProposeAgreement():
            terms = {"terms": _terms_to_json(command.terms)}
            return RecordKind.PROPOSE_AGREEMENT, _request(command) | terms
        case AcceptAgreement():
            which = _name(command.name) | {"version": command.version}
            return RecordKind.ACCEPT_AGREEMENT, _request(command) | which
        case EndAgreement():
            which = _name(command.name) | {"version": command.version, "reason": command.reason}
            return RecordKind.END_AGREEMENT, _request(command) | which
        case LoadAgreementRules(rules):
            public = list(rules.public_agencies)
            fields: Json = {"required": rules.required, "public_agencies": public}
            return RecordKind.LOAD_AGREEMENT_RULES, fields
        case _:
            assert_never(command)


def from_json(kind: RecordKind, fields: Fields) -> AgreementCommand:
    """Return the command that `to_json` wrote."""
    if kind is RecordKind.LOAD_AGREEMENT_RULES:
        public = tuple(as_text(item) for item in fields.items("public_agencies"))
        return LoadAgreementRules(AgreementRules(fields.truth("required"), public))
    sender = sender_from_json(fields)
    request_id, signed_by = fields.text("request_id"), fields.text("signed_by")
    if kind is RecordKind.PROPOSE_AGREEMENT:
        terms = _terms_from_json(fields.inner("terms"))
        return ProposeAgreement(sender, request_id, terms, signed_by)
    name = AgreementName(fields.text("name_agency"), fields.text("name_agreement"))
    version = fields.whole("version")
    if kind is RecordKind.ACCEPT_AGREEMENT:
        return AcceptAgreement(sender, request_id, name, version, signed_by)
    return EndAgreement(sender, request_id, name, version, signed_by, fields.text("reason"))


def _request(command: AgreementRequest) -> Json:
    return request_to_json(command) | {"signed_by": command.signed_by}


def _name(name: AgreementName) -> Json:
    return {"name_agency": name.agency, "name_agreement": name.agreement}


def _terms_to_json(terms: AgreementTerms) -> Json:
    return _name(terms.name) | {
        "title": terms.title,
        "parties": [
            {
                "agency": one.agency,
                "desk": one.desk,
                "telephone": one.telephone,
                "talkgroup": one.talkgroup,
            }
            for one in terms.parties
        ],
        "areas": [volume_to_json(one) for one in terms.areas],
        "shares": [
            {"owner": one.owner, "reader": one.reader, "level": int(one.level)}
            for one in terms.shares
        ],
        "policy_version": terms.policy_version,
        "from_us": terms.from_us,
        "until_us": terms.until_us,
        "outage_script": terms.outage_script,
    }


def _terms_from_json(fields: Fields) -> AgreementTerms:
    return AgreementTerms(
        name=AgreementName(fields.text("name_agency"), fields.text("name_agreement")),
        title=fields.text("title"),
        parties=tuple(_party(Fields(item)) for item in fields.items("parties")),
        areas=tuple(volume_from_json(item) for item in fields.items("areas")),
        shares=tuple(_share(Fields(item)) for item in fields.items("shares")),
        policy_version=fields.text("policy_version"),
        from_us=fields.whole("from_us"),
        until_us=fields.whole("until_us"),
        outage_script=fields.text("outage_script"),
    )


def _party(fields: Fields) -> AgreementParty:
    return AgreementParty(
        fields.text("agency"),
        fields.text("desk"),
        fields.text("telephone"),
        fields.text("talkgroup"),
    )


def _share(fields: Fields) -> AgreedShare:
    level = SharingLevel(fields.whole("level"))
    return AgreedShare(fields.text("owner"), fields.text("reader"), level)
