"""An alert that moves without being news is told to the unit whose zone it comes to."""

from pathlib import Path

from broker.core.names import Audience, Role
from broker.core.sharing.roles import Zone
from broker.service.feed.items import ItemKind
from broker.service.feed.subscriber import Filter, Subscriber
from keepclear.client import Client
from keepclear.client.feed import Continuity
from keepclear.v1 import feed_pb2, tracks_pb2
from tests.system.harness import Rig, rig
from tests.system.traffic import LATITUDE_DEG, LONGITUDE_DEG, METRE_DEG, report

START_US = 1_795_200_000_000_000
SPEED_MPS = 20.0
AHEAD_S = 60.0
EDGE_M = 2_000.0
"""From where the drones begin to the zone's western edge."""
UNIT = Audience("laa", Role.DESK)


def formation(time_us: int) -> list[tracks_pb2.TrackReport]:
    """Two drones side by side, inside the floor, on their way east."""
    east_m = SPEED_MPS * (time_us - START_US) / 1e6
    return [
        report(name, east_m=east_m, north_m=north_m, east_mps=SPEED_MPS, time_us=time_us)
        for name, north_m in (("a", 0.0), ("b", 4.0))
    ]


async def given(one: Subscriber) -> list[feed_pb2.FeedMessage]:
    """What waits for the reader: a heartbeat of this second at least."""
    return [feed_pb2.FeedMessage.FromString(message) for message in await one.take()]


async def subscribed(one: Rig, chosen: Filter) -> Subscriber:
    return await one.broker.reading.subscribe(UNIT, chosen, b"")


async def test_an_alert_that_drifts_into_a_zone_is_told_at_the_next_tick(tmp_path: Path) -> None:
    # REQ-PRIV-003
    metre_east_deg = METRE_DEG / 0.6225  # at 51.5 degrees north, within half a per cent
    west_deg = LONGITUDE_DEG + EDGE_M * metre_east_deg
    zone = Zone(LATITUDE_DEG - 1.0, west_deg, LATITUDE_DEG + 1.0, west_deg + 1.0)
    kinds = frozenset({ItemKind.ALERT})
    seen, told, news = Continuity(b""), [], []
    async with (
        rig(tmp_path, START_US) as one,
        Client(f"127.0.0.1:{one.grpc_port}", "agencies/met/systems/fleet") as fleet,
    ):
        confined = await subscribed(one, Filter(zone, confined=True, kinds=kinds))
        free = await subscribed(one, Filter(kinds=kinds))
        for second in range(1, 46):
            now_us = START_US + second * 1_000_000
            await one.run_to(now_us)
            await fleet.publish(formation(now_us))
            await one.run_to(now_us + 500_000)
            news += [second for message in await given(free) if message.HasField("alert")]
            for message in await given(confined):
                assert not seen.is_repeat(message)
                assert seen.check(message) is None, "numbers show no gap"
                told += [second] * message.HasField("alert")
    touches_s = (EDGE_M - SPEED_MPS * AHEAD_S) / SPEED_MPS
    assert news
    assert max(news) < touches_s, "it moved without being news"
    assert len(told) == 1
    assert touches_s <= told[0] <= touches_s + 1.0
