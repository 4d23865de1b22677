"""Canonical JSON of a large value, made a slice at a time.

Python's encoder is one long call that never lets another thread run: for the state of some
thousands of tracks the engine would stand still for tens of milliseconds while a helper writes a
snapshot. Here every call is short, and between two of them the interpreter changes hands.
"""

import json
from collections.abc import Iterator
from typing import Final

ITEMS_PER_SLICE: Final = 16
DEPTH_WALKED: Final = 4
"""Objects nested deeper than this are small, and encoded whole."""

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def to_bytes(value: object) -> bytes:
    """The bytes of `json.dumps` with sorted keys and no spaces; raises ValueError as it does."""
    return "".join(_slices(value, DEPTH_WALKED)).encode()


def _slices(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth and value:
        opening = "{"
        for key in sorted(value):
            yield f"{opening}{_ENCODER.encode(key)}:"
            yield from _slices(value[key], depth - 1)
            opening = ","
        yield "}"
    elif isinstance(value, list | tuple) and len(value) > ITEMS_PER_SLICE:
        opening = "["
        for first in range(0, len(value), ITEMS_PER_SLICE):
            yield opening + _ENCODER.encode(value[first : first + ITEMS_PER_SLICE])[1:-1]
            opening = ","
        yield "]"
    else:
        yield _ENCODER.encode(value)
