"""When each report leaves, and with which time. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from broker.cli.publish_files import Placed
from broker.core.tracks.reports import REPORTS_PER_BATCH_MAX
from broker.core.tracks.validation import REPORT_AGE_S_MAX
from broker.core.units import SECOND_US
from keepclear.v1.common_pb2 import REPORT_SOURCE_SIMULATED
from keepclear.v1.tracks_pb2 import TrackReport

BATCH_WINDOW_US: Final = 100_000
"""Reports this close together leave in one batch."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is played: recorded time `origin_us` becomes `start_us`."""

    origin_us: int
    start_us: int
    speed: float
    rebase: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Reports that leave together, `due_us` after the first of the file."""

    due_us: int
    reports: tuple[Placed, ...]


def plan(
    reports: tuple[Placed, ...], now_us: int, speed: float, keep_times: bool, simulated: bool
) -> Plan:
    """Times are moved to now where the broker would refuse the oldest of them as too old."""
    times_us = [placed.report.time_of_validity_us for placed in reports]
    origin_us = min((time_us for time_us in times_us if time_us > 0), default=now_us)
    too_old = now_us - origin_us > REPORT_AGE_S_MAX * SECOND_US
    return Plan(origin_us, now_us, speed, too_old and not keep_times, simulated)


def batches(reports: tuple[Placed, ...], plan: Plan) -> Iterator[Batch]:
    """Reports in the order of their times, grouped into batches the contract allows."""
    ordered = sorted(reports, key=lambda placed: _due_us(placed, plan))
    waiting: list[Placed] = []
    first_us = 0
    for placed in ordered:
        due_us = _due_us(placed, plan)
        full = len(waiting) == REPORTS_PER_BATCH_MAX
        if waiting and (full or due_us - first_us >= BATCH_WINDOW_US):
            yield Batch(first_us, tuple(waiting))
            waiting = []
        if not waiting:
            first_us = due_us
        waiting.append(placed)
    if waiting:
        yield Batch(first_us, tuple(waiting))


def prepared(placed: Placed, plan: Plan) -> TrackReport:
    """The report as it is sent. A time that is not given stays so: the broker names the field."""
    report = TrackReport()
    report.CopyFrom(placed.report)
    if plan.rebase and report.time_of_validity_us > 0:
        report.time_of_validity_us = plan.start_us + _due_us(placed, plan)
    if plan.simulated:
        report.source = REPORT_SOURCE_SIMULATED
    return report


def _due_us(placed: Placed, plan: Plan) -> int:
    time_us = placed.report.time_of_validity_us
    return round((time_us - plan.origin_us) / plan.speed) if time_us > 0 else 0
