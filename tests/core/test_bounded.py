"""The newest are kept; what is put in again without being taken out keeps its turn."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.bounded import forget_oldest


@given(st.lists(st.integers(), unique=True), st.integers(0, 10))
def test_the_newest_stay_in_their_order(keys: list[int], at_most: int) -> None:
    known = {key: str(key) for key in keys}
    forget_oldest(known, at_most)
    assert list(known.items()) == [(key, str(key)) for key in keys[max(0, len(keys) - at_most) :]]


def test_what_is_put_in_again_keeps_its_turn() -> None:
    known = {"a": 1, "b": 2}
    known["a"] = 3
    forget_oldest(known, 1)
    assert known == {"b": 2}
