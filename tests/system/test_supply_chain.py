"""The supply-chain policy through both gateways: who sees a mark, and what a refusal says."""

import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from structlog.testing import capture_logs

from broker.cli.lifetime import reload_policies
from broker.cli.policies import policy_text
from broker.cli.running import Running
from broker.cli.wording import doing_words
from broker.core.commands import LoadSupplyChain
from broker.core.errors import Refused
from broker.service.settings import Settings
from keepclear.client import Client, report
from keepclear.v1 import aircraft_pb2, common_pb2, feed_pb2, presence_pb2, tracks_pb2
from tests.conftest import StartMosquitto
from tests.core.supply_chain.policies import (
    CLOUD_REFUSED,
    MAKER_FLAGGED,
    UNREGISTERED_FLAGGED,
    policy,
)
from tests.system.live import live
from tests.system.mqtt_client import MqttClient

pytestmark = pytest.mark.system

MET = "agencies/met/systems/drones"
ROOT = "keepclear-exercise/v1"
POLICY = policy(CLOUD_REFUSED, MAKER_FLAGGED, UNREGISTERED_FLAGGED)
MAKER = feed_pb2.SupplyChainFlag(rule="maker", text="of a maker under review")
UNREGISTERED = feed_pb2.SupplyChainFlag(rule="unregistered", text="not in its agency's register")


def aircraft(own: str, data_path: aircraft_pb2.DataPath) -> aircraft_pb2.Aircraft:
    return aircraft_pb2.Aircraft(
        name=f"agencies/met/aircraft/{own}",
        aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE,
        serials=[f"SERIAL-{own}"],
        maker="DJI",
        data_path=data_path,
        expires_us=time.time_ns() // 1000 + 86_400_000_000,
    )


FLEET = [
    aircraft("sound", aircraft_pb2.DATA_PATH_LOCAL),
    aircraft("cloudy", aircraft_pb2.DATA_PATH_MAKER_CLOUD),
]


def flown(own: str, latitude_deg: float = 51.5) -> tracks_pb2.TrackReport:
    return report(
        own,
        latitude_deg=latitude_deg,
        longitude_deg=-0.12,
        time_of_validity_us=time.time_ns() // 1000,
        source=common_pb2.REPORT_SOURCE_SIMULATED,
        description=tracks_pb2.AircraftDescription(
            aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE,
            callsign=own,
            serial_number=f"SERIAL-{own}",
        ),
    )


def check(answer: tracks_pb2.PublishTracksResponse) -> None:
    """The cloudy one of three is refused, by name; the others are taken."""
    assert answer.accepted_count == 2
    [refusal] = answer.refusals
    assert refusal.field == "reports[1].source_track_id"
    assert refusal.reason.startswith("may not be flown in site: its data goes through")


async def seen(one: Client) -> dict[str, feed_pb2.TrackView]:
    """The tracks of a first snapshot, by label."""
    tracks: dict[str, feed_pb2.TrackView] = {}
    async for message in one.subscribe():
        tracks |= {track.label: track for track in message.tracks.tracks}
        if message.HasField("snapshot_end"):
            break
    return tracks


async def test_grpc_shows_marks_to_whom_the_rule_says(tmp_path: Path) -> None:
    # REQ-SUP-010
    async with (
        live(tmp_path) as one,
        Client(one.address, MET) as met,
        Client(one.address, "agencies/lfb/systems/desk") as lfb,
    ):
        await one.broker.control(LoadSupplyChain(POLICY))
        await met.upsert_aircraft(FLEET)
        check(await met.publish([flown("sound"), flown("cloudy"), flown("nobodys")]))
        own, others = await seen(met), await seen(lfb)
        assert set(own) == set(others) == {"sound", "nobodys"}
        assert list(own["sound"].flags) == list(others["sound"].flags) == [MAKER]
        assert list(own["nobodys"].flags) == [UNREGISTERED]
        assert list(others["nobodys"].flags) == []
        assert "FLAG: of a maker under review" in doing_words(others["sound"])
        with pytest.raises(Refused):
            await one.broker.control(LoadSupplyChain("version = 1"))
        assert (await seen(met))["nobodys"].flags
    # REQ-SUP-008: the policy is in the log.
    async with live(tmp_path) as one, Client(one.address, MET) as met:
        await one.broker.control(LoadSupplyChain(POLICY))
        again = await met.publish([flown("sound"), flown("cloudy"), flown("nobodys")])
        check(again)


async def test_mqtt_shows_and_refuses_the_same(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-SUP-010
    server = mosquitto_broker("allow_anonymous true")
    async with (
        live(tmp_path, server.port) as one,
        MqttClient.connected(server.port) as own,
        MqttClient.connected(server.port) as others,
        Client(one.address, MET) as met,
    ):
        await one.broker.control(LoadSupplyChain(POLICY))
        await met.upsert_aircraft(FLEET)
        await own.subscribe(f"{ROOT}/private/met/drones/acks", 1)
        await own.subscribe(f"{ROOT}/out/met/desk/tracks", 0)
        await others.subscribe(f"{ROOT}/out/lfb/desk/tracks", 0)
        reports = [flown("sound"), flown("cloudy"), flown("nobodys")]
        request = tracks_pb2.PublishTracksRequest(batch_id="b1", reports=reports)
        own.publish(f"{ROOT}/in/met/drones/tracks", request.SerializeToString(), 1)
        frames = {}
        for name, client, agency in (("own", own, "met"), ("others", others, "lfb")):
            wanted = f"{ROOT}/out/{agency}/desk/tracks"
            _, payload = await client.next(wanted)
            shown = feed_pb2.FeedMessage.FromString(payload).tracks.tracks
            frames[name] = {track.label: list(track.flags) for track in shown}
        assert frames["own"] == {"sound": [MAKER], "nobodys": [UNREGISTERED]}
        assert frames["others"] == {"sound": [MAKER], "nobodys": []}
        acknowledged = [
            presence_pb2.CommandAnswer.FromString(bytes(message.payload)).tracks
            for message in own.kept
            if message.topic == f"{ROOT}/private/met/drones/acks"
        ]
        check(acknowledged[0])


async def test_each_policy_is_reloaded_alone_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    # REQ-SUP-002
    pairs, chain = tmp_path / "pairs.toml", tmp_path / "chain.toml"
    pairs.write_text(policy_text("default"))
    chain.write_text(POLICY)
    settings = Settings(policy=str(pairs), supply_chain=chain)
    async with live(tmp_path / "data") as one:
        airspace = one.broker.projection.airspace
        running = cast("Running", SimpleNamespace(settings=settings, broker=one.broker))
        pairs.write_text("schema = 7")
        with capture_logs() as said:
            await reload_policies(running)
        assert [(line["event"], line["setting"]) for line in said] == [
            ("file-refused", "policy"),
            ("file-reloaded", "supply_chain"),  # no terrain is set up: nothing is said of it
        ]
        assert airspace.policy_toml == policy_text("default")
        assert airspace.supply_chain.toml_text == POLICY
        pairs.write_text(policy_text("f3442-benchmark"))
        chain.write_text(POLICY.replace('"flag"', '"warn"'))
        await reload_policies(running)
        assert airspace.policy_toml == policy_text("f3442-benchmark")
        assert airspace.supply_chain.toml_text == POLICY
