"""The walk-through's commands run as they stand, in order."""

import asyncio
import re
import time
from pathlib import Path

import pytest

from broker.service.settings import PublishingSettings
from keepclear.client import Client, report
from keepclear.v1 import common_pb2, feed_pb2, tracks_pb2
from tests.docs.walkthrough import blocks_of, run_blocks
from tests.system.live import at_work, live

pytestmark = pytest.mark.system

RADIO = "agencies/met/systems/radio"
RULES = PublishingSettings(approval=("met",), unacknowledged_after_s=120, escalate_to="met")


def unknown_drone() -> tracks_pb2.TrackReport:
    return report(
        "unknown-1",
        latitude_deg=51.5014,
        longitude_deg=-0.1419,
        time_of_validity_us=time.time_ns() // 1000,
        source=common_pb2.REPORT_SOURCE_SIMULATED,
        description=tracks_pb2.AircraftDescription(
            aircraft_class=common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE, callsign="unknown-1"
        ),
    )


async def keep_seeing(address: str) -> None:
    """Until the last command is done, however long that takes."""
    async with Client(address, RADIO) as client:
        while True:
            await client.publish([unknown_drone()])
            await asyncio.sleep(1.0)


async def sighting(address: str) -> str:
    """Its track's id on the police desk's screen."""
    async with Client(address, RADIO) as client:
        async for message in client.follow(kinds=[feed_pb2.FEED_KIND_TRACKS]):
            for row in message.tracks.tracks:
                return row.track_id
    raise AssertionError("the feed ended")


async def test_the_walk_through_runs_as_it_stands(tmp_path: Path) -> None:
    # REQ-PUB-010
    blocks = blocks_of("walkthrough-restriction.md")
    assert len(blocks) == 8
    async with (
        live(tmp_path / "data", publishing=RULES) as one,
        at_work(lambda: keep_seeing(one.address)),
    ):
        track = await sighting(one.address)
        printed = await run_blocks(blocks, tmp_path, one.address, TRACK=track)
    proposed, previewed, approved, delivered, checked, amended, withdrawn, emergency = printed
    assert "is a draft: nobody is asked" in proposed
    assert re.search(r"aircraft +unknown-1 \(met\) inside", previewed)
    assert "waits for approval" in approved
    assert "version 1 is live" in approved
    before, _, after = delivered.partition("is acknowledged")
    assert "lfb" in before.rpartition("not acknowledged by")[2]
    assert "agencies/lfb/systems/desk" in after
    assert "lfb" not in after.rpartition("not acknowledged by")[2]
    assert "is signed by that broker" in checked
    assert "version 2 is live" in amended
    assert withdrawn.count("version 3") >= 1
    assert emergency.count("emergency, not yet approved by a second person") == 2
    assert "version 2 is live" in emergency
