"""Clients that do not read, do not stop, or speak another protocol: the others notice nothing."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc.aio
import psutil
import pytest

from broker.gateways.grpc import feed as grpc_feed
from broker.service.feed import subscriber
from keepclear.client import Client, KeepclearError, UnavailableError
from keepclear.client.client import SYSTEM_KEY
from keepclear.v1 import feed_pb2, feed_pb2_grpc, tracks_pb2, tracks_pb2_grpc
from tests.patience import PATIENCE_S
from tests.system.history import History, Numbers
from tests.system.live import Live, at_work, live, until
from tests.system.processes import lives
from tests.system.traffic import crowd, keep_clear, now_us

pytestmark = pytest.mark.system

MET = "agencies/met/systems/drones"
LFB = "agencies/lfb/systems/desk"
SEED = 3
SMALL_WINDOW = (("grpc.http2.bdp_probe", 0), ("grpc.http2.lookahead_bytes", 65_536))


@dataclass
class Bystander:
    """A partner that behaves, and must not notice."""

    address: str
    history: History = field(default_factory=lambda: History(Numbers()))
    heartbeats: int = 0
    worst_wait_s: float = 0.0

    async def read(self) -> None:
        async with Client(self.address, LFB) as client:
            last_s = time.monotonic()
            async for message in client.follow():
                self.worst_wait_s = max(self.worst_wait_s, time.monotonic() - last_s)
                last_s = time.monotonic()
                self.history.take(message)
                self.heartbeats += message.WhichOneof("kind") == "heartbeat"

    async def goes_on(self) -> None:
        """Two more heartbeats, and news: it is served as before."""
        beats, number = self.heartbeats, self.history.number
        await until(lambda: self.heartbeats >= beats + 2, "heartbeats for the others")
        await until(lambda: self.history.number > number, "news for the others")
        print(f"longest wait of a bystander {self.worst_wait_s:.2f} s")


def publisher(address: str, tracks: int, every_s: float = 0.2) -> Any:
    """A steady stream of positions."""

    async def publish() -> None:
        async with Client(address, MET) as client:
            while True:
                await client.publish(crowd(tracks, now_us()))
                await asyncio.sleep(every_s)

    return publish


def never_reads(channel: grpc.aio.Channel, system: str = LFB) -> Any:
    """A subscription that is opened and left alone."""
    stub = feed_pb2_grpc.FeedServiceStub(channel)
    return stub.Subscribe(
        feed_pb2.SubscribeRequest(), metadata=grpc.aio.Metadata((SYSTEM_KEY, system))
    )


def readers(one: Live) -> list[subscriber.Subscriber]:
    """Who is attached to the feed."""
    return [each for some in one.broker.hub._subscribers.values() for each in some]


async def read_to_the_end(call: Any) -> None:
    async for _ in call:
        pass


async def test_a_reader_that_never_reads_is_cut_and_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SLOW-001: bounded, cut with a reason, and nothing of it is kept.
    monkeypatch.setattr(subscriber, "SAFETY_ITEMS_MAX", 20)
    monkeypatch.setattr(grpc_feed, "CUT_GRACE_S", 0.5)
    async with live(tmp_path) as one:
        other = Bystander(one.address)
        async with (
            at_work(publisher(one.address, 1_000), other.read),
            grpc.aio.insecure_channel(one.address, SMALL_WINDOW) as channel,
            Client(one.address, MET) as client,
        ):
            await until(lambda: one.broker.hub.subscriber_count == 1, "the other is attached")
            before = readers(one)
            stuck = never_reads(channel)
            await until(lambda: one.broker.hub.subscriber_count == 2, "both readers attached")
            (reader,) = [new for new in readers(one) if new not in before]
            # What the two ends of the connection buffer is full: from here on messages wait.
            await until(lambda: reader.shed_frame_count > 3, "frames are shed")
            for number in range(25):
                await client.create_restriction(keep_clear(f"r{number}"))
                # The other reads as it goes, however slow the machine is.
                await until(lambda: len(other.history.restrictions) > number, "the other has it")  # noqa: B023
            await until(lambda: one.metric("readers_cut_total") == 1, "the reader is cut")
            await until(lambda: one.broker.hub.subscriber_count == 1, "and let go")
            await other.goes_on()
            with pytest.raises(grpc.aio.AioRpcError, match="too slow"):
                await asyncio.wait_for(read_to_the_end(stuck), PATIENCE_S)
        assert len(other.history.restrictions) == 25


async def test_a_slow_reader_is_cut_with_the_reason_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SLOW-002: RESOURCE_EXHAUSTED, and the last token resumes with nothing missed.
    monkeypatch.setattr(subscriber, "SAFETY_ITEMS_MAX", 20)
    history = History(Numbers(), compare_frames=False)

    async def read(one: Live, client: Client) -> None:
        async for message in client.subscribe():
            history.take(message)
            if message.WhichOneof("kind") == "snapshot_end":
                (slow,) = next(iter(one.broker.hub._subscribers.values()))
                slow.offer(await items_of(one, client, 30))

    async with live(tmp_path) as one, Client(one.address, MET) as client:
        with pytest.raises(UnavailableError, match="too slow"):
            await read(one, client)
        seen = len(history.restrictions)
        # What was missed is more than may wait, and yet it is given: it is not slowness.
        async for message in client.subscribe(resume_token=history.token):
            history.take(message)
            if len(history.restrictions) == 30:
                break
        assert seen < 30
        assert history.snapshots == ["first subscription"], "resumed, not started again"


async def items_of(one: Live, client: Client, count: int) -> list[Any]:
    """That many restrictions, at once: as the hub would hand them to a reader that is behind."""
    caught: list[Any] = []

    def catch(news: Any) -> None:
        caught.extend(
            item
            for audience, items in news
            if str(audience) == "agencies/met/roles/desk"
            for item in items
            if item.key
        )

    one.broker.hub.listen(catch)
    held = dict(one.broker.hub._subscribers)
    one.broker.hub._subscribers.clear()  # so that each comes once, all together
    for number in range(count):
        await client.create_restriction(keep_clear(f"s{number}"))
    one.broker.hub._subscribers.update(held)
    return caught


def frames_shed(one: Live) -> int:
    """Merged away for the readers of this moment; the metric is told when they go."""
    return sum(reader.shed_frame_count for reader in readers(one))


async def test_display_detail_is_merged_and_the_newest_wins(tmp_path: Path) -> None:
    # REQ-SLOW-003
    async with live(tmp_path) as one:
        other = Bystander(one.address)
        async with (
            at_work(publisher(one.address, 1_500, 0.05), other.read),
            grpc.aio.insecure_channel(one.address, SMALL_WINDOW) as channel,
        ):
            slow = never_reads(channel)
            history = History(Numbers(), compare_frames=False)
            await until(lambda: frames_shed(one) > 0, "frames are shed")
            before = now_us()
            frames = 0
            async for response in slow:
                history.take(response.message)
                frames += response.message.WhichOneof("kind") == "tracks"
                newest = max(
                    (view.time_of_validity_us for view in history.tracks.values()), default=0
                )
                if newest > before:
                    break
            await until(lambda: other.history.number >= history.number, "the other is as far")
            await other.goes_on()
            slow.cancel()
            await until(lambda: one.metric("frames_shed_total") > 0, "shed frames are counted")
        assert len(history.tracks) == 1_500
        print(f"{one.metric('frames_shed_total'):.0f} frames merged away, {frames} delivered")


async def test_memory_stays_bounded_however_many_do_not_read(tmp_path: Path) -> None:
    # REQ-SLOW-004
    with lives(tmp_path) as broker:
        process = await asyncio.to_thread(broker.start)
        resident = psutil.Process(process.process.pid).memory_info
        other = Bystander(process.grpc)
        async with at_work(publisher(process.grpc, 2_000), other.read):
            await until(lambda: len(other.history.tracks) == 2_000, "a full picture")
            await asyncio.sleep(1.0)
            before = resident().rss
            channels = [grpc.aio.insecure_channel(process.grpc, (("k", n),)) for n in range(20)]
            held = [never_reads(channel) for channel in channels]
            await asyncio.sleep(6.0)
            grown = (resident().rss - before) / 1e6
            await other.goes_on()
            for channel in channels:
                await channel.close()
            del held
    print(f"20 readers that never read cost {grown:.0f} MB")
    # Each may hold one picture taken and one waiting, and what gRPC buffers; the messages kept for
    # resuming grow meanwhile. Ten times that is what a leak would look like.
    assert grown < 300


async def test_garbage_a_byte_at_a_time_and_half_requests_disturb_nobody(tmp_path: Path) -> None:
    # REQ-HOSTILE-001
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    async with live(tmp_path) as one:
        other = Bystander(one.address)

        async def bother(preface: bytes) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", one.grpc_port)
            try:
                for byte in preface + chance.randbytes(200):
                    writer.write(bytes([byte]))
                    await asyncio.sleep(0.002)
                await asyncio.wait_for(reader.read(), 1.0)
            except (OSError, TimeoutError):
                pass
            finally:
                writer.transport.abort()

        async with at_work(publisher(one.address, 10), other.read):
            preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            await asyncio.gather(*(bother(preface if n % 2 else b"") for n in range(30)))
            await other.goes_on()


async def test_a_flood_and_an_oversize_message_are_refused_and_nobody_else_waits(
    tmp_path: Path,
) -> None:
    # REQ-HOSTILE-002
    async with live(tmp_path) as one:
        other = Bystander(one.address)

        async def flood() -> None:
            """Batches without waiting for acknowledgements, against the contract."""
            async with grpc.aio.insecure_channel(one.address) as channel:
                stub = tracks_pb2_grpc.TrackServiceStub(channel)

                async def requests() -> AsyncIterator[tracks_pb2.PublishTracksRequest]:
                    while True:
                        yield tracks_pb2.PublishTracksRequest(reports=crowd(500, now_us()))
                        await asyncio.sleep(0)

                metadata = grpc.aio.Metadata((SYSTEM_KEY, "agencies/las/systems/flood"))
                async for _ in stub.PublishTracks(requests(), metadata=metadata):
                    pass

        async with at_work(publisher(one.address, 10), other.read, flood):
            await asyncio.sleep(2.0)
            async with Client(one.address, "agencies/las/systems/big") as client:
                big = crowd(2_000, now_us())
                for report in big:
                    report.description.talkgroup = "x" * 4_000
                with pytest.raises(KeepclearError):
                    await client.publish(big)
                await client.create_restriction(keep_clear("las-1", "las"))
            await other.goes_on()
        assert "agencies/las/restrictions/las-1" in other.history.restrictions


async def test_a_reconnect_storm_leaves_no_reader_behind(tmp_path: Path) -> None:
    # REQ-HOSTILE-003
    async with live(tmp_path) as one:
        other = Bystander(one.address)

        async def storm(count: int) -> None:
            async with grpc.aio.insecure_channel(one.address, (("k", count),)) as channel:
                for step in range(20):
                    call = never_reads(channel)
                    if step % 2:
                        await asyncio.wait_for(call.read(), PATIENCE_S)
                    else:
                        await asyncio.sleep(0.001 * (step % 5))
                    call.cancel()

        async with at_work(publisher(one.address, 200), other.read):
            await until(lambda: bool(other.history.tracks), "a picture")
            await asyncio.gather(*(storm(number) for number in range(20)))
            await until(lambda: one.broker.hub.subscriber_count == 1, "only the other is left")
            await other.goes_on()
        assert one.broker.hub.subscriber_count <= 1


async def test_two_systems_with_one_name_both_publish_and_both_read(tmp_path: Path) -> None:
    # REQ-HOSTILE-004: a name twice is a mistake, not an outage: newest position wins, none is cut.
    async with live(tmp_path) as one, Client(one.address, MET) as a, Client(one.address, MET) as b:
        first = Bystander(one.address)
        second = Bystander(one.address)
        async with at_work(first.read, second.read):
            for _ in range(5):
                time_us = now_us()
                answers = await asyncio.gather(
                    a.publish(crowd(3, time_us)), b.publish(crowd(3, time_us))
                )
                assert sorted(answer.accepted_count for answer in answers) == [0, 3]
                refused = next(answer for answer in answers if not answer.accepted_count)
                assert refused.refusals[0].field == "reports[0].time_of_validity_us"
            await until(lambda: len(first.history.tracks) == 3, "one reads")
            await until(lambda: len(second.history.tracks) == 3, "and so does the other")


async def test_one_reader_too_many_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-HOSTILE-005: also when all of them come at the same moment.
    monkeypatch.setattr(grpc_feed, "SUBSCRIBERS_MAX", 20)
    async with live(tmp_path) as one, grpc.aio.insecure_channel(one.address) as channel:

        async def outcome(call: Any) -> str:
            try:
                await call.read()
            except grpc.aio.AioRpcError as error:
                return str(error.code().name)
            return "OK"

        calls = [never_reads(channel) for _ in range(25)]
        outcomes = await asyncio.gather(*(outcome(call) for call in calls))
        assert sorted(outcomes) == ["OK"] * 20 + ["RESOURCE_EXHAUSTED"] * 5
        for call in calls:
            call.cancel()
        await until(lambda: one.broker.hub.subscriber_count == 0, "all gone")
        assert await outcome(never_reads(channel)) == "OK"
