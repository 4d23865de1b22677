"""How many samples raise a level, and when fewer are enough."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.separation import pair_memory as of
from broker.core.separation.confirmation import Judgement, confirming, idle, take_sample
from broker.core.separation.policy_alerting import AlertingParameters
from tests.core.separation import simple_pairs
from tests.core.separation.replay import SECOND_US, START_US, policy_named

PARAMETERS = policy_named("f3442-benchmark").alerting


class OnePair:
    """One row of memory, with what `LevelMachine` is asked."""

    def __init__(self) -> None:
        self.memory = of.empty_memory(2, 20)
        self.row = of.take(self.memory, (0, 1), (7, 17))

    def take(
        self, judged: Judgement, parameters: AlertingParameters, now_us: int, fresh: bool
    ) -> None:
        memory, policy = self.memory, confirming(parameters)
        take_sample(memory.state, memory.evidence, self.row, judged, policy, now_us, fresh)

    @property
    def level(self) -> int:
        return int(self.memory.state[self.row, of.LEVEL])

    @property
    def idle(self) -> bool:
        return idle(self.memory.state, self.memory.evidence, self.row)


def raised_after(entry_s: float, *, level: int = 3, every_s: int = 1) -> int:
    """Samples until a level is raised, one a second, both aircraft reporting."""
    machine = OnePair()
    for count in range(1, 20):
        judged = Judgement(level, level, count, count, entry_s)
        machine.take(judged, PARAMETERS, START_US + count * every_s * SECOND_US, True)
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
    machine = OnePair()
    for count, entry_s in ((1, 9.0), (2, 2.0)):
        judged = Judgement(3, 3, count, count, entry_s)
        machine.take(judged, PARAMETERS, START_US + count * SECOND_US, True)
    assert machine.level == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_imminent_count_is_the_policys(count: int) -> None:
    parameters = replace(PARAMETERS, imminent_confirm_count=count)
    machine = OnePair()
    levels = []
    for number in range(1, 5):
        judged = Judgement(2, 2, number, number, 1.0)
        machine.take(judged, parameters, START_US + number * SECOND_US, True)
        levels.append(machine.level)
    assert levels.index(2) + 1 == count


SAMPLES = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.5, 1.0, 1.0, 2.0, 4.5, 5.5, 8.0, 70.0]),
        st.integers(0, 4),
        st.integers(0, 2),
        st.tuples(st.integers(0, 2), st.integers(0, 2)),
        st.sampled_from([0.0, 2.0, 3.0, 15.0, math.inf]),
        st.sampled_from([True, True, True, False]),
    ),
    max_size=50,
)


@settings(max_examples=300, deadline=None)
@given(
    steps=SAMPLES,
    first_count=st.integers(0, 1),
    counts=st.sampled_from([(2, 4, 2), (4, 5, 2), (1, 1, 1), (3, 20, 1)]),
    skip=st.booleans(),
    intervals=st.sampled_from([1.0, 2.5, 3.0]),
)
def test_a_row_of_memory_equals_the_plain_machine(
    steps: list[tuple[float, int, int, tuple[int, int], float, bool]],
    first_count: int,
    counts: tuple[int, int, int],
    skip: bool,
    intervals: float,
) -> None:
    parameters = replace(
        PARAMETERS,
        confirm_count=counts[0],
        confirm_of=counts[1],
        imminent_confirm_count=counts[2],
        skip_first_seen_inside_warning=skip,
        history_intervals=intervals,
    )
    pair, plain = OnePair(), simple_pairs.LevelMachine(first_count, first_count)
    pair.memory.state[pair.row, [of.COUNT_A, of.COUNT_B]] = first_count
    now_us, reports = START_US, [first_count, first_count]
    for step_s, level, extra, more, entry_s, fresh in steps:
        now_us += round(step_s * SECOND_US)
        reports = [reports[0] + more[0], reports[1] + more[1]]
        judged = level, min(4, level + extra), reports[0], reports[1], entry_s
        expected = simple_pairs.Judgement(*judged)
        simple_pairs.take(plain, expected, parameters, now_us, fresh)
        pair.take(Judgement(*judged), parameters, now_us, fresh)
        state = pair.memory.state[pair.row]
        assert state[of.COUNT_A : of.EVIDENCE_COUNT].tolist() == simple_pairs.numbers(plain)
        kept = pair.memory.evidence[pair.row, : state[of.EVIDENCE_COUNT]].tolist()
        assert kept == [simple_pairs.flat(one) for one in plain.evidence]
        assert pair.idle == plain.idle()
