"""Clocks that are set back, and what may not be measured across that.

Theory of operation. Times are the clock's, and within one run of the broker it never runs back.
But a machine that was ahead can be corrected between two runs, and then the log's times lie in the
future. By SET_BACK_US_MAX or less, time stands still until the clock has caught up. By more,
waiting is wrong: tracks would not age, fresh reports would be older than what is known of their
aircraft, and no alert could end. So at the first tick, everything that was measured by the old
clock ends aloud: every track is lost, its alerts are cleared with it, and both begin anew, under
ids of their own, with the next report. What people set for an hour (restrictions, agreements,
sharing) goes by the hour as the clock now says it: what was in force too early is planned again.
What had ended stays ended.
"""

from typing import Final

from broker.core.units import SECOND_US

SET_BACK_US_MAX: Final = 5 * SECOND_US
"""As far ahead of the clock as a report may be: nothing else has times in the future."""


class TimeOfDay:
    """What time it is in one airspace: it stands still while the clock says an earlier one."""

    def __init__(self) -> None:
        self.now_us = 0
        self._clock_us = 0

    def read(self, clock_us: int) -> None:
        """The clock says `clock_us`."""
        self._clock_us = clock_us
        self.now_us = max(self.now_us, clock_us)

    @property
    def is_set_back(self) -> bool:
        """Whether the clock says so much earlier a time that this must not be waited out."""
        return self.now_us - self._clock_us > SET_BACK_US_MAX

    def go_back(self) -> None:
        """From here on it is what the clock says."""
        self.now_us = self._clock_us
