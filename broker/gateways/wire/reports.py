"""PublishTracksRequest -> columns. One bad record never loses its batch: rows come with faults.

A float that is given but is not a number would read as "not given" once it is NaN in a column, so
it is carried as infinity, which every range check of the core refuses by name.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

import numpy as np

from broker.core.errors import Refusal, refuse
from broker.core.geodesy.datum import resolve_altitude
from broker.core.geodesy.ground import Ground
from broker.core.names import SystemName
from broker.core.tracks.reports import (
    DESCRIPTION_TEXT_LENGTH_MAX,
    DESCRIPTION_TEXTS,
    REPORTS_PER_BATCH_MAX,
    SOURCE_TRACK_ID_LENGTH_MAX,
    AircraftClass,
    AircraftDescription,
    Floats,
    ReportBatch,
)
from broker.gateways.wire.bands import decode_band, unreadable_band
from broker.gateways.wire.enums import (
    AIRCRAFT_CLASS_CODES,
    ALTITUDE_DATUM_CODES,
    HEIGHT_REFERENCE_CODES,
    SOURCE_TO_CORE,
    STATUS_TO_CORE,
)
from broker.gateways.wire.paths import decode_path, unreadable_path
from keepclear.v1 import tracks_pb2

BATCH_ID_LENGTH_MAX: Final = 64
_NAN: Final = math.nan
_INFINITY: Final = math.inf
_FLOATS: Final = (
    "latitude_deg",
    "longitude_deg",
    "altitude_m",
    "height_m",
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
    "horizontal_accuracy_m",
    "vertical_accuracy_m",
    "velocity_accuracy_mps",
    "vertical_speed_accuracy_mps",
)
_FIRST_OPTIONAL: Final = 2
_FLOATS_OF: Final = attrgetter(*_FLOATS)
_CODES_OF: Final = attrgetter("altitude_datum", "height_reference", "operational_status", "source")
_CODE_LIMITS: Final = np.array(
    [ALTITUDE_DATUM_CODES, HEIGHT_REFERENCE_CODES, len(STATUS_TO_CORE), len(SOURCE_TO_CORE)]
)

Report = tracks_pb2.TrackReport


@dataclass(frozen=True, slots=True)
class DecodedBatch:
    """Rows that could be read, where they stood in the request, and what could not be read."""

    batch: ReportBatch
    places: tuple[int, ...]
    """Row -> place in the request; () where every report became a row."""
    refusals: tuple[Refusal, ...]


def decode_batch(
    request: tracks_pb2.PublishTracksRequest, publisher: SystemName, ground: Ground
) -> DecodedBatch:
    """Read a request; refuses it whole only where its size or batch id breaks a limit.

    `ground` is what heights above it are taken over.
    """
    if len(request.batch_id) > BATCH_ID_LENGTH_MAX:
        raise refuse("batch_id", f"must be at most {BATCH_ID_LENGTH_MAX} characters")
    if len(request.reports) > REPORTS_PER_BATCH_MAX:
        raise refuse("reports", f"at most {REPORTS_PER_BATCH_MAX} a batch: send several")
    reports: Sequence[Report] = list(request.reports)
    faults = _faults(reports)
    places: tuple[int, ...] = ()
    if faults:
        places = tuple(place for place in range(len(reports)) if place not in faults)
        reports = [reports[place] for place in places]
    refusals = tuple(
        Refusal(f"reports[{place}].{field}", reason) for place, (field, reason) in faults.items()
    )
    return DecodedBatch(_columns(reports, publisher, request.batch_id, ground), places, refusals)


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


def _faults(reports: Sequence[Report]) -> dict[int, tuple[str, str]]:
    """Place -> what keeps that report from becoming a row; all columns are looked at together."""
    codes = np.array(list(map(_CODES_OF, reports)), dtype=np.int64).reshape(-1, len(_CODE_LIMITS))
    readable = bool(((codes >= 0) & (codes < _CODE_LIMITS)).all())
    for report in reports:
        text = report.source_track_id
        readable &= 1 <= len(text) <= SOURCE_TRACK_ID_LENGTH_MAX and text.isprintable()
        if report.HasField("description"):
            readable &= _unreadable_description(report) is None
    if readable:
        return {}
    return {
        place: fault
        for place, report in enumerate(reports)
        if (fault := _unreadable(report)) is not None
    }


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
    for name in DESCRIPTION_TEXTS:
        value = getattr(description, name)
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
    if description.HasField("allotted_band"):
        fault = unreadable_band(description)
        if fault is not None:
            return fault
    return unreadable_path(description) if description.planned_path else None


def _columns(
    reports: Sequence[Report], publisher: SystemName, batch_id: str, ground: Ground
) -> ReportBatch:
    floats = _float_columns(reports)
    codes = np.array(list(map(_CODES_OF, reports)), dtype=np.int64).reshape(-1, len(_CODE_LIMITS))
    datum, reference, status, source = codes.T
    altitude_hae_m, vertical_doubt_m = resolve_altitude(
        latitude_deg=floats["latitude_deg"],
        longitude_deg=floats["longitude_deg"],
        published_altitude_m=floats["altitude_m"],
        altitude_datum=datum.astype(np.int8),
        height_m=floats["height_m"],
        height_reference=reference.astype(np.int8),
        horizontal_accuracy_m=floats["horizontal_accuracy_m"],
        vertical_accuracy_m=floats["vertical_accuracy_m"],
        ground=ground,
    )
    return ReportBatch(
        publisher=publisher,
        batch_id=batch_id,
        source_track_ids=tuple([report.source_track_id for report in reports]),
        time_of_validity_us=np.array([r.time_of_validity_us for r in reports], dtype=np.int64),
        altitude_hae_m=altitude_hae_m,
        vertical_doubt_m=vertical_doubt_m,
        published_altitude_m=floats.pop("altitude_m"),
        altitude_datum=datum.astype(np.int8),
        height_reference=reference.astype(np.int8),
        operational_status=STATUS_TO_CORE[status],
        source=SOURCE_TO_CORE[source],
        descriptions=_descriptions(reports),
        **floats,
    )


def _float_columns(reports: Sequence[Report]) -> dict[str, Floats]:
    """Every float field as a column; NaN where an optional one is not given."""
    values = np.array(list(map(_FLOATS_OF, reports)), dtype=np.float64)
    values = np.ascontiguousarray(values.reshape(-1, len(_FLOATS)).T)
    given_nan = np.isnan(values[_FIRST_OPTIONAL:])
    if given_nan.any():
        values[_FIRST_OPTIONAL:][given_nan] = _INFINITY
    # Not given reads as zero, so only zeros have to be asked about.
    optional = values[_FIRST_OPTIONAL:]
    for column, row in np.argwhere(optional == 0.0).tolist():
        if not reports[row].HasField(_FLOATS[_FIRST_OPTIONAL + column]):
            optional[column, row] = _NAN
    return dict(zip(_FLOATS, values, strict=True))


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
            serial_number=report.description.serial_number,
            planned_path=decode_path(report.description.planned_path),
            planned_path_stated_us=report.description.planned_path_stated_us,
            allotted_band=decode_band(report.description),
        )
        for row, report in enumerate(reports)
        if report.HasField("description")
    }
