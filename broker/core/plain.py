"""Plain values: what a snapshot may hold, and how to read them back without trusting them."""

from typing import TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant

Plain: TypeAlias = Union[  # noqa: UP007 - a recursive alias needs the subscript form
    bool, int, float, str, NDArray[np.generic], list["Plain"], dict[str, "Plain"], None
]
"""JSON's values and arrays; arrays only as values of dictionaries."""


def mapping(value: object) -> dict[str, Plain]:
    """`value` as a dictionary."""
    if not isinstance(value, dict):
        raise BrokenInvariant("snapshot: a dictionary was expected")
    return value


def items(value: object) -> list[Plain]:
    """`value` as a list."""
    if not isinstance(value, list):
        raise BrokenInvariant("snapshot: a list was expected")
    return value


def array(value: object) -> NDArray[np.generic]:
    """`value` as an array."""
    if not isinstance(value, np.ndarray):
        raise BrokenInvariant("snapshot: an array was expected")
    return value


def text(value: object) -> str:
    """`value` as a string."""
    if not isinstance(value, str):
        raise BrokenInvariant("snapshot: a text was expected")
    return value


def integer(value: object) -> int:
    """`value` as an integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BrokenInvariant("snapshot: an integer was expected")
    return value


def texts(value: object) -> list[str]:
    """`value` as a list of strings."""
    return [text(item) for item in items(value)]


def integers(value: object) -> list[int]:
    """`value` as a list of integers."""
    return [integer(item) for item in items(value)]


def pairs(value: object) -> list[tuple[str, str]]:
    """`value` as a list of pairs of strings."""
    read = [texts(item) for item in items(value)]
    if any(len(pair) != 2 for pair in read):
        raise BrokenInvariant("snapshot: pairs were expected")
    return [(pair[0], pair[1]) for pair in read]
