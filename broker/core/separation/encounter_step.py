"""One step of all judged pairs: samples in, the few rows out that people will be told about.

Written as one compiled call, since nearly every judged pair changes nothing that anybody sees.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import pair_memory as of
from broker.core.separation.confirmation import FLOOR, Confirming, Judgement, idle, take_sample
from broker.core.separation.cylinder import Floats
from broker.core.separation.jit import jit_brief, jit_inline
from broker.core.separation.pair_memory import NOTHING, Integers, PairMemory, find, release, take
from broker.core.separation.rules import PairSamples

VERTICAL_UNKNOWN: Final = "vertical position unknown"
UNSIGNED_SOURCE: Final = "single unsigned radio source"
CAPS: Final = ("", VERTICAL_UNKNOWN, UNSIGNED_SOURCE)
"""Why a level is held down, by the number that rows carry."""
NO_CAP, VERTICAL_CAP, SOURCE_CAP = range(3)


class SampleColumns(NamedTuple):
    """`PairSamples` as kernels take them."""

    slot_a: NDArray[np.int32]
    slot_b: NDArray[np.int32]
    rule: NDArray[np.int16]
    level: NDArray[np.int8]
    hold_level: NDArray[np.int8]
    time_to_loss_s: Floats
    time_to_closest_s: Floats
    closest_range_m: Floats
    vertical_known: NDArray[np.uint8]
    trusted: NDArray[np.uint8]


class Tracks(NamedTuple):
    """What a step reads of the track table, by slot, and the slots that moved."""

    number: Integers
    report_count: Integers
    moved: NDArray[np.int32]


class Step(NamedTuple):
    """When and why pairs are judged."""

    number: int
    """Counts the steps, from 1."""
    now_us: int
    fresh: bool
    """The moved tracks have a new report; without it only time has passed."""
    first_rule: int
    """Index of the policy's first rule name."""


def sample_columns(samples: PairSamples) -> SampleColumns:
    """The samples' arrays."""
    return SampleColumns(*(getattr(samples, name) for name in SampleColumns._fields))


@jit_inline
def cap_of(vertical_known: int, trusted: int, policy: Confirming) -> tuple[int, int]:
    """The highest level that a sample may raise, and why not more."""
    level, why = FLOOR, NO_CAP
    if vertical_known == 0 and policy.unknown_vertical_cap < level:
        level, why = policy.unknown_vertical_cap, VERTICAL_CAP
    if trusted == 0 and policy.unsigned_source_cap < level:
        level, why = policy.unsigned_source_cap, SOURCE_CAP
    return level, why


@jit_inline
def tell(memory: PairMemory, row: int, capped: int, told: int) -> int:
    """Name a row whose level changed, or that a cap began to hold down; rows named so far.

    A pair without an alert of which nothing worth keeping is remembered is forgotten here.
    """
    state = memory.state
    level, shown = state[row, of.LEVEL], state[row, of.TOLD_LEVEL]
    if shown == 0 and level == 0:
        if idle(state, memory.evidence, row):
            release(memory, row)
        return told
    # The reason stays until the level changes: it must not flicker with every sample.
    if level == shown and capped in (NO_CAP, state[row, of.TOLD_CAP]):
        return told
    memory.told[told, 0], memory.told[told, 1] = row, capped
    return told + 1


@jit_brief
def step_pairs(
    memory: PairMemory, samples: SampleColumns, tracks: Tracks, policy: Confirming, step: Step
) -> int:
    """Judge the samples, then the moved tracks' remembered pairs that have none.

    There must be a free row for each sample. Returns how many rows of `told` are written: those of
    samples in their order, then others.
    """
    told = 0
    state, foreseen = memory.state, memory.foreseen
    for k in range(len(samples.slot_a)):
        slots = int(samples.slot_a[k]), int(samples.slot_b[k])
        numbers = tracks.number[slots[0]], tracks.number[slots[1]]
        counts = tracks.report_count[slots[0]], tracks.report_count[slots[1]]
        row = find(memory, slots, numbers)
        if row == NOTHING:
            if not step.fresh or samples.level[k] == 0:
                continue
            row = take(memory, slots, numbers)
            # The reports that brought the pair together count as new.
            for side in range(2):
                came = np.any(tracks.moved == slots[side])
                state[row, of.COUNT_A + side] = counts[side] - int(came)
        if samples.rule[k] >= 0:
            state[row, of.RULE] = step.first_rule + samples.rule[k]
        loss_s = samples.time_to_loss_s[k]
        if not math.isfinite(loss_s):
            loss_s = math.nan
        foreseen[row, of.LOSS_S] = loss_s
        foreseen[row, of.CLOSEST_S] = samples.time_to_closest_s[k]
        foreseen[row, of.CLOSEST_M] = samples.closest_range_m[k]
        cap, why = cap_of(samples.vertical_known[k], samples.trusted[k], policy)
        level, hold_level = int(samples.level[k]), int(samples.hold_level[k])
        entry_s = math.inf if math.isnan(loss_s) else loss_s
        judged = Judgement(min(level, cap), min(hold_level, cap), counts[0], counts[1], entry_s)
        state[row, of.STEP] = step.number
        take_sample(state, memory.evidence, row, judged, policy, step.now_us, step.fresh)
        told = tell(memory, row, why if level > cap else NO_CAP, told)
    return step_parted(memory, tracks, policy, step, told)


@jit_inline
def step_parted(
    memory: PairMemory, tracks: Tracks, policy: Confirming, step: Step, told: int
) -> int:
    """Judge the moved tracks' remembered pairs that no rule finds close any more."""
    state, foreseen = memory.state, memory.foreseen
    for slot in tracks.moved:
        entry = memory.head[slot]
        while entry >= 0:
            row, side = int(entry >> 1), int(entry & 1)
            entry = memory.following[entry]
            if state[row, of.STEP] == step.number:
                continue
            if state[row, of.TRACK_A + side] != tracks.number[slot]:
                continue
            state[row, of.STEP] = step.number
            foreseen[row, of.LOSS_S], foreseen[row, of.CLOSEST_M] = math.nan, math.nan
            foreseen[row, of.CLOSEST_S] = 0.0
            count_a = tracks.report_count[state[row, of.SLOT_A]]
            count_b = tracks.report_count[state[row, of.SLOT_B]]
            judged = Judgement(0, 0, count_a, count_b, math.inf)
            take_sample(state, memory.evidence, row, judged, policy, step.now_us, step.fresh)
            told = tell(memory, row, NO_CAP, told)
    return told
