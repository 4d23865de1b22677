import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import geography
from sim.geography import BOROUGHS, ground_amsl_m, to_degrees, to_metres

MEAN_EARTH_RADIUS_M = 6_371_008.8


def haversine_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    (a_lat, a_lon), (b_lat, b_lon) = (tuple(map(math.radians, p)) for p in (first, second))
    chord = (
        math.sin((b_lat - a_lat) / 2) ** 2
        + math.cos(a_lat) * math.cos(b_lat) * math.sin((b_lon - a_lon) / 2) ** 2
    )
    return 2 * MEAN_EARTH_RADIUS_M * math.asin(math.sqrt(chord))


def test_there_are_33_boroughs_with_islington_first_and_no_name_twice() -> None:
    assert len(BOROUGHS) == len({place.name for place in BOROUGHS}) == 33
    assert BOROUGHS[0].name == "islington"
    assert len(geography.BOROUGH_WEIGHTS) == 33


def test_boroughs_lie_in_greater_london_on_its_ground() -> None:
    for place in BOROUGHS:
        assert abs(place.east_m) < geography.GREATER_LONDON_HALF_EAST_M
        assert abs(place.north_m) < geography.GREATER_LONDON_HALF_NORTH_M
        assert 0.0 <= place.ground_amsl_m <= 245.0


@given(st.floats(-30_000, 30_000), st.floats(-30_000, 30_000))
def test_degrees_and_metres_are_inverse(east_m: float, north_m: float) -> None:
    back = to_metres(*to_degrees(east_m, north_m))
    assert back == pytest.approx((east_m, north_m), abs=1e-6)


@given(
    st.floats(-25_000, 25_000),
    st.floats(-20_000, 20_000),
    st.floats(-500, 500),
    st.floats(-500, 500),
)
def test_short_distances_are_true_within_one_per_cent(
    east_m: float, north_m: float, de_m: float, dn_m: float
) -> None:
    flat_m = math.hypot(de_m, dn_m)
    true_m = haversine_m(to_degrees(east_m, north_m), to_degrees(east_m + de_m, north_m + dn_m))
    # A sphere is itself within 0.5 % of the ellipsoid here.
    assert true_m == pytest.approx(flat_m, rel=0.011, abs=0.01)


@given(st.floats(-30_000, 30_000), st.floats(-30_000, 30_000))
def test_ground_is_between_the_lowest_and_the_highest_borough(
    east_m: float, north_m: float
) -> None:
    heights = [place.ground_amsl_m for place in BOROUGHS]
    assert min(heights) <= ground_amsl_m(east_m, north_m) <= max(heights)


def test_a_way_across_an_approach_touches_its_zone_and_one_beside_does_not() -> None:
    threshold = geography.HEATHROW_THRESHOLD
    north = threshold.east_m + 4_900.0, threshold.north_m + 2_000.0
    south = threshold.east_m + 4_900.0, threshold.north_m - 2_000.0
    assert not geography.in_aerodrome_zone(*north)
    assert not geography.in_aerodrome_zone(*south)
    assert geography.crosses_aerodrome_zone(north, south)
    assert not geography.crosses_aerodrome_zone(north, (north[0] + 2_000.0, north[1]))
