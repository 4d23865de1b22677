"""From every published datum to the ellipsoid, with the doubt it leaves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.geodesy.datum import (
    CORRECTED_PRESSURE_DOUBT_M,
    GNSS_VERTICAL_ACCURACY_DEFAULT_M,
    UNKNOWN_QNH_DOUBT_M,
    qnh_shift_m,
    resolve_altitude,
)
from broker.core.geodesy.geoid import GRID_DOUBT_M
from broker.core.geodesy.ground import (
    GREATER_LONDON,
    LONDON,
    NOTHING_KNOWN,
    AreaGround,
    Ground,
    TerrainGrid,
)
from broker.core.tracks.reports import AltitudeDatum, HeightReference
from broker.core.units import FOOT_M

LONDON_UNDULATION_M = 45.95
NAN = math.nan


def resolve(
    altitude_m: float = NAN,
    datum: AltitudeDatum = AltitudeDatum.NONE,
    height_m: float = NAN,
    reference: HeightReference = HeightReference.NONE,
    accuracy_m: float = NAN,
    qnh_hpa: float | None = None,
    ground: Ground = LONDON,
) -> tuple[float, float]:
    """One report over central London."""
    altitude, doubt = resolve_altitude(
        np.array([51.5]),
        np.array([-0.12]),
        np.array([altitude_m]),
        np.array([datum], dtype=np.int8),
        np.array([height_m]),
        np.array([reference], dtype=np.int8),
        np.array([NAN]),
        np.array([accuracy_m]),
        ground,
        qnh_hpa,
    )
    return float(altitude[0]), float(doubt[0])


def test_ellipsoid_height_is_kept() -> None:
    assert resolve(120.0, AltitudeDatum.HAE, accuracy_m=4.0) == (120.0, 4.0)
    assert resolve(-32.0, AltitudeDatum.HAE) == (-32.0, GNSS_VERTICAL_ACCURACY_DEFAULT_M)


def test_mean_sea_level_gets_the_geoid_and_its_doubt() -> None:
    # REQ-GEO-002: mixing the two is a 151 ft error.
    altitude_m, doubt_m = resolve(100.0, AltitudeDatum.AMSL, accuracy_m=4.0)
    assert altitude_m == pytest.approx(100.0 + LONDON_UNDULATION_M, abs=0.01)
    assert doubt_m == pytest.approx(math.hypot(4.0, GRID_DOUBT_M))
    assert (altitude_m - 100.0) / FOOT_M == pytest.approx(151.0, abs=0.5)


def test_pressure_without_qnh_carries_the_whole_possible_range() -> None:
    altitude_m, doubt_m = resolve(300.0, AltitudeDatum.PRESSURE)
    assert altitude_m == pytest.approx(300.0 + LONDON_UNDULATION_M, abs=0.01)
    assert doubt_m > UNKNOWN_QNH_DOUBT_M + CORRECTED_PRESSURE_DOUBT_M
    for qnh_hpa in (980.0, 1046.0):
        assert (
            abs(resolve(300.0, AltitudeDatum.PRESSURE, qnh_hpa=qnh_hpa)[0] - altitude_m) < doubt_m
        )


def test_pressure_with_qnh_is_good_to_150_feet() -> None:
    altitude_m, doubt_m = resolve(300.0, AltitudeDatum.PRESSURE, qnh_hpa=1023.25)
    assert altitude_m == pytest.approx(300.0 + 82.7 + LONDON_UNDULATION_M, abs=1.0)
    assert doubt_m == pytest.approx(math.hypot(CORRECTED_PRESSURE_DOUBT_M, GRID_DOUBT_M))


def test_pressure_doubt_grows_with_altitude_and_published_accuracy() -> None:
    low = resolve(300.0, AltitudeDatum.PRESSURE, qnh_hpa=1013.25)[1]
    assert resolve(3_000.0, AltitudeDatum.PRESSURE, qnh_hpa=1013.25)[1] > 5 * low
    assert resolve(300.0, AltitudeDatum.PRESSURE, accuracy_m=40.0, qnh_hpa=1013.25)[1] > low


@given(st.floats(950.0, 1050.0))
def test_a_hectopascal_is_27_to_30_feet(qnh_hpa: float) -> None:
    step_ft = (qnh_shift_m(qnh_hpa + 1.0) - qnh_shift_m(qnh_hpa)) / FOOT_M
    assert 26.0 < step_ft < 30.0
    assert qnh_shift_m(1013.25) == 0.0


@pytest.mark.parametrize("reference", [HeightReference.TAKEOFF, HeightReference.GROUND])
def test_height_alone_is_bounded_by_the_ground_range(reference: HeightReference) -> None:
    # REQ-GEO-004: the truth lies inside the doubt for every ground in London.
    altitude_m, doubt_m = resolve(height_m=60.0, reference=reference, accuracy_m=3.0)
    for ground_amsl_m in (0.0, 122.5, 245.0):
        truth_m = ground_amsl_m + 60.0 + LONDON_UNDULATION_M
        assert abs(truth_m - altitude_m) <= doubt_m
    flat = Ground(AreaGround(10.0, 10.0, GREATER_LONDON))
    altitude_m, doubt_m = resolve(height_m=60.0, reference=reference, accuracy_m=3.0, ground=flat)
    assert altitude_m == pytest.approx(70.0 + LONDON_UNDULATION_M, abs=0.01)
    assert doubt_m == pytest.approx(math.hypot(3.0, GRID_DOUBT_M))


@pytest.mark.parametrize("reference", [HeightReference.TAKEOFF, HeightReference.GROUND])
def test_a_height_above_unknown_ground_is_an_unknown_altitude(reference: HeightReference) -> None:
    # REQ-GEO-005: London's hills say nothing of other ground.
    altitude_m, doubt_m = resolve(height_m=60.0, reference=reference, ground=NOTHING_KNOWN)
    assert math.isnan(altitude_m)
    assert math.isnan(doubt_m)
    pressure = resolve(300.0, AltitudeDatum.PRESSURE)
    both = resolve(300.0, AltitudeDatum.PRESSURE, 60.0, reference, ground=NOTHING_KNOWN)
    assert both == pressure


def test_terrain_bounds_a_height_above_ground_and_not_one_above_take_off() -> None:
    # REQ-GEO-004: nobody reports where it took off.
    sloping = np.tile(np.arange(41, dtype=np.float32), (41, 1))
    terrain = TerrainGrid.of(51.3, -0.32, 0.01, sloping)
    ground = Ground(None, "sloping", terrain)
    altitude_m, doubt_m = resolve(height_m=60.0, reference=HeightReference.GROUND, ground=ground)
    assert altitude_m == pytest.approx(60.0 + 20.0 + LONDON_UNDULATION_M, abs=1.0)
    assert doubt_m < 15.0
    altitude_m, doubt_m = resolve(height_m=60.0, reference=HeightReference.TAKEOFF, ground=ground)
    assert altitude_m == pytest.approx(60.0 + 20.0 + LONDON_UNDULATION_M, abs=1.0)
    assert doubt_m > 20.0


def test_of_height_and_unset_pressure_the_tighter_is_taken() -> None:
    both = resolve(300.0, AltitudeDatum.PRESSURE, 60.0, HeightReference.TAKEOFF, 3.0)
    assert both == resolve(height_m=60.0, reference=HeightReference.TAKEOFF, accuracy_m=3.0)
    with_qnh = resolve(
        300.0, AltitudeDatum.PRESSURE, 60.0, HeightReference.TAKEOFF, 3.0, qnh_hpa=1013.25
    )
    assert with_qnh[0] == pytest.approx(300.0 + LONDON_UNDULATION_M, abs=0.01)


def test_an_altitude_on_a_satellite_datum_beats_a_height() -> None:
    assert resolve(120.0, AltitudeDatum.HAE, 60.0, HeightReference.GROUND, 4.0) == (120.0, 4.0)


@pytest.mark.parametrize(
    ("altitude_m", "datum", "height_m", "reference"),
    [
        (NAN, AltitudeDatum.HAE, NAN, HeightReference.GROUND),
        (100.0, AltitudeDatum.NONE, NAN, HeightReference.NONE),
        (NAN, AltitudeDatum.NONE, 60.0, HeightReference.NONE),
    ],
)
def test_nothing_usable_is_unknown_not_zero(
    altitude_m: float, datum: AltitudeDatum, height_m: float, reference: HeightReference
) -> None:
    # REQ-GEO-005
    altitude, doubt = resolve(altitude_m, datum, height_m, reference)
    assert math.isnan(altitude)
    assert math.isnan(doubt)


@given(st.sampled_from([AltitudeDatum.AMSL, AltitudeDatum.PRESSURE]), st.floats(-100.0, 9_000.0))
def test_outside_the_geoid_grid_the_doubt_is_the_world_bound(
    datum: AltitudeDatum, altitude_m: float
) -> None:
    _, doubt = resolve_altitude(
        np.array([40.0]),
        np.array([20.0]),
        np.array([altitude_m]),
        np.array([datum], dtype=np.int8),
        np.array([NAN]),
        np.array([0], dtype=np.int8),
        np.array([NAN]),
        np.array([1.0]),
        LONDON,
        1013.25,
    )
    assert doubt[0] >= 110.0
