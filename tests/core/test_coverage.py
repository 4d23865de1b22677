import pytest

from broker.core.coverage import FORGOTTEN_AFTER_US, SILENT_AFTER_S, Coverage
from broker.core.effects import FeedStateChanged
from broker.core.errors import BrokenInvariant
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER

SILENT_US = int(SILENT_AFTER_S * SECOND_US)


@pytest.fixture
def coverage() -> Coverage:
    return Coverage()


def test_a_new_publisher_is_news_once(coverage: Coverage) -> None:
    assert coverage.heard(PUBLISHER, NOW_US) == [FeedStateChanged(PUBLISHER, False, NOW_US)]
    assert coverage.heard(PUBLISHER, NOW_US + 1) == []
    assert coverage.current() == [FeedStateChanged(PUBLISHER, False, NOW_US + 1)]


def test_silence_is_told_once_and_so_is_the_return(coverage: Coverage) -> None:
    # REQ-COV-001: "no alert" is never shown as "no traffic".
    coverage.heard(PUBLISHER, NOW_US)
    assert coverage.advance(NOW_US + SILENT_US) == []
    silent = FeedStateChanged(PUBLISHER, True, NOW_US)
    assert coverage.advance(NOW_US + SILENT_US + 1) == [silent]
    assert coverage.advance(NOW_US + SILENT_US + 2) == []
    assert coverage.silent_count == 1
    assert coverage.current() == [silent]
    back_us = NOW_US + 2 * SILENT_US
    assert coverage.heard(PUBLISHER, back_us) == [FeedStateChanged(PUBLISHER, False, back_us)]
    assert coverage.silent_count == 0


def test_a_broken_connection_is_silence_at_once(coverage: Coverage) -> None:
    # REQ-COV-001
    assert coverage.gone(PUBLISHER) == []
    coverage.heard(PUBLISHER, NOW_US)
    assert coverage.gone(PUBLISHER) == [FeedStateChanged(PUBLISHER, True, NOW_US)]
    assert coverage.gone(PUBLISHER) == []
    assert coverage.advance(NOW_US + 2 * SILENT_US) == []


def test_a_publisher_silent_for_a_day_is_forgotten(coverage: Coverage) -> None:
    coverage.heard(PUBLISHER, NOW_US)
    coverage.heard(OTHER, NOW_US + 1)
    changes = coverage.advance(NOW_US + FORGOTTEN_AFTER_US + 1)
    assert [change.publisher for change in changes] == [PUBLISHER, OTHER]
    assert [change.publisher for change in coverage.current()] == [OTHER]
    assert coverage.silent_count == 1
    assert len(coverage.heard(PUBLISHER, NOW_US + 2 * FORGOTTEN_AFTER_US)) == 1


def test_the_restored_one_goes_on_alike(coverage: Coverage) -> None:
    # REQ-DET-002
    coverage.heard(PUBLISHER, NOW_US)
    coverage.heard(OTHER, NOW_US + SILENT_US)
    coverage.advance(NOW_US + SILENT_US + 1)
    again = Coverage()
    again.restore(coverage.state())
    assert again.state() == coverage.state()
    assert again.silent_count == 1
    later_us = NOW_US + 3 * SILENT_US
    assert again.advance(later_us) == coverage.advance(later_us)
    assert again.heard(PUBLISHER, later_us) == coverage.heard(PUBLISHER, later_us)


@pytest.mark.parametrize("state", [5, [5], [["a", 5, 1, False]], [["a", "b", "c", False]]])
def test_a_state_of_the_wrong_shape_stops_everything(coverage: Coverage, state: object) -> None:
    with pytest.raises(BrokenInvariant, match="snapshot"):
        coverage.restore(state)  # type: ignore[arg-type]
