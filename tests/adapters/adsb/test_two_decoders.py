"""One capture through two decoders: rs1090 against the definitions, and form against form.

There is no second decoder of squitters with a free licence to compare with, so the second one is a
slow one of the tests' own (`annex10`). What it reads of a recording is then written as a receiver
writes it, as SBS lines and as aircraft.json, and must come back as the same aircraft.
"""

import csv
import json
import math
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import pytest

from adapters.adsb.report import Reporter
from adapters.adsb.squitters import Frame, SquitterDecoder
from adapters.beast.framing import BeastFraming
from adapters.beast.ticks import TICKS_PER_US
from adapters.model import Decoder, Document
from adapters.readsb.report import decoder as readsb_decoder
from adapters.sbs.decode import SbsDecoder
from keepclear.client.build import FOOT_M, KNOT_MPS
from keepclear.v1.tracks_pb2 import TrackReport
from sim.radio import squitters as sent
from tests.adapters.adsb import annex10

START_US = 1_700_000_000_000_000
SECOND_US = 1_000_000
CPR_DEG = 1e-6  # two ways of rounding one number
TEXT_DEG = 1e-5


def listed(path: Path) -> Iterator[Frame]:
    with path.open(encoding="ascii", newline="") as file:
        # Whole seconds: those of one second keep their order, a millisecond apart.
        for time_s, rows in groupby(csv.reader(file), key=lambda row: int(row[0])):
            for place, row in enumerate(rows):
                yield Frame(bytes.fromhex(row[1]), time_s * SECOND_US + place * 1_000)


def beast(path: Path) -> Iterator[Frame]:
    """Each frame once, in order: the recording holds most of them twice."""
    frames, _ = BeastFraming().feed(path.read_bytes())
    counted = {(one.counter, one.data) for one in frames if not one.multilaterated}
    first = min(counter for counter, _ in counted)
    for counter, data in sorted(counted):
        yield Frame(data, START_US + (counter - first) // TICKS_PER_US)


def simulated(_path: Path) -> Iterator[Frame]:
    """Round the globe, over every number of longitude zones, climbing and turning."""
    for number in range(240):
        latitude_deg, longitude_deg = -84.0 + 0.7 * number, -179.5 + 1.49 * number
        address, time_us = f"4{number:05x}", START_US + number * SECOND_US
        speeds = round(300 * math.sin(number)), round(300 * math.cos(number))
        yield Frame(sent.velocity(address, *speeds, 64 * (number % 60 - 30), 25 * number), time_us)
        yield Frame(sent.identity(address, f"TEST{number}"), time_us + 1)
        for odd in (False, True):
            frame = sent.position(
                address, latitude_deg, longitude_deg, odd=odd, altitude_ft=25 * number - 900
            )
            yield Frame(frame, time_us + 200_000 + 300_000 * odd)


CAPTURES = {
    "sample_data_adsb.csv": listed,
    "beast_71be34.beast": beast,
    "simulated": simulated,
}


@pytest.fixture(params=sorted(CAPTURES))
def capture(request: pytest.FixtureRequest) -> list[Frame]:
    read: Callable[[Path], Iterator[Frame]] = CAPTURES[request.param]
    folder = Path("none")
    if request.param != "simulated":
        folder = request.getfixturevalue("shared_dir") / "samples/adsb"
    return list(read(folder / request.param))


Read = tuple[Frame, annex10.Said, tuple[float, float] | None]


def by_definition(capture: list[Frame]) -> Iterator[Read]:
    """What each squitter says, and the place that it completes."""
    positions = annex10.Positions()
    for frame in capture:
        said = annex10.read(frame.data)
        if said is not None:
            found = positions.take(said, frame.time_us / SECOND_US) if said.half else None
            yield frame, said, found


def test_positions_velocities_and_names_are_what_the_definitions_say(capture: list[Frame]) -> None:
    decoder = SquitterDecoder()
    found = {
        (one.address, one.time_of_validity_us): one for one in decoder.decode(capture).aircraft
    }
    places = 0
    last: dict[str, dict[str, annex10.Said]] = {}
    for frame, said, place in by_definition(capture):
        kinds = last.setdefault(said.address, {})
        if said.callsign:
            kinds["name"] = said
        if said.east_north_kt:
            kinds["velocity"] = said
        made = found.get((said.address, frame.time_us))
        if place is None or made is None or said.half is None:
            continue
        places += 1
        assert made.latitude_deg == pytest.approx(place[0], abs=CPR_DEG)
        assert made.longitude_deg == pytest.approx(place[1], abs=CPR_DEG)
        if said.altitude_ft is not None:
            assert made.pressure_altitude_ft == said.altitude_ft
        if "name" in kinds and made.callsign:
            assert made.callsign == kinds["name"].callsign
        velocity = kinds.get("velocity")
        if velocity is not None and velocity.east_north_kt and made.ground_speed_kt is not None:
            east_kt, north_kt = velocity.east_north_kt
            assert made.ground_speed_kt == pytest.approx(math.hypot(east_kt, north_kt), abs=0.01)
            if made.ground_speed_kt > 1.0 and made.track_deg is not None:
                bearing_deg = math.degrees(math.atan2(east_kt, north_kt)) % 360.0
                assert abs((made.track_deg - bearing_deg + 180.0) % 360.0 - 180.0) < 0.01
            assert made.climb_fpm == velocity.climb_fpm
    assert places >= 0.9 * len(found) > 0


def reports_of(documents: list[Document], decode: Decoder) -> list[TrackReport]:
    return [report for one in documents for report in decode(one).reports]


def as_sbs(capture: list[Frame]) -> list[Document]:
    """As a receiver writes lines: a name, a velocity or a position each."""
    made = []
    for frame, said, place in by_definition(capture):
        at = datetime.fromtimestamp(frame.time_us / SECOND_US, UTC).strftime("%Y/%m/%d,%H:%M:%S.%f")
        head = f"1,1,{said.address.upper()},1,{at[:-3]},{at[:-3]}"
        if said.callsign:
            line = f"MSG,1,{head},{said.callsign},,,,,,,,,,,"
        elif said.east_north_kt:
            speed, track = _polar(said.east_north_kt)
            line = f"MSG,4,{head},,,{speed:.1f},{track:.1f},,,{said.climb_fpm or 0},,,,,0"
        elif place is not None:
            altitude = "" if said.altitude_ft is None else said.altitude_ft
            line = f"MSG,3,{head},,{altitude},,,{place[0]:.6f},{place[1]:.6f},,,0,0,0,0"
        else:
            continue
        made.append(Document(line.encode() + b"\r\n", frame.time_us))
    return made


def as_json(capture: list[Frame]) -> list[Document]:
    """As a receiver writes a file at each position."""
    known: dict[str, dict[str, object]] = {}
    made = []
    for frame, said, place in by_definition(capture):
        of = known.setdefault(said.address, {"hex": said.address, "type": "adsb_icao"})
        if said.callsign:
            of["flight"] = said.callsign.ljust(8)
        if said.east_north_kt:
            of["gs"], of["track"] = _polar(said.east_north_kt)
        if said.altitude_ft is not None:
            of["alt_baro"] = said.altitude_ft
        if place is None:
            continue
        now_s = frame.time_us / SECOND_US
        aircraft = {**of, "lat": place[0], "lon": place[1], "seen_pos": 0.0, "seen": 0.0}
        data = json.dumps({"now": now_s, "aircraft": [aircraft]}).encode()
        made.append(Document(data, frame.time_us))
    return made


def _polar(east_north_kt: tuple[int, int]) -> tuple[float, float]:
    east_kt, north_kt = east_north_kt
    return math.hypot(east_kt, north_kt), math.degrees(math.atan2(east_kt, north_kt)) % 360.0


@pytest.mark.parametrize(
    ("write", "decode"),
    [(as_sbs, SbsDecoder(Reporter())), (as_json, readsb_decoder(Reporter()))],
    ids=["SBS", "aircraft.json"],
)
def test_a_capture_in_another_form_is_the_same_aircraft(
    capture: list[Frame],
    write: Callable[[list[Frame]], list[Document]],
    decode: Decoder,
) -> None:
    reporter = Reporter()
    beast_reports = [reporter.report(one) for one in SquitterDecoder().decode(capture).aircraft]
    other = {
        (one.source_track_id, one.time_of_validity_us // 1_000): one
        for one in reports_of(write(capture), decode)
    }
    both = 0
    for one in beast_reports:
        match = other.get((one.source_track_id, one.time_of_validity_us // 1_000))
        if match is None:
            continue
        both += 1
        assert match.latitude_deg == pytest.approx(one.latitude_deg, abs=TEXT_DEG)
        assert match.longitude_deg == pytest.approx(one.longitude_deg, abs=TEXT_DEG)
        assert match.description.icao_address == one.description.icao_address
        if one.HasField("velocity_east_mps") and match.HasField("velocity_east_mps"):
            assert match.velocity_east_mps == pytest.approx(one.velocity_east_mps, abs=KNOT_MPS)
            assert match.velocity_north_mps == pytest.approx(one.velocity_north_mps, abs=KNOT_MPS)
        if one.altitude_datum == match.altitude_datum:
            assert match.altitude_m == pytest.approx(one.altitude_m, abs=FOOT_M)
    assert both >= 0.9 * len(beast_reports) > 0


def test_a_flipped_bit_is_seen_by_both() -> None:
    frame = bytearray(sent.position("4009d1", 51.5, -0.1, odd=False))
    assert annex10.read(bytes(frame)) is not None
    frame[7] ^= 4
    assert annex10.read(bytes(frame)) is None
    assert SquitterDecoder().decode([Frame(bytes(frame), START_US)]).refusals
