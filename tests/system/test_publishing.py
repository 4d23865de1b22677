"""Accountable publishing through both gateways, over a restart, and what is delivered to whom."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2

from broker.service.settings import PublishingSettings
from broker.service.signing import KEY_FILE
from keepclear.client import Client, RefusedError, report
from keepclear.client.signatures import RestrictionVerifier, UnverifiedError
from keepclear.v1 import (
    common_pb2,
    feed_pb2,
    presence_pb2,
    publishing_pb2,
    restrictions_pb2,
    schedules_pb2,
    tracks_pb2,
    volumes_pb2,
)
from tests.conftest import StartMosquitto
from tests.system.live import Live, at_work, live, until
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

AUTHOR = "agencies/met/systems/control"
SECOND = "agencies/met/systems/duty"
PARTNER = "agencies/lfb/systems/desk"
NAME = "agencies/met/restrictions/palace"
ROOT = "keepclear-exercise/v1"
RULES = PublishingSettings(approval=("met",), unacknowledged_after_s=1, escalate_to="met")


def restriction(**changed: Any) -> restrictions_pb2.Restriction:
    now_us = time.time_ns() // 1000
    fields: dict[str, Any] = {
        "name": NAME,
        "title": "Drones near the palace",
        "reason": "Unknown drones",
        "contact": "020 7946 0000",
        "applies_to": restrictions_pb2.APPLIES_TO_DRONES,
        "volumes": [
            volumes_pb2.RestrictionVolume(
                circle=volumes_pb2.Circle(
                    center=volumes_pb2.LatLng(latitude_deg=51.5014, longitude_deg=-0.1419),
                    radius_m=600.0,
                ),
                floor=volumes_pb2.VerticalLimit(datum=volumes_pb2.LIMIT_DATUM_SURFACE),
                ceiling=volumes_pb2.VerticalLimit(datum=volumes_pb2.LIMIT_DATUM_AGL, value_m=120.0),
            )
        ],
        "windows": [schedules_pb2.Window(start_us=now_us, end_us=now_us + 1_800_000_000)],
    }
    return restrictions_pb2.Restriction(**{**fields, **changed})


@asynccontextmanager
async def ruled(data_dir: Path, mqtt_port: int | None = None) -> AsyncIterator[Live]:
    async with live(data_dir, mqtt_port, publishing=RULES) as one:
        yield one


def systems(receipts: publishing_pb2.GetReceiptsResponse) -> dict[str, publishing_pb2.Receipt]:
    return {one.system: one for one in receipts.editions[0].receipts}


@asynccontextmanager
async def heard(who: Client, kind: feed_pb2.FeedKind) -> AsyncIterator[list[feed_pb2.FeedMessage]]:
    """What is read of the feed meanwhile, from a whole snapshot on."""
    got: list[feed_pb2.FeedMessage] = []

    async def read() -> None:
        async for message in who.follow(kinds=[kind]):
            got.append(message)  # noqa: PERF401 - looked at while it grows

    async with at_work(read):
        await until(lambda: any(one.HasField("snapshot_end") for one in got), "the feed begins")
        yield got


def unacknowledged(messages: list[feed_pb2.FeedMessage]) -> list[str]:
    notices = [one.notice for one in messages if one.HasField("notice")]
    return [one.text for one in notices if one.code == "restriction-unacknowledged"]


async def received(author: Client, system: str) -> publishing_pb2.Receipt:
    """The receipt of who has confirmed that it was received."""
    while True:
        found = systems(await author.publishing.receipts(NAME)).get(system)
        if found is not None and found.HasField("received_us"):
            return found
        await asyncio.sleep(0.02)


async def test_from_draft_to_proof_of_delivery_over_grpc_and_a_restart(tmp_path: Path) -> None:
    # REQ-PUB-002 REQ-PUB-005 REQ-PUB-006 REQ-PUB-007
    async with (
        ruled(tmp_path) as one,
        Client(one.address, AUTHOR) as author,
        Client(one.address, SECOND) as second,
        Client(one.address, PARTNER) as partner,
    ):
        draft = await author.publishing.save_draft(restriction(), "seen from the roof")
        assert (draft.revision, draft.author) == (1, AUTHOR)
        waiting = await author.publishing.publish(NAME, 1)
        assert isinstance(waiting, publishing_pb2.Draft)
        assert waiting.state == publishing_pb2.DRAFT_STATE_AWAITING_APPROVAL
        with pytest.raises(RefusedError, match="another system of met"):
            await author.publishing.approve(NAME, 1)
        async with (
            # It is told once, in a numbered message: who comes later does not read it.
            heard(author, feed_pb2.FEED_KIND_NOTICE) as notices,
            heard(partner, feed_pb2.FEED_KIND_RESTRICTION) as got,
        ):
            made = await second.publishing.approve(NAME, 1)
            assert made.publication.approved_by == SECOND
            verifier = RestrictionVerifier(await partner.publishing.signing_key(), exercise=True)
            await until(lambda: any(one.HasField("restriction") for one in got), "the restriction")
            [told] = [one.restriction for one in got if one.HasField("restriction")]
            verifier.check(told)
            assert told == await partner.get_restriction(NAME)
            forged = restrictions_pb2.Restriction(name=NAME, version=9, signature=told.signature)
            with pytest.raises(UnverifiedError, match="does not hold"):
                verifier.check(forged)
            found = await received(author, PARTNER)
            assert found.received_after_s >= found.sent_after_s >= 0
            assert not found.HasField("acknowledged_us")
            assert "lfb" in (await author.publishing.receipts(NAME)).outstanding_agencies
            await partner.publishing.acknowledge(NAME, "fire desk", told.version)
            answer = await author.publishing.receipts(NAME)
            assert "lfb" not in answer.outstanding_agencies
            assert systems(answer)[PARTNER].acknowledged_by == "fire desk"
            with pytest.raises(RefusedError, match="belongs to met"):
                await partner.publishing.receipts(NAME)
            # Nobody else acknowledges: the named desk is told.
            await until(lambda: bool(unacknowledged(notices)), "the desk is told of the others")
            assert "Call them" in unacknowledged(notices)[0]
        kept = await author.publishing.receipts(NAME)
    async with ruled(tmp_path) as one, Client(one.address, AUTHOR) as author:
        after = await author.publishing.receipts(NAME)
        assert after.editions[0].escalated_us > 0
        assert systems(after)[PARTNER] == systems(kept)[PARTNER]
        again = await author.get_restriction(NAME)
        assert again == told  # the signature too: the key and the log are the same
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def bad() -> list[tuple[str, Any]]:
    """Requests and the field each is refused for; made when needed, as they hold times of day."""
    return [
        ("restriction.title", publishing_pb2.SaveDraftRequest(restriction=restriction(title=""))),
        ("restriction.name", publishing_pb2.SaveDraftRequest(restriction=restriction(name="x"))),
        ("note", publishing_pb2.SaveDraftRequest(restriction=restriction(), note="x\x00")),
        ("name", publishing_pb2.DiscardDraftRequest(name="palace")),
        ("name", publishing_pb2.PublishRestrictionRequest(name="")),
        ("revision", publishing_pb2.PublishRestrictionRequest(name=NAME, revision=-1)),
        ("version", publishing_pb2.ApproveRestrictionRequest(name=NAME, version=-1)),
        ("etag", publishing_pb2.ExtendRestrictionRequest(name=NAME, etag="?")),
        ("end_us", publishing_pb2.ExtendRestrictionRequest(name=NAME, end_us=-1)),
        ("acknowledged_by", publishing_pb2.AcknowledgeRestrictionRequest(name=NAME)),
        ("versions", publishing_pb2.ConfirmRestrictionsRequest()),
        (
            "versions[0].version",
            publishing_pb2.ConfirmRestrictionsRequest(
                versions=[publishing_pb2.RestrictionVersion(name=NAME)]
            ),
        ),
        ("track_id", publishing_pb2.ProposeRestrictionRequest(name=NAME)),
        ("track_id", publishing_pb2.ProposeRestrictionRequest(name=NAME, track_id="ffffffffffff")),
        (
            "radius_m",
            publishing_pb2.ProposeRestrictionRequest(
                name=NAME, track_id="ffffffffffff", radius_m=float("nan")
            ),
        ),
        ("name", publishing_pb2.PreviewRestrictionRequest(name="x/y")),
        (
            "restriction.applies_to",
            publishing_pb2.PreviewRestrictionRequest(
                restriction=restriction(applies_to=restrictions_pb2.APPLIES_TO_UNSPECIFIED)
            ),
        ),
        ("name", publishing_pb2.GetReceiptsRequest(name="agencies/lfb/restrictions/x")),
        ("name", publishing_pb2.GetReceiptsRequest(name=NAME)),
    ]


TOPICS = {
    "SaveDraftRequest": "draft",
    "DiscardDraftRequest": "discard",
    "PublishRestrictionRequest": "publish",
    "ApproveRestrictionRequest": "approve",
    "ExtendRestrictionRequest": "extend",
    "AcknowledgeRestrictionRequest": "acknowledge",
    "ConfirmRestrictionsRequest": "confirm",
    "ProposeRestrictionRequest": "propose",
    "PreviewRestrictionRequest": "preview",
    "GetReceiptsRequest": "receipts",
    "ListDraftsRequest": "drafts",
    "GetSigningKeyRequest": "key",
}


async def test_bad_input_is_answered_with_its_field_over_both_transports(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-PUB-008
    server = mosquitto_broker("allow_anonymous true")
    async with (
        ruled(tmp_path, server.port) as one,
        MqttClient.connected(server.port) as mqtt,
        Client(one.address, AUTHOR) as author,
    ):
        acks = f"{ROOT}/private/met/control/acks"
        await mqtt.subscribe(acks, 1)
        calls = author.publishing
        for field, request in bad():
            kind = type(request).__name__
            method = getattr(calls._stub, kind.removesuffix("Request"))
            with pytest.raises(RefusedError) as refused:
                await calls._call(method, request, "trying")
            assert [name for name, _ in refused.value.refusals] == [field], request
            topic = f"{ROOT}/in/met/control/restrictions/{TOPICS[kind]}"
            mqtt.publish(topic, request.SerializeToString(), 1)
            _, payload = await mqtt.next(acks)
            told = presence_pb2.CommandAnswer.FromString(payload)
            assert [one.field for one in told.refused.refusals] == [field], request


async def test_everything_is_there_over_mqtt(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-PUB-007
    server = mosquitto_broker("allow_anonymous true")
    async with ruled(tmp_path, server.port) as one, MqttClient.connected(server.port) as mqtt:
        for who in ("met/control", "met/duty", "lfb/desk"):
            await mqtt.subscribe(f"{ROOT}/private/{who}/acks", 1)

        async def asked(who: str, request: Any) -> presence_pb2.CommandAnswer:
            request.request_id = f"r-{time.monotonic_ns()}"
            topic = f"{ROOT}/in/{who}/restrictions/{TOPICS[type(request).__name__]}"
            mqtt.publish(topic, request.SerializeToString(), 1)
            _, payload = await mqtt.next(f"{ROOT}/private/{who}/acks")
            answer = presence_pb2.CommandAnswer.FromString(payload)
            assert answer.request_id == request.request_id
            return answer

        pb = publishing_pb2
        saved = await asked("met/control", pb.SaveDraftRequest(restriction=restriction()))
        assert saved.draft.revision == 1
        listed = await asked("met/control", pb.ListDraftsRequest())
        assert [one.restriction.name for one in listed.drafts.drafts] == [NAME]
        seen = await asked("met/duty", pb.PreviewRestrictionRequest(name=NAME))
        assert seen.preview.needs_approval
        assert "lfb" in seen.preview.asked_agencies
        await asked("met/control", pb.PublishRestrictionRequest(name=NAME, revision=1))
        live_one = await asked("met/duty", pb.ApproveRestrictionRequest(name=NAME, revision=1))
        key = (await asked("lfb/desk", pb.GetSigningKeyRequest())).signing_key.jwks
        RestrictionVerifier(key, exercise=True).check(live_one.restriction)
        version = pb.RestrictionVersion(name=NAME, version=1)
        confirmed = await asked("lfb/desk", pb.ConfirmRestrictionsRequest(versions=[version]))
        assert confirmed.HasField("confirmed")
        acknowledge = pb.AcknowledgeRestrictionRequest(name=NAME, acknowledged_by="desk")
        assert (await asked("lfb/desk", acknowledge)).restriction_acknowledged.version == 1
        answer = (await asked("met/control", pb.GetReceiptsRequest(name=NAME))).receipts
        assert systems(answer)[PARTNER].HasField("acknowledged_us")
        late = await asked("met/duty", pb.ApproveRestrictionRequest(name=NAME, revision=1))
        assert late.refused.code == code_pb2.NOT_FOUND
        del one


async def test_a_sighting_of_an_unknown_drone_proposes_a_draft_and_nothing_more(
    tmp_path: Path,
) -> None:
    # REQ-PUB-009
    radio = "agencies/met/systems/radio"
    async with (
        ruled(tmp_path) as one,
        Client(one.address, radio) as receiver,
        Client(one.address, AUTHOR) as author,
    ):
        drones = [
            ("odd-1", common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE, -0.1419),
            ("own-1", common_pb2.AIRCRAFT_CLASS_DRONE, -0.1460),
        ]
        await receiver.publish(
            [
                report(
                    name,
                    latitude_deg=51.5014,
                    longitude_deg=longitude_deg,
                    time_of_validity_us=time.time_ns() // 1000,
                    source=common_pb2.REPORT_SOURCE_SIMULATED,
                    description=tracks_pb2.AircraftDescription(aircraft_class=kind, callsign=name),
                )
                for name, kind, longitude_deg in drones
            ]
        )
        ids: dict[str, str] = {}
        async for message in author.follow(kinds=[feed_pb2.FEED_KIND_TRACKS]):
            ids |= {row.label: row.track_id for row in message.tracks.tracks}
            if len(ids) == len(drones):
                break
        propose = publishing_pb2.ProposeRestrictionRequest
        draft = await author.publishing.propose(
            propose(track_id=ids["odd-1"], name=NAME, contact="020 7946 0000")
        )
        assert "Proposed from a sighting of odd-1" in draft.note
        circle = draft.restriction.volumes[0].circle
        assert circle.center.latitude_deg == pytest.approx(51.5014, abs=1e-3)
        assert await author.list_restrictions() == []
        with pytest.raises(RefusedError, match="only an unknown drone"):
            await author.publishing.propose(propose(track_id=ids["own-1"], name=NAME))
        seen = await author.publishing.preview(NAME)
        assert {row.label for row in seen.aircraft} == {"odd-1", "own-1"}
        assert seen.revision == 1
        assert not seen.emergency_refusals
