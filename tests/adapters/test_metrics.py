from prometheus_client import CollectorRegistry, generate_latest

from adapters.clock import VirtualClock
from adapters.metrics import FeedMetrics
from adapters.model import SourceUnavailable
from tests.adapters.test_runtime import Broker, Scripted, play, started


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


async def test_faults_of_an_adapter_are_counted() -> None:
    assert 'keepclear_feed_crashes_total{feed="roof"} 1.0' in await measured(b"bug", seconds=1.0)
