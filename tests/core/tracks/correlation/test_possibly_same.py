"""An echo is not alerted against its own aircraft, and nothing else is kept back."""

import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.airspace_memory import airspace_state, restored
from broker.core.alerts import AlertLevel
from broker.core.effects import AlertChanged, TrackState
from broker.core.names import SystemName
from broker.core.plain import mapping, settled
from broker.core.tracks.correlation.memory import correlator_state
from broker.core.tracks.correlation.possibly_same import APART_M, HEARD_TWICE
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US
from tests.core.tracks.correlation.scene import DRONES, RECEIVER, SECOND_RECEIVER, Scene, drone

UNNAMED = AircraftDescription(AircraftClass.UNKNOWN_DRONE)
SPEED_MPS = 12.0
OWN_M, RADIO_M = 6.0, 20.0
TOGETHER_M = APART_M + math.hypot(OWN_M, RADIO_M)


def own(scene: Scene, second: float, east_m: float, **fields: Any) -> None:
    words = fields.pop("words", drone(callsign="MET-07"))
    values = {"velocity_east_mps": SPEED_MPS, "velocity_north_mps": 0.0} | fields
    scene.report(
        DRONES, "a", second, east_m, 0.0, words=words, horizontal_accuracy_m=OWN_M, **values
    )


def radio(scene: Scene, second: float, east_m: float, north_m: float = 8.0, **fields: Any) -> None:
    words, publisher = fields.pop("words", UNNAMED), fields.pop("publisher", RECEIVER)
    values = {"velocity_east_mps": SPEED_MPS, "velocity_north_mps": 0.0} | fields
    scene.report(
        publisher,
        "r",
        second,
        east_m,
        north_m,
        words=words,
        source=values.pop("source", ReportSource.REMOTE_ID),
        horizontal_accuracy_m=RADIO_M,
        **values,
    )


def levels(scene: Scene) -> list[AlertLevel]:
    return [effect.alert.level for effect in scene.of(AlertChanged)]


def echo(scene: Scene, seconds: range, north_m: float = 8.0, **fields: Any) -> None:
    """A drone flies east, and a receiver hears it without a name."""
    for second in seconds:
        own(scene, second, SPEED_MPS * second)
        radio(scene, second + 0.2, SPEED_MPS * (second + 0.2), north_m, **fields)
        scene.tick(second + 0.5)


def test_an_echo_is_marked_and_not_alerted() -> None:
    # REQ-COR-006
    scene = Scene()
    echo(scene, range(30))
    assert scene.tracks == 2
    assert scene.of(AlertChanged) == []
    assert scene.airspace.tracks.marks.doubts == {1: (HEARD_TWICE,)}
    assert scene.airspace.alerting.active() == []
    assert scene.airspace.alerting.active_count == 0
    assert len(scene.airspace.alerting.kept_back()) == 1


def test_the_alert_is_told_in_the_step_in_which_they_part() -> None:
    # REQ-COR-006: no confirmation is waited for, since the alert stood all along.
    scene = Scene()
    echo(scene, range(12))
    own(scene, 12, SPEED_MPS * 12)
    radio(scene, 12.2, SPEED_MPS * 12.2, TOGETHER_M + 80.0)
    (alert,) = [effect.alert for effect in scene.of(AlertChanged)]
    assert alert.level >= AlertLevel.CAUTION
    assert scene.airspace.tracks.marks.doubts == {}
    assert [one.alert_id for one in scene.airspace.alerting.active()] == [alert.alert_id]


def test_a_pair_that_parted_is_never_held_again() -> None:
    # REQ-COR-006
    scene = Scene()
    echo(scene, range(12))
    radio(scene, 12.2, SPEED_MPS * 12.2, TOGETHER_M + 80.0)
    scene.effects.clear()
    echo(scene, range(13, 40))
    assert scene.airspace.alerting.kept_back() == []
    assert scene.airspace.tracks.marks.doubts == {}
    scene.tick(200.0)  # both are lost, and come back beside each other
    assert scene.tracks == 0
    scene.effects.clear()
    echo(scene, range(201, 215))
    assert AlertLevel.CAUTION in levels(scene)


def test_a_drone_that_comes_near_is_alerted() -> None:
    scene = Scene()
    for second in range(40):
        own(scene, second, 0.0, velocity_east_mps=0.0)
        away_m = max(5.0, 400.0 - SPEED_MPS * second)
        radio(scene, second + 0.2, -away_m, 0.0)
        scene.tick(second + 0.5)
    assert max(levels(scene)) >= AlertLevel.CAUTION
    assert scene.airspace.tracks.marks.doubts == {}


def test_who_comes_back_from_a_silence_elsewhere_is_alerted() -> None:
    # REQ-COR-006: heard far off, not heard while it flew here, heard again beside the drone.
    scene = Scene()
    for second in range(5):
        radio(scene, second + 0.2, -3_000.0, 0.0, velocity_east_mps=0.0)
    scene.tick(120.0)
    assert scene.tracks == 0
    own(scene, 120, 0.0, velocity_east_mps=0.0)
    for second in range(121, 130):
        own(scene, second, 0.0, velocity_east_mps=0.0)
        radio(scene, second + 0.2, 10.0, 0.0, velocity_east_mps=0.0)
    assert AlertLevel.CAUTION in levels(scene)


@pytest.mark.parametrize(
    "fields",
    [
        {"velocity_east_mps": -SPEED_MPS},
        {"velocity_east_mps": math.nan, "velocity_north_mps": math.nan},
        {"north_m": TOGETHER_M + 10.0},
        {"source": ReportSource.TELEMETRY, "words": drone(callsign="LFB-01")},
        {"altitude_hae_m": 120.0 + 100.0},
    ],
    ids=["another velocity", "no velocity", "too far", "two with telemetry", "other height"],
)
def test_what_does_not_begin_as_an_echo_is_not_held(fields: dict[str, Any]) -> None:
    # REQ-COR-006
    scene = Scene()
    own(scene, 0.0, 0.0)
    radio(scene, 0.2, SPEED_MPS * 0.2, **fields)
    assert not scene.airspace.correlator.possibly_same.held


def test_other_names_are_not_held_and_a_name_that_comes_later_ends_the_hold() -> None:
    mine = drone(serial_number="MINE")
    theirs = AircraftDescription(AircraftClass.UNKNOWN_DRONE, serial_number="THEIRS")
    scene = Scene()
    own(scene, 0.0, 0.0, words=mine)
    radio(scene, 0.2, 2.4, words=theirs)
    assert not scene.airspace.correlator.possibly_same.held
    scene = Scene()
    for second in range(10):
        own(scene, second, SPEED_MPS * second, words=mine)
        radio(scene, second + 0.2, SPEED_MPS * (second + 0.2))
    assert scene.airspace.correlator.possibly_same.held
    scene.described.discard((RECEIVER, "r"))
    own(scene, 10, SPEED_MPS * 10, words=mine)
    radio(scene, 10.2, SPEED_MPS * 10.2, words=theirs)
    radio(scene, 11.2, SPEED_MPS * 11.2)
    assert not scene.airspace.correlator.possibly_same.held
    assert AlertLevel.CAUTION in levels(scene)


def test_a_crewed_aircraft_with_telemetry_is_held_with_one_unsigned_source_only() -> None:
    # REQ-COR-006
    crew = AircraftDescription(AircraftClass.HELICOPTER, callsign="NPAS15")
    unnamed = AircraftDescription(AircraftClass.HELICOPTER)
    heard: dict[str, Any] = {"words": unnamed, "source": ReportSource.ADSB}
    scene = Scene()
    own(scene, 0.0, 0.0, words=crew)
    radio(scene, 0.2, 2.4, **heard)
    assert scene.airspace.correlator.possibly_same.held
    address = AircraftDescription(AircraftClass.HELICOPTER, icao_address="43bf98")
    scene = Scene()
    for publisher in (RECEIVER, SECOND_RECEIVER):
        radio(scene, 0.0, 0.0, publisher=publisher, words=address, source=ReportSource.ADSB)
    assert scene.tracks == 1
    own(scene, 0.2, 2.4, words=crew)
    assert not scene.airspace.correlator.possibly_same.held


@pytest.mark.parametrize("begins_beside", [True, False])
def test_two_echoes_that_prove_to_be_one_stay_the_echo_of_a_crewed_aircraft(
    begins_beside: bool,
) -> None:
    # REQ-COR-006: what joins with a track that was never an echo is one no more.
    crew = AircraftDescription(AircraftClass.HELICOPTER, callsign="NPAS15")
    heard: dict[str, Any] = {
        "words": AircraftDescription(AircraftClass.HELICOPTER), "source": ReportSource.ADSB
    }  # fmt: skip
    scene = Scene()
    for second in range(20):
        own(scene, second, SPEED_MPS * second, words=crew)
        radio(scene, second + 0.2, SPEED_MPS * (second + 0.2), **heard)
        off_m = 8.0 if begins_beside else max(8.0, 400.0 - 60.0 * second)
        radio(
            scene, second + 0.3, SPEED_MPS * (second + 0.3), off_m,
            publisher=SECOND_RECEIVER, **heard,
        )  # fmt: skip
    correlator, now_us = scene.airspace.correlator, NOW_US + 20 * SECOND_US
    assert correlator.possibly_same.holds(0, 2) is begins_beside
    scene.effects.clear()
    scene.airspace.resharing.joined(correlator._merge(1, 2, "motion", 0.95, now_us), now_us)
    assert scene.airspace.tracks.columns.trusted[1]
    for second in range(21, 35):
        own(scene, second, SPEED_MPS * second, words=crew)
        radio(scene, second + 0.2, SPEED_MPS * (second + 0.2), **heard)
        scene.tick(second + 0.5)
    assert correlator.possibly_same.holds(0, 1) is begins_beside
    assert (scene.of(AlertChanged) == []) is begins_beside


def test_company_is_told_apart_by_its_steady_offset() -> None:
    scene = Scene()
    noise = random.Random(5)
    for second in range(150):
        own(scene, second, SPEED_MPS * second + noise.gauss(0.0, 2.0))
        radio(scene, second + 0.2, SPEED_MPS * (second + 0.2) + noise.gauss(0.0, 5.0), 38.0)
        scene.tick(second + 0.5)
    assert not scene.airspace.correlator.possibly_same.held
    assert AlertLevel.CAUTION in levels(scene)


def test_silence_ends_the_hold() -> None:
    scene = Scene()
    echo(scene, range(8))
    for second in range(8, 30):
        own(scene, second, SPEED_MPS * second)
    assert not scene.airspace.correlator.possibly_same.held


def test_a_lost_echo_that_comes_back_is_held_again() -> None:
    scene = Scene()
    echo(scene, range(8))
    scene.tick(100.0)
    assert scene.tracks == 0
    assert not scene.airspace.correlator.possibly_same.held
    echo(scene, range(101, 110))
    assert scene.of(AlertChanged) == []


def test_a_restart_keeps_what_is_held_and_what_was_let_go() -> None:
    # REQ-DET-001
    scene = Scene()
    echo(scene, range(10))
    before = correlator_state(scene.airspace.correlator)
    scene.airspace = restored(mapping(settled(airspace_state(scene.airspace))))
    assert correlator_state(scene.airspace.correlator) == before
    assert len(scene.airspace.alerting.kept_back()) == 1
    scene.effects.clear()
    radio(scene, 12.2, SPEED_MPS * 12.2, TOGETHER_M + 80.0)
    assert AlertLevel.CAUTION in levels(scene)
    again = restored(mapping(settled(airspace_state(scene.airspace))))
    assert correlator_state(again.correlator) == correlator_state(scene.airspace.correlator)


def test_beside_one_that_fell_silent_anybody_may_begin() -> None:
    # REQ-COR-006: what is alerted is who begins, not what is left of who was there.
    scene = Scene()
    still: dict[str, Any] = {"velocity_east_mps": 0.0}
    for second in range(8):
        radio(scene, second + 0.2, 0.0, **still)
        scene.tick(second + 0.5)
    scene.tick(14.0)
    own(scene, 14.2, 30.0, **still)
    assert not scene.airspace.correlator.possibly_same.held


@pytest.mark.parametrize("launched_at", [3, 40])
def test_who_launches_beside_a_known_echo_is_alerted_against_it(launched_at: int) -> None:
    # REQ-COR-006: the echo has an aircraft of its own; while it is new it may be of either.
    scene = Scene()
    still: dict[str, Any] = {"velocity_east_mps": 0.0}
    for second in range(launched_at + 8):
        own(scene, second, 0.0, **still)
        radio(scene, second + 0.2, 4.0, **still)
        if second >= launched_at:
            scene.report(
                SystemName("las", "drones"),
                "x",
                second + 0.4,
                45.0,
                0.0,
                words=drone(callsign="LAS-01"),
                horizontal_accuracy_m=OWN_M,
                velocity_east_mps=0.0,
                velocity_north_mps=0.0,
            )
        scene.tick(second + 0.5)
    same = scene.airspace.correlator.possibly_same
    assert same.holds(0, 1)
    assert same.holds(1, 2) is (launched_at == 3)
    pairs = [{one.track_a, one.track_b} for one in scene.airspace.alerting.active()]
    assert {1, 3} in pairs
    assert ({2, 3} in pairs) is (launched_at == 40)


def test_an_echo_that_is_presumed_landing_has_not_parted() -> None:
    """What fell silent low and descending stands where it was, for all that is known."""
    crew = AircraftDescription(AircraftClass.HELICOPTER, callsign="NPAS15")
    down: dict[str, Any] = {"vertical_speed_mps": -3.0, "velocity_east_mps": 60.0}
    scene = Scene()
    for second in range(20):
        own(scene, second, 60.0 * second, words=crew, **down)
        if not 6 <= second < 15:
            unnamed = AircraftDescription(AircraftClass.HELICOPTER)
            source = ReportSource.ADSB
            radio(scene, second + 0.2, 60.0 * (second + 0.2), words=unnamed, source=source, **down)
        scene.tick(second + 0.5)
        if second == 14:
            assert scene.airspace.tracks.columns.state[1] == TrackState.PRESUMED_LANDING
    assert scene.airspace.correlator.possibly_same.holds(0, 1)
    assert scene.of(AlertChanged) == []


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 40),
    st.lists(st.floats(-250.0, 250.0), min_size=20, max_size=40),
    st.floats(-20.0, 20.0),
)
def test_a_pair_seen_apart_is_not_held(
    begins: int, offsets_m: list[float], radio_mps: float
) -> None:
    """REQ-COR-006, by the slow way: held means that every look so far showed them together."""
    scene = Scene()
    held_so_far = True
    for second, offset_m in enumerate(offsets_m):
        own(scene, second, SPEED_MPS * second)
        if second < begins % 10:
            continue
        # Without a tick no look is taken, and both are compared at the radio's time.
        radio(scene, second, SPEED_MPS * second + offset_m, 0.0, velocity_east_mps=radio_mps)
        columns = scene.airspace.tracks.columns
        apart_m = abs(float(columns.x_m[1] - columns.x_m[0])) * float(columns.east_scale[0])
        held_so_far &= apart_m <= TOGETHER_M + 0.5
        held_now = scene.airspace.correlator.possibly_same.holds(0, 1)
        assert held_so_far or not held_now
        kept = scene.airspace.alerting.kept_back()
        assert held_now or not kept
