"""Raw messages, written byte by byte from the tables of F3411-22a."""

import math

import pytest

from adapters.model import Refusal
from adapters.remote_id.location import Location, Status
from adapters.remote_id.messages import (
    Authentication,
    BasicId,
    Message,
    OperatorId,
    SelfId,
    System,
    read_messages,
    readable_id,
)
from sim.radio import remote_id as sent

DEGREE = 10_000_000


def read(data: bytes) -> Message | Refusal:
    (one,) = read_messages(data)
    return one


def place(latitude: int, longitude: int) -> Location | Refusal:
    """A location at so many units of 1e-7 degrees."""
    whole = sent.location()
    where = latitude.to_bytes(4, "little", signed=True) + longitude.to_bytes(
        4, "little", signed=True
    )
    one = read(whole[:5] + where + whole[13:])
    assert isinstance(one, Location | Refusal)
    return one


def located(**changes: float) -> Location:
    one = read(sent.location(**changes))
    assert isinstance(one, Location)
    return one


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (sent.basic_id("ABC", id_type=4), BasicId(4, 2, "ABC")),
        (b"\x22\x35" + bytes(23), Authentication(3, 5)),
        (b"\x32\x01" + b"on a job".ljust(23, b"\0"), SelfId(1)),
        (b"\x42" + bytes(9) + b"\x34\x12\x19" + bytes(12), System(0x1234, 250)),
        (sent.operator_id(), OperatorId()),
        (b"\x62" + bytes(24), Refusal("message", "of unknown kind")),
        (sent.location() + b"\0", Refusal("message", "cut short")),
        (b"\xf0", Refusal("message", "cut short")),
        (b"\xf0\x19", Refusal("message", "cut short")),
        (b"", Refusal("message", "cut short")),
    ],
)
def test_every_kind_of_message(data: bytes, message: Message | Refusal) -> None:
    assert read(data) == message


def test_a_pack_holds_one_to_nine_messages_of_one_size() -> None:
    ids = [sent.basic_id(f"ID{number}") for number in range(10)]
    for count in (1, 9):
        found = read_messages(sent.pack(*ids[:count]))
        assert found == [BasicId(1, 2, f"ID{number}") for number in range(count)]
    wrong = Refusal("pack", "not a message pack")
    for head in (b"\xf2\x19\x00", b"\xf2\x19\x0a", b"\xf2\x18\x01", b"\xf2\x1a\x01"):
        assert read_messages(head + b"".join(ids)) == [wrong]
    assert read_messages(sent.pack(*ids[:2])[:-1])[1] == Refusal("message", "cut short")


@pytest.mark.parametrize(
    ("raw", "made"),
    [
        (b"AB \0CD", "AB"),
        (b"  AB", "AB"),
        (b"", ""),
        (b"!~", "!~"),
        (b"A B", None),
        (b"\x7f", None),
    ],
)
def test_an_id_is_printable_ascii_up_to_the_first_zero(raw: bytes, made: str | None) -> None:
    assert readable_id(raw) == made


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(515_000_000, 0), (0, 1), (1, 0), (90 * DEGREE, 180 * DEGREE), (-90 * DEGREE, -180 * DEGREE)],
)
def test_a_place_may_lie_on_the_meridian_the_equator_and_the_edges(
    latitude: int, longitude: int
) -> None:
    one = place(latitude, longitude)
    assert isinstance(one, Location)
    assert (one.latitude_deg, one.longitude_deg) == (latitude / 1e7, longitude / 1e7)


@pytest.mark.parametrize(
    ("latitude", "longitude", "reason"),
    [
        (0, 0, "0,0 is no fix"),
        (90 * DEGREE + 1, 0, "not a position"),
        (-90 * DEGREE - 1, 0, "not a position"),
        (0, 180 * DEGREE + 1, "not a position"),
        (0, -180 * DEGREE - 1, "not a position"),
    ],
)
def test_a_place_that_is_none(latitude: int, longitude: int, reason: str) -> None:
    assert place(latitude, longitude) == Refusal("latitude", reason)


def test_codes_of_accuracy_are_those_of_the_standard() -> None:
    # Table 6, in nautical miles of 1,852 m and in metres.
    horizontal_m = [18_520.0, 7_408.0, 3_704.0, 1_852.0, 926.0, 555.6, 185.2, 92.6, 30, 10, 3, 1]
    for code, metres in enumerate(horizontal_m, start=1):
        assert located(horizontal=code).horizontal_accuracy_m == pytest.approx(metres)
    for code, metres in enumerate([150.0, 45.0, 25.0, 10.0, 3.0, 1.0], start=1):
        assert located(vertical=code).vertical_accuracy_m == metres
    for code, mps in enumerate([10.0, 3.0, 1.0, 0.3], start=1):
        # The upper half of its byte is another accuracy.
        assert located(speed=code | 0xF0).speed_accuracy_mps == mps
    for code in (0, 13, 15):
        assert located(horizontal=code).horizontal_accuracy_m is None


@pytest.mark.parametrize("direction_deg", [0.0, 179.0, 180.0, 359.0])
def test_directions_have_two_halves(direction_deg: float) -> None:
    assert located(direction_deg=direction_deg).direction_deg == direction_deg


@pytest.mark.parametrize(
    ("mps", "known"),
    [(0.0, True), (63.5, True), (63.75, False), (64.5, True), (253.5, True), (255.0, False)],
)
def test_speeds_have_two_steps_and_255_is_none_in_either(mps: float, known: bool) -> None:
    assert located(speed_mps=mps).speed_mps == (mps if known else None)


def test_heights_say_what_they_are_over() -> None:
    assert located(over_ground=True).height_is_over_ground
    assert not located(over_ground=False, speed_mps=75.0).height_is_over_ground
    assert located(height_m=-999.5).height_m == -999.5
    assert located(status=Status.EMERGENCY).status == Status.EMERGENCY
    assert math.isclose(located(second_s=3_599.9).second_of_hour_s or 0.0, 3_599.9)
    assert located(second_s=3_600.1).second_of_hour_s is None
