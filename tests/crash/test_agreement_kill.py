"""`kill -9` after each step of an agreement: what was acknowledged is in force, or over."""

import asyncio
from pathlib import Path

import pytest

from keepclear.client import Client
from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1 import feed_pb2
from tests.ports import unused_port
from tests.system.papers import NAME, paper
from tests.system.processes import Lives, lives
from tests.system.traffic import crowd, now_us

pytestmark = pytest.mark.system

MET, LFB = (f"agencies/{one}/systems/control" for one in ("met", "lfb"))


async def snapshot(address: str) -> list[feed_pb2.FeedMessage]:
    """What the fire brigade's late joiner is shown, with a flight of the police in the picture."""
    async with Client(address, "agencies/met/systems/drones") as met, Client(address, LFB) as lfb:
        await met.publish(crowd(1, now_us()))
        shown = []
        async for message in lfb.subscribe():
            shown.append(message)
            if message.HasField("snapshot_end"):
                return shown
    raise AssertionError("the feed ended")


def labels(shown: list[feed_pb2.FeedMessage]) -> set[bool]:
    """Whether flights of the police have names."""
    tracks = [one for message in shown for one in message.tracks.tracks if one.agency == "met"]
    return {bool(one.label) for one in tracks}


def standing(shown: list[feed_pb2.FeedMessage]) -> set[str]:
    codes = {one.notice.code for one in shown if one.HasField("notice")}
    return {code for code in codes if code.startswith("agreement")}


async def again(broker: Lives) -> None:
    """Killed this moment, and started on the same data."""
    assert broker.now is not None
    broker.now.kill()
    await asyncio.to_thread(broker.start)


async def test_what_was_acknowledged_holds_after_kill_9(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-AGR-005
    monkeypatch.setenv("KEEPCLEAR_AGREEMENTS", "required")
    port = unused_port()
    address = f"127.0.0.1:{port}"
    with lives(tmp_path, "--grpc-port", str(port)) as broker:
        await asyncio.to_thread(broker.start)
        async with Client(address, MET) as met, Client(address, LFB) as lfb:
            await met.agreements.propose(paper(), "Chief inspector")
            await again(broker)
            offered = await lfb.agreements.get(NAME)
            assert offered.state == pb.AGREEMENT_STATE_PROPOSED
            assert labels(await snapshot(address)) == {False}
            await lfb.agreements.accept(NAME, offered.version, "Station manager")
            await again(broker)
            assert (await met.agreements.get(NAME)).state == pb.AGREEMENT_STATE_IN_FORCE
            shown = await snapshot(address)
            assert (labels(shown), "agreement-in-force" in standing(shown)) == ({True}, True)
            await lfb.agreements.end(NAME, "Station manager", "no staff")
            await again(broker)
            assert (await met.agreements.get(NAME)).state == pb.AGREEMENT_STATE_ENDED
            shown = await snapshot(address)
            assert labels(shown) == {False}
            assert standing(shown) == {"agreement-ended", "agreement-missing"}
