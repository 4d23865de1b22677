"""A drone that leaves its height band, through both gateways, the list of alerts and a replay."""

import asyncio
from pathlib import Path

import pytest

from broker.cli.alert_wording import alert_lines
from keepclear.client import Client
from keepclear.v1 import alerts_pb2, common_pb2, tracks_pb2
from tests.conftest import StartMosquitto
from tests.system.harness import Feeder, GrpcFeeder, Rig, alerts_of, replayed, rig, told_over_mqtt
from tests.system.traffic import report

pytestmark = pytest.mark.system

START_US = 1_795_200_000_000_000
SECOND_US = 1_000_000
MET, LFB = "agencies/met/systems/drones", "agencies/lfb/systems/drones"
LEAVES_S, LASTS_S = 5, 12
GROUND_AMSL_M = 20.0


def drone(
    name: str, east_m: float, height_m: float, band_m: tuple[float, float], second: int
) -> tracks_pb2.PublishTracksRequest:
    """One drone over the incident at this height above take-off, with its band."""
    one = report(
        name,
        east_m=east_m,
        altitude_m=GROUND_AMSL_M + height_m,
        time_us=START_US + second * SECOND_US,
    )
    one.height_m, one.height_reference = height_m, common_pb2.HEIGHT_REFERENCE_TAKEOFF
    one.description.incident_id = "INC-1"
    lower_m, upper_m = band_m
    reference = common_pb2.HEIGHT_REFERENCE_TAKEOFF
    band = common_pb2.HeightBand(lower_m=lower_m, upper_m=upper_m, reference=reference)
    one.description.allotted_band.CopyFrom(band)
    return tracks_pb2.PublishTracksRequest(batch_id=f"{name}-{second}", reports=[one])


async def fly(one: Rig, feeder: Feeder) -> None:
    for second in range(1, LASTS_S):
        await one.run_to(START_US + second * SECOND_US)
        height_m = 35.0 if second < LEAVES_S else 65.0
        await feeder.send(LFB, drone("f1", 150.0, 70.0, (60.0, 80.0), second))
        await feeder.send(MET, drone("m1", 0.0, height_m, (25.0, 45.0), second))
    await one.run_to(START_US + (LASTS_S + 2) * SECOND_US)


async def by_grpc(folder: Path) -> list[bytes]:
    async with rig(folder, START_US) as one:
        feeder = GrpcFeeder(one.grpc_port)
        await fly(one, feeder)
        for system, advice in ((MET, "Suggestion: keep to the band"), (LFB, "Call ")):
            async with Client(f"127.0.0.1:{one.grpc_port}", system) as client:
                [listed] = await client.list_alerts()
            assert listed.kind == alerts_pb2.ALERT_KIND_LEAVING_BAND
            headline, said, *_ = alert_lines(listed)
            assert "outside its allotted band, 25 m (80 ft) to 45 m (150 ft)" in headline
            assert said.startswith(advice)
        await feeder.close()
    assert replayed(folder) == one.shown.digests()
    return one.shown.alerts["met"]


async def test_a_band_that_is_left_is_told_through_both_gateways(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-BAND-001, REQ-BAND-003
    port = mosquitto_broker("allow_anonymous true\nset_tcp_nodelay true\n").port
    grpc_alerts, mqtt_alerts = await asyncio.gather(
        by_grpc(tmp_path / "grpc"), told_over_mqtt(tmp_path / "mqtt", START_US, port, fly)
    )
    told = alerts_of(grpc_alerts)
    assert alerts_of(mqtt_alerts) == told
    [raised] = [one.alert for one in told]
    assert (raised.level, raised.rule) == (common_pb2.ALERT_LEVEL_CAUTION, "leaving-band")
    assert [party.label for party in raised.parties] == ["M1"]
    assert raised.relative_height_m == pytest.approx(-20.0)
