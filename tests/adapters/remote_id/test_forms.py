"""What the forms of JSON say in their own words and units."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.model import Refusal
from adapters.remote_id.forms import MAX_BASE64, Received, read_entry
from adapters.remote_id.location import Location
from adapters.remote_id.messages import SERIAL_NUMBER, BasicId

DECODED = {"BasicID": "ID1", "Latitude": 51.5, "Longitude": 0.0}
TRACKED = {"id": "ID1", "lat": 51.5, "lon": 0.0}
COORD = {"latitude": 515_000_000, "longitude": 0}


def location(entry: object) -> Location:
    (one,) = [each for each in read_entry(entry).messages if isinstance(each, Location)]
    return one


def vector(content: Mapping[str, Any] = {}, **coord: Any) -> Location:
    return location([{"Location Vector": {**content, "coord": {**COORD, **coord}}}])


def reasons(received: Received) -> list[str]:
    return [one.reason for one in received.messages if isinstance(one, Refusal)]


@pytest.mark.parametrize(
    ("stamp", "second_s"),
    [
        ([10, 2, 50], 602.5),
        ([10, None, None], 600.0),
        ([None, 2, 50], None),
        ([10, 2], None),
        ("10:02", None),
        ([60, 0, 1], None),
    ],
)
def test_a_time_is_minutes_seconds_and_hundredths(stamp: object, second_s: float | None) -> None:
    assert location({**DECODED, "TimeStamp": stamp}).second_of_hour_s == second_s


def test_heights_over_ground_say_so_in_each_form() -> None:
    assert location({**DECODED, "HeightType": 1}).height_is_over_ground
    for takeoff in (0, None, "1"):
        assert not location({**DECODED, "HeightType": takeoff}).height_is_over_ground
    for over, other in (("Above Ground", "Above Takeoff"), ("AGL, ground", "")):
        assert location({**TRACKED, "height_type": over}).height_is_over_ground
        assert not location({**TRACKED, "height_type": other}).height_is_over_ground
        assert vector({"height_type": over}).height_is_over_ground
        assert not vector({"height_type": other}).height_is_over_ground
    assert not location(TRACKED).height_is_over_ground


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("<10 m", 10.0),
        ("<92.6 m", 92.6),
        ("<18.52 km (10 NM)", 18_520.0),
        ("< 3 m", 3.0),
        # What has another unit, or none, is not known: taken for metres it would be too good.
        ("<10 NM", None),
        ("<10", None),
        (">=18.52 km (10 NM) or Unknown", None),
        ("Unknown", None),
        (10, None),
    ],
)
def test_an_accuracy_has_its_unit(text: object, metres: float | None) -> None:
    assert vector(horizontal_accuracy=text).horizontal_accuracy_m == metres
    assert location({**TRACKED, "horizontal_accuracy": text}).horizontal_accuracy_m == metres


def test_speeds_and_directions_have_their_steps() -> None:
    assert vector(speed=100).speed_mps == 25.0
    assert vector({"speed_multiplier": "0.75"}, speed=100).speed_mps == 138.75
    assert vector(speed=255).speed_mps is None
    assert vector().speed_mps is None
    assert vector({"ew_dir_segment": "West"}, direction=90).direction_deg == 270
    assert vector({"ew_dir_segment": "East"}, direction=90).direction_deg == 90
    assert vector({"ew_dir_segment": "West"}).direction_deg is None


def test_a_transmitter_is_told_from_what_stands_for_none() -> None:
    for mac, known in (("AA:bb:01", "aa:bb:01"), ("unknown", ""), (5, ""), ("a" * 41, "")):
        for data in ({"MAC address": mac}, {"MAC address": mac, "timestamp": 1}):
            assert read_entry({**DECODED, "data": data}).transmitter == known
        assert read_entry({**TRACKED, "mac": mac}).transmitter == known
    assert read_entry(DECODED).transmitter == ""
    assert read_entry({**DECODED, "data": "x"}).transmitter == ""


@pytest.mark.parametrize("entry", [DECODED, TRACKED])
def test_half_a_place_is_none(entry: dict[str, Any]) -> None:
    for name in (name for name in entry if name not in ("BasicID", "id")):
        half = {**entry, name: None}
        assert reasons(read_entry(half)) == ["not a position"]
    assert reasons(read_entry([{"Location Vector": {"coord": {"latitude": 1}}}])) == [
        "not a position"
    ]
    assert reasons(read_entry([{"Location Vector": {"coord": 1}}])) == ["not an object"]


def test_an_id_has_a_length() -> None:
    assert read_entry({**TRACKED, "id": "x" * 40}).messages[0] == BasicId(
        SERIAL_NUMBER, 0, "x" * 40
    )
    for wrong in ("x" * 41, "", "a b", 7, None):
        assert reasons(read_entry({**TRACKED, "id": wrong})) == ["not a readable id"]


def test_other_things_than_drones_are_not_read() -> None:
    unknown = ["not a known form of Remote ID"]
    assert reasons(read_entry({**TRACKED, "track_type": "pilot"})) == unknown
    assert reasons(read_entry({"BasicID": "ID1"})) == unknown
    assert reasons(read_entry({"Latitude": 51.5})) == unknown
    for flag in ("simulated", "simulation", "test", "sim"):
        assert reasons(read_entry({**TRACKED, flag: True})) == ["simulated or test"]
        assert reasons(read_entry({**TRACKED, flag: False})) == []


@pytest.mark.parametrize("text", ["A" * (MAX_BASE64 + 4), 5, None, "AAA", "é"])
def test_a_structure_is_base64_of_a_limited_length(text: object) -> None:
    assert reasons(read_entry({"data": {"UASdata": text}})) == ["not base64"]


def test_the_longest_structure_is_read() -> None:
    assert reasons(read_entry({"data": {"UASdata": "A" * MAX_BASE64}})) == []
