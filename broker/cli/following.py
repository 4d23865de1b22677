"""The broker's clock as adapters know clocks, so that both tell the same time."""

import asyncio

from adapters.clock import VirtualClock
from broker.core.units import SECOND_US
from broker.service.clock import Clock, SystemClock


class BrokerTime:
    """Implements `adapters.clock.Clock` on a broker's clock that runs at the pace of real time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now_us(self) -> int:
        """The broker's time."""
        return self._clock.now_us()

    async def sleep_s(self, delay_s: float) -> None:
        """Wait in real time."""
        await asyncio.sleep(delay_s)


class RecordedClock(SystemClock):
    """A clock that started at another time and runs on at the pace of real time.

    A recording is played at its own times by a broker whose clock stood at its beginning.
    """

    def __init__(self, start_us: int) -> None:
        super().__init__()
        self._offset_us = start_us - super().now_us()

    def now_us(self) -> int:
        """The shifted time."""
        return super().now_us() + self._offset_us


class PacedClock(VirtualClock):
    """Drives a recording at the pace of the broker's clock instead of as fast as it can."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock.now_us())
        self._broker_clock = clock

    async def advance_to_us(self, time_us: int) -> None:
        """Wait until the broker's clock has come to `time_us`, then move on."""
        ahead_s = (time_us - self._broker_clock.now_us()) / SECOND_US
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)
        await super().advance_to_us(time_us)
