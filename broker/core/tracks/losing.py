"""Which of the tracks that are to be lost are lost now.

A track that is lost ends its alerts, and each end is worded for everybody who read of it. Twenty of
them take an engine ten milliseconds in which no report is looked at. So of many the eldest go first
and the others a moment later, when what came meanwhile has been served.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

TOGETHER_MIN: Final = 8
"""So many always go at once."""
TURNS: Final = 4
"""Of more, one in so many: of a whole feed's ten thousand the last goes in the 25th turn."""


def lost_in_turn(due: NDArray[np.bool_], age_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Those of the tracks (n,) that are due which are lost now: the eldest, at least one of any."""
    places = np.flatnonzero(due)
    count = max(TOGETHER_MIN, len(places) // TURNS)
    if len(places) <= count:
        return due
    eldest = places[np.argsort(-age_s[places], kind="stable")[:count]]
    lost = np.zeros_like(due)
    lost[eldest] = True
    return lost
