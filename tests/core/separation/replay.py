"""Pairs for tests of the alert machine: columns, samples, and a slow obvious model of one pair."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from broker.core.alerts import Alert
from broker.core.separation.encounters import Encounters
from broker.core.separation.policy import Policy, parse_policy
from broker.core.separation.policy_alerting import AlertingParameters
from broker.core.separation.rules import PairSamples
from broker.core.tracks.table import TrackColumns, empty_columns

SECOND_US = 1_000_000
START_US = 1_700_000_000 * SECOND_US
POLICIES = Path(__file__).resolve().parents[3] / "broker" / "policies"


def policy_named(name: str) -> Policy:
    return parse_policy((POLICIES / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Row:
    """One pair sample; slots are small numbers, the track in a slot is 10 times its number + 7."""

    level: int
    hold_level: int | None = None
    slots: tuple[int, int] = (0, 1)
    rule: int = 0
    vertical_known: bool = True
    trusted: bool = True


def samples_of(rows: Sequence[Row]) -> PairSamples:
    holds = [row.level if row.hold_level is None else row.hold_level for row in rows]
    count = len(rows)
    return PairSamples(
        slot_a=np.array([row.slots[0] for row in rows], dtype=np.int32),
        slot_b=np.array([row.slots[1] for row in rows], dtype=np.int32),
        rule=np.array([row.rule for row in rows], dtype=np.int16),
        level=np.array([row.level for row in rows], dtype=np.int8),
        hold_level=np.array(holds, dtype=np.int8),
        time_to_loss_s=np.full(count, 12.0),
        time_to_closest_s=np.full(count, 20.0),
        closest_range_m=np.full(count, 30.0),
        vertical_known=np.array([row.vertical_known for row in rows], dtype=np.uint8),
        trusted=np.array([row.trusted for row in rows], dtype=np.uint8),
    )


def number_of(slot: int) -> int:
    return 10 * slot + 7


class Scene:
    """An alert machine with a few tracks that have all been reporting for a while."""

    def __init__(self, policy: Policy | None = None, report_count: int = 100) -> None:
        self.machine = Encounters(policy or policy_named("default"))
        self.columns: TrackColumns = empty_columns(8)
        self.columns.active[:] = 1
        self.columns.track_number[:] = [number_of(slot) for slot in range(8)]
        self.columns.report_count[:] = report_count
        self.columns.east_scale[:] = 1.0
        self.columns.x_m[:] = np.arange(8) * 100.0
        self.columns.time_of_validity_us[:] = START_US

    def fresh(self, at_s: float, *rows: Row, moved: Sequence[int] = (0, 1)) -> list[Alert]:
        slots = np.array(moved, dtype=np.int32)
        self.columns.report_count[slots] += 1
        now_us = START_US + round(at_s * SECOND_US)
        self.columns.time_of_validity_us[slots] = now_us
        return self.machine.step(samples_of(rows), slots, self.columns, now_us, fresh=True)

    def tick(self, at_s: float, *rows: Row) -> list[Alert]:
        slots = np.arange(8, dtype=np.int32)
        now_us = START_US + round(at_s * SECOND_US)
        return self.machine.step(samples_of(rows), slots, self.columns, now_us, fresh=False)


@dataclass(frozen=True, slots=True)
class Seen:
    at_us: int
    level: int
    hold_level: int
    fresh: bool


@dataclass(slots=True)
class Reference:
    """One pair whose two tracks always report together: replays lists, keeps no clever state."""

    parameters: AlertingParameters
    level: int = 0
    since_us: int = 0
    seen: list[Seen] = field(default_factory=list)
    """Every sample of this episode and of the evidence before it."""
    raised_at: int = 0
    """How many samples had been seen when the level last changed."""

    def take(self, sample: Seen) -> int:
        if not self.seen and (not sample.fresh or sample.level == 0):
            return 0
        self.seen.append(sample)
        target = self._target(sample)
        if target > self.level:
            self._set(target, sample.at_us, len(self.seen))
            return self.level
        run = self._lower_run()
        if run:
            waited = sample.at_us - run[0].at_us >= self.parameters.clear_hold_us
            persisted = sample.at_us - self.since_us >= self.parameters.persistence_us
            if waited and persisted:
                best = max(one.hold_level for one in run)
                self._set(best, sample.at_us, len(self.seen))
                if best == 0:
                    self.seen.clear()
        elif self.level == 0 and not any(one.level for one in self._evidence()):
            self.seen.clear()
        return self.level

    def _set(self, level: int, at_us: int, seen: int) -> None:
        self.level, self.since_us, self.raised_at = level, at_us, seen

    def _target(self, sample: Seen) -> int:
        if not sample.fresh:
            return 4 if self.level > 0 and sample.level == 4 else 0
        if sample.level == 4:
            return 4
        evidence = [one.level for one in self._evidence()]
        need = self.parameters.confirm_count
        met = [x for x in (1, 2, 3) if x <= sample.level and sum(e >= x for e in evidence) >= need]
        return max(met, default=0)

    def _evidence(self) -> list[Seen]:
        fresh = [one for one in self.seen if one.fresh]
        start = 0
        for place in range(1, len(fresh)):
            gap = fresh[place].at_us - fresh[place - 1].at_us
            usual = 0
            if place >= 2:
                usual = min(fresh[place - 1].at_us - fresh[place - 2].at_us, 60 * SECOND_US)
            longest = round(self.parameters.history_intervals * usual)
            if gap > max(self.parameters.history_at_least_us, longest):
                start = place
        return fresh[start:][-self.parameters.confirm_of :]

    def _lower_run(self) -> list[Seen]:
        run: list[Seen] = []
        for one in reversed(self.seen[self.raised_at :]):
            if one.hold_level >= self.level:
                break
            run.insert(0, one)
        return run
