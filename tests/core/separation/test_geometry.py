"""Range, bearing, relative height and closing speed of two tracks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.separation.geometry import pair_geometry
from broker.core.tracks.table import TrackColumns, empty_columns

NOW_US = 1_000_000_000


def two(east_m: float, north_m: float, **of_b: float) -> TrackColumns:
    """Track 0 at the origin with unit scale, track 1 at an offset from it; both seen now."""
    columns = empty_columns(2)
    columns.east_scale[:] = 1.0
    columns.time_of_validity_us[:] = NOW_US
    columns.x_m[1], columns.y_m[1] = east_m, north_m
    for name, value in of_b.items():
        getattr(columns, name)[1] = value
    return columns


@pytest.mark.parametrize(
    ("east_m", "north_m", "bearing_deg"),
    [(0, 100, 0), (100, 0, 90), (0, -100, 180), (-100, 0, 270), (100, 100, 45)],
)
def test_bearing_is_true_from_a_to_b(east_m: float, north_m: float, bearing_deg: float) -> None:
    geometry = pair_geometry(two(east_m, north_m), 0, 1, NOW_US)
    assert geometry.bearing_deg == pytest.approx(bearing_deg)
    assert geometry.range_m == pytest.approx(math.hypot(east_m, north_m))


def test_positions_are_carried_on_to_now() -> None:
    columns = two(0, 1000, velocity_north_mps=-50.0, vertical_speed_mps=-2.0, altitude_hae_m=80.0)
    geometry = pair_geometry(columns, 0, 1, NOW_US + 4_000_000)
    assert geometry.range_m == pytest.approx(800.0)
    assert geometry.relative_height_m == pytest.approx(72.0)
    assert geometry.closing_speed_mps == pytest.approx(50.0)
    assert geometry.picture_age_s == 4.0


def test_unknown_height_stays_unknown_and_doubts_add_in_quadrature() -> None:
    unknown = pair_geometry(two(1, 0, altitude_hae_m=math.nan), 0, 1, NOW_US)
    assert unknown.relative_height_m is None
    assert unknown.relative_height_doubt_m is None
    columns = two(1, 0, vertical_doubt_m=4.0)
    columns.vertical_doubt_m[0] = 3.0
    assert pair_geometry(columns, 0, 1, NOW_US).relative_height_doubt_m == pytest.approx(5.0)


def test_coinciding_tracks_and_unknown_velocities_give_numbers() -> None:
    columns = two(0, 0, velocity_east_mps=math.nan, vertical_speed_mps=math.nan)
    geometry = pair_geometry(columns, 0, 1, NOW_US + 1_000_000)
    assert (geometry.range_m, geometry.bearing_deg, geometry.closing_speed_mps) == (0.0, 0.0, 0.0)
    assert geometry.relative_height_m == 0.0


@given(
    east_m=st.floats(-5e4, 5e4),
    north_m=st.floats(-5e4, 5e4),
    height_m=st.floats(-500, 500),
    age_s=st.integers(0, 30),
)
def test_seen_from_the_other_side_it_is_the_opposite(
    east_m: float, north_m: float, height_m: float, age_s: int
) -> None:
    columns = two(east_m, north_m, altitude_hae_m=height_m, velocity_east_mps=20.0)
    there = pair_geometry(columns, 0, 1, NOW_US + age_s * 1_000_000)
    back = pair_geometry(columns, 1, 0, NOW_US + age_s * 1_000_000)
    assert back.range_m == pytest.approx(there.range_m)
    assert back.closing_speed_mps == pytest.approx(there.closing_speed_mps)
    assert there.relative_height_m is not None
    assert back.relative_height_m == pytest.approx(-there.relative_height_m)
    if there.range_m > 1e-6:
        difference = (back.bearing_deg - there.bearing_deg) % 360.0
        assert difference == pytest.approx(180.0, abs=1e-6)
