"""The ground that a broker is configured with: in its log, after a restart, and in a replay."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from broker.cli.lifetime import reload_policies
from broker.cli.policies import ground_of
from broker.cli.problems import Problem
from broker.cli.replay import replay
from broker.cli.running import Running
from broker.core.geodesy.ground import LONDON_GROUND
from broker.journal.errors import JournalMismatch
from broker.service.settings import GroundSettings, Settings
from broker.service.terrain import TERRAIN_FOLDER
from keepclear.client import Client, report
from keepclear.v1 import common_pb2, schedules_pb2, volumes_pb2
from keepclear.v1 import restrictions_pb2 as pb
from tests.system.harness import replayed, rig

pytestmark = pytest.mark.system

START_US = 1_795_200_000_000_000
MINUTE_US = 60_000_000
LFB = "agencies/lfb/systems/desk"
SEA_LEVEL_HAE_M = 45.95
FLAT = "ncols 40\nnrows 40\nxllcorner -0.2\nyllcorner 51.4\ncellsize 0.005\n" + "15 " * 1_600


def settings(folder: Path, **ground: object) -> Settings:
    return Settings(data_dir=folder / "data", ground=GroundSettings.model_validate(ground))


def low_down() -> pb.Restriction:
    """120 m above ground over a fire."""
    circle = volumes_pb2.Circle(
        center=volumes_pb2.LatLng(latitude_deg=51.5, longitude_deg=-0.1), radius_m=500.0
    )
    volume = volumes_pb2.RestrictionVolume(circle=circle)
    volume.floor.datum = volumes_pb2.LIMIT_DATUM_SURFACE
    volume.ceiling.datum, volume.ceiling.value_m = volumes_pb2.LIMIT_DATUM_AGL, 120.0
    return pb.Restriction(
        name="agencies/lfb/restrictions/fire",
        title="Fire",
        reason="crews at work",
        contact="020 7946 0000",
        applies_to=pb.APPLIES_TO_DRONES,
        volumes=[volume],
        windows=[schedules_pb2.Window(start_us=START_US, end_us=START_US + 60 * MINUTE_US)],
    )


async def listed(client: Client) -> pb.Restriction:
    [one] = await client.list_restrictions()
    return one


def ceiling(one: pb.Restriction) -> float | None:
    """In metres above the ellipsoid; None where nothing limits."""
    [volume] = one.volumes
    given = volume.HasField("judged_ceiling_hae_m")
    return volume.judged_ceiling_hae_m if given else None


async def test_terrain_dropped_in_counts_at_once_after_a_restart_and_in_a_replay(
    tmp_path: Path,
) -> None:
    # REQ-RES-019: the log names the terrain, the data folder holds it; a replay is byte for byte.
    dropped = tmp_path / "flat.asc"
    dropped.write_text(FLAT)
    london = settings(
        tmp_path,
        terrain=dropped,
        highest_amsl_m=LONDON_GROUND.highest_amsl_m,
        area=LONDON_GROUND.area,
    )
    data = london.data_dir
    async with rig(data, START_US) as one, Client(f"127.0.0.1:{one.grpc_port}", LFB) as lfb:
        await lfb.create_restriction(low_down())
        first = await listed(lfb)
        assert ceiling(first) == pytest.approx(120.0 + 245.0 + SEA_LEVEL_HAE_M, abs=0.02)
        await one.broker.control(ground_of(london))
        second = await listed(lfb)
        assert second.version == first.version + 1
        assert ceiling(second) == pytest.approx(120.0 + 15.0 + SEA_LEVEL_HAE_M, abs=0.02)
        await one.broker.control(ground_of(settings(tmp_path)))
        third = await listed(lfb)
        assert third.version == second.version + 1
        assert ceiling(third) is None
        assert third.approximated
        await one.broker.control(ground_of(london))
        await one.run_to(START_US + MINUTE_US // 4)
        last = await listed(lfb)
    dropped.unlink()
    assert replayed(data) == one.shown.digests()
    async with (
        rig(data, START_US + MINUTE_US) as again,
        Client(f"127.0.0.1:{again.grpc_port}", LFB) as lfb,
    ):
        assert await listed(lfb) == last
    for kept in (data / TERRAIN_FOLDER).iterdir():
        kept.unlink()
    with pytest.raises(JournalMismatch, match="terrain"):
        async with rig(data, START_US + 2 * MINUTE_US):
            pass
    with pytest.raises(Problem, match="terrain"):
        replay(data)


async def test_reports_are_above_the_ground_that_restrictions_are_above(tmp_path: Path) -> None:
    # REQ-RES-017: what a report was taken to mean is in the log, whatever the ground became.
    dropped = tmp_path / "flat.asc"
    dropped.write_text(FLAT)
    over_flat = ground_of(settings(tmp_path, terrain=dropped))
    data = tmp_path / "data"
    altitudes_hae_m = []
    async with rig(data, START_US) as one, Client(f"127.0.0.1:{one.grpc_port}", LFB) as lfb:
        tracks = one.broker.projection.airspace.tracks
        for second, ground in enumerate((None, over_flat, ground_of(settings(tmp_path)))):
            if ground is not None:
                await one.broker.control(ground)
            await one.run_to(START_US + second * 1_000_000)
            drone = report(
                f"drone-{second}",
                latitude_deg=51.5,
                longitude_deg=-0.1,
                time_of_validity_us=one.clock.now_us(),
                height=(60.0, common_pb2.HEIGHT_REFERENCE_GROUND),
                source=common_pb2.REPORT_SOURCE_SIMULATED,
            )
            answer = await lfb.publish([drone])
            assert answer.accepted_count == 1, answer
            altitudes_hae_m.append(float(tracks.columns.altitude_hae_m[second]))
        await one.run_to(START_US + 4_000_000)
    london_m, flat_m, unknown_m = altitudes_hae_m
    assert london_m == pytest.approx(60.0 + 245.0 / 2 + SEA_LEVEL_HAE_M, abs=0.02)
    assert flat_m == pytest.approx(60.0 + 15.0 + SEA_LEVEL_HAE_M, abs=0.02)
    assert math.isnan(unknown_m)
    assert replayed(data) == one.shown.digests()


async def test_a_broker_starts_with_its_settings_and_reloads_terrain(tmp_path: Path) -> None:
    # REQ-RES-019
    dropped = tmp_path / "flat.asc"
    dropped.write_text(FLAT)
    wanted = settings(tmp_path, terrain=dropped)
    async with rig(wanted.data_dir, START_US) as one:
        known = one.broker.projection.airspace.restrictions
        running = cast("Running", SimpleNamespace(settings=wanted, broker=one.broker))
        assert known.ground.area == LONDON_GROUND
        await reload_policies(running)
        digest = known.ground.terrain_digest
        assert known.ground.area is None
        assert digest
        dropped.write_text("ncols 2")
        await reload_policies(running)
        assert known.ground.terrain_digest == digest, "a bad one changes nothing"
        dropped.write_text(FLAT.replace("15 ", "16 "))
        await reload_policies(running)
        assert known.ground.terrain_digest not in {"", digest}
