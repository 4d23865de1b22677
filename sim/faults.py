"""Seeded faults between a publisher and the broker: what real links do to position reports.

An injector stands between `London.advance` and whoever sends: it takes emissions and gives those
that would arrive instead, in order of arrival. Keep-clear requests are commands over a reliable
call and pass untouched. The emissions given in are never changed; copies are.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Final

from keepclear.v1 import tracks_pb2
from sim.london import Emission
from sim.measures import SECOND_US

# Reports held back by delay and reorder; beyond it the oldest are let go early.
HELD_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which faults, for one system or (empty) for all. Shares are of reports, 0 to 1."""

    system: str = ""
    drop_share: float = 0.0
    duplicate_share: float = 0.0
    reorder_share: float = 0.0
    """Held back so long that later reports of the track overtake."""
    reorder_s: float = 3.0
    delay_s: float = 0.0
    clock_skew_s: float = 0.0
    """Added to every time of validity."""
    frozen_from_us: int | None = None
    """From then on the feed repeats each aircraft's last position under new times."""
    frozen_until_us: int | None = None

    def __post_init__(self) -> None:
        shares = (self.drop_share, self.duplicate_share, self.reorder_share)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise ValueError("a share must be 0 to 1")
        if self.delay_s < 0.0 or self.reorder_s < 0.0:
            raise ValueError("a delay must not be negative")


@dataclass(slots=True)
class FaultCounts:
    """What was done so far, in reports."""

    passed: int = 0
    dropped: int = 0
    duplicated: int = 0
    reordered: int = 0
    frozen: int = 0


class Faults:
    """Applies plans to emissions. A system's first matching plan counts."""

    def __init__(self, plans: Iterable[FaultPlan], seed: int) -> None:
        self._plans = tuple(plans)
        self._rng = Random(f"{seed}/faults")
        self._held: list[tuple[int, int, str, tracks_pb2.TrackReport]] = []
        self._serial = 0
        self._batch = 0
        self._frozen: dict[tuple[str, str], tracks_pb2.TrackReport] = {}
        self.counts = FaultCounts()

    def apply(self, emissions: Iterable[Emission], to_us: int) -> list[Emission]:
        """What arrives up to `to_us`, given what was sent up to then."""
        out: list[Emission] = []
        for emission in emissions:
            request = emission.request
            plan = self._plan_for(emission.system)
            if plan is None or not isinstance(request, tracks_pb2.PublishTracksRequest):
                out.append(emission)
                continue
            for report in request.reports:
                self._one(plan, emission, report)
        out += self._arrived(to_us)
        return sorted(out, key=lambda emission: emission.sent_us)

    def _plan_for(self, system: str) -> FaultPlan | None:
        return next((plan for plan in self._plans if plan.system in {"", system}), None)

    def _one(self, plan: FaultPlan, emission: Emission, report: tracks_pb2.TrackReport) -> None:
        if self._rng.random() < plan.drop_share:
            self.counts.dropped += 1
            return
        copy = self._frozen_copy(plan, emission, report)
        copy.time_of_validity_us += round(plan.clock_skew_s * SECOND_US)
        arrives_us = emission.sent_us + round(plan.delay_s * SECOND_US)
        if self._rng.random() < plan.reorder_share:
            self.counts.reordered += 1
            arrives_us += round(plan.reorder_s * SECOND_US)
        self._hold(arrives_us, emission.system, copy)
        self.counts.passed += 1
        if self._rng.random() < plan.duplicate_share:
            self.counts.duplicated += 1
            self._hold(arrives_us, emission.system, copy)

    def _frozen_copy(
        self, plan: FaultPlan, emission: Emission, report: tracks_pb2.TrackReport
    ) -> tracks_pb2.TrackReport:
        copy = tracks_pb2.TrackReport()
        key = (emission.system, report.source_track_id)
        began, ends = plan.frozen_from_us, plan.frozen_until_us
        if began is None or emission.sent_us < began:
            frozen = False
        else:
            frozen = ends is None or emission.sent_us < ends
        if not frozen:
            self._frozen.pop(key, None)
            copy.CopyFrom(report)
            return copy
        copy.CopyFrom(self._frozen.setdefault(key, report))
        copy.time_of_validity_us = report.time_of_validity_us
        self.counts.frozen += 1
        return copy

    def _hold(self, arrives_us: int, system: str, report: tracks_pb2.TrackReport) -> None:
        self._serial += 1
        heapq.heappush(self._held, (arrives_us, self._serial, system, report))

    def _arrived(self, to_us: int) -> list[Emission]:
        """Held reports that are due, one batch for each system and instant."""
        batches: dict[tuple[int, str], list[tracks_pb2.TrackReport]] = {}
        while self._held and (self._held[0][0] <= to_us or len(self._held) > HELD_MAX):
            arrives_us, _, system, report = heapq.heappop(self._held)
            batches.setdefault((arrives_us, system), []).append(report)
        return [
            Emission(system, self._request(reports), arrives_us)
            for (arrives_us, system), reports in batches.items()
        ]

    def _request(self, reports: list[tracks_pb2.TrackReport]) -> tracks_pb2.PublishTracksRequest:
        self._batch += 1
        return tracks_pb2.PublishTracksRequest(batch_id=f"f{self._batch}", reports=reports)
