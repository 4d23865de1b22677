"""From samples of one pair to its level: m of n fresh samples, persistence, slow clearing.

Theory of operation. A sample is what the kernels say of a pair at one moment. One noisy position
must not raise an alert, and one good one must not clear it.

Raising. Each fresh sample is kept as evidence. A level is confirmed when `confirm_count` of the
last `confirm_of` reached it, the newest being one of them. Evidence is counted in reports, not in
calls: a position of one aircraft is judged again whenever the other reports, and must not confirm
itself that way, so a sample joins the newest evidence until the aircraft that opened it reports
again, or the other one twice. When the volume is entered within moments there is no time for more,
and `imminent_confirm_count` samples are enough. Two cases need no confirmation: the floor, and an
aircraft whose very first report is already inside the warning.

Falling. A level falls when the hold level (the same judgement with larger volumes) has been lower
for `clear_hold`, but not before `persistence`; it falls to the highest hold level seen meanwhile.
The passing of time may lower a level, and may show that a raised pair is inside the floor now; it
never confirms anything.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from broker.core.effects import AlertLevel
from broker.core.separation.policy import AlertingParameters
from broker.core.units import MINUTE_US

INTERVAL_US_MAX: Final = MINUTE_US
"""Longest feed interval that stretches the memory: slower feeds are judged sample by sample."""
NEVER: Final = -1


@dataclass(slots=True)
class Evidence:
    """One fresh sample: the level, and how many reports of a and b there were when it opened."""

    level: int
    count_a: int
    count_b: int
    by_a: bool
    by_b: bool
    """Whose report opened it; both, when they came together."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One sample of one pair, after the caps."""

    level: int
    hold_level: int
    count_a: int
    count_b: int
    """Reports of each aircraft so far."""
    entry_s: float = math.inf
    """Seconds until the level's volume is entered."""


@dataclass(slots=True)
class LevelMachine:
    """The level of one pair, and the memory behind it. Times are the engine's `now_us`."""

    count_a: int
    """Reports of each aircraft when it was last judged."""
    count_b: int
    level: int = 0
    level_since_us: int = NEVER
    lower_since_us: int = NEVER
    """Since when the hold level has been below the level; NEVER while it is not."""
    lower_best: int = 0
    """Highest hold level since then."""
    evidence: list[Evidence] = field(default_factory=list)
    """Oldest first, at most `confirm_of`."""
    evidence_us: int = NEVER
    """When the newest evidence was opened."""
    interval_us: int = 0
    """Time between the two newest pieces of evidence."""

    def idle(self) -> bool:
        """Whether nothing is raised and nothing remembered that could be."""
        return self.level == 0 and not any(one.level for one in self.evidence)

    def fresh(
        self, judged: Judgement, parameters: AlertingParameters, now_us: int, *, first: bool
    ) -> None:
        """Take a sample that came with a report. `first`: of an aircraft not seen before."""
        self._remember(judged, parameters, now_us)
        self.count_a, self.count_b = judged.count_a, judged.count_b
        target = self._confirmed(judged, parameters)
        if judged.level >= AlertLevel.FLOOR:
            target = judged.level
        elif first and judged.level >= AlertLevel.WARNING:
            target = max(target, judged.level)
        self._move(target, judged.hold_level, parameters, now_us)

    def time_passed(self, judged: Judgement, parameters: AlertingParameters, now_us: int) -> None:
        """Take a sample that rests on no new report."""
        inside_floor = self.level > 0 and judged.level >= AlertLevel.FLOOR
        self._move(judged.level if inside_floor else 0, judged.hold_level, parameters, now_us)

    def _remember(self, judged: Judgement, parameters: AlertingParameters, now_us: int) -> None:
        by_a, by_b = judged.count_a > self.count_a, judged.count_b > self.count_b
        if self.evidence and not _opens(self.evidence[-1], judged):
            self.evidence[-1].level = judged.level
            return
        gap_us = now_us - self.evidence_us
        if self.evidence:
            memory_us = round(parameters.history_intervals * self.interval_us)
            if gap_us > max(parameters.history_at_least_us, memory_us):
                self.evidence.clear()
            self.interval_us = min(gap_us, INTERVAL_US_MAX)
        self.evidence.append(Evidence(judged.level, judged.count_a, judged.count_b, by_a, by_b))
        del self.evidence[: -parameters.confirm_of]
        self.evidence_us = now_us

    def _confirmed(self, judged: Judgement, parameters: AlertingParameters) -> int:
        """Highest level up to the sample's own that enough of the evidence reached."""
        imminent = judged.entry_s <= parameters.imminent_within_s
        enough = parameters.imminent_confirm_count if imminent else parameters.confirm_count
        for candidate in range(judged.level, 0, -1):
            if sum(one.level >= candidate for one in self.evidence) >= enough:
                return candidate
        return 0

    def _move(
        self, target: int, hold_level: int, parameters: AlertingParameters, now_us: int
    ) -> None:
        if target > self.level:
            self.level, self.level_since_us, self.lower_since_us = target, now_us, NEVER
            return
        if hold_level >= self.level:
            self.lower_since_us = NEVER
            return
        if self.lower_since_us == NEVER:
            self.lower_since_us, self.lower_best = now_us, 0
        self.lower_best = max(self.lower_best, hold_level)
        held_us, lower_us = now_us - self.level_since_us, now_us - self.lower_since_us
        if held_us >= parameters.persistence_us and lower_us >= parameters.clear_hold_us:
            self.level, self.level_since_us, self.lower_since_us = self.lower_best, now_us, NEVER
            if self.level == 0:
                self.evidence.clear()


def _opens(newest: Evidence, judged: Judgement) -> bool:
    """Whether a sample is evidence of its own, and not the newest one judged again."""
    more_a, more_b = judged.count_a - newest.count_a, judged.count_b - newest.count_b
    return (
        more_a >= 2 or more_b >= 2 or (newest.by_a and more_a >= 1) or (newest.by_b and more_b >= 1)
    )
