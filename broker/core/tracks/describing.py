"""What follows from an aircraft's description in the columns: class, incident, allotted band."""

from typing import Final

from broker.core.tracks.interning import Interned
from broker.core.tracks.reports import AircraftDescription, HeightBand, HeightReference
from broker.core.tracks.table import TrackColumns

INCIDENTS_MAX: Final = 50_000
"""Incident ids ever seen; beyond it an aircraft counts as on no incident: the wider minima."""

NO_BAND: Final = HeightBand(0.0, 0.0, HeightReference.NONE)
"""In the columns of an aircraft that has been allotted none."""


def write_description(
    columns: TrackColumns, slot: int, description: AircraftDescription, incidents: Interned[str]
) -> None:
    """Give a row what its track's description says; `incidents` are all that were ever seen."""
    columns.aircraft_class[slot] = description.aircraft_class
    incident = _index_of(description.incident_id, incidents)
    columns.incident_index[slot] = columns.minima_incident[slot] = incident
    band = description.allotted_band or NO_BAND
    columns.band_reference[slot] = band.reference
    columns.band_lower_m[slot] = band.lower_m
    columns.band_upper_m[slot] = band.upper_m


def _index_of(incident_id: str, incidents: Interned[str]) -> int:
    full = len(incidents) >= INCIDENTS_MAX and incidents.index(incident_id) is None
    return -1 if full or not incident_id else incidents.intern(incident_id)
