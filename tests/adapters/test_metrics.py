import asyncio

from prometheus_client import CollectorRegistry, generate_latest

from adapters.clock import VirtualClock
from adapters.metrics import FeedMetrics
from adapters.model import Adapter, SourceUnavailable
from adapters.runtime import RunningAdapter
from tests.adapters.test_runtime import Broker, Scripted, decode, play, started


async def measured(*steps: bytes | Exception, seconds: float) -> str:
    """What the metrics say of one feed after so long."""
    clock, broker = VirtualClock(1_000_000), Broker()
    running = started(Scripted(*steps), broker, clock)
    registry = CollectorRegistry()
    registry.register(FeedMetrics([("roof", running)], clock))
    await play(running, clock, seconds)
    return generate_latest(registry).decode()


async def test_a_feed_that_is_read_is_fresh() -> None:
    text = await measured(b"a b", seconds=1.0)
    assert 'keepclear_feed_running{feed="roof"} 1.0' in text
    assert 'keepclear_feed_silent{feed="roof"} 0.0' in text
    assert 'keepclear_feed_reports_total{feed="roof"} 2.0' in text
    assert 'keepclear_feed_refused_total{feed="roof",reason="bad"} 1.0' in text
    assert 'keepclear_feed_input_age_seconds{feed="roof"} 1.0' in text


async def test_a_feed_that_was_never_heard_has_no_age_and_is_silent_in_time() -> None:
    text = await measured(SourceUnavailable("away"), seconds=25.0)
    assert "keepclear_feed_input_age_seconds{" not in text  # never is not zero
    assert 'keepclear_feed_silent{feed="roof"} 1.0' in text
    assert 'keepclear_feed_source_failures_total{feed="roof"} 1.0' in text


class Read:
    """Something read half a minute ago."""

    async def keep_read(self) -> None:
        await asyncio.Event().wait()

    def age_s(self, now_us: int) -> float | None:
        return 30.0 if now_us else None


def test_the_age_of_a_qnh_is_shown_where_a_feed_reads_one() -> None:
    def text(upkeep: Read | None) -> str:
        source, clock = Scripted(), VirtualClock(1_000_000)
        running = RunningAdapter(Adapter("test", source, decode, clock, upkeep=upkeep), Broker())
        registry = CollectorRegistry()
        registry.register(FeedMetrics([("roof", running)], clock))
        return generate_latest(registry).decode()

    assert 'keepclear_feed_qnh_age_seconds{feed="roof"} 30.0' in text(Read())
    assert "qnh_age_seconds{" not in text(None)


async def test_faults_of_an_adapter_are_counted() -> None:
    assert 'keepclear_feed_crashes_total{feed="roof"} 1.0' in await measured(b"bug", seconds=1.0)
