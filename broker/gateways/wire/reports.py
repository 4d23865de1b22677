"""PublishTracksRequest -> columns. One bad record never loses its batch: rows come with faults.

A float that is given but is not a number would read as "not given" once it is NaN in a column, so
it is carried as infinity, which every range check of the core refuses by name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from broker.core.errors import Refusal, refuse
from broker.core.geodesy.datum import resolve_altitude
from broker.core.names import SystemName
from broker.core.tracks.reports import (
    DESCRIPTION_TEXT_LENGTH_MAX,
    REPORTS_PER_BATCH_MAX,
    SOURCE_TRACK_ID_LENGTH_MAX,
    AircraftClass,
    AircraftDescription,
    Floats,
    ReportBatch,
)
from broker.gateways.wire.enums import (
    AIRCRAFT_CLASS_CODES,
    ALTITUDE_DATUM_CODES,
    HEIGHT_REFERENCE_CODES,
    SOURCE_TO_CORE,
    STATUS_TO_CORE,
)
from keepclear.v1 import tracks_pb2

BATCH_ID_LENGTH_MAX: Final = 64
_NAN: Final = math.nan
_INFINITY: Final = math.inf
_OPTIONAL_FLOATS: Final = (
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
    "horizontal_accuracy_m",
    "vertical_accuracy_m",
    "velocity_accuracy_mps",
    "vertical_speed_accuracy_mps",
)

Report = tracks_pb2.TrackReport


@dataclass(frozen=True, slots=True)
class DecodedBatch:
    """Rows that could be read, where they stood in the request, and what could not be read."""

    batch: ReportBatch
    places: tuple[int, ...]
    """Row -> place in the request; () where every report became a row."""
    refusals: tuple[Refusal, ...]


def decode_batch(request: tracks_pb2.PublishTracksRequest, publisher: SystemName) -> DecodedBatch:
    """Read a request; refuses it whole only where its size or batch id breaks a limit."""
    if len(request.batch_id) > BATCH_ID_LENGTH_MAX:
        raise refuse("batch_id", f"must be at most {BATCH_ID_LENGTH_MAX} characters")
    if len(request.reports) > REPORTS_PER_BATCH_MAX:
        raise refuse("reports", f"at most {REPORTS_PER_BATCH_MAX} a batch: send several")
    reports: Sequence[Report] = list(request.reports)
    faults = {
        place: fault
        for place, report in enumerate(reports)
        if (fault := _unreadable(report)) is not None
    }
    places: tuple[int, ...] = ()
    if faults:
        places = tuple(place for place in range(len(reports)) if place not in faults)
        reports = [reports[place] for place in places]
    refusals = tuple(
        Refusal(f"reports[{place}].{field}", reason) for place, (field, reason) in faults.items()
    )
    return DecodedBatch(_columns(reports, publisher, request.batch_id), places, refusals)


def at_request_places(
    decoded: DecodedBatch, refusals: Sequence[tuple[int, Refusal]]
) -> list[Refusal]:
    """The core's refusals by row, named by their place in the request, with the unreadable ones."""
    if not decoded.refusals:
        return [refusal for _, refusal in refusals]
    moved = list(decoded.refusals)
    for row, refusal in refusals:
        field = refusal.field.removeprefix(f"reports[{row}]")
        moved.append(replace(refusal, field=f"reports[{decoded.places[row]}]{field}"))
    return moved


def _unreadable(report: Report) -> tuple[str, str] | None:
    """What keeps a report from becoming a row: its id, an unknown code, or its description."""
    source_track_id = report.source_track_id
    if not 1 <= len(source_track_id) <= SOURCE_TRACK_ID_LENGTH_MAX:
        return "source_track_id", f"must be 1 to {SOURCE_TRACK_ID_LENGTH_MAX} characters"
    if not source_track_id.isprintable():
        return "source_track_id", "must be printable characters"
    if not 0 <= report.altitude_datum < ALTITUDE_DATUM_CODES:
        return "altitude_datum", "is not a datum of this contract"
    if not 0 <= report.height_reference < HEIGHT_REFERENCE_CODES:
        return "height_reference", "is not a reference of this contract"
    if not 0 <= report.operational_status < len(STATUS_TO_CORE):
        return "operational_status", "is not a status of this contract"
    if not 0 <= report.source < len(SOURCE_TO_CORE):
        return "source", "is not a source of this contract"
    return _unreadable_description(report) if report.HasField("description") else None


def _unreadable_description(report: Report) -> tuple[str, str] | None:
    description = report.description
    if not 0 <= description.aircraft_class < AIRCRAFT_CLASS_CODES:
        return "description.aircraft_class", "is not a class of this contract"
    for name in AircraftDescription.__slots__:
        value = getattr(description, name)
        if name == "aircraft_class":
            continue
        if len(value) > DESCRIPTION_TEXT_LENGTH_MAX:
            return (
                f"description.{name}",
                f"must be at most {DESCRIPTION_TEXT_LENGTH_MAX} characters",
            )
        if not value.isprintable():
            return f"description.{name}", "must be printable characters"
    address = description.icao_address
    if address and (len(address) != 6 or any(c not in "0123456789abcdefABCDEF" for c in address)):
        return "description.icao_address", "must be six hexadecimal digits"
    return None


def _columns(reports: Sequence[Report], publisher: SystemName, batch_id: str) -> ReportBatch:
    optional = {name: _optional_column(reports, name) for name in _OPTIONAL_FLOATS}
    published_altitude_m = _optional_column(reports, "altitude_m")
    height_m = _optional_column(reports, "height_m")
    latitude_deg = np.array([report.latitude_deg for report in reports], dtype=np.float64)
    longitude_deg = np.array([report.longitude_deg for report in reports], dtype=np.float64)
    datum = np.array([report.altitude_datum for report in reports], dtype=np.int8)
    reference = np.array([report.height_reference for report in reports], dtype=np.int8)
    altitude_hae_m, vertical_doubt_m = resolve_altitude(
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        published_altitude_m=published_altitude_m,
        altitude_datum=datum,
        height_m=height_m,
        height_reference=reference,
        vertical_accuracy_m=optional["vertical_accuracy_m"],
    )
    return ReportBatch(
        publisher=publisher,
        batch_id=batch_id,
        source_track_ids=tuple([report.source_track_id for report in reports]),
        time_of_validity_us=np.array([r.time_of_validity_us for r in reports], dtype=np.int64),
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        altitude_hae_m=altitude_hae_m,
        vertical_doubt_m=vertical_doubt_m,
        published_altitude_m=published_altitude_m,
        altitude_datum=datum,
        height_m=height_m,
        height_reference=reference,
        operational_status=STATUS_TO_CORE[[report.operational_status for report in reports]],
        source=SOURCE_TO_CORE[[report.source for report in reports]],
        descriptions=_descriptions(reports),
        **optional,
    )


def _optional_column(reports: Sequence[Report], name: str) -> Floats:
    column = np.array(
        [getattr(report, name) if report.HasField(name) else None for report in reports],
        dtype=np.float64,
    )
    for row in np.flatnonzero(np.isnan(column)).tolist():
        if reports[row].HasField(name):
            column[row] = _INFINITY
    return column


def _descriptions(reports: Sequence[Report]) -> dict[int, AircraftDescription]:
    return {
        row: AircraftDescription(
            aircraft_class=AircraftClass(report.description.aircraft_class),
            registration=report.description.registration,
            icao_address=report.description.icao_address.lower(),
            callsign=report.description.callsign,
            flight_id=report.description.flight_id,
            incident_id=report.description.incident_id,
            duty_contact=report.description.duty_contact,
            talkgroup=report.description.talkgroup,
        )
        for row, report in enumerate(reports)
        if report.HasField("description")
    }
