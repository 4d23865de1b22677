"""The aircraft register through both gateways, over a restart, and from the command line."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from typer.testing import CliRunner

from broker.cli.main import app
from keepclear.client import Client, RefusedError
from keepclear.v1 import aircraft_pb2, common_pb2, presence_pb2
from tests.conftest import StartMosquitto
from tests.system.live import live
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

MET = "agencies/met/systems/cli"
ROOT = "keepclear-exercise/v1"
OTHERS = "agencies/lfb/aircraft/x"
LASTS_US = 30 * 86_400_000_000


def aircraft(own: str = "met-07", **changed: Any) -> aircraft_pb2.Aircraft:
    fields: dict[str, Any] = {
        "name": f"agencies/met/aircraft/{own}",
        "aircraft_class": common_pb2.AIRCRAFT_CLASS_DRONE,
        "serials": [f"SERIAL-{own}"],
        "maker": "DJI",
        "country": "CN",
        "firmware": "10.01",
        "ground_application": "Pilot 2",
        "data_path": aircraft_pb2.DATA_PATH_OWN_SERVER,
        "expires_us": time.time_ns() // 1000 + LASTS_US,
    }
    return aircraft_pb2.Aircraft(**{**fields, **changed})


BAD: list[tuple[str, dict[str, Any]]] = [
    ("aircraft[0].name", {"name": ""}),
    ("aircraft[0].name", {"name": "agencies/met/systems/x"}),
    ("aircraft[0].aircraft_class", {"aircraft_class": 99}),
    ("aircraft[0].data_path", {"data_path": 9}),
    ("aircraft[0].country", {"country": "China"}),
    ("aircraft[0].icao_address", {"icao_address": "zz"}),
    ("aircraft[0].serials[0]", {"serials": ["a b c d"]}),
    ("aircraft[0].expires_us", {"expires_us": 0}),
    ("aircraft[0].registration", {"serials": []}),
    ("aircraft[0].maker", {"maker": "x\x00"}),
]


async def test_grpc_writes_lists_and_removes_and_a_restart_remembers(tmp_path: Path) -> None:
    # REQ-AIR-004: acknowledged is on the disk.
    async with live(tmp_path) as one, Client(one.address, MET) as client:
        [written] = await client.upsert_aircraft([aircraft()])
        assert (written.version, written.maker) == (1, "DJI")
        for field, changed in BAD:
            with pytest.raises(RefusedError) as refused:
                await client.upsert_aircraft([aircraft(**changed)])
            assert [name for name, _ in refused.value.refusals] == [field]
        with pytest.raises(RefusedError, match="belongs to lfb"):
            await client.upsert_aircraft([aircraft("x", name=OTHERS)])
        with pytest.raises(RefusedError, match="belongs to lfb"):
            await client.remove_aircraft(OTHERS)
        async with Client(one.address, "agencies/lfb/systems/cli") as partner:
            assert await partner.list_aircraft() == []
    async with live(tmp_path) as one, Client(one.address, MET) as client:
        assert await client.list_aircraft() == [written]
        assert await client.remove_aircraft(written.name) == written
        with pytest.raises(RefusedError, match="there is no aircraft"):
            await client.remove_aircraft(written.name)


async def test_mqtt_answers_the_same(tmp_path: Path, mosquitto_broker: StartMosquitto) -> None:
    # REQ-AIR-005
    server = mosquitto_broker("allow_anonymous true")
    base = f"{ROOT}/in/met/cli"
    async with (
        live(tmp_path, server.port) as one,
        MqttClient.connected(server.port) as mqtt,
        Client(one.address, MET) as client,
    ):
        await mqtt.subscribe(f"{ROOT}/private/met/cli/acks", 1)

        async def asked(topic: str, request: Any) -> presence_pb2.CommandAnswer:
            mqtt.publish(f"{base}/aircraft/{topic}", request.SerializeToString(), 1)
            _, payload = await mqtt.next(f"{ROOT}/private/met/cli/acks")
            return presence_pb2.CommandAnswer.FromString(payload)

        upsert = aircraft_pb2.UpsertAircraftRequest(request_id="r1", aircraft=[aircraft()])
        answer = await asked("upsert", upsert)
        assert answer.request_id == "r1"
        assert list(answer.aircraft_written.aircraft) == await client.list_aircraft()
        for number, (field, changed) in enumerate(BAD):
            bad = aircraft_pb2.UpsertAircraftRequest(
                request_id=f"b{number}", aircraft=[aircraft(**changed)]
            )
            refused = (await asked("upsert", bad)).refused
            assert [one.field for one in refused.refusals] == [field]
            assert refused.code == code_pb2.INVALID_ARGUMENT
        name = "agencies/met/aircraft/met-07"
        remove = aircraft_pb2.RemoveAircraftRequest(request_id="r2", name=name)
        for _ in range(2):  # a repeat gets the first answer again
            assert (await asked("remove", remove)).aircraft_removed.aircraft.name == name
        remove.request_id = "r3"
        assert (await asked("remove", remove)).refused.code == code_pb2.NOT_FOUND
        mqtt.publish(f"{base}/aircraft/upsert", b"\xff\xff", 1)
        _, payload = await mqtt.next(f"{ROOT}/private/met/cli/acks")
        unread = presence_pb2.CommandAnswer.FromString(payload).refused
        assert unread.refusals[0].field == "payload"
        assert await client.list_aircraft() == []


def ran(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


async def keepclear(address: str, *words: str) -> tuple[int, str]:
    """A command in a thread of its own: it runs a loop of its own."""
    return await asyncio.to_thread(ran, "aircraft", *words, "--target", address)


async def test_the_command_line_adds_imports_lists_and_removes(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text(
        "name,aircraft_class,serials,maker,country,data_path\n"
        "met-08,drone,S-0001 S-0002,DJI,CN,maker-cloud\n"
        "met-09,blimp,S-0003,,,\n"
    )
    nothing = tmp_path / "nothing.csv"
    nothing.write_text("a,b\n1,2\n")
    async with live(tmp_path / "data") as one:
        code, shown = await keepclear(
            one.address, "add", "met-07", "--serial", "1581F0000000A1", "--maker", "DJI"
        )
        assert (code, "met-07, version 1" in shown) == (0, True)
        code, shown = await keepclear(one.address, "import", str(own))
        assert code == 1
        assert "line 3: 'blimp' is not a class of aircraft" in shown
        assert "1 aircraft registered, 1 lines refused" in shown
        code, shown = await keepclear(one.address, "list", "--json")
        listed = [json.loads(line) for line in shown.splitlines()]
        assert [each["name"].rpartition("/")[2] for each in listed] == ["met-07", "met-08"]
        assert listed[1]["serials"] == ["S-0001", "S-0002"]
        assert listed[1]["data_path"] == "DATA_PATH_MAKER_CLOUD"
        code, shown = await keepclear(one.address, "list")
        assert "maker cloud" in shown
        assert (await keepclear(one.address, "remove", "met-07"))[0] == 0
        assert (await keepclear(one.address, "remove", "met-07"))[0] == 1
        code, shown = await keepclear(one.address, "import", str(nothing))
        assert code != 0


async def test_the_two_airframe_lists_load(tmp_path: Path, shared_dir: Path) -> None:
    # REQ-AIR-006
    folder = shared_dir / "samples" / "adsb"
    async with live(tmp_path) as one:
        for name, lines in (("plane-alert-pol.csv", 996), ("uk_emergency_airframes.csv", 135)):
            code, shown = await keepclear(one.address, "import", str(folder / name))
            assert f"{lines} aircraft registered, 0 lines refused" in shown
            assert code == 0
        async with Client(one.address, MET) as client:
            by_address = {each.icao_address: each for each in await client.list_aircraft()}
        air_ambulance = by_address["4043ad"]
        assert air_ambulance.registration == "G-EHMS"
        assert air_ambulance.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER
