"""Cloud-server mode over a real Mosquitto: a dock is answered, and nothing else flows back."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clock import RealClock
from adapters.dji.replying import ForbiddenReply, ReplyingSource
from adapters.mqtt import MqttServer
from adapters.registry import build_feed
from adapters.runtime import RunningAdapter
from keepclear.client import Client
from tests.adapters.dji.messages import DOCK, DRONE, dock, flying, sent
from tests.conftest import StartMosquitto
from tests.patience import PATIENCE_S
from tests.ports import unused_port
from tests.system.live import at_work, live, until
from tests.system.mqtt_client import MqttClient
from tests.system.traffic import keep_clear

pytestmark = pytest.mark.system

SYSTEM = "agencies/met/systems/dji"
UP = {f"thing/product/{DOCK}/{leaf}" for leaf in ("osd", "events", "requests", "state")} | {
    f"thing/product/{DRONE}/osd",
    f"sys/product/{DOCK}/status",
}
REPLIES = {
    f"thing/product/{DOCK}/requests_reply": {
        "config", "airport_bind_status", "airport_organization_get", "airport_organization_bind",
        "flight_areas_get", "storage_config_get",
    },
    f"thing/product/{DOCK}/events_reply": {"hms"},
    f"thing/product/{DOCK}/services": {"flight_areas_update"},
    f"sys/product/{DOCK}/status_reply": {"update_topo"},
}  # fmt: skip


def table(tmp_path: Path, mqtt_port: int, broker: str) -> dict[str, Any]:
    (tmp_path / "key").write_text("the-app-key")
    (tmp_path / "license").write_text("the-license")
    web = unused_port()
    return {
        "kind": "dji",
        "address": f"mqtt://127.0.0.1:{mqtt_port}",
        "cloud": {
            "broker": broker,
            "system": "agencies/met/systems/dji-areas",
            "app_id": "12345",
            "app_key_file": str(tmp_path / "key"),
            "app_license_file": str(tmp_path / "license"),
            "ntp_host": "ntp.example",
            "organization_id": "met",
            "organization_name": "Metropolitan Police",
            "listen": f"127.0.0.1:{web}",
            "public_url": f"http://127.0.0.1:{web}",
            "callsigns": {DRONE: "MET 07"},
        },
    }


class Station:
    """A dock as its maker's firmware speaks, and all that anybody sends."""

    def __init__(self, device: MqttClient, witness: MqttClient) -> None:
        self._device = device
        self.witness = witness

    def publish(self, topic: str, payload: bytes) -> None:
        self._device.publish(topic, payload, 1)

    def replies(self, leaf: str) -> list[dict[str, Any]]:
        topic = f"thing/product/{DOCK}/{leaf}"
        return [json.loads(each.payload) for each in self.witness.kept if each.topic == topic]

    async def asked(self, method: str, data: object) -> dict[str, Any]:
        """The answer to a request; nothing else is asked meanwhile."""
        before = len(self.replies("requests_reply"))
        self.publish(f"thing/product/{DOCK}/requests", sent(data, method=method))
        await until(lambda: len(self.replies("requests_reply")) > before, method)
        found: dict[str, Any] = self.replies("requests_reply")[-1]
        assert found["method"] == method
        return dict(found["data"])

    def pokes(self) -> bool:
        """Say something, for an adapter that may not listen yet."""
        self.publish(f"thing/product/{DOCK}/osd", sent(dock()))
        return False


async def binds(station: Station) -> None:
    """All that a dock asks before it works."""
    config = await station.asked("config", {"config_type": "json"})
    assert config["app_key"] == "the-app-key"
    assert config["ntp_server_host"] == "ntp.example"
    bound = await station.asked("airport_bind_status", {"devices": [{"sn": DRONE}, {"sn": "?"}]})
    assert [each["device_callsign"] for each in bound["output"]["bind_status"]] == ["MET 07"]
    named = await station.asked("airport_organization_get", {})
    assert named["output"]["organization_name"] == "Metropolitan Police"
    await station.asked("airport_organization_bind", {"bind_devices": [{"sn": DOCK}]})
    unserved = await station.asked("storage_config_get", {})
    assert unserved["result"] != 0


def works(station: Station) -> None:
    """What a dock and its drone send of themselves."""
    event = sent({"list": []}, method="hms", need_reply=1)
    station.publish(f"thing/product/{DOCK}/events", event)
    status = sent({"domain": "3", "sub_devices": []}, method="update_topo")
    station.publish(f"sys/product/{DOCK}/status", status)
    station.publish(f"thing/product/{DOCK}/osd", sent(dock()))
    station.publish(f"thing/product/{DRONE}/osd", sent(flying()))
    station.publish(f"thing/product/{DOCK}/state", b"\x00")


async def fetches_areas(station: Station) -> None:
    """The file that a dock told of new areas gets is the one that it was told of."""
    await until(lambda: bool(station.replies("services")), "the dock told of new areas")
    [file] = (await station.asked("flight_areas_get", None))["output"]["files"]
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        fetched = await http.get(file["url"])
        wrong = await http.get(file["url"] + "x")
    assert wrong.status_code == 404
    assert hashlib.sha256(fetched.content).hexdigest() == file["checksum"]
    assert len(fetched.content) == file["size"]
    [area] = fetched.json()["features"]
    assert area["geofence_type"] == "nfz"


async def test_a_dock_is_answered_gets_the_restrictions_and_nothing_else_flows_back(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-DJI-011: everything the adapter publishes is recorded and is one of these replies.
    server = mosquitto_broker("allow_anonymous true")
    async with (
        live(tmp_path / "data", exercise=False) as one,
        Client(one.address, SYSTEM) as publisher,
        Client(one.address, "agencies/lfb/systems/desk") as partner,
        MqttClient.connected(server.port) as device,
        MqttClient.connected(server.port) as witness,
    ):
        await witness.subscribe("#", 1)
        station = Station(device, witness)
        feed = build_feed("fleet", table(tmp_path, server.port, one.address), RealClock())
        adapter = RunningAdapter(feed, publisher)
        async with at_work(adapter.run):
            await until(lambda: adapter.stats.documents > 0 or station.pokes(), "connected")
            await binds(station)
            works(station)
            await partner.create_restriction(keep_clear("fire", agency="lfb"))
            await fetches_areas(station)
            await until(lambda: bool(station.replies("events_reply")), "the event confirmed")
            await asyncio.sleep(0.5)

        for message in witness.kept:
            if message.topic in UP:
                continue
            assert message.topic in REPLIES
            assert json.loads(message.payload)["method"] in REPLIES[message.topic]
        assert adapter.stats.crashes == 0


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (f"thing/product/{DOCK}/services", b'{"method": "takeoff_to_point"}'),
        (f"thing/product/{DOCK}/services", b'{"method": "drc_mode_enter"}'),
        (f"thing/product/{DOCK}/drc/down", b"{}"),
        (f"thing/product/{DOCK}/property/set", b"{}"),
        ("anything", b"{}"),
    ],
)
def test_nothing_else_can_leave(topic: str, payload: bytes) -> None:
    # REQ-DJI-012
    source = ReplyingSource(MqttServer("localhost", 1), (), RealClock())
    with pytest.raises(ForbiddenReply):
        source.reply(topic, payload)
