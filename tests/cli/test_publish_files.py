"""Reading files: every format, and a refusal for each bad record instead of a lost file."""

import json

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st

from broker.cli import publish_files
from broker.cli.problems import Problem
from broker.cli.publish_files import RefusedRecord, ReportFile, read_reports
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import TrackReport

REPORT = {"source_track_id": "a", "time_of_validity_us": 1_000_000, "latitude_deg": 51.5}


def read(value: object) -> ReportFile:
    return read_reports(json.dumps(value).encode())


reports = st.builds(
    TrackReport,
    source_track_id=st.text(min_size=1, max_size=8),
    time_of_validity_us=st.integers(0, 2**53),
    latitude_deg=st.floats(-90, 90),
    altitude_m=st.none() | st.floats(-500, 30_000),
    altitude_datum=st.sampled_from([1, 2, 3]),
)


@given(st.lists(reports, min_size=1, max_size=5), st.booleans())
def test_the_json_mapping_is_read_back_in_every_arrangement(
    sent: list[TrackReport], snake_case: bool
) -> None:
    values = [MessageToDict(one, preserving_proto_field_name=snake_case) for one in sent]
    arrangements = [
        json.dumps(values),
        json.dumps(values, indent=2),
        json.dumps({"batchId": "x", "reports": values}),
        "\n".join(json.dumps(value) for value in values),
        "\n\n".join(json.dumps({"reports": [value]}) for value in values),
    ]
    for text in arrangements:
        file = read_reports(text.encode())
        assert [placed.report for placed in file.reports] == sent
        assert not file.refusals


def test_a_single_report_and_a_byte_order_mark() -> None:
    file = read_reports(b"\xef\xbb\xbf" + json.dumps(REPORT).encode())
    assert file.reports[0].place == "record"


def test_one_bad_record_never_loses_the_others() -> None:
    file = read([REPORT, {"latitude": 5}, 7, REPORT | {"latitude_deg": "north"}, REPORT])
    assert [placed.place for placed in file.reports] == ["record 1", "record 5"]
    assert [refusal.place for refusal in file.refusals] == ["record 2", "record 3", "record 4"]
    assert file.refusals[0].reason.endswith('no field named "latitude" at "TrackReport"')
    assert file.refusals[1].reason == "not an object of TrackReport fields"


def test_a_bad_line_names_its_number() -> None:
    file = read_reports(f"{json.dumps(REPORT)}\n\n{{oops\n".encode())
    assert len(file.reports) == 1
    assert file.refusals[0].place == "line 3"
    assert file.refusals[0].reason.startswith("not JSON:")


def test_an_aircraft_json_is_read_by_its_adapter() -> None:
    good = {"hex": "400abc", "lat": 51.5, "lon": -0.1, "seen_pos": 1.0, "seen": 1.0}
    document = {"now": 1_700_000_000.0, "messages": 1, "aircraft": [good, {"hex": "400abd"}]}
    file = read(document)
    assert [one.report.description.icao_address for one in file.reports] == ["400abc"]
    assert file.reports[0].report.time_of_validity_us == 1_699_999_999_000_000
    assert "aircraft[1]" in file.refusals[0].field


def test_csv_with_the_contracts_names() -> None:
    text = (
        "source_track_id,time_of_validity_us,latitude_deg,longitude_deg,altitude_m,"
        "altitude_datum,aircraft_class,description.callsign\n"
        "d1,1700000000000000,51.5,-0.1,120.5,amsl,drone,MET-07\n"
        "\n"
        "d2,1700000000000000,51.5,-0.1,,,AIRCRAFT_CLASS_HELICOPTER,\n"
        "d3,soon,51.5,-0.1,,,,\n"
        "d4,1\n"
        "d5,1,1,1,1,sea,,\n"
    )
    file = read_reports(text.encode())
    first, second = (placed.report for placed in file.reports)
    assert first.altitude_datum == common_pb2.ALTITUDE_DATUM_AMSL
    assert first.description.aircraft_class == common_pb2.AIRCRAFT_CLASS_DRONE
    assert first.description.callsign == "MET-07"
    assert not second.HasField("altitude_m")  # absent is not zero
    assert second.description.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER
    assert [refusal.place for refusal in file.refusals] == ["line 5", "line 6", "line 7"]
    assert file.refusals[1] == RefusedRecord("line 6", "", "2 cells for 8 columns")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b"[]", "holds no reports"),
        (b"hello", "neither JSON nor CSV"),
        (b"source_track_id,lat\nx,1\n", "unknown CSV columns: lat"),
        (b"source_track_id,callsign,description.callsign\nx,1,2\n", "given twice: callsign"),
        (b"source_track_id\n", "holds no reports"),
        (b"[" * 100_000, "not JSON|nested too deeply"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, words: str) -> None:
    with pytest.raises(Problem, match=words) as caught:
        read_reports(data)
    assert caught.value.next_step


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish_files, "RECORDS_MAX", 2)
    with pytest.raises(Problem, match="over 2 records"):
        read([REPORT] * 3)
    monkeypatch.setattr(publish_files, "FILE_BYTES_MAX", 5)
    with pytest.raises(Problem, match="over 0 MB"):
        read([REPORT])


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_the_bytes_it_is_a_report_a_refusal_or_a_problem(data: bytes) -> None:
    try:
        file = read_reports(data)
    except Problem as problem:
        assert problem.message  # noqa: PT017
    else:
        assert file.reports or file.refusals
