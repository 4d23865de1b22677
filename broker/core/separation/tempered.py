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
are judged again, all at once, from changed rows. Landings keep the level of their own volume.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import kernel_numpy, packing
from broker.core.separation.categories import DRONE_CLASSES
from broker.core.separation.cylinder import Flags, Floats
from broker.core.separation.packing import ROW_WIDTH, KernelRules, TrackInputs, track_inputs
from broker.core.separation.policy_alerting import DoubtLimits
from broker.core.separation.rules import PairSamples
from broker.core.tracks.reports import AircraftClass, HeightReference
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US

_IS_DRONE: Final = np.array([one in DRONE_CLASSES for one in AircraftClass])
"""By aircraft class."""
_ONE_OF_TWO: Final = 0.7
"""Two doubts in quadrature exceed a limit only if one exceeds this much of it."""
_FLOOR: Final = -1
"""Column of the rule arrays: inside now, which looks no further."""


class _Judged(NamedTuple):
    """Pairs by the kernel, (n,) each."""

    level: NDArray[np.int32]
    hold_level: NDArray[np.int32]
    entry_s: Floats


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

    def of(self, at: NDArray[np.intp]) -> "_Questions":
        """About some of them, in their order."""
        return _Questions(self.grown[at], self.vague[at], self.climb_s[at], self.climber[at])


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
    if len(samples) == 0 or not _may_concern(samples, columns, rules, limits, now_us):
        return samples
    asked = _questions(samples, columns, rules, limits, now_us)
    doubtful = (asked.grown | asked.vague) & (samples.hold_level > limits.cap)
    concerned = doubtful | np.isfinite(asked.climb_s)
    if landings:
        concerned &= ~np.isin(samples.rule, list(landings))
    if not concerned.any():
        return samples
    at = np.flatnonzero(concerned)
    asked, doubtful = asked.of(at), doubtful[at]
    believed, sure = _judged_twice(
        samples.taken(concerned), columns, rules, limits, asked, doubtful, now_us
    )
    changed = _lowered(samples, at, believed, sure, limits.cap)
    softened = doubtful & asked.vague & (believed.level > np.maximum(sure.level, limits.cap))
    changed.vertical_known[at[softened]] = 0
    kept = changed.hold_level > 0
    return changed if kept.all() else changed.taken(kept)


def _may_concern(
    samples: PairSamples,
    columns: TrackColumns,
    rules: KernelRules,
    limits: DoubtLimits,
    now_us: int,
) -> bool:
    """Whether any of this could matter: every report asks, and hardly any has to know more."""
    slots = np.array((samples.slot_a, samples.slot_b))
    drone = _IS_DRONE[columns.aircraft_class[slots]]
    mixed = drone[0] != drone[1]
    if mixed.any():
        drones = slots[:, mixed][drone[:, mixed]]
        climbs = columns.vertical_speed_mps[drones] > 0.0
        if (climbs & (columns.height_reference[drones] != HeightReference.NONE)).any():
            return True
    high = samples.hold_level > limits.cap
    if not high.any():
        return False
    slots = slots[:, high]
    silent_us = now_us - int(rules.stale_after_s * SECOND_US)
    if (columns.time_of_validity_us[slots] <= silent_us).any():
        return True
    some_m = limits.height_doubt_m * _ONE_OF_TWO
    return bool((columns.vertical_doubt_m[slots] > some_m).any())


def _lowered(
    samples: PairSamples, at: NDArray[np.intp], believed: _Judged, sure: _Judged, cap: int
) -> PairSamples:
    """A copy in which rows `at` have what is sure, and up to the cap what is believed."""
    level, hold_level = samples.level.copy(), samples.hold_level.copy()
    entry_s = samples.time_to_loss_s.copy()
    level[at] = np.minimum(level[at], np.maximum(sure.level, np.minimum(believed.level, cap)))
    held = np.maximum(sure.hold_level, np.minimum(believed.hold_level, cap))
    hold_level[at] = np.maximum(level[at], np.minimum(hold_level[at], held))
    entry_s[at] = believed.entry_s
    return replace(
        samples,
        level=level,
        hold_level=hold_level,
        time_to_loss_s=entry_s,
        vertical_known=samples.vertical_known.copy(),
    )


def _judged_twice(
    samples: PairSamples,
    columns: TrackColumns,
    rules: KernelRules,
    limits: DoubtLimits,
    asked: _Questions,
    doubtful: Flags,
    now_us: int,
) -> tuple[_Judged, _Judged]:
    """As believed, climbs ended; and the same without the doubt that is asked about."""
    rows = _packed(columns, rules, samples)
    believed = _judged(rows, asked, rules, now_us)
    if not doubtful.any():
        return believed, believed
    rows[:, doubtful & asked.grown, packing.GROWTH_MPS] = 0.0
    vague = doubtful & asked.vague
    rows[:, vague, packing.VERTICAL_VARIANCE_M2] = 0.5 * limits.height_doubt_m**2
    return believed, _judged(rows, asked, rules, now_us)


def _questions(
    samples: PairSamples,
    columns: TrackColumns,
    rules: KernelRules,
    limits: DoubtLimits,
    now_us: int,
) -> _Questions:
    slots = np.stack([samples.slot_a, samples.slot_b])
    drone = _IS_DRONE[columns.aircraft_class[slots]]
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


def _packed(columns: TrackColumns, rules: KernelRules, samples: PairSamples) -> Floats:
    """The rows of the pairs' first and second tracks, (2, n, ROW_WIDTH)."""
    slots = np.concatenate([samples.slot_a, samples.slot_b])
    tracks = TrackInputs(*(column[slots] for column in track_inputs(columns)))
    rows = np.empty((len(slots), ROW_WIDTH))
    kernel_numpy.pack(tracks, np.arange(len(slots), dtype=np.int32), rules, rows)
    return rows.reshape(2, len(samples), ROW_WIDTH)


def _judged(rows: Floats, asked: _Questions, rules: KernelRules, now_us: int) -> _Judged:
    """The pairs as long as their climbs last, and from their ends on."""
    rule = kernel_numpy.rules_for(rows[0], rows[1], rules)
    look_ahead_s = np.where((rule < 0)[:, None], np.nan, rules.look_ahead_s[rule])
    until_s = np.minimum(look_ahead_s, asked.climb_s[:, None])
    first = kernel_numpy.reached_levels(rows[0], rows[1], rule, until_s, now_us, rules)
    level, hold_level, entry_s = first.level, first.hold_level, first.loss_s
    ends = np.flatnonzero(np.isfinite(asked.climb_s))
    if len(ends) == 0:
        return _Judged(level, hold_level, entry_s)
    climb_s = asked.climb_s[ends]
    rest_s = look_ahead_s[ends] - climb_s[:, None]
    rest_s[:, _FLOOR] = np.nan
    rest_s[rest_s <= 0.0] = np.nan
    after = _after(rows[:, ends], climb_s, asked.climber[ends], now_us)
    later = kernel_numpy.reached_levels(after[0], after[1], rule[ends], rest_s, now_us, rules)
    ahead = later.level > level[ends]
    ahead |= (later.level == level[ends]) & (later.hold_level > hold_level[ends])
    entry_s[ends] = np.where(ahead, climb_s + later.loss_s, entry_s[ends])
    level[ends] = np.maximum(level[ends], later.level)
    hold_level[ends] = np.maximum(hold_level[ends], later.hold_level)
    return _Judged(level, hold_level, entry_s)


def _after(rows: Floats, climb_s: Floats, climber: NDArray[np.int32], now_us: int) -> Floats:
    """Both as they will be when the climb ends, with the doubt that they have now."""
    rows = rows.copy()
    rows[..., packing.X_M] += rows[..., packing.U_MPS] * climb_s / rows[..., packing.EAST_SCALE]
    rows[..., packing.Y_M] += rows[..., packing.V_MPS] * climb_s
    rows[..., packing.Z_M] += rows[..., packing.W_MPS] * climb_s
    pairs = np.arange(len(climber))
    climbs = rows[climber, pairs]
    climbs[:, packing.Z_M] += climbs[:, packing.W_MPS] * kernel_numpy.ages_s(climbs, now_us)
    climbs[:, packing.W_MPS] = 0.0
    rows[climber, pairs] = climbs
    return rows
