"""One aircraft is one track, and doubt keeps two."""

import math
from typing import Any

import pytest

from broker.core.airspace_memory import airspace_state, restored
from broker.core.commands import SubmitReports
from broker.core.effects import (
    AlertChanged,
    TracksMerged,
    TrackSplit,
    TrackState,
    TrackStateChanged,
)
from broker.core.plain import mapping, settled
from broker.core.tracks.correlation.memory import correlator_state
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, at, batch
from tests.core.tracks.correlation.scene import DRONES, RECEIVER, SECOND_RECEIVER, Scene, drone

SERIAL = drone(serial_number="1581F6Q8D2410", callsign="MET-07")
HEARD = AircraftDescription(AircraftClass.UNKNOWN_DRONE, serial_number="1581f6q8d2410")
REMOTE_ID = ReportSource.REMOTE_ID


def fly_both(scene: Scene, seconds: range, apart_m: float = 12.0) -> None:
    """A drone flies east; its operator's system and a receiver both report it."""
    for second in seconds:
        east_m = 10.0 * second
        scene.report(
            DRONES,
            "a",
            second,
            east_m,
            0.0,
            words=SERIAL,
            velocity_east_mps=10.0,
            velocity_north_mps=0.0,
            horizontal_accuracy_m=5.0,
        )
        scene.report(
            RECEIVER,
            "r",
            second + 0.3,
            east_m + 3.0,
            apart_m,
            words=HEARD,
            source=REMOTE_ID,
            horizontal_accuracy_m=20.0,
        )
        scene.tick(second + 0.5)


def test_the_same_serial_number_in_one_place_is_one_track() -> None:
    # REQ-COR-001: it is shown once, with all who hear it, and never conflicts with itself.
    scene = Scene()
    fly_both(scene, range(30))
    assert scene.tracks == 1
    (merged,) = scene.of(TracksMerged)
    assert (merged.track_number, merged.gone_number, merged.basis) == (1, 2, "identity")
    assert [one.state for one in scene.of(TrackStateChanged)] == [TrackState.MERGED]
    assert scene.of(AlertChanged) == []
    register = scene.airspace.tracks
    heard = register.marks.heard_by[0]
    assert [(str(one.publisher), one.basis) for one in heard] == [
        ("agencies/met/systems/drones", "first"),
        ("agencies/met/systems/receiver", "identity"),
    ]
    assert register.descriptions[0].callsign == "MET-07"


def test_the_better_source_moves_the_track_and_the_other_stands_in() -> None:
    scene = Scene()
    fly_both(scene, range(10))
    columns = scene.airspace.tracks.columns
    assert columns.source[0] == ReportSource.TELEMETRY
    assert columns.horizontal_accuracy_m[0] == 5.0
    for second in range(10, 16):
        scene.report(
            RECEIVER,
            "r",
            second,
            10.0 * second,
            12.0,
            words=HEARD,
            source=REMOTE_ID,
            horizontal_accuracy_m=20.0,
        )
        scene.tick(second + 0.5)
    assert columns.source[0] == REMOTE_ID
    assert scene.tracks == 1


def test_radio_alone_is_not_trusted_and_telemetry_is() -> None:
    # REQ-COR-002: radio evidence raises caution, never privilege.
    scene = Scene()
    scene.report(RECEIVER, "r", 0.0, 0.0, 0.0, words=HEARD, source=REMOTE_ID)
    assert not scene.airspace.tracks.columns.trusted[0]
    fly_both(scene, range(1, 5))
    (slot,) = scene.airspace.tracks.live_slots().tolist()
    assert scene.airspace.tracks.columns.trusted[slot]
    assert scene.airspace.tracks.publisher_name(slot) == DRONES
    assert scene.airspace.tracks.descriptions[slot].aircraft_class is AircraftClass.DRONE


def test_two_receivers_of_one_address_are_one_track_that_may_warn() -> None:
    scene = Scene()
    words = AircraftDescription(AircraftClass.HELICOPTER, icao_address="43bf98")
    for second in range(6):
        for publisher, offset_s in ((RECEIVER, 0.0), (SECOND_RECEIVER, 0.4)):
            scene.report(
                publisher,
                "43bf98",
                second + offset_s,
                50.0 * second,
                0.0,
                words=words,
                source=ReportSource.ADSB,
            )
    assert scene.tracks == 1
    (slot,) = scene.airspace.tracks.live_slots().tolist()
    assert scene.airspace.tracks.columns.trusted[slot]


def test_a_known_identity_elsewhere_is_marked_and_kept_apart() -> None:
    # REQ-COR-003: a made-up twin takes nothing from the real one.
    scene = Scene()
    for second in range(20):
        scene.report(DRONES, "a", second, 0.0, 0.0, words=SERIAL)
        scene.report(RECEIVER, "r", second + 0.2, 5_000.0, 0.0, words=HEARD, source=REMOTE_ID)
        scene.tick(second + 0.5)
    assert scene.tracks == 2
    assert scene.of(TracksMerged) == []
    doubts = scene.airspace.tracks.marks.doubts
    assert doubts == {0: ("identity-claimed-elsewhere",), 1: ("identity-claimed-elsewhere",)}


def test_other_identities_are_never_joined_however_close() -> None:
    scene = Scene()
    other = AircraftDescription(AircraftClass.UNKNOWN_DRONE, serial_number="ANOTHER")
    for second in range(120):
        bearing = second / 10
        east_m, north_m = 200 * math.sin(bearing), 200 * math.cos(bearing)
        scene.report(DRONES, "a", second, east_m, north_m, words=SERIAL)
        scene.report(RECEIVER, "r", second + 0.2, east_m, north_m, words=other, source=REMOTE_ID)
        scene.tick(second + 0.5)
    assert scene.tracks == 2


def circling(scene: Scene, seconds: range, offset_m: float) -> None:
    """A drone on a circle, and an anonymous radio track beside it."""
    unnamed = AircraftDescription(AircraftClass.UNKNOWN_DRONE)
    for second in seconds:
        for publisher, late_s in ((DRONES, 0.0), (RECEIVER, 0.3)):
            bearing = (second + late_s) / 15
            radius_m = 220.0
            noise_m = 4.0 * math.sin(12.9898 * second)
            east_m = radius_m * math.sin(bearing) + noise_m
            north_m = radius_m * math.cos(bearing) - noise_m
            velocity: dict[str, Any] = {
                "velocity_east_mps": radius_m / 15 * math.cos(bearing),
                "velocity_north_mps": -radius_m / 15 * math.sin(bearing),
            }
            if publisher is DRONES:
                scene.report(
                    DRONES,
                    "a",
                    second,
                    east_m,
                    north_m,
                    words=drone(),
                    horizontal_accuracy_m=8.0,
                    **velocity,
                )
            else:
                scene.report(
                    RECEIVER,
                    "r",
                    second + late_s,
                    east_m + offset_m,
                    north_m,
                    words=unnamed,
                    source=REMOTE_ID,
                    horizontal_accuracy_m=15.0,
                    **velocity,
                )
        scene.tick(second + 0.5)


def test_long_common_motion_proves_one_aircraft() -> None:
    scene = Scene()
    circling(scene, range(90), 0.0)
    assert scene.tracks == 1
    (merged,) = scene.of(TracksMerged)
    assert merged.basis == "motion"
    assert 0.9 <= merged.confidence < 1.0


@pytest.mark.parametrize("offset_m", [15.0, 22.0, 30.0])
def test_company_is_not_identity(offset_m: float) -> None:
    # REQ-COR-004: two aircraft that fly beside each other stay two.
    scene = Scene()
    circling(scene, range(180), offset_m)
    assert scene.tracks == 2
    assert scene.of(TracksMerged) == []


def test_a_publisher_that_flies_off_is_parted_again() -> None:
    # REQ-COR-005: joins are reversible.
    scene = Scene()
    fly_both(scene, range(10))
    for second in range(10, 40):
        scene.report(DRONES, "a", second, 100.0, 0.0, words=SERIAL)
        scene.report(
            RECEIVER,
            "r",
            second + 0.3,
            100.0 + 40.0 * (second - 10),
            0.0,
            words=HEARD,
            source=REMOTE_ID,
        )
        scene.tick(second + 0.5)
    assert scene.tracks == 2
    (split,) = scene.of(TrackSplit)
    assert (split.track_number, split.publisher, split.basis) == (1, RECEIVER, "identity")
    assert len(scene.of(TracksMerged)) == 1


def test_a_backlog_that_tells_of_another_place_parts_once() -> None:
    # REQ-COR-005: two reports of it in one micro-batch are one parting.
    scene = Scene()
    fly_both(scene, range(10))
    scene.report(DRONES, "a", 10.0, 0.0, 0.0, words=SERIAL)
    for second in (10.3, 14.3):
        scene.report(RECEIVER, "r", second, 2_000.0, 0.0, words=HEARD, source=REMOTE_ID)
        scene.report(DRONES, "a", second + 0.2, 0.0, 0.0, words=SERIAL)
    far = {"latitude_deg": 51.5, "longitude_deg": -0.09, "source": REMOTE_ID}
    rows = [at(18.0 + one, "r", **far) for one in range(3)]
    submission = SubmitReports(batch(*rows, publisher=RECEIVER), NOW_US + 20 * SECOND_US)
    (outcome,) = scene.airspace.apply([submission], submission.received_us)
    scene.effects += outcome.effects
    (split,) = scene.of(TrackSplit)
    assert split.publisher == RECEIVER
    scene.report(RECEIVER, "r", 21.0, 2_000.0, 0.0, words=HEARD, source=REMOTE_ID)
    assert scene.tracks == 2


def test_a_jump_is_marked_and_forgotten_after_a_minute() -> None:
    scene = Scene()
    scene.report(DRONES, "a", 0.0, 0.0, 0.0, words=SERIAL)
    scene.report(DRONES, "a", 1.0, 2_000.0, 0.0, words=SERIAL)
    assert scene.airspace.tracks.marks.doubts == {0: ("implausible-jump",)}
    for second in range(2, 80, 2):
        scene.report(DRONES, "a", second, 2_000.0, 0.0, words=SERIAL)
        scene.tick(second + 0.5)
    assert scene.airspace.tracks.marks.doubts == {}


def test_an_old_report_of_one_publisher_is_refused_and_the_others_are_not() -> None:
    scene = Scene()
    fly_both(scene, range(10))
    again = scene.report(RECEIVER, "r", 5.0, 0.0, 0.0, words=HEARD, source=REMOTE_ID)
    assert again.accepted_count == 0
    assert "not newer" in again.refusals[0][1].reason
    assert scene.report(RECEIVER, "r", 9.4, 95.0, 0.0, words=HEARD, source=REMOTE_ID).accepted_count


def test_everybody_silent_is_one_lost_track() -> None:
    scene = Scene()
    fly_both(scene, range(10))
    scene.tick(60.0)
    states = [one.state for one in scene.of(TrackStateChanged)]
    assert states[-1] is TrackState.LOST
    assert scene.tracks == 0
    scene.described.clear()
    fly_both(scene, range(61, 65))
    assert scene.tracks == 1


def test_a_restart_in_the_middle_decides_the_same() -> None:
    # REQ-DET-001
    whole, cut = Scene(), Scene()
    circling(whole, range(90), 0.0)
    circling(cut, range(25), 0.0)
    state = settled(airspace_state(cut.airspace))
    cut.airspace = restored(mapping(state))
    circling(cut, range(25, 90), 0.0)
    assert cut.of(TracksMerged) == whole.of(TracksMerged)
    again = restored(mapping(settled(airspace_state(cut.airspace))))
    assert correlator_state(again.correlator) == correlator_state(cut.airspace.correlator)
