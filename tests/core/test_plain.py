from collections.abc import Callable

import numpy as np
import pytest

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
