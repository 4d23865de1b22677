"""How many samples raise a level, and when fewer are enough."""

from dataclasses import replace

import pytest

from broker.core.separation.confirmation import Judgement, LevelMachine
from tests.core.separation.replay import SECOND_US, START_US, policy_named

PARAMETERS = policy_named("f3442-benchmark").alerting


def raised_after(entry_s: float, *, level: int = 3, every_s: int = 1) -> int:
    """Samples until a level is raised, one a second, both aircraft reporting."""
    machine = LevelMachine(0, 0)
    for count in range(1, 20):
        judged = Judgement(level, level, count, count, entry_s)
        machine.fresh(judged, PARAMETERS, START_US + count * every_s * SECOND_US, first=False)
        if machine.level:
            return count
    raise AssertionError("never raised")


def test_the_policys_count_raises() -> None:
    assert raised_after(15.0) == PARAMETERS.confirm_count


def test_fewer_are_enough_when_the_volume_is_entered_within_moments() -> None:
    # REQ-SEP: a late turn towards a drone is not waited for.
    assert raised_after(2.9) == PARAMETERS.imminent_confirm_count
    assert raised_after(0.0) == PARAMETERS.imminent_confirm_count
    assert raised_after(3.1) == PARAMETERS.confirm_count


def test_the_floor_waits_for_nothing() -> None:
    assert raised_after(0.0, level=4) == 1


def test_earlier_samples_count_once_it_is_imminent() -> None:
    machine = LevelMachine(0, 0)
    for count, entry_s in ((1, 9.0), (2, 2.0)):
        judged = Judgement(3, 3, count, count, entry_s)
        machine.fresh(judged, PARAMETERS, START_US + count * SECOND_US, first=False)
    assert machine.level == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_imminent_count_is_the_policys(count: int) -> None:
    parameters = replace(PARAMETERS, imminent_confirm_count=count)
    machine = LevelMachine(0, 0)
    levels = []
    for number in range(1, 5):
        judged = Judgement(2, 2, number, number, 1.0)
        machine.fresh(judged, parameters, START_US + number * SECOND_US, first=False)
        levels.append(machine.level)
    assert levels.index(2) + 1 == count
