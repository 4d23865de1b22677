"""A report that arrives while time's work is done is served before the rest of it; the log says so.

The engine's own thread runs, in virtual time; reports are put in from inside a half of a tick,
which is the latest moment at which they can come.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from broker.cli.policies import policy_text
from broker.cli.replay import replay_log
from broker.core.commands import Command, SubmitReports, Tick, TickPart
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Outcome
from broker.core.tracks.losing import TOGETHER_MIN
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    OperationalStatus,
    ReportBatch,
    ReportSource,
)
from broker.core.units import SECOND_US
from broker.gateways.wire.feed import WireEncoder
from broker.journal.reading import read_batches
from broker.service.broker import Broker
from broker.service.cadence import HALF_US, TICK_INTERVAL_US
from broker.service.clock import VirtualClock
from broker.service.feed.items import ItemKind
from broker.service.feed.projection import News
from broker.service.settings import AgencySettings
from broker.service.startup import LOG_FOLDER, assemble
from keepclear.v1 import feed_pb2
from tests.core.tracks.batches import NOW_US, at, batch
from tests.system.harness import same_every_time

POLICE, FIRE = SystemName("met", "drones"), SystemName("lfb", "drones")
DRONE = AircraftDescription(aircraft_class=AircraftClass.DRONE)
HOVERING = {
    "velocity_east_mps": 0.0,
    "velocity_north_mps": 0.0,
    "vertical_speed_mps": 0.0,
    "horizontal_accuracy_m": 3.0,
    "operational_status": OperationalStatus.AIRBORNE,
    "source": ReportSource.SIMULATED,
}
NUMBERED = (ItemKind.TRACKS, ItemKind.ALERT, ItemKind.RESTRICTION, ItemKind.COVERAGE)


@dataclass
class Flown:
    """A broker that runs, and what it showed."""

    broker: Broker
    clock: VirtualClock
    shown: dict[Audience, list[bytes]] = field(default_factory=dict)
    kinds: list[ItemKind] = field(default_factory=list)
    """Of what the police desk was sent, in order."""

    def take(self, news: News) -> None:
        """A listener of the hub, in the engine thread."""
        for audience, items in news:
            numbered = [item for item in items if item.kind in NUMBERED]
            self.shown.setdefault(audience, []).extend(item.message for item in numbered)
            if audience.agency == POLICE.agency:
                self.kinds += [item.kind for item in numbered]

    def submit(self, reports: ReportBatch) -> None:
        """From any thread, as a gateway does."""
        self.broker.engine.submit(SubmitReports(reports, self.clock.now_us()))

    def when_applied(self, is_it: Callable[[Tick], bool], then: Callable[[], None]) -> None:
        """Do something inside the next tick that fits, in the engine thread."""
        airspace = self.broker.projection.airspace
        apply = airspace.apply

        def watched(commands: Sequence[Command], now_us: int) -> list[Outcome]:
            [*_, last] = commands
            if isinstance(last, Tick) and is_it(last):
                airspace.apply = apply  # type: ignore[method-assign]
                then()
            return apply(commands, now_us)

        airspace.apply = watched  # type: ignore[method-assign]

    async def run_to(self, time_us: int) -> None:
        """At one go, as when the machine was busy with something else."""
        self.clock.advance_to(time_us)
        for _ in range(4):  # one half of a tick a round, and each answer stands before its own
            await self.broker.intake.ask(lambda: None)


@asynccontextmanager
async def flown(data_dir: Path) -> AsyncIterator[Flown]:
    clock = VirtualClock(NOW_US)
    policy = policy_text("default")
    encoder = WireEncoder(exercise=True)
    parts = assemble(data_dir, policy, encoder, clock, exercise=True, random_bytes=same_every_time)
    one = Flown(Broker(parts), clock)
    one.broker.hub.listen(one.take)
    names = {name: AgencySettings(name=name) for name in (POLICE.agency, FIRE.agency)}
    await one.broker.start(policy, names)
    await one.run_to(NOW_US)
    try:
        yield one
    finally:
        await asyncio.to_thread(one.broker.stop)


def reports(system: SystemName, seconds: float, north_deg: float = 0.0) -> ReportBatch:
    """One drone of the system's; at 0.0002 degrees two of them are some 20 m apart."""
    fields = {"latitude_deg": 51.5 + north_deg, "description": DRONE, **HOVERING}
    return batch(at(seconds, f"drone of {system.agency}", **fields), publisher=system)


def logged(data_dir: Path) -> list[Command]:
    """Everything, in the order in which the core consumed it."""
    return [one for part in read_batches(data_dir / LOG_FOLDER, 1) for one in part.commands]


class Replayed:
    """What the log makes again."""

    def __init__(self, data_dir: Path) -> None:
        self.shown: dict[Audience, list[bytes]] = {}
        replay_log(data_dir / LOG_FOLDER, self)

    def take(self, audience: Audience, message: bytes) -> None:
        """One message."""
        if feed_pb2.FeedMessage.FromString(message).WhichOneof("kind") != "notice":
            self.shown.setdefault(audience, []).append(message)


async def test_a_report_that_comes_inside_a_half_is_served_before_the_other(
    tmp_path: Path,
) -> None:
    # REQ-DET-003, REQ-FEED-016
    async with flown(tmp_path) as one:
        one.submit(reports(POLICE, 0.0))
        await one.run_to(NOW_US)
        one.kinds.clear()
        # Both halves are due now, the judging first: it has been for longer.
        one.when_applied(lambda tick: tick.judges, lambda: one.submit(reports(FIRE, 0.2, 0.0002)))
        await one.run_to(NOW_US + TICK_INTERVAL_US + HALF_US // 2)
        shown, kinds = one.shown, one.kinds
    consumed = logged(tmp_path)
    inside = next(
        place
        for place, command in enumerate(consumed)
        if isinstance(command, SubmitReports) and command.batch.publisher == FIRE
    )
    before, after = consumed[inside - 1], consumed[inside + 1]
    assert isinstance(before, Tick)
    assert before.part is TickPart.JUDGING
    assert isinstance(after, Tick)
    assert after.part is TickPart.PICTURE
    # The alert went out before the frames that were due at the same moment.
    assert kinds.index(ItemKind.ALERT) < kinds.index(ItemKind.TRACKS)
    assert Replayed(tmp_path).shown == shown


async def test_numbers_run_on_over_the_halves_and_the_log_makes_the_same_bytes(
    tmp_path: Path,
) -> None:
    # REQ-DET-002, REQ-FEED-013
    async with flown(tmp_path) as one:
        for step in range(40):
            seconds = step * HALF_US / 1_000_000
            for system, north_deg in ((POLICE, 0.0), (FIRE, 0.0002 + 0.00005 * step)):
                one.submit(reports(system, seconds, north_deg))
            late: Callable[[], None] = lambda at=seconds: one.submit(  # type: ignore[misc]  # noqa: E731
                reports(POLICE, at + 0.01, 0.0001)
            )
            one.when_applied(lambda _: True, late)
            await one.run_to(NOW_US + step * HALF_US)
        shown = one.shown
    desk = Audience(POLICE.agency, Role.DESK)
    messages = [feed_pb2.FeedMessage.FromString(one) for one in shown[desk]]
    numbers = [one.header.number for one in messages]
    assert numbers == sorted(set(numbers))
    assert {"alert", "tracks"} <= {one.WhichOneof("kind") for one in messages}
    times_us = [one.header.sent_us for one in messages]
    assert times_us == sorted(times_us)
    assert Replayed(tmp_path).shown == shown


async def test_a_report_is_served_while_many_tracks_are_lost_at_once(tmp_path: Path) -> None:
    # REQ-DET-003, REQ-TRK-001
    count, silent_s = 3 * TOGETHER_MIN, 7_200.0
    fleet = [
        at(0.0, f"d{place}", latitude_deg=51.5 + 0.01 * place, description=DRONE, **HOVERING)
        for place in range(count)
    ]
    async with flown(tmp_path) as one:
        one.submit(batch(*fleet, publisher=POLICE))
        await one.run_to(NOW_US)
        assert one.broker.projection.airspace.tracks.live_count == count
        one.when_applied(lambda tick: tick.shows, lambda: one.submit(reports(FIRE, silent_s)))
        for _ in range(2):
            await one.run_to(NOW_US + int(silent_s) * SECOND_US)
        assert one.broker.projection.airspace.tracks.live_count == 1
        shown = one.shown
    consumed = logged(tmp_path)
    inside = next(
        place
        for place, command in enumerate(consumed)
        if isinstance(command, SubmitReports) and command.batch.publisher == FIRE
    )
    turns = [
        isinstance(one, Tick) and one.part is TickPart.PICTURE for one in consumed[inside - 1 :]
    ]
    assert turns[:4] == [True, False, True, True], "some before it, and the others after it"
    assert Replayed(tmp_path).shown == shown
