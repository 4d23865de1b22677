"""Whatever may be written to the broker, at random and from a seed: sound requests, and such in
which something is changed, left out, repeated or filled in with what nobody would expect.
"""

import math
from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message

from broker.gateways.mqtt.topics import Inbound
from keepclear.v1 import (
    access_pb2,
    agreements_pb2,
    aircraft_pb2,
    alerts_pb2,
    common_pb2,
    publishing_pb2,
    restrictions_pb2,
    schedules_pb2,
    sharing_pb2,
    tracks_pb2,
)
from tests.system.traffic import keep_clear, report

HOUR_US: Final = 3_600_000_000
DEPTH_MAX: Final = 6
RESTRICTION: Final = "agencies/met/restrictions/cordon"
AGREEMENT: Final = "agencies/met/agreements/north"
AIRCRAFT: Final = "agencies/met/aircraft/d1"
TEXTS: Final = (
    "", "x", "x" * 90, "x" * 5_000, "\n", "\u202eé", "\0", "0", "50", "..", "UTC", "Europe", "met",
    "lfb", "4ca1b2", "default-5", RESTRICTION, AGREEMENT, AIRCRAFT, "agencies/lfb/restrictions/x",
)  # fmt: skip
FLOATS: Final = (
    0.0, 1.0, -1.0, 51.5, 90.0, 180.0, -180.1, 1e9, 1e308, 5e-324, math.nan, math.inf, -math.inf,
)  # fmt: skip
CODES: Final = (*range(9), 77, -1)

Corpus = Mapping[Inbound, tuple[tuple[Message, ...], frozenset[str]]]
"""What each topic takes: sound requests, and the results that one of them may have."""


def corpus(now_us: int) -> Corpus:
    """Sound requests, in force at `now_us`."""
    return MappingProxyType(
        {kind: (sound, results) for kind, results, *sound in _sound(now_us)}  # type: ignore[misc]
    )


def _sound(now_us: int) -> Iterator[tuple[Any, ...]]:
    later_us, p = now_us + HOUR_US, publishing_pb2
    zone = _restriction(RESTRICTION, now_us)
    item = _restriction("agencies/met/restrictions/item", now_us)
    item.kind = restrictions_pb2.RESTRICTION_KIND_STATUTORY
    item.source.source_id, item.source.item_id = "notices", "item-1"
    shared = sharing_pb2.SharingSetting(
        agency="met",
        kind=sharing_pb2.SHARING_SUBJECT_KIND_AIRCRAFT,
        subject="a",
        level=sharing_pb2.SHARING_LEVEL_MASKED,
        until_us=later_us,
        authorised_by="desk",
    )
    drone = aircraft_pb2.Aircraft(
        name=AIRCRAFT, serials=["SERIAL1"], maker="DJI", model="M4", country="CN", firmware="1",
        ground_application="Pilot", purpose="police", expires_us=later_us,
        data_path=aircraft_pb2.DATA_PATH_LOCAL,
    )  # fmt: skip
    drone.aircraft_class = common_pb2.AIRCRAFT_CLASS_DRONE
    flown = [report("a", time_us=now_us), report("b", east_m=30.0, time_us=now_us)]
    restriction, draft = frozenset({"restriction"}), frozenset({"draft"})
    agreement = frozenset({"agreement"})
    yield Inbound.TRACKS, frozenset({"tracks"}), tracks_pb2.PublishTracksRequest(reports=flown)
    yield (
        Inbound.CREATE_RESTRICTION,
        restriction,
        restrictions_pb2.CreateRestrictionRequest(restriction=zone),
    )
    yield (
        Inbound.WITHDRAW_RESTRICTION,
        restriction,
        restrictions_pb2.WithdrawRestrictionRequest(name=RESTRICTION),
    )
    yield (
        Inbound.IMPORT_RESTRICTIONS,
        frozenset({"imported"}),
        restrictions_pb2.ImportRestrictionsRequest(source_id="notices", restrictions=[item]),
        restrictions_pb2.ImportRestrictionsRequest(source_id="notices", restrictions=[item, zone]),
    )
    yield Inbound.SAVE_DRAFT, draft, p.SaveDraftRequest(restriction=zone)
    yield Inbound.DISCARD_DRAFT, draft, p.DiscardDraftRequest(name=RESTRICTION)
    yield Inbound.LIST_DRAFTS, frozenset({"drafts"}), p.ListDraftsRequest()
    yield Inbound.PROPOSE_RESTRICTION, draft, p.ProposeRestrictionRequest(name=RESTRICTION)
    yield (
        Inbound.PREVIEW_RESTRICTION,
        frozenset({"preview"}),
        p.PreviewRestrictionRequest(restriction=zone),
        p.PreviewRestrictionRequest(name=RESTRICTION),
    )
    published = p.PublishRestrictionRequest(name=RESTRICTION, emergency=True)
    yield Inbound.PUBLISH_DRAFT, restriction | draft, published
    yield (
        Inbound.APPROVE_RESTRICTION,
        restriction,
        p.ApproveRestrictionRequest(name=RESTRICTION, version=1),
    )
    yield (
        Inbound.EXTEND_RESTRICTION,
        restriction | draft,
        p.ExtendRestrictionRequest(name=RESTRICTION, end_us=later_us + HOUR_US),
    )
    yield (
        Inbound.ACKNOWLEDGE_RESTRICTION,
        frozenset({"restriction_acknowledged"}),
        p.AcknowledgeRestrictionRequest(name=RESTRICTION, acknowledged_by="desk"),
    )
    version = p.RestrictionVersion(name=RESTRICTION, version=1)
    confirmed = p.ConfirmRestrictionsRequest(versions=[version])
    yield Inbound.CONFIRM_RESTRICTIONS, frozenset({"confirmed"}), confirmed
    yield Inbound.RECEIPTS, frozenset({"receipts"}), p.GetReceiptsRequest(name=RESTRICTION)
    yield Inbound.SIGNING_KEY, frozenset({"signing_key"}), p.GetSigningKeyRequest()
    yield Inbound.ASK_ENTRY, frozenset({"entry"}), _questions(zone, now_us)
    read = alerts_pb2.AcknowledgeAlertRequest(alert_id="alr-1", acknowledged_by="desk")
    yield Inbound.ACKNOWLEDGE_ALERT, frozenset({"alert"}), read
    upsert = aircraft_pb2.UpsertAircraftRequest(aircraft=[drone])
    yield Inbound.UPSERT_AIRCRAFT, frozenset({"aircraft_written"}), upsert
    remove = aircraft_pb2.RemoveAircraftRequest(name=AIRCRAFT)
    yield Inbound.REMOVE_AIRCRAFT, frozenset({"aircraft_removed"}), remove
    setting = sharing_pb2.SetSharingRequest(setting=shared)
    yield Inbound.SET_SHARING, frozenset({"sharing_set"}), setting
    a = agreements_pb2
    offer = a.ProposeAgreementRequest(agreement=_agreement(now_us), signed_by="Inspector")
    yield Inbound.PROPOSE_AGREEMENT, agreement, offer
    accept = a.AcceptAgreementRequest(name=AGREEMENT, version=1, signed_by="Officer")
    yield Inbound.ACCEPT_AGREEMENT, agreement, accept
    end = a.EndAgreementRequest(name=AGREEMENT, signed_by="Officer", reason="over")
    yield Inbound.END_AGREEMENT, agreement, end
    yield Inbound.GET_AGREEMENT, agreement, a.GetAgreementRequest(name=AGREEMENT)
    yield Inbound.LIST_AGREEMENTS, frozenset({"agreements"}), a.ListAgreementsRequest()


def _restriction(name: str, now_us: int) -> restrictions_pb2.Restriction:
    one = keep_clear("cordon")
    one.name = name
    window = one.windows[0]
    window.start_us, window.end_us = now_us - 1, now_us + HOUR_US
    hours = window.recurrences.add(days=[schedules_pb2.WEEKDAY_MONDAY], time_zone="Europe/London")
    hours.start.event = schedules_pb2.DAY_EVENT_MIDNIGHT
    hours.end.event = schedules_pb2.DAY_EVENT_SUNSET
    one.exemptions.add(beneficiary="whoever is named", agencies=["lfb"])
    one.authorities.add(name="CAA", purpose=1)
    return one


def _questions(zone: restrictions_pb2.Restriction, now_us: int) -> access_pb2.AskEntryRequest:
    request, until_us = access_pb2.AskEntryRequest(), now_us + HOUR_US
    for place in range(3):
        one = request.questions.add(start_us=now_us, end_us=until_us, aircraft_class=1)
        center = zone.volumes[0].circle.center
        if place == 0:
            one.point.position.CopyFrom(center)
            one.point.radius_m = 50.0
        elif place == 1:
            one.path.waypoints.extend([center, center])
            one.path.waypoints[1].latitude_deg += 0.01
            one.path.half_width_m = 20.0
        else:
            one.volume.CopyFrom(zone.volumes[0])
    return request


def _agreement(now_us: int) -> agreements_pb2.Agreement:
    terms = agreements_pb2.Agreement(
        name=AGREEMENT, title="North", from_us=now_us, until_us=now_us + 1_000 * HOUR_US,
        policy_version="default-5", outage_script="Call the other desk.",
    )  # fmt: skip
    for agency in ("met", "lfb"):
        terms.parties.add(agency=agency, desk="desk", telephone="020 1", talkgroup="OPS")
    area = terms.areas.add(label="north").circle
    area.center.latitude_deg, area.center.longitude_deg, area.radius_m = 51.5, -0.12, 5_000.0
    terms.shares.add(owner="met", reader="lfb", level=1)
    return terms


def changed(sound: Message, chance: Random, now_us: int) -> Message:
    """A copy of a request with up to three things in it otherwise, or all of it made up."""
    one = type(sound)()
    one.CopyFrom(sound)
    if chance.random() < 0.1:
        _fill(one, chance, now_us)
    for _ in range(chance.choice([0, 1, 1, 2, 3])):
        _change(one, chance, now_us)
    return one


def _change(one: Message, chance: Random, now_us: int, depth: int = 0) -> None:
    """One thing somewhere in a message, most often in what is there."""
    fields = _fields(one)
    there = [field for field in fields if field in dict(one.ListFields())]
    if there and chance.random() < 0.75:
        fields = there
    if not fields:
        return
    field, luck = chance.choice(fields), chance.random()
    if luck < 0.15:
        one.ClearField(field.name)
    elif field.message_type is None:
        _set(one, field, chance, now_us)
    elif not field.is_repeated and depth < DEPTH_MAX:
        getattr(one, field.name).SetInParent()
        _change(getattr(one, field.name), chance, now_us, depth + 1)
    elif field.is_repeated:
        inner = getattr(one, field.name)
        if not inner or luck < 0.25:
            _fill(inner.add(), chance, now_us, depth + 1)
        elif luck < 0.35:
            inner.add().CopyFrom(chance.choice(inner))
        else:
            _change(chance.choice(inner), chance, now_us, depth + 1)


def _fill(one: Message, chance: Random, now_us: int, depth: int = 0) -> None:
    """Half of the fields, with anything."""
    for field in _fields(one):
        if chance.random() < 0.5 or depth > DEPTH_MAX:
            continue
        inner = getattr(one, field.name)
        if field.message_type is None:
            _set(one, field, chance, now_us)
        elif field.is_repeated:
            _fill(inner.add(), chance, now_us, depth + 1)
        else:
            inner.SetInParent()
            _fill(inner, chance, now_us, depth + 1)


def _fields(one: Message) -> list[Field]:
    return list(one.DESCRIPTOR.fields)  # type: ignore[arg-type]  # the stubs say "any object"


def _set(one: Message, field: Field, chance: Random, now_us: int) -> None:
    value = _value(field, chance, now_us)
    if field.is_repeated:
        getattr(one, field.name).append(value)
    else:
        setattr(one, field.name, value)


def _value(field: Field, chance: Random, now_us: int) -> object:
    match field.cpp_type:
        case Field.CPPTYPE_STRING:
            return chance.choice(TEXTS)
        case Field.CPPTYPE_DOUBLE | Field.CPPTYPE_FLOAT:
            return chance.choice(FLOATS)
        case Field.CPPTYPE_INT64:
            far = chance.choice([0, 1, -1, 2**63 - 1, -(2**63), 253_402_300_800_000_000])
            return chance.choice([far, now_us, now_us + HOUR_US, now_us - HOUR_US])
        case Field.CPPTYPE_INT32:
            return chance.choice([0, 1, -1, 60, 86_400, 2**31 - 1, -(2**31)])
        case Field.CPPTYPE_BOOL:
            return chance.random() < 0.5
        case Field.CPPTYPE_ENUM:
            return chance.choice(CODES)
        case _:
            return abs(chance.choice([0, 1, 3, 2**31]))
