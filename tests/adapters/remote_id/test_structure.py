"""The C structure: what is marked as set is read, at its own place."""

import struct

import pytest

from adapters.model import Refusal
from adapters.remote_id.location import Location
from adapters.remote_id.messages import BasicId
from adapters.remote_id.structure import STRUCTURE_BYTES, checked_location, read_structure
from sim.radio import remote_id as sent

SECOND_ID, FLAGS = 32, 892
REFERENCE = 64 + struct.calcsize("<ifffddff")


def with_bytes(data: bytes, *changes: tuple[int, bytes]) -> bytes:
    for place, new in changes:
        data = data[:place] + new + data[place + len(new) :]
    return data


def test_the_second_id_is_read_where_it_is_set() -> None:
    registration = struct.pack("<ii21s", 2, 2, b"GBR-1")
    whole = with_bytes(sent.structure(), (SECOND_ID, registration), (FLAGS, b"\1\1\0"))
    assert read_structure(whole) == [BasicId(1, 2, sent.UAS_ID), BasicId(2, 2, "GBR-1")]
    only_second = with_bytes(whole, (FLAGS, b"\0\1\0"))
    assert read_structure(only_second) == [BasicId(2, 2, "GBR-1")]
    garbled = with_bytes(only_second, (SECOND_ID + 8, b"G\x01"))
    assert read_structure(garbled) == [Refusal("basic id", "not a readable id")]
    assert read_structure(with_bytes(whole, (FLAGS, bytes(3)))) == []


def test_the_padding_after_the_flags_may_be_missing() -> None:
    whole = sent.structure()[:STRUCTURE_BYTES].ljust(STRUCTURE_BYTES, b"\0")
    assert len(read_structure(whole)) == 2
    assert read_structure(whole[:-1]) == [Refusal("UASdata", "cut short")]


def test_a_height_says_what_it_is_over() -> None:
    for reference, over_ground in ((0, False), (1, True), (7, False)):
        data = with_bytes(sent.structure(), (REFERENCE, reference.to_bytes(4, "little")))
        location = read_structure(data)[1]
        assert isinstance(location, Location)
        assert location.height_is_over_ground is over_ground


@pytest.mark.parametrize(
    "place", [(51.5, 0.0), (0.0, 0.1), (90.0, 180.0), (-90.0, -180.0), (0.1, 0.0)]
)
def test_the_meridian_the_equator_and_the_edges_are_places(place: tuple[float, float]) -> None:
    assert checked_location(Location(*place)) == Location(*place)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ((0.0, 0.0), "0,0 is no fix"),
        ((90.1, 0.0), "not a position"),
        ((-90.1, 0.0), "not a position"),
        ((0.0, 180.1), "not a position"),
        ((0.0, -180.1), "not a position"),
        ((float("nan"), 0.0), "not a position"),
    ],
)
def test_what_is_no_place(place: tuple[float, float], reason: str) -> None:
    assert checked_location(Location(*place)) == Refusal("latitude", reason)
