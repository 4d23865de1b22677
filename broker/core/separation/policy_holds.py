"""The `[[launch_hold]]` tables of a pair policy: what keeps a drone in its dock for now.

A drone that is told to launch opens its dock and climbs, and is where it can be met a minute and
more later. So each rule is a volume round the climb column above the dock, from as far below as
above: nothing crewed flies below a dock. It is a caution and nothing else, as nothing has happened.
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.alerts import AlertLevel
from broker.core.errors import refuse
from broker.core.separation import policy_fields as read
from broker.core.separation.categories import DRONE_CLASSES, category, is_crewed
from broker.core.separation.policy_filter import launch_early_weight
from broker.core.separation.policy_rules import INSIDE, list_of, side_of
from broker.core.separation.rules import LEVEL_COUNT, RuleTable
from broker.core.tracks.phases import Phase
from broker.core.tracks.reports import AircraftClass

NONE: Final = "none"
_KEYS: Final = ("id", "crewed", "horizontal", "vertical", "climb", "within", "basis")
_CAUTION: Final = AlertLevel.CAUTION - 1
"""Column of the rule arrays."""
_DOCKED: Final = tuple(category(one, Phase.DOCK) for one in sorted(DRONE_CLASSES))
_CREWED: Final = frozenset(
    category(one, phase) for one in AircraftClass if is_crewed(one) for phase in Phase
)


def launch_holds(root: read.Table, rules: RuleTable) -> RuleTable:
    """Read the tables; what they do not say is as in the policy's rules of traffic."""
    rule_of = np.full_like(rules.rule_of, -1)
    ids: list[str] = []
    volumes: list[tuple[float, float, float]] = []
    wanted = [] if root.get("launch_hold") == NONE else list_of(root, "launch_hold")
    for row, value in enumerate(wanted):
        path = f"launch_hold[{row}]"
        source = read.table(value, path, _KEYS)
        ids.append(_named(source, path, (*rules.rule_ids, *ids)))
        volumes.append(_volume(source, path))
        _claim(rule_of, source, path, row)
    columns = np.full((len(ids), 3, LEVEL_COUNT), np.nan)
    columns[:, :, _CAUTION] = np.array(volumes, dtype=np.float64).reshape(-1, 3)
    speed_mps = rules.assumed_speed_mps.copy()
    speed_mps[list(_DOCKED)] = 0.0  # a drone in its dock stands, whether it says so or not
    return replace(
        rules,
        rule_ids=tuple(ids),
        rule_of=rule_of,
        horizontal_m=np.ascontiguousarray(columns[:, 0]),
        vertical_m=np.ascontiguousarray(columns[:, 1]),
        look_ahead_s=np.ascontiguousarray(columns[:, 2]),
        assumed_speed_mps=speed_mps,
        early_weight=launch_early_weight(root),
    )


def _named(source: read.Table, path: str, taken: tuple[str, ...]) -> str:
    rule_id = read.text(source, path, "id")
    if rule_id in taken:
        raise refuse(f"{path}.id", f"{rule_id!r} is used twice")
    read.text(source, path, "basis")
    return rule_id


def _volume(source: read.Table, path: str) -> tuple[float, float, float]:
    """Radius, half height and look-ahead."""
    climb_m = read.quantity(source, path, "climb", read.LENGTH_UNITS)
    inside = read.required(source, path, "within") == INSIDE
    return (
        read.quantity(source, path, "horizontal", read.LENGTH_UNITS),
        climb_m + read.quantity(source, path, "vertical", read.LENGTH_UNITS),
        0.0 if inside else read.quantity(source, path, "within", read.TIME_UNITS),
    )


def _claim(rule_of: NDArray[np.int16], source: read.Table, path: str, row: int) -> None:
    """Give every pair of a docked drone and one of the crewed side to `row`."""
    for crewed in side_of(read.required(source, path, "crewed"), f"{path}.crewed"):
        if crewed not in _CREWED:
            raise refuse(f"{path}.crewed", "names a class that nobody is on board of")
        for docked in _DOCKED:
            if rule_of[0, docked, crewed] >= 0:
                raise refuse(f"{path}.crewed", "names a class and phase that an earlier one has")
            rule_of[:, docked, crewed] = rule_of[:, crewed, docked] = row
