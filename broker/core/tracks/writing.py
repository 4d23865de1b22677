"""Reports into the table's rows in one compiled call: for a single report, calls are the cost.

The same is written column by column in the tests, which hold the two to be equal.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.geodesy.frame import project
from broker.core.separation.jit import jit_brief
from broker.core.tracks.filter_columns import Measured
from broker.core.tracks.reports import RADIO_SOURCES, Codes, Floats, Ints, ReportBatch, ReportSource
from broker.core.tracks.table import TrackColumns

TRUSTED_BY_SOURCE: Final = np.array(
    [source not in RADIO_SOURCES for source in ReportSource], dtype=np.uint8
)


class Said(NamedTuple):
    """What n reports say, arrays (n,)."""

    time_of_validity_us: Ints
    latitude_deg: Floats
    longitude_deg: Floats
    vertical_doubt_m: Floats
    published_altitude_m: Floats
    altitude_datum: Codes
    height_m: Floats
    height_reference: Codes
    horizontal_accuracy_m: Floats
    vertical_accuracy_m: Floats
    velocity_accuracy_mps: Floats
    vertical_speed_accuracy_mps: Floats
    operational_status: Codes
    source: Codes
    altitude_hae_m: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    vertical_speed_mps: Floats


class Written(NamedTuple):
    """The table's columns that are written here, (capacity,). The filter writes the others."""

    time_of_validity_us: Ints
    latitude_deg: Floats
    longitude_deg: Floats
    vertical_doubt_m: Floats
    published_altitude_m: Floats
    altitude_datum: Codes
    height_m: Floats
    height_reference: Codes
    horizontal_accuracy_m: Floats
    vertical_accuracy_m: Floats
    velocity_accuracy_mps: Floats
    vertical_speed_accuracy_mps: Floats
    operational_status: Codes
    source: Codes
    reported_altitude_hae_m: Floats
    """As published: the filter's estimate stands beside it."""
    reported_velocity_east_mps: Floats
    reported_velocity_north_mps: Floats
    reported_vertical_speed_mps: Floats
    received_us: Ints
    report_count: Ints
    trusted: NDArray[np.uint8]
    category: NDArray[np.int16]
    aircraft_class: Codes
    state: Codes


def written_columns(columns: TrackColumns) -> Written:
    """The columns that are written, without copying."""
    return Written(*(getattr(columns, name) for name in Written._fields))


def said_by(batch: ReportBatch, rows: NDArray[np.int64]) -> Said:
    """These rows of a batch; the batch's own arrays where that is all of them, in their order."""
    if len(rows) == len(batch):
        return Said(*(np.ascontiguousarray(getattr(batch, name)) for name in Said._fields))
    return Said(*(getattr(batch, name)[rows] for name in Said._fields))


@jit_brief
def write_rows(
    table: Written,
    said: Said,
    slots: NDArray[np.int32],
    received_us: int,
    category_of: NDArray[np.int16],
    trusted_by_source: NDArray[np.uint8],
) -> int:
    """Write report k into slot k, each slot once; returns how many of the tracks were stale.

    The tracks' classes must be in the table already, and the filter must have run: it reads the
    time of the report before.
    """
    stale = 0
    for k in range(len(slots)):
        slot = slots[k]
        table.time_of_validity_us[slot] = said.time_of_validity_us[k]
        table.latitude_deg[slot] = said.latitude_deg[k]
        table.longitude_deg[slot] = said.longitude_deg[k]
        table.vertical_doubt_m[slot] = said.vertical_doubt_m[k]
        table.published_altitude_m[slot] = said.published_altitude_m[k]
        table.altitude_datum[slot] = said.altitude_datum[k]
        table.height_m[slot] = said.height_m[k]
        table.height_reference[slot] = said.height_reference[k]
        table.horizontal_accuracy_m[slot] = said.horizontal_accuracy_m[k]
        table.vertical_accuracy_m[slot] = said.vertical_accuracy_m[k]
        table.velocity_accuracy_mps[slot] = said.velocity_accuracy_mps[k]
        table.vertical_speed_accuracy_mps[slot] = said.vertical_speed_accuracy_mps[k]
        table.operational_status[slot] = said.operational_status[k]
        table.source[slot] = said.source[k]
        table.reported_altitude_hae_m[slot] = said.altitude_hae_m[k]
        table.reported_velocity_east_mps[slot] = said.velocity_east_mps[k]
        table.reported_velocity_north_mps[slot] = said.velocity_north_mps[k]
        table.reported_vertical_speed_mps[slot] = said.vertical_speed_mps[k]
        table.received_us[slot] = received_us
        table.report_count[slot] += 1
        table.trusted[slot] = trusted_by_source[said.source[k]]
        kind, status = table.aircraft_class[slot], said.operational_status[k]
        table.category[slot] = category_of[kind, status]
        stale += table.state[slot] != 0
    return stale


def measured_by(said: Said) -> Measured:
    """What the filter takes of these reports."""
    x_m, y_m, east_scale = project(said.latitude_deg, said.longitude_deg)
    return Measured(
        time_of_validity_us=said.time_of_validity_us,
        x_m=x_m,
        y_m=y_m,
        east_scale=east_scale,
        altitude_hae_m=said.altitude_hae_m,
        velocity_east_mps=said.velocity_east_mps,
        velocity_north_mps=said.velocity_north_mps,
        vertical_speed_mps=said.vertical_speed_mps,
        horizontal_accuracy_m=said.horizontal_accuracy_m,
        velocity_accuracy_mps=said.velocity_accuracy_mps,
        vertical_accuracy_m=said.vertical_accuracy_m,
        vertical_speed_accuracy_mps=said.vertical_speed_accuracy_mps,
    )
