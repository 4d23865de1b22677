import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.tracks.interning import Interned


def test_a_name_keeps_its_place() -> None:
    names: Interned[str] = Interned()
    assert [names.intern(name) for name in ("b", "a", "b", "c", "a")] == [0, 1, 0, 2, 1]
    assert names.values() == ["b", "a", "c"]
    assert [names.value(place) for place in range(3)] == ["b", "a", "c"]
    assert len(names) == 3


def test_asking_for_a_name_does_not_add_it() -> None:
    names: Interned[str] = Interned()
    assert names.index("a") is None
    assert len(names) == 0
    assert names.intern("a") == names.index("a") == 0


def test_the_list_handed_out_is_a_copy() -> None:
    names: Interned[str] = Interned()
    names.intern("a")
    names.values().append("b")
    assert names.values() == ["a"]
    with pytest.raises(IndexError):
        names.value(1)


@given(st.lists(st.integers(0, 20)))
def test_places_are_those_of_first_sight(sequence: list[int]) -> None:
    names: Interned[int] = Interned()
    places = [names.intern(one) for one in sequence]
    first_seen = list(dict.fromkeys(sequence))
    assert names.values() == first_seen
    assert places == [first_seen.index(one) for one in sequence]
