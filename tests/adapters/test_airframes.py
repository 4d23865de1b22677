from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.report import Reporter
from adapters.airframes import MAX_LIST_BYTES, Category, read_airframes
from keepclear.v1 import common_pb2

HEADS = b"$ICAO,$Registration,$Operator,$Type,$ICAO Type,Category\n"
LIST = (
    HEADS
    + b"4009D1,G-TEST,Some Police,Eurocopter EC135,EC35,Police Forces\n"
    + b"400000,G-PLAN,Some Doctors,Beech King Air,BE20,Flying Doctors\n"
)
HEARD = Aircraft("4009d1", 5, 51.5, -0.1, Known.ADSB, 30.0, callsign="ANYONE")


def test_a_list_is_read_by_its_headings() -> None:
    found, refusals = read_airframes(LIST)
    assert refusals == ()
    assert found["4009d1"].registration == "G-TEST"
    assert [one.category for one in found.values()] == [Category.POLICE, Category.AMBULANCE]


def test_a_listed_helicopter_is_one_though_it_does_not_say_so() -> None:
    register, _ = read_airframes(LIST)
    known = Reporter(register=register).report(HEARD).description
    assert known.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER
    assert known.registration == "G-TEST"
    unknown = Reporter().report(HEARD).description
    assert unknown.aircraft_class == common_pb2.AIRCRAFT_CLASS_UNSPECIFIED


def test_a_callsign_alone_is_never_looked_up() -> None:
    # REQ-ADAPT-008: anyone can transmit a callsign; only a register says what an airframe is.
    register, _ = read_airframes(LIST)
    stranger = Aircraft("abcdef", 5, 51.5, -0.1, Known.ADSB, 30.0, callsign="GTEST")
    made = Reporter(register=register).report(stranger).description
    assert made.aircraft_class == common_pb2.AIRCRAFT_CLASS_UNSPECIFIED
    assert made.registration == ""


def test_an_address_that_is_no_icao_address_is_not_looked_up() -> None:
    register, _ = read_airframes(LIST)
    other = Aircraft("~4009d1", 5, 51.5, -0.1, Known.TISB, 30.0)
    assert Reporter(register=register).report(other).description.registration == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"a,b\n", "no column ICAO"),
        (HEADS + b"XYZ,G-TEST\n", "not an address"),
        (LIST + b"4009d1,G-TWIN\n", "an address twice"),
        (b"x" * (MAX_LIST_BYTES + 1), f"over {MAX_LIST_BYTES} bytes"),
    ],
)
def test_a_bad_line_is_refused_with_its_place(data: bytes, reason: str) -> None:
    _, refusals = read_airframes(data)
    assert [each.reason for each in refusals] == [reason]


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda data: HEADS + data)))
def test_any_bytes_give_airframes_or_refusals(data: bytes) -> None:
    read_airframes(data)


@pytest.mark.parametrize(
    ("name", "most", "category"),
    [("plane-alert-pol.csv", 996, Category.POLICE), ("uk_emergency_airframes.csv", 135, None)],
)
def test_the_lists_load(shared_dir: Path, name: str, most: int, category: Category | None) -> None:
    found, refusals = read_airframes((shared_dir / "samples/adsb" / name).read_bytes())
    assert (len(found), refusals) == (most, ())
    london = [one for one in found.values() if one.registration in {"G-POLA", "G-EHMS"}]
    assert all(one.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER for one in london)
    if category is not None:
        assert sum(one.category is category for one in found.values()) > 900
