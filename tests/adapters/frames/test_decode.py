"""Frames as text; and the same capture through two decoders."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb.report import Reporter
from adapters.beast.decode import BeastDecoder
from adapters.frames.decode import MAX_LINE_BYTES, FramesDecoder, recorded
from adapters.model import Decoded, Document
from adapters.table import read_file
from keepclear.v1.tracks_pb2 import TrackReport
from sim.radio import squitters as sent

NOW_US = 1_700_000_000_000_000


def pair() -> list[bytes]:
    return [sent.position("4009d1", 51.5, -0.1, odd=odd) for odd in (False, True)]


def decoded(data: bytes) -> Decoded:
    return FramesDecoder(Reporter())(Document(data, NOW_US))


@pytest.mark.parametrize(
    "template",
    ["*{0};\n", "@0123456789AB{0};\r\n", '1700000000.5,"{0}","4009D1",11\n', "1700000000,{0}\n"],
)
def test_every_form_of_a_line_is_read(template: str) -> None:
    found = decoded("".join(template.format(data.hex()) for data in pair()).encode())
    assert (len(found.reports), found.refusals, found.records) == (1, (), 2)


@pytest.mark.parametrize(
    "line", [b"hello", b"*8D;", b"*zz;", b"0,8d406b909945de10000405999be4", b"1700000000,8D"]
)
def test_other_lines_are_refused(line: bytes) -> None:
    found = decoded(line + b"\n")
    assert [each.reason for each in found.refusals] == ["not a Mode S frame"]


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_any_bytes_give_reports_or_refusals(pieces: list[bytes]) -> None:
    decoder = FramesDecoder(Reporter())
    for piece in pieces:
        decoder(Document(piece, NOW_US))
    assert len(decoder._lines._rest) <= MAX_LINE_BYTES


def test_the_recorded_frames_give_the_same_through_two_decoders(shared_dir: Path) -> None:
    # The list as text at its own times, and as Beast with those times in the 12 MHz counter.
    path = shared_dir / "samples/adsb/sample_data_adsb.csv"
    listed = read_file("frames", path, FramesDecoder(Reporter()), recorded)
    assert (listed.row.records, listed.row.tracks, listed.row.refused) == (2_000, 1, {})
    with path.open(encoding="ascii", newline="") as file:
        rows = [(int(row[0]), bytes.fromhex(row[1])) for row in csv.reader(file)]
    start_s = rows[0][0]
    decoder = BeastDecoder(Reporter())
    reports: list[TrackReport] = []
    for time_s, frame in rows:
        data = sent.beast(frame, (time_s - start_s) * 12_000_000)
        reports += decoder(Document(data, time_s * 1_000_000)).reports
    by_time = {
        (each.time_of_validity_us, each.latitude_deg, each.longitude_deg) for each in listed.reports
    }
    both = [
        each
        for each in reports
        if (each.time_of_validity_us, each.latitude_deg, each.longitude_deg) in by_time
    ]
    assert listed.row.positions >= 750
    assert len(both) >= 0.95 * listed.row.positions
    assert len(both) >= 0.95 * len(reports)
