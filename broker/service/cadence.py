"""When a tick is due, and which half of it.

What time does of itself is two pieces of work of some milliseconds each: the picture (ages,
windows, silence, frames) and the judging (close pairs again, and once a second all of them). Done
in one, they keep a report that arrives meanwhile waiting for both. So each has moments of its own,
the one half way between the other's, and is a micro-batch of its own in the log; whatever waits is
served in between.
"""

from typing import Final

from broker.core.commands import Tick, TickPart
from broker.core.units import MILLISECOND_US, SECOND_US

TICK_INTERVAL_US: Final = 250 * MILLISECOND_US
"""Frames are cut, ages checked and close pairs judged again this often."""
TICK_INTERVAL_SHEDDING_US: Final = 1 * SECOND_US
"""The same while a backlog is worked off: display detail is what is shed first."""
AUDIT_INTERVAL_US: Final = 1 * SECOND_US
"""Full separation pass and heartbeats."""
HALF_US: Final = TICK_INTERVAL_US // 2
_OFFSETS_US: Final = {TickPart.PICTURE: 0, TickPart.JUDGING: HALF_US}


class Cadence:
    """The moments of both halves."""

    def __init__(self, now_us: int) -> None:
        self._next_us = {part: now_us + offset_us for part, offset_us in _OFFSETS_US.items()}
        self._next_audit_us = dict.fromkeys(_OFFSETS_US, now_us)
        self._rest_due_us: int | None = None

    @property
    def next_us(self) -> int:
        """When the next half is due."""
        next_us = min(self._next_us.values())
        return next_us if self._rest_due_us is None else min(next_us, self._rest_due_us)

    def once_more(self, now_us: int) -> None:
        """The picture left something undone: what waits is served, then it goes on at once."""
        self._rest_due_us = now_us

    def take(self, now_us: int, interval_us: int) -> Tick | None:
        """The half that has been due for longest, or None; its next moment is `interval_us` on.

        A late engine makes one tick, not one for every interval it missed.
        """
        if self._rest_due_us is not None and now_us >= self._rest_due_us:
            self._rest_due_us = None
            return Tick(audit=False, part=TickPart.PICTURE)
        part = min(self._next_us, key=self._next_us.__getitem__)
        due_us = self._next_us[part]
        if now_us < due_us:
            return None
        aligned_us = now_us - (now_us - _OFFSETS_US[part]) % TICK_INTERVAL_US
        self._next_us[part] = max(due_us + interval_us, aligned_us)
        audit = now_us >= self._next_audit_us[part]
        if audit:
            self._next_audit_us[part] = now_us + AUDIT_INTERVAL_US
        return Tick(audit, part)
