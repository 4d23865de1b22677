"""What a running broker asks of Python itself."""

import gc
import sys
from collections.abc import Iterator

import pytest

from broker.cli import running


@pytest.fixture
def pythons_own() -> Iterator[tuple[int, int, int]]:
    """Python's settings, and again afterwards."""
    thresholds, switch_s = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(700, 10, 10)
    yield gc.get_threshold()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(switch_s)


def test_all_objects_are_searched_seldom_and_the_young_as_ever(
    pythons_own: tuple[int, int, int],
) -> None:
    running.settle_interpreter()
    youngest, younger, oldest = gc.get_threshold()
    assert (youngest, younger) == pythons_own[:2]
    assert oldest == running.SEARCHES_BEFORE_A_FULL_ONE >= 100 * pythons_own[2]
    assert gc.isenabled()
    assert sys.getswitchinterval() == pytest.approx(running.THREAD_SWITCH_S)
