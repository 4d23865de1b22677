"""Which publishers are heard: "no alert" must never be read as "no traffic"."""

from typing import Final

from broker.core.effects import FeedStateChanged
from broker.core.names import SystemName
from broker.core.plain import Plain, integer, items, text
from broker.core.units import DAY_US, SECOND_US

SILENT_AFTER_S: Final = 10.0
"""Five reports of the slowest feed, DJI's 0.5 Hz: a publisher is announced silent after this."""
FORGOTTEN_AFTER_US: Final = DAY_US
"""A publisher silent for a day is off the list until it is heard again."""


class Coverage:
    """When each publisher was last heard, and who is silent."""

    def __init__(self) -> None:
        self._last_report_us: dict[SystemName, int] = {}
        self._silent: dict[SystemName, None] = {}

    @property
    def silent_count(self) -> int:
        """Publishers silent now."""
        return len(self._silent)

    def heard(self, publisher: SystemName, now_us: int) -> list[FeedStateChanged]:
        """A publisher reported; returns the change if it is new or had been silent."""
        is_news = publisher not in self._last_report_us or publisher in self._silent
        self._silent.pop(publisher, None)
        self._last_report_us[publisher] = now_us
        return [FeedStateChanged(publisher, False, now_us)] if is_news else []

    def gone(self, publisher: SystemName) -> list[FeedStateChanged]:
        """A publisher's connection ended: silent at once."""
        last_us = self._last_report_us.get(publisher)
        if last_us is None or publisher in self._silent:
            return []
        self._silent[publisher] = None
        return [FeedStateChanged(publisher, True, last_us)]

    def advance(self, now_us: int) -> list[FeedStateChanged]:
        """Time passed: who has fallen silent."""
        changes = []
        for publisher, last_us in list(self._last_report_us.items()):
            age_us = now_us - last_us
            if publisher not in self._silent and age_us > int(SILENT_AFTER_S * SECOND_US):
                self._silent[publisher] = None
                changes.append(FeedStateChanged(publisher, True, last_us))
            if age_us > FORGOTTEN_AFTER_US:
                del self._last_report_us[publisher]
                self._silent.pop(publisher, None)
        return changes

    def current(self) -> list[FeedStateChanged]:
        """Every known publisher as it is now, for a late joiner."""
        return [
            FeedStateChanged(publisher, publisher in self._silent, last_us)
            for publisher, last_us in self._last_report_us.items()
        ]

    def state(self) -> list[Plain]:
        """For a snapshot."""
        return [
            [change.publisher.agency, change.publisher.system, change.last_report_us, change.silent]
            for change in self.current()
        ]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            agency, system, last_us, silent = items(item)
            publisher = SystemName(text(agency), text(system))
            self._last_report_us[publisher] = integer(last_us)
            if silent:
                self._silent[publisher] = None
