"""Only what lies wholly in an area is covered; against sampled distances."""

import math

from hypothesis import given
from hypothesis import strategies as st

from broker.core.agreements.areas import covers
from broker.core.agreements.model import AgreementArea
from broker.core.restrictions.access_places import PlacePath, PlacePoint
from broker.core.restrictions.shapes import (
    Circle,
    LimitDatum,
    Polygon,
    Ring,
    VerticalLimit,
    Volume,
)

DISC = AgreementArea(Circle(51.5, -0.1, 8_000.0))
SQUARE = AgreementArea(
    Polygon(
        ((51.6, -0.1), (51.7, -0.1), (51.7, 0.1), (51.6, 0.1)),
        (),
        (Ring(((51.64, -0.02), (51.66, -0.02), (51.66, 0.02), (51.64, 0.02))),),
    )
)
LIMITS = VerticalLimit(0.0, LimitDatum.SURFACE), VerticalLimit(0.0, LimitDatum.UNLIMITED)
DOUBT_M = 30.0


def away_m(latitude_deg: float, longitude_deg: float) -> float:
    """From the middle of the disc, on a sphere: good to a few metres here."""
    north_m = (latitude_deg - 51.5) * 111_250.0
    east_m = (longitude_deg + 0.1) * 69_440.0
    return math.hypot(north_m, east_m)


@given(
    st.floats(51.40, 51.60), st.floats(-0.25, 0.05), st.sampled_from([0.0, 50.0, 1_000.0, 5_000.0])
)
def test_a_disc_covers_what_lies_in_it_whole(
    latitude_deg: float, longitude_deg: float, radius_m: float
) -> None:
    reach_m = away_m(latitude_deg, longitude_deg) + radius_m
    covered = covers(DISC, PlacePoint(latitude_deg, longitude_deg, radius_m))
    if reach_m < 8_000.0 - DOUBT_M:
        assert covered
    elif reach_m > 8_000.0 + DOUBT_M:
        assert not covered


def test_a_polygon_covers_what_lies_in_it_and_not_in_its_holes() -> None:
    assert covers(SQUARE, PlacePoint(51.62, 0.0, 500.0))
    assert not covers(SQUARE, PlacePoint(51.65, 0.0, 0.0))
    assert not covers(SQUARE, PlacePoint(51.62, 0.0, 3_000.0))
    assert covers(SQUARE, PlacePath(((51.61, -0.09), (51.61, 0.09)), 300.0))
    assert not covers(SQUARE, PlacePath(((51.61, -0.09), (51.69, 0.09)), 0.0))
    assert not covers(SQUARE, PlacePath(((51.61, -0.09), (51.61, 0.12)), 0.0))
    inside = Polygon(((51.61, -0.05), (51.63, -0.05), (51.63, 0.05)))
    assert covers(SQUARE, Volume(inside, *LIMITS))
    assert not covers(SQUARE, Volume(Circle(51.65, 0.0, 9_000.0), *LIMITS))
