"""The pair policy: a versioned TOML text that people can read -> the arrays the engine runs on.

Theory of operation. A category is an aircraft class in a phase of flight. A `[[rule]]` names the
two sides it is `between`, the relations of their operators it holds for, and what each level asks;
a `[[no_rule]]` names the pairs that are deliberately left unjudged and says why. Every pair of
categories under every relation must be named by exactly one of the two: a pair that nobody thought
of is refused when the file is loaded, and not discovered in the air. A `[[launch_hold]]` says what
keeps a drone in its dock; these are a table of their own, since they look further ahead than any
rule of traffic and are told to nobody but the drone's agency. `[leaving_band]` says when a drone
that was allotted a height band is told to have left it.
"""

import tomllib
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import refuse
from broker.core.separation import policy_fields as read
from broker.core.separation.approach import Approach
from broker.core.separation.categories import category_table
from broker.core.separation.policy_alerting import (
    AlertingParameters,
    alerting_parameters,
    alerting_table,
)
from broker.core.separation.policy_bands import BandLimits, band_limits
from broker.core.separation.policy_filter import filter_settings, margin_weights
from broker.core.separation.policy_holds import launch_holds
from broker.core.separation.policy_phases import phase_limits
from broker.core.separation.policy_rules import CLASS_NAMES, RuleRows, rule_rows
from broker.core.separation.rules import LEVEL_COUNT, RuleTable
from broker.core.tracks.filter_columns import FilterSettings
from broker.core.tracks.phases import Phase, PhaseLimits

SCHEMA: Final = 1
TEXT_LENGTH_MAX: Final = 200_000
_MAY_MOVE_OFF: Final = np.isin(list(Phase), (Phase.TRANSIT, Phase.ON_SCENE, Phase.LOW)).astype(
    np.float64
)
"""(phases,) 1: in flight, with somewhere to go. Who lands stays at the site."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """One pair policy, ready to use."""

    name: str
    version: str
    notes: str
    rules: RuleTable
    launch_holds: RuleTable
    """Drones in their docks and crewed aircraft; no rules where the policy says "none"."""
    alerting: AlertingParameters
    filter_settings: FilterSettings
    phase_limits: PhaseLimits
    leaving_band: BandLimits | None
    """None where the policy says "none"."""
    approaches: dict[int, Approach]
    """Rule row -> the landing volume that it is judged by."""
    category_of: NDArray[np.int16]
    """(classes, phases) -> category."""
    stale_after_s: NDArray[np.float64]
    """(classes,) age at which a track is announced as stale."""
    lost_after_s: NDArray[np.float64]
    """(classes,) age at which a track is announced as lost and leaves the table."""


def check_version(toml_text: str, running_toml: str) -> None:
    """Agencies sign a policy by its version: the same one never comes to mean other numbers.

    Raises:
        Refused: `version`, if another policy of that version is running. Notes may differ.
    """
    new, running = ({**_document(text), "notes": ""} for text in (toml_text, running_toml))
    if new.get("version") == running.get("version") and new != running:
        raise refuse("version", f"{new['version']} is in force with other numbers: name this one")


def _document(toml_text: str) -> dict[str, object]:
    if len(toml_text) > TEXT_LENGTH_MAX:
        raise refuse("policy", f"longer than {TEXT_LENGTH_MAX} characters")
    try:
        return tomllib.loads(toml_text)
    except tomllib.TOMLDecodeError as error:
        raise refuse("policy", f"is not TOML: {error}") from None


def parse_policy(toml_text: str) -> Policy:
    """Read a whole policy file.

    Raises:
        Refused: naming the TOML path of what is missing, unknown, contradictory or not positive.
    """
    parsed = _document(toml_text)
    keys = (
        "schema", "name", "version", "notes", "alerting", "filter", "phases", "classes", "rule",
        "no_rule", "launch_hold", "leaving_band",
    )  # fmt: skip
    root = read.table(parsed, "", keys)
    if read.required(root, "", "schema") != SCHEMA:
        raise refuse("schema", f"must be {SCHEMA}")
    version = read.text(root, "", "version")
    alerting = alerting_table(root)
    classes = _class_columns(read.required(root, "", "classes"))
    rows = rule_rows(root)
    rules = _rule_table(rows, root, version, alerting, classes)
    return Policy(
        name=read.text(root, "", "name"),
        version=version,
        notes=read.text(root, "", "notes"),
        rules=rules,
        launch_holds=launch_holds(root, rules),
        alerting=alerting_parameters(alerting),
        filter_settings=filter_settings(root, CLASS_NAMES),
        phase_limits=phase_limits(root),
        leaving_band=band_limits(root),
        approaches=rows.approaches,
        category_of=category_table(),
        stale_after_s=classes.stale_after_s,
        lost_after_s=classes.lost_after_s,
    )


class _Classes(NamedTuple):
    """The `[classes]` table, each (classes,)."""

    stale_after_s: NDArray[np.float64]
    lost_after_s: NDArray[np.float64]
    assumed_speed_mps: NDArray[np.float64]
    least_growth_mps: NDArray[np.float64]


def _class_columns(value: object) -> _Classes:
    classes = read.table(value, "classes", CLASS_NAMES)
    rows: list[tuple[float, ...]] = []
    for name in CLASS_NAMES:
        path = f"classes.{name}"
        keys = ("stale_after", "lost_after", "assumed_speed", "least_growth")
        source = read.table(read.required(classes, "classes", name), path, keys)
        stale_s = read.quantity(source, path, "stale_after", read.TIME_UNITS)
        lost_s = read.quantity(source, path, "lost_after", read.TIME_UNITS)
        if lost_s <= stale_s:
            raise refuse(f"{path}.lost_after", "must be later than stale_after")
        speeds_mps = [read.quantity(source, path, key, read.SPEED_UNITS) for key in keys[2:]]
        rows.append((stale_s, lost_s, *speeds_mps))
    return _Classes(*np.array(rows, dtype=np.float64).T.copy())


def _rule_table(
    rows: RuleRows,
    root: read.Table,
    version: str,
    alerting: read.Table,
    classes: _Classes,
) -> RuleTable:
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
        assumed_speed_mps=np.repeat(classes.assumed_speed_mps, len(Phase)),
        least_growth_mps=np.outer(classes.least_growth_mps, _MAY_MOVE_OFF).ravel(),
        growth_m_max=read.quantity(alerting, "alerting", "growth_at_most", read.LENGTH_UNITS),
        stale_after_s=float(classes.stale_after_s.min()),
        near_weight=near_weight,
        early_weight=early_weight,
    )
