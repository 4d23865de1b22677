import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.client import Backoff


@given(st.integers(), st.integers(1, 40))
def test_waits_double_up_to_the_cap_within_the_spread(seed: int, tries: int) -> None:
    backoff = Backoff(0.2, 120.0, 0.2, random.Random(seed))
    for number in range(tries):
        middle_s = min(0.2 * 2**number, 120.0)
        assert 0.8 * middle_s <= backoff.next_s() <= 1.2 * middle_s


def test_resetting_starts_from_the_shortest_wait() -> None:
    backoff = Backoff(1.0, 60.0, 0.0)
    assert [backoff.next_s(), backoff.next_s()] == [1.0, 2.0]
    backoff.reset()
    assert backoff.next_s() == 1.0


def test_the_asked_delay_is_the_least() -> None:
    assert Backoff(1.0, 60.0, 0.0).next_s(at_least_s=5.0) == 5.0


@pytest.mark.parametrize("arguments", [(0.0, 1.0, 0.2), (2.0, 1.0, 0.2), (1.0, 2.0, 1.0)])
def test_senseless_settings_are_refused(arguments: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="first_s"):
        Backoff(*arguments)
