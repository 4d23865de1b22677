"""Taking reports into rows: the filter's estimate, and beside it what was said."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.tracks.filter import take_reports
from broker.core.tracks.filter_columns import (
    FilterColumns,
    FilterSettings,
    filter_columns,
    unfiltered,
)
from broker.core.tracks.reports import ReportBatch
from broker.core.tracks.table import TrackColumns
from broker.core.tracks.writing import (
    TRUSTED_BY_SOURCE,
    Written,
    measured_by,
    said_by,
    write_rows,
    written_columns,
)


class _Arrays(NamedTuple):
    """A table's columns in the tuples that compiled calls take."""

    of: TrackColumns
    filtered: FilterColumns
    written: Written


class ReportTaker:
    """Filters by the settings that are in force, and keeps what compiled calls need of a table."""

    def __init__(self, settings: FilterSettings | None = None) -> None:
        """Without `settings` positions and velocities stand as they were reported."""
        self.settings = settings or unfiltered()
        self._known_arrays: _Arrays | None = None

    def take(
        self,
        columns: TrackColumns,
        batch: ReportBatch,
        rows: NDArray[np.int64],
        slots: NDArray[np.int32],
        received_us: int,
        category_by_status: NDArray[np.int16],
    ) -> int:
        """Write rows of a batch, each slot once; returns how many of the tracks were stale.

        The tracks' classes must be in the table already. `category_by_status` has shape (classes,
        statuses).
        """
        said, table = said_by(batch, rows), self._arrays(columns)
        take_reports(table.filtered, measured_by(said), slots, self.settings)
        return write_rows(
            table.written, said, slots, received_us, category_by_status, TRUSTED_BY_SOURCE
        )

    def _arrays(self, columns: TrackColumns) -> _Arrays:
        """The columns as the compiled calls take them; a table keeps its arrays for life."""
        if self._known_arrays is None or self._known_arrays.of is not columns:
            self._known_arrays = _Arrays(columns, filter_columns(columns), written_columns(columns))
        return self._known_arrays
