"""The `[phases]` table of a pair policy, and the landing volumes of its rules."""

import math
from typing import Final

from broker.core.errors import refuse
from broker.core.separation import policy_fields as read
from broker.core.separation.approach import Approach
from broker.core.tracks.phases import PhaseLimits

ANGLE_UNITS: Final = {"deg": math.radians(1.0)}
HALF_ANGLE_RAD_MAX: Final = math.radians(90.0)
_KEYS: Final = (
    "landing_below",
    "landing_descent",
    "on_scene_below",
    "close_work_below",
    "docked_for",
)
_APPROACH_KEYS: Final = ("inner", "half_angle", "arrives_within", "undeclared_beyond")


def phase_limits(root: read.Table) -> PhaseLimits:
    """Read the `[phases]` table; Refused names the TOML path of what is wrong."""
    path = "phases"
    source = read.table(read.required(root, "", path), path, _KEYS)
    return PhaseLimits(
        landing_below_m=read.quantity(source, path, "landing_below", read.LENGTH_UNITS),
        landing_descent_mps=read.quantity(source, path, "landing_descent", read.SPEED_UNITS),
        on_scene_below_mps=read.quantity(source, path, "on_scene_below", read.SPEED_UNITS),
        low_below_m=read.quantity(source, path, "close_work_below", read.LENGTH_UNITS),
        docked_for_s=read.quantity(source, path, "docked_for", read.TIME_UNITS),
    )


def approach_of(rule: read.Table, path: str, reach_m: float) -> Approach | None:
    """The landing volume of a rule that has one; it lies within the rule's own radius."""
    if "approach" not in rule:
        return None
    where = f"{path}.approach"
    source = read.table(rule["approach"], where, _APPROACH_KEYS)
    inner_m = read.quantity(source, where, "inner", read.LENGTH_UNITS)
    if inner_m > reach_m:
        raise refuse(f"{where}.inner", "reaches further than the rule's horizontal")
    half_angle_rad = read.quantity(source, where, "half_angle", ANGLE_UNITS)
    if half_angle_rad > HALF_ANGLE_RAD_MAX:
        raise refuse(f"{where}.half_angle", "must be at most 90 deg")
    arrives_s = read.quantity(source, where, "arrives_within", read.TIME_UNITS)
    beyond = ""
    if "undeclared_beyond" in source:
        beyond = read.text(source, where, "undeclared_beyond")
    return Approach(inner_m, reach_m, half_angle_rad, arrives_s, beyond)
