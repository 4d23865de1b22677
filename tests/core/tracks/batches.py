"""Made-up report batches for the tests of tracks and admission."""

import math
from typing import Any, Final

import numpy as np

from broker.core.names import SystemName
from broker.core.tracks.reports import (
    CODE_COLUMNS,
    FLOAT_COLUMNS,
    INT_COLUMNS,
    AircraftDescription,
    AltitudeDatum,
    ReportBatch,
)
from broker.core.tracks.table import COLUMN_TYPES
from broker.core.units import SECOND_US

NOW_US: Final = 1_900_000_000 * SECOND_US
PUBLISHER: Final = SystemName("met-police", "tracker")
OTHER: Final = SystemName("lfb", "tracker")

SOUND: Final[dict[str, Any]] = {
    **dict.fromkeys(FLOAT_COLUMNS, math.nan),
    **dict.fromkeys(CODE_COLUMNS, 0),
    "source_track_id": "drone-1",
    "time_of_validity_us": NOW_US,
    "latitude_deg": 51.5,
    "longitude_deg": -0.12,
    "altitude_hae_m": 120.0,
    "vertical_doubt_m": 10.0,
    "published_altitude_m": 74.0,
    "altitude_datum": AltitudeDatum.AMSL,
}


def batch(*rows: dict[str, Any], publisher: SystemName = PUBLISHER) -> ReportBatch:
    """One report a row: the given fields over a sound report; `description` may be given too."""
    whole = [{**SOUND, **row} for row in rows]
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in whole], dtype=COLUMN_TYPES.get(name, np.float64))
        for name in (*INT_COLUMNS, *FLOAT_COLUMNS, *CODE_COLUMNS)
    }
    descriptions: dict[int, AircraftDescription] = {
        place: row["description"] for place, row in enumerate(whole) if "description" in row
    }
    ids = tuple(str(row["source_track_id"]) for row in whole)
    return ReportBatch(
        publisher=publisher,
        batch_id="batch",
        source_track_ids=ids,
        descriptions=descriptions,
        **columns,
    )


def at(seconds: float, track: str = "drone-1", **fields: Any) -> dict[str, Any]:
    """A sound report of `track`, valid so many seconds after NOW_US."""
    time_us = NOW_US + round(seconds * SECOND_US)
    return {"source_track_id": track, "time_of_validity_us": time_us, **fields}
