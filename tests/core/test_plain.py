from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core import plain
from broker.core.errors import BrokenInvariant

ONE_OF_EACH: dict[str, object] = {
    "mapping": {"a": 1},
    "items": [1, "a"],
    "array": np.zeros(2),
    "text": "a",
    "integer": 7,
    "texts": ["a", "b"],
    "integers": [1, 2],
    "pairs": [["a", "b"]],
}
FITS = {
    "items": {"items", "texts", "integers", "pairs"},
    "texts": {"texts"},
    "integers": {"integers"},
    "pairs": {"pairs"},
}


def reader(name: str) -> Callable[[object], object]:
    found: Callable[[object], object] = getattr(plain, name)
    return found


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_each_reads_its_own(name: str) -> None:
    value = ONE_OF_EACH[name]
    read = reader(name)(value)
    assert read is value or read in (value, [("a", "b")])


@pytest.mark.parametrize("name", ONE_OF_EACH)
@pytest.mark.parametrize("wrong", [*ONE_OF_EACH, "none", "boolean", "float"])
def test_each_refuses_the_others_loudly(name: str, wrong: str) -> None:
    if wrong in FITS.get(name, {name}):
        return
    value = {**ONE_OF_EACH, "none": None, "boolean": True, "float": 1.5}[wrong]
    with pytest.raises(BrokenInvariant, match="snapshot"):
        reader(name)(value)


def test_pairs_are_two() -> None:
    with pytest.raises(BrokenInvariant, match="pairs"):
        plain.pairs([["a", "b", "c"]])


def test_empty_lists_are_lists() -> None:
    assert [plain.texts([]), plain.integers([]), plain.pairs([])] == [[], [], []]


@given(st.lists(st.text()))
def test_a_column_of_texts_comes_back(texts: list[str]) -> None:
    column = plain.text_column(texts)
    assert plain.texts_of_column(column) == texts
    lengths = plain.array(column["lengths"])
    assert len(lengths) == len(texts)


def test_a_column_whose_parts_do_not_fit_stops_everything() -> None:
    column = plain.text_column(["ab", "é"])
    column["lengths"] = np.array([2, 2])
    with pytest.raises(BrokenInvariant, match="another length"):
        plain.texts_of_column(column)


def test_what_is_left_for_later_is_worked_out_wherever_it_stands() -> None:
    value: plain.Plain = {"a": {"b": plain.Later(lambda: {"c": plain.Later(lambda: 1)})}, "d": [2]}
    assert plain.settled(value) == {"a": {"b": {"c": 1}}, "d": [2]}
