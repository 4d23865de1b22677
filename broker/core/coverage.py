"""Which publishers are heard: "no alert" must never be read as "no traffic"."""

from dataclasses import replace
from typing import Final

from broker.core.effects import FeedStateChanged, ShownTo
from broker.core.names import SystemName
from broker.core.plain import Plain, integer, items, mapping, text
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

    def clock_set_back(self, now_us: int) -> None:
        """Nobody was heard later than now: silence counts from here."""
        for publisher, last_us in self._last_report_us.items():
            self._last_report_us[publisher] = min(last_us, now_us)

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


class SharedCoverage:
    """What a publisher's own agency and what others are told of it.

    Others hear a publisher only through flights that are not hidden: one that publishes nothing
    else does not exist for them, and its silence says nothing of a covert flight.
    """

    def __init__(self) -> None:
        self.own = Coverage()
        self.others = Coverage()

    def heard(self, publisher: SystemName, now_us: int, *, openly: bool) -> list[FeedStateChanged]:
        """A publisher reported; `openly`: at least one flight that is not hidden."""
        others = self.others.heard(publisher, now_us) if openly else []
        return _joined(self.own.heard(publisher, now_us), others)

    def gone(self, publisher: SystemName) -> list[FeedStateChanged]:
        """A publisher's connection ended: silent at once."""
        return _joined(self.own.gone(publisher), self.others.gone(publisher))

    def advance(self, now_us: int) -> list[FeedStateChanged]:
        """Time passed: who has fallen silent."""
        return _joined(self.own.advance(now_us), self.others.advance(now_us))

    def clock_set_back(self, now_us: int) -> None:
        """Nobody was heard later than now."""
        self.own.clock_set_back(now_us)
        self.others.clock_set_back(now_us)

    def current(self, agency: str) -> list[FeedStateChanged]:
        """Every publisher that an agency knows of, as it is now."""
        own = [one for one in self.own.current() if one.publisher.agency == agency]
        return own + [one for one in self.others.current() if one.publisher.agency != agency]

    def silent_count(self, agency: str) -> int:
        """Publishers silent now, of those that an agency knows of."""
        return sum(one.silent for one in self.current(agency))

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {"own": self.own.state(), "others": self.others.state()}

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        known = mapping(state)
        self.own.restore(known["own"])
        self.others.restore(known["others"])


def _joined(own: list[FeedStateChanged], others: list[FeedStateChanged]) -> list[FeedStateChanged]:
    """One effect for all where both are told the same, else one for each."""
    same = [one for one in own if one in others]
    news = [one if one in same else replace(one, shown_to=ShownTo.OWNER) for one in own]
    return news + [replace(one, shown_to=ShownTo.OTHERS) for one in others if one not in same]
