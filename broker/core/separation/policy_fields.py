"""Reading a policy file's fields strictly: every key known, every number with its unit.

A threshold that is missing, zero, negative or not a number is refused with its TOML path: a typing
mistake must never disarm a rule.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from broker.core.errors import refuse
from broker.core.units import FOOT_M, KNOT_MPS, NAUTICAL_MILE_M

TEXT_LENGTH_MAX: Final = 400
LENGTH_UNITS: Final = {"m": 1.0, "km": 1_000.0, "ft": FOOT_M, "NM": NAUTICAL_MILE_M}
TIME_UNITS: Final = {"s": 1.0, "min": 60.0, "h": 3_600.0}
SPEED_UNITS: Final = {"m/s": 1.0, "kt": KNOT_MPS}

Table = Mapping[str, object]


def table(value: object, path: str, allowed: Sequence[str]) -> Table:
    """`value` as a table that holds no key but the allowed ones."""
    if not isinstance(value, dict):
        raise refuse(path, "must be a table")
    for key in value:
        if key not in allowed:
            raise refuse(f"{path}.{key}" if path else str(key), "unknown key")
    return value


def required(source: Table, path: str, key: str) -> object:
    """The value under `key`, which must be there."""
    if key not in source:
        raise refuse(join(path, key), "missing")
    return source[key]


def join(path: str, key: str) -> str:
    """TOML path of a key inside a table."""
    return f"{path}.{key}" if path else key


def text(source: Table, path: str, key: str) -> str:
    """A non-empty text of at most 400 characters."""
    value = required(source, path, key)
    if not isinstance(value, str) or not value.strip() or len(value) > TEXT_LENGTH_MAX:
        raise refuse(join(path, key), f"must be a text of 1 to {TEXT_LENGTH_MAX} characters")
    return value


def flag(source: Table, path: str, key: str) -> bool:
    """True or false, spelt out."""
    value = required(source, path, key)
    if not isinstance(value, bool):
        raise refuse(join(path, key), "must be true or false")
    return value


def whole(source: Table, path: str, key: str, largest: int) -> int:
    """A whole number from 1 to `largest`."""
    value = required(source, path, key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise refuse(join(path, key), f"must be a whole number from 1 to {largest}")
    return value


def number(source: Table, path: str, key: str, least: float, largest: float) -> float:
    """A plain number between the two limits, both allowed."""
    value = required(source, path, key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise refuse(join(path, key), "must be a number")
    if not least <= value <= largest:  # NaN fails this too
        raise refuse(join(path, key), f"must be from {least:g} to {largest:g}")
    return float(value)


def quantity(source: Table, path: str, key: str, units: Mapping[str, float]) -> float:
    """A positive number with its unit ("2000 ft"), in SI."""
    value, where = required(source, path, key), join(path, key)
    wanted = f'must be a text with a number and its unit ({", ".join(units)}), such as "5 s"'
    if not isinstance(value, str):
        raise refuse(where, wanted)
    parts = value.split(" ")
    if len(parts) != 2 or parts[1] not in units:
        raise refuse(where, wanted)
    try:
        amount = float(parts[0])
    except ValueError:
        raise refuse(where, wanted) from None
    if not math.isfinite(amount) or amount <= 0.0:
        raise refuse(where, "must be finite and more than zero")
    return amount * units[parts[1]]


def choices(source: Table, path: str, key: str, names: Sequence[str]) -> tuple[int, ...]:
    """Positions in `names` of a list of distinct names; "any" alone stands for all of them."""
    value, where = required(source, path, key), join(path, key)
    if not isinstance(value, list) or not value:
        raise refuse(where, "must be a list of names, not empty")
    if value == ["any"]:
        return tuple(range(len(names)))
    for one in value:
        if one not in names:
            raise refuse(where, f"{one!r} is none of {', '.join(names)}")
    if len(set(value)) != len(value):
        raise refuse(where, "names one twice")
    return tuple(names.index(one) for one in value)
