"""One step of all watches: samples in, the few rows out that people will be told about.

Written as one compiled call, since nearly every judged watch changes nothing that anybody sees.
The rules are those of `breaches`.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.alerts import AlertLevel
from broker.core.restrictions import watch_memory as of
from broker.core.restrictions.samples import RestrictionSamples
from broker.core.restrictions.watch_memory import (
    NEVER,
    NO_TRACK,
    NOTHING,
    Floats,
    Integers,
    WatchMemory,
    find,
    release,
    take,
)
from broker.core.separation.jit import jit, jit_brief, jit_inline
from broker.core.units import SECOND_US

CONFIRMATIONS: Final = 2
"""Fresh reports in a row that predict an entry before it is raised."""
HOLD_US: Final = 4 * SECOND_US
"""How long a level must be left before it falls: that of the pair policy."""
CAUTION: Final = int(AlertLevel.CAUTION)
WARNING: Final = int(AlertLevel.WARNING)
"""The levels that are held; the machine knows no others."""


class SampleColumns(NamedTuple):
    """`RestrictionSamples` as kernels take them."""

    slot: NDArray[np.int32]
    restriction: NDArray[np.int32]
    level: NDArray[np.int8]
    cap: NDArray[np.int8]
    time_to_entry_s: Floats
    time_to_exit_s: Floats
    range_m: Floats
    bearing_deg: Floats
    closing_speed_mps: Floats


class Tracks(NamedTuple):
    """What a step reads of the track table, by slot, and the slots that moved."""

    number: Integers
    report_count: Integers
    time_of_validity_us: Integers
    moved: NDArray[np.int32]


def sample_columns(samples: RestrictionSamples) -> SampleColumns:
    """The samples' arrays."""
    return SampleColumns(*(getattr(samples, name) for name in SampleColumns._fields))


@jit_brief
def rows_gone(memory: WatchMemory, number: Integers, active: NDArray[np.uint8]) -> int:
    """Name the rows whose track is no longer in its slot, or whose restriction is over."""
    state, told = memory.state, 0
    for row in range(len(state)):
        if state[row, of.TRACK] == NO_TRACK:
            continue
        slot = state[row, of.SLOT]
        present = active[slot] != 0 and number[slot] == state[row, of.TRACK]
        if not present or state[row, of.ZONE] == NOTHING:
            memory.told[told, 0] = row
            told += 1
    return told


@jit
def forget(memory: WatchMemory, row: int) -> None:
    """Forget a watch of which the end has been told."""
    release(memory, row)


@jit
def take_row(memory: WatchMemory, slot: int, track: int, zone: int) -> int:
    """A row for a watch that is restored."""
    return take(memory, slot, track, zone)


@jit_brief
def step_watches(
    memory: WatchMemory, samples: SampleColumns, tracks: Tracks, now_us: int, step: int
) -> int:
    """Judge the samples, then let time pass for all other watches.

    There must be a free row for each sample. Returns how many rows of `told` are written: those of
    samples in their order, then others. A watch whose alert ended is the caller's to forget.
    """
    state, seen, told = memory.state, memory.seen, 0
    for k in range(len(samples.slot)):
        slot, zone = int(samples.slot[k]), int(samples.restriction[k])
        number = tracks.number[slot]
        row = find(memory, slot, number, zone)
        if row == NOTHING:
            row = take(memory, slot, number, zone)
        level, entry_s = int(samples.level[k]), samples.time_to_entry_s[k]
        state[row, of.STEP] = step
        if tracks.report_count[slot] > state[row, of.REPORTS]:
            state[row, of.PREDICTED] += 1
            state[row, of.REPORTS] = tracks.report_count[slot]
        note_below(state, row, level, now_us)
        shown = state[row, of.LEVEL]
        if shown == 0 and entry_s != 0.0 and state[row, of.PREDICTED] < CONFIRMATIONS:
            continue
        seen[row, of.RANGE_M], seen[row, of.BEARING_DEG] = (
            samples.range_m[k],
            samples.bearing_deg[k],
        )
        seen[row, of.ENTRY_S], seen[row, of.CLOSING_MPS] = entry_s, samples.closing_speed_mps[k]
        seen[row, of.EXIT_S] = samples.time_to_exit_s[k]
        age_us = max(0, now_us - tracks.time_of_validity_us[slot])
        seen[row, of.AGE_S] = age_us / SECOND_US
        state[row, of.EVALUATED_US] = now_us
        target = level if level > shown else min(shown, held_level(state, row, now_us))
        if target != shown:
            told = tell(memory, row, target, int(samples.cap[k]), now_us, told)
    for slot in tracks.moved:
        row = memory.head[slot]
        while row >= 0:
            if state[row, of.STEP] != step:
                state[row, of.PREDICTED] = 0
                note_below(state, row, 0, now_us)
            row = memory.following[row]
    return step_waiting(memory, now_us, step, told)


@jit_inline
def step_waiting(memory: WatchMemory, now_us: int, step: int, told: int) -> int:
    """Let time pass for the watches that no sample judged."""
    state = memory.state
    for row in range(len(state)):
        if state[row, of.TRACK] == NO_TRACK or state[row, of.STEP] == step:
            continue
        shown = state[row, of.LEVEL]
        if shown == 0:
            if state[row, of.PREDICTED] == 0:
                release(memory, row)
            continue
        held = held_level(state, row, now_us)
        if held < shown:
            told = tell(memory, row, held, 0, now_us, told)
    return told


@jit_inline
def tell(memory: WatchMemory, row: int, level: int, cap: int, now_us: int, told: int) -> int:
    """Give the row its new level and name it; how many are named so far."""
    memory.state[row, of.LEVEL], memory.state[row, of.EVALUATED_US] = level, now_us
    memory.told[told, 0], memory.told[told, 1], memory.told[told, 2] = row, level, cap
    return told + 1


@jit_inline
def note_below(state: Integers, row: int, level: int, now_us: int) -> None:
    """Note which levels the newest sample reached and which it is below."""
    if level >= CAUTION:
        state[row, of.CAUTION_BELOW_US] = NEVER
    elif state[row, of.CAUTION_BELOW_US] == NEVER:
        state[row, of.CAUTION_BELOW_US] = now_us
    if level >= WARNING:
        state[row, of.WARNING_BELOW_US] = NEVER
    elif state[row, of.WARNING_BELOW_US] == NEVER:
        state[row, of.WARNING_BELOW_US] = now_us


@jit_inline
def held_level(state: Integers, row: int, now_us: int) -> int:
    """The highest level that is not yet left for HOLD_US."""
    since_us = state[row, of.WARNING_BELOW_US]
    if since_us == NEVER or now_us - since_us < HOLD_US:
        return WARNING
    since_us = state[row, of.CAUTION_BELOW_US]
    if since_us == NEVER or now_us - since_us < HOLD_US:
        return CAUTION
    return 0
