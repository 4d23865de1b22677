"""Clocks: wall time and monotonic time beside it, injected everywhere.

Everything that asks for the time asks one of these, so an hour of tests runs in virtual time.
"""

import threading
import time
from typing import Protocol

from broker.core.clock_steps import SET_BACK_US_MAX
from broker.core.units import SECOND_US


class Clock(Protocol):
    """Wall and monotonic time in microseconds, and waiting."""

    def now_us(self) -> int:
        """Unix time, UTC. Never runs backwards."""
        ...

    def monotonic_us(self) -> int:
        """Time since an arbitrary start, for measuring."""
        ...

    def wait(self, condition: threading.Condition, until_us: int) -> None:
        """Wait, holding `condition`, until notified or until `until_us`."""
        ...


class ClockSetBack(Exception):
    """The machine's clock was set back while the broker runs."""


class SystemClock:
    """The machine's clocks. Set back by SET_BACK_US_MAX at most, time stands still meanwhile.

    By more it must not: nothing would age and no alert end. Too much here counts on time going on,
    so the broker stops, and goes on from its log when it is started again (`core.clock_steps`).
    """

    def __init__(self) -> None:
        self._last_us = 0

    def now_us(self) -> int:
        """Unix time, UTC, never running backwards. Raises ClockSetBack."""
        wall_us = time.time_ns() // 1_000
        if self._last_us - wall_us > SET_BACK_US_MAX:
            back_s = (self._last_us - wall_us) / SECOND_US
            raise ClockSetBack(f"the machine's clock was set back by {back_s:.0f} s")
        self._last_us = max(self._last_us, wall_us)
        return self._last_us

    def monotonic_us(self) -> int:
        """Monotonic time."""
        return time.monotonic_ns() // 1_000

    def wait(self, condition: threading.Condition, until_us: int) -> None:
        """Wait until notified or until `until_us`."""
        timeout_s = (until_us - self.now_us()) / SECOND_US
        if timeout_s > 0:
            condition.wait(timeout_s)


class VirtualClock:
    """A clock that only moves when it is told to; waiters wake whenever it moves."""

    def __init__(self, start_us: int) -> None:
        self._now_us = start_us
        self._waiting: threading.Condition | None = None

    def now_us(self) -> int:
        """The virtual time."""
        return self._now_us

    def monotonic_us(self) -> int:
        """The virtual time again: it never runs backwards."""
        return self._now_us

    def wait(self, condition: threading.Condition, until_us: int) -> None:
        """Wait until notified or until somebody moves the clock to `until_us` or beyond."""
        self._waiting = condition
        if self._now_us < until_us:
            condition.wait()

    def advance_to(self, now_us: int) -> None:
        """Move on; moving back is refused."""
        if now_us < self._now_us:
            raise ValueError("a clock does not run backwards")
        self._now_us = now_us
        if self._waiting is not None:
            with self._waiting:
                self._waiting.notify_all()
