"""Compiled kernel: the levels of pairs of packed rows.

Written for one pair at a time, as the compiler likes it; `kernel_numpy` does the same with arrays.
Candidates may differ between the two (each pads its filter), answers may not.
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
from broker.core.separation.packing import KernelRules
from broker.core.separation.pair_numba import (
    Factors,
    factors_of,
    horizontal_doubt_m,
    relative_state,
    residual,
    rule_for,
)
from broker.core.separation.rules import LEVEL_COUNT

PAIRS_PER_BLOCK: Final = 64


class PairAnswer(NamedTuple):
    """What is known of one pair; hold level 0: nothing to tell."""

    rule: int
    level: int
    hold_level: int
    time_to_loss_s: float


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
