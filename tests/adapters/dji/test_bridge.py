"""The bridge over a real Mosquitto, into a real broker and out on its feed."""

import asyncio
from pathlib import Path

import pytest

from adapters.clock import RealClock
from adapters.model import Adapter
from adapters.registry import build_feed
from adapters.runtime import RunningAdapter
from adapters.stats import AdapterState
from keepclear.client import Client
from keepclear.v1 import common_pb2
from keepclear.v1.feed_pb2 import TrackView
from tests.adapters.dji.messages import DOCK, DRONE, dock, flying, sent
from tests.conftest import StartMosquitto
from tests.patience import PATIENCE_S
from tests.system.live import at_work, live, until
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

SYSTEM = "agencies/met/systems/dji"
READ_ONLY = """
allow_anonymous true
acl_file {acl}
password_file {passwords}
"""
ACL = """
topic readwrite #
user reader
topic read thing/product/+/osd
topic read thing/product/+/state
topic read thing/product/+/events
"""


def bridge(port: int, **more: object) -> Adapter:
    table = {"kind": "dji", "address": f"mqtt://127.0.0.1:{port}", **more}
    return build_feed("fleet", table, RealClock())


async def test_dji_messages_reach_every_partners_feed_and_nothing_flows_back(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-DJI-001: what is on the agency's server afterwards is what its devices sent, no more.
    server = mosquitto_broker("allow_anonymous true")
    seen: dict[str, TrackView] = {}
    statuses: list[int] = []

    async with (
        live(tmp_path, exercise=False) as one,
        Client(one.address, SYSTEM) as publisher,
        Client(one.address, "agencies/lfb/systems/desk") as partner,
        MqttClient.connected(server.port) as devices,
        MqttClient.connected(server.port) as witness,
    ):
        await witness.subscribe("#", 0)
        adapter = RunningAdapter(bridge(server.port), publisher)

        async def reads() -> None:
            async for message in partner.follow():
                for track in message.tracks.tracks:
                    seen[track.label] = track
                    statuses.append(track.operational_status)

        async def dock_and_drone() -> None:
            publish = devices.publish
            while True:
                # Open once it has been seen closed.
                opening = common_pb2.OPERATIONAL_STATUS_AT_DOCK in statuses
                publish(f"thing/product/{DOCK}/osd", sent(dock(cover_state=int(opening))), 0)
                path = [{"latitude": 51.52, "longitude": -0.11, "height": 150.0}]
                event = sent({"planned_path_points": path}, method="return_home_info")
                publish(f"thing/product/{DOCK}/events", event, 0)
                publish(f"thing/product/{OTHER}/osd", sent(flying()), 0)
                publish(f"thing/product/{DOCK}/osd", b"\x00not json", 0)
                await asyncio.sleep(0.2)

        def docked_one() -> TrackView:
            return next(view for view in seen.values() if view.label.startswith("Matrice"))

        other_label = f"drone …{OTHER[-4:]}"
        async with at_work(adapter.run, reads, dock_and_drone):
            launching = common_pb2.OPERATIONAL_STATUS_LAUNCHING
            await until(lambda: launching in statuses, "the launch warning")
            await until(lambda: other_label in seen, "the second drone")
            await until(lambda: bool(docked_one().planned_path), "the way home")
            docked = docked_one()
            assert docked.agency == "met"
            assert docked.aircraft_class == common_pb2.AIRCRAFT_CLASS_DRONE
            assert [point.latitude_deg for point in docked.planned_path] == [51.52]
            assert docked.planned_path_stated_us > 0
            assert seen[other_label].height_m == 60.0
            assert not seen[other_label].HasField("altitude_m")
            await until(lambda: adapter.stats.refused["not JSON"] > 0, "what is no JSON")
        topics = {message.topic for message in witness.kept}
        assert topics == {
            f"thing/product/{DOCK}/osd",
            f"thing/product/{DOCK}/events",
            f"thing/product/{OTHER}/osd",
        }


OTHER = "1581F0000000Z9"


async def test_a_read_only_account_is_enough_and_its_password_stays_in_its_file(
    tmp_path: Path, mosquitto_broker: StartMosquitto, capfd: pytest.CaptureFixture[str]
) -> None:
    acl, passwords, secret = tmp_path / "acl", tmp_path / "passwords", tmp_path / "secret"
    acl.write_text(ACL)
    # mosquitto_passwd's format for "correct-horse", salted; made by hashlib below.
    passwords.write_text(password_line("reader", "correct-horse"))
    passwords.chmod(0o600)
    secret.write_text("correct-horse\n")
    server = mosquitto_broker(READ_ONLY.format(acl=acl, passwords=passwords))
    came = asyncio.Event()

    class Broker:
        async def publish(self, _reports: list[object]) -> object:
            came.set()
            return Answer()

    own = bridge(server.port, username="reader", password_file=secret)
    adapter = RunningAdapter(own, Broker())  # type: ignore[arg-type]
    async with MqttClient.connected(server.port) as devices:

        async def sends() -> None:
            while True:
                devices.publish(f"thing/product/{DRONE}/osd", sent(flying()), 0)
                await asyncio.sleep(0.1)

        async with at_work(adapter.run, sends):
            await asyncio.wait_for(came.wait(), PATIENCE_S)
            assert adapter.stats.state is AdapterState.RUNNING
    shown = capfd.readouterr()
    assert "correct-horse" not in shown.out + shown.err


class Answer:
    accepted_count = 1
    refusals: tuple[object, ...] = ()


def password_line(user: str, password: str) -> str:
    """As Mosquitto's own tool writes it: PBKDF2 with SHA-512 (type 7)."""
    import base64
    import hashlib

    salt = b"0123456789ab"
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 101)
    words = [base64.b64encode(part).decode() for part in (salt, digest)]
    return f"{user}:$7$101${words[0]}${words[1]}\n"


async def test_a_wrong_password_and_a_dead_server_are_said_and_tried_again(
    tmp_path: Path, mosquitto_broker: StartMosquitto, free_port: int
) -> None:
    passwords, secret = tmp_path / "passwords", tmp_path / "secret"
    passwords.write_text(password_line("reader", "right"))
    passwords.chmod(0o600)
    secret.write_text("wrong")
    server = mosquitto_broker(f"allow_anonymous false\npassword_file {passwords}")
    own = bridge(server.port, username="reader", password_file=secret)
    refused = RunningAdapter(own, None)  # type: ignore[arg-type]
    nobody = RunningAdapter(bridge(free_port), None)  # type: ignore[arg-type]
    no_file = bridge(server.port, username="reader", password_file=tmp_path / "none")
    secretless = RunningAdapter(no_file, None)  # type: ignore[arg-type]
    async with at_work(refused.run, nobody.run, secretless.run):
        await until(lambda: "refused" in refused.stats.source_error, "the refusal")
        await until(lambda: "onnection refused" in nobody.stats.source_error, "nobody listens")
        await until(lambda: "No such file" in secretless.stats.source_error, "no password file")
        await until(lambda: refused.stats.source_failures >= 2, "a second try")
    assert "wrong" not in refused.stats.source_error


async def test_a_server_that_dies_is_noticed(mosquitto_broker: StartMosquitto) -> None:
    server = mosquitto_broker("allow_anonymous true")
    adapter = RunningAdapter(bridge(server.port), None)  # type: ignore[arg-type]
    async with at_work(adapter.run):
        async with MqttClient.connected(server.port) as devices:
            refused = adapter.stats.refused

            async def sends() -> None:
                while True:
                    devices.publish("thing/product/no-device/osd", b"{}", 0)
                    await asyncio.sleep(0.05)

            async with at_work(sends):
                await until(lambda: refused.total() > 0, "the first reading")
        server.process.kill()
        server.process.wait()
        await until(lambda: adapter.stats.state is AdapterState.WAITING, "the loss noticed")
        assert "disconnected" in adapter.stats.source_error
