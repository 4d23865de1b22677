"""What a track counts as: its category in the pair policy, and what it is held to be when silent.

While it is heard, its class and phase decide. When it falls silent it goes stale, unless it was in
its dock, or came down low to land: then it stands where it was last seen and no volume grows.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackState
from broker.core.geodesy.ground import Ground
from broker.core.tracks.phases import (
    DECLARED,
    Phase,
    PhaseLimits,
    Slots,
    declared_phases,
    phases_of,
    presumed_landing,
)
from broker.core.tracks.reports import OperationalStatus
from broker.core.tracks.table import TrackColumns

_STANDING_STILL: Final = (
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
    "turn_rate_radps",
    "turn_east_mps",
    "turn_north_mps",
    "position_variance_m2",
    "velocity_variance_m2ps2",
    "altitude_variance_m2",
    "climb_variance_m2ps2",
)
"""Columns that say how a track goes on; a variance of zero stops its filter."""


class Categories:
    """A policy's categories, and the limits by which behaviour decides among them."""

    def __init__(self, category_of: NDArray[np.int16], limits: PhaseLimits | None = None) -> None:
        """`category_of` has shape (classes, phases): the policy category of each.

        Without `limits` phases are as declared.
        """
        self._category_of = category_of
        self._limits = limits
        self.by_status = np.ascontiguousarray(category_of[:, DECLARED])
        """(classes, statuses) the category of each by what is declared alone."""

    @property
    def by_behaviour(self) -> bool:
        """Whether behaviour adds to what is declared."""
        return self._limits is not None

    def sort(self, columns: TrackColumns, slots: Slots, ground: Ground) -> None:
        """Give tracks the category of what they are and do."""
        limits = self._limits
        phases = (
            declared_phases(columns, slots)
            if limits is None
            else phases_of(columns, slots, limits, ground)
        )
        columns.category[slots] = self._category_of[columns.aircraft_class[slots], phases]

    def sort_anew(self, columns: TrackColumns, live: Slots, ground: Ground) -> None:
        """Sort tracks that another policy's categories sorted; a presumed landing stays one."""
        waiting = columns.state[live] == TrackState.PRESUMED_LANDING
        self.sort(columns, live[~waiting], ground)
        self._presume_landing(columns, live[waiting])

    def silent_states(
        self, columns: TrackColumns, slots: Slots, ground: Ground
    ) -> NDArray[np.int8]:
        """What becomes of tracks that have just fallen silent."""
        limits = self._limits
        states = np.full(len(slots), TrackState.STALE, dtype=np.int8)
        if limits is None or len(slots) == 0:
            return states
        docked = columns.operational_status[slots] == OperationalStatus.AT_DOCK
        landing = presumed_landing(columns, slots, limits, ground)
        states[docked], states[landing] = TrackState.DOCKED, TrackState.PRESUMED_LANDING
        _stand_still(columns, slots[docked])
        self._presume_landing(columns, slots[landing])
        return states

    def lost_after_s(
        self, columns: TrackColumns, slots: Slots, by_class_s: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(n,) how long each may be silent: as its class, but longer in its dock."""
        limit_s = by_class_s[columns.aircraft_class[slots]]
        if self._limits is None:
            return limit_s
        docked = columns.operational_status[slots] == OperationalStatus.AT_DOCK
        return np.where(docked, self._limits.docked_for_s, limit_s)

    def _presume_landing(self, columns: TrackColumns, slots: Slots) -> None:
        """Where it was last seen, it comes down: the landing volume stands there."""
        _stand_still(columns, slots)
        columns.category[slots] = self._category_of[columns.aircraft_class[slots], Phase.LANDING]


def _stand_still(columns: TrackColumns, slots: Slots) -> None:
    """Take away the velocity: nothing grows. The next report begins a new filter."""
    for name in _STANDING_STILL:
        getattr(columns, name)[slots] = 0.0
