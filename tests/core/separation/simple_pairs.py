"""The alert machine of a pair in plain objects: what the compiled one is held equal to.

`LevelMachine` is one pair's level; `SimplePairs` judges all pairs one after the other, and gives
what is told as (track a, track b, level, why it is held down).
"""

import math
from dataclasses import dataclass, field, fields
from typing import Final

from broker.core.alerts import AlertLevel
from broker.core.separation.encounter_step import UNSIGNED_SOURCE, VERTICAL_UNKNOWN
from broker.core.separation.policy_alerting import AlertingParameters
from tests.core.separation.replay import Row, number_of

INTERVAL_US_MAX: Final = 60_000_000
NEVER: Final = -1
Told = tuple[int, int, int, str]


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


def take(
    machine: LevelMachine,
    judged: Judgement,
    parameters: AlertingParameters,
    now_us: int,
    fresh: bool,
) -> None:
    """Move one pair on."""
    met = not machine.evidence and machine.level == 0
    if fresh and (judged.count_a > machine.count_a or judged.count_b > machine.count_b):
        first = met and min(judged.count_a, judged.count_b) <= 1
        skip = first and parameters.skip_first_seen_inside_warning
        machine.fresh(judged, parameters, now_us, first=skip)
    else:
        machine.time_passed(judged, parameters, now_us)


def numbers(machine: LevelMachine) -> list[int]:
    """All but the evidence, in the order of a pair memory's columns."""
    return [getattr(machine, one.name) for one in fields(machine) if one.name != "evidence"]


def flat(one: Evidence) -> list[int]:
    return [one.level, one.count_a, one.count_b, int(one.by_a), int(one.by_b)]


@dataclass(slots=True)
class Remembered:
    machine: LevelMachine
    shown: int = 0
    capped: str = ""


@dataclass(slots=True)
class SimplePairs:
    """All pairs, by slots."""

    parameters: AlertingParameters
    pairs: dict[tuple[int, int], Remembered] = field(default_factory=dict)

    def step(
        self, rows: list[Row], moved: list[int], counts: list[int], now_us: int, fresh: bool
    ) -> list[Told]:
        told: list[Told] = []
        near = {row.slots: row for row in rows}
        for slots in sorted(self.pairs):
            if slots not in near and set(slots) & set(moved):
                self._judge(slots, Row(0, 0, slots), math.inf, counts, now_us, fresh, told)
        for slots, row in near.items():
            if slots not in self.pairs:
                if not fresh or row.level == 0:
                    continue
                known = [counts[slot] - (slot in moved) for slot in slots]
                self.pairs[slots] = Remembered(LevelMachine(known[0], known[1]))
            self._judge(slots, row, 12.0, counts, now_us, fresh, told)
        return told

    def gone(self, slot: int) -> None:
        self.pairs = {slots: one for slots, one in self.pairs.items() if slot not in slots}

    def _judge(
        self,
        slots: tuple[int, int],
        row: Row,
        entry_s: float,
        counts: list[int],
        now_us: int,
        fresh: bool,
        told: list[Told],
    ) -> None:
        one = self.pairs[slots]
        machine = one.machine
        hold = row.level if row.hold_level is None else row.hold_level
        cap, why = self._cap(row)
        count_a, count_b = (counts[slot] for slot in slots)
        judged = Judgement(min(row.level, cap), min(hold, cap), count_a, count_b, entry_s)
        take(machine, judged, self.parameters, now_us, fresh)
        if one.shown == 0 and machine.level == 0:
            if machine.idle():
                del self.pairs[slots]
            return
        capped = why if row.level > cap else ""
        because = capped if machine.level != one.shown else capped or one.capped
        if (machine.level, because) == (one.shown, one.capped):
            return
        one.shown, one.capped = machine.level, because
        told.append((number_of(slots[0]), number_of(slots[1]), machine.level, because))
        if machine.level == 0:
            del self.pairs[slots]

    def _cap(self, row: Row) -> tuple[int, str]:
        caps = [(int(AlertLevel.FLOOR), "")]
        if not row.vertical_known:
            caps.append((int(self.parameters.unknown_vertical_cap), VERTICAL_UNKNOWN))
        if not row.trusted:
            caps.append((int(self.parameters.unsigned_source_cap), UNSIGNED_SOURCE))
        return min(caps, key=lambda cap: cap[0])
