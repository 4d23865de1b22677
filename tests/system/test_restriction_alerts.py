"""A restriction that goes live warns those already inside; one that ends clears its alerts."""

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
from tests.system.harness import rig
from tests.system.live import at_work, until

pytestmark = pytest.mark.system

SETTER, FLEET = "agencies/lfb/systems/desk", "agencies/met/systems/fleet"
LATITUDE_DEG, LONGITUDE_DEG = 51.5014, -0.1419
SECOND_US = 1_000_000
START_US = 1_795_200_000_000_000
WARNING, OVER = common_pb2.ALERT_LEVEL_WARNING, common_pb2.ALERT_LEVEL_UNSPECIFIED


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
        rig(tmp_path, START_US) as one,
        Client(f"127.0.0.1:{one.grpc_port}", SETTER) as setter,
        Client(f"127.0.0.1:{one.grpc_port}", FLEET) as fleet,
    ):
        seen: dict[str, list[alerts_pb2.Alert]] = {}

        async def read() -> None:
            async for message in fleet.follow(kinds=[feed_pb2.FEED_KIND_ALERT]):
                if message.HasField("alert"):
                    seen.setdefault(message.alert.restriction, []).append(message.alert)

        def levels(name: str) -> list[int]:
            return [int(alert.level) for alert in seen.get(name, [])]

        async with at_work(read):
            await fleet.publish([drone(START_US)])
            hours = keep_clear("hours", START_US + 2 * SECOND_US, START_US + 4 * SECOND_US)
            await setter.create_restriction(hours)
            made = await setter.create_restriction(
                keep_clear("now", START_US, START_US + 60 * SECOND_US)
            )
            await one.run_to(START_US + SECOND_US)
            await until(lambda: levels(made.name) == [WARNING], "a warning")
            assert "is inside" in seen[made.name][0].headline
            await setter.withdraw_restriction(made.name)
            await until(lambda: levels(made.name) == [WARNING, OVER], "its end")
            assert levels(hours.name) == []
            await one.run_to(START_US + 3 * SECOND_US)
            await until(lambda: levels(hours.name) == [WARNING], "hours that open")
            await one.run_to(START_US + 5 * SECOND_US)
            await until(lambda: levels(hours.name) == [WARNING, OVER], "and close")
        first, last = seen[hours.name]
        assert hours.windows[0].start_us <= first.raised_us < hours.windows[0].end_us
        assert last.changed_us >= hours.windows[0].end_us
        assert await fleet.list_alerts() == []
