"""Sharing levels through both gateways, over a restart, and from the command line."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from typer.testing import CliRunner

from broker.cli.main import app
from keepclear.client import Client, RefusedError, report
from keepclear.v1 import common_pb2, presence_pb2, sharing_pb2, tracks_pb2
from tests.conftest import StartMosquitto
from tests.system.live import live
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

MET = "agencies/met/systems/cli"
ROOT = "keepclear-exercise/v1"


def setting(**changed: Any) -> sharing_pb2.SharingSetting:
    fields: dict[str, Any] = {
        "kind": sharing_pb2.SHARING_SUBJECT_KIND_AIRCRAFT,
        "subject": "MET 7",
        "level": sharing_pb2.SHARING_LEVEL_COVERT,
        "until_us": time.time_ns() // 1_000 + 3_600_000_000,
        "authorised_by": "Inspector, duty",
    }
    return sharing_pb2.SharingSetting(**{**fields, **changed})


BAD: list[tuple[str, dict[str, Any]]] = [
    ("setting.kind", {"kind": 0}),
    ("setting.kind", {"kind": 9}),
    ("setting.subject", {"subject": " "}),
    ("setting.subject", {"subject": "x" * 81}),
    ("setting.subject", {"subject": "x\x00"}),
    ("setting.level", {"level": 9}),
    ("setting.agency", {"agency": "No Agency"}),
    ("setting.until_us", {"until_us": 0}),
    ("setting.authorised_by", {"authorised_by": ""}),
    ("until_us", {"until_us": 1}),
    ("until_us", {"until_us": 2**62}),
]


async def test_grpc_sets_lists_and_takes_away_and_a_restart_remembers(tmp_path: Path) -> None:
    # REQ-SHARE-013: acknowledged is on the disk and in force.
    async with live(tmp_path) as one, Client(one.address, MET) as client:
        done = await client.set_sharing(setting())
        assert (done.agency, done.set_by) == ("met", MET)
        for field, changed in BAD:
            with pytest.raises(RefusedError) as refused:
                await client.set_sharing(setting(**changed))
            assert [name for name, _ in refused.value.refusals] == [field]
        with pytest.raises(RefusedError, match="belongs to lfb"):
            await client.set_sharing(setting(agency="lfb"))
        async with Client(one.address, "agencies/lfb/systems/cli") as partner:
            assert await partner.list_sharing() == []
    async with live(tmp_path) as one, Client(one.address, MET) as client:
        assert await client.list_sharing() == [done]
        away = setting(level=0, until_us=0, authorised_by="")
        assert (await client.set_sharing(away)).subject == "MET 7"
        assert await client.list_sharing() == []
        with pytest.raises(RefusedError, match="nothing is set"):
            await client.set_sharing(away)


async def test_mqtt_answers_the_same(tmp_path: Path, mosquitto_broker: StartMosquitto) -> None:
    # REQ-SHARE-013
    server = mosquitto_broker("allow_anonymous true")
    async with (
        live(tmp_path, server.port) as one,
        MqttClient.connected(server.port) as mqtt,
        Client(one.address, MET) as client,
    ):
        await mqtt.subscribe(f"{ROOT}/private/met/cli/acks", 1)

        async def asked(request: bytes) -> presence_pb2.CommandAnswer:
            mqtt.publish(f"{ROOT}/in/met/cli/sharing/set", request, 1)
            _, payload = await mqtt.next(f"{ROOT}/private/met/cli/acks")
            return presence_pb2.CommandAnswer.FromString(payload)

        request = sharing_pb2.SetSharingRequest(request_id="r1", setting=setting())
        answer = await asked(request.SerializeToString())
        assert answer.request_id == "r1"
        assert [answer.sharing_set.setting] == await client.list_sharing()
        for number, (field, changed) in enumerate(BAD):
            bad = sharing_pb2.SetSharingRequest(request_id=f"b{number}", setting=setting(**changed))
            refused = (await asked(bad.SerializeToString())).refused
            assert [one.field for one in refused.refusals] == [field]
            assert refused.code == code_pb2.INVALID_ARGUMENT
        unread = (await asked(b"\xff\xff")).refused
        assert unread.refusals[0].field == "payload"


def drone() -> tracks_pb2.TrackReport:
    return report(
        "t7",
        latitude_deg=51.5,
        longitude_deg=-0.1,
        time_of_validity_us=time.time_ns() // 1_000,
        source=common_pb2.REPORT_SOURCE_SIMULATED,
        description=tracks_pb2.AircraftDescription(
            aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE, callsign="MET 7"
        ),
    )


async def keepclear(address: str, *words: str) -> tuple[int, str]:
    """A command in a thread of its own: it runs a loop of its own."""
    asked = ["sharing", *words, "--target", address]
    result = await asyncio.to_thread(CliRunner().invoke, app, asked)
    return result.exit_code, result.output


async def test_the_command_line_sets_and_lists(tmp_path: Path) -> None:
    async with live(tmp_path) as one:
        code, shown = await keepclear(one.address, "set", "F-1", "--flight", "--by", "Duty")
        assert code == 0
        assert "F-1 is shown masked until" in shown
        assert "Nothing of yours in the picture flies that flight" in shown
        async with Client(one.address, MET) as client:
            await client.publish([drone()])
        code, shown = await keepclear(one.address, "set", "MET 7", "--by", "Duty")
        assert "It names one aircraft in the picture." in shown
        code, shown = await keepclear(one.address, "set", "F-7", "--by", "Duty")
        assert "a flight needs --flight" in shown
        code, shown = await keepclear(one.address, "list", "--json")
        told = {one["subject"]: one for one in map(json.loads, shown.splitlines())}
        assert {name: one["tracks_named"] for name, one in told.items()} == {
            "F-1": 0,
            "F-7": 0,
            "MET 7": 1,
        }
        assert told["F-1"]["level"] == "SHARING_LEVEL_MASKED"
        code, shown = await keepclear(one.address, "list")
        assert "nothing" in shown
        for subject in ("MET 7", "F-7"):
            assert (await keepclear(one.address, "set", subject, "--level", "default"))[0] == 0
        code, shown = await keepclear(one.address, "set", "MET 7", "--level", "covert")
        assert code != 0
        code, shown = await keepclear(one.address, "set", "MET 7", "--level", "secret", "--by", "x")
        assert code != 0
        away = ("set", "F-1", "--flight", "--level", "default")
        assert (await keepclear(one.address, *away))[0] == 0
        assert (await keepclear(one.address, *away))[0] != 0
        code, shown = await keepclear(one.address, "list")
        assert "Nothing is set" in shown
