"""The life of tracks: birth, reports, staleness, loss, and rows that are used again."""

import math
from dataclasses import asdict

import numpy as np
import pytest

from broker.core.effects import TrackState, TrackStateChanged
from broker.core.errors import BrokenInvariant
from broker.core.geodesy.frame import project
from broker.core.tracks import register as register_module
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    ReportSource,
)
from broker.core.tracks.table import INITIAL_CAPACITY
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER, at, batch
from tests.core.tracks.registers import CATEGORIES, HELICOPTER, advance, take


@pytest.fixture
def register() -> TrackRegister:
    return TrackRegister(CATEGORIES)


def test_a_first_report_makes_a_track(register: TrackRegister) -> None:
    slots, newer, changes = take(register, at(0, "a"), at(0, "b"))
    assert (slots, newer, changes) == ([0, 1], [True, True], [])
    assert register.columns.track_number[:2].tolist() == [1, 2]
    assert register.slot_of(PUBLISHER, "b") == register.slot_of_number[2] == 1
    assert register.slot_of(OTHER, "b") is None
    assert register.slot_of(PUBLISHER, "c") is None
    assert register.live_slots().tolist() == [0, 1]
    assert register.publisher_name(0) == PUBLISHER
    assert register.live_count == 2


def test_ids_belong_to_their_publisher(register: TrackRegister) -> None:
    take(register, at(0, "same"))
    slots, _, _ = take(register, at(0, "same"), publisher=OTHER)
    assert slots == [1]
    assert register.agencies.values() == ["met-police", "lfb"]
    assert register.columns.agency_index[:2].tolist() == [0, 1]


def test_a_report_is_written_whole_and_placed_in_the_frame(register: TrackRegister) -> None:
    take(register, at(0, latitude_deg=51.4, longitude_deg=-0.2, height_m=30.0, height_reference=2))
    columns = register.columns
    x_m, y_m, scale = project(np.array([51.4]), np.array([-0.2]))
    assert (columns.x_m[0], columns.y_m[0], columns.east_scale[0]) == (x_m[0], y_m[0], scale[0])
    assert (columns.height_m[0], columns.height_reference[0]) == (30.0, 2)
    assert math.isnan(columns.velocity_east_mps[0])
    assert columns.report_count[0] == 1
    assert columns.received_us[0] == NOW_US


def test_an_older_or_equal_time_changes_nothing(register: TrackRegister) -> None:
    # REQ-BAD-003: backwards and duplicate times.
    take(register, at(1))
    before = register.columns.latitude_deg[0]
    _, newer, _ = take(register, at(1, latitude_deg=52.0, description=HELICOPTER))
    assert newer == [False]
    _, newer, _ = take(register, at(0.5, latitude_deg=52.0))
    assert newer == [False]
    assert register.columns.latitude_deg[0] == before
    assert register.descriptions[0] == AircraftDescription()
    assert register.columns.report_count[0] == 1


def test_a_description_stays_until_it_is_replaced(register: TrackRegister) -> None:
    take(register, at(0, description=HELICOPTER))
    take(register, at(1))
    assert register.descriptions[0] == HELICOPTER
    assert register.columns.aircraft_class[0] == AircraftClass.HELICOPTER
    assert register.columns.incident_index[0] == 0
    drone = AircraftDescription(AircraftClass.DRONE)
    take(register, at(2, description=drone))
    assert register.descriptions[0] == drone
    assert register.columns.incident_index[0] == -1


@pytest.mark.parametrize(
    ("source", "trusted"),
    [
        (ReportSource.TELEMETRY, 1),
        (ReportSource.RADAR, 1),
        (ReportSource.SIMULATED, 1),
        (ReportSource.ADSB, 0),
        (ReportSource.MLAT, 0),
        (ReportSource.TISB, 0),
        (ReportSource.REMOTE_ID, 0),
    ],
)
def test_unsigned_radio_is_not_trusted(
    register: TrackRegister, source: ReportSource, trusted: int
) -> None:
    # REQ-TRUST-001
    take(register, at(0, source=source))
    assert register.columns.trusted[0] == trusted


def test_a_silent_track_goes_stale_comes_back_and_is_lost(register: TrackRegister) -> None:
    # REQ-TRK-001: never silently dropped.
    take(register, at(0))
    assert advance(register, 5.0) == []
    assert advance(register, 5.5) == [TrackStateChanged(1, 0, TrackState.STALE, 5.5)]
    assert advance(register, 6.0) == []
    _, _, changes = take(register, at(6))
    assert changes == [TrackStateChanged(1, 0, TrackState.CURRENT, 0.0)]
    assert advance(register, 36.5) == [TrackStateChanged(1, 0, TrackState.LOST, 30.5)]
    assert register.live_slots().tolist() == []
    assert register.live_count == 0


def test_a_lost_row_can_be_read_until_it_is_released(register: TrackRegister) -> None:
    take(register, at(0, "a", description=HELICOPTER))
    advance(register, 40)
    assert register.slot_of_number[1] == 0
    assert register.descriptions[0] == HELICOPTER
    # Until then its row is not given away.
    slots, _, _ = take(register, at(40, "b"))
    assert slots == [1]
    register.release_retired()
    assert 1 not in register.slot_of_number
    slots, _, _ = take(register, at(40, "c"))
    assert slots == [0]


def test_a_row_used_again_remembers_nothing_of_its_last_track(register: TrackRegister) -> None:
    # REQ-TRK-002: slots are re-used, track numbers never.
    take(
        register, at(0, "a", description=HELICOPTER, velocity_east_mps=9.0, velocity_north_mps=1.0)
    )
    take(register, at(1, "a"))
    advance(register, 40)
    register.release_retired()
    slots, newer, _ = take(register, at(-30, "b"))
    assert (slots, newer) == ([0], [True])
    fresh = TrackRegister(CATEGORIES)
    take(fresh, at(-30, "b"))
    assert register.columns.track_number[0] == 2
    register.columns.track_number[0] = 1
    for name in asdict(fresh.columns):
        again, new = getattr(register.columns, name)[0], getattr(fresh.columns, name)[0]
        np.testing.assert_array_equal(again, new, err_msg=name)
    assert register.descriptions[0] == AircraftDescription()
    assert register.slot_of(PUBLISHER, "a") is None


def test_a_lost_aircraft_that_returns_is_a_new_track(register: TrackRegister) -> None:
    take(register, at(0, "a"))
    advance(register, 40)
    slots, _, _ = take(register, at(40, "a"))
    assert slots == [1]
    assert register.columns.track_number[1] == 2


def test_retiring_a_track_twice_stops_everything(register: TrackRegister) -> None:
    take(register, at(0, "a"))
    advance(register, 40)
    with pytest.raises(BrokenInvariant):
        register._retire(0)


def test_the_table_grows_and_keeps_its_rows(register: TrackRegister) -> None:
    count = INITIAL_CAPACITY + 1
    take(register, *(at(0, f"t{place}", latitude_deg=51 + place / 1e5) for place in range(count)))
    assert len(register.columns.active) == 2 * INITIAL_CAPACITY
    assert register.live_count == register.high_water == count
    assert register.columns.latitude_deg[0] == 51.0
    assert register.slot_of(PUBLISHER, f"t{count - 1}") == count - 1


def test_a_full_picture_refuses_new_tracks_and_keeps_the_old(
    register: TrackRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "TRACKS_MAX", 2)
    one = batch(at(0, "a"), at(0, "b"), at(0, "c"), at(1, "a"))
    slots, faults = register.assign(one, np.arange(4))
    assert slots.tolist() == [0, 1, -1, 0]
    assert [(row, field) for row, field, _ in faults] == [(2, "source_track_id")]


def test_one_publisher_cannot_fill_the_picture(
    register: TrackRegister, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_module, "TRACKS_PER_PUBLISHER_MAX", 1)
    slots, faults = register.assign(batch(at(0, "a"), at(0, "b")), np.arange(2))
    assert (slots.tolist(), len(faults)) == ([0, -1], 1)
    slots, faults = register.assign(batch(at(0, "a"), publisher=OTHER), np.arange(1))
    assert (slots.tolist(), faults) == ([1], [])
