"""Compiled kernels: packing and pair evaluation.

Written for one pair or one track at a time, as the compiler likes it; `kernel_numpy` does the same
with arrays. Candidates may differ between the two (each pads its filter), answers may not.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, packing
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

PAIRS_PER_BLOCK: Final = 64

DIFFERENT, SAME_INCIDENT, SAME_OPERATOR = (int(relation) for relation in Relation)


class Factors(NamedTuple):
    """The plain numbers of `KernelRules`, which inner functions take instead of the whole.

    Handing over a tuple of arrays counts references to each of them, which costs more than judging
    a pair does.
    """

    accuracy_weight: float
    near_weight: float
    early_weight: float
    hold_factor: float
    growth_m_max: float
    look_ahead_s_max: float


class PairAnswer(NamedTuple):
    """What is known of one pair; hold level 0: nothing to tell."""

    rule: int
    level: int
    hold_level: int
    time_to_loss_s: float


@jit_inline
def factors_of(rules: KernelRules) -> Factors:
    """What inner loops take of the rules besides single arrays."""
    return Factors(
        rules.accuracy_weight,
        rules.near_weight,
        rules.early_weight,
        rules.hold_factor,
        rules.growth_m_max,
        rules.look_ahead_s_max,
    )


@jit
def known_or_zero(value: float) -> float:
    """0 for what was not stated."""
    return 0.0 if math.isnan(value) else value


@jit_inline
def root(value: float) -> float:
    """Square root of a doubt. Most tracks have none, and a root costs more than the question."""
    return 0.0 if value == 0.0 else math.sqrt(value)


@jit
def pack(
    tracks: TrackInputs,
    slots: NDArray[np.int32],
    places: NDArray[np.int32],
    rules: KernelRules,
    rows: Floats,
) -> None:
    """Write the packed row (ROW_WIDTH,) of each slot to its place among the rows."""
    for k in range(len(slots)):
        # Unsigned, since a signed index would be tested for being negative at every column.
        slot, at = np.uint64(slots[k]), np.uint64(places[k])
        u_mps, v_mps = tracks.velocity_east_mps[slot], tracks.velocity_north_mps[slot]
        category = tracks.category[slot]
        if math.isnan(u_mps) or math.isnan(v_mps):
            u_mps, v_mps = 0.0, 0.0
            rows[at, packing.GROWTH_MPS] = rules.assumed_speed_mps[category]
            rows[at, packing.UNKNOWN_MPS] = rules.assumed_speed_mps[category]
            rows[at, packing.GROWTH_DELAY_S] = 0.0
            turn_u_mps, turn_v_mps = 0.0, 0.0
        else:
            turn_u_mps, turn_v_mps = tracks.turn_east_mps[slot], tracks.turn_north_mps[slot]
            u_mps, v_mps = u_mps + turn_u_mps, v_mps + turn_v_mps
            speed_mps = math.sqrt(u_mps * u_mps + v_mps * v_mps)
            rows[at, packing.GROWTH_MPS] = max(rules.least_growth_mps[category], speed_mps)
            rows[at, packing.UNKNOWN_MPS] = 0.0
            rows[at, packing.GROWTH_DELAY_S] = rules.stale_after_s
        rows[at, packing.X_M] = tracks.x_m[slot]
        rows[at, packing.Y_M] = tracks.y_m[slot]
        rows[at, packing.EAST_SCALE] = tracks.east_scale[slot]
        rows[at, packing.Z_M] = tracks.altitude_hae_m[slot]
        rows[at, packing.U_MPS] = u_mps
        rows[at, packing.V_MPS] = v_mps
        rows[at, packing.W_MPS] = known_or_zero(tracks.vertical_speed_mps[slot])
        rows[at, packing.TIME_OF_VALIDITY_US] = tracks.time_of_validity_us[slot]
        accuracy_m = known_or_zero(tracks.horizontal_accuracy_m[slot])
        doubt_m = known_or_zero(tracks.vertical_doubt_m[slot])
        rows[at, packing.HORIZONTAL_VARIANCE_M2] = accuracy_m * accuracy_m
        rows[at, packing.VERTICAL_VARIANCE_M2] = doubt_m * doubt_m
        rows[at, packing.CATEGORY] = category
        rows[at, packing.AGENCY] = tracks.agency_index[slot]
        rows[at, packing.INCIDENT] = tracks.minima_incident[slot]
        rows[at, packing.DRIFT_U_MPS] = -turn_u_mps
        rows[at, packing.DRIFT_V_MPS] = -turn_v_mps
        rows[at, packing.ALTITUDE_RESIDUAL_M2] = tracks.altitude_variance_m2[slot]
        rows[at, packing.SPEED_RESIDUAL_M2PS2] = tracks.velocity_variance_m2ps2[slot]
        rows[at, packing.CLIMB_RESIDUAL_M2PS2] = tracks.climb_variance_m2ps2[slot]


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


@jit_inline
def age_s(rows: Floats, i: int, now_us: float) -> float:
    """Seconds since the row's time of validity."""
    elapsed_us: float = now_us - rows[i, packing.TIME_OF_VALIDITY_US]
    return elapsed_us * 1e-6


@jit_inline
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
def horizontal_doubt_m(rows: Floats, i: int, j: int, now_us: float, factors: Factors) -> float:
    """What age and accuracy add to a pair's radius."""
    grown_i_m = growth_m(rows, i, age_s(rows, i, now_us), factors.growth_m_max)
    grown_j_m = growth_m(rows, j, age_s(rows, j, now_us), factors.growth_m_max)
    variance_m2 = rows[i, packing.HORIZONTAL_VARIANCE_M2] + rows[j, packing.HORIZONTAL_VARIANCE_M2]
    return (grown_i_m + grown_j_m) + factors.accuracy_weight * root(variance_m2)


@jit_inline
def entry_s(state: RelativeState, radius_m: float, height_m: float, look_ahead_s: float) -> float:
    """Seconds until the cylinder is entered within the look-ahead (0: inside now); NaN if not."""
    if look_ahead_s <= 0.0:
        return 0.0 if inside_now(state, radius_m, height_m) else math.nan
    return conflict_interval(state, radius_m, height_m, look_ahead_s)[1]


@jit_inline
def never_within(state: RelativeState, radius_m: float) -> bool:
    """Cheap and exact: from now on, is the horizontal distance never below the radius?

    Without a branch: what is next to be judged then does not wait for a wrong guess.
    """
    range2 = state.x_m * state.x_m + state.y_m * state.y_m
    speed2 = state.u_mps * state.u_mps + state.v_mps * state.v_mps
    cross = state.x_m * state.v_mps - state.y_m * state.u_mps
    radius2 = radius_m * radius_m
    apart = state.x_m * state.u_mps + state.y_m * state.v_mps >= 0.0
    misses = not speed2 * radius2 - cross * cross > 0.0
    return bool((not range2 < radius2) & (apart | misses))


@jit_inline
def residual(rows: Floats, i: int, j: int, column: int) -> float:
    """Standard deviation of a pair's difference, from a column of variances."""
    return root(rows[i, column] + rows[j, column])


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
def evaluate_pair(  # noqa: PLR0913, PLR0917 - a tuple of arrays costs more than all the rest
    rows: Floats,
    pair: tuple[int, int],
    state: RelativeState,
    doubt_m: float,
    rule: int,
    horizontal_m: Floats,
    vertical_m: Floats,
    look_ahead_s: Floats,
    factors: Factors,
) -> PairAnswer:
    """Levels and time to loss of one pair of packed rows, by a rule; the state is that of now.

    `doubt_m` is the pair's horizontal doubt.
    """
    i, j = pair
    vertical_doubt_m = factors.accuracy_weight * residual(
        rows, i, j, packing.VERTICAL_VARIANCE_M2
    ) + factors.near_weight * residual(rows, i, j, packing.ALTITUDE_RESIDUAL_M2)
    unknown_mps = rows[i, packing.UNKNOWN_MPS] + rows[j, packing.UNKNOWN_MPS]
    level, hold_level, loss_s = 0, 0, math.nan
    for step in range(LEVEL_COUNT - 1, -1, -1):
        ahead_s = look_ahead_s[rule, step]
        if math.isnan(ahead_s):
            continue
        radius_m = (horizontal_m[rule, step] + doubt_m) + unknown_mps * ahead_s
        height_m = vertical_m[rule, step] + vertical_doubt_m
        held_radius_m = radius_m * factors.hold_factor
        if never_within(state, held_radius_m):
            continue
        held_s = entry_s(state, held_radius_m, height_m * factors.hold_factor, ahead_s)
        if math.isnan(held_s):
            continue
        if hold_level == 0:
            hold_level, loss_s = step + 1, held_s
        own_s = entry_s(state, radius_m, height_m, ahead_s)
        if math.isnan(own_s):
            continue
        if factors.early_weight <= 0.0 or deep_enough(
            rows, i, j, state, radius_m, height_m, ahead_s, own_s, factors.early_weight
        ):
            level, loss_s = step + 1, own_s
            break
    return PairAnswer(rule, level, hold_level, loss_s)


@jit_inline
def write_hit(
    tags: Tags,
    values: Floats,
    at: int,
    pair: tuple[int, int],
    answer: PairAnswer,
    closest: tuple[float, float],
) -> int:
    """Store a hit where there is room; the number of hits so far either way."""
    if at < len(tags):
        tags[at, hits.SLOT_I], tags[at, hits.SLOT_J] = pair
        tags[at, hits.RULE] = answer.rule
        tags[at, hits.LEVEL] = answer.level
        tags[at, hits.HOLD_LEVEL] = answer.hold_level
        values[at, hits.TIME_TO_LOSS_S] = answer.time_to_loss_s
        values[at, hits.TIME_TO_CLOSEST_S], values[at, hits.CLOSEST_RANGE_M] = closest
    return at + 1


@jit_inline
def may_touch(
    rows: Floats,
    pairs: NDArray[np.int32],
    now_us: float,
    rule_of: NDArray[np.int64],
    widest_m: Floats,
    longest_s: Floats,
    factors: Factors,
    kept: NDArray[np.int64],
) -> int:
    """Which of a block of pairs come within their rule's widest radius: `kept`, and how many."""
    count = 0
    for k in range(len(pairs)):
        i, j = pairs[k, 0], pairs[k, 1]
        rule = rule_for(rows, i, j, rule_of)
        doubt_m = horizontal_doubt_m(rows, i, j, now_us, factors)
        unknown_mps = rows[i, packing.UNKNOWN_MPS] + rows[j, packing.UNKNOWN_MPS]
        radius_m = (widest_m[rule] + doubt_m) + unknown_mps * longest_s[rule]
        never = never_within(relative_state(rows, i, j, now_us), radius_m * factors.hold_factor)
        kept[count] = k
        count += int((rule >= 0) & (not never))
    return count


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

    In blocks: first it is asked, without a branch, which pairs come near at all, so that the rows
    of many pairs are fetched at the same time; most of the time goes into waiting for them.
    """
    rule_of, longest_s, widest_m = rules.rule_of, rules.longest_s, rules.widest_m
    horizontal_m, vertical_m, look_ahead_s = (
        rules.horizontal_m,
        rules.vertical_m,
        rules.look_ahead_s,
    )
    factors, kept = factors_of(rules), np.empty(PAIRS_PER_BLOCK, np.int64)
    count = 0
    if len(widest_m) == 0:
        return count
    for first in range(0, len(pairs), PAIRS_PER_BLOCK):
        block = pairs[first : first + PAIRS_PER_BLOCK]
        near = may_touch(rows, block, now_us, rule_of, widest_m, longest_s, factors, kept)
        for k in kept[:near]:
            i, j = block[k, 0], block[k, 1]
            rule = rule_for(rows, i, j, rule_of)
            doubt_m = horizontal_doubt_m(rows, i, j, now_us, factors)
            state = relative_state(rows, i, j, now_us)
            answer = evaluate_pair(
                rows, (i, j), state, doubt_m, rule, horizontal_m, vertical_m, look_ahead_s, factors
            )
            if answer.hold_level > 0:
                closest = closest_approach(state, longest_s[rule])
                count = write_hit(tags, values, count, (i, j), answer, closest)
    return count
