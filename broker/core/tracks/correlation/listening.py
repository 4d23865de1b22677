"""Reports of tracks that several publishers hear: which of them move the row, and which part."""

import math
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant
from broker.core.geodesy.frame import project
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.correlation.hearing import Hearing, SharedTrack
from broker.core.tracks.correlation.looking import velocity_or_zero
from broker.core.tracks.register import Slots
from broker.core.tracks.reports import AircraftDescription, ReportBatch
from broker.core.units import SECOND_US

PARTED_M: Final = 150.0
PARTED_AFTER_US: Final = 6 * SECOND_US
"""Reports so far from the track, for so long, are of another aircraft."""


@dataclass(slots=True)
class Heard:
    """What is to become of the rows of one publisher's batch, n rows."""

    batch: ReportBatch
    """With the words of the joined track where a hearing gave some."""
    leads: NDArray[np.bool_]
    """Rows that move their track."""
    late: NDArray[np.bool_]
    """Rows no newer than the same publisher's last: refused."""
    parting: list[tuple[int, Hearing]] = field(default_factory=list)
    """Hearings that have told of another place for too long, by slot."""


def listen(
    correlator: Correlator, batch: ReportBatch, rows: NDArray[np.int64], slots: Slots, now_us: int
) -> Heard:
    """Sort the rows; those of tracks that nobody else hears are left as they are."""
    heard = Heard(batch, np.ones(len(rows), np.bool_), np.zeros(len(rows), np.bool_))
    register = correlator.register
    columns = register.columns
    publisher = register.ids.open_publisher(batch.publisher)
    places = np.flatnonzero(columns.shared[slots])
    x_m, y_m, _ = project(batch.latitude_deg[rows[places]], batch.longitude_deg[rows[places]])
    words: dict[int, AircraftDescription] = {}
    for number, place in enumerate(places.tolist()):
        row, slot = int(rows[place]), int(slots[place])
        shared = correlator.hearers.shared[slot]
        hearing = shared.find((publisher, batch.source_track_ids[row]))
        if hearing is None:
            raise BrokenInvariant(f"slot {slot} is shared, but not with {batch.publisher}")
        time_us = int(batch.time_of_validity_us[row])
        if time_us <= hearing.time_us:
            heard.leads[place], heard.late[place] = False, True
            continue
        accuracy_m = float(batch.horizontal_accuracy_m[row])
        at = float(x_m[number]), float(y_m[number])
        hearing.heard(time_us, *at, accuracy_m, int(batch.source[row]))
        if row in batch.descriptions:
            if hearing.description != batch.descriptions[row]:
                hearing.description = batch.descriptions[row]
                correlator.settle(slot, now_us)
            words[row] = register.descriptions[slot]
        if _is_apart(correlator, shared, hearing, slot):
            heard.parting.append((slot, hearing))
        heard.leads[place] = _leads(correlator, shared, hearing, slot)
    if words:
        heard.batch = replace(batch, descriptions={**batch.descriptions, **words})
    return heard


def _leads(correlator: Correlator, shared: SharedTrack, hearing: Hearing, slot: int) -> bool:
    """Whether the hearing's newest report moves the row: never back in time."""
    if hearing.apart_since_us and hearing.handle != shared.lead:
        return False
    shown_us = int(correlator.register.columns.time_of_validity_us[slot])
    return shared.takes_lead(hearing) and hearing.time_us > shown_us


def _is_apart(correlator: Correlator, shared: SharedTrack, hearing: Hearing, slot: int) -> bool:
    """Whether this hearing has been too far from the leading one for too long."""
    if hearing.handle == shared.lead:
        hearing.apart_since_us = 0
        return False
    columns = correlator.register.columns
    gap_s = (hearing.time_us - int(columns.time_of_validity_us[slot])) / SECOND_US
    east_mps, north_mps = velocity_or_zero(correlator.register, slot)
    scale = float(columns.east_scale[slot])
    east_m = (hearing.x_m - float(columns.x_m[slot])) * scale - east_mps * gap_s
    north_m = hearing.y_m - float(columns.y_m[slot]) - north_mps * gap_s
    lead = shared.find(shared.lead) or hearing
    accuracy_m = math.hypot(hearing.stated_accuracy_m(), lead.stated_accuracy_m())
    drift_m = math.hypot(east_mps, north_mps) * abs(gap_s)
    if math.hypot(east_m, north_m) <= PARTED_M + accuracy_m + drift_m:
        hearing.apart_since_us = 0
        return False
    hearing.apart_since_us = hearing.apart_since_us or hearing.time_us
    return hearing.time_us - hearing.apart_since_us >= PARTED_AFTER_US
