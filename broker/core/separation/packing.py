"""What both kernels read: one packed row per track, and the pair policy with its derived reaches.

A packed row puts what one pair evaluation needs side by side in memory. It is derived from the
track table and the rules alone, and nothing else is.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.cylinder import Floats
from broker.core.separation.rules import LEVEL_COUNT, RuleTable
from broker.core.tracks.table import TrackColumns

# Columns of a packed row, float64.
X_M: Final = 0
Y_M: Final = 1
EAST_SCALE: Final = 2
Z_M: Final = 3
U_MPS: Final = 4
V_MPS: Final = 5
W_MPS: Final = 6
TIME_OF_VALIDITY_US: Final = 7
"""Microseconds; exact in a float64 until the year 2255."""
HORIZONTAL_VARIANCE_M2: Final = 8
"""95 % accuracy squared, 0 where not stated."""
VERTICAL_VARIANCE_M2: Final = 9
GROWTH_MPS: Final = 10
GROWTH_DELAY_S: Final = 11
UNKNOWN_MPS: Final = 12
"""Speed assumed for an unknown velocity, 0 where the velocity is known."""
CATEGORY: Final = 13
AGENCY: Final = 14
INCIDENT: Final = 15
DRIFT_U_MPS: Final = 16
"""Velocity now, less the velocity foreseen: not zero in a turn."""
DRIFT_V_MPS: Final = 17
ALTITUDE_RESIDUAL_M2: Final = 18
"""Variances that the track filter left; 0 where it does not run."""
SPEED_RESIDUAL_M2PS2: Final = 19
CLIMB_RESIDUAL_M2PS2: Final = 20
ROW_WIDTH: Final = 21

DRIFT_S_MAX: Final = 5.0
"""A turn changes the position by the drift for this long; after it the foreseen path goes on."""

WIDE_ASSUMED_SPEED_MPS: Final = 30.0
"""Categories that may be faster than this are indexed apart from the slow ones."""


class TrackInputs(NamedTuple):
    """The columns of the track table that kernels read."""

    active: NDArray[np.uint8]
    """0 or 1."""
    track_number: NDArray[np.int64]
    trusted: NDArray[np.uint8]
    x_m: Floats
    y_m: Floats
    east_scale: Floats
    altitude_hae_m: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    vertical_speed_mps: Floats
    turn_east_mps: Floats
    turn_north_mps: Floats
    altitude_variance_m2: Floats
    velocity_variance_m2ps2: Floats
    climb_variance_m2ps2: Floats
    horizontal_accuracy_m: Floats
    vertical_doubt_m: Floats
    time_of_validity_us: NDArray[np.int64]
    category: NDArray[np.int16]
    agency_index: NDArray[np.int32]
    minima_incident: NDArray[np.int32]


class KernelRules(NamedTuple):
    """A pair policy as kernels read it. r rules, c categories, 4 levels; metres and seconds."""

    rule_of: NDArray[np.int64]
    """(3, c, c)."""
    horizontal_m: Floats
    """(r, 4)."""
    vertical_m: Floats
    look_ahead_s: Floats
    """(r, 4); NaN where the level is off."""
    longest_s: Floats
    """(r,) longest look-ahead of a rule."""
    widest_m: Floats
    """(r,) widest radius of a rule, before the hold factor."""
    assumed_speed_mps: Floats
    least_growth_mps: Floats
    """(c,)."""
    wide: NDArray[np.uint8]
    """(c,) 1: a fast category."""
    reach_m: Floats
    """(2, c): farthest held radius of a category's rules, against slow categories and against all;
    negative where it has none."""
    height_m: Floats
    """(2, c): the same for the half heights."""
    hold_factor: float
    accuracy_weight: float
    growth_m_max: float
    stale_after_s: float
    near_weight: float
    early_weight: float
    slow_look_ahead_s: float
    """Longest look-ahead between two slow categories."""
    look_ahead_s_max: float


def track_inputs(columns: TrackColumns) -> TrackInputs:
    """The columns that kernels read, without copying."""
    return TrackInputs(*(getattr(columns, name) for name in TrackInputs._fields))


def active_slots(active: NDArray[np.uint8], high_water: int) -> NDArray[np.int32]:
    """Slots in use below the high water."""
    # As flags: NumPy finds those three times as fast as other numbers.
    return np.flatnonzero(active[:high_water].view(np.bool_)).astype(np.int32)


def kernel_rules(table: RuleTable) -> KernelRules:
    """The rules as writable contiguous arrays, so that kernels compile once, with their reaches."""
    rule_of = np.array(table.rule_of, dtype=np.int64, order="C")
    horizontal_m, vertical_m, look_ahead_s = (
        np.array(values, dtype=np.float64, order="C").reshape(-1, LEVEL_COUNT)
        for values in (table.horizontal_m, table.vertical_m, table.look_ahead_s)
    )
    off = np.isnan(horizontal_m) | np.isnan(vertical_m) | np.isnan(look_ahead_s)
    look_ahead_s[off] = np.nan
    assumed = np.array(table.assumed_speed_mps, dtype=np.float64, order="C")
    wide = (assumed > WIDE_ASSUMED_SPEED_MPS).astype(np.uint8)
    longest_s = np.where(off, 0.0, look_ahead_s).max(axis=1, initial=0.0)
    widest_m = np.where(off, -1.0, horizontal_m).max(axis=1, initial=-1.0)
    height_m = np.where(off, -1.0, vertical_m * table.hold_factor).max(axis=1, initial=-1.0)
    slow = wide == 0
    slow_pairs = _of_pairs(rule_of, longest_s, 0.0)[slow][:, slow]
    return KernelRules(
        rule_of=rule_of,
        horizontal_m=horizontal_m,
        vertical_m=vertical_m,
        look_ahead_s=look_ahead_s,
        longest_s=longest_s,
        widest_m=widest_m,
        assumed_speed_mps=assumed,
        least_growth_mps=np.array(table.least_growth_mps, dtype=np.float64, order="C"),
        wide=wide,
        reach_m=_reaches(_of_pairs(rule_of, widest_m * table.hold_factor, -1.0), slow),
        height_m=_reaches(_of_pairs(rule_of, height_m, -1.0), slow),
        hold_factor=float(table.hold_factor),
        accuracy_weight=float(table.accuracy_weight),
        growth_m_max=float(table.growth_m_max),
        stale_after_s=float(table.stale_after_s),
        near_weight=float(table.near_weight),
        early_weight=float(table.early_weight),
        slow_look_ahead_s=float(slow_pairs.max(initial=0.0)),
        look_ahead_s_max=float(longest_s.max(initial=0.0)),
    )


def _of_pairs(rule_of: NDArray[np.int64], of_rule: Floats, missing: float) -> Floats:
    """(c, c): the largest value of a pair of categories over the three relations."""
    values = np.append(of_rule, missing)
    largest: Floats = values[rule_of].max(axis=0)
    return largest


def _reaches(of_pair: Floats, slow: NDArray[np.bool_]) -> Floats:
    """(2, c): the largest value of a category against slow categories, and against all."""
    return np.ascontiguousarray(
        np.stack([of_pair[:, slow].max(axis=1, initial=-1.0), of_pair.max(axis=1, initial=-1.0)])
    )
