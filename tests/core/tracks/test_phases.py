"""Phases: what is declared, and what behaviour adds to it."""

from typing import Any

import numpy as np
import pytest

from broker.core.geodesy.ground import LONDON, NOTHING_KNOWN, AreaGround, DegreeBox, Ground
from broker.core.tracks.phases import (
    PHASE_OF_STATUS,
    Phase,
    PhaseLimits,
    declared_phases,
    phases_of,
    presumed_landing,
)
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightReference,
    OperationalStatus,
)
from broker.core.units import FOOT_M
from tests.core.tracks.batches import NOW_US, at, batch

LIMITS = PhaseLimits(700 * FOOT_M, 1.5, 35.0, 100 * FOOT_M, 3_600.0)
GEOID_M = 45.9
HIGH_GROUND_M = 245.0
TASKED = AircraftDescription(AircraftClass.HELICOPTER, incident_id="INC-1")
FREE = AircraftDescription(AircraftClass.HELICOPTER)
DRONE = AircraftDescription(AircraftClass.DRONE, incident_id="INC-1")
CATEGORIES = np.zeros((len(AircraftClass), len(Phase)), dtype=np.int16)


def scene(description: AircraftDescription, **fields: Any) -> TrackRegister:
    """One aircraft at 30 m/s, 300 m above the sea, level unless said."""
    flown = {
        "velocity_east_mps": 30.0,
        "velocity_north_mps": 0.0,
        "vertical_speed_mps": 0.0,
        "altitude_hae_m": 300.0 + GEOID_M,
        **fields,
    }
    register = TrackRegister(CATEGORIES)
    one = batch(at(0, description=description, **flown))
    slots, _ = register.assign(one, np.arange(1))
    register.write(one, np.arange(1), slots, NOW_US)
    return register


def phase(description: AircraftDescription, *, ground: Ground = LONDON, **fields: Any) -> Phase:
    register = scene(description, **fields)
    return Phase(int(phases_of(register.columns, register.live_slots(), LIMITS, ground)[0]))


def presumed(description: AircraftDescription, *, ground: Ground = LONDON, **fields: Any) -> bool:
    register = scene(description, **fields)
    return bool(presumed_landing(register.columns, register.live_slots(), LIMITS, ground)[0])


@pytest.mark.parametrize("status", OperationalStatus)
@pytest.mark.parametrize("description", [FREE, DRONE, AircraftDescription()])
def test_what_is_declared_comes_first(
    status: OperationalStatus, description: AircraftDescription
) -> None:
    register = scene(description, operational_status=status, vertical_speed_mps=-4.0)
    slots = register.live_slots()
    assert declared_phases(register.columns, slots).tolist() == [PHASE_OF_STATUS[status]]
    assert phases_of(register.columns, slots, LIMITS, LONDON).tolist() == [PHASE_OF_STATUS[status]]


def test_a_slow_tasked_helicopter_is_on_scene_and_a_fast_one_travels() -> None:
    assert phase(TASKED) is Phase.ON_SCENE
    assert phase(TASKED, velocity_east_mps=36.0) is Phase.TRANSIT
    assert phase(TASKED, velocity_east_mps=np.nan, velocity_north_mps=np.nan) is Phase.TRANSIT
    assert phase(FREE) is Phase.TRANSIT


def test_a_tasked_helicopter_that_descends_low_is_landing() -> None:
    assert phase(TASKED, vertical_speed_mps=-1.5) is Phase.LANDING
    assert phase(TASKED, vertical_speed_mps=-1.4) is Phase.ON_SCENE
    assert phase(FREE, vertical_speed_mps=-3.0) is Phase.TRANSIT


def test_a_landing_is_believed_over_the_highest_ground() -> None:
    # REQ-SEP-022: ground that nobody measured may be near; the landing brings the larger volume.
    edge_m = GEOID_M + HIGH_GROUND_M + LIMITS.landing_below_m
    for altitude_m, expected in ((edge_m - 1.0, Phase.LANDING), (edge_m + 1.0, Phase.ON_SCENE)):
        assert phase(TASKED, vertical_speed_mps=-3.0, altitude_hae_m=altitude_m) is expected


def test_behaviour_is_judged_over_the_ground_of_its_place() -> None:
    # REQ-RES-017: an area is what its bounds say; where nothing is known a landing is believed.
    peaks = Ground(AreaGround(300.0, 600.0, DegreeBox(51.0, -1.0, 52.0, 1.0)))
    descending: dict[str, Any] = {"vertical_speed_mps": -3.0, "altitude_hae_m": 700.0 + GEOID_M}
    assert phase(TASKED, **descending) is Phase.ON_SCENE
    assert phase(TASKED, ground=peaks, **descending) is Phase.LANDING
    assert phase(TASKED, ground=NOTHING_KNOWN, **descending) is Phase.LANDING
    low: dict[str, Any] = {"vertical_speed_mps": -3.0, "altitude_hae_m": 400.0 + GEOID_M}
    assert not presumed(FREE, **low)
    assert presumed(FREE, ground=peaks, **low)
    assert not presumed(FREE, ground=NOTHING_KNOWN, **low)


def test_a_reported_height_above_ground_counts_before_a_derived_one() -> None:
    said: dict[str, Any] = {
        "height_reference": HeightReference.GROUND,
        "vertical_speed_mps": -3.0,
    }
    assert phase(TASKED, height_m=220.0, **said) is Phase.ON_SCENE
    assert phase(TASKED, height_m=200.0, **said) is Phase.LANDING


def test_an_unknown_height_or_climb_is_no_landing() -> None:
    unknown: dict[str, Any] = {"altitude_hae_m": np.nan, "vertical_speed_mps": -3.0}
    assert phase(TASKED, **unknown) is Phase.ON_SCENE
    assert phase(TASKED, vertical_speed_mps=np.nan) is Phase.ON_SCENE
    assert not presumed(FREE, **unknown)


def test_accepted_close_work_ends_at_lift() -> None:
    # REQ-SEP-023
    accepted: dict[str, Any] = {"operational_status": OperationalStatus.CLOSE_WORK_ACCEPTED}
    assert phase(FREE, vertical_speed_mps=-3.0, **accepted) is Phase.CLOSE_WORK
    assert phase(FREE, vertical_speed_mps=1.5, **accepted) is Phase.LANDING


def test_a_drone_is_low_by_its_height_above_take_off() -> None:
    takeoff: dict[str, Any] = {"height_reference": HeightReference.TAKEOFF}
    assert phase(DRONE, height_m=30.0, **takeoff) is Phase.LOW
    assert phase(DRONE, height_m=31.0, **takeoff) is Phase.TRANSIT
    assert phase(DRONE) is Phase.TRANSIT
    assert phase(TASKED, height_m=30.0, **takeoff) is Phase.ON_SCENE


def test_a_silent_landing_is_presumed_only_below_700_ft_of_any_ground() -> None:
    # REQ-TRK-003: it takes volume away, so it is believed over the lowest ground.
    down: dict[str, Any] = {"vertical_speed_mps": -3.0}
    for altitude_m, expected in ((212.0, True), (215.0, False)):
        assert presumed(FREE, altitude_hae_m=altitude_m + GEOID_M, **down) is expected
    assert not presumed(FREE, altitude_hae_m=100.0 + GEOID_M)
    assert not presumed(DRONE, altitude_hae_m=100.0 + GEOID_M, **down)
    turning: dict[str, Any] = {"operational_status": OperationalStatus.ROTORS_TURNING}
    assert not presumed(FREE, altitude_hae_m=100.0 + GEOID_M, **down, **turning)
