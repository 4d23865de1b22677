"""What a description says in the columns: class, incident, allotted band."""

import pytest

from broker.core.tracks import describing
from broker.core.tracks.describing import write_description
from broker.core.tracks.interning import Interned
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
)
from broker.core.tracks.table import empty_columns


def test_another_description_leaves_nothing_of_the_one_before() -> None:
    columns, incidents = empty_columns(), Interned[str]()
    band = HeightBand(25.0, 45.0, HeightReference.TAKEOFF)
    first = AircraftDescription(AircraftClass.DRONE, incident_id="CAD-7", allotted_band=band)
    write_description(columns, 3, first, incidents)
    assert columns.aircraft_class[3] == AircraftClass.DRONE
    assert columns.incident_index[3] == columns.minima_incident[3] == 0
    assert columns.band_reference[3] == HeightReference.TAKEOFF
    assert (columns.band_lower_m[3], columns.band_upper_m[3]) == (25.0, 45.0)
    write_description(columns, 3, AircraftDescription(AircraftClass.HELICOPTER), incidents)
    assert columns.aircraft_class[3] == AircraftClass.HELICOPTER
    assert columns.incident_index[3] == columns.minima_incident[3] == -1
    assert columns.band_reference[3] == HeightReference.NONE
    assert (columns.band_lower_m[3], columns.band_upper_m[3]) == (0.0, 0.0)


def test_too_many_incidents_count_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "INCIDENTS_MAX", 1)
    columns, incidents = empty_columns(), Interned[str]()
    for slot, name in enumerate(("i-1", "i-2", "i-1")):
        write_description(columns, slot, AircraftDescription(incident_id=name), incidents)
    assert columns.incident_index[:3].tolist() == [0, -1, 0]
