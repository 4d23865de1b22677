"""Which tracks are marked and which reports refused, through the whole core."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.cli.policies import policy_text
from broker.core.aircraft.model import AircraftName, AircraftRecord, DataPath
from broker.core.airspace import Airspace, Setup
from broker.core.airspace_memory import airspace_state, restored
from broker.core.commands import (
    Command,
    LoadSupplyChain,
    RegisterAircraft,
    RemoveAircraft,
    SubmitReports,
    Tick,
)
from broker.core.effects import TracksUpdated
from broker.core.names import SystemName
from broker.core.outcomes import BatchReply, Done, NotDone, Outcome
from broker.core.plain import settled
from broker.core.supply_chain import withheld as withheld_module
from broker.core.tracks.marks import Flag
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
    OperationalStatus,
    ReportBatch,
    ReportSource,
)
from broker.core.units import DAY_US, SECOND_US
from tests.core.supply_chain.policies import (
    CLOUD_REFUSED,
    MAKER_FLAGGED,
    UNREGISTERED_FLAGGED,
    policy,
)
from tests.core.tracks.batches import NOW_US, at, batch

MET = SystemName("met", "drones")
CLOUD = Flag("no-cloud", "its data goes through its maker's cloud", False)
MAKER = Flag("maker", "of a maker under review", True)
UNREGISTERED = Flag("unregistered", "not in its agency's register", False)
INSIDE: dict[str, Any] = {"latitude_deg": 51.5, "longitude_deg": -0.12}
AWAY: dict[str, Any] = {"latitude_deg": 51.55, "longitude_deg": -0.12}
ALL_RULES = policy(CLOUD_REFUSED, MAKER_FLAGGED, UNREGISTERED_FLAGGED)


def record(aircraft: str = "m1", **changed: Any) -> AircraftRecord:
    fields: dict[str, Any] = {
        "name": AircraftName("met", aircraft),
        "aircraft_class": AircraftClass.DRONE,
        "registration": "",
        "icao_address": "",
        "serials": (f"SERIAL-{aircraft}",),
        "maker": "DJI",
        "model": "Matrice 4TD",
        "country": "CN",
        "firmware": "10.01",
        "ground_application": "Pilot 2",
        "data_path": DataPath.OWN_SERVER,
        "purpose": "police",
        "expires_us": NOW_US + 30 * DAY_US,
    }
    return AircraftRecord(**{**fields, **changed})


BAND = HeightBand(25.0, 45.0, HeightReference.TAKEOFF)


def drone(aircraft: str = "m1", **words: Any) -> AircraftDescription:
    words = {"aircraft_class": AircraftClass.DRONE, "serial_number": f"SERIAL-{aircraft}", **words}
    return AircraftDescription(**words)


def airspace(toml_text: str = ALL_RULES, *records: AircraftRecord) -> Airspace:
    made = Airspace(Setup(exercise=False, policy_toml=policy_text("default")))
    do(made, 0, LoadSupplyChain(toml_text))
    if records:
        do(made, 0, RegisterAircraft(MET, "r", records))
    return made


def do(space: Airspace, seconds: float, command: Command) -> Outcome:
    (outcome,) = space.apply([command], NOW_US + round(seconds * SECOND_US))
    return outcome


def said(space: Airspace, seconds: float, *rows: dict[str, Any], by: SystemName = MET) -> list[str]:
    """Reports of one publisher; the reasons of those refused."""
    now_us = NOW_US + round(seconds * SECOND_US)
    reply = do(space, seconds, SubmitReports(batch(*rows, publisher=by), now_us)).reply
    assert isinstance(reply, BatchReply)
    assert reply.accepted_count + len(reply.refusals) == len(rows)
    return [str(refusal) for _, refusal in reply.refusals]


def flags(space: Airspace, track: str = "drone-1", by: SystemName = MET) -> list[Flag]:
    slot = space.tracks.slot_of(by, track)
    assert slot is not None
    return list(space.tracks.marks.flags.get(slot, ()))


def marks_changed(outcome: Outcome) -> bool:
    return any(isinstance(effect, TracksUpdated) for effect in outcome.effects)


def test_a_mark_comes_and_goes_with_the_area() -> None:
    # REQ-SUP-004
    space = airspace(ALL_RULES, record())
    assert said(space, 0, at(0, description=drone(), **AWAY)) == []
    assert flags(space) == []
    said(space, 1, at(1, **INSIDE))
    assert flags(space) == [MAKER]
    said(space, 2, at(2, latitude_deg=51.61, longitude_deg=-0.19))
    assert flags(space) == [MAKER]
    said(space, 3, at(3, **AWAY))
    assert flags(space) == []


def test_what_the_register_does_not_hold_is_marked_until_it_does() -> None:
    # REQ-SUP-005
    space = airspace()
    said(space, 0, at(0, description=drone(), **INSIDE))
    assert flags(space) == [UNREGISTERED]
    short = record(maker="Other", expires_us=NOW_US + 5 * SECOND_US)
    assert marks_changed(do(space, 1, RegisterAircraft(MET, "a", (short,))))
    assert flags(space) == []
    assert not marks_changed(do(space, 4, Tick(audit=False)))
    assert marks_changed(do(space, 5, Tick(audit=False)))
    assert flags(space) == [UNREGISTERED]
    do(space, 6, RegisterAircraft(MET, "b", (record(),)))
    assert flags(space) == [MAKER]
    do(space, 7, RemoveAircraft(MET, "c", AircraftName("met", "m1")))
    assert flags(space) == [UNREGISTERED]


@pytest.mark.parametrize(
    "words",
    [
        {"serial_number": "SERIAL-m1"},
        {"serial_number": "", "icao_address": "43abcd"},
        {"serial_number": "", "registration": "G-MET1"},
    ],
)
def test_an_aircraft_is_known_by_any_of_its_marks(words: dict[str, str]) -> None:
    space = airspace(ALL_RULES, record(icao_address="43abcd", registration="G-MET1"))
    said(space, 0, at(0, description=drone(**words), **INSIDE))
    assert flags(space) == [MAKER]


def test_another_agencys_entry_does_not_count() -> None:
    space = airspace(ALL_RULES, record())
    lfb = SystemName("lfb", "drones")
    said(space, 0, at(0, description=drone(), **INSIDE), by=lfb)
    assert flags(space, by=lfb) == [UNREGISTERED]


def test_a_report_is_refused_in_the_area_and_taken_outside() -> None:
    # REQ-SUP-006
    space = airspace(ALL_RULES, record(data_path=DataPath.MAKER_CLOUD))
    [reason] = said(space, 0, at(0, description=drone(callsign="MET07"), **INSIDE))
    assert reason == (
        "reports[0].source_track_id: may not be flown in site: its data goes through its maker's "
        "cloud (supply-chain rule no-cloud, policy sites-1)"
    )
    assert space.tracks.live_count == 0
    # A publisher says what an aircraft is once; it counts although that report was refused.
    assert len(said(space, 1, at(1, **INSIDE))) == 1
    assert said(space, 2, at(2, **AWAY)) == []
    slot = space.tracks.slot_of(MET, "drone-1")
    assert slot is not None
    assert space.tracks.descriptions[slot].callsign == "MET07"
    assert len(said(space, 3, at(3, **INSIDE), at(3.5, **AWAY), at(3.7, **INSIDE))) == 2
    assert flags(space) == []


def test_on_the_ground_an_aircraft_is_marked_and_not_refused() -> None:
    # REQ-SUP-006
    space = airspace(ALL_RULES, record(data_path=DataPath.MAKER_CLOUD, maker="Other"))
    docked = OperationalStatus.AT_DOCK
    row = at(0, description=drone(), operational_status=docked, **INSIDE)
    assert said(space, 0, row) == []
    assert flags(space) == [CLOUD]
    launching = at(1, operational_status=OperationalStatus.LAUNCHING, **INSIDE)
    assert len(said(space, 1, launching)) == 1


def test_what_is_heard_by_radio_is_neither_marked_nor_refused() -> None:
    # REQ-SUP-007: anybody can transmit somebody else's serial number.
    space = airspace(ALL_RULES, record(data_path=DataPath.MAKER_CLOUD))
    heard = at(0, description=drone(), source=ReportSource.REMOTE_ID, **INSIDE)
    assert said(space, 0, heard) == []
    assert flags(space) == []


def test_a_crewed_aircraft_is_never_refused_whatever_its_register_says() -> None:
    # REQ-SUP-003
    space = airspace(ALL_RULES, record(data_path=DataPath.MAKER_CLOUD))
    for kind in (AircraftClass.HELICOPTER, AircraftClass.AEROPLANE, AircraftClass.UNKNOWN):
        row = at(0, kind.name, description=drone(aircraft_class=kind), **INSIDE)
        assert said(space, 0, row) == []


def test_a_bad_policy_is_refused_and_the_running_one_stays() -> None:
    # REQ-SUP-002
    space = airspace(ALL_RULES, record())
    said(space, 0, at(0, description=drone(), **INSIDE))
    reply = do(space, 1, LoadSupplyChain(ALL_RULES.replace('"flag"', '"warn"'))).reply
    assert isinstance(reply, NotDone)
    assert reply.refusals[0].field == "rule[1].action"
    assert flags(space) == [MAKER]
    assert space.supply_chain.toml_text == ALL_RULES
    outcome = do(space, 2, LoadSupplyChain(""))
    assert outcome.reply == Done()
    assert marks_changed(outcome)
    assert flags(space) == []
    assert space.supply_chain.is_idle


def test_a_restart_remembers_marks_and_what_refused_reports_said() -> None:
    # REQ-SUP-008
    cloudy = record("m2", data_path=DataPath.MAKER_CLOUD)
    space = airspace(ALL_RULES, record(), cloudy)
    said(
        space,
        0,
        at(0, description=drone(), **INSIDE),
        at(0, "d2", description=drone("m2", allotted_band=BAND), **INSIDE),
    )
    do(space, 1, Tick(audit=True))
    again = restored(settled(airspace_state(space)))  # type: ignore[arg-type]
    assert flags(again) == [MAKER]
    for one in (space, again):
        assert len(said(one, 2, at(2, "d2", **INSIDE), at(2, **INSIDE))) == 1
        assert said(one, 3, at(3, "d2", **AWAY)) == []
        do(one, 4, Tick(audit=True))
    assert again.supply_chain.state() == space.supply_chain.state()
    assert again.tracks.marks == space.tracks.marks


def test_what_is_remembered_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withheld_module, "WITHHELD_MAX", 3)
    cloudy = [record(f"m{number}", data_path=DataPath.MAKER_CLOUD) for number in range(5)]
    space = airspace(ALL_RULES, *cloudy)
    for number in range(5):
        row = at(0, f"d{number}", description=drone(f"m{number}"), **INSIDE)
        assert len(said(space, 0, row)) == 1
    kept = space.supply_chain.state()["withheld"]
    assert isinstance(kept, list)
    assert len(kept) == 3


# Property: aircraft that no rule fits are as without a policy

places = st.tuples(st.floats(51.46, 51.54), st.floats(-0.18, -0.06))
fleets = st.lists(st.lists(places, min_size=1, max_size=4), min_size=1, max_size=5)


def flown(space: Airspace, fleet: list[list[tuple[float, float]]], fitting: set[int]) -> list[Any]:
    """What became of the aircraft that no rule fits."""
    shown: list[Any] = []
    for second in range(4):
        for number, path in enumerate(fleet):
            if second >= len(path):
                continue
            (latitude_deg, longitude_deg), track = path[second], f"d{number}"
            row = at(second, track, latitude_deg=latitude_deg, longitude_deg=longitude_deg)
            if second == 0:
                row["description"] = drone(f"m{number}")
            refused = said(space, second, row)
            if number not in fitting:
                slot = space.tracks.slot_of(MET, track)
                assert slot is not None
                place = float(space.tracks.columns.x_m[slot]), float(space.tracks.columns.y_m[slot])
                shown.append((refused, space.tracks.descriptions[slot], place, flags(space, track)))
    return shown


@settings(max_examples=25, deadline=None)
@given(fleets, st.sets(st.integers(0, 4)))
def test_an_aircraft_that_no_rule_fits_is_as_without_a_policy(
    fleet: list[list[tuple[float, float]]], fitting: set[int]
) -> None:
    # REQ-SUP-009
    records = [
        record(
            f"m{number}",
            maker="DJI" if number in fitting else "Other",
            data_path=DataPath.MAKER_CLOUD if number in fitting else DataPath.LOCAL,
        )
        for number in range(len(fleet))
    ]
    with_policy, without = airspace(ALL_RULES, *records), airspace("", *records)
    assert flown(with_policy, fleet, fitting) == flown(without, fleet, fitting)


def test_a_batch_nobody_objects_to_is_handed_on_as_it_is() -> None:
    space = airspace(ALL_RULES, record(data_path=DataPath.MAKER_CLOUD))
    one: ReportBatch = batch(at(0, description=drone(), **AWAY), publisher=MET)
    rows = space.tracks.live_slots().astype("int64")
    handed, _, faults = space.supply_chain.admit(one, rows)
    assert handed is one
    assert faults == []
