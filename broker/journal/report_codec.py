"""Report batches to payloads and back: columns as they lie in memory, then the text as JSON.

Layout, little-endian: header (rows, length of the JSON, receipt time), one int64 column, 13
float64 columns, four int8 columns, JSON. The floats are copied bit for bit, NaN included: "not
given" must come back as "not given". The order of columns is pinned here and not taken from the
core, whose order may change without a thought for logs already written.
"""

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.commands import SubmitReports
from broker.core.names import SystemName
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    HeightBand,
    HeightReference,
    PathPoint,
    ReportBatch,
)
from broker.journal.canonical import Fields, as_list, as_number, as_text, as_whole, to_bytes
from broker.journal.errors import RecordUnreadable

_HEADER: Final = struct.Struct("<IIq")
FLOAT_COLUMNS: Final = (
    "latitude_deg",
    "longitude_deg",
    "altitude_hae_m",
    "vertical_doubt_m",
    "published_altitude_m",
    "height_m",
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
    "horizontal_accuracy_m",
    "vertical_accuracy_m",
    "velocity_accuracy_mps",
    "vertical_speed_accuracy_mps",
)
CODE_COLUMNS: Final = ("altitude_datum", "height_reference", "operational_status", "source")
_BYTES_PER_ROW: Final = 8 + 8 * len(FLOAT_COLUMNS) + len(CODE_COLUMNS)


def encode(command: SubmitReports) -> bytes:
    """Return the payload of a report batch."""
    batch = command.batch
    text = to_bytes(
        {
            "agency": batch.publisher.agency,
            "batch_id": batch.batch_id,
            "descriptions": [
                [row, _description_to_json(batch.descriptions[row])]
                for row in sorted(batch.descriptions)
            ],
            "system": batch.publisher.system,
            "track_ids": batch.source_track_ids,
        }
    )
    parts = [_HEADER.pack(len(batch), len(text), command.received_us)]
    parts.append(batch.time_of_validity_us.astype("<i8", copy=False).tobytes())
    parts.extend(getattr(batch, name).astype("<f8", copy=False).tobytes() for name in FLOAT_COLUMNS)
    parts.extend(getattr(batch, name).astype("<i1", copy=False).tobytes() for name in CODE_COLUMNS)
    parts.append(text)
    return b"".join(parts)


def decode(payload: bytes) -> SubmitReports:
    """Return the report batch; its arrays are writable and of native byte order."""
    if len(payload) < _HEADER.size:
        raise RecordUnreadable("report batch: shorter than its header")
    rows, text_bytes, received_us = _HEADER.unpack_from(payload)
    text_at = _HEADER.size + rows * _BYTES_PER_ROW
    if len(payload) != text_at + text_bytes:
        raise RecordUnreadable(f"report batch: {len(payload)} bytes do not fit {rows} rows")
    times, floats, codes = _columns(memoryview(payload)[_HEADER.size : text_at], rows)
    fields = Fields.parse(payload[text_at:])
    track_ids = tuple(as_text(item) for item in fields.items("track_ids"))
    if len(track_ids) != rows:
        raise RecordUnreadable(f"report batch: {len(track_ids)} track ids for {rows} rows")
    batch = ReportBatch(
        publisher=SystemName(fields.text("agency"), fields.text("system")),
        batch_id=fields.text("batch_id"),
        source_track_ids=track_ids,
        time_of_validity_us=times,
        latitude_deg=floats[0],
        longitude_deg=floats[1],
        altitude_hae_m=floats[2],
        vertical_doubt_m=floats[3],
        published_altitude_m=floats[4],
        height_m=floats[5],
        velocity_east_mps=floats[6],
        velocity_north_mps=floats[7],
        vertical_speed_mps=floats[8],
        horizontal_accuracy_m=floats[9],
        vertical_accuracy_m=floats[10],
        velocity_accuracy_mps=floats[11],
        vertical_speed_accuracy_mps=floats[12],
        altitude_datum=codes[0],
        height_reference=codes[1],
        operational_status=codes[2],
        source=codes[3],
        descriptions=dict(_description_entry(item) for item in fields.items("descriptions")),
    )
    return SubmitReports(batch, received_us)


def _columns(
    stored: memoryview, rows: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]:
    """Times (n,), floats (columns, n) and codes (columns, n), in one copy for all.

    The engine's kernels are compiled for writable arrays.
    """
    columns = bytearray(stored)
    times = np.frombuffer(columns, "<i8", rows).astype(np.int64, copy=False)
    floats = np.frombuffer(columns, "<f8", rows * len(FLOAT_COLUMNS), rows * 8)
    floats = floats.astype(np.float64, copy=False).reshape(len(FLOAT_COLUMNS), rows)
    codes_at = rows * 8 * (1 + len(FLOAT_COLUMNS))
    codes = np.frombuffer(columns, np.int8, rows * len(CODE_COLUMNS), codes_at)
    return times, floats, codes.reshape(len(CODE_COLUMNS), rows)


def _description_to_json(description: AircraftDescription) -> dict[str, object]:
    words: dict[str, object] = {
        "aircraft_class": int(description.aircraft_class),
        "callsign": description.callsign,
        "duty_contact": description.duty_contact,
        "flight_id": description.flight_id,
        "icao_address": description.icao_address,
        "incident_id": description.incident_id,
        "registration": description.registration,
        "talkgroup": description.talkgroup,
    }
    # Written only where there is one: batches without keep the bytes they always had.
    if description.serial_number:
        words |= {"serial_number": description.serial_number}
    if description.allotted_band is not None:
        band = description.allotted_band
        words |= {"band": [band.lower_m, band.upper_m, int(band.reference)]}
    if not description.planned_path:
        return words
    path = [
        [one.latitude_deg, one.longitude_deg, one.altitude_m, int(one.altitude_datum)]
        for one in description.planned_path
    ]
    return words | {"path": path, "path_stated_us": description.planned_path_stated_us}


def _description_entry(item: object) -> tuple[int, AircraftDescription]:
    entry = as_list(item)
    if len(entry) != 2:
        raise RecordUnreadable("report batch: a description is a row and an object")
    fields = Fields(entry[1])
    return as_whole(entry[0]), AircraftDescription(
        aircraft_class=AircraftClass(fields.whole("aircraft_class")),
        registration=fields.text("registration"),
        icao_address=fields.text("icao_address"),
        callsign=fields.text("callsign"),
        flight_id=fields.text("flight_id"),
        incident_id=fields.text("incident_id"),
        duty_contact=fields.text("duty_contact"),
        talkgroup=fields.text("talkgroup"),
        serial_number=fields.text("serial_number") if fields.has("serial_number") else "",
        planned_path=tuple(_path_point(item) for item in _optional_items(fields, "path")),
        planned_path_stated_us=fields.whole("path_stated_us") if fields.has("path") else 0,
        allotted_band=_band(fields.items("band")) if fields.has("band") else None,
    )


def _optional_items(fields: Fields, key: str) -> list[object]:
    return fields.items(key) if fields.has(key) else []


def _band(entry: list[object]) -> HeightBand:
    if len(entry) != 3:
        raise RecordUnreadable("report batch: a height band has three values")
    lower_m, upper_m, reference = entry
    return HeightBand(as_number(lower_m), as_number(upper_m), HeightReference(as_whole(reference)))


def _path_point(item: object) -> PathPoint:
    entry = as_list(item)
    if len(entry) != 4:
        raise RecordUnreadable("report batch: a point of a path has four values")
    altitude_m = None if entry[2] is None else as_number(entry[2])
    datum = AltitudeDatum(as_whole(entry[3]))
    return PathPoint(as_number(entry[0]), as_number(entry[1]), altitude_m, datum)
