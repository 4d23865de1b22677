"""Compiled kernels: packing, pair evaluation, the incremental index and the full pass.

Written for one pair or one track at a time, as the compiler likes it; `kernel_numpy` does the same
with arrays. Candidates may differ between the two (each pads its filter), answers may not.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, packing, reach
from broker.core.separation.cylinder import (
    Floats,
    RelativeState,
    closest_approach,
    conflict_interval,
    inside_now,
)
from broker.core.separation.hits import Tags
from broker.core.separation.jit import jit, jit_inline
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.rules import LEVEL_COUNT, Relation

DIFFERENT, SAME_INCIDENT, SAME_OPERATOR = (int(relation) for relation in Relation)


class PairAnswer(NamedTuple):
    """What is known of one pair; hold level 0: nothing to tell."""

    rule: int
    level: int
    hold_level: int
    time_to_loss_s: float
    time_to_closest_s: float
    closest_range_m: float


@jit
def known_or_zero(value: float) -> float:
    """0 for what was not stated."""
    return 0.0 if math.isnan(value) else value


@jit
def pack(tracks: TrackInputs, slots: NDArray[np.int32], rules: KernelRules, rows: Floats) -> None:
    """Write the packed row of each slot; rows is (capacity, ROW_WIDTH)."""
    for slot in slots:
        u_mps, v_mps = tracks.velocity_east_mps[slot], tracks.velocity_north_mps[slot]
        category = tracks.category[slot]
        if math.isnan(u_mps) or math.isnan(v_mps):
            u_mps, v_mps = 0.0, 0.0
            rows[slot, packing.GROWTH_MPS] = rules.assumed_speed_mps[category]
            rows[slot, packing.UNKNOWN_MPS] = rules.assumed_speed_mps[category]
            rows[slot, packing.GROWTH_DELAY_S] = 0.0
            turn_u_mps, turn_v_mps = 0.0, 0.0
        else:
            turn_u_mps, turn_v_mps = tracks.turn_east_mps[slot], tracks.turn_north_mps[slot]
            u_mps, v_mps = u_mps + turn_u_mps, v_mps + turn_v_mps
            rows[slot, packing.GROWTH_MPS] = math.sqrt(u_mps * u_mps + v_mps * v_mps)
            rows[slot, packing.UNKNOWN_MPS] = 0.0
            rows[slot, packing.GROWTH_DELAY_S] = rules.stale_after_s
        rows[slot, packing.X_M] = tracks.x_m[slot]
        rows[slot, packing.Y_M] = tracks.y_m[slot]
        rows[slot, packing.EAST_SCALE] = tracks.east_scale[slot]
        rows[slot, packing.Z_M] = tracks.altitude_hae_m[slot]
        rows[slot, packing.U_MPS] = u_mps
        rows[slot, packing.V_MPS] = v_mps
        rows[slot, packing.W_MPS] = known_or_zero(tracks.vertical_speed_mps[slot])
        rows[slot, packing.TIME_OF_VALIDITY_US] = tracks.time_of_validity_us[slot]
        accuracy_m = known_or_zero(tracks.horizontal_accuracy_m[slot])
        doubt_m = known_or_zero(tracks.vertical_doubt_m[slot])
        rows[slot, packing.HORIZONTAL_VARIANCE_M2] = accuracy_m * accuracy_m
        rows[slot, packing.VERTICAL_VARIANCE_M2] = doubt_m * doubt_m
        rows[slot, packing.CATEGORY] = category
        rows[slot, packing.AGENCY] = tracks.agency_index[slot]
        rows[slot, packing.INCIDENT] = tracks.incident_index[slot]
        rows[slot, packing.DRIFT_U_MPS] = -turn_u_mps
        rows[slot, packing.DRIFT_V_MPS] = -turn_v_mps
        rows[slot, packing.ALTITUDE_RESIDUAL_M2] = tracks.altitude_variance_m2[slot]
        rows[slot, packing.SPEED_RESIDUAL_M2PS2] = tracks.velocity_variance_m2ps2[slot]
        rows[slot, packing.CLIMB_RESIDUAL_M2PS2] = tracks.climb_variance_m2ps2[slot]


@jit_inline
def rule_for(rows: Floats, i: int, j: int, rule_of: NDArray[np.int64]) -> int:
    """The rule row of a pair, -1 for none."""
    relation = DIFFERENT
    if rows[i, packing.AGENCY] == rows[j, packing.AGENCY]:
        relation = SAME_OPERATOR
    elif (
        rows[i, packing.INCIDENT] >= 0.0 and rows[i, packing.INCIDENT] == rows[j, packing.INCIDENT]
    ):
        relation = SAME_INCIDENT
    return int(rule_of[relation, int(rows[i, packing.CATEGORY]), int(rows[j, packing.CATEGORY])])


@jit_inline
def growth_m(rows: Floats, i: int, age_s: float, growth_m_max: float) -> float:
    """How much the zone of a stale track, or of one with unknown velocity, has grown."""
    overdue_s = max(0.0, age_s - rows[i, packing.GROWTH_DELAY_S])
    grown_m: float = min(growth_m_max, rows[i, packing.GROWTH_MPS] * overdue_s)
    return grown_m


@jit
def age_s(rows: Floats, i: int, now_us: float) -> float:
    """Seconds since the row's time of validity."""
    elapsed_us: float = now_us - rows[i, packing.TIME_OF_VALIDITY_US]
    return elapsed_us * 1e-6


@jit
def moved_m(rows: Floats, i: int, age_s: float, speed: int, drift: int) -> float:
    """How far a row's track has come along one axis since its report, its turn included."""
    moved: float = rows[i, speed] * age_s + rows[i, drift] * min(age_s, packing.DRIFT_S_MAX)
    return moved


@jit_inline
def relative_state(rows: Floats, i: int, j: int, now_us: float) -> RelativeState:
    """Row j minus row i, both brought to now. Swapping the two only flips signs, exactly."""
    age_i_s, age_j_s = age_s(rows, i, now_us), age_s(rows, j, now_us)
    scale = (rows[i, packing.EAST_SCALE] + rows[j, packing.EAST_SCALE]) * 0.5
    u_i, v_i, w_i = rows[i, packing.U_MPS], rows[i, packing.V_MPS], rows[i, packing.W_MPS]
    u_j, v_j, w_j = rows[j, packing.U_MPS], rows[j, packing.V_MPS], rows[j, packing.W_MPS]
    return RelativeState(
        (rows[j, packing.X_M] - rows[i, packing.X_M]) * scale
        + (
            moved_m(rows, j, age_j_s, packing.U_MPS, packing.DRIFT_U_MPS)
            - moved_m(rows, i, age_i_s, packing.U_MPS, packing.DRIFT_U_MPS)
        ),
        (rows[j, packing.Y_M] - rows[i, packing.Y_M])
        + (
            moved_m(rows, j, age_j_s, packing.V_MPS, packing.DRIFT_V_MPS)
            - moved_m(rows, i, age_i_s, packing.V_MPS, packing.DRIFT_V_MPS)
        ),
        (rows[j, packing.Z_M] - rows[i, packing.Z_M]) + (w_j * age_j_s - w_i * age_i_s),
        u_j - u_i,
        v_j - v_i,
        w_j - w_i,
    )


@jit_inline
def horizontal_doubt_m(
    rows: Floats, i: int, j: int, now_us: float, weight: float, growth_m_max: float
) -> float:
    """What age and accuracy add to a pair's radius."""
    grown_i_m = growth_m(rows, i, age_s(rows, i, now_us), growth_m_max)
    grown_j_m = growth_m(rows, j, age_s(rows, j, now_us), growth_m_max)
    variance_m2 = rows[i, packing.HORIZONTAL_VARIANCE_M2] + rows[j, packing.HORIZONTAL_VARIANCE_M2]
    return (grown_i_m + grown_j_m) + weight * math.sqrt(variance_m2)


@jit
def entry_s(state: RelativeState, radius_m: float, height_m: float, look_ahead_s: float) -> float:
    """Seconds until the cylinder is entered within the look-ahead (0: inside now); NaN if not."""
    if look_ahead_s <= 0.0:
        return 0.0 if inside_now(state, radius_m, height_m) else math.nan
    return conflict_interval(state, radius_m, height_m, look_ahead_s)[1]


@jit
def never_within(state: RelativeState, radius_m: float) -> bool:
    """Cheap and exact: from now on, is the horizontal distance never below the radius?"""
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    if range2 < radius_m * radius_m:
        return False
    if state.x_m * state.u_mps + state.y_m * state.v_mps >= 0.0:
        return True
    speed2 = state.u_mps * state.u_mps + state.v_mps * state.v_mps
    cross = state.x_m * state.v_mps - state.y_m * state.u_mps
    return not speed2 * (radius_m * radius_m) - cross * cross > 0.0


@jit
def residual(rows: Floats, i: int, j: int, column: int) -> float:
    """Standard deviation that the filters left in a pair's difference."""
    return math.sqrt(rows[i, column] + rows[j, column])


@jit
def deep_enough(  # noqa: PLR0913, PLR0917 - one cylinder, one pair
    rows: Floats,
    i: int,
    j: int,
    state: RelativeState,
    radius_m: float,
    height_m: float,
    look_ahead_s: float,
    loss_s: float,
    weight: float,
) -> bool:
    """Whether an entry at `loss_s` is deeper than what the velocities may err by then."""
    early_s = weight * loss_s
    radius_m -= min(early_s * residual(rows, i, j, packing.SPEED_RESIDUAL_M2PS2), 0.5 * radius_m)
    height_m -= min(early_s * residual(rows, i, j, packing.CLIMB_RESIDUAL_M2PS2), 0.5 * height_m)
    return not math.isnan(entry_s(state, radius_m, height_m, look_ahead_s))


@jit_inline
def evaluate_pair(
    rows: Floats, i: int, j: int, now_us: float, rule: int, rules: KernelRules
) -> PairAnswer:
    """Levels and times of one pair of packed rows at `now_us`, by a rule."""
    state = relative_state(rows, i, j, now_us)
    weight = rules.accuracy_weight
    doubt_m = horizontal_doubt_m(rows, i, j, now_us, weight, rules.growth_m_max)
    vertical_doubt_m = weight * math.sqrt(
        rows[i, packing.VERTICAL_VARIANCE_M2] + rows[j, packing.VERTICAL_VARIANCE_M2]
    ) + rules.near_weight * residual(rows, i, j, packing.ALTITUDE_RESIDUAL_M2)
    unknown_mps = rows[i, packing.UNKNOWN_MPS] + rows[j, packing.UNKNOWN_MPS]
    level, hold_level, loss_s = 0, 0, math.nan
    for step in range(LEVEL_COUNT - 1, -1, -1):
        look_ahead_s = rules.look_ahead_s[rule, step]
        if math.isnan(look_ahead_s):
            continue
        radius_m = (rules.horizontal_m[rule, step] + doubt_m) + unknown_mps * look_ahead_s
        height_m = rules.vertical_m[rule, step] + vertical_doubt_m
        held_radius_m = radius_m * rules.hold_factor
        if never_within(state, held_radius_m):
            continue
        held_s = entry_s(state, held_radius_m, height_m * rules.hold_factor, look_ahead_s)
        if math.isnan(held_s):
            continue
        if hold_level == 0:
            hold_level, loss_s = step + 1, held_s
        own_s = entry_s(state, radius_m, height_m, look_ahead_s)
        if math.isnan(own_s):
            continue
        early = rules.early_weight
        if early <= 0.0 or deep_enough(
            rows, i, j, state, radius_m, height_m, look_ahead_s, own_s, early
        ):
            level, loss_s = step + 1, own_s
            break
    if hold_level == 0:
        return PairAnswer(rule, 0, 0, 0.0, 0.0, 0.0)
    closest_s, range_m = closest_approach(state, rules.longest_s[rule])
    return PairAnswer(rule, level, hold_level, loss_s, closest_s, range_m)


@jit_inline
def write_hit(
    tags: Tags, values: Floats, at: int, pair: tuple[int, int], answer: PairAnswer
) -> int:
    """Store a hit where there is room; the number of hits so far either way."""
    if at < len(tags):
        tags[at, hits.SLOT_I], tags[at, hits.SLOT_J] = pair
        tags[at, hits.RULE] = answer.rule
        tags[at, hits.LEVEL] = answer.level
        tags[at, hits.HOLD_LEVEL] = answer.hold_level
        values[at, hits.TIME_TO_LOSS_S] = answer.time_to_loss_s
        values[at, hits.TIME_TO_CLOSEST_S] = answer.time_to_closest_s
        values[at, hits.CLOSEST_RANGE_M] = answer.closest_range_m
    return at + 1


@jit
def evaluate_pairs(
    rows: Floats,
    pairs: NDArray[np.int32],
    now_us: float,
    rules: KernelRules,
    tags: Tags,
    values: Floats,
) -> int:
    """Evaluate pairs (n, 2) of rows into tags (n, 5) and values (n, 3); returns the hits.

    Nearly all candidates stay outside their rule's widest radius, so that is asked first.
    """
    rule_of, longest_s, widest_m = rules.rule_of, rules.longest_s, rules.widest_m
    weight, growth_m_max, hold = rules.accuracy_weight, rules.growth_m_max, rules.hold_factor
    count = 0
    for k in range(len(pairs)):
        i, j = pairs[k, 0], pairs[k, 1]
        rule = rule_for(rows, i, j, rule_of)
        if rule < 0:
            continue
        doubt_m = horizontal_doubt_m(rows, i, j, now_us, weight, growth_m_max)
        unknown_mps = rows[i, packing.UNKNOWN_MPS] + rows[j, packing.UNKNOWN_MPS]
        radius_m = (widest_m[rule] + doubt_m) + unknown_mps * longest_s[rule]
        if never_within(relative_state(rows, i, j, now_us), radius_m * hold):
            continue
        answer = evaluate_pair(rows, i, j, now_us, rule, rules)
        if answer.hold_level > 0:
            count = write_hit(tags, values, count, (i, j), answer)
    return count


@jit_inline
def zone_growth_m(rows: Floats, i: int, now_us: float, rules: KernelRules, slack_s: float) -> float:
    """All that widens a track's zone until the end of the served window, with the hold factor."""
    oldest_s = age_s(rows, i, now_us) + 2.0 * slack_s
    zone_m: float = rules.hold_factor * (
        growth_m(rows, i, oldest_s, rules.growth_m_max)
        + rules.accuracy_weight * math.sqrt(rows[i, packing.HORIZONTAL_VARIANCE_M2])
        + rows[i, packing.UNKNOWN_MPS] * rules.look_ahead_s_max
    )
    drift2 = rows[i, packing.DRIFT_U_MPS] ** 2 + rows[i, packing.DRIFT_V_MPS] ** 2
    return zone_m + packing.DRIFT_S_MAX * math.sqrt(drift2)


@jit_inline
def zone_height_m(rows: Floats, i: int, rules: KernelRules) -> float:
    """All that raises a track's zone; infinite where its altitude is not known."""
    if math.isnan(rows[i, packing.Z_M]):
        return math.inf
    doubt_m = rules.accuracy_weight * math.sqrt(rows[i, packing.VERTICAL_VARIANCE_M2])
    doubt_m += rules.near_weight * math.sqrt(rows[i, packing.ALTITUDE_RESIDUAL_M2])
    return rules.hold_factor * doubt_m


@jit_inline
def layer_of(rows: Floats, i: int, zone_m: float, rules: KernelRules) -> int:
    """0 for slow tracks with ordinary zones, 1 for the rest."""
    if rules.wide[int(rows[i, packing.CATEGORY])] != 0 or zone_m > reach.NARROW_GROWTH_M:
        return 1
    u_mps, v_mps = rows[i, packing.U_MPS], rows[i, packing.V_MPS]
    fast = u_mps * u_mps + v_mps * v_mps > reach.NARROW_SPEED_MPS * reach.NARROW_SPEED_MPS
    return 1 if fast else 0


@jit
def cell_sizes(layer: int) -> tuple[float, float]:
    """East (at the equator's scale) and north size of a layer's cells."""
    north_m = reach.NARROW_CELL_NORTH_M if layer == 0 else reach.WIDE_CELL_NORTH_M
    return north_m * reach.CELL_EAST_RATIO, north_m


@jit
def cell_of(x_m: float, y_m: float, layer: int) -> int:
    """The cell of a reference point, rows first; the grid wraps round."""
    east_m, north_m = cell_sizes(layer)
    column = math.floor(x_m / east_m) & reach.CELL_MASK
    row = math.floor(y_m / north_m) & reach.CELL_MASK
    return row * reach.GRID_CELLS + column


@jit
def cell_box(
    x_m: float, y_m: float, east_scale: float, reach_m: float, layer: int
) -> tuple[int, int, int, int]:
    """First row and rows, first column and columns that a search covers, before wrapping."""
    east_m, north_m = cell_sizes(layer)
    scale = max(east_scale - reach_m / reach.EARTH_RADIUS_M_MIN, reach.EAST_SCALE_MIN)
    first_row = math.floor((y_m - reach_m) / north_m)
    last_row = math.floor((y_m + reach_m) / north_m)
    first_column = math.floor((x_m - reach_m / scale) / east_m)
    last_column = math.floor((x_m + reach_m / scale) / east_m)
    rows = min(last_row - first_row + 1, reach.GRID_CELLS)
    columns = min(last_column - first_column + 1, reach.GRID_CELLS)
    return first_row, rows, first_column, columns
