"""Prometheus metrics: what the service did, what it dropped and why, and how long it took."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from broker.core.effects import (
    AlertChanged,
    AuditFound,
    Effect,
    OwnerTold,
    TracksMerged,
    TrackSplit,
    TrackState,
    TrackStateChanged,
)
from broker.core.errors import Refusal
from broker.core.outcomes import BatchReply, NotDone, Reply

log = structlog.get_logger()

_SHORT_S: Final = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)


class Metrics:
    """One registry per broker, so that two brokers in one process (tests) do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.reports = self._counter("reports_total", "Position reports applied.")
        self.refused_reports = self._counter(
            "reports_refused_total",
            "Position reports refused, by the field that was at fault.",
            "field",
        )
        self.refused_commands = self._counter("commands_refused_total", "Requests refused.")
        self.overloads = self._counter("overloads_total", "Submissions refused: the queue is full.")
        self.log_failures = self._counter("log_failures_total", "Writes to the log that failed.")
        self.readers_cut = self._counter("readers_cut_total", "Readers cut off for being too slow.")
        self.frames_shed = self._counter("frames_shed_total", "Display frames merged away.")
        self.tracks_lost = self._counter("tracks_lost_total", "Tracks announced as lost.")
        self.tracks_merged = self._counter("tracks_merged_total", "Tracks found to be another's.")
        self.tracks_split = self._counter("tracks_split_total", "Joins that proved wrong.")
        self.audit_differences = self._counter(
            "audit_differences_total", "Pairs on which the full and the incremental pass differed."
        )
        self.alerts = self._counter(
            "alert_revisions_total", "Alert revisions, by level (NONE: ended).", "level"
        )
        self.owners_told = self._counter(
            "owners_told_total",
            "Words to the owners of hidden flights, by reason and owner.",
            "reason",
            "agency",
        )
        self.tracks = self._gauge("tracks", "Tracks in the picture.")
        self.active_alerts = self._gauge("alerts_active", "Alerts that go on.")
        self.subscribers = self._gauge("subscribers", "Feed readers over gRPC.")
        self.queue_reports = self._gauge("queue_reports", "Reports waiting for the engine.")
        self.pass_seconds = self._histogram("pass_seconds", "Applying one micro-batch.")
        self.tick_seconds = self._histogram("tick_seconds", "One tick, frames included.")
        self.alert_latency_seconds = self._histogram(
            "alert_latency_seconds", "From the receipt of a report to its alert leaving."
        )
        self.feed_lag_seconds = Histogram(
            "keepclear_feed_lag_seconds",
            "From a position's time of validity to its receipt, by publisher's agency.",
            ["agency"],
            buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
            registry=self.registry,
        )

    def count_effects(self, effects: Sequence[Effect]) -> None:
        """Count what happened."""
        for effect in effects:
            match effect:
                case AlertChanged():
                    self.alerts.labels(effect.alert.level.name).inc()
                case TrackStateChanged(state=TrackState.LOST):
                    self.tracks_lost.inc()
                case TracksMerged():
                    self.tracks_merged.inc()
                    log.info("tracks-merged", **asdict(effect))
                case TrackSplit():
                    self.tracks_split.inc()
                    log.warning("track-split", **asdict(effect))
                case OwnerTold():
                    self.owners_told.labels(str(effect.reason), effect.agency).inc()
                    log.warning(str(effect.reason), agency=effect.agency, text=effect.text)
                case AuditFound():
                    self.audit_differences.inc(effect.missing_pairs + effect.extra_pairs)
                case _:
                    pass

    def count_reply(self, reply: Reply) -> None:
        """Count what was accepted and refused."""
        match reply:
            case BatchReply():
                self.reports.inc(reply.accepted_count)
                self.count_refused_reports([refusal for _, refusal in reply.refusals])
            case NotDone():
                self.refused_commands.inc()
            case _:
                pass

    def count_refused_reports(self, refusals: Sequence[Refusal]) -> None:
        """One for each, by the field within the report."""
        for refusal in refusals:
            self.refused_reports.labels(refusal.field.rpartition("].")[2]).inc()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"keepclear_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"keepclear_{name}", text, registry=self.registry)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(f"keepclear_{name}", text, buckets=_SHORT_S, registry=self.registry)
