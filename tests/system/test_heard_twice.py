"""One drone, two feeds, one track: its operator's DJI messages and its own Remote ID broadcast."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from adapters.clock import RealClock
from adapters.registry import build_feed
from adapters.runtime import RunningAdapter
from keepclear.client import Client
from keepclear.v1.feed_pb2 import TRACK_STATE_CURRENT, TrackView
from tests.adapters.dji.messages import DRONE, PLACE, envelope, flying
from tests.conftest import StartMosquitto
from tests.system.live import at_work, live, until
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

OPERATOR = "agencies/met/systems/dji"
RECEIVER = "agencies/lfb/systems/roof"


def broadcast() -> bytes:
    """What a Remote ID receiver publishes of the drone, some metres off."""
    return json.dumps({
        "BasicID": DRONE, "Status": 2, "Direction": 138, "SpeedHorizontal": 12.0,
        "SpeedVertical": -0.5, "Latitude": PLACE["latitude"] + 0.0001,
        "Longitude": PLACE["longitude"], "AltitudeBaro": None, "AltitudeGeo": 120.0,
        "HeightType": 0, "Height": 60.0, "HorizAccuracy": 10, "VertAccuracy": 4,
        "SpeedAccuracy": 3, "data": {"MAC address": "02:A1:B2:C3:D4:E5"},
    }).encode()  # fmt: skip


def present(shown: dict[str, TrackView]) -> list[TrackView]:
    return [one for one in shown.values() if one.state == TRACK_STATE_CURRENT]


async def test_a_drone_heard_by_dji_and_remote_id_is_shown_once(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-COR-001
    server = mosquitto_broker("allow_anonymous true")
    shown: dict[str, TrackView] = {}
    alerts: list[object] = []
    address = f"mqtt://127.0.0.1:{server.port}"

    async with (
        live(tmp_path, exercise=False) as one,
        Client(one.address, OPERATOR) as operator,
        Client(one.address, RECEIVER) as receiver,
        Client(one.address, "agencies/las/systems/desk") as desk,
        MqttClient.connected(server.port) as devices,
    ):
        feeds = [
            RunningAdapter(
                build_feed(kind, {"kind": kind, "address": address}, RealClock()), client
            )
            for kind, client in (("dji", operator), ("remote_id", receiver))
        ]

        heartbeats = 0

        async def reads() -> None:
            nonlocal heartbeats
            async for message in desk.follow():
                heartbeats += message.HasField("heartbeat")
                alerts.extend([message.alert] if message.HasField("alert") else [])
                for track in message.tracks.tracks:
                    shown[track.track_id] = track

        async def devices_send() -> None:
            while True:
                sent = json.dumps(envelope(flying(), time.time_ns() // 1000)).encode()
                devices.publish(f"thing/product/{DRONE}/osd", sent, 0)
                devices.publish("sensor/one/upload", broadcast(), 0)
                await asyncio.sleep(0.2)

        async with at_work(*(feed.run for feed in feeds), reads, devices_send):
            await until(
                lambda: [len(track.heard_by) for track in present(shown)] == [2],
                "one drone, with both who hear it",
            )
            beats = heartbeats
            await until(lambda: heartbeats > beats + 1, "more of the feed")
            (track,) = present(shown)
        assert {(each.publisher, each.basis) for each in track.heard_by} <= {
            (OPERATOR, "first"), (OPERATOR, "identity"),
            (RECEIVER, "first"), (RECEIVER, "identity"),
        }  # fmt: skip
        assert track.agency == "met"
        assert alerts == []
