"""The `[[rule]]` and `[[no_rule]]` tables of a pair policy: every pair stands in one of them.

Sides have no order, so that the table comes out symmetric. What nobody thought of is refused when
the file is loaded.
"""

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import refuse
from broker.core.separation import policy_fields as read
from broker.core.separation.approach import Approach
from broker.core.separation.categories import CATEGORY_COUNT, category, category_name
from broker.core.separation.policy_phases import approach_of
from broker.core.separation.rules import Relation
from broker.core.tracks.phases import Phase
from broker.core.tracks.reports import AircraftClass

RULES_MAX: Final = 200
CLASS_NAMES: Final = tuple(one.name.lower() for one in AircraftClass)
PHASE_NAMES: Final = tuple(one.name.lower() for one in Phase)
RELATION_NAMES: Final = tuple(one.name.lower() for one in Relation)
LEVEL_NAMES: Final = ("advisory", "caution", "warning", "floor")
_RULE_KEYS: Final = (
    "id", "between", "relations", "horizontal", "vertical", "approach", "basis"
)  # fmt: skip
INSIDE: Final = "inside"
"""Look-ahead of a level that holds while inside its volume, and does not look ahead."""


@dataclass(slots=True)
class RuleRows:
    """The rule table while it is being filled."""

    ids: list[str]
    cylinders: list[tuple[list[float], list[float], list[float]]]
    owner: dict[tuple[int, int, int], str]
    """(relation, category, category) -> TOML path of what decided it."""
    approaches: dict[int, Approach]
    rule_of: NDArray[np.int16]


def rule_rows(root: read.Table) -> RuleRows:
    """Every rule and every pair that deliberately has none; a gap is refused."""
    shape = (len(Relation), CATEGORY_COUNT, CATEGORY_COUNT)
    rows = RuleRows([], [], {}, {}, np.full(shape, -1, dtype=np.int16))
    for index, value in enumerate(list_of(root, "rule")):
        _add_rule(rows, value, f"rule[{index}]")
    for index, value in enumerate(list_of(root, "no_rule") if "no_rule" in root else []):
        path = f"no_rule[{index}]"
        source = read.table(value, path, ("between", "relations", "because"))
        read.text(source, path, "because")
        _claim(rows, source, path, -1)
    _refuse_gaps(rows)
    for row, approach in rows.approaches.items():
        _refuse_wider(rows, row, approach.undeclared_beyond)
    return rows


def list_of(root: read.Table, key: str) -> list[object]:
    """The `[[key]]` tables, at least one."""
    value = read.required(root, "", key)
    if not isinstance(value, list) or not 1 <= len(value) <= RULES_MAX:
        raise refuse(key, f"must be 1 to {RULES_MAX} [[{key}]] tables")
    return value


def _add_rule(rows: RuleRows, value: object, path: str) -> None:
    source = read.table(value, path, (*_RULE_KEYS, *LEVEL_NAMES))
    rule_id = read.text(source, path, "id")
    if rule_id in rows.ids:
        raise refuse(f"{path}.id", f"{rule_id!r} is used twice")
    read.text(source, path, "basis")
    horizontal_m = read.quantity(source, path, "horizontal", read.LENGTH_UNITS)
    vertical_m = read.quantity(source, path, "vertical", read.LENGTH_UNITS)
    levels = [_level(source, path, name, horizontal_m, vertical_m) for name in LEVEL_NAMES]
    _refuse_inverted(levels, path)
    approach = approach_of(source, path, horizontal_m)
    if approach is not None:
        rows.approaches[len(rows.ids)] = approach
    rows.ids.append(rule_id)
    rows.cylinders.append(
        ([one[0] for one in levels], [one[1] for one in levels], [one[2] for one in levels])
    )
    _claim(rows, source, path, len(rows.ids) - 1)


def _level(
    source: read.Table, path: str, name: str, horizontal_m: float, vertical_m: float
) -> tuple[float, float, float]:
    """Radius, half height and look-ahead of one level; NaN three times where it is "none"."""
    value, where = read.required(source, path, name), f"{path}.{name}"
    if value == "none":
        return (np.nan, np.nan, np.nan)
    if name == "floor":
        volume = read.table(value, where, ("horizontal", "vertical"))
        look_ahead_s = 0.0
    else:
        volume = read.table(value, where, ("within", "horizontal", "vertical"))
        inside = read.required(volume, where, "within") == INSIDE
        look_ahead_s = 0.0 if inside else read.quantity(volume, where, "within", read.TIME_UNITS)
    own = name == "floor" or "horizontal" in volume or "vertical" in volume
    if own:
        horizontal_m = read.quantity(volume, where, "horizontal", read.LENGTH_UNITS)
        vertical_m = read.quantity(volume, where, "vertical", read.LENGTH_UNITS)
    return (horizontal_m, vertical_m, look_ahead_s)


def _refuse_inverted(levels: list[tuple[float, float, float]], path: str) -> None:
    """A more urgent level never starts earlier or reaches further than a less urgent one."""
    given = [(name, one) for name, one in zip(LEVEL_NAMES, levels, strict=True) if one[0] > 0.0]
    if not given:
        raise refuse(path, "every level is none: use [[no_rule]] and say why")
    for (_, milder), (name, sharper) in itertools.pairwise(given):
        if sharper[2] > milder[2]:
            raise refuse(f"{path}.{name}", "looks further ahead than the level below it")
        if sharper[0] > milder[0] or sharper[1] > milder[1]:
            raise refuse(f"{path}.{name}", "has a larger volume than the level below it")


def _refuse_wider(rows: RuleRows, row: int, beyond: str) -> None:
    """What judges in place of a landing volume must lie within it, or pairs would be missed."""
    if not beyond:
        return
    path = f"rule[{row}].approach.undeclared_beyond"
    if beyond not in rows.ids:
        raise refuse(path, f"there is no rule {beyond!r}")
    widest = np.nanmax(np.array(rows.cylinders[row]), axis=1)
    if (np.nanmax(np.array(rows.cylinders[rows.ids.index(beyond)]), axis=1) > widest).any():
        raise refuse(path, f"{beyond!r} reaches further than this rule")


def _claim(rows: RuleRows, source: read.Table, path: str, row: int) -> None:
    """Give every pair the entry names to `row`; a pair that is already given is refused."""
    between = read.required(source, path, "between")
    if not isinstance(between, list) or len(between) != 2:
        raise refuse(f"{path}.between", "must list two sides")
    sides = [side_of(one, f"{path}.between[{place}]") for place, one in enumerate(between)]
    for relation in read.choices(source, path, "relations", RELATION_NAMES):
        for first in sides[0]:
            for second in sides[1]:
                key = (relation, min(first, second), max(first, second))
                if rows.owner.setdefault(key, path) != path:
                    raise refuse(f"{path}.between", f"{_pair(key)} is also in {rows.owner[key]}")
                rows.rule_of[relation, first, second] = row
                rows.rule_of[relation, second, first] = row


def side_of(value: object, path: str) -> list[int]:
    """The categories that a side names."""
    source = read.table(value, path, ("classes", "phases"))
    classes = read.choices(source, path, "classes", CLASS_NAMES)
    phases = read.choices(source, path, "phases", PHASE_NAMES)
    return [category(AircraftClass(one), Phase(phase)) for one in classes for phase in phases]


def _refuse_gaps(rows: RuleRows) -> None:
    for relation in Relation:
        for first in range(CATEGORY_COUNT):
            for second in range(first, CATEGORY_COUNT):
                if (relation, first, second) not in rows.owner:
                    pair = _pair((relation, first, second))
                    raise refuse("rule", f"{pair} is in no [[rule]] and no [[no_rule]]")


def _pair(key: tuple[int, int, int]) -> str:
    names = f"{category_name(key[1])} with {category_name(key[2])}"
    return f"{names}, {RELATION_NAMES[key[0]]}"
