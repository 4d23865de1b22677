"""Heights beside bands: beyond doubt, or nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.bands.heights import Height, comes_into, height_over, judged
from broker.core.geodesy.ground import LONDON, NOTHING_KNOWN, Ground, TerrainGrid
from broker.core.separation.policy_bands import BandLimits
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    HeightBand,
    HeightReference,
)
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, PUBLISHER, at, batch
from tests.core.tracks.registers import CATEGORIES, take

TAKEOFF, GROUND = HeightReference.TAKEOFF, HeightReference.GROUND
BAND = HeightBand(25.0, 45.0, TAKEOFF)
LIMITS = BandLimits(600.0, 6.0, 120 * SECOND_US, 15.0)
UNDULATION_M = 46.0
"""Of London, within a metre."""

heights = st.builds(
    Height, st.floats(-50, 150), st.floats(0, 30), st.floats(-5, 5), st.floats(0, 1)
)


@given(heights)
def test_what_is_said_is_beyond_doubt(height: Height) -> None:
    # REQ-BAND-004
    seen = judged(BAND, height, LIMITS)
    if height.doubt_m > LIMITS.doubt_at_most_m:
        assert seen is None
        return
    assert seen is not None
    possible = np.linspace(height.height_m - height.doubt_m, height.height_m + height.doubt_m, 101)
    inside = (possible >= BAND.lower_m) & (possible <= BAND.upper_m)
    assert seen.is_inside == (BAND.lower_m <= height.height_m <= BAND.upper_m)
    if seen.is_outside:
        assert not inside.any()
        assert not seen.is_inside
        assert seen.leaves
    if seen.leaves:
        assert seen.may_leave
        assert seen.leaves_in_s is not None
    if not seen.is_inside:
        assert seen.leaves_in_s == 0.0
        assert abs(seen.passes_m - height.height_m) == pytest.approx(
            min(abs(BAND.lower_m - height.height_m), abs(BAND.upper_m - height.height_m))
        )


@given(st.floats(26, 44), st.floats(0.1, 5))
def test_a_steady_climb_passes_the_limit_when_it_is_foreseen(height_m: float, mps: float) -> None:
    for climb_mps in (mps, -mps):
        seen = judged(BAND, Height(height_m, 1.0, climb_mps, 0.0), LIMITS)
        assert seen is not None
        assert seen.leaves_in_s is not None
        assert height_m + climb_mps * seen.leaves_in_s == pytest.approx(seen.passes_m)
        assert seen.leaves == (abs(seen.passes_m - height_m) + 1.0 < 6.0 * mps)


def drones(**fields: object) -> TrackRegister:
    """Two drones 30 m apart in what they took off from; the first has the fields given."""
    register = TrackRegister(CATEGORIES)
    words = AircraftDescription(AircraftClass.DRONE, incident_id="i", allotted_band=BAND)
    sound = {
        "height_m": 40.0,
        "height_reference": TAKEOFF,
        "altitude_hae_m": 140.0,
        "altitude_datum": AltitudeDatum.HAE,
        "vertical_accuracy_m": 3.0,
        "description": words,
    }
    take(
        register,
        at(0, "a", **{**sound, **fields}),
        at(0, "b", **{**sound, "altitude_hae_m": 110.0}),
    )
    return register


def over(
    register: TrackRegister, reference: HeightReference, ground: Ground = LONDON, after_s: int = 0
) -> Height | None:
    return height_over(register.columns, 0, reference, ground, NOW_US + after_s * SECOND_US)


def test_a_reported_height_is_taken_as_it_is_stated() -> None:
    height = over(drones(), TAKEOFF)
    assert height is not None
    assert (height.height_m, height.doubt_m) == (40.0, 3.0)
    assert over(drones(height_reference=GROUND), TAKEOFF) is None


def test_a_height_without_an_accuracy_has_the_usual_one() -> None:
    height = over(drones(vertical_accuracy_m=math.nan), TAKEOFF)
    assert height is not None
    assert height.doubt_m == 10.0


def test_an_older_report_is_carried_on_and_doubted_more() -> None:
    register = drones(vertical_speed_mps=2.0)
    register.columns.climb_variance_m2ps2[0] = 0.1**2
    now, then = over(register, TAKEOFF), over(register, TAKEOFF, after_s=3)
    assert now is not None
    assert then is not None
    assert then.height_m == pytest.approx(now.height_m + 3.0 * now.climb_mps)
    assert then.doubt_m == pytest.approx(now.doubt_m + 3.0 * 1.96 * 0.1)


def test_a_band_above_ground_needs_terrain_where_no_such_height_is_reported() -> None:
    # REQ-BAND-004: without it London's 0 to 245 m would be doubt.
    register = drones(height_reference=HeightReference.NONE, height_m=math.nan)
    in_london = over(register, GROUND)
    assert in_london is not None
    assert in_london.doubt_m > 122.0
    assert judged(BAND, in_london, LIMITS) is None
    assert over(register, GROUND, NOTHING_KNOWN) is None
    cells = np.full((40, 40), 50.0, dtype=np.float32)
    cells[:, 1::2] = 54.0
    ground = Ground(terrain=TerrainGrid.of(51.4, -0.22, 0.005, cells))
    height = over(register, GROUND, ground)
    assert height is not None
    assert height.height_m == pytest.approx(140.0 - UNDULATION_M - 52.0, abs=1.0)
    assert height.doubt_m == pytest.approx(10.0 + 2.0)


@pytest.mark.parametrize(
    ("height_m", "enters"), [(70.0, False), (16.0, True), (0.0, True), (-16.0, False)]
)
def test_bands_above_different_places_are_compared_by_satellite(
    height_m: float, enters: bool
) -> None:
    # 30 m higher than the other took off from: the other's band is at -5 to 15 m.
    register = drones()
    height = Height(height_m - 1.0, 3.0, 0.0, 0.0)
    assert comes_into(register.columns, 0, 1, height, LIMITS) == enters


def test_without_a_satellite_altitude_of_both_they_are_not_compared() -> None:
    # REQ-BAND-004: a pressure altitude is out by more than lies between bands.
    for fields in (
        {"altitude_datum": AltitudeDatum.PRESSURE},
        {"altitude_datum": AltitudeDatum.NONE},
        {"height_reference": GROUND},
    ):
        register = drones(**fields)
        assert not comes_into(register.columns, 0, 1, Height(0.0, 3.0, 0.0, 0.0), LIMITS)


def test_two_bands_above_ground_are_compared_as_they_stand() -> None:
    one = HeightBand(25.0, 45.0, GROUND)
    register = TrackRegister(CATEGORIES)
    words = AircraftDescription(AircraftClass.DRONE, incident_id="i", allotted_band=one)
    rows = [at(0, name, description=words) for name in "ab"]
    taken = batch(*rows, publisher=PUBLISHER)
    slots, _ = register.assign(taken, np.arange(2))
    register.write(taken, np.arange(2), slots, NOW_US)
    assert comes_into(register.columns, 0, 1, Height(30.0, 3.0, 0.0, 0.0), LIMITS)
    assert not comes_into(register.columns, 0, 1, Height(50.0, 3.0, 0.0, 0.0), LIMITS)
