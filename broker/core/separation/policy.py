"""The pair policy: a versioned TOML text that people can read -> the arrays the engine runs on.

Theory of operation. A category is an aircraft class in a phase of flight. A `[[rule]]` names the
two sides it is `between`, the relations of their operators it holds for, and what each level asks;
a `[[no_rule]]` names the pairs that are deliberately left unjudged and says why. Every pair of
categories under every relation must be named by exactly one of the two: a pair that nobody thought
of is refused when the file is loaded, and not discovered in the air. Sides have no order, so that
the table comes out symmetric.
"""

import itertools
import tomllib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import AlertLevel
from broker.core.errors import refuse
from broker.core.separation import policy_fields as read
from broker.core.separation.approach import Approach
from broker.core.separation.categories import (
    CATEGORY_COUNT,
    category,
    category_name,
    category_table,
)
from broker.core.separation.policy_filter import filter_settings, margin_weights
from broker.core.separation.policy_phases import approach_of, phase_limits
from broker.core.separation.rules import LEVEL_COUNT, Relation, RuleTable
from broker.core.tracks.filter_columns import FilterSettings
from broker.core.tracks.phases import Phase, PhaseLimits
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US

SCHEMA: Final = 1
TEXT_LENGTH_MAX: Final = 200_000
RULES_MAX: Final = 200
CONFIRM_OF_MAX: Final = 20
INCIDENT_ALERTS_MAX: Final = 100
CLASS_NAMES: Final = tuple(one.name.lower() for one in AircraftClass)
PHASE_NAMES: Final = tuple(one.name.lower() for one in Phase)
RELATION_NAMES: Final = tuple(one.name.lower() for one in Relation)
LEVEL_NAMES: Final = ("advisory", "caution", "warning", "floor")
_ALERTING_KEYS: Final = (
    "confirm_count",
    "confirm_of",
    "imminent_within",
    "imminent_confirm_count",
    "history_at_least",
    "history_intervals",
    "persistence",
    "clear_factor",
    "clear_hold",
    "accuracy_weight",
    "growth_at_most",
    "skip_confirmation_when_first_seen_inside_warning",
    "unknown_vertical_at_most",
    "unsigned_source_at_most",
    "incident_alerts_at_most",
    "incident_window",
    "cluster_told_every",
)
_RULE_KEYS: Final = (
    "id", "between", "relations", "horizontal", "vertical", "approach", "basis"
)  # fmt: skip
_INSIDE: Final = "inside"
"""Look-ahead of a level that holds while inside its volume, and does not look ahead."""


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How many alerts one incident may raise before they are told as one."""

    alerts_max: int
    """Alerts raised for one incident, the cluster included, in any ..."""
    window_us: int
    told_every_us: int
    """News of a cluster that is not urgent is gathered for this long."""


@dataclass(frozen=True, slots=True)
class AlertingParameters:
    """How samples become alerts."""

    confirm_count: int
    """A level is raised when this many ..."""
    confirm_of: int
    """... of the last this many fresh samples reached it."""
    imminent_within_s: float
    """A sample that enters its volume this soon ..."""
    imminent_confirm_count: int
    """... needs only this many."""
    history_at_least_us: int
    history_intervals: float
    """Samples are forgotten after a gap of this many intervals of the feed, or the least time."""
    persistence_us: int
    clear_hold_us: int
    skip_first_seen_inside_warning: bool
    unknown_vertical_cap: AlertLevel
    unsigned_source_cap: AlertLevel
    flood: FloodLimits


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One pair policy, ready to use."""

    name: str
    version: str
    notes: str
    rules: RuleTable
    alerting: AlertingParameters
    filter_settings: FilterSettings
    phase_limits: PhaseLimits
    approaches: dict[int, Approach]
    """Rule row -> the landing volume that it is judged by."""
    category_of: NDArray[np.int16]
    """(classes, phases) -> category."""
    stale_after_s: NDArray[np.float64]
    """(classes,) age at which a track is announced as stale."""
    lost_after_s: NDArray[np.float64]
    """(classes,) age at which a track is announced as lost and leaves the table."""


@dataclass(slots=True)
class _Rows:
    """The rule table while it is being filled."""

    ids: list[str]
    cylinders: list[tuple[list[float], list[float], list[float]]]
    owner: dict[tuple[int, int, int], str]
    """(relation, category, category) -> TOML path of what decided it."""
    approaches: dict[int, Approach]
    rule_of: NDArray[np.int16]


def parse_policy(toml_text: str) -> Policy:
    """Read a whole policy file.

    Raises:
        Refused: naming the TOML path of what is missing, unknown, contradictory or not positive.
    """
    if len(toml_text) > TEXT_LENGTH_MAX:
        raise refuse("policy", f"longer than {TEXT_LENGTH_MAX} characters")
    try:
        parsed: object = tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise refuse("policy", f"is not TOML: {error}") from None
    keys = (
        "schema", "name", "version", "notes", "alerting", "filter", "phases", "classes", "rule",
        "no_rule",
    )  # fmt: skip
    root = read.table(parsed, "", keys)
    if read.required(root, "", "schema") != SCHEMA:
        raise refuse("schema", f"must be {SCHEMA}")
    version = read.text(root, "", "version")
    alerting = read.table(read.required(root, "", "alerting"), "alerting", _ALERTING_KEYS)
    stale_s, lost_s, speed_mps = _class_columns(read.required(root, "", "classes"))
    rows = _rows(root)
    return Policy(
        name=read.text(root, "", "name"),
        version=version,
        notes=read.text(root, "", "notes"),
        rules=_rule_table(rows, root, version, alerting, (speed_mps, float(stale_s.min()))),
        alerting=_alerting(alerting),
        filter_settings=filter_settings(root, CLASS_NAMES),
        phase_limits=phase_limits(root),
        approaches=rows.approaches,
        category_of=category_table(),
        stale_after_s=stale_s,
        lost_after_s=lost_s,
    )


def _alerting(source: read.Table) -> AlertingParameters:
    path = "alerting"
    count = read.whole(source, path, "confirm_count", CONFIRM_OF_MAX)
    of = read.whole(source, path, "confirm_of", CONFIRM_OF_MAX)
    if count > of:
        raise refuse("alerting.confirm_count", "must not be more than confirm_of")
    imminent_count = read.whole(source, path, "imminent_confirm_count", CONFIRM_OF_MAX)
    if imminent_count > count:
        raise refuse("alerting.imminent_confirm_count", "must not be more than confirm_count")
    return AlertingParameters(
        confirm_count=count,
        confirm_of=of,
        imminent_within_s=read.quantity(source, path, "imminent_within", read.TIME_UNITS),
        imminent_confirm_count=imminent_count,
        history_at_least_us=_microseconds(source, "history_at_least"),
        history_intervals=read.number(source, path, "history_intervals", 1.0, 100.0),
        persistence_us=_microseconds(source, "persistence"),
        clear_hold_us=_microseconds(source, "clear_hold"),
        skip_first_seen_inside_warning=read.flag(
            source, path, "skip_confirmation_when_first_seen_inside_warning"
        ),
        unknown_vertical_cap=_cap(source, "unknown_vertical_at_most"),
        unsigned_source_cap=_cap(source, "unsigned_source_at_most"),
        flood=FloodLimits(
            alerts_max=read.whole(source, path, "incident_alerts_at_most", INCIDENT_ALERTS_MAX),
            window_us=_microseconds(source, "incident_window"),
            told_every_us=_microseconds(source, "cluster_told_every"),
        ),
    )


def _microseconds(source: read.Table, key: str) -> int:
    return round(read.quantity(source, "alerting", key, read.TIME_UNITS) * SECOND_US)


def _cap(source: read.Table, key: str) -> AlertLevel:
    """A level that people hear: capping at advisory would silence, and is refused."""
    name, heard = read.text(source, "alerting", key), LEVEL_NAMES[1:]
    if name not in heard:
        raise refuse(f"alerting.{key}", f"must be one of {', '.join(heard)}")
    return AlertLevel(LEVEL_NAMES.index(name) + 1)


def _class_columns(
    value: object,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Stale age, lost age and assumed speed, each by aircraft class."""
    classes = read.table(value, "classes", CLASS_NAMES)
    rows: list[tuple[float, float, float]] = []
    for name in CLASS_NAMES:
        path = f"classes.{name}"
        keys = ("stale_after", "lost_after", "assumed_speed")
        source = read.table(read.required(classes, "classes", name), path, keys)
        stale_s = read.quantity(source, path, "stale_after", read.TIME_UNITS)
        lost_s = read.quantity(source, path, "lost_after", read.TIME_UNITS)
        if lost_s <= stale_s:
            raise refuse(f"{path}.lost_after", "must be later than stale_after")
        rows.append(
            (stale_s, lost_s, read.quantity(source, path, "assumed_speed", read.SPEED_UNITS))
        )
    columns = np.array(rows, dtype=np.float64)
    return columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].copy()


def _rows(root: read.Table) -> _Rows:
    """Every rule and every pair that deliberately has none; a gap is refused."""
    shape = (len(Relation), CATEGORY_COUNT, CATEGORY_COUNT)
    rows = _Rows([], [], {}, {}, np.full(shape, -1, dtype=np.int16))
    for index, value in enumerate(_list_of(root, "rule")):
        _add_rule(rows, value, f"rule[{index}]")
    for index, value in enumerate(_list_of(root, "no_rule") if "no_rule" in root else []):
        path = f"no_rule[{index}]"
        source = read.table(value, path, ("between", "relations", "because"))
        read.text(source, path, "because")
        _claim(rows, source, path, -1)
    _refuse_gaps(rows)
    return rows


def _rule_table(
    rows: _Rows,
    root: read.Table,
    version: str,
    alerting: read.Table,
    of_classes: tuple[NDArray[np.float64], float],
) -> RuleTable:
    """`of_classes`: assumed speed of each class, and the least age at which one is stale."""
    speed_mps, stale_after_s = of_classes
    near_weight, early_weight = margin_weights(root)
    cylinders = np.array(rows.cylinders, dtype=np.float64).reshape(-1, 3, LEVEL_COUNT)
    return RuleTable(
        version=version,
        rule_ids=tuple(rows.ids),
        rule_of=rows.rule_of,
        horizontal_m=np.ascontiguousarray(cylinders[:, 0]),
        vertical_m=np.ascontiguousarray(cylinders[:, 1]),
        look_ahead_s=np.ascontiguousarray(cylinders[:, 2]),
        hold_factor=read.number(alerting, "alerting", "clear_factor", 1.0, 3.0),
        accuracy_weight=read.number(alerting, "alerting", "accuracy_weight", 0.0, 3.0),
        assumed_speed_mps=np.repeat(speed_mps, len(Phase)),
        growth_m_max=read.quantity(alerting, "alerting", "growth_at_most", read.LENGTH_UNITS),
        stale_after_s=stale_after_s,
        near_weight=near_weight,
        early_weight=early_weight,
    )


def _list_of(root: read.Table, key: str) -> list[object]:
    value = read.required(root, "", key)
    if not isinstance(value, list) or not 1 <= len(value) <= RULES_MAX:
        raise refuse(key, f"must be 1 to {RULES_MAX} [[{key}]] tables")
    return value


def _add_rule(rows: _Rows, value: object, path: str) -> None:
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
        inside = read.required(volume, where, "within") == _INSIDE
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


def _claim(rows: _Rows, source: read.Table, path: str, row: int) -> None:
    """Give every pair the entry names to `row`; a pair that is already given is refused."""
    between = read.required(source, path, "between")
    if not isinstance(between, list) or len(between) != 2:
        raise refuse(f"{path}.between", "must list two sides")
    sides = [_side(one, f"{path}.between[{place}]") for place, one in enumerate(between)]
    for relation in read.choices(source, path, "relations", RELATION_NAMES):
        for first in sides[0]:
            for second in sides[1]:
                key = (relation, min(first, second), max(first, second))
                if rows.owner.setdefault(key, path) != path:
                    raise refuse(f"{path}.between", f"{_pair(key)} is also in {rows.owner[key]}")
                rows.rule_of[relation, first, second] = row
                rows.rule_of[relation, second, first] = row


def _side(value: object, path: str) -> list[int]:
    source = read.table(value, path, ("classes", "phases"))
    classes = read.choices(source, path, "classes", CLASS_NAMES)
    phases = read.choices(source, path, "phases", PHASE_NAMES)
    return [category(AircraftClass(one), Phase(phase)) for one in classes for phase in phases]


def _refuse_gaps(rows: _Rows) -> None:
    for relation in Relation:
        for first in range(CATEGORY_COUNT):
            for second in range(first, CATEGORY_COUNT):
                if (relation, first, second) not in rows.owner:
                    pair = _pair((relation, first, second))
                    raise refuse("rule", f"{pair} is in no [[rule]] and no [[no_rule]]")


def _pair(key: tuple[int, int, int]) -> str:
    names = f"{category_name(key[1])} with {category_name(key[2])}"
    return f"{names}, {RELATION_NAMES[key[0]]}"
