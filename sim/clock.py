"""The clock of a run, injected so that tests need not wait."""

import asyncio
import time
from typing import Protocol

from sim.measures import SECOND_US


class Clock(Protocol):
    """The time of the run."""

    def now_us(self) -> int:
        """Unix microseconds UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait, in seconds of this clock."""
        ...


class WallClock:
    """Real time, or `speed` times as fast; then the broker's clock must run as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        if not 0.0 < speed <= 1_000.0:
            raise ValueError("speed must be above 0, at most 1000")
        self._speed = speed
        self._start_us = time.time_ns() // 1_000
        self._start_s = time.monotonic()

    def now_us(self) -> int:
        """Unix microseconds UTC, never going back."""
        elapsed_s = (time.monotonic() - self._start_s) * self._speed
        return self._start_us + round(elapsed_s * SECOND_US)

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of this clock."""
        await asyncio.sleep(seconds / self._speed)
