"""Agreements through both gateways, in the feeds, over a restart, and from the command line."""

import asyncio
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.cli.main import app
from keepclear.client import Client, RefusedError
from keepclear.v1 import access_pb2, common_pb2, feed_pb2, presence_pb2, volumes_pb2
from keepclear.v1 import agreements_pb2 as pb
from tests.conftest import StartMosquitto
from tests.core.agreements.papers import POLICY_VERSION
from tests.system.live import live, until
from tests.system.mqtt_client import MqttClient
from tests.system.papers import NAME, bad_papers, paper
from tests.system.traffic import keep_clear

pytestmark = pytest.mark.system

MET, LFB, LAS = (f"agencies/{one}/systems/cli" for one in ("met", "lfb", "las"))
ROOT = "keepclear-exercise/v1"


async def test_grpc_from_the_offer_to_the_end_and_a_restart_remembers(tmp_path: Path) -> None:
    # REQ-AGR-001, REQ-AGR-003, REQ-AGR-004, REQ-AGR-005
    async with (
        live(tmp_path) as one,
        Client(one.address, MET) as met,
        Client(one.address, LFB) as lfb,
        Client(one.address, LAS) as las,
    ):
        offered = await met.agreements.propose(paper(), "Chief inspector")
        assert (offered.state, offered.version) == (pb.AGREEMENT_STATE_PROPOSED, 1)
        assert offered.policy_version == POLICY_VERSION
        assert list(offered.not_signed) == ["lfb"]
        for call in (
            las.agreements.get(NAME),
            las.agreements.accept(NAME, 1, "somebody"),
            las.agreements.end(NAME, "somebody", "no"),
        ):
            with pytest.raises(RefusedError, match="there is no agreement"):
                await call
        assert await las.agreements.list() == []
        in_force = await lfb.agreements.accept(NAME, 1, "Station manager")
        assert in_force.state == pb.AGREEMENT_STATE_IN_FORCE
        assert [one.signed_by for one in in_force.signatures] == [
            "Chief inspector",
            "Station manager",
        ]
    async with live(tmp_path) as one, Client(one.address, LFB) as lfb:
        assert await lfb.agreements.get(NAME) == in_force
        ended = await lfb.agreements.end(NAME, "Station manager", "no staff tonight")
        assert ended.state == pb.AGREEMENT_STATE_ENDED
        assert (ended.ended.system, ended.ended_reason) == (LFB, "no staff tonight")
        assert await lfb.agreements.list() == [ended]
        with pytest.raises(RefusedError, match="over already"):
            await lfb.agreements.end(NAME, "Station manager", "again")


async def test_bad_input_is_refused_by_field_over_grpc(tmp_path: Path) -> None:
    # REQ-AGR-008
    async with live(tmp_path) as one, Client(one.address, MET) as met:
        for field, changed in bad_papers():
            with pytest.raises(RefusedError) as refused:
                await met.agreements.propose(paper(**changed), "Chief inspector")
            assert [name for name, _ in refused.value.refusals] == [field], changed
        with pytest.raises(RefusedError, match="signed_by"):
            await met.agreements.propose(paper(), " ")
        with pytest.raises(RefusedError, match="version"):
            await met.agreements.accept(NAME, 0, "x")
        with pytest.raises(RefusedError, match="version"):
            await met.agreements.get(NAME, -1)
        with pytest.raises(RefusedError, match="must read agencies"):
            await met.agreements.get("central")
        await met.agreements.propose(paper(), "Chief inspector")
        with pytest.raises(RefusedError, match="reason"):
            await met.agreements.end(NAME, "x", "")


async def keepclear(address: str, system: str, *words: str) -> tuple[int, str]:
    """A command in a thread of its own: it runs a loop of its own."""
    asked = ["agreement", *words, "--target", address, "--system", system]
    result = await asyncio.to_thread(CliRunner().invoke, app, asked)
    return result.exit_code, result.output


TERMS = """
id = "central"
title = "Central London"
until = 2126-01-01T00:00:00Z
outage_script = "Land all drones."
parties = [
  { agency = "met", desk = "Air desk", talkgroup = "MET-OPS" },
  { agency = "lfb", desk = "Fire control", telephone = "020 7946 0002" },
]
areas = [
  { label = "centre", circle = { latitude_deg = 51.5, longitude_deg = -0.1, radius_m = 8000 } },
  { polygon = [[51.6, -0.1], [51.7, -0.1], [51.7, 0.1]] },
]
shares = [{ owner = "met", readers = ["lfb"] }]
"""


async def test_the_command_line_proposes_signs_shows_and_ends(tmp_path: Path) -> None:
    file = tmp_path / "central.toml"
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    file.write_text(TERMS.replace("2126-01-01T00:00:00Z", until), encoding="utf-8")
    async with live(tmp_path / "data") as one:
        code, shown = await keepclear(one.address, MET, "propose", str(file), "--by", "CI")
        assert (code, "not signed yet by lfb" in shown) == (0, True), shown
        accept = ("accept", NAME, "--version", "1", "--by", "SM")
        code, shown = await keepclear(one.address, LFB, *accept)
        assert (code, "IN FORCE" in shown) == (0, True)
        code, shown = await keepclear(one.address, MET, "show", "central")
        assert "lfb is shown met's flights: open" in shown
        assert "Area: centre, 8000 m round 51.50000, -0.10000" in shown
        assert "Land all drones." in shown
        code, shown = await keepclear(one.address, LFB, "list", "--json")
        assert '"AGREEMENT_STATE_IN_FORCE"' in shown
        code, shown = await keepclear(
            one.address, LFB, "end", NAME, "--by", "SM", "--reason", "no staff"
        )
        assert (code, "ended" in shown) == (0, True)
        code, shown = await keepclear(one.address, MET, "show", "central")
        assert "Ended by lfb (SM)" in shown
        code, shown = await keepclear(one.address, LAS, "list")
        assert "party to no agreement" in shown
        for text in ("title = 1", "x", TERMS.replace("Z\n", "\n"), TERMS + "more = 1\n"):
            file.write_text(text, encoding="utf-8")
            code, _ = await keepclear(one.address, MET, "propose", str(file), "--by", "CI")
            assert code != 0


async def test_mqtt_answers_the_same(tmp_path: Path, mosquitto_broker: StartMosquitto) -> None:
    # REQ-AGR-001, REQ-AGR-003, REQ-AGR-008
    server = mosquitto_broker("allow_anonymous true")
    async with (
        live(tmp_path, server.port) as one,
        MqttClient.connected(server.port) as mqtt,
        Client(one.address, MET) as met,
    ):
        for agency in ("met", "lfb"):
            await mqtt.subscribe(f"{ROOT}/private/{agency}/cli/acks", 1)
        for agency in ("lfb", "las"):
            await mqtt.subscribe(f"{ROOT}/out/{agency}/desk/notice", 1)

        async def asked(agency: str, leaf: str, payload: bytes) -> presence_pb2.CommandAnswer:
            mqtt.publish(f"{ROOT}/in/{agency}/cli/agreements/{leaf}", payload, 1)
            _, answer = await mqtt.next(f"{ROOT}/private/{agency}/cli/acks")
            return presence_pb2.CommandAnswer.FromString(answer)

        propose = pb.ProposeAgreementRequest(agreement=paper(), request_id="r1", signed_by="CI")
        answer = await asked("met", "propose", propose.SerializeToString())
        assert (answer.request_id, answer.agreement.version) == ("r1", 1)
        accept = pb.AcceptAgreementRequest(name=NAME, version=1, request_id="r2", signed_by="SM")
        answer = await asked("lfb", "accept", accept.SerializeToString())
        assert answer.agreement.state == pb.AGREEMENT_STATE_IN_FORCE
        get = pb.GetAgreementRequest(name=NAME, request_id="r3")
        answer = await asked("lfb", "get", get.SerializeToString())
        assert (answer.request_id, answer.agreement) == ("r3", await met.agreements.get(NAME))
        unknown = pb.GetAgreementRequest(name="agencies/met/agreements/none")
        assert (await asked("lfb", "get", unknown.SerializeToString())).refused.code == 5
        listed = pb.ListAgreementsRequest(request_id="r4")
        answer = await asked("lfb", "list", listed.SerializeToString())
        assert list(answer.agreements.agreements) == await met.agreements.list()
        end = pb.EndAgreementRequest(name=NAME, request_id="r5", signed_by="SM", reason="staff")
        answer = await asked("lfb", "end", end.SerializeToString())
        assert answer.agreement.state == pb.AGREEMENT_STATE_ENDED
        # REQ-AGR-007: on the topics of the parties, numbered, and nothing on anybody else's.

        def told(agency: str) -> list[feed_pb2.FeedMessage]:
            topic = f"{ROOT}/out/{agency}/desk/notice"
            kept = [one for one in mqtt.kept if one.topic == topic]
            return [feed_pb2.FeedMessage.FromString(bytes(one.payload)) for one in kept]

        await until(lambda: len(told("lfb")) == 3, "three notices")
        notices = told("lfb")
        codes = [one.notice.code for one in notices]
        assert codes == ["agreement-proposed", "agreement-in-force", "agreement-ended"]
        assert {one.notice.subject for one in notices} == {NAME}
        numbers = [one.header.number for one in notices]
        assert numbers == sorted(set(numbers))
        assert told("las") == []
        for field, changed in bad_papers():
            bad = pb.ProposeAgreementRequest(agreement=paper(**changed), signed_by="CI")
            refused = (await asked("met", "propose", bad.SerializeToString())).refused
            assert [one.field for one in refused.refusals] == [field], changed
        unread = (await asked("met", "end", b"\xff\xff")).refused
        assert unread.refusals[0].field == "payload"


async def test_may_i_enter_names_the_agreed_desk_while_it_is_in_force(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-AGR-012, REQ-AGR-013
    server = mosquitto_broker("allow_anonymous true")
    middle = volumes_pb2.LatLng(latitude_deg=51.6, longitude_deg=0.1)
    area = pb.AgreementArea(
        circle=volumes_pb2.Circle(center=middle, radius_m=2_000.0),
        ceiling=volumes_pb2.VerticalLimit(value_m=120.0, datum=volumes_pb2.LIMIT_DATUM_AGL),
    )
    asked_of = keep_clear("area", "met")
    asked_of.exemptions.add(
        beneficiary="emergency services",
        conditions="in accordance with local deconfliction agreements",
    )
    start_us = time.time_ns() // 1_000
    question = access_pb2.EntryQuestion(
        point=access_pb2.EntryPoint(position=middle, radius_m=50.0),
        start_us=start_us,
        end_us=start_us + 60_000_000,
        aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE,
        highest=area.ceiling,
    )
    async with (
        live(tmp_path, server.port) as one,
        MqttClient.connected(server.port) as mqtt,
        Client(one.address, MET) as met,
        Client(one.address, LFB) as lfb,
        Client(one.address, LAS) as las,
    ):
        await mqtt.subscribe(f"{ROOT}/private/lfb/cli/acks", 1)

        async def answers() -> list[access_pb2.EntryAnswer]:
            """Fire's over both transports, which must be the same; then the ambulance's."""
            request = access_pb2.AskEntryRequest(questions=[question])
            mqtt.publish(f"{ROOT}/in/lfb/cli/access/ask", request.SerializeToString(), 1)
            _, payload = await mqtt.next(f"{ROOT}/private/lfb/cli/acks")
            over_mqtt = presence_pb2.CommandAnswer.FromString(payload).entry.answers[0]
            over_grpc = (await lfb.ask_entry([question])).answers[0]
            assert over_mqtt.findings == over_grpc.findings
            return [over_grpc, (await las.ask_entry([question])).answers[0]]

        await met.create_restriction(asked_of)
        before = await answers()
        assert {one.verdict for one in before} == {access_pb2.ENTRY_VERDICT_OBJECTION}
        await met.agreements.propose(paper(areas=[area]), "Chief inspector")
        await lfb.agreements.accept(NAME, 1, "Station manager")
        fire, ambulance = await answers()
        assert fire.verdict == access_pb2.ENTRY_VERDICT_ASK
        assert "Ask Metropolitan Police, Air desk (020 7946 0001, talkgroup MET-OPS)" in fire.text
        assert f"under {NAME}, version 1" in fire.text
        assert fire.findings[0].talkgroup == "MET-OPS"
        assert ambulance.findings == before[1].findings
        question.highest.value_m = 121.0
        assert [one.findings for one in await answers()] == [one.findings for one in before]
        question.highest.value_m = 120.0
        await met.agreements.end(NAME, "Chief inspector", "no staff")
        assert [one.findings for one in await answers()] == [one.findings for one in before]
