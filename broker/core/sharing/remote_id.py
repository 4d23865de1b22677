"""A covert drone's own broadcast: anybody near can read it, and its owner is told.

Remote ID is found by listening beside the drone: whatever another agency's receiver reports so near
it, several times in a row, is taken for its own.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import OwnerReason, OwnerTold
from broker.core.plain import Plain, integers, items
from broker.core.sharing.levels import Sharing
from broker.core.sharing.parties import label_of
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import ReportSource
from broker.core.units import SECOND_US

REMOTE_ID_WITHIN_M: Final = 60.0
"""A broadcast heard so near a covert drone is taken for its own: twice a usual position doubt."""
REMOTE_ID_AGE_US_MAX: Final = 5 * SECOND_US
REMOTE_ID_TIMES: Final = 3
"""Looks in a row, a second apart, so that a passing drone is not taken for it."""


class RemoteIdWatch:
    """Listens for the Remote ID of one airspace's covert drones."""

    def __init__(self, tracks: TrackRegister, sharing: Sharing) -> None:
        self._tracks = tracks
        self._sharing = sharing
        self._heard: dict[int, int] = {}
        """Covert track -> how often in a row its Remote ID was heard; told at REMOTE_ID_TIMES."""

    def advance(self, now_us: int) -> list[OwnerTold]:
        """Listen; call it once a second."""
        covert = self._sharing.covert_slots()
        numbers = {int(self._tracks.columns.track_number[slot]): slot for slot in covert}
        self._heard = {one: times for one, times in self._heard.items() if one in numbers}
        broadcasts = self._remote_ids(now_us) if covert else np.zeros(0, dtype=np.int64)
        told: list[OwnerTold] = []
        for number, slot in numbers.items():
            near = self._remote_id_near(slot, broadcasts)
            before = self._heard.get(number, 0)
            if near is None:
                if before < REMOTE_ID_TIMES:
                    self._heard.pop(number, None)
                continue
            self._heard[number] = min(before + 1, REMOTE_ID_TIMES + 1)
            if before + 1 == REMOTE_ID_TIMES:
                told.append(self._transmits(slot, near))
        return told

    def _remote_ids(self, now_us: int) -> NDArray[np.int64]:
        """Rows of the broadcasts that are heard now."""
        columns, live = self._tracks.columns, self._tracks.live_slots().astype(np.int64)
        heard = live[columns.source[live] == ReportSource.REMOTE_ID]
        ages_us = now_us - columns.time_of_validity_us[heard]
        recent: NDArray[np.int64] = heard[ages_us <= REMOTE_ID_AGE_US_MAX]
        return recent

    def _remote_id_near(self, slot: int, broadcasts: NDArray[np.int64]) -> int | None:
        """The nearest broadcast of another track that is heard where this one is."""
        columns = self._tracks.columns
        heard = broadcasts[broadcasts != slot]
        if len(heard) == 0:
            return None
        scale = (columns.east_scale[heard] + columns.east_scale[slot]) / 2
        east_m = (columns.x_m[heard] - columns.x_m[slot]) * scale
        range_m = np.hypot(east_m, columns.y_m[heard] - columns.y_m[slot])
        nearest = int(np.argmin(range_m))
        return int(heard[nearest]) if range_m[nearest] <= REMOTE_ID_WITHIN_M else None

    def _transmits(self, slot: int, heard: int) -> OwnerTold:
        receiver = self._tracks.publisher_name(heard)
        label = label_of(self._tracks, int(self._tracks.columns.track_number[slot]))
        words = (
            f"Remote ID is heard where {label} flies covertly, by {receiver}: "
            "anybody near can read it"
        )
        owner = self._tracks.publisher_name(slot).agency
        return OwnerTold(owner, OwnerReason.REMOTE_ID_HEARD, words)

    def state(self) -> list[Plain]:
        """For a snapshot."""
        return [[number, times] for number, times in self._heard.items()]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            number, times = integers(item)
            self._heard[number] = times
