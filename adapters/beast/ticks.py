"""A receiver's 12 MHz counter to times of receipt.

The counter tells to a microsecond how far apart two frames came, but not when; the moment a piece
arrives here tells when, but late by the network's delay and for all frames of the piece alike. The
piece with the least delay ties the two together. Receivers' quartzes are off by up to 50 parts in a
million, so the tie is made anew all the time; a counter that jumps starts over.
"""

from adapters.clock import MICROSECONDS

TICKS_PER_US = 12
RETIE_US = 10 * MICROSECONDS  # 50 ppm of it: half a millisecond
MAX_DELAY_US = 5 * MICROSECONDS  # beyond, the counter has jumped or started anew


class TickClock:
    """Times of receipt for one connection's counter values."""

    def __init__(self) -> None:
        self._offset_us: int | None = None
        self._least_delay_us = MAX_DELAY_US
        self._tied_us = 0

    def reset(self) -> None:
        """A new connection may be another receiver."""
        self._offset_us = None

    def arrived(self, counter: int, arrived_us: int) -> None:
        """The newest frame of a piece, and when the piece arrived."""
        ticks_us = counter // TICKS_PER_US
        if self._offset_us is None:
            self._tie(arrived_us - ticks_us, arrived_us)
            return
        delay_us = arrived_us - (ticks_us + self._offset_us)
        if not 0 <= delay_us <= MAX_DELAY_US:
            self._tie(arrived_us - ticks_us, arrived_us)
            return
        self._least_delay_us = min(self._least_delay_us, delay_us)
        if arrived_us - self._tied_us > RETIE_US:
            self._tie(self._offset_us + self._least_delay_us, arrived_us)

    def time_us(self, counter: int, arrived_us: int) -> int:
        """When the frame with that counter was received; never after it arrived."""
        if self._offset_us is None:
            return arrived_us
        time_us = counter // TICKS_PER_US + self._offset_us
        return time_us if 0 <= arrived_us - time_us <= MAX_DELAY_US else arrived_us

    def _tie(self, offset_us: int, arrived_us: int) -> None:
        self._offset_us = offset_us
        self._least_delay_us = MAX_DELAY_US
        self._tied_us = arrived_us
