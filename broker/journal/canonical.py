"""Canonical JSON: one value, one byte string. Sorted keys, compact, UTF-8, finite numbers only."""

import json
from typing import Final, Self

from broker.core.errors import refuse
from broker.journal.errors import RecordUnreadable

_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
"""Made once: `json.dumps` makes one each time, for every record of the log."""


def to_bytes(value: object) -> bytes:
    """Encode; refuses NaN, infinities and text that is not Unicode (lone surrogates)."""
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        raise refuse("command", "holds text that is not valid Unicode") from None
    except ValueError:
        raise refuse("command", "holds a number that is not finite") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def from_bytes(data: bytes) -> object:
    """Decode; raises ValueError for anything that `to_bytes` cannot have written."""
    value: object = json.loads(data, parse_constant=_no_constant)
    return value


class Fields:
    """A decoded object, read field by field with its type checked: RecordUnreadable if not so."""

    __slots__ = ("_values",)

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise RecordUnreadable("an object was expected")
        self._values: dict[str, object] = value

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read a payload that is one JSON object."""
        try:
            return cls(from_bytes(payload))
        except ValueError as error:
            raise RecordUnreadable(f"not canonical JSON: {error}") from None

    def _get(self, key: str) -> object:
        if key not in self._values:
            raise RecordUnreadable(f"{key} is missing")
        return self._values[key]

    def text(self, key: str) -> str:
        """The text under `key`."""
        return as_text(self._get(key))

    def whole(self, key: str) -> int:
        """The whole number under `key`."""
        return as_whole(self._get(key))

    def number(self, key: str) -> float:
        """The number under `key`."""
        return as_number(self._get(key))

    def truth(self, key: str) -> bool:
        """The truth value under `key`."""
        value = self._get(key)
        if not isinstance(value, bool):
            raise RecordUnreadable(f"{key} is not true or false")
        return value

    def items(self, key: str) -> list[object]:
        """The list under `key`."""
        return as_list(self._get(key))

    def inner(self, key: str) -> "Fields":
        """The object under `key`."""
        return Fields(self._get(key))

    def value(self, key: str) -> object:
        """Whatever plain value stands under `key`."""
        return self._get(key)

    def names(self) -> list[str]:
        """All keys."""
        return list(self._values)

    def has(self, key: str) -> bool:
        """Whether there is a `key`: how the alternatives of a union are told apart."""
        return key in self._values


def as_text(value: object) -> str:
    """`value` if it is text."""
    if not isinstance(value, str):
        raise RecordUnreadable(f"text was expected, not {value!r}")
    return value


def as_whole(value: object) -> int:
    """`value` if it is a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise RecordUnreadable(f"a whole number was expected, not {value!r}")
    return value


def as_number(value: object) -> float:
    """`value` if it is a number."""
    if not isinstance(value, float):
        return float(as_whole(value))
    return value


def as_list(value: object) -> list[object]:
    """`value` if it is a list."""
    if not isinstance(value, list):
        raise RecordUnreadable(f"a list was expected, not {value!r}")
    return value
