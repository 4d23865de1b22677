import asyncio
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb.report import Reporter
from adapters.clock import RealClock
from adapters.gdl90.decode import Gdl90Decoder
from adapters.gdl90.framing import MAX_MESSAGE_BYTES, Gdl90Framing
from adapters.model import Decoded, Document
from adapters.registry import build_feed
from keepclear.v1 import common_pb2
from sim.radio import uat

NOW_US = 1_700_000_000_000_000


def framed(message: bytes) -> bytes:
    """With checksum (bit by bit, as section 2.2.3 defines it), escapes and flags."""
    value = 0
    for byte in message:
        value = _eight_steps(value) ^ byte
    body = message + value.to_bytes(2, "little")
    for byte in (0x7D, 0x7E):
        body = body.replace(bytes([byte]), bytes([0x7D, byte ^ 0x20]))
    return b"\x7e" + body + b"\x7e"


def _eight_steps(value: int) -> int:
    # The table of the specification moves the high byte out through the polynomial.
    high = value & 0xFF00
    for _ in range(8):
        high = (high << 1 ^ (0x1021 if high & 0x8000 else 0)) & 0xFFFF
    return high ^ (value << 8) & 0xFFFF


def target(kind: int = 20, **changes: Any) -> bytes:
    fields = {
        "address_type": 0, "address": "4009d1", "latitude_deg": 51.5, "longitude_deg": -0.1,
        "altitude": 80, "misc": 9, "quality": 0x89, "speed": 100, "climb": -10, "track": 64,
        "category": 7, "callsign": "UKP13", **changes,
    }  # fmt: skip
    semicircles = [
        round(fields[name] * 2**23 / 180) & 0xFFFFFF for name in ("latitude_deg", "longitude_deg")
    ]
    return uat.packed(
        [
            (kind, 8), (fields["address_type"], 8), (int(fields["address"], 16), 24),
            *((each, 24) for each in semicircles), (fields["altitude"], 12), (fields["misc"], 4),
            (fields["quality"], 8), (fields["speed"], 12), (fields["climb"] & 0xFFF, 12),
            (fields["track"], 8), (fields["category"], 8),
            (int.from_bytes(fields["callsign"].ljust(8).encode(), "big"), 64), (0, 8),
        ],
        28,
    )  # fmt: skip


def decoded(*messages: bytes, **options: Any) -> Decoded:
    data = b"".join(map(framed, messages))
    return Gdl90Decoder(Reporter(), **options)(Document(data, NOW_US))


def test_a_traffic_report_says_everything() -> None:
    (report,) = decoded(target()).reports
    assert report.latitude_deg == pytest.approx(51.5, abs=2e-5)
    assert report.longitude_deg == pytest.approx(-0.1, abs=2e-5)
    assert report.altitude_m == pytest.approx(304.8)  # (80 x 25 - 1000) ft
    assert report.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
    assert report.velocity_east_mps == pytest.approx(51.44, abs=0.01)
    assert report.vertical_speed_mps == pytest.approx(-640 * 0.3048 / 60)
    assert report.horizontal_accuracy_m == 30.0
    assert report.description.callsign == "UKP13"
    assert report.description.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER


def test_what_is_not_known_is_left_out() -> None:
    (report,) = decoded(target(altitude=0xFFF, speed=0xFFF, climb=0x800)).reports
    for name in ("altitude_m", "velocity_east_mps", "vertical_speed_mps"):
        assert not report.HasField(name)


def test_a_heading_is_not_a_track() -> None:
    (report,) = decoded(target(misc=11)).reports
    assert not report.HasField("velocity_east_mps")


def test_the_own_satellite_altitude_counts_only_where_its_datum_is_known() -> None:
    altitude = bytes([11, *(300).to_bytes(2, "big"), 0, 10])
    (report,) = decoded(altitude, target(10)).reports
    assert report.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
    (report,) = decoded(altitude, target(10), own_altitude_is_hae=True).reports
    assert report.altitude_datum == common_pb2.ALTITUDE_DATUM_HAE
    assert report.altitude_m == pytest.approx(1_500 * 0.3048)
    (report,) = decoded(altitude, target(20), own_altitude_is_hae=True).reports
    assert report.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE


def test_a_uat_message_inside_is_read() -> None:
    (report,) = decoded(bytes([31, 0, 0, 0]) + uat.message()).reports
    assert report.description.callsign == "UKP13"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (target(address_type=4), "a surface vehicle"),
        (target(address_type=9), "an address of unknown kind"),
        (target(address="ffffff"), "not an address"),
        (target(category=19), "a surface vehicle or an obstacle"),
        (target(latitude_deg=0, longitude_deg=0), "0,0 is no fix"),
        (target()[:-1], "wrong length"),
        (b"\x0b\0", "wrong length"),
        (b"\x1e\0", "wrong length"),
    ],
)
def test_what_is_no_aircraft_is_refused(message: bytes, reason: str) -> None:
    found = decoded(message, target())
    assert [each.reason for each in found.refusals] == [reason]
    assert len(found.reports) == 1


def test_a_flipped_bit_is_refused() -> None:
    data = bytearray(framed(target()))
    data[9] ^= 1
    found = Gdl90Decoder(Reporter())(Document(bytes(data), NOW_US))
    assert [each.reason for each in found.refusals] == ["wrong checksum"]


def test_heartbeats_and_what_makers_add_are_no_fault() -> None:
    found = decoded(bytes(7), b"\x65hello", b"\x07" + bytes(435))
    assert (found.refusals, found.records) == ((), 3)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_messages_may_be_split_anywhere(cuts: list[int]) -> None:
    data, decoder, reports = framed(target()) * 4, Gdl90Decoder(Reporter()), 0
    while data:
        cuts = cuts[1:] + cuts[:1]
        reports += len(decoder(Document(data[: cuts[0]], NOW_US)).reports)
        data = data[cuts[0] :]
    assert reports == 4


@given(st.lists(st.binary(max_size=200), max_size=20), st.booleans())
def test_any_bytes_give_reports_or_refusals(pieces: list[bytes], repair: bool) -> None:
    decoder, framing = Gdl90Decoder(Reporter()), Gdl90Framing()
    for piece in pieces:
        data = framed(piece) if repair else piece
        decoder(Document(data, NOW_US))
        framing.feed(data)
        assert len(framing._rest) <= MAX_MESSAGE_BYTES


async def test_datagrams_over_a_real_socket(free_port: int) -> None:
    table = {"kind": "gdl90", "address": f"udp://127.0.0.1:{free_port}"}
    adapter = build_feed("cockpit", table, RealClock())
    documents = adapter.source.documents()
    first = asyncio.ensure_future(anext(documents))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as box:
        while not first.done():  # what is sent before anybody listens is lost
            box.sendto(framed(target()), ("127.0.0.1", free_port))
            await asyncio.sleep(0.02)
        found = adapter.decode(await first)
    await documents.aclose()
    assert found.reports[0].source_track_id == "4009d1"
