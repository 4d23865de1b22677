import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb import quality
from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.report import Reporter
from adapters.model import Document
from adapters.readsb.decode import (
    MAX_AIRCRAFT,
    MAX_DOCUMENT_BYTES,
    AircraftFile,
    decode_file,
    file_time_us,
)
from adapters.readsb.report import decoder
from adapters.readsb.schema import Generation, generation_of
from adapters.readsb.source import recorded
from adapters.table import as_markdown, read_file

FIXTURES = Path(__file__).parent / "fixtures"
NOW_S = 1_700_000_000.0
NOW_US = 1_700_000_000_000_000
SAMPLES = ("ably_flightaware_aircraft.json", "plord12_aircraft_2026.json", "claws_aircraft.json")


def entry(**changes: Any) -> dict[str, Any]:
    made = {"hex": "4009d1", "lat": 51.5, "lon": -0.1, "seen_pos": 1.0, "alt_baro": 1000}
    return {**made, **changes}


def file_of(*entries: object, now: object = NOW_S) -> bytes:
    return json.dumps({"now": now, "aircraft": list(entries)}).encode()


def held(*entries: object) -> AircraftFile:
    return decode_file(file_of(*entries), NOW_US)


def only(**changes: Any) -> Aircraft:
    (aircraft,) = held(entry(**changes)).aircraft
    return aircraft


def reasons(found: AircraftFile) -> list[str]:
    return [refusal.reason for refusal in found.refusals]


def fixture(name: str) -> dict[str, Aircraft]:
    data = (FIXTURES / name).read_bytes()
    time_us = file_time_us(data)
    assert time_us is not None
    return {each.address: each for each in decode_file(data, time_us).aircraft}


def test_a_readsb_file() -> None:
    found = fixture("readsb.json")
    assert set(found) == {"4009d1", "4009d2", "~2a0001", "4009d3", "4009d5"}
    helicopter = found["4009d1"]
    assert helicopter.time_of_validity_us == NOW_US - 400_000
    assert (helicopter.geometric_altitude_ft, helicopter.pressure_altitude_ft) == (1450.0, 1200.0)
    assert helicopter.climb_fpm == 600.0
    assert (helicopter.horizontal_accuracy_m, helicopter.velocity_accuracy_mps) == (30.0, 3.0)
    assert (helicopter.callsign, helicopter.registration) == ("TEST01", "G-TSTA")
    assert found["4009d2"].known is Known.MLAT
    assert found["4009d2"].horizontal_accuracy_m == quality.MLAT_DEFAULT_M
    assert found["~2a0001"].known is Known.TISB
    assert found["4009d3"].on_ground


def test_a_mutability_file() -> None:
    data = (FIXTURES / "mutability.json").read_bytes()
    found = decode_file(data, 1_500_000_000_000_000)
    assert found.generation is Generation.MUTABILITY
    assert Counter(reasons(found)) == {"no position": 1, "position too old": 1}
    first, second = found.aircraft
    assert (first.pressure_altitude_ft, first.geometric_altitude_ft) == (2000.0, None)
    assert (first.ground_speed_kt, first.climb_fpm) == (100.0, -640.0)
    assert first.horizontal_accuracy_m == pytest.approx(92.6)
    assert second.on_ground
    assert second.horizontal_accuracy_m == quality.ADSB_DEFAULT_M


@pytest.mark.parametrize(
    ("entries", "generation"),
    [
        ([{"hex": "1"}, {"type": "mode_s"}], Generation.READSB),
        ([{"altitude": 5}, {"alt_baro": 5}], Generation.DUMP1090_FA),
        ([{"hex": "1"}, {"nucp": 5}], Generation.MUTABILITY),
        ([], Generation.DUMP1090_FA),
        ([None, 5, "type"], Generation.DUMP1090_FA),
    ],
)
def test_the_generation_is_told_by_the_fields(
    entries: list[object], generation: Generation
) -> None:
    assert generation_of(entries) is generation


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hex": None}, "not an address"),
        ({"hex": "4009d"}, "not an address"),
        ({"hex": "000000"}, "not an address"),
        ({"hex": 4_000_000}, "not an address"),
        ({"lat": 0, "lon": 0.0}, "0,0 is no fix"),
        ({"lat": 90.1}, "not a position"),
        ({"lat": "51.5"}, "not a position"),
        ({"lon": None}, "not a position"),
        ({"lon": True}, "not a position"),
        ({"lon": 10**400}, "not a position"),
        ({"lat": math.nan}, "not a position"),
        ({"lon": math.inf}, "not a position"),
        ({"seen_pos": None}, "age of the position not known"),
        ({"seen_pos": -1}, "age of the position not known"),
        ({"seen_pos": 60.1}, "position too old"),
        ({"seen_pos": 1e300}, "position too old"),
        ({"sim": True}, "simulated or test"),
        ({"category": "C1"}, "a surface vehicle"),
        ({"category": "C3"}, "an obstacle"),
    ],
)
def test_one_bad_aircraft_is_refused_and_the_next_one_is_not(
    changes: dict[str, Any], reason: str
) -> None:
    found = held(entry(**changes), entry(hex="4009d9"))
    assert reasons(found) == [reason]
    assert found.refusals[0].field.startswith("aircraft[0]")
    assert [each.address for each in found.aircraft] == ["4009d9"]


@pytest.mark.parametrize("bad", ["x", [], {}, True, math.nan, math.inf, -1e9, 1e9, 10**400])
@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("alt_baro", "pressure_altitude_ft"),
        ("alt_geom", "geometric_altitude_ft"),
        ("gs", "ground_speed_kt"),
        ("track", "track_deg"),
        ("baro_rate", "climb_fpm"),
    ],
)
def test_one_bad_field_is_not_known_and_the_aircraft_stays(
    name: str, attribute: str, bad: object
) -> None:
    found = held(entry(**{name: bad}))
    assert getattr(found.aircraft[0], attribute) is None
    assert [unread.field for unread in found.unread] == [f"aircraft[0].{name}"]
    assert found.refusals == ()


@pytest.mark.parametrize("bad", ["x", [], {}, True, math.nan, -1, 99])
def test_a_bad_quality_code_falls_back_to_the_default(bad: object) -> None:
    aircraft = only(nac_p=bad, nac_v=bad, gva=bad)
    assert aircraft.horizontal_accuracy_m == quality.ADSB_DEFAULT_M
    assert aircraft.velocity_accuracy_mps is None
    assert aircraft.vertical_accuracy_m is None


def test_absent_is_not_zero() -> None:
    aircraft = only(alt_baro=None)
    assert aircraft.pressure_altitude_ft is None
    assert aircraft.ground_speed_kt is None
    assert aircraft.climb_fpm is None
    assert only(alt_baro=0).pressure_altitude_ft == 0.0


@pytest.mark.parametrize(
    "flight", ["\ud800", "a\x00b", "\u202egnp", "x" * 81, 5, ["TEST"], "\N{AIRPLANE}"]
)
def test_an_unreadable_callsign_is_left_out(flight: object) -> None:
    found = held(entry(flight=flight))
    assert found.aircraft[0].callsign == ""
    assert len(found.unread) == 1


@pytest.mark.parametrize(
    ("codes", "accuracy_m"),
    [
        ({"nac_p": 11, "rc": 25}, 3.0),
        ({"nac_p": 8}, 92.6),
        ({"nac_p": 7}, 185.2),
        ({"nac_p": 6}, 555.6),
        ({"nac_p": 5}, 926.0),
        ({"nac_p": 4}, 1852.0),
        ({"nac_p": 0, "rc": 186}, 186.0),
        ({"nac_p": 0, "rc": 0, "nic": 8}, 185.2),
        ({"nic": 0}, quality.ADSB_DEFAULT_M),
        ({"type": "other"}, quality.UNSURE_DEFAULT_M),
        ({"mlat": ["lat", "lon"]}, quality.MLAT_DEFAULT_M),
        ({"tisb": ["lat"]}, quality.UNSURE_DEFAULT_M),
    ],
)
def test_accuracy_comes_from_the_best_code_there_is(
    codes: dict[str, Any], accuracy_m: float
) -> None:
    assert only(**codes).horizontal_accuracy_m == pytest.approx(accuracy_m)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"now": 1, "aircraft": [', "not JSON"),
        (b"[]", "not an object"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"a":' * 200_000, "nested too deeply"),
        (b'{"now": ' + b"1" * 5_000 + b', "aircraft": []}', "not JSON"),
        (b"{}", "no usable time"),
        (file_of(now="12"), "no usable time"),
        (file_of(now=1e18), "no usable time"),
        (b'{"now": NaN, "aircraft": []}', "no usable time"),
        (file_of(now=NOW_S + 6.0), "the receiver's clock is ahead"),
        (b'{"now": 1700000000, "aircraft": {}}', "not a list"),
        (b'{"now": 1700000000}', "not a list"),
        (b" " * (MAX_DOCUMENT_BYTES + 1), f"over {MAX_DOCUMENT_BYTES} bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_refusal(data: bytes, reason: str) -> None:
    found = decode_file(data, NOW_US)
    assert (found.aircraft, reasons(found)) == ((), [reason])


def test_what_a_dead_receiver_left_behind_is_too_old() -> None:
    found = decode_file(file_of(entry()), NOW_US + 60_000_000)
    assert reasons(found) == ["position too old"]


def test_an_address_twice_counts_once() -> None:
    found = held(entry(), entry(lat=52.0))
    assert reasons(found) == ["twice in one file"]
    assert found.aircraft[0].latitude_deg == 51.5


def test_aircraft_over_the_limit_are_refused_one_by_one() -> None:
    found = held(*[entry(hex=f"{number:06x}") for number in range(1, MAX_AIRCRAFT + 3)])
    assert len(found.aircraft) == MAX_AIRCRAFT
    assert len(found.refusals) == 2


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["ground", "4009d1", "A7", "C1", "mlat", "lat", 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
IDENTITY = ("hex", "type", "flight", "r", "category", "mlat", "tisb", "lastPosition", "sim")
POSITION = ("lat", "lon", "seen_pos", "alt_baro", "alt_geom", "altitude")
MOTION = ("gs", "speed", "track", "geom_rate", "baro_rate", "vert_rate")
QUALITY = ("nic", "rc", "nac_p", "nac_v", "nucp", "gva")
NAMES = st.sampled_from((*IDENTITY, *POSITION, *MOTION, *QUALITY))
ENTRIES = st.dictionaries(NAMES, JSON).map(lambda changes: {**entry(), **changes}) | JSON


def check(data: bytes) -> None:
    document = decoder(Reporter())(Document(data, NOW_US))
    for made in document.reports:
        assert -90.0 <= made.latitude_deg <= 90.0
        assert (made.latitude_deg, made.longitude_deg) != (0.0, 0.0)
        assert NOW_US - 60_000_000 <= made.time_of_validity_us <= NOW_US + 5_000_000
        assert 1 <= len(made.source_track_id) <= 64
        assert made.HasField("velocity_east_mps") == made.HasField("velocity_north_mps")
        assert made.HasField("altitude_m") == (made.altitude_datum != 0)
        for _, value in made.ListFields():
            assert not isinstance(value, float) or math.isfinite(value)


@given(st.binary(max_size=400))
def test_any_bytes_give_reports_or_refusals(data: bytes) -> None:
    check(data)
    assert decode_file(data, NOW_US).refusals


@given(st.lists(ENTRIES, max_size=6))
def test_any_entries_are_each_used_or_refused(entries: list[Any]) -> None:
    data = file_of(*entries)
    check(data)
    found = decode_file(data, NOW_US)
    assert len(found.aircraft) + len(found.refusals) == found.in_file == len(entries)


@given(JSON, JSON)
def test_any_document_is_survived(now: object, aircraft: object) -> None:
    check(json.dumps({"now": now, "aircraft": aircraft}).encode())


@given(st.integers(0, 2_000), st.integers(0, 255))
def test_truncated_and_damaged_files_are_survived(place: int, byte: int) -> None:
    data = (FIXTURES / "readsb.json").read_bytes()
    check(data[:place])
    check(data[:place] + bytes([byte]) + data[place + 1 :])


@pytest.mark.parametrize("name", SAMPLES)
def test_real_files_yield_every_aircraft_with_a_fresh_position(shared_dir: Path, name: str) -> None:
    data = (shared_dir / "samples" / "adsb" / name).read_bytes()
    entries = json.loads(data)["aircraft"]
    fresh = [each for each in entries if "lat" in each and each["seen_pos"] <= 60.0]
    path = shared_dir / "samples" / "adsb" / name
    row = read_file("readsb", path, decoder(Reporter()), recorded).row
    assert row.records == len(entries)
    assert row.tracks == len(fresh) > 0
    assert row.no_position == 0
    assert set(row.refused) <= {"no position", "position too old"}
    assert decode_file(data, file_time_us(data) or 0).unread == ()


def test_the_table_says_why(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"x")
    decode = decoder(Reporter())
    rows = [
        read_file("readsb", path, decode, recorded).row
        for path in (FIXTURES / "readsb.json", tmp_path / "bad")
    ]
    refused = "a surface vehicle: 1, no position: 1, position too old: 1"
    assert as_markdown(rows).splitlines()[2:] == [
        f"| readsb.json | readsb | 8 | 5 | 5 | 0 | {refused} |",
        "| bad | readsb | 1 | 0 | 0 | 0 | not JSON: 1 |",
    ]
