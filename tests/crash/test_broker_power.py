"""Power cuts: whatever was not synced is gone, and what was acknowledged is not."""

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from broker.journal import log as journal_log
from broker.journal import repair, segments, writer
from broker.service import startup
from keepclear.client import Client
from keepclear.v1 import tracks_pb2
from tests.crash.dropping_store import DroppingStore
from tests.system.harness import rig
from tests.system.history import History, Numbers
from tests.system.traffic import crowd, keep_clear, meeting, now_us

SEED = 11
LIVES = 6
STEPS_MAX = 25
STEP_US = 250_000
SYSTEM = "agencies/met/systems/drones"


@pytest.fixture
def boots(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """Each life is another start of the machine."""
    boots = SimpleNamespace(count=0)
    monkeypatch.setattr(startup, "boot_id", lambda: f"boot-{boots.count}")
    return boots


def watch(patch: pytest.MonkeyPatch, store: DroppingStore) -> None:
    watched = store.connect(segments.connect)
    for module in (segments, writer, repair, journal_log):
        patch.setattr(module, "connect", watched)


class LostAcknowledged(AssertionError):
    """The checker's finding."""


class Machine:
    """A broker's lives in virtual time on one disk, and what each reader was promised."""

    def __init__(self, folder: Path, boots: SimpleNamespace) -> None:
        self.folder = folder
        self.boots = boots
        self.chance = random.Random(SEED)
        self.numbers = Numbers()
        self.epochs: list[str] = []
        self.acknowledged: set[str] = set()
        self.clock_us = now_us()
        self.sync_count = 0

    def data(self, life: int) -> Path:
        return self.folder / f"life-{life}"

    async def live(self, life: int) -> None:
        """One life up to its power cut; raises LostAcknowledged or FeedBroken."""
        self.boots.count += 1
        data = self.data(life)
        durable = self.folder / f"durable-{life}"
        (data / startup.LOG_FOLDER).mkdir(parents=True, exist_ok=True)
        store = DroppingStore(data / startup.LOG_FOLDER, durable)
        with pytest.MonkeyPatch.context() as patch:
            watch(patch, store)
            async with (
                rig(data, self.clock_us) as one,
                Client(f"127.0.0.1:{one.grpc_port}", SYSTEM) as client,
            ):
                await self._check(client)
                for step in range(self.chance.randint(1, STEPS_MAX)):
                    self.clock_us += STEP_US
                    await one.run_to(self.clock_us)
                    await client.publish(self._positions())
                    if self.chance.random() < 0.4:
                        name = f"r{life}-{step}"
                        await client.create_restriction(keep_clear(name))
                        self.acknowledged.add(f"agencies/met/restrictions/{name}")
                await one.settle()
                await self._read(client)
                # The power goes here: what an orderly end writes afterwards is never seen.
                store.power_cut(self.data(life + 1) / startup.LOG_FOLDER, self.chance)
        self.sync_count += store.sync_count
        self.clock_us += 1_000_000

    def _positions(self) -> list[tracks_pb2.TrackReport]:
        time_us = self.clock_us + 1
        return [*meeting(0, time_us), *crowd(10, time_us)]

    async def _check(self, client: Client) -> None:
        kept = {one.name for one in await client.list_restrictions()}
        if not self.acknowledged <= kept:
            raise LostAcknowledged(sorted(self.acknowledged - kept))
        await self._read(client)

    async def _read(self, client: Client) -> None:
        """What a late joiner is shown, and the epoch it is shown under."""
        history = History(self.numbers)
        async for message in client.subscribe():
            history.take(message)
            if message.WhichOneof("kind") == "snapshot_end":
                break
        if history.epoch not in self.epochs:
            self.epochs.append(history.epoch)


async def power_cuts(folder: Path, boots: SimpleNamespace) -> Machine:
    print(f"seed {SEED}")
    machine = Machine(folder, boots)
    for life in range(LIVES):
        await machine.live(life)
    return machine


async def test_no_acknowledged_command_is_lost_to_a_power_cut(
    tmp_path: Path, boots: SimpleNamespace
) -> None:
    # REQ-DUR-011: acknowledged means on disk. REQ-FEED-011: after a loss a new epoch, by snapshot.
    machine = await power_cuts(tmp_path, boots)
    assert len(machine.acknowledged) > 10
    assert len(machine.epochs) == LIVES, "every power cut may have taken numbers: none goes on"


async def test_the_checker_notices_when_the_sync_is_removed(
    tmp_path: Path, boots: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-DUR-011, the other way round: a test that cannot fail proves nothing.
    def never(_self: object, connection: object, _sync: bool) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")  # type: ignore[attr-defined]

    monkeypatch.setattr(writer.SegmentWriter, "_set_sync", never)
    with pytest.raises(LostAcknowledged):
        await power_cuts(tmp_path, boots)
