"""The same seeded traffic through gRPC and through a real Mosquitto: the same alerts and log.

Eight minutes of a busy hour in every test run; the whole hour in `make soak`.
"""

import asyncio
import os
from pathlib import Path

import pytest

from sim.london import London
from sim.profiles import EVERY_BOROUGH
from tests.conftest import StartMosquitto
from tests.system.harness import Feeder, GrpcFeeder, MqttFeeder, Rig, alerts_of, replayed, rig

SEED = 20261121
START_US = 1_795_200_000_000_000
MINUTES = 60 if os.environ.get("KEEPCLEAR_SOAK") else 8
FLOWN_US = MINUTES * 60 * 1_000_000
STEP_US = 1_000_000
ADSB_SYSTEM = "agencies/surveillance/systems/adsb"
ADSB_EVERY_S = 5
"""Airliners are most of the reports and none of the alerts: thinned to keep the test short."""


async def fly(rig_: Rig, feeder: Feeder, for_us: int) -> None:
    """Send simulated London's requests at their own times."""
    london = London(EVERY_BOROUGH, SEED, START_US, busy_hour=True)
    for time_us in range(START_US + STEP_US, START_US + for_us + 1, STEP_US):
        emissions = london.advance(time_us)
        await rig_.run_to(time_us)
        is_adsb_second = (time_us - START_US) // STEP_US % ADSB_EVERY_S == 0
        for emission in emissions:
            if is_adsb_second or emission.system != ADSB_SYSTEM:
                await feeder.send(emission.system, emission.request)
        await rig_.settle()


async def by_grpc(data_dir: Path, for_us: int) -> tuple[dict[str, str], list[bytes]]:
    """Digests of everything shown, and the police desk's alerts."""
    async with rig(data_dir, START_US) as one:
        feeder = GrpcFeeder(one.grpc_port)
        await fly(one, feeder, for_us)
        await feeder.close()
    return one.shown.digests(), one.shown.alerts["met"]


async def by_mqtt(
    data_dir: Path, for_us: int, port: int
) -> tuple[dict[str, str], list[bytes], list[bytes]]:
    """The same, and the alerts that an MQTT client received."""
    async with rig(data_dir, START_US, port) as one:
        feeder = MqttFeeder(port, "met")
        await feeder.ready()
        await fly(one, feeder, for_us)
        await feeder.received(len(one.shown.alerts["met"]))
        feeder.close()
    return one.shown.digests(), one.shown.alerts["met"], feeder.alerts


@pytest.mark.slow
@pytest.mark.system
@pytest.mark.timeout(1_800)
async def test_traffic_is_the_same_over_both_transports(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-DET-001: the transport changes nothing. REQ-DET-002: the log makes it all again.
    print(f"seed {SEED}, {MINUTES} minutes")
    port = mosquitto_broker("allow_anonymous true\nset_tcp_nodelay true\n").port
    # Side by side only to save time: each has its own broker, clock and log.
    (grpc_digests, grpc_alerts), (mqtt_digests, mqtt_alerts, received) = await asyncio.gather(
        by_grpc(tmp_path / "grpc", FLOWN_US), by_mqtt(tmp_path / "mqtt", FLOWN_US, port)
    )
    assert len(grpc_alerts) > 10
    assert alerts_of(mqtt_alerts) == alerts_of(grpc_alerts)
    assert received == mqtt_alerts
    assert mqtt_digests == grpc_digests
    assert replayed(tmp_path / "grpc") == grpc_digests
    assert replayed(tmp_path / "mqtt") == mqtt_digests
