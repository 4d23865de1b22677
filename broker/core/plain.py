"""Plain values: what a snapshot may hold, and how to read them back without trusting them."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, Union

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """A value that is worked out when the snapshot is written, from what nobody changes any more.

    The state is taken between two micro-batches, where every millisecond keeps reports waiting;
    what only needs copying then can be put into its form by another thread.
    """

    make: Callable[[], "Plain"]


Plain: TypeAlias = Union[  # noqa: UP007 - a recursive alias needs the subscript form
    bool, int, float, str, NDArray[np.generic], list["Plain"], dict[str, "Plain"], Later, None
]
"""JSON's values and arrays; arrays and values for later only as values of dictionaries."""


def settled(value: Plain) -> Plain:
    """The value with everything worked out that was left for later."""
    if isinstance(value, Later):
        return settled(value.make())
    if isinstance(value, dict):
        return {name: settled(inner) for name, inner in value.items()}
    return value


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


def number(value: object) -> float:
    """`value` as a number."""
    return value if isinstance(value, float) else float(integer(value))


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


def text_column(column: Sequence[str]) -> dict[str, Plain]:
    """Many texts as two arrays, which are written a hundred times faster than so many values."""
    return {
        "utf8": np.frombuffer("".join(column).encode("utf-8", "surrogatepass"), dtype=np.uint8),
        "lengths": np.fromiter(map(len, column), dtype=np.int32, count=len(column)),
    }


def texts_of_column(value: object) -> list[str]:
    """The inverse of `text_column`."""
    column = mapping(value)
    whole = array(column["utf8"]).tobytes().decode("utf-8", "surrogatepass")
    bounds = [0, *np.cumsum(array(column["lengths"]), dtype=np.int64).tolist()]
    if bounds[-1] != len(whole):
        raise BrokenInvariant("snapshot: a column of texts has another length than its parts")
    return [whole[start:end] for start, end in itertools.pairwise(bounds)]
