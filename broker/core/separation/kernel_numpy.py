"""NumPy kernels, for machines without Numba: the same answers, candidates by vectorised search.

Every operation that decides an answer is written in the order of the compiled (`packing_numba`,
`pair_numba`, `kernel_numba`), so that both round alike. Nothing is compiled, so a query sorts the
whole index; its cost hardly depends on the batch.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import cylinder, hits, packing, reach
from broker.core.separation import index as layout
from broker.core.separation.cylinder import Flags, Floats, RelativeStates
from broker.core.separation.hits import Tags
from broker.core.separation.index import GridIndex
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.reach import Window
from broker.core.separation.rules import LEVEL_COUNT, Relation


def pack(tracks: TrackInputs, slots: NDArray[np.int32], rules: KernelRules, rows: Floats) -> None:
    """Write the packed row of each slot; rows is (capacity, ROW_WIDTH)."""
    u_mps, v_mps = tracks.velocity_east_mps[slots], tracks.velocity_north_mps[slots]
    unknown = np.isnan(u_mps) | np.isnan(v_mps)
    turn_u_mps = np.where(unknown, 0.0, tracks.turn_east_mps[slots])
    turn_v_mps = np.where(unknown, 0.0, tracks.turn_north_mps[slots])
    u_mps = np.where(unknown, 0.0, u_mps + turn_u_mps)
    v_mps = np.where(unknown, 0.0, v_mps + turn_v_mps)
    assumed_mps = rules.assumed_speed_mps[tracks.category[slots]]
    accuracy_m = np.nan_to_num(tracks.horizontal_accuracy_m[slots], nan=0.0)
    doubt_m = np.nan_to_num(tracks.vertical_doubt_m[slots], nan=0.0)
    packed = np.empty((len(slots), packing.ROW_WIDTH))
    packed[:, packing.X_M] = tracks.x_m[slots]
    packed[:, packing.Y_M] = tracks.y_m[slots]
    packed[:, packing.EAST_SCALE] = tracks.east_scale[slots]
    packed[:, packing.Z_M] = tracks.altitude_hae_m[slots]
    packed[:, packing.U_MPS] = u_mps
    packed[:, packing.V_MPS] = v_mps
    packed[:, packing.W_MPS] = np.nan_to_num(tracks.vertical_speed_mps[slots], nan=0.0)
    packed[:, packing.TIME_OF_VALIDITY_US] = tracks.time_of_validity_us[slots]
    packed[:, packing.HORIZONTAL_VARIANCE_M2] = accuracy_m * accuracy_m
    packed[:, packing.VERTICAL_VARIANCE_M2] = doubt_m * doubt_m
    speed_mps = np.sqrt(u_mps * u_mps + v_mps * v_mps)
    known_mps = np.maximum(rules.least_growth_mps[tracks.category[slots]], speed_mps)
    packed[:, packing.GROWTH_MPS] = np.where(unknown, assumed_mps, known_mps)
    packed[:, packing.GROWTH_DELAY_S] = np.where(unknown, 0.0, rules.stale_after_s)
    packed[:, packing.UNKNOWN_MPS] = np.where(unknown, assumed_mps, 0.0)
    packed[:, packing.CATEGORY] = tracks.category[slots]
    packed[:, packing.AGENCY] = tracks.agency_index[slots]
    packed[:, packing.INCIDENT] = tracks.minima_incident[slots]
    packed[:, packing.DRIFT_U_MPS], packed[:, packing.DRIFT_V_MPS] = -turn_u_mps, -turn_v_mps
    packed[:, packing.ALTITUDE_RESIDUAL_M2] = tracks.altitude_variance_m2[slots]
    packed[:, packing.SPEED_RESIDUAL_M2PS2] = tracks.velocity_variance_m2ps2[slots]
    packed[:, packing.CLIMB_RESIDUAL_M2PS2] = tracks.climb_variance_m2ps2[slots]
    rows[slots] = packed


def rules_for(of_i: Floats, of_j: Floats, rules: KernelRules) -> NDArray[np.int64]:
    """(n,) the rule row of each pair of packed rows (n, 16), -1 for none."""
    same_operator = of_i[:, packing.AGENCY] == of_j[:, packing.AGENCY]
    incident = of_i[:, packing.INCIDENT]
    same_incident = (incident >= 0.0) & (incident == of_j[:, packing.INCIDENT])
    relation = np.where(
        same_operator,
        int(Relation.SAME_OPERATOR),
        np.where(same_incident, int(Relation.SAME_INCIDENT), int(Relation.DIFFERENT)),
    )
    category_i = of_i[:, packing.CATEGORY].astype(np.intp)
    return rules.rule_of[relation, category_i, of_j[:, packing.CATEGORY].astype(np.intp)]


def ages_s(rows: Floats, now_us: int) -> Floats:
    """Seconds since the rows' times of validity."""
    elapsed_us: Floats = float(now_us) - rows[:, packing.TIME_OF_VALIDITY_US]
    return elapsed_us * 1e-6


def growth_m(rows: Floats, age_s: Floats, rules: KernelRules) -> Floats:
    """How much the zones of stale tracks, or of ones with unknown velocity, have grown."""
    overdue_s = np.maximum(0.0, age_s - rows[:, packing.GROWTH_DELAY_S])
    grown: Floats = np.minimum(rules.growth_m_max, rows[:, packing.GROWTH_MPS] * overdue_s)
    return grown


def moved_m(rows: Floats, age_s: Floats, speed: int, drift: int) -> Floats:
    """How far rows' tracks have come along one axis since their reports, turns included."""
    moved: Floats = rows[:, speed] * age_s
    return moved + rows[:, drift] * np.minimum(age_s, packing.DRIFT_S_MAX)


def _relative_states(of_i: Floats, of_j: Floats, age_i: Floats, age_j: Floats) -> RelativeStates:
    scale = (of_i[:, packing.EAST_SCALE] + of_j[:, packing.EAST_SCALE]) * 0.5

    def apart(position: int, speed: int, drift: int, factor: Floats | float) -> Floats:
        difference: Floats = (of_j[:, position] - of_i[:, position]) * factor
        moved_i = moved_m(of_i, age_i, speed, drift)
        return difference + (moved_m(of_j, age_j, speed, drift) - moved_i)

    climbed = of_j[:, packing.W_MPS] * age_j - of_i[:, packing.W_MPS] * age_i
    return RelativeStates(
        apart(packing.X_M, packing.U_MPS, packing.DRIFT_U_MPS, scale),
        apart(packing.Y_M, packing.V_MPS, packing.DRIFT_V_MPS, 1.0),
        (of_j[:, packing.Z_M] - of_i[:, packing.Z_M]) + climbed,
        of_j[:, packing.U_MPS] - of_i[:, packing.U_MPS],
        of_j[:, packing.V_MPS] - of_i[:, packing.V_MPS],
        of_j[:, packing.W_MPS] - of_i[:, packing.W_MPS],
    )


def _never_within(states: RelativeStates, radius_m: Floats) -> Flags:
    range2 = states.x_m * states.x_m + states.y_m * states.y_m
    speed2 = states.u_mps * states.u_mps + states.v_mps * states.v_mps
    cross = states.x_m * states.v_mps - states.y_m * states.u_mps
    radius2 = radius_m * radius_m
    apart = states.x_m * states.u_mps + states.y_m * states.v_mps >= 0.0
    misses = ~(speed2 * radius2 - cross * cross > 0.0)
    never: Flags = ~(range2 < radius2) & (apart | misses)
    return never


def _entries_s(
    states: RelativeStates, radius_m: Floats, height_m: Floats, look_ahead_s: Floats
) -> Floats:
    entry_s = cylinder.conflict_intervals(states, radius_m, height_m, look_ahead_s)[1]
    inside = cylinder.inside_now_arrays(states, radius_m, height_m)
    return np.where(look_ahead_s <= 0.0, np.where(inside, 0.0, np.nan), entry_s)


def _deep_enough(
    states: RelativeStates,
    cylinder_m: tuple[Floats, Floats, Floats],
    loss_s: Floats,
    residuals: tuple[Floats, Floats],
    weight: float,
) -> Floats:
    """Entries that are deeper than what the velocities' doubt makes of them by then; NaN if not."""
    radius_m, height_m, look_ahead_s = cylinder_m
    early_s = weight * np.nan_to_num(loss_s, nan=0.0)
    radius_m = radius_m - np.minimum(early_s * residuals[0], 0.5 * radius_m)
    height_m = height_m - np.minimum(early_s * residuals[1], 0.5 * height_m)
    deep = ~np.isnan(_entries_s(states, radius_m, height_m, look_ahead_s))
    return np.where(deep, loss_s, np.nan)


def _take(states: RelativeStates, which: Flags) -> RelativeStates:
    return RelativeStates(*(column[which] for column in states))


class Reached(NamedTuple):
    """Levels of pairs, (n,) each."""

    states: RelativeStates
    level: NDArray[np.int32]
    hold_level: NDArray[np.int32]
    loss_s: Floats
    """NaN where no level is held."""


def reached_levels(
    of_i: Floats,
    of_j: Floats,
    rule: NDArray[np.int64],
    look_ahead_s: Floats,
    now_us: int,
    rules: KernelRules,
) -> Reached:
    """What pairs of packed rows (n, 21) reach by their rules, looking ahead (n, 4) seconds."""
    states, doubts = _pair_doubts(of_i, of_j, now_us, rules)
    residuals, unknown_mps = doubts.residuals, of_i[:, packing.UNKNOWN_MPS]
    unknown_mps = unknown_mps + of_j[:, packing.UNKNOWN_MPS]
    level = np.zeros(len(rule), dtype=np.int32)
    hold_level = np.zeros(len(rule), dtype=np.int32)
    loss_s = np.full(len(rule), np.nan)
    for step in range(LEVEL_COUNT - 1, -1, -1):
        ahead_s = look_ahead_s[:, step]
        radius_m = (rules.horizontal_m[rule, step] + doubts.horizontal_m) + unknown_mps * ahead_s
        height_m = rules.vertical_m[rule, step] + doubts.vertical_m
        possible = (level == 0) & ~np.isnan(ahead_s)
        possible &= ~_never_within(states, radius_m * rules.hold_factor)
        some = _take(states, possible)
        cut = (radius_m[possible], height_m[possible], ahead_s[possible])
        held_s = _entries_s(some, cut[0] * rules.hold_factor, cut[1] * rules.hold_factor, cut[2])
        own_s = np.where(np.isnan(held_s), np.nan, _entries_s(some, *cut))
        if rules.early_weight > 0.0:
            early = (residuals[0][possible], residuals[1][possible])
            own_s = _deep_enough(some, cut, own_s, early, rules.early_weight)
        places = np.flatnonzero(possible)
        first_held = places[~np.isnan(held_s) & (hold_level[places] == 0)]
        loss_s[first_held] = held_s[np.isin(places, first_held)]
        hold_level[first_held] = step + 1
        entered = places[~np.isnan(own_s)]
        loss_s[entered] = own_s[~np.isnan(own_s)]
        level[entered] = step + 1
    return Reached(states, level, hold_level, loss_s)


class _Doubts(NamedTuple):
    """What doubt adds to the volumes of pairs, (n,) each."""

    horizontal_m: Floats
    vertical_m: Floats
    residuals: tuple[Floats, Floats]
    """Of the filtered velocities, horizontal and vertical."""


def _pair_doubts(
    of_i: Floats, of_j: Floats, now_us: int, rules: KernelRules
) -> tuple[RelativeStates, _Doubts]:
    age_i_s, age_j_s = ages_s(of_i, now_us), ages_s(of_j, now_us)

    def quadrature(weight: float, variance: int) -> Floats:
        root: Floats = np.sqrt(of_i[:, variance] + of_j[:, variance])
        return weight * root

    horizontal_m = (growth_m(of_i, age_i_s, rules) + growth_m(of_j, age_j_s, rules)) + quadrature(
        rules.accuracy_weight, packing.HORIZONTAL_VARIANCE_M2
    )
    vertical_m = quadrature(rules.accuracy_weight, packing.VERTICAL_VARIANCE_M2) + quadrature(
        rules.near_weight, packing.ALTITUDE_RESIDUAL_M2
    )
    residuals = (
        quadrature(1.0, packing.SPEED_RESIDUAL_M2PS2),
        quadrature(1.0, packing.CLIMB_RESIDUAL_M2PS2),
    )
    states = _relative_states(of_i, of_j, age_i_s, age_j_s)
    return states, _Doubts(horizontal_m, vertical_m, residuals)


def evaluate_pairs(
    rows: Floats, pairs: NDArray[np.int32], now_us: int, rules: KernelRules
) -> tuple[Tags, Floats]:
    """Hits of pairs (n, 2) of packed rows, in their order: tags (m, 5) and values (m, 3)."""
    rule = rules_for(rows[pairs[:, 0]], rows[pairs[:, 1]], rules)
    pairs, rule = pairs[rule >= 0], rule[rule >= 0]
    of_i, of_j = rows[pairs[:, 0]], rows[pairs[:, 1]]
    reached = reached_levels(of_i, of_j, rule, rules.look_ahead_s[rule], now_us, rules)
    found = reached.hold_level > 0
    closest_s, range_m = cylinder.closest_approaches(
        _take(reached.states, found), rules.longest_s[rule[found]]
    )
    tags = np.empty((len(closest_s), hits.TAG_WIDTH), dtype=np.int32)
    tags[:, hits.SLOT_I], tags[:, hits.SLOT_J] = pairs[found, 0], pairs[found, 1]
    tags[:, hits.RULE], tags[:, hits.LEVEL] = rule[found], reached.level[found]
    tags[:, hits.HOLD_LEVEL] = reached.hold_level[found]
    return tags, np.stack([reached.loss_s[found], closest_s, range_m], axis=1)


def reference_points(
    rows: Floats, layer: NDArray[np.int8], now_us: NDArray[np.int64], times: Window
) -> tuple[Floats, Floats, Floats]:
    """Where packed rows (n, 16) will be at the reference instants of the layers (n,)."""
    ahead_s = np.where(layer == 0, times.narrow_reference_s, times.wide_reference_s)
    ahead_s += (now_us - rows[:, packing.TIME_OF_VALIDITY_US]) * 1e-6
    scale = np.maximum(rows[:, packing.EAST_SCALE], reach.EAST_SCALE_MIN)
    return (
        rows[:, packing.X_M] + rows[:, packing.U_MPS] * ahead_s / scale,
        rows[:, packing.Y_M] + rows[:, packing.V_MPS] * ahead_s,
        np.nan_to_num(rows[:, packing.Z_M] + rows[:, packing.W_MPS] * ahead_s, nan=0.0),
    )


def write_entries(
    index: GridIndex, slots: NDArray[np.int32], now_us: int, rules: KernelRules, times: Window
) -> None:
    """Place packed rows at their layers' reference instants."""
    rows = index.rows[slots]
    age_s = ages_s(rows, now_us) + 2.0 * times.slack_s
    weight, hold = rules.accuracy_weight, rules.hold_factor
    zone_m = hold * (
        growth_m(rows, age_s, rules)
        + weight * np.sqrt(rows[:, packing.HORIZONTAL_VARIANCE_M2])
        + rows[:, packing.UNKNOWN_MPS] * rules.look_ahead_s_max
    )
    drift2 = rows[:, packing.DRIFT_U_MPS] ** 2 + rows[:, packing.DRIFT_V_MPS] ** 2
    zone_m += packing.DRIFT_S_MAX * np.sqrt(drift2)
    doubt_m = hold * (
        weight * np.sqrt(rows[:, packing.VERTICAL_VARIANCE_M2])
        + rules.near_weight * np.sqrt(rows[:, packing.ALTITUDE_RESIDUAL_M2])
    )
    speed_mps = np.sqrt(rows[:, packing.U_MPS] ** 2 + rows[:, packing.V_MPS] ** 2)
    fast = (speed_mps > reach.NARROW_SPEED_MPS) | (zone_m > reach.NARROW_GROWTH_M)
    wide = (rules.wide[rows[:, packing.CATEGORY].astype(np.intp)] != 0) | fast
    layer = wide.astype(np.int8)
    entry = np.empty((len(slots), layout.ENTRY_WIDTH))
    x_m, y_m, z_m = reference_points(rows, layer, np.full(len(slots), now_us), times)
    entry[:, layout.REFERENCE_X_M], entry[:, layout.REFERENCE_Y_M] = x_m, y_m
    entry[:, layout.REFERENCE_Z_M] = z_m
    entry[:, layout.EAST_SCALE] = rows[:, packing.EAST_SCALE]
    entry[:, layout.SPEED_MPS] = speed_mps
    entry[:, layout.VERTICAL_SPEED_MPS] = np.abs(rows[:, packing.W_MPS])
    entry[:, layout.ZONE_M] = zone_m
    entry[:, layout.ZONE_HEIGHT_M] = np.where(np.isnan(rows[:, packing.Z_M]), np.inf, doubt_m)
    index.entries[slots] = entry
    index.layer[slots] = layer
