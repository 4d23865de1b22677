"""The compiled writing leaves the table as writing column by column does."""

import math
from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from broker.core.tracks.reports import FLOAT_COLUMNS, RADIO_SOURCES, ReportBatch, ReportSource
from broker.core.tracks.table import TrackColumns, empty_columns
from broker.core.tracks.writing import (
    TRUSTED_BY_SOURCE,
    Said,
    said_by,
    write_rows,
    written_columns,
)
from tests.core.tracks.batches import NOW_US, batch

CAPACITY = 12
RECEIVED_US = NOW_US + 5
CATEGORIES = np.arange(30, dtype=np.int16).reshape(6, 5)
AS_REPORTED = (
    "altitude_hae_m",
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
)
numbers = st.floats(-1e6, 1e6) | st.just(math.nan)
rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(FLOAT_COLUMNS, numbers),
        "time_of_validity_us": st.integers(0, 2**55),
        "altitude_datum": st.integers(0, 3),
        "height_reference": st.integers(0, 2),
        "operational_status": st.integers(0, 4),
        "source": st.integers(0, 6),
    }
)


def by_column(
    columns: TrackColumns, one: ReportBatch, places: NDArray[np.int64], slots: NDArray[np.int32]
) -> int:
    """The simple version, on copies that NumPy makes."""
    for name in Said._fields:
        to = f"reported_{name}" if name in AS_REPORTED else name
        getattr(columns, to)[slots] = getattr(one, name)[places]
    columns.received_us[slots] = RECEIVED_US
    columns.report_count[slots] += 1
    trusted = [ReportSource(source) not in RADIO_SOURCES for source in one.source[places]]
    columns.trusted[slots] = trusted
    columns.category[slots] = CATEGORIES[
        columns.aircraft_class[slots], columns.operational_status[slots]
    ]
    return int(np.count_nonzero(columns.state[slots]))


def some_table(seed: int) -> TrackColumns:
    chance = np.random.default_rng(seed)
    columns = empty_columns(CAPACITY)
    for column in fields(TrackColumns):
        getattr(columns, column.name)[:] = chance.integers(0, 6, CAPACITY)
    columns.state[:] = chance.integers(0, 2, CAPACITY)
    return columns


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=8), st.integers(0, 1_000), st.data())
def test_rows_are_written_as_column_by_column(
    made: list[dict[str, float]], seed: int, data: st.DataObject
) -> None:
    # REQ-TRK-002
    one = batch(*made)
    chosen = data.draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made)))
    places = np.flatnonzero(chosen)
    slots = np.random.default_rng(seed).permutation(CAPACITY)[: len(places)].astype(np.int32)
    ours, simple = some_table(seed), some_table(seed)
    stale = write_rows(
        written_columns(ours),
        said_by(one, places),
        slots,
        RECEIVED_US,
        CATEGORIES,
        TRUSTED_BY_SOURCE,
    )
    assert stale == by_column(simple, one, places, slots)
    for column in fields(TrackColumns):
        left, right = getattr(ours, column.name), getattr(simple, column.name)
        np.testing.assert_array_equal(left, right, err_msg=column.name)


def test_columns_of_any_layout_are_taken() -> None:
    one = batch(*[{"latitude_deg": 51.0 + place} for place in range(4)])
    strided = np.repeat(one.latitude_deg, 2)[::2]
    object.__setattr__(one, "latitude_deg", strided)
    assert said_by(one, np.arange(4)).latitude_deg.flags.c_contiguous
