"""Recorded traffic through the live core: the same code as in service, with the recorded clock.

An encounter is a few aircraft recorded together. It gets an airspace of its own, so that no pair,
filter or cluster spans two encounters. Every report is taken at its own time, as if it had been
received at once; each whole second from the first report on, after that second's reports, the
airspace is audited as the live engine does, and every pair's level is read.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from broker.core.airspace import Airspace, Setup
from broker.core.alerts import AlertLevel
from broker.core.commands import SubmitReports, Tick
from broker.core.outcomes import BatchReply
from broker.core.separation.policy import Policy
from broker.core.tracks.reports import CODE_COLUMNS, FLOAT_COLUMNS, INT_COLUMNS, ReportBatch
from broker.core.units import SECOND_US

SECONDS_PER_ENCOUNTER_MAX: Final = 86_400
AIRCRAFT_PER_ENCOUNTER_MAX: Final = 200
_COLUMNS: Final = (*INT_COLUMNS, *FLOAT_COLUMNS, *CODE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Standing:
    """One pair at one second; a and b are places in the recording."""

    second: int
    """Since the first report."""
    place_a: int
    place_b: int
    level: AlertLevel
    time_to_loss_s: float | None


@dataclass(frozen=True, slots=True)
class RowRefused:
    """One report that the core refused."""

    place: int
    """Which aircraft."""
    row: int
    reason: str


class Replay:
    """One encounter. Each batch holds one aircraft's reports, oldest first."""

    def __init__(self, batches: Sequence[ReportBatch], setup: Setup, policy: Policy) -> None:
        self._batches = batches
        self._airspace = Airspace(setup, policy)
        self._next_row = [0] * len(batches)
        self.refused: list[RowRefused] = []

    def run(self) -> Iterator[Standing]:
        """Every pair at every second, in the order of time, then of the aircraft."""
        times_us = [batch.time_of_validity_us for batch in self._batches]
        first_us = min(int(times[0]) for times in times_us)
        last_us = max(int(times[-1]) for times in times_us)
        for second in range(math.ceil((last_us - first_us) / SECOND_US) + 1):
            now_us = first_us + second * SECOND_US
            self._report_until(now_us)
            self._airspace.apply([Tick(audit=True)], now_us)
            yield from self._standings(second)

    def _report_until(self, now_us: int) -> None:
        """Apply the reports up to `now_us`, those of one instant in one micro-batch."""
        while True:
            waiting = [
                (int(batch.time_of_validity_us[row]), place)
                for place, (batch, row) in enumerate(
                    zip(self._batches, self._next_row, strict=True)
                )
                if row < len(batch)
            ]
            time_us = min(waiting, default=(now_us + 1, 0))[0]
            if time_us > now_us:
                return
            self._apply([place for at_us, place in waiting if at_us == time_us], time_us)

    def _apply(self, places: list[int], time_us: int) -> None:
        submissions = [
            SubmitReports(one_report(self._batches[place], self._next_row[place]), time_us)
            for place in places
        ]
        outcomes = self._airspace.apply(submissions, time_us)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome.reply, BatchReply):
                for _, refusal in outcome.reply.refusals:
                    row = self._next_row[place]
                    self.refused.append(RowRefused(place, row, str(refusal)))
            self._next_row[place] += 1

    def _standings(self, second: int) -> Iterator[Standing]:
        tracks, alerting = self._airspace.tracks, self._airspace.alerting
        numbers: list[int | None] = []
        for batch in self._batches:
            slot = tracks.slot_of(batch.publisher, batch.source_track_ids[0])
            numbers.append(None if slot is None else int(tracks.columns.track_number[slot]))
        for place_a, place_b in itertools.combinations(range(len(numbers)), 2):
            number_a, number_b = numbers[place_a], numbers[place_b]
            level, time_s = AlertLevel.NONE, None
            if number_a is not None and number_b is not None:
                level, time_s = alerting.standing(number_a, number_b)
            yield Standing(second, place_a, place_b, level, time_s)


def one_report(batch: ReportBatch, row: int) -> ReportBatch:
    """One row of a batch as a batch of its own."""
    columns = {name: getattr(batch, name)[row : row + 1] for name in _COLUMNS}
    described = {0: batch.descriptions[row]} if row in batch.descriptions else {}
    ids = batch.source_track_ids[row : row + 1]
    one = replace(batch, source_track_ids=ids, descriptions=described)
    return replace(one, **columns)


def check_recording(batches: Sequence[ReportBatch]) -> str:
    """Why an encounter cannot be replayed, or nothing."""
    if len(batches) > AIRCRAFT_PER_ENCOUNTER_MAX:
        return f"holds over {AIRCRAFT_PER_ENCOUNTER_MAX} aircraft"
    for batch in batches:
        if np.any(np.diff(batch.time_of_validity_us) <= 0):
            return "holds reports that are not in the order of time"
    times_us = [batch.time_of_validity_us for batch in batches]
    span_us = max(int(one[-1]) for one in times_us) - min(int(one[0]) for one in times_us)
    if span_us > SECONDS_PER_ENCOUNTER_MAX * SECOND_US:
        return f"is longer than {SECONDS_PER_ENCOUNTER_MAX} s"
    return ""
