"""What the feeds do, as Prometheus metrics: fresh, silent, refusing, or crashing."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.clock import Clock
from adapters.runtime import RunningAdapter
from adapters.stats import AdapterState, AdapterStats

COUNTED = {
    "documents": "Pieces read from the source.",
    "dropped": "Pieces thrown away unread for want of room.",
    "records": "Records found, used or not.",
    "reports": "Positions found.",
    "accepted": "Positions the broker accepted.",
    "repeated": "Positions left out: published already.",
    "superseded": "Positions left out: a newer one came first.",
    "expired": "Positions left out: too old when the broker could be reached.",
    "shed": "Positions left out: no room.",
    "source_failures": "Interruptions of the source.",
    "publish_failures": "Batches that could not be published.",
    "crashes": "Faults in the adapter itself.",
}


class FeedMetrics(Collector):
    """Reads the adapters' counters whenever it is asked."""

    def __init__(self, feeds: Sequence[tuple[str, RunningAdapter]], clock: Clock) -> None:
        self._feeds = feeds
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Every metric of every feed, by the feed's name."""
        now_us = self._clock.now_us()
        stats = [(name, running.stats) for name, running in self._feeds]
        yield _gauge(
            "running", "1 while the source is being read.", stats,
            lambda one: float(one.state is AdapterState.RUNNING),
        )  # fmt: skip
        yield _gauge(
            "silent", "1 when nothing came for as long as the feed allows.", stats,
            lambda one: float(one.silent(now_us)),
        )  # fmt: skip
        yield _gauge(
            "input_age_seconds", "Since the source gave something.", stats,
            lambda one: one.input_age_s(now_us),
        )  # fmt: skip
        yield _gauge(
            "output_age_seconds", "Since the broker acknowledged something.", stats,
            lambda one: one.output_age_s(now_us),
        )  # fmt: skip
        qnh = GaugeMetricFamily(
            "keepclear_feed_qnh_age_seconds", "Since the QNH in use was observed.", labels=["feed"]
        )
        for feed, running in self._feeds:
            age_s = None if running.upkeep is None else running.upkeep.age_s(now_us)
            if age_s is not None:
                qnh.add_metric([feed], age_s)
        yield qnh
        for name, text in COUNTED.items():
            counter = CounterMetricFamily(f"keepclear_feed_{name}", text, labels=["feed"])
            for feed, one in stats:
                counter.add_metric([feed], float(getattr(one, name)))
            yield counter
        refused = CounterMetricFamily(
            "keepclear_feed_refused", "Records refused, by reason.", labels=["feed", "reason"]
        )
        for feed, one in stats:
            for reason, number in list(one.refused.items()):
                refused.add_metric([feed, reason], float(number))
        yield refused


def _gauge(
    name: str,
    text: str,
    stats: Sequence[tuple[str, AdapterStats]],
    value: Callable[[AdapterStats], float | None],
) -> Metric:
    gauge = GaugeMetricFamily(f"keepclear_feed_{name}", text, labels=["feed"])
    for feed, one in stats:
        found = value(one)
        if found is not None:  # never is not zero
            gauge.add_metric([feed], found)
    return gauge
