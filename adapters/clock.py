"""The clock that adapters are given: the machine's, or one that a recording drives."""

import asyncio
import heapq
import itertools
import time
from typing import Protocol

MICROSECONDS = 1_000_000  # in one second


class Clock(Protocol):
    """Tells the time (Unix microseconds UTC) and waits (seconds)."""

    def now_us(self) -> int:
        """The time now."""
        ...

    async def sleep_s(self, delay_s: float) -> None:
        """Return when that much time has gone by on this clock."""
        ...


class RealClock:
    """This machine's clock."""

    def now_us(self) -> int:
        """The time now."""
        return time.time_ns() // 1000

    async def sleep_s(self, delay_s: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(delay_s)


class VirtualClock:
    """A clock that stands still until it is advanced: recordings and tests run as fast as they can.

    Sleepers wake in the order of their times, each seeing the time it asked for.
    """

    def __init__(self, start_us: int = 0) -> None:
        self._now_us = start_us
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_us(self) -> int:
        """The time now."""
        return self._now_us

    async def sleep_s(self, delay_s: float) -> None:
        """Wait until the clock has been advanced that far."""
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        wake_us = self._now_us + max(0, round(delay_s * MICROSECONDS))
        heapq.heappush(self._sleepers, (wake_us, next(self._order), woken))
        await woken

    async def advance_s(self, delay_s: float) -> None:
        """Move the time on."""
        await self.advance_to_us(self._now_us + round(delay_s * MICROSECONDS))

    async def advance_to_us(self, time_us: int) -> None:
        """Move the time on to `time_us`, waking sleepers on the way; never backwards."""
        await asyncio.sleep(0)
        while self._sleepers and self._sleepers[0][0] <= time_us:
            wake_us, _, woken = heapq.heappop(self._sleepers)
            self._now_us = max(self._now_us, wake_us)
            if not woken.done():
                woken.set_result(None)
            await asyncio.sleep(0)
        self._now_us = max(self._now_us, time_us)
