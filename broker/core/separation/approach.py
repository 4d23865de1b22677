"""The volume of a landing: a cylinder all round, and a sector on the approach.

Theory of operation. Kernels know cylinders alone. A rule with an `approach` is judged by them with
one that reaches to the end of the sector, which finds every pair that could matter and more. Here
the extra goes: a drone is inside the landing volume if it is inside the inner cylinder, or in the
sector to both sides of the crewed aircraft's track over the ground. It is warned inside, while the
crewed aircraft is at most `arrives_within` away, and cautioned inside, or where it will be in the
inner cylinder within the rule's look-ahead. For leaving, everything is larger by the hold factor.

An aircraft that only behaves as if it landed is believed within the end of the sector. Further
away from the drone it is judged by the rule that the approach names, which is of aircraft on their
way; what was declared, and what was presumed when it fell silent, counts from anywhere.

What cannot be judged (a velocity or a height that is not known) is left as the kernels gave it.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from broker.core.alerts import AlertLevel
from broker.core.effects import TrackState
from broker.core.separation.cylinder import RelativeState, conflict_interval
from broker.core.separation.geometry import pair_geometry
from broker.core.separation.rules import PairSamples, RuleTable
from broker.core.tracks.reports import AircraftClass, OperationalStatus
from broker.core.tracks.table import TrackColumns

_CAUTION: Final = AlertLevel.CAUTION - 1
"""Column of the rule arrays."""
_DRONES: Final = (AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE)


@dataclass(frozen=True, slots=True)
class Approach:
    """The landing volume of one rule."""

    inner_m: float
    reach_m: float
    """How far the sector goes: the rule's own radius."""
    half_angle_rad: float
    arrives_within_s: float
    undeclared_beyond: str = ""
    """The rule that judges who has not declared a landing, further away than the sector goes; this
    one where it is empty."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One drone as the crewed aircraft has it ahead or beside, now."""

    range_m: float
    off_track_rad: float
    speed_mps: float
    relative: RelativeState
    undeclared: bool
    """Its behaviour alone says that the crewed aircraft lands."""
    horizontal_doubt_m: float
    vertical_doubt_m: float


def shaped(
    samples: PairSamples,
    columns: TrackColumns,
    table: RuleTable,
    approaches: dict[int, Approach],
    now_us: int,
) -> PairSamples:
    """The samples with those of landings judged by their true volume; the clear ones go."""
    if len(samples) == 0 or not approaches:
        return samples
    rows = [row for row, rule in enumerate(samples.rule.tolist()) if rule in approaches]
    if not rows:
        return samples
    level, hold_level = samples.level.copy(), samples.hold_level.copy()
    judged_by = samples.rule.copy()
    time_to_loss_s = samples.time_to_loss_s.copy()
    for row in rows:
        seen = _seen(columns, int(samples.slot_a[row]), int(samples.slot_b[row]), now_us)
        if seen is None or level[row] >= AlertLevel.FLOOR:
            continue
        rule = int(samples.rule[row])
        approach = approaches[rule]
        if seen.undeclared and approach.undeclared_beyond and seen.range_m > approach.reach_m:
            rule = judged_by[row] = table.rule_ids.index(approach.undeclared_beyond)
            reached, held, entry_s = _on_its_way_held(seen, table, rule)
        else:
            reached, held, entry_s = _judged_held(seen, approach, table, rule)
            reached, held = min(int(level[row]), reached), min(int(hold_level[row]), held)
        level[row], hold_level[row] = reached, max(held, reached)
        time_to_loss_s[row] = entry_s
    kept = hold_level > 0
    changed = replace(
        samples, rule=judged_by, level=level, hold_level=hold_level, time_to_loss_s=time_to_loss_s
    )
    return changed if kept.all() else changed.taken(kept)


def _on_its_way_held(seen: _Seen, table: RuleTable, rule: int) -> tuple[int, int, float]:
    """By the rule of one that is on its way: level, level that holds, seconds to the loss."""
    reached, entry_s = _on_its_way(seen, table, rule, 1.0)
    held, _ = _on_its_way(seen, table, rule, table.hold_factor)
    return reached, held, entry_s


def _judged_held(
    seen: _Seen, approach: Approach, table: RuleTable, rule: int
) -> tuple[int, int, float]:
    """The same by the landing volume."""
    look_ahead_s = float(table.look_ahead_s[rule, _CAUTION])
    height_m, hold = float(table.vertical_m[rule, _CAUTION]), table.hold_factor
    reached, entry_s = _judged(seen, approach, 1.0, (height_m, look_ahead_s))
    held, _ = _judged(seen, approach, hold, (height_m * hold, look_ahead_s))
    return reached, held, entry_s


def _judged(
    seen: _Seen, approach: Approach, factor: float, caution: tuple[float, float]
) -> tuple[int, float]:
    """The level that the landing volume gives, and the seconds until it is entered."""
    inner_m = approach.inner_m * factor
    if seen.range_m <= inner_m:
        return AlertLevel.WARNING, 0.0
    in_reach = seen.range_m <= approach.reach_m * factor
    if in_reach and seen.off_track_rad <= approach.half_angle_rad * factor:
        arrives = seen.range_m <= seen.speed_mps * approach.arrives_within_s * factor
        return (AlertLevel.WARNING if arrives else AlertLevel.CAUTION), 0.0
    is_in, entry_s, _ = conflict_interval(seen.relative, inner_m, *caution)
    return (AlertLevel.CAUTION, entry_s) if is_in else (AlertLevel.NONE, math.inf)


def _on_its_way(seen: _Seen, table: RuleTable, rule: int, factor: float) -> tuple[int, float]:
    """The level that a rule's cylinders give, and the seconds until its volume is entered."""
    for level in (AlertLevel.WARNING, AlertLevel.CAUTION, AlertLevel.ADVISORY):
        look_ahead_s = float(table.look_ahead_s[rule, level - 1])
        if math.isnan(look_ahead_s):
            continue
        radius_m = float(table.horizontal_m[rule, level - 1]) + seen.horizontal_doubt_m
        height_m = float(table.vertical_m[rule, level - 1]) + seen.vertical_doubt_m
        volume = radius_m * factor, height_m * factor, look_ahead_s
        is_in, entry_s, _ = conflict_interval(seen.relative, *volume)
        if is_in:
            return level, entry_s
    return AlertLevel.NONE, math.inf


def _seen(columns: TrackColumns, slot_a: int, slot_b: int, now_us: int) -> _Seen | None:
    """The drone from the crewed aircraft; None where a velocity or a height is not known."""
    a_is_drone = int(columns.aircraft_class[slot_a]) in _DRONES
    crewed, drone = (slot_b, slot_a) if a_is_drone else (slot_a, slot_b)
    east_mps, north_mps = (
        float(column[crewed]) for column in (columns.velocity_east_mps, columns.velocity_north_mps)
    )
    drone_east_mps, drone_north_mps = (
        float(column[drone]) for column in (columns.velocity_east_mps, columns.velocity_north_mps)
    )
    now = pair_geometry(columns, crewed, drone, now_us)
    if now.relative_height_m is None or math.isnan(east_mps + drone_east_mps):
        return None
    bearing_rad = math.radians(now.bearing_deg)
    climb_mps = [
        float(np.nan_to_num(columns.vertical_speed_mps[slot], nan=0.0)) for slot in (crewed, drone)
    ]
    speed_mps = math.hypot(east_mps, north_mps)
    off_rad = math.pi
    if speed_mps > 0.0:
        turned = bearing_rad - math.atan2(east_mps, north_mps)
        off_rad = abs(math.remainder(turned, 2.0 * math.pi))
    relative = RelativeState(
        now.range_m * math.sin(bearing_rad),
        now.range_m * math.cos(bearing_rad),
        now.relative_height_m,
        drone_east_mps - east_mps,
        drone_north_mps - north_mps,
        climb_mps[1] - climb_mps[0],
    )
    doubts_m = [
        math.hypot(*np.nan_to_num(column[[crewed, drone]], nan=0.0).tolist())
        for column in (columns.horizontal_accuracy_m, columns.vertical_doubt_m)
    ]
    return _Seen(
        now.range_m, off_rad, speed_mps, relative, _undeclared(columns, crewed, drone), *doubts_m
    )


def _undeclared(columns: TrackColumns, crewed: int, drone: int) -> bool:
    """Whether behaviour alone says that it lands. With either silent the larger volume stands."""
    heard = np.all(columns.state[[crewed, drone]] == TrackState.CURRENT)
    return bool(heard) and columns.operational_status[crewed] == OperationalStatus.AIRBORNE
