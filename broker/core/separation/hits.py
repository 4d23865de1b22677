"""From raw kernel hits to `PairSamples`, in the one order that no index history can change."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.cylinder import Floats
from broker.core.separation.packing import TrackInputs
from broker.core.separation.rules import PairSamples

# Columns of the integer half of a hit.
SLOT_I: Final = 0
SLOT_J: Final = 1
RULE: Final = 2
LEVEL: Final = 3
HOLD_LEVEL: Final = 4
TAG_WIDTH: Final = 5
# Columns of the float half.
TIME_TO_LOSS_S: Final = 0
TIME_TO_CLOSEST_S: Final = 1
CLOSEST_RANGE_M: Final = 2
VALUE_WIDTH: Final = 3

Tags = NDArray[np.int32]

NO_SAMPLES: Final = PairSamples(
    slot_a=np.zeros(0, dtype=np.int32),
    slot_b=np.zeros(0, dtype=np.int32),
    rule=np.zeros(0, dtype=np.int16),
    level=np.zeros(0, dtype=np.int8),
    hold_level=np.zeros(0, dtype=np.int8),
    time_to_loss_s=np.zeros(0),
    time_to_closest_s=np.zeros(0),
    closest_range_m=np.zeros(0),
    vertical_known=np.zeros(0, dtype=np.uint8),
    trusted=np.zeros(0, dtype=np.uint8),
)
"""What most reports lead to."""


def pair_samples(tags: Tags, values: Floats, tracks: TrackInputs) -> PairSamples:
    """Sorted samples from hits: tags (n, 5) int32 and values (n, 3) float64."""
    if len(tags) == 0:
        return NO_SAMPLES
    slot_i, slot_j = tags[:, SLOT_I], tags[:, SLOT_J]
    number_i, number_j = tracks.track_number[slot_i], tracks.track_number[slot_j]
    swap = number_i > number_j
    order = np.lexsort((np.maximum(number_i, number_j), np.minimum(number_i, number_j)))
    slot_a = np.where(swap, slot_j, slot_i)[order]
    slot_b = np.where(swap, slot_i, slot_j)[order]
    tags, values = tags[order], values[order]
    known = ~(np.isnan(tracks.altitude_hae_m[slot_a]) | np.isnan(tracks.altitude_hae_m[slot_b]))
    return PairSamples(
        slot_a=slot_a,
        slot_b=slot_b,
        rule=tags[:, RULE].astype(np.int16),
        level=tags[:, LEVEL].astype(np.int8),
        hold_level=tags[:, HOLD_LEVEL].astype(np.int8),
        time_to_loss_s=values[:, TIME_TO_LOSS_S],
        time_to_closest_s=values[:, TIME_TO_CLOSEST_S],
        closest_range_m=values[:, CLOSEST_RANGE_M],
        vertical_known=known.astype(np.uint8),
        trusted=((tracks.trusted[slot_a] != 0) & (tracks.trusted[slot_b] != 0)).astype(np.uint8),
    )
