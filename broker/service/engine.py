"""The engine thread: everything waiting is drained as one micro-batch, logged, applied, published.

Theory of operation. One thread owns the core, the log and the projection, so none of them needs a
lock. Gateways submit commands and get a reply on their own event loop. The thread drains whatever
has arrived (event-driven beats ticking: an idle engine reacts at once, a busy one works in
larger and cheaper batches), writes the micro-batch to the log, applies it, and only then lets
effects leave.

A control command is synced to disk before its reply leaves; if the log cannot be written it is
refused and changes nothing. Positions and ticks are applied even then, loudly: a full disk must
not blind the people who keep aircraft apart.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from broker.core.commands import Command, PublisherGone, SubmitReports, Tick
from broker.core.effects import AlertChanged, Effect
from broker.core.errors import Refusal, Refused
from broker.core.outcomes import NotDone, Outcome, Reply
from broker.core.units import SECOND_US
from broker.service.cadence import TICK_INTERVAL_SHEDDING_US, TICK_INTERVAL_US, Cadence
from broker.service.clock import Clock
from broker.service.feed.hub import Hub
from broker.service.feed.projection import Projection
from broker.service.ledger import Ledger, LedgerUnavailable
from broker.service.metrics import Metrics

REPORTS_WAITING_MAX: Final = 200_000
COMMANDS_WAITING_MAX: Final = 20_000
CONTROL_RESERVED_COMMANDS: Final = 1_000
"""Places that position batches may not take: requests are refused last."""
MICRO_BATCH_REPORTS_MAX: Final = 20_000
"""A longer backlog is applied in several micro-batches, so that a tick is never kept waiting."""

MICRO_BATCH_COMMANDS_MAX: Final = 5_000
QUESTIONS_WAITING_MAX: Final = 10_000
QUESTIONS_PER_TURN: Final = 20
"""A snapshot is half a millisecond's work or more: reports that come meanwhile go between."""

OnReply = Callable[[Reply], None]

_DISPLAY_SHED: Final = "display-shed"
_LOG_UNAVAILABLE: Final = "log-unavailable"


class Overloaded(Exception):
    """The queue is full: the caller is told to come back."""


@dataclass(slots=True)
class _Waiting:
    command: Command
    on_reply: OnReply | None


class Engine(threading.Thread):
    """Owns the core. Stops, loudly, on a broken invariant."""

    def __init__(
        self, clock: Clock, ledger: Ledger, projection: Projection, hub: Hub, metrics: Metrics
    ) -> None:
        super().__init__(name="engine", daemon=True)
        self.failure: BaseException | None = None
        self._clock = clock
        self._ledger = ledger
        self._projection = projection
        self._hub = hub
        self._metrics = metrics
        self._condition = threading.Condition()
        self._commands: deque[_Waiting] = deque()
        self._queries: deque[Callable[[], None]] = deque()
        self._reports_waiting = 0
        self._stopping = False
        self._is_shedding = False
        self._cadence = Cadence(clock.now_us())

    def submit(self, command: Command, on_reply: OnReply | None = None) -> None:
        """Queue a command; `on_reply` is called in the engine thread. Raises Overloaded."""
        count, limit = 0, COMMANDS_WAITING_MAX + CONTROL_RESERVED_COMMANDS
        if isinstance(command, SubmitReports):
            count, limit = len(command.batch), COMMANDS_WAITING_MAX
        with self._condition:
            full = len(self._commands) >= limit
            if full or (count and self._reports_waiting + count > REPORTS_WAITING_MAX):
                self._metrics.overloads.inc()
                raise Overloaded
            self._reports_waiting += count
            self._commands.append(_Waiting(command, on_reply))
            self._condition.notify()

    @property
    def room(self) -> float:
        """Share of the queue for positions that is free, 1 to 0; publishers' credit follows it."""
        return max(0.0, 1.0 - self._reports_waiting / REPORTS_WAITING_MAX)

    def ask(self, question: Callable[[], None]) -> None:
        """As `query`, for what others ask. Raises Overloaded."""
        if len(self._queries) >= QUESTIONS_WAITING_MAX:
            self._metrics.overloads.inc()
            raise Overloaded
        self.query(question)

    def query(self, question: Callable[[], None]) -> None:
        """Run `question` in the engine thread, between two micro-batches; it must not raise."""
        with self._condition:
            self._queries.append(question)
            self._condition.notify()

    def stop(self) -> None:
        """Finish what is waiting, then end. Join the thread afterwards."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def run(self) -> None:
        """The thread's loop."""
        try:
            while self._step():
                pass
        except BaseException as failure:
            self.failure = failure
            raise

    def _step(self) -> bool:
        with self._condition:
            while not (self._commands or self._queries or self._stopping or self._tick_is_due()):
                self._clock.wait(self._condition, self._cadence.next_us)
            turn = min(len(self._queries), QUESTIONS_PER_TURN)
            queries = [self._queries.popleft() for _ in range(turn)]
            waiting = self._drain()
            is_done = self._stopping and not self._commands and not self._queries
        for question in queries:
            question()
        if waiting:
            self._micro_batch(waiting)
        # One half of a tick at most: what has come meanwhile is served before the other.
        if self._tick_is_due():
            self._tick()
        return not (is_done and not waiting)

    def _drain(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        reports = 0
        while (
            self._commands
            and reports < MICRO_BATCH_REPORTS_MAX
            and len(taken) < MICRO_BATCH_COMMANDS_MAX
        ):
            one = self._commands.popleft()
            if isinstance(one.command, SubmitReports):
                reports += len(one.command.batch)
            taken.append(one)
        self._reports_waiting -= reports
        self._metrics.queue_reports.set(self._reports_waiting)
        return taken

    def _tick_is_due(self) -> bool:
        return self._clock.now_us() >= self._cadence.next_us

    def _micro_batch(self, waiting: list[_Waiting]) -> None:
        now_us = self._clock.now_us()
        try:
            accepted = self._logged(waiting, now_us)
        except Refused as refused:
            self._one_by_one(waiting, refused)
            return
        if not accepted:
            return
        started_us = self._clock.monotonic_us()
        outcomes = self._projection.airspace.apply([one.command for one in accepted], now_us)
        self._metrics.pass_seconds.observe((self._clock.monotonic_us() - started_us) / SECOND_US)
        effects = [effect for outcome in outcomes for effect in outcome.effects]
        self._publish(effects, now_us, frames_due=False)
        if any(isinstance(effect, AlertChanged) for effect in effects):
            self._observe_latency(accepted)
        for one, outcome in zip(accepted, outcomes, strict=True):
            self._answer(one, outcome)

    def _observe_latency(self, accepted: list[_Waiting]) -> None:
        """Measured from the oldest report of the micro-batch: the figure never flatters."""
        received_us = [
            one.command.received_us for one in accepted if isinstance(one.command, SubmitReports)
        ]
        if received_us:
            latency_us = self._clock.now_us() - min(received_us)
            self._metrics.alert_latency_seconds.observe(latency_us / SECOND_US)

    def _one_by_one(self, waiting: list[_Waiting], refused: Refused) -> None:
        """One of several commands cannot be stored: it is refused, the others are not lost."""
        if len(waiting) > 1:
            for one in waiting:
                self._micro_batch([one])
        elif waiting[0].on_reply is not None:
            waiting[0].on_reply(NotDone(refused.refusals))

    def _logged(self, waiting: list[_Waiting], now_us: int) -> list[_Waiting]:
        """Write the micro-batch to the log; what may go on after that."""
        commands = [one.command for one in waiting]
        try:
            self._ledger.append(commands, now_us, self._clock.monotonic_us())
        except LedgerUnavailable as error:
            return self._without_log(waiting, now_us, str(error))
        return waiting

    def _without_log(self, waiting: list[_Waiting], now_us: int, why: str) -> list[_Waiting]:
        """Control commands are refused; positions and ticks go on under a new epoch."""
        self._metrics.log_failures.inc()
        if self._ledger.take_lost():
            text = f"the log cannot be written ({why}): requests are refused, positions go on"
            self._begin_epoch(text, now_us)
        refusal = Refusal("", f"the log cannot be written ({why}): nothing was changed")
        going_on = []
        for one in waiting:
            if isinstance(one.command, SubmitReports | PublisherGone | Tick):
                going_on.append(one)
            elif one.on_reply is not None:
                one.on_reply(NotDone((refusal,), unavailable=True))
        return going_on

    def _begin_epoch(self, why: str, now_us: int) -> None:
        """Numbers start again: every reader is given the state that they start from."""
        projection = self._projection
        projection.new_epoch(self._ledger.epoch)
        projection.snapshots.standing_notices[_LOG_UNAVAILABLE] = why
        reason = f"new epoch: {why}"
        self._hub.publish(
            [(one, projection.snapshots.whole(one, reason, now_us)) for one in projection.feeds]
        )
        self._say(_LOG_UNAVAILABLE, why, now_us)

    def _tick(self) -> None:
        """The half of a tick that is due, a micro-batch of its own.

        Nothing may re-use a lost track's row before it has been shown as lost.
        """
        now_us = self._clock.now_us()
        tick = self._cadence.take(now_us, self._tick_interval_us(now_us))
        if tick is None:
            return
        started_us = self._clock.monotonic_us()
        self._logged([_Waiting(tick, None)], now_us)
        [outcome] = self._projection.airspace.apply([tick], now_us)
        self._publish(outcome.effects, now_us, frames_due=tick.shows)
        if tick.shows:
            for audience, zone in self._hub.confined.items():
                alerts = self._projection.snapshots.alerts_touching(zone, audience, now_us)
                self._hub.remind(audience, alerts)
        if tick.shows and tick.audit:
            self._hub.publish(self._projection.heartbeats(now_us))
            self._observe()
        self._metrics.tick_seconds.observe((self._clock.monotonic_us() - started_us) / SECOND_US)
        if tick.shows:
            if self._projection.airspace.tracks.overdue_count and not self._is_shedding:
                self._cadence.once_more(now_us)
            self._after_frames(now_us)

    def _after_frames(self, now_us: int) -> None:
        """No frame is pending now: the moment for a snapshot, and for a log that was lost."""
        self._ledger.after_tick(now_us)
        if self._ledger.take_restored():
            self._projection.snapshots.standing_notices.pop(_LOG_UNAVAILABLE, None)
            self._say("log-restored", "the log can be written again", now_us)

    def _tick_interval_us(self, now_us: int) -> int:
        """Fewer frames while more waits than one micro-batch takes; readers are told."""
        is_shedding = self._reports_waiting > MICRO_BATCH_REPORTS_MAX
        if is_shedding and not self._is_shedding:
            text = "positions come faster than they can be checked: the display is updated less"
            self._projection.snapshots.standing_notices[_DISPLAY_SHED] = text
            self._say(_DISPLAY_SHED, text, now_us)
        elif self._is_shedding and not is_shedding:
            self._projection.snapshots.standing_notices.pop(_DISPLAY_SHED, None)
            self._say("display-restored", "the display is updated at its usual rate", now_us)
        self._is_shedding = is_shedding
        return TICK_INTERVAL_SHEDDING_US if is_shedding else TICK_INTERVAL_US

    def _publish(
        self, effects: tuple[Effect, ...] | list[Effect], now_us: int, *, frames_due: bool
    ) -> None:
        self._metrics.count_effects(effects)
        self._hub.publish(self._projection.project(effects, now_us, frames_due=frames_due))

    def _say(self, code: str, text: str, now_us: int) -> None:
        self._hub.publish(self._projection.notice(code, text, now_us))

    def _answer(self, one: _Waiting, outcome: Outcome) -> None:
        if outcome.reply is not None:
            self._metrics.count_reply(outcome.reply)
            if one.on_reply is not None:
                one.on_reply(outcome.reply)

    def _observe(self) -> None:
        airspace = self._projection.airspace
        self._metrics.tracks.set(airspace.tracks.live_count)
        self._metrics.active_alerts.set(airspace.alerting.active_count)
        self._metrics.subscribers.set(self._hub.subscriber_count)
