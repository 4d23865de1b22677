"""Intake: the way in for every gateway. Checks the sender, stamps receipt, waits for the engine."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from statistics import median
from typing import Final, TypeVar

from broker.core.airspace import Airspace
from broker.core.commands import ControlCommand, PublisherGone, SubmitReports
from broker.core.errors import BrokenInvariant, Refusal
from broker.core.geodesy.ground import Ground
from broker.core.names import Audience, SystemName
from broker.core.outcomes import BatchReply, Done, NotDone, Reply
from broker.core.sharing.decision import VIEW_ACTIONS, Decision, may_publish, may_read
from broker.core.sharing.roles import Zone
from broker.core.tracks.reports import ReportBatch
from broker.core.units import SECOND_US
from broker.service.access import Access
from broker.service.clock import Clock
from broker.service.engine import Engine
from broker.service.mailbox import Mailbox
from broker.service.metrics import Metrics

AGES_KEPT: Final = 100
AGES_BEFORE_TELLING: Final = 10
SYSTEMS_PER_AGENCY_MAX: Final = 200

Answer = TypeVar("Answer")


class ReportAges:
    """How old one publisher's positions are on receipt: its clock's offset and its queue."""

    def __init__(self) -> None:
        self._ages_s: deque[float] = deque(maxlen=AGES_KEPT)

    def note(self, age_s: float) -> None:
        """One batch arrived with positions of this (median) age."""
        self._ages_s.append(age_s)

    def median_s(self) -> float | None:
        """Median age in seconds, or None before there is enough to tell."""
        return median(self._ages_s) if len(self._ages_s) >= AGES_BEFORE_TELLING else None


class Intake:
    """Submits commands to the engine and hands its replies back to the caller's event loop."""

    def __init__(
        self,
        engine: Engine,
        airspace: Airspace,
        clock: Clock,
        metrics: Metrics,
        access: Access | None = None,
    ) -> None:
        self.clock = clock
        self.access = access or Access(lambda: airspace.hidden.sharing.pairs.terms)
        self._engine = engine
        self._airspace = airspace
        self._metrics = metrics
        self._ages: dict[SystemName, ReportAges] = {}
        self._known_systems: set[SystemName] = set()
        self._mailbox: Mailbox | None = None

    def bind(self, mailbox: Mailbox) -> None:
        """Of the loop that callers with a future run in: answers come through it."""
        self._mailbox = mailbox

    @property
    def ground(self) -> Ground:
        """What the ground is held to be: the same for reports as for restrictions."""
        return self._airspace.restrictions.ground

    def publishing(self, system: SystemName) -> Decision:
        """May this system publish? New names are limited, for every name ever seen is kept."""
        decision = may_publish(system, self._airspace.controls.agency_names)
        if not decision.allowed or system in self._known_systems:
            return decision
        siblings = sum(one.agency == system.agency for one in self._known_systems)
        if siblings >= SYSTEMS_PER_AGENCY_MAX:
            return Decision(False, f"{system.agency} has {siblings} systems already")
        self._known_systems.add(system)
        return decision

    def reading(self, system: SystemName, audience: Audience, area: Zone | None = None) -> Decision:
        """May this system read this audience's feed, there or everywhere?"""
        controls = self._airspace.controls
        open_view = may_read(system, audience, controls.audiences, controls.agency_names)
        if not open_view.allowed:
            return open_view
        action = VIEW_ACTIONS[audience.role]
        return self.access.decide(system, action, agency=audience.agency, area=area)

    def submit_reports(self, batch: ReportBatch, on_reply: Callable[[Reply], None]) -> int:
        """Queue a batch; returns the time of receipt. Raises Overloaded."""
        received_us = self.clock.now_us()
        if len(batch):
            middle_us = float(sorted(batch.time_of_validity_us.tolist())[len(batch) // 2])
            age_s = (received_us - middle_us) / SECOND_US
            self._ages.setdefault(batch.publisher, ReportAges()).note(age_s)
            self._metrics.feed_lag_seconds.labels(batch.publisher.agency).observe(max(0.0, age_s))
        self._engine.submit(SubmitReports(batch, received_us), on_reply)
        return received_us

    def count_refused_reports(self, refusals: Sequence[Refusal]) -> None:
        """Reports that could not even be read: refused before the engine saw them."""
        self._metrics.count_refused_reports(refusals)

    def count_refused_request(self) -> None:
        """A request that could not be read."""
        self._metrics.refused_commands.inc()

    @property
    def room(self) -> float:
        """Share of the queue for positions that is free, 1 to 0."""
        return self._engine.room

    def report_age_s(self, system: SystemName) -> float | None:
        """Median age of the system's positions on receipt, once it is known."""
        ages = self._ages.get(system)
        return None if ages is None else ages.median_s()

    def reports(self, batch: ReportBatch) -> tuple[int, asyncio.Future[BatchReply]]:
        """As `submit_reports`, with the reply as a future of the running loop."""
        future, on_reply = self._future_of((BatchReply,))
        return self.submit_reports(batch, on_reply), future

    def submit_control(self, command: ControlCommand, on_reply: Callable[[Reply], None]) -> None:
        """Queue a control command. Raises Overloaded."""
        self._engine.submit(command, on_reply)

    def publisher_gone(self, system: SystemName) -> None:
        """The system's connection ended without a goodbye: its feed counts as silent now."""
        self._engine.submit(PublisherGone(system))

    async def control(self, command: ControlCommand) -> Done | NotDone:
        """Carry out a control command; when this returns, it is on disk or it was refused."""
        future: asyncio.Future[Done | NotDone]
        future, on_reply = self._future_of((Done, NotDone))
        self._engine.submit(command, on_reply)
        return await future

    def query(self, question: Callable[[], None], on_failure: Callable[[Exception], None]) -> None:
        """As `ask`, for callers without an event loop. Raises Overloaded.

        `on_failure` is given what `question` raises: an answer that fails ends no engine.
        """

        def run() -> None:
            try:
                question()
            except Exception as error:  # noqa: BLE001 - handed to whoever asked
                on_failure(error)

        self._engine.ask(run)

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """Run `question` in the engine thread, where the core may be read. Raises Overloaded."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        mailbox = self._bound()

        def answer() -> None:
            try:
                result = question()
            except Exception as error:  # noqa: BLE001 - handed to whoever asked
                failure = error
                mailbox.put(lambda: _fail(future, failure))
            else:
                mailbox.put(lambda: _set(future, result))

        self._engine.ask(answer)
        return await future

    def _future_of(
        self, kinds: tuple[type[Answer], ...]
    ) -> tuple[asyncio.Future[Answer], Callable[[Reply], None]]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        mailbox = self._bound()

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, kinds):
                raise BrokenInvariant(f"a reply of another kind: {reply!r}")
            mailbox.put(lambda: _set(future, reply))

        return future, on_reply

    def _bound(self) -> Mailbox:
        if self._mailbox is None:
            raise BrokenInvariant("the intake was asked before it was bound to a loop")
        return self._mailbox


def _set(future: asyncio.Future[Answer], result: Answer) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[Answer], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
