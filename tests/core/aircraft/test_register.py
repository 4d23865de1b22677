"""The aircraft register: whole or not at all, found by its marks, and gone at its time."""

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.aircraft.model import AircraftName, AircraftRecord, DataPath, RegisteredAircraft
from broker.core.aircraft.register import AircraftRegister, AircraftUnknown
from broker.core.errors import Refused
from broker.core.tracks.reports import AircraftClass

NOW_US = 1_700_000_000_000_000
DAY_US = 86_400_000_000


def record(aircraft: str = "met-07", agency: str = "met", **changed: Any) -> AircraftRecord:
    base = AircraftRecord(
        name=AircraftName(agency, aircraft),
        aircraft_class=AircraftClass.DRONE,
        registration="",
        icao_address="",
        serials=(f"SERIAL-{aircraft}",),
        maker="DJI",
        model="Matrice 4TD",
        country="CN",
        firmware="10.01",
        ground_application="Pilot 2",
        data_path=DataPath.OWN_SERVER,
        purpose="police",
        expires_us=NOW_US + 30 * DAY_US,
    )
    return replace(base, **changed)


def refused(register: AircraftRegister, *records: AircraftRecord) -> list[str]:
    with pytest.raises(Refused) as error:
        register.upsert(records, NOW_US)
    return [one.field for one in error.value.refusals]


def test_an_aircraft_is_found_by_its_marks_by_its_own_agency_only() -> None:
    # REQ-AIR-001
    register = AircraftRegister()
    register.upsert([record(icao_address="43abcd")], NOW_US)
    for mark in ("43abcd", "SERIAL-met-07"):
        found = register.find("met", mark, NOW_US)
        assert found is not None
        assert found.maker == "DJI"
        assert register.find("lfb", mark, NOW_US) is None
    assert [one.record.name.aircraft for one in register.of_agency("met", NOW_US)] == ["met-07"]
    assert register.of_agency("lfb", NOW_US) == []


def test_the_same_again_changes_nothing_and_news_is_a_new_version() -> None:
    register = AircraftRegister()
    [first] = register.upsert([record()], NOW_US)
    assert (first.version, first.changed_us) == (1, NOW_US)
    assert register.upsert([record()], NOW_US + 5) == (first,)
    [second] = register.upsert([record(firmware="10.02", serials=("OTHER",))], NOW_US + 5)
    assert (second.version, second.changed_us) == (2, NOW_US + 5)
    assert register.find("met", "SERIAL-met-07", NOW_US) is None
    assert register.find("met", "OTHER", NOW_US) == second.record


def test_an_entry_counts_until_its_time() -> None:
    # REQ-AIR-002
    register = AircraftRegister()
    register.upsert([record(expires_us=NOW_US + 10), record("b")], NOW_US)
    assert register.find("met", "SERIAL-met-07", NOW_US + 9) is not None
    assert register.find("met", "SERIAL-met-07", NOW_US + 10) is None
    assert len(register.of_agency("met", NOW_US + 10)) == 1
    assert len(register.state()) == 2
    register.advance(NOW_US + 10)
    assert len(register.state()) == 1
    register.upsert([record("c", serials=("SERIAL-met-07",))], NOW_US + 10)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("registration", {"registration": "x" * 81}),
        ("maker", {"maker": "a\nb"}),
        ("firmware", {"firmware": "\x00"}),
        ("icao_address", {"icao_address": "43abc"}),
        ("icao_address", {"icao_address": "43ABCD"}),
        ("country", {"country": "China"}),
        ("country", {"country": "cn"}),
        ("serials", {"serials": tuple(f"SERIAL{n}" for n in range(11))}),
        ("serials[1]", {"serials": ("GOOD-1", "a b")}),
        ("registration", {"serials": ()}),
        ("expires_us", {"expires_us": NOW_US}),
        ("expires_us", {"expires_us": NOW_US + 401 * DAY_US}),
        ("expires_us", {"expires_us": -(2**63)}),
    ],
)
def test_a_bad_record_is_named_and_nothing_is_written(field: str, changed: dict[str, Any]) -> None:
    # REQ-AIR-003
    register = AircraftRegister()
    assert refused(register, record("a"), record("b", **changed)) == [f"aircraft[1].{field}"]
    assert register.state() == []


def test_a_mark_belongs_to_one_aircraft_of_an_agency() -> None:
    register = AircraftRegister()
    register.upsert([record("a", icao_address="43abcd")], NOW_US)
    clash = record("b", icao_address="43abcd")
    assert refused(register, clash) == ["aircraft[0].icao_address"]
    assert refused(register, record("b"), record("c", serials=("SERIAL-b",))) == [
        "aircraft[1].serials[0]"
    ]
    # Another agency may list the same airframe: each answers for its own part.
    register.upsert([record("a", "lfb", icao_address="43abcd")], NOW_US)
    # What one gives up in a request is free for another of it.
    register.upsert([clash, record("a")], NOW_US)
    found = register.find("met", "43abcd", NOW_US)
    assert found is not None
    assert found.name.aircraft == "b"


def test_limits() -> None:
    register = AircraftRegister()
    assert refused(register) == ["aircraft"]
    assert refused(register, *[record(f"a{n}") for n in range(501)]) == ["aircraft"]
    assert refused(register, record("a"), record("a", serials=("OTHER",))) == ["aircraft[1].name"]
    for start in range(0, 5_000, 500):
        register.upsert([record(f"a{n}") for n in range(start, start + 500)], NOW_US)
    assert refused(register, record("one-more")) == ["aircraft"]


def test_removing_frees_the_marks() -> None:
    register = AircraftRegister()
    one = record(registration="G-POLA", icao_address="43abcd")
    register.upsert([one], NOW_US)
    assert register.flown("met", ["", "none", "G-POLA"]) == one
    assert register.remove(AircraftName("met", "met-07")).record == one
    assert register.find("met", "SERIAL-met-07", NOW_US) is None
    assert register.flown("met", ["43abcd", "SERIAL-met-07", "G-POLA"]) is None
    with pytest.raises(AircraftUnknown):
        register.remove(AircraftName("met", "met-07"))


NAMES = st.sampled_from(["a", "b", "c"])
MARKS = st.sampled_from(["MARK-1", "MARK-2", "MARK-3"])
STEPS = st.lists(
    st.one_of(
        st.tuples(NAMES, st.lists(MARKS, min_size=1, max_size=2, unique=True), st.integers(1, 9)),
        NAMES,
        st.integers(1, 4),
    ),
    max_size=12,
)


@given(STEPS)
def test_against_a_plain_dictionary_and_through_a_snapshot(steps: list[Any]) -> None:
    """The slow obvious model: one dictionary, searched from end to end."""
    register, model, now_us = AircraftRegister(), dict[str, AircraftRecord](), NOW_US
    for step in steps:
        if isinstance(step, int):
            now_us += step
            register.advance(now_us)
        elif isinstance(step, str):
            alive = model.get(step)
            try:
                register.remove(AircraftName("met", step))
            except AircraftUnknown:
                assert alive is None or alive.expires_us <= now_us
            model.pop(step, None)
        else:
            name, marks, lasts_us = step
            wanted = record(name, serials=tuple(marks), expires_us=now_us + lasts_us)
            taken = any(
                set(other.serials) & set(marks) and other.expires_us > now_us
                for other in model.values()
                if other.name.aircraft != name
            )
            if taken:
                with pytest.raises(Refused):
                    register.upsert([wanted], now_us)
            else:
                register.upsert([wanted], now_us)
                model = {k: v for k, v in model.items() if v.expires_us > now_us}
                model[name] = wanted
        alive_now = {k: v for k, v in model.items() if v.expires_us > now_us}
        shown = {one.record.name.aircraft: one.record for one in register.of_agency("met", now_us)}
        assert shown == alive_now
        for mark in ("MARK-1", "MARK-2", "MARK-3"):
            expected = next((v for v in alive_now.values() if mark in v.serials), None)
            assert register.find("met", mark, now_us) == expected
    restored = AircraftRegister()
    restored.restore(copy.deepcopy(register.state()))
    assert restored.state() == register.state()
    assert restored.of_agency("met", now_us) == register.of_agency("met", now_us)


def test_an_entry_is_what_it_was_after_a_snapshot() -> None:
    register, restored = AircraftRegister(), AircraftRegister()
    entries = register.upsert([record(icao_address="43abcd", registration="G-DRON")], NOW_US)
    restored.restore(register.state())
    assert tuple(restored.of_agency("met", NOW_US)) == entries
    assert isinstance(entries[0], RegisteredAircraft)
