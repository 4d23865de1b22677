"""What becomes of live tracks with time: which have just fallen silent, and which are lost now."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackState
from broker.core.tracks.losing import lost_in_turn
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US


class Aged(NamedTuple):
    """Of each of n live tracks."""

    age_s: NDArray[np.float64]
    silent: NDArray[np.bool_]
    """Not heard for too long, and current until now."""
    lost: NDArray[np.bool_]
    overdue_count: int
    """To be lost as well, and left to the next time."""


def aged_tracks(
    columns: TrackColumns,
    live: NDArray[np.int32],
    now_us: int,
    stale_after_s: NDArray[np.float64],
    lost_after_s: NDArray[np.float64],
) -> Aged:
    """Judge the tracks in these slots (n,): `stale_after_s` by class, `lost_after_s` (n,)."""
    age_s = (now_us - columns.time_of_validity_us[live]) / SECOND_US
    due = age_s > lost_after_s
    lost = lost_in_turn(due, age_s)
    silent = (age_s > stale_after_s[columns.aircraft_class[live]]) & ~due
    silent &= columns.state[live] == TrackState.CURRENT
    return Aged(age_s, silent, lost, int(due.sum() - lost.sum()))
