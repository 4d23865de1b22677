"""Shared shapes of the separation engine: the rule table it reads and the pair samples it gives."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

LEVEL_COUNT: Final = 4
"""Columns of the rule arrays: advisory, caution, warning, floor."""


class Relation(IntEnum):
    """How two aircraft's operators relate; the first index of the rule table."""

    DIFFERENT = 0
    SAME_INCIDENT = 1
    """Different agencies working one incident."""
    SAME_OPERATOR = 2
    """One agency's aircraft; wins over SAME_INCIDENT."""


@dataclass(frozen=True, slots=True, eq=False)
class RuleTable:
    """A pair policy as arrays: r rules, c categories (aircraft class x phase), 4 levels."""

    version: str
    rule_ids: tuple[str, ...]
    rule_of: NDArray[np.int16]
    """(3, c, c): relation x category x category -> rule row, symmetric; -1 where none applies."""
    horizontal_m: NDArray[np.float64]
    """(r, 4) radius of each level's cylinder; NaN where the level is off."""
    vertical_m: NDArray[np.float64]
    """(r, 4) half height of each level's cylinder; NaN where the level is off."""
    look_ahead_s: NDArray[np.float64]
    """(r, 4) seconds; the floor's is 0 (inside now); NaN where the level is off."""
    hold_factor: float
    """Volumes are this much larger for leaving a level than for entering it (at least 1)."""
    accuracy_weight: float
    """0: accuracy never grows the volumes; 1: 95 % accuracies of both are added in quadrature."""
    assumed_speed_mps: NDArray[np.float64]
    """(c,) growth of the zone of a track whose velocity is unknown or that is stale."""
    least_growth_mps: NDArray[np.float64]
    """(c,) the least growth of the zone of a stale track: who stood still may have moved off."""
    growth_m_max: float
    """Where the volume of a stale track stops growing."""
    stale_after_s: float
    """Age beyond which the volume of a track grows."""
    near_weight: float = 0.0
    """Standard deviations left in the filtered heights that raise the volumes: no graze missed."""
    early_weight: float = 0.0
    """Standard deviations of the filtered velocity, times the time to entry, by which a foreseen
    entry must be deeper than a graze before it raises a level."""


@dataclass(frozen=True, slots=True, eq=False)
class PairSamples:
    """Pairs inside some level's hold volume, n rows, sorted by (track number a, track number b)."""

    slot_a: NDArray[np.int32]
    slot_b: NDArray[np.int32]
    """Slots; track_number[slot_a] < track_number[slot_b]."""
    rule: NDArray[np.int16]
    level: NDArray[np.int8]
    """Highest level whose volume is entered within its look-ahead; 0 where only held."""
    hold_level: NDArray[np.int8]
    """The same with volumes `hold_factor` larger; >= level and >= 1."""
    time_to_loss_s: NDArray[np.float64]
    """Seconds until the volume of `max(level, 1 step of hold_level)` is entered, 0 inside."""
    time_to_closest_s: NDArray[np.float64]
    """Horizontal closest approach from now, never negative; 0 for equal velocities."""
    closest_range_m: NDArray[np.float64]
    vertical_known: NDArray[np.uint8]
    trusted: NDArray[np.uint8]
    """0 where either track is a single unsigned radio source."""

    def __len__(self) -> int:
        return len(self.slot_a)

    def taken(self, which: NDArray[np.bool_]) -> "PairSamples":
        """Some of them, in their order."""
        return PairSamples(*(getattr(self, name)[which] for name in PairSamples.__slots__))
