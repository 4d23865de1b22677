"""A restriction that goes live warns those already inside; one that ends clears its alerts."""

import asyncio
import time
from pathlib import Path

import pytest

from keepclear.client import Client, report
from keepclear.v1 import (
    alerts_pb2,
    common_pb2,
    feed_pb2,
    restrictions_pb2,
    schedules_pb2,
    tracks_pb2,
    volumes_pb2,
)
from tests.system.live import live, until

pytestmark = pytest.mark.system

SETTER, FLEET = "agencies/lfb/systems/desk", "agencies/met/systems/fleet"
LATITUDE_DEG, LONGITUDE_DEG = 51.5014, -0.1419
SECOND_US = 1_000_000


def keep_clear(name: str, start_us: int, end_us: int) -> restrictions_pb2.Restriction:
    return restrictions_pb2.Restriction(
        name=f"agencies/lfb/restrictions/{name}",
        title=name,
        reason="Crane",
        contact="020 7946 0000",
        applies_to=restrictions_pb2.APPLIES_TO_DRONES,
        volumes=[
            volumes_pb2.RestrictionVolume(
                circle=volumes_pb2.Circle(
                    center=volumes_pb2.LatLng(
                        latitude_deg=LATITUDE_DEG, longitude_deg=LONGITUDE_DEG
                    ),
                    radius_m=300.0,
                ),
                floor=volumes_pb2.VerticalLimit(datum=volumes_pb2.LIMIT_DATUM_SURFACE),
                ceiling=volumes_pb2.VerticalLimit(datum=volumes_pb2.LIMIT_DATUM_UNLIMITED),
            )
        ],
        windows=[schedules_pb2.Window(start_us=start_us, end_us=end_us)],
    )


def drone(now_us: int) -> tracks_pb2.TrackReport:
    """It hovers in the middle, and is heard of only once."""
    return report(
        "drone-1",
        latitude_deg=LATITUDE_DEG,
        longitude_deg=LONGITUDE_DEG,
        time_of_validity_us=now_us,
        altitude=(120.0, common_pb2.ALTITUDE_DATUM_HAE),
        velocity_mps=(0.0, 0.0),
        source=common_pb2.REPORT_SOURCE_SIMULATED,
        description=tracks_pb2.AircraftDescription(
            aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE, callsign="drone-1"
        ),
    )


async def test_those_inside_are_warned_as_it_goes_live_and_cleared_as_it_ends(
    tmp_path: Path,
) -> None:
    # REQ-RES-033: set at once and withdrawn, and opened and closed by its hours alone.
    async with (
        live(tmp_path) as one,
        Client(one.address, SETTER) as setter,
        Client(one.address, FLEET) as fleet,
    ):
        seen: dict[str, list[alerts_pb2.Alert]] = {}

        async def read() -> None:
            async for message in fleet.follow(kinds=[feed_pb2.FEED_KIND_ALERT]):
                if message.HasField("alert"):
                    seen.setdefault(message.alert.restriction, []).append(message.alert)

        def levels(name: str) -> list[int]:
            return [int(alert.level) for alert in seen.get(name, [])]

        reading = asyncio.create_task(read())
        now_us = time.time_ns() // 1_000
        await fleet.publish([drone(now_us)])
        hours = keep_clear("hours", now_us + 2 * SECOND_US, now_us + 4 * SECOND_US)
        await setter.create_restriction(hours)
        made = await setter.create_restriction(keep_clear("now", now_us, now_us + 60 * SECOND_US))
        await until(lambda: levels(made.name) == [common_pb2.ALERT_LEVEL_WARNING], "a warning")
        assert "is inside" in seen[made.name][0].headline
        await setter.withdraw_restriction(made.name)
        await until(lambda: len(levels(made.name)) == 2, "its end")
        assert levels(made.name)[1] == common_pb2.ALERT_LEVEL_UNSPECIFIED
        await until(lambda: len(levels(hours.name)) == 2, "hours that open and close")
        assert levels(hours.name) == [
            common_pb2.ALERT_LEVEL_WARNING,
            common_pb2.ALERT_LEVEL_UNSPECIFIED,
        ]
        first, last = seen[hours.name]
        assert hours.windows[0].start_us <= first.raised_us < hours.windows[0].end_us
        assert last.changed_us >= hours.windows[0].end_us
        assert await fleet.list_alerts() == []
        reading.cancel()
