"""Who else works a drone's incident near it, and who is told that it leaves its band.

A band is part of what a flight is for. So a drone's desk is told of what it does only while it is
shown, by name, somebody who works the same incident: that nobody tells who is hidden. Another
desk is told only where it is shown the drone that way, and where it is the desk of a hidden flight,
nobody else notices that it is told.
"""

from typing import Final

import numpy as np

from broker.core.bands.heights import Judged, comes_into
from broker.core.separation.policy_bands import BandLimits
from broker.core.sharing.levels import Sharing
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import HeightReference, OperationalStatus

_ON_GROUND: Final = (OperationalStatus.ON_GROUND, OperationalStatus.AT_DOCK)


def who_is_told(
    tracks: TrackRegister,
    sharing: Sharing,
    slot: int,
    judged: Judged,
    limits: BandLimits,
    factor: float,
) -> dict[str, bool]:
    """The drone's agency first, then those whose band it comes into; none while nobody is near.

    With each whether the drone's agency is shown, by name, a flight of it that is concerned.
    `factor`: how much further others may be to keep up what is told.
    """
    columns = tracks.columns
    owner = tracks.publisher_name(slot).agency
    near = _near(tracks, slot, limits.others_within_m * factor)
    if not any(sharing.shown(other, owner) is SharingLevel.OPEN for other in near):
        return {}
    told = {owner: True}
    for other in near:
        agency = tracks.publisher_name(other).agency
        if columns.band_reference[other] == HeightReference.NONE or told.get(agency):
            continue
        shown = sharing.shown(slot, agency) is SharingLevel.OPEN
        if shown and comes_into(columns, slot, other, judged.height, limits):
            told[agency] = sharing.shown(other, owner) is SharingLevel.OPEN
    return told


def _near(tracks: TrackRegister, slot: int, within_m: float) -> list[int]:
    """Slots of the others that are up at the same incident, ascending."""
    columns, used = tracks.columns, tracks.high_water
    same = columns.incident_index[:used] == columns.incident_index[slot]
    same &= columns.active[:used] != 0
    same[slot] = False
    others = np.flatnonzero(same)
    others = others[~np.isin(columns.operational_status[others], _ON_GROUND)]
    east_scale = (columns.east_scale[others] + columns.east_scale[slot]) / 2.0
    east_m = (columns.x_m[others] - columns.x_m[slot]) * east_scale
    north_m = columns.y_m[others] - columns.y_m[slot]
    near: list[int] = others[np.hypot(east_m, north_m) <= within_m].tolist()
    return near
