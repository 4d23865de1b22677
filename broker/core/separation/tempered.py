"""What is left of a level that stands on doubt alone, or on a climb that must end.

Theory of operation. Kernels take the worst of everything: they foresee a climb for as long as they
look ahead, grow the volume of a silent track, and add whatever doubt a height carries. A caution is
worth that. A warning asks people to act at once, and has to stand on where the aircraft are
believed to be. So three things are taken back here, for the few pairs that they concern:

- A drone that climbs is foreseen to do so up to the policy's `climb_ends` above its take-off, no
  higher, beside crewed aircraft. One that is higher already is foreseen as it climbs.
- Between drones, what only the growth of a silent track's volume reaches is a caution at most.
  Where the track is carried on to, with its accuracy, warns as ever.
- What only a doubt in height reaches that is larger than `height_doubt_at_most` is held down as an
  unknown height is: it says hardly more.

Nothing is added, and nothing falls silent but what lies above a climb's end. The pairs in question
are judged again by the same kernel, from changed rows. Landings keep the level of their own volume.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits, kernel_numpy, packing
from broker.core.separation.categories import DRONE_CLASSES
from broker.core.separation.cylinder import Flags, Floats
from broker.core.separation.packing import ROW_WIDTH, KernelRules, TrackInputs, track_inputs
from broker.core.separation.policy_alerting import DoubtLimits
from broker.core.separation.rules import PairSamples
from broker.core.tracks.reports import HeightReference
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US

_DRONES: Final = np.array(sorted(DRONE_CLASSES))
_PAIR: Final = np.array([[0, 1]], dtype=np.int32)
_FLOOR: Final = -1
"""Column of the rule arrays: inside now, which looks no further."""


class _Judged(NamedTuple):
    """One pair by the kernel."""

    level: int
    hold_level: int
    entry_s: float


_CLEAR: Final = _Judged(0, 0, np.nan)


class _Questions(NamedTuple):
    """What is asked of each sample, (n,)."""

    grown: Flags
    """Two drones, at least one of them silent."""
    vague: Flags
    """Their heights are more doubtful than what may warn."""
    climb_s: Floats
    """Until the drone's climb ends; infinite where it does not matter."""
    climber: NDArray[np.int32]
    """Which of the two climbs: 0 or 1."""


def tempered(
    samples: PairSamples,
    columns: TrackColumns,
    rules: KernelRules,
    limits: DoubtLimits,
    landings: Collection[int],
    now_us: int,
) -> PairSamples:
    """The samples without what only doubt or an endless climb gives them; the clear ones go.

    `landings` are the rules with volumes of their own.
    """
    if len(samples) == 0:
        return samples
    asked = _questions(samples, columns, rules, limits, now_us)
    doubtful = (asked.grown | asked.vague) & (samples.hold_level > limits.cap)
    concerned = doubtful | np.isfinite(asked.climb_s)
    if landings:
        concerned &= ~np.isin(samples.rule, list(landings))
    if not concerned.any():
        return samples
    level, hold_level = samples.level.copy(), samples.hold_level.copy()
    entry_s, known = samples.time_to_loss_s.copy(), samples.vertical_known.copy()
    for row in np.flatnonzero(concerned).tolist():
        pair = _packed(columns, rules, int(samples.slot_a[row]), int(samples.slot_b[row]))
        climb_s, climber = float(asked.climb_s[row]), int(asked.climber[row])
        believed = _judged(pair, climb_s, climber, rules, now_us)
        sure = believed
        if doubtful[row]:
            if asked.grown[row]:
                pair[:, packing.GROWTH_MPS] = 0.0
            if asked.vague[row]:
                pair[:, packing.VERTICAL_VARIANCE_M2] = 0.5 * limits.height_doubt_m**2
            sure = _judged(pair, climb_s, climber, rules, now_us)
            known[row] &= not asked.vague[row] or believed.level <= max(sure.level, limits.cap)
        level[row] = min(int(level[row]), max(sure.level, min(believed.level, limits.cap)))
        held = max(sure.hold_level, min(believed.hold_level, limits.cap))
        hold_level[row] = max(int(level[row]), min(int(hold_level[row]), held))
        entry_s[row] = believed.entry_s
    changed = replace(
        samples, level=level, hold_level=hold_level, time_to_loss_s=entry_s, vertical_known=known
    )
    kept = hold_level > 0
    return changed if kept.all() else changed.taken(kept)


def _questions(
    samples: PairSamples,
    columns: TrackColumns,
    rules: KernelRules,
    limits: DoubtLimits,
    now_us: int,
) -> _Questions:
    slots = np.stack([samples.slot_a, samples.slot_b])
    drone = np.isin(columns.aircraft_class[slots], _DRONES)
    age_s = (now_us - columns.time_of_validity_us[slots]) / SECOND_US
    silent = age_s > rules.stale_after_s
    doubt_m = np.nan_to_num(columns.vertical_doubt_m[slots], nan=0.0)
    climber = np.argmax(drone, axis=0).astype(np.int32)
    beside_crewed = drone.sum(axis=0) == 1
    climb_s = np.full(len(samples), np.inf)
    if beside_crewed.any():
        at = np.where(climber == 0, samples.slot_a, samples.slot_b)
        ends_s = _climb_ends_s(columns, at, now_us, limits.climb_ends_m)
        climb_s = np.where(beside_crewed & (ends_s < rules.look_ahead_s_max), ends_s, np.inf)
        climb_s[np.isnan(columns.velocity_east_mps[slots]).any(axis=0)] = np.inf
    return _Questions(
        grown=np.asarray(drone.all(axis=0) & silent.any(axis=0)),
        vague=np.hypot(doubt_m[0], doubt_m[1]) > limits.height_doubt_m,
        climb_s=climb_s,
        climber=climber,
    )


def _climb_ends_s(
    columns: TrackColumns, slots: NDArray[np.int32], now_us: int, climb_ends_m: float
) -> Floats:
    """Seconds until drones come to where a climb ends; infinite for those that never do."""
    climb_mps = columns.vertical_speed_mps[slots]
    age_s = (now_us - columns.time_of_validity_us[slots]) / SECOND_US
    height_m = columns.height_m[slots] + climb_mps * age_s
    known = (columns.height_reference[slots] != HeightReference.NONE) & (climb_mps > 0.0)
    below = known & (height_m < climb_ends_m)
    ends_s: Floats = np.full(len(slots), np.inf)
    ends_s[below] = (climb_ends_m - height_m[below]) / climb_mps[below]
    return ends_s


def _packed(columns: TrackColumns, rules: KernelRules, slot_a: int, slot_b: int) -> Floats:
    """The rows of one pair, (2, ROW_WIDTH)."""
    both = np.array([slot_a, slot_b])
    tracks = TrackInputs(*(column[both] for column in track_inputs(columns)))
    rows = np.empty((2, ROW_WIDTH))
    kernel_numpy.pack(tracks, _PAIR[0], rules, rows)
    return rows


def _judged(rows: Floats, climb_s: float, climber: int, rules: KernelRules, now_us: int) -> _Judged:
    """The pair as long as the climb lasts, and from its end on."""
    if not np.isfinite(climb_s):
        return _by_kernel(rows, rules, rules.look_ahead_s, now_us)
    first = _by_kernel(rows, rules, np.minimum(rules.look_ahead_s, climb_s), now_us)
    rest_s = rules.look_ahead_s - climb_s
    rest_s[:, _FLOOR] = np.nan
    rest_s[rest_s <= 0.0] = np.nan
    later = _by_kernel(_after(rows, climb_s, climber, now_us), rules, rest_s, now_us)
    higher = first if (first.level, first.hold_level) >= later[:2] else later
    entry_s = first.entry_s if higher is first else climb_s + later.entry_s
    return _Judged(max(first.level, later.level), max(first.hold_level, later.hold_level), entry_s)


def _after(rows: Floats, climb_s: float, climber: int, now_us: int) -> Floats:
    """Both as they will be when the climb ends, with the doubt that they have now."""
    rows = rows.copy()
    rows[:, packing.X_M] += rows[:, packing.U_MPS] * climb_s / rows[:, packing.EAST_SCALE]
    rows[:, packing.Y_M] += rows[:, packing.V_MPS] * climb_s
    rows[:, packing.Z_M] += rows[:, packing.W_MPS] * climb_s
    age_s = kernel_numpy.ages_s(rows, now_us)[climber]
    rows[climber, packing.Z_M] += rows[climber, packing.W_MPS] * age_s
    rows[climber, packing.W_MPS] = 0.0
    return rows


def _by_kernel(rows: Floats, rules: KernelRules, look_ahead_s: Floats, now_us: int) -> _Judged:
    rules = rules._replace(look_ahead_s=look_ahead_s)
    tags, values = kernel_numpy.evaluate_pairs(rows, _PAIR, now_us, rules)
    if len(tags) == 0:
        return _CLEAR
    level, hold_level = tags[0, [hits.LEVEL, hits.HOLD_LEVEL]].tolist()
    return _Judged(level, hold_level, float(values[0, hits.TIME_TO_LOSS_S]))
