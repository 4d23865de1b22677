"""Which part of the sky a thing that is told is about, as a box, for readers confined to a zone.

A box errs on the large side: who looks after a zone rather hears of something beside it. Of a
covert aircraft it is its volume's: a reader chooses its area, and would find the aircraft by that.
"""

import math
from collections.abc import Iterable
from typing import Final

from broker.core.alerts import Alert
from broker.core.geodesy.ground import DegreeBox
from broker.core.sharing.hidden import HiddenFlights
from broker.core.sharing.keep_clear import (
    METRES_PER_DEGREE,
    Box,
    KeepClearVolume,
    box_of,
    cell_of,
)
from broker.core.sharing.roles import Zone
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.register import TrackRegister

AHEAD_S: Final = 60.0
"""An alert is about where its aircraft get to within this: the longest look-ahead of the policy."""


def extent_of_alert(alert: Alert, tracks: TrackRegister, hidden: HiddenFlights) -> Zone | None:
    """Round its aircraft and where their courses take them; None once they are all gone."""
    boxes = []
    for one in (alert, *alert.members):
        for number in (one.track_a, one.track_b):
            slot = tracks.slot_of_number.get(number)
            if slot is None:
                continue
            is_covert = hidden.sharing.level(slot) is SharingLevel.COVERT
            boxes.append(_of_covert(tracks, slot, hidden) if is_covert else _reached(tracks, slot))
    return around(boxes)


def extent_of_volume(volume: KeepClearVolume) -> Zone:
    """The volume's own box."""
    return _zone(volume.box)


def around(boxes: Iterable[Zone | DegreeBox]) -> Zone | None:
    """The box round all of these; None round none."""
    given = list(boxes)
    if not given:
        return None
    return Zone(
        min(one.south_deg for one in given),
        min(one.west_deg for one in given),
        max(one.north_deg for one in given),
        max(one.east_deg for one in given),
    )


def _zone(box: Box) -> Zone:
    return Zone(box.south_deg, box.west_deg, box.north_deg, box.east_deg)


def _of_covert(tracks: TrackRegister, slot: int, hidden: HiddenFlights) -> Zone:
    """Its volume, or what would be its volume if it had one."""
    columns = tracks.columns
    volume = hidden.volumes.of_number(int(columns.track_number[slot]))
    if volume is not None:
        return _zone(volume.box)
    cell = cell_of(float(columns.latitude_deg[slot]), float(columns.longitude_deg[slot]))
    return _zone(box_of(*cell, None))


def _reached(tracks: TrackRegister, slot: int) -> Zone:
    """From where a track is to where it is in AHEAD_S on its course, if that is known."""
    columns = tracks.columns
    latitude_deg, longitude_deg = (
        float(columns.latitude_deg[slot]),
        float(columns.longitude_deg[slot]),
    )
    north_m = AHEAD_S * float(columns.velocity_north_mps[slot])
    east_m = AHEAD_S * float(columns.velocity_east_mps[slot])
    if math.isnan(north_m) or math.isnan(east_m):
        north_m = east_m = 0.0
    then_north_deg = latitude_deg + north_m / METRES_PER_DEGREE
    east_scale = METRES_PER_DEGREE * math.cos(math.radians(latitude_deg))
    then_east_deg = longitude_deg + east_m / east_scale
    return Zone(
        min(latitude_deg, then_north_deg),
        min(longitude_deg, then_east_deg),
        max(latitude_deg, then_north_deg),
        max(longitude_deg, then_east_deg),
    )
