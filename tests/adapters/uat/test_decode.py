from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.memory import Memory
from adapters.adsb.report import Reporter
from adapters.model import Document, Refusal
from adapters.table import read_file
from adapters.uat.decode import UatDecoder, recorded
from adapters.uat.message import LONG_BYTES, read_message
from keepclear.v1 import common_pb2
from sim.radio.uat import message

NOW_US = 1_700_000_000_000_000


def made(**fields: Any) -> Aircraft:
    found = read_message(message(**fields), NOW_US, Memory())
    assert isinstance(found, Aircraft)
    return found


def test_a_long_message_says_everything() -> None:
    found = made(second_altitude_ft=1_325)
    assert found.latitude_deg == pytest.approx(51.5, abs=2e-5)
    assert found.longitude_deg == pytest.approx(-0.1, abs=2e-5)
    assert (found.pressure_altitude_ft, found.geometric_altitude_ft) == (1_000, 1_325)
    assert (found.callsign, found.category) == ("UKP13", "A7")
    assert found.ground_speed_kt == pytest.approx(100.0)
    assert found.track_deg == pytest.approx(323.13, abs=0.01)
    assert found.climb_fpm == -640
    assert found.horizontal_accuracy_m == 30.0


def test_a_short_message_has_place_and_motion() -> None:
    found = made(payload_type=0, geometric=True)
    assert (found.geometric_altitude_ft, found.pressure_altitude_ft) == (1_000, None)
    assert found.callsign == ""


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"), [(51.5, -0.1), (-33.9, 151.2), (0.5, 179.9), (-0.5, -179.9)]
)
def test_all_quarters_of_the_globe(latitude_deg: float, longitude_deg: float) -> None:
    found = made(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
    assert found.latitude_deg == pytest.approx(latitude_deg, abs=2e-5)
    assert found.longitude_deg == pytest.approx(longitude_deg, abs=2e-5)


@pytest.mark.parametrize(
    ("qualifier", "address", "known"),
    [(1, "~4009d1", Known.ADSB), (2, "4009d1", Known.TISB), (3, "~4009d1", Known.TISB),
     (6, "~4009d1", Known.ADSB)],
)  # fmt: skip
def test_whose_address_it_is(qualifier: int, address: str, known: Known) -> None:
    found = made(qualifier=qualifier)
    assert (found.address, found.known) == (address, known)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"qualifier": 4}, "a surface vehicle"),
        ({"qualifier": 5}, "a ground beacon"),
        ({"address": "000000"}, "not an address"),
        ({"category": 17}, "a surface vehicle or an obstacle"),
        ({"latitude_deg": 0.0, "longitude_deg": 0.0}, "0,0 is no fix"),
    ],
)
def test_what_is_no_aircraft_is_refused(fields: dict[str, Any], reason: str) -> None:
    found = read_message(message(**fields), NOW_US, Memory())
    assert isinstance(found, Refusal)
    assert found.reason == reason


def test_no_place_is_no_fault_where_the_message_says_so() -> None:
    data = message(latitude_deg=0.0, longitude_deg=0.0, nic=0)
    assert read_message(data, NOW_US, Memory()) is None


def test_on_the_ground_there_is_no_altitude() -> None:
    found = made(ground=True)
    assert (found.on_ground, found.pressure_altitude_ft) == (True, None)


def test_lines_uplinks_and_other_text() -> None:
    text = (
        f"-{message().hex()};rs=1;\r\n+{'00' * 432};rs=0;\nSTART,x\n"
        f"1234,-{message(payload_type=0).hex()};\nhello\n"
    ).encode()
    decoder = UatDecoder(Reporter())
    first = decoder(Document(text[:50], NOW_US))
    found = decoder(Document(text[50:], NOW_US))
    assert (len(first.reports), len(found.reports), found.records) == (0, 2, 4)
    assert [each.reason for each in found.refusals] == ["not a UAT message"]
    assert found.reports[0].description.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER


def test_a_log_of_stratux_plays_at_its_own_times(tmp_path: Path) -> None:
    path = tmp_path / "uat.log"
    path.write_bytes(
        b"START,Mon Jan 2 03:04:05 +0000 UTC 2023\n" + f"2000000000,-{message().hex()};\n".encode()
    )
    (report,) = read_file("uat", path, UatDecoder(Reporter()), recorded).reports
    assert report.time_of_validity_us == 1_672_628_647_000_000


@given(st.binary(min_size=LONG_BYTES, max_size=LONG_BYTES))
def test_any_message_gives_an_aircraft_that_can_be_true_or_a_refusal(data: bytes) -> None:
    found = read_message(data, NOW_US, Memory())
    if isinstance(found, Aircraft):
        Reporter().report(found)
        assert -90.0 <= found.latitude_deg <= 90.0
        assert -180.0 <= found.longitude_deg <= 180.0


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_any_bytes_give_reports_or_refusals(pieces: list[bytes]) -> None:
    decoder = UatDecoder(Reporter())
    for piece in pieces:
        decoder(Document(piece, NOW_US))


def test_the_recorded_log_is_read_whole(shared_dir: Path) -> None:
    path = shared_dir / "samples/adsb/gms5002-09072015-problem-stratux-uat.log"
    read = read_file("uat", path, UatDecoder(Reporter()), recorded)
    assert (read.row.records, read.row.positions, read.row.tracks) == (686, 303, 7)
    assert read.row.refused == {}
    assert all(39.0 < each.latitude_deg < 41.5 for each in read.reports)
    assert all(-77.5 < each.longitude_deg < -74.0 for each in read.reports)
