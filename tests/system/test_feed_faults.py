"""The feed through a network that cuts, delays and goes half-open: the history checker watches."""

import asyncio
import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.gateways.mqtt.server import start
from broker.gateways.mqtt.server_engines import MqttEngine, choose_engine
from keepclear.client import Client, KeepclearError, RefusedError
from keepclear.v1 import feed_pb2
from tests.gateways.mqtt.test_server_engines import rumqttd
from tests.ports import unused_port
from tests.system.fault_proxy import FaultProxy, fault_proxy
from tests.system.history import History, Numbers
from tests.system.live import at_work, live, until
from tests.system.mqtt_reader import MqttReader
from tests.system.traffic import crowd, keep_clear, meeting, now_us, report

pytestmark = pytest.mark.system

MET = "agencies/met/systems/drones"
DESK = "agencies/met/systems/desk"
ROOT = "keepclear-exercise/v1"
SEED = 29
FAULTS = 12


async def faults(proxy: FaultProxy, faulty: History, chance: random.Random) -> None:
    """Cut, delay, half-open, one after the other, each while the reader reads."""
    for _ in range(FAULTS):
        read = faulty.messages
        await until(lambda: faulty.messages > read, "the reader reads")  # noqa: B023
        match chance.choice(["cut", "delay", "half-open"]):
            case "cut":
                await proxy.cut()
            case "delay":
                proxy.delay_s = chance.uniform(0.01, 0.2)
            case _:
                proxy.is_half_open = True
        await asyncio.sleep(chance.uniform(0.1, 0.9))
        proxy.delay_s, was_half_open = 0.0, proxy.is_half_open
        proxy.is_half_open = False
        if was_half_open:
            await proxy.cut()  # bytes are gone: TCP itself would notice by now


async def publish(address: str) -> None:
    """Tracks, an encounter, and requests of which every second ends at once."""
    async with Client(address, MET) as client:
        for number in itertools.count(1):
            time_us = now_us()
            await client.publish(meeting(0, time_us) + crowd(20, time_us))
            await client.create_restriction(keep_clear(f"r{number}"))
            if number % 2:
                await client.withdraw_restriction(f"agencies/met/restrictions/r{number}")
            await asyncio.sleep(0.1)


async def ends_with_the_same_picture(
    address: str, proxy: FaultProxy, direct: History, faulty: History
) -> None:
    """Publish while the proxy breaks things; then both readers have read all, and the same."""
    async with at_work(lambda: publish(address)):
        await until(lambda: faulty.number > 3, "the faulty reader reads")
        await faults(proxy, faulty, random.Random(SEED))
    # Time goes on, and another thread may write one of them: what is equal is looked at as one.
    await until(
        lambda: faulty.number == direct.number and faulty.picture() == direct.picture(),
        "it catches up, and shows the same",
    )


async def test_no_fault_of_the_network_is_seen_in_the_history(tmp_path: Path) -> None:
    # REQ-FEED-013: no unnoticed gap, no time travel, no resurrected track, no missed withdrawal.
    print(f"seed {SEED}")
    numbers = Numbers()
    direct, faulty = History(numbers), History(numbers)
    gaps: list[object] = []
    async with live(tmp_path) as one, fault_proxy(one.grpc_port) as proxy:

        async def read(port: int, history: History) -> None:
            async with Client(f"127.0.0.1:{port}", DESK) as client:
                async for message in client.follow(on_gap=gaps.append):
                    history.take(message)

        async with at_work(lambda: read(one.grpc_port, direct), lambda: read(proxy.port, faulty)):
            await ends_with_the_same_picture(one.address, proxy, direct, faulty)
    assert gaps == []
    assert proxy.connections > FAULTS / 3
    assert faulty.snapshots == ["first subscription"], "every return was a resume"
    print(f"{proxy.connections} connections, {numbers.repeats} messages compared")


@pytest.mark.parametrize("engine", [choose_engine, rumqttd])
async def test_no_fault_is_seen_over_mqtt_either(
    tmp_path: Path, engine: Callable[[], MqttEngine]
) -> None:
    # REQ-FEED-013, and messages that overtake each other besides.
    print(f"seed {SEED}")
    numbers = Numbers()
    direct, faulty = History(numbers), History(numbers)
    server = start(engine(), unused_port(), tmp_path / "mqtt")
    try:
        async with live(tmp_path, server.port) as one, fault_proxy(server.port) as proxy:
            reader = MqttReader(proxy.port, ROOT, "met/desk", faulty, SEED)

            async def read() -> None:
                async with Client(one.address, DESK) as client:
                    async for message in client.follow():
                        direct.take(message)

            await asyncio.to_thread(reader.start)
            try:
                async with at_work(read):
                    await ends_with_the_same_picture(one.address, proxy, direct, faulty)
            finally:
                await asyncio.to_thread(reader.stop)
    finally:
        server.stop()
    print(
        f"{proxy.connections} connections, {reader.resumes_asked} resumes asked, "
        f"{reader.overtaken} overtaken, {reader.repeats} repeats, {numbers.repeats} compared"
    )
    assert reader.resumes_asked > 1
    assert reader.overtaken
    assert reader.repeats


async def test_cannot_resume_is_said_and_a_snapshot_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-FEED-014
    monkeypatch.setattr("broker.service.feed.audience_feed.KEPT_FOR_US", 300_000)
    async with live(tmp_path) as one, Client(one.address, MET) as client:
        history = History(Numbers())
        async for message in client.subscribe():
            history.take(message)
            if message.WhichOneof("kind") == "snapshot_end":
                break
        for _ in range(5):
            await client.publish(crowd(3, now_us()))
            await asyncio.sleep(0.3)
        async for message in client.subscribe(resume_token=history.token):
            history.take(message)
            if message.WhichOneof("kind") == "snapshot_end":
                break
        assert history.snapshots[1].startswith("cannot resume")
        assert len(history.tracks) == 3
        for token in (b"nonsense", b"x" * 300, history.token[:-4]):
            with pytest.raises(RefusedError) as refused:
                await anext(client.subscribe(resume_token=token))
            assert refused.value.refusals[0][0] == "resume_token"
        async with Client(one.address, "agencies/lfb/systems/desk") as other:
            with pytest.raises(RefusedError, match="belongs to"):
                await anext(other.subscribe(resume_token=history.token))


async def test_a_filtered_reader_sees_no_gap_and_all_that_keeps_it_safe(tmp_path: Path) -> None:
    # REQ-FEED-015: area cuts tracks only; kinds leave numbers covered.
    box = feed_pb2.Area(south_deg=51.4999, west_deg=-0.13, north_deg=51.51, east_deg=-0.11)
    async with live(tmp_path) as one, Client(one.address, MET) as client:
        inside, safety = History(Numbers()), History(Numbers())

        async def read_inside() -> None:
            async for message in client.follow(area=box):
                inside.take(message)

        async def read_safety() -> None:
            kinds = [feed_pb2.FEED_KIND_RESTRICTION]
            async for message in client.follow(kinds=kinds):
                safety.take(message)

        async with at_work(read_inside, read_safety):
            await until(lambda: bool(inside.snapshots and safety.snapshots), "both read")
            for step in range(6):
                here = report("here", time_us=now_us())
                await client.publish([here, report("there", time_us=now_us(), north_m=9_000)])
                await client.create_restriction(keep_clear(f"r{step}"))
                await asyncio.sleep(0.3)
            await until(lambda: len(inside.restrictions) == 6 == len(safety.restrictions), "all")
            # A heartbeat closes the last stretch that a filter left out.
            await until(lambda: inside.number == safety.number, "the same number in the end")
            assert [view.label for view in inside.tracks.values()] == ["HERE"]
            assert safety.tracks == {}
            for bad in (feed_pb2.Area(), feed_pb2.Area(south_deg=1, north_deg=-1, east_deg=1)):
                with pytest.raises(KeepclearError, match="area"):
                    await anext(client.subscribe(area=bad))
