from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb.report import Reporter
from adapters.model import Decoded, Document
from adapters.sbs.decode import MAX_LINE_BYTES, SbsDecoder, recorded, written_time_us
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import TrackReport

NOW_US = 1_700_000_000_000_000


def line(kind: int = 3, **fields: object) -> bytes:
    """An SBS line; fields by name, the rest empty."""
    places = {
        "address": 4, "date": 6, "time": 7, "callsign": 10, "altitude": 11, "speed": 12,
        "track": 13, "lat": 14, "lon": 15, "rate": 16, "ground": 21,
    }  # fmt: skip
    made = ["MSG", str(kind), *[""] * 20]
    for name, value in {"address": "4009D1", **fields}.items():
        made[places[name]] = str(value)
    return ",".join(made).encode() + b"\r\n"


def decoded(*lines: bytes) -> Decoded:
    return SbsDecoder(Reporter())(Document(b"".join(lines), NOW_US))


def only(*lines: bytes) -> TrackReport:
    (report,) = decoded(*lines).reports
    return report


def test_what_several_lines_say_is_joined_by_address() -> None:
    report = only(
        line(1, callsign="UKP13   "),
        line(4, speed=100, track=90, rate=-640),
        line(3, altitude=1_000, lat=51.5, lon=-0.1),
    )
    assert (report.source_track_id, report.description.callsign) == ("4009d1", "UKP13")
    assert report.time_of_validity_us == NOW_US
    assert report.altitude_m == pytest.approx(304.8)
    assert report.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
    assert report.velocity_east_mps == pytest.approx(51.44, abs=0.01)
    assert report.vertical_speed_mps == pytest.approx(-3.2512)
    assert report.source == common_pb2.REPORT_SOURCE_ADSB


def test_other_aircraft_and_old_words_are_not_joined() -> None:
    decoder = SbsDecoder(Reporter())
    decoder(Document(line(4, speed=100, track=90) + line(4, address="400000", speed=5), NOW_US))
    found = decoder(Document(line(3, lat=51.5, lon=-0.1), NOW_US + 6_000_000))
    assert not found.reports[0].HasField("velocity_east_mps")


def test_on_the_ground_there_is_no_altitude() -> None:
    report = only(line(2, altitude=0, lat=51.5, lon=-0.1, ground=-1))
    assert report.operational_status == common_pb2.OPERATIONAL_STATUS_ON_GROUND
    assert not report.HasField("altitude_m")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"hello\n", "not an SBS message"),
        (b"MSG,3\n", "not an SBS message"),
        (line(address="XYZ"), "not an address"),
        (line(address="000000", lat=1, lon=1), "not an address"),
        (line(), "no position"),
        (line(lat=0, lon=0), "0,0 is no fix"),
        (line(lat=91, lon=0), "not a position"),
        (line(lat="nan", lon="1e3"), "not a position"),
        (b"x" * (MAX_LINE_BYTES + 1) + b"\n", f"over {MAX_LINE_BYTES} bytes"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_costs_no_other(bad: bytes, reason: str) -> None:
    found = decoded(bad, line(lat=51.5, lon=-0.1))
    assert [each.reason for each in found.refusals] == [reason]
    assert (len(found.reports), found.records) == (1, 2)


def test_an_impossible_field_is_taken_as_not_known() -> None:
    report = only(line(4, speed=5_000, track=720), line(3, altitude=999_999, lat=51.5, lon=-0.1))
    assert not report.HasField("velocity_east_mps")
    assert not report.HasField("altitude_m")


def test_lines_of_the_display_are_no_fault() -> None:
    found = decoded(b"STA,,1,2,4009D1,3\nAIR,,1,2,4009D1,3\n")
    assert (found.refusals, found.records) == ((), 2)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_lines_may_be_split_anywhere(cuts: list[int]) -> None:
    data = b"".join(line(lat=51.5 + place / 1_000, lon=-0.1) for place in range(5))
    decoder, reports, size = SbsDecoder(Reporter()), 0, 0
    while data:
        cuts = cuts[1:] + cuts[:1]
        size = cuts[0]
        reports += len(decoder(Document(data[:size], NOW_US)).reports)
        data = data[size:]
    assert reports == 5


def test_half_a_line_of_an_old_connection_does_not_go_on() -> None:
    decoder = SbsDecoder(Reporter())
    whole = line(lat=51.5, lon=-0.1)
    decoder(Document(whole[:20], NOW_US))
    found = decoder(Document(whole, NOW_US, opens=True))
    assert (len(found.reports), found.refusals) == (1, ())


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_bytes_give_reports_or_refusals(pieces: list[bytes]) -> None:
    decoder = SbsDecoder(Reporter())
    for piece in pieces:
        decoder(Document(piece, NOW_US))
    assert len(decoder._lines._rest) <= MAX_LINE_BYTES


def test_written_times_pace_a_recording(tmp_path: Path) -> None:
    dated = line(lat=51.5, lon=-0.1, date="2024/01/02", time="03:04:05.678")
    assert written_time_us(dated) == 1_704_164_645_678_000
    assert written_time_us(line()) is None
    (tmp_path / "log").write_bytes(line() + dated)
    assert [piece.time_us for piece in recorded(tmp_path / "log")] == [1_704_164_645_678_000]
