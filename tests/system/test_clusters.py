"""A crowd at one incident, through both gateways: three alerts, the last gathers the rest."""

import asyncio
from pathlib import Path

import pytest

from keepclear.client import Client, RefusedError
from keepclear.v1 import alerts_pb2, common_pb2, tracks_pb2
from tests.conftest import StartMosquitto
from tests.system.harness import Feeder, GrpcFeeder, Rig, alerts_of, replayed, rig, told_over_mqtt
from tests.system.traffic import report

pytestmark = pytest.mark.system

START_US = 1_795_200_000_000_000
SECOND_US = 1_000_000
MET, LFB = "agencies/met/systems/drones", "agencies/lfb/systems/drones"
CROWD = 8
DIVE_S = 12
"""From here on one drone sinks into its neighbour's floor."""


def crowd(agency: str, first: int, second: int) -> tracks_pb2.PublishTracksRequest:
    """Every other drone of a row, 20 m apart and 8 m in height, hovering at one incident."""
    time_us = START_US + second * SECOND_US
    reports = []
    for place in range(first, CROWD, 2):
        sunk = place == CROWD - 1 and second >= DIVE_S
        one = report(
            f"c{place}",
            east_m=20.0 * place - (12.0 if sunk else 0.0),
            altitude_m=100.0 + (0.0 if sunk else 8.0 * (place % 2)),
            time_us=time_us,
        )
        one.description.incident_id = "INC-CROWD"
        reports.append(one)
    return tracks_pb2.PublishTracksRequest(batch_id=f"{agency}-{second}", reports=reports)


async def gather(one: Rig, feeder: Feeder, seconds: int = 25) -> None:
    for second in range(1, seconds):
        await one.run_to(START_US + second * SECOND_US)
        await feeder.send(MET, crowd("met", 0, second))
        await feeder.send(LFB, crowd("lfb", 1, second))
    await one.run_to(START_US + (seconds + 12) * SECOND_US)


def check(alerts: list[alerts_pb2.Alert]) -> None:
    # REQ-SEP-020: three at most; REQ-SEP-021: the floor escalates the cluster.
    assert len({alert.alert_id for alert in alerts}) == 3
    assert {alert.incident_id for alert in alerts} == {"INC-CROWD"}
    clusters = [one for one in alerts if one.kind == alerts_pb2.ALERT_KIND_CLUSTER]
    assert max(one.member_count for one in clusters) == CROWD - 3
    floor = next(one for one in clusters if one.level == common_pb2.ALERT_LEVEL_FLOOR)
    assert floor.members[0].level == common_pb2.ALERT_LEVEL_FLOOR
    assert {party.label for party in floor.members[0].parties} == {"C6", "C7"}
    assert floor.members[0].headline in floor.headline
    assert floor.advice == floor.members[0].advice != ""


async def by_grpc(folder: Path) -> list[bytes]:
    async with rig(folder, START_US) as one:
        feeder = GrpcFeeder(one.grpc_port)
        await gather(one, feeder)
        async with Client(f"127.0.0.1:{one.grpc_port}", MET) as client:
            listed = await client.list_alerts()
            cluster = next(a for a in listed if a.kind == alerts_pb2.ALERT_KIND_CLUSTER)
            assert len(listed) == 3
            answered = await client.acknowledge_alert(cluster.members[1].alert_id, "desk")
            assert answered.alert_id == cluster.alert_id
            assert [ack.acknowledged_by for ack in answered.acknowledgements] == ["desk"]
            with pytest.raises(RefusedError, match="no active alert"):
                await client.acknowledge_alert("alc-0000000000000000", "desk")
        await feeder.close()
    assert replayed(folder) == one.shown.digests()
    return one.shown.alerts["met"]


async def test_a_crowd_makes_three_alerts_through_both(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    port = mosquitto_broker("allow_anonymous true\nset_tcp_nodelay true\n").port
    grpc_alerts, mqtt_alerts = await asyncio.gather(
        by_grpc(tmp_path / "grpc"), told_over_mqtt(tmp_path / "mqtt", START_US, port, gather)
    )
    told = alerts_of(grpc_alerts)
    check([one.alert for one in told])
    # All but the acknowledgement, which was given over gRPC alone.
    assert alerts_of(mqtt_alerts) == told[: len(mqtt_alerts)]
    assert len(told) == len(mqtt_alerts) + 1
