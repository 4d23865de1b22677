"""Areas against a slow reference; boxes never leave out what a shape holds."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from broker.core.supply_chain.areas import Area, Circle, Outline, boxes_around, boxes_of, outline

offsets = st.floats(-0.05, 0.05)


def haversine_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, one)) for one in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_378_137.0 * math.asin(math.sqrt(half))


@given(offsets, offsets, st.floats(10.0, 5_000.0), st.sampled_from([-60.0, 0.0, 51.5, 80.0]))
def test_a_circle_holds_what_is_within_its_radius(
    north_deg: float, east_deg: float, radius_m: float, latitude_deg: float
) -> None:
    circle = Circle(latitude_deg, -0.12, radius_m)
    place = latitude_deg + north_deg, -0.12 + east_deg
    away_m = haversine_m((latitude_deg, -0.12), place)
    if abs(away_m - radius_m) > 1.0 + 0.001 * radius_m:
        assert circle.holds(*place) == (away_m < radius_m)


@given(offsets, offsets, st.floats(10.0, 5_000.0))
def test_a_box_holds_all_that_its_shape_holds(
    north_deg: float, east_deg: float, radius_m: float
) -> None:
    corners = [(51.48, -0.15), (51.52, -0.15), (51.50, -0.12), (51.52, -0.09), (51.48, -0.09)]
    polygon = outline(corners)
    assert isinstance(polygon, Outline)
    areas = (Area("round", Circle(51.5, -0.12, radius_m)), Area("angular", polygon))
    place = 51.5 + north_deg, -0.12 + east_deg
    [bits] = boxes_around(np.array([place[0]]), np.array([place[1]]), boxes_of(areas)).tolist()
    for number, area in enumerate(areas):
        assert bits >> number & 1 or not area.holds(*place)
    assert not areas[1].holds(51.515, -0.12)  # in the notch, and in the box
    assert areas[1].holds(51.49, -0.12)


def test_what_makes_no_polygon_is_none() -> None:
    assert outline([(51.0, 0.0), (51.1, 0.1), (51.1, 0.0), (51.0, 0.1)]) is None
    assert outline([(51.0, 0.0), (51.1, 0.1), (51.2, 0.2)]) is None


def test_without_areas_nothing_is_near() -> None:
    assert boxes_around(np.array([51.5]), np.array([-0.1]), boxes_of(())).tolist() == [0]
