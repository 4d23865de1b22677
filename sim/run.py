"""Runs a simulated London against a broker, in real time, through the public contract only.

Each publishing system has its own queue, so a slow one cannot hold up another; when a queue is
full its oldest batch of positions goes, as the newer positions are worth more. The agencies'
desks read the feed, and those that fly drones acknowledge alerts after a person's delay.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from keepclear.client import GapError, RefusedError, UnavailableError
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2, restrictions_pb2, tracks_pb2
from sim.clock import Clock, WallClock
from sim.demo_agencies import DEMO_AGENCIES, DemoAgency
from sim.london import SLOT_US, Emission, London
from sim.measures import SECOND_US
from sim.scoring import Breach, FloorWatch, SeenAlert

__all__ = ["AgencyClient", "Clock", "Summary", "WallClock", "run"]

QUEUED_BATCHES_MAX: Final = 50
SEEN_ALERTS_MAX: Final = 100_000
REFUSALS_KEPT_MAX: Final = 20
# Basis: the person's share of the 25 s warning budget of the default policy.
ACKNOWLEDGE_AFTER_S: Final = 8.0
RESTRICTION_TRIES: Final = 5
RETRY_AFTER_S: Final = 1.0
# At the end of a run, what is queued may still go out for this long.
DRAIN_S: Final = 5.0


class AgencyClient(Protocol):
    """What the run needs of a connection for one system: `keepclear.client.Client` has it."""

    async def publish(
        self, reports: Iterable[tracks_pb2.TrackReport], batch_id: str | None = None
    ) -> tracks_pb2.PublishTracksResponse:
        """Publish one batch."""
        ...

    async def create_restriction(
        self, restriction: restrictions_pb2.Restriction, request_id: str | None = None
    ) -> restrictions_pb2.Restriction:
        """Set a keep-clear request."""
        ...

    async def acknowledge_alert(self, alert_id: str, acknowledged_by: str) -> alerts_pb2.Alert:
        """Say that a desk has read an alert."""
        ...

    def follow(
        self, role: feed_pb2.Role = feed_pb2.ROLE_DESK
    ) -> AsyncIterator[feed_pb2.FeedMessage]:
        """Read the feed for as long as it is wanted."""
        ...


@dataclass(slots=True)
class Summary:
    """What a run did and saw."""

    reports_sent: int = 0
    reports_refused: int = 0
    refusals: list[str] = field(default_factory=list)
    """The first refusals: field and reason."""
    batches_failed: int = 0
    batches_shed: int = 0
    restrictions_set: int = 0
    restrictions_failed: int = 0
    restrictions_seen: int = 0
    acknowledged: int = 0
    acknowledgements_failed: int = 0
    feeds_ended: int = 0
    """Feeds that stopped with an error although the client reconnects."""
    alerts_by_level: Counter[str] = field(default_factory=Counter)
    """Alerts by the highest level any desk saw: ADVISORY, CAUTION, WARNING, FLOOR."""
    alerts: list[SeenAlert] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    wall_s: float = 0.0


async def run(
    clients_by_system: Mapping[str, AgencyClient], london: London, clock: Clock, for_s: float
) -> Summary:
    """Publish, read and acknowledge for `for_s` seconds of `clock` from the start of `london`.

    `clients_by_system` has a client for each full system name of `demo_agencies`. An earlier start
    of `london` than the clock's time is caught up with at once. Raises ValueError for a client
    that is missing.
    """
    wanted = {name for agency in DEMO_AGENCIES for name in agency.system_names}
    missing = sorted(wanted - set(clients_by_system))
    if missing:
        raise ValueError(f"no client for {', '.join(missing)}")
    return await _Run(clients_by_system, london, clock).go(for_s)


class _Run:
    """One run: its queues, tasks and counters."""

    def __init__(self, clients: Mapping[str, AgencyClient], london: London, clock: Clock) -> None:
        self._clients = clients
        self._london = london
        self._clock = clock
        self._summary = Summary()
        self._floor = FloorWatch()
        self._queues = {
            name: asyncio.Queue[tracks_pb2.PublishTracksRequest](QUEUED_BATCHES_MAX)
            for name in clients
        }
        self._tasks: set[asyncio.Task[None]] = set()
        self._highest: dict[str, int] = {}
        self._restrictions: set[str] = set()

    async def go(self, for_s: float) -> Summary:
        began_s = time.monotonic()
        for name, queue in self._queues.items():
            self._spawn(self._publish(self._clients[name], queue))
        for agency in DEMO_AGENCIES:
            if agency.talkgroup:  # a desk with people; receivers have none
                self._spawn(self._desk(agency, self._clients[agency.system_names[0]]))
        try:
            await self._emit(self._london.start_us + round(for_s * SECOND_US))
            await self._drain()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        return self._finished(time.monotonic() - began_s)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _emit(self, end_us: int) -> None:
        """Advance London with the clock, slot by slot."""
        next_truth_us = self._london.start_us
        while True:
            now_us = min(self._clock.now_us(), end_us)
            for emission in self._london.advance(now_us):
                self._send(emission)
            if now_us >= next_truth_us:
                self._floor.observe(now_us, self._london.truth(now_us))
                next_truth_us = now_us + SECOND_US
            if now_us >= end_us:
                return
            to_next_us = SLOT_US - (now_us - self._london.start_us) % SLOT_US
            await self._clock.sleep(to_next_us / SECOND_US)

    def _send(self, emission: Emission) -> None:
        request = emission.request
        if isinstance(request, tracks_pb2.PublishTracksRequest):
            queue = self._queues[emission.system]
            if queue.full():
                queue.get_nowait()
                queue.task_done()
                self._summary.batches_shed += 1
            queue.put_nowait(request)
        else:
            self._spawn(self._restrict(self._clients[emission.system], request))

    async def _publish(
        self, client: AgencyClient, queue: asyncio.Queue[tracks_pb2.PublishTracksRequest]
    ) -> None:
        while True:
            request = await queue.get()
            try:
                answer = await client.publish(request.reports, request.batch_id)
            except UnavailableError:
                self._summary.batches_failed += 1
            except RefusedError as error:
                self._summary.batches_failed += 1
                self._note_refusal(str(error))
            else:
                self._summary.reports_sent += len(request.reports)
                self._summary.reports_refused += len(answer.refusals)
                for refusal in answer.refusals:
                    self._note_refusal(f"{refusal.field}: {refusal.reason}")
            finally:
                queue.task_done()

    def _note_refusal(self, text: str) -> None:
        if len(self._summary.refusals) < REFUSALS_KEPT_MAX:
            self._summary.refusals.append(text)

    async def _restrict(
        self, client: AgencyClient, request: restrictions_pb2.CreateRestrictionRequest
    ) -> None:
        """Set a keep-clear request; repeating it under the same id is harmless."""
        for _ in range(RESTRICTION_TRIES):
            try:
                await client.create_restriction(request.restriction, request.request_id)
            except UnavailableError:
                await self._clock.sleep(RETRY_AFTER_S)
            except RefusedError as error:
                self._note_refusal(str(error))
                break
            else:
                self._summary.restrictions_set += 1
                return
        self._summary.restrictions_failed += 1

    async def _desk(self, agency: DemoAgency, client: AgencyClient) -> None:
        """One agency's desk: read everything, acknowledge where the agency flies drones."""
        answered: dict[str, int] = {}
        try:
            async for message in client.follow(role=feed_pb2.ROLE_DESK):
                kind = message.WhichOneof("kind")
                if kind == "restriction":
                    self._restrictions.add(message.restriction.name)
                elif kind == "alert":
                    self._see(agency, message.alert)
                    if agency.flies_drones:
                        self._answer(agency, client, message.alert, answered)
        except (GapError, RefusedError, UnavailableError):
            self._summary.feeds_ended += 1

    def _see(self, agency: DemoAgency, alert: alerts_pb2.Alert) -> None:
        self._highest[alert.alert_id] = max(
            alert.highest_level, alert.level, self._highest.get(alert.alert_id, 0)
        )
        if len(self._summary.alerts) < SEEN_ALERTS_MAX:
            labels = tuple(party.label for party in alert.parties)
            seen = SeenAlert(
                agency.agency, alert.alert_id, self._clock.now_us(), alert.level, labels
            )
            self._summary.alerts.append(seen)

    def _answer(
        self,
        agency: DemoAgency,
        client: AgencyClient,
        alert: alerts_pb2.Alert,
        answered: dict[str, int],
    ) -> None:
        """Plan the acknowledgement of a new or risen alert about the agency's own aircraft."""
        if alert.level == common_pb2.ALERT_LEVEL_UNSPECIFIED:
            answered.pop(alert.alert_id, None)
            return
        own = any(party.agency == agency.agency for party in alert.parties)
        if not own or alert.level < common_pb2.ALERT_LEVEL_CAUTION:
            return
        if alert.level > answered.get(alert.alert_id, 0):
            answered[alert.alert_id] = alert.level
            self._spawn(self._acknowledge(agency, client, alert.alert_id, answered))

    async def _acknowledge(
        self, agency: DemoAgency, client: AgencyClient, alert_id: str, answered: dict[str, int]
    ) -> None:
        await self._clock.sleep(ACKNOWLEDGE_AFTER_S)
        if alert_id not in answered:
            return  # cleared meanwhile: nothing left to read
        try:
            await client.acknowledge_alert(alert_id, f"{agency.agency} drone desk")
        except (RefusedError, UnavailableError):
            self._summary.acknowledgements_failed += 1
        else:
            self._summary.acknowledged += 1

    async def _drain(self) -> None:
        joins = [queue.join() for queue in self._queues.values()]
        try:
            await asyncio.wait_for(asyncio.gather(*joins), DRAIN_S)
        except TimeoutError:
            self._summary.batches_shed += sum(queue.qsize() for queue in self._queues.values())

    def _finished(self, wall_s: float) -> Summary:
        summary = self._summary
        summary.restrictions_seen = len(self._restrictions)
        summary.alerts_by_level = Counter(
            common_pb2.AlertLevel.Name(cast("common_pb2.AlertLevel", level)).removeprefix(
                "ALERT_LEVEL_"
            )
            for level in self._highest.values()
        )
        summary.breaches = self._floor.breaches()
        summary.wall_s = wall_s
        return summary
