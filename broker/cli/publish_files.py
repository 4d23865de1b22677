"""Reading position reports from a file: JSON, JSON lines, an aircraft.json, or CSV.

Parsing returns reports *and* refusals: one bad record never loses its file. A record is named by
its place in the file, so that a refusal of the broker can be found again.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import ParseDict, ParseError

from adapters.adsb.report import Reporter
from adapters.model import Document
from adapters.readsb.decode import file_time_us
from adapters.readsb.report import decoder
from broker.cli.problems import Problem
from keepclear.v1.tracks_pb2 import AircraftDescription, TrackReport

FILE_BYTES_MAX: Final = 64_000_000
RECORDS_MAX: Final = 500_000

_Fields: TypeAlias = Mapping[str, FieldDescriptor]
# protobuf's own types name the same descriptors twice, in Python and in C.
_SINGLE_FIELDS: Final[_Fields] = TrackReport.DESCRIPTOR.fields_by_name  # type: ignore[assignment]
_DESCRIPTION_FIELDS: Final[_Fields] = AircraftDescription.DESCRIPTOR.fields_by_name  # type: ignore[assignment]
_COLUMNS: Final = (frozenset(_SINGLE_FIELDS) - {"description"}) | frozenset(_DESCRIPTION_FIELDS)


@dataclass(frozen=True, slots=True)
class Placed:
    """One report and where it stood: `line 12`, `record 3`."""

    place: str
    report: TrackReport


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One record that was not published or not accepted: where, which field, why."""

    place: str
    field: str
    reason: str


Record = Placed | RefusedRecord


@dataclass(frozen=True, slots=True)
class ReportFile:
    """What a file held, in its order."""

    reports: tuple[Placed, ...]
    refusals: tuple[RefusedRecord, ...]


def read_reports(data: bytes) -> ReportFile:
    """Every report of a file; raises Problem where nothing in it can be read."""
    if len(data) > FILE_BYTES_MAX:
        raise Problem(f"the file is over {FILE_BYTES_MAX // 1_000_000} MB", "publish it in parts")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(f"the file is not UTF-8 text (byte {error.start})", _FORMATS) from None
    if not text.strip():
        raise Problem("the file is empty", _FORMATS)
    records = _json_records(text) if text.lstrip()[0] in "{[" else _csv_records(text)
    reports: list[Placed] = []
    refusals: list[RefusedRecord] = []
    for count, record in enumerate(records):
        if count >= RECORDS_MAX:
            raise Problem(f"the file holds over {RECORDS_MAX:,} records", "publish it in parts")
        if isinstance(record, Placed):
            reports.append(record)
        else:
            refusals.append(record)
    if not reports and not refusals:
        raise Problem("the file holds no reports", _FORMATS)
    return ReportFile(tuple(reports), tuple(refusals))


_FORMATS: Final = (
    "give TrackReport or PublishTracksRequest as JSON or JSON lines, an aircraft.json, "
    "or CSV with the contract's field names as its header"
)


def _json_records(text: str) -> Iterator[Record]:
    try:
        document = json.loads(text)
    except RecursionError:
        raise Problem("the JSON is nested too deeply", _FORMATS) from None
    except ValueError as whole_error:
        yield from _json_lines(text, whole_error)
        return
    yield from _from_document(document, "record")


def _json_lines(text: str, whole_error: ValueError) -> Iterator[Record]:
    """One document a line. A file without a single good line was not meant as lines."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    records: list[Record] = []
    any_good = False
    for number, line in lines:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as error:
            records.append(RefusedRecord(f"line {number}", "", f"not JSON: {error}"))
        else:
            any_good = True
            records += _from_document(document, f"line {number}")
    if not any_good:
        raise Problem(f"the file is not JSON: {whole_error}", _FORMATS)
    yield from records


def _from_document(document: object, place: str) -> Iterator[Record]:
    """The reports of one JSON document, whichever of the known shapes it has."""
    match document:
        case {"aircraft": list()}:
            yield from _aircraft_json(document, place)
        case {"reports": list(reports)}:
            for index, report in enumerate(reports, 1):
                yield _report(report, f"{place} {index}")
        case list():
            for index, item in enumerate(document, 1):
                yield from _from_document(item, f"{place} {index}")
        case _:
            yield _report(document, place)


def _aircraft_json(document: object, place: str) -> Iterator[Record]:
    data = json.dumps(document).encode()
    # As if received at the time it was written: how old that is now is for the pacing to judge.
    decoded = decoder(Reporter())(Document(data, file_time_us(data) or 0))
    for refusal in decoded.refusals:
        yield RefusedRecord(place, refusal.field, refusal.reason)
    for report in decoded.reports:
        yield Placed(f"{place} aircraft {report.source_track_id}", report)


def _report(values: object, place: str) -> Record:
    if not isinstance(values, dict):
        return RefusedRecord(place, "", "not an object of TrackReport fields")
    try:
        return Placed(place, ParseDict(values, TrackReport()))
    except (ParseError, RecursionError) as error:
        # What follows the first line lists every field in another spelling than the contract's.
        return RefusedRecord(place, "", str(error).split("\n", 1)[0].rstrip("."))


def _csv_records(text: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text))
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(header)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _csv_record(header, cells, f"line {reader.line_num}")
    except csv.Error as error:
        raise Problem(f"line {reader.line_num} is not CSV: {error}", _FORMATS) from None


def _check_header(header: list[str]) -> None:
    names = [name.removeprefix("description.") for name in header]
    if "source_track_id" not in names:
        raise Problem("the file is neither JSON nor CSV with a source_track_id column", _FORMATS)
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown:
        raise Problem(f"unknown CSV columns: {', '.join(unknown)}", "use the contract's names")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise Problem(f"CSV columns given twice: {', '.join(repeated)}", "leave one of each")


def _csv_record(header: list[str], cells: list[str], place: str) -> Record:
    """An empty cell is a field that is not set, never zero."""
    if len(cells) != len(header):
        return RefusedRecord(place, "", f"{len(cells)} cells for {len(header)} columns")
    values: dict[str, object] = {}
    description: dict[str, object] = {}
    for column, cell in zip(header, cells, strict=True):
        if not cell.strip():
            continue
        name = column.removeprefix("description.")
        if name in _SINGLE_FIELDS:
            values[name] = _cell(_SINGLE_FIELDS[name], cell.strip())
        else:
            description[name] = _cell(_DESCRIPTION_FIELDS[name], cell.strip())
    if description:
        values["description"] = description
    return _report(values, place)


def _cell(field: FieldDescriptor, text: str) -> str:
    """Enums may be written short: `drone` for AIRCRAFT_CLASS_DRONE."""
    enum = field.enum_type
    if enum is None:
        return text
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    short = prefix + text.upper().replace(" ", "_").replace("-", "_")
    return short if short in enum.values_by_name else text
