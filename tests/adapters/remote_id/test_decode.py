import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.model import Decoded, Document
from adapters.remote_id.captures import packets
from adapters.remote_id.decode import (
    MAX_DOCUMENT_BYTES,
    MAX_ENTRIES,
    RemoteIdDecoder,
    recorded,
)
from adapters.remote_id.drones import Drones
from adapters.remote_id.location import Location
from adapters.remote_id.messages import MESSAGE_BYTES, read_messages
from adapters.table import read_file
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import TrackReport
from sim.radio import remote_id as sent

HOUR_US = 1_699_999_200_000_000  # a full hour, UTC
NOW_US = HOUR_US + 601_000_000  # ten minutes and a second past


def decoded(data: bytes, decoder: RemoteIdDecoder | None = None, now_us: int = NOW_US) -> Decoded:
    return (decoder or RemoteIdDecoder())(Document(data, now_us))


def only(data: bytes) -> TrackReport:
    found = decoded(data)
    assert found.refusals == ()
    (report,) = found.reports
    return report


@pytest.mark.parametrize("frame", [sent.beacon, sent.neighbour])
def test_a_broadcast_says_presence_and_never_identity(frame: Any) -> None:
    # REQ-ADAPT-007: unsigned radio is evidence that something flies, never of who it is.
    report = only(frame(sent.basic_id(), sent.location()))
    assert report.source_track_id == sent.UAS_ID
    assert report.source == common_pb2.REPORT_SOURCE_REMOTE_ID
    description = report.description
    assert description.aircraft_class == common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE
    assert description.serial_number == sent.UAS_ID  # what it claims: shown to nobody
    named = (description.registration, description.callsign, description.icao_address)
    assert named == ("", "", "")
    assert (report.latitude_deg, report.longitude_deg) == (51.5, -0.1)
    assert (report.altitude_m, report.altitude_datum) == (120.0, common_pb2.ALTITUDE_DATUM_HAE)
    assert (report.height_m, report.height_reference) == (60.0, common_pb2.HEIGHT_REFERENCE_TAKEOFF)
    assert report.velocity_east_mps == pytest.approx(-10.0)
    assert report.velocity_north_mps == pytest.approx(0.0, abs=1e-6)
    assert report.vertical_speed_mps == -1.5
    assert (report.horizontal_accuracy_m, report.vertical_accuracy_m) == (10.0, 10.0)
    assert report.time_of_validity_us == HOUR_US + 600_000_000
    assert report.operational_status == common_pb2.OPERATIONAL_STATUS_AIRBORNE


def test_where_the_operator_stands_is_in_no_result() -> None:
    # REQ-ADAPT-004: personal data that nothing downstream needs is not even read.
    data = sent.pack(sent.basic_id(), sent.location(), sent.operator(), sent.operator_id())
    shown = repr(read_messages(data)) + repr(
        decoded(sent.beacon(sent.basic_id(), sent.location(), sent.operator(), sent.operator_id()))
    )
    for secret in ("51.501", "515010000", "0.101", "SECRET"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("changes", "absent"),
    [
        ({"geodetic_m": -1_000.0, "pressure_m": -1_000.0}, "altitude_m"),
        ({"height_m": -1_000.0}, "height_m"),
        ({"speed_mps": 255.0}, "velocity_east_mps"),
        ({"direction_deg": 361.0}, "velocity_east_mps"),
        ({"climb_mps": 63.0}, "vertical_speed_mps"),
        ({"vertical": 0}, "vertical_accuracy_m"),
        ({"speed": 0}, "velocity_accuracy_mps"),
    ],
)
def test_the_values_for_not_known_are_not_numbers(changes: dict[str, Any], absent: str) -> None:
    assert not only(sent.beacon(sent.basic_id(), sent.location(**changes))).HasField(absent)


def test_a_pressure_altitude_stands_in_with_its_own_datum() -> None:
    report = only(sent.beacon(sent.basic_id(), sent.location(geodetic_m=-1_000.0)))
    assert (report.altitude_m, report.altitude_datum) == (80.0, common_pb2.ALTITUDE_DATUM_PRESSURE)
    assert not report.HasField("vertical_accuracy_m")


def test_high_speeds_have_their_own_step() -> None:
    report = only(sent.beacon(sent.basic_id(), sent.location(speed_mps=75.0)))
    assert report.velocity_east_mps == pytest.approx(-75.0)


@pytest.mark.parametrize(
    ("second_s", "expected_us"),
    [
        (600.0, HOUR_US + 600_000_000),
        (602.0, HOUR_US + 602_000_000),  # a second ahead of us
        (100.0, NOW_US),  # a clock that was never set
        (6_553.5, NOW_US),  # not known
    ],
)
def test_when_a_position_was_true(second_s: float, expected_us: int) -> None:
    report = only(sent.beacon(sent.basic_id(), sent.location(second_s=second_s)))
    assert report.time_of_validity_us == expected_us


def test_a_position_from_before_the_full_hour() -> None:
    found = decoded(
        sent.beacon(sent.basic_id(), sent.location(second_s=3_599.0)), now_us=HOUR_US + 500_000
    )
    assert found.reports[0].time_of_validity_us == HOUR_US - 1_000_000


def test_identity_and_place_that_come_apart_are_joined_by_the_transmitter() -> None:
    decoder = RemoteIdDecoder()
    assert decoded(sent.beacon(sent.location()), decoder).reports == ()
    decoded(sent.beacon(sent.basic_id()), decoder)
    found = decoded(sent.beacon(sent.location()), decoder)
    assert found.reports[0].source_track_id == sent.UAS_ID


def test_a_drone_without_a_name_is_shown_after_a_wait_and_keeps_that_name() -> None:
    decoder = RemoteIdDecoder()
    names = []
    for second in range(8):
        frame = sent.beacon(sent.location(second_s=600.0 + second))
        found = decoded(frame, decoder, NOW_US + second * 1_000_000)
        names += [report.source_track_id for report in found.reports]
    decoded(sent.beacon(sent.basic_id()), decoder, NOW_US + 8_000_000)
    found = decoded(sent.beacon(sent.location()), decoder, NOW_US + 9_000_000)
    assert {*names, found.reports[0].source_track_id} == {"radio-02a1b2c3d4e5"}
    assert len(names) == 3


def test_one_drone_on_two_radios_is_one_track() -> None:
    decoder = RemoteIdDecoder()
    frames = [
        sent.beacon(sent.basic_id(), sent.location(), mac=bytes([2, 0, 0, 0, 0, number]))
        for number in range(2)
    ]
    names = {decoded(frame, decoder).reports[0].source_track_id for frame in frames}
    assert names == {sent.UAS_ID}


def test_a_serial_number_that_comes_after_another_id_is_told_too() -> None:
    # A pack may hold both; what DJI states of the drone is its serial number.
    registration = sent.basic_id("GBR-1", id_type=2)
    report = only(sent.beacon(registration, sent.basic_id(), sent.location()))
    assert report.description.serial_number == sent.UAS_ID


def test_a_place_of_nobody_is_refused() -> None:
    found = decoded(json.dumps([FORMS["listed"][2]]).encode())
    assert [each.reason for each in found.refusals] == ["neither an id nor a transmitter"]


def test_what_a_document_holds_is_counted_and_limited() -> None:
    frame = sent.beacon(sent.basic_id(), sent.location(), sent.operator_id())
    assert decoded(frame).records == 3
    lines = b"\n\n".join([json.dumps(FORMS["decoded"]).encode()] * (MAX_ENTRIES + 1))
    assert decoded(lines).records == 2 * MAX_ENTRIES
    longest = json.dumps(FORMS["decoded"]).encode().ljust(MAX_DOCUMENT_BYTES)
    assert decoded(longest).records == 2


@pytest.mark.parametrize(
    ("stamp", "time_us"),
    [
        (1, 1_000),
        (1_700_000_000_123, 1_700_000_000_123_000),
        (4_102_444_800_000, None),
        (0, None),
        (True, None),
        (1.5, None),
        ("1", None),
        (None, None),
    ],
)
def test_a_recorded_entry_plays_at_its_sensors_time(
    tmp_path: Path, stamp: object, time_us: int | None
) -> None:
    entry = sensor()
    entry["data"]["timestamp"] = stamp
    (tmp_path / "recorded.json").write_text(json.dumps(entry), encoding="utf-8")
    assert [one.time_us for one in recorded(tmp_path / "recorded.json")] == [time_us]


def test_a_place_that_cannot_be_is_held_back_until_the_next_agrees() -> None:
    decoder = RemoteIdDecoder()

    def heard(latitude_deg: float) -> Decoded:
        return decoded(
            sent.beacon(sent.basic_id(), sent.location(latitude_deg=latitude_deg)), decoder
        )

    assert heard(51.5).reports
    assert [each.reason for each in heard(85.7).refusals] == ["too far from the last position"]
    assert heard(51.5001).reports
    assert heard(52.5).refusals
    assert heard(52.5001).reports  # it is there after all


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (sent.beacon(sent.location(latitude_deg=0.0, longitude_deg=0.0)), "0,0 is no fix"),
        (sent.beacon(sent.location(latitude_deg=91.0)), "not a position"),
        (sent.beacon(sent.basic_id("caf\x01")), "not a readable id"),
        (sent.beacon(bytes([0x92, *bytes(24)])), "of unknown kind"),
        (sent.beacon(sent.location())[:-2], "cut short"),
        (sent.beacon(sent.location(), flags=0x40), "wrong checksum"),
        (sent.radiotap(0) + bytes(40), "no Remote ID in it"),
        (b"\0", "not a radiotap frame"),
        (b"hello", "not an object"),
        (b'{"a": 1}', "not a known form of Remote ID"),
        (b'{"id": "x", "lat": 1.0, "lon": 1.0, "simulated": true}', "simulated or test"),
        (b'{"id": "x", "lat": 0.0, "lon": 0.0}', "0,0 is no fix"),
        (b'{"id": "x", "lat": null}', "not a position"),
        (b'{"data": {"UASdata": "%%"}}', "not base64"),
        (b'{"data": {"UASdata": "AAAA"}}', "cut short"),
        (b'{"latitude": 51.0, "longitude": 0.1}', "not a known form of Remote ID"),
        (b"x" * 1_000_001, "over 1000000 bytes"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    found = decoded(data)
    assert [each.reason for each in found.refusals] == [reason]
    assert found.reports == ()


def sensor(**changes: Any) -> dict[str, Any]:
    data = base64.b64encode(sent.structure(**changes)).decode()
    return {"data": {"UASdata": data, "MAC address": "02:a1:b2:c3:d4:e5", "timestamp": 1}}


FORMS: dict[str, Any] = {
    "sensor": sensor(),
    "decoded": {
        "BasicID": sent.UAS_ID, "Status": 2, "Direction": 90, "SpeedHorizontal": 5.0,
        "SpeedVertical": 0.5, "Latitude": 51.5, "Longitude": -0.1, "AltitudeBaro": None,
        "AltitudeGeo": 120.0, "HeightType": 0, "Height": 40.0, "HorizAccuracy": 10,
        "VertAccuracy": 4, "SpeedAccuracy": 3, "TimeStamp": [10, 0, 0],
        "OperatorLatitude": 51.501, "data": {"MAC address": "02:A1:B2:C3:D4:E5"},
    },
    "listed": [
        {"MAC": "02:a1:b2:c3:d4:e5"},
        {"Basic ID": {"id_type": "Serial Number (ANSI/CTA-2063-A)", "id": sent.UAS_ID}},
        {"Location Vector": {
            "op_status": "Airborne", "height_type": "Above Takeoff", "ew_dir_segment": "East",
            "speed_multiplier": "0.25", "coord": {
                "direction": 90, "speed": 20, "vert_speed": 1, "latitude": 515_000_000,
                "longitude": -1_000_000, "pressure_altitude": 0, "geodetic_altitude": 2_240,
                "height_agl": 2_080, "horizontal_accuracy": "<10 m", "vertical_accuracy": "<10 m",
                "speed_accuracy": "<1 m/s", "timestamp": 6_000,
            },
        }},
        {"System": {"latitude": 515_010_000}},
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_the_same_drone_in_every_form(form: str) -> None:
    report = only(json.dumps(FORMS[form]).encode())
    assert report.source_track_id == sent.UAS_ID
    assert (report.latitude_deg, report.longitude_deg) == (51.5, -0.1)
    assert (report.altitude_m, report.altitude_datum) == (120.0, common_pb2.ALTITUDE_DATUM_HAE)
    assert (report.height_m, report.velocity_east_mps) == (40.0, 5.0)
    assert (report.vertical_speed_mps, report.velocity_accuracy_mps) == (0.5, 1.0)
    assert (report.horizontal_accuracy_m, report.vertical_accuracy_m) == (10.0, 10.0)
    assert report.time_of_validity_us == HOUR_US + 600_000_000
    assert report.operational_status == common_pb2.OPERATIONAL_STATUS_AIRBORNE


def test_an_altitude_of_unclear_datum_waits_for_the_feeds_table() -> None:
    data = json.dumps({
        "id": f"drone-{sent.UAS_ID}", "lat": 51.5, "lon": -0.1, "alt": 120.0, "height": 40.0,
        "speed": 5.0, "direction": 90.0, "mac": "02:a1:b2:c3:d4:e5", "pilot_lat": 51.501,
    }).encode()  # fmt: skip
    report = only(data)
    assert (report.source_track_id, report.height_m) == (sent.UAS_ID, 40.0)
    assert not report.HasField("altitude_m")
    (trusted,) = decoded(data, RemoteIdDecoder(tracked_altitude_is_hae=True)).reports
    assert trusted.altitude_datum == common_pb2.ALTITUDE_DATUM_HAE


def test_lists_and_lines_hold_several() -> None:
    entries = [json.dumps(sensor()), json.dumps(FORMS["decoded"])]
    assert len(decoded("\n".join(entries).encode()).reports) == 2
    assert len(decoded(f"[{','.join(entries)}]".encode()).reports) == 2


@pytest.mark.parametrize("write", [sent.pcap, sent.pcapng])
def test_captures_play_at_their_own_times(tmp_path: Path, write: Any) -> None:
    frames = []
    for second in range(3):
        frame = sent.beacon(sent.basic_id(), sent.location(second_s=600.0 + second))
        frames.append((frame, NOW_US + second * 10**6))
    (tmp_path / "capture").write_bytes(write(frames))
    read = read_file("remote_id", tmp_path / "capture", RemoteIdDecoder(), recorded)
    assert [each.time_of_validity_us for each in read.reports] == [
        HOUR_US + 600_000_000 + second * 10**6 for second in range(3)
    ]


@given(
    st.binary(max_size=300), st.sampled_from([b"", bytes.fromhex("d4c3b2a1"), b"\x0a\x0d\x0d\x0a"])
)
def test_any_capture_ends(data: bytes, magic: bytes) -> None:
    list(packets(magic + data))


messages = st.binary(min_size=MESSAGE_BYTES, max_size=MESSAGE_BYTES)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["id", "lat", "lon", "data", "UASdata", "MAC", "Basic ID", "Location Vector", "coord",
         "BasicID", "Latitude", "Longitude", "TimeStamp", "Status", "latitude", "longitude"]
    ), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=200).map(lambda data: b"\0" + data),
        st.lists(messages, min_size=1, max_size=9).map(lambda some: sent.beacon(*some)),
        json_values.map(lambda value: json.dumps(value).encode()),
        st.binary(min_size=914, max_size=921).map(
            lambda data: json.dumps({"data": {"UASdata": base64.b64encode(data).decode()}}).encode()
        ),
    )
)
def test_any_bytes_give_reports_or_refusals(data: bytes) -> None:
    decoder = RemoteIdDecoder(tracked_altitude_is_hae=True)
    for _ in range(2):
        for report in decoded(data, decoder).reports:
            assert -90.0 <= report.latitude_deg <= 90.0
            assert 1 <= len(report.source_track_id) <= 64


def test_what_is_remembered_is_bounded() -> None:
    known = Drones(most=10)
    for number in range(50):
        place = Location(51.5, -0.1)
        known.locate(f"02:{number:02x}", place, NOW_US)
    assert len(known) == 10


SAMPLES = {  # positions, tracks, reasons of refusal
    "BLE-long_range.json": (4, 1, set()),
    "WiFi-NaN.json": (3, 1, set()),
    "drone.json": (1, 1, {"0,0 is no fix"}),
    "mavic_alessa_spoofed.pcapng": (0, 0, {"DJI's own DroneID, not Remote ID"}),
    "odid_wifi_bcn_sample.pcap": (21, 1, set()),
    "odid_wifi_sample.pcap": (19, 1, {"no Remote ID in it"}),
    "ua_payload.json": (1, 1, set()),
    "wireless_RID_test_linux_transmitter.pcapng": (21, 1, set()),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_every_recording_is_read(shared_dir: Path, name: str) -> None:
    path = shared_dir / "samples/remoteid" / name
    row = read_file("remote_id", path, RemoteIdDecoder(), recorded).row
    assert (row.positions, row.tracks, set(row.refused)) == SAMPLES[name]
