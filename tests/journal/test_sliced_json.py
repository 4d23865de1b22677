"""Slices joined are the same bytes as JSON written in one go."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.journal.sliced_json import ITEMS_PER_SLICE, to_bytes

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3 * ITEMS_PER_SLICE)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=60,
)


def whole(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


@given(values)
def test_any_value_is_the_same_bytes(value: object) -> None:
    # REQ-DUR-008
    assert to_bytes(value) == whole(value)


@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 32, 33, 1_000])
def test_long_lists_of_objects(count: int) -> None:
    value = {"a": {"b": {"c": [{"n": place, "x": [place]} for place in range(count)]}}}
    assert to_bytes(value) == whole(value)


def test_what_json_does_not_know_is_an_error() -> None:
    for bad in (math.nan, [math.inf] * 40, {"a": [math.nan]}):
        with pytest.raises(ValueError, match="not JSON compliant"):
            to_bytes(bad)
