"""Only what lies wholly in an area is covered; against sampled distances and heights."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.agreements.areas import covers
from broker.core.agreements.model import FROM_SURFACE, UNLIMITED
from broker.core.geodesy.ground import NOTHING_KNOWN, Ground, TerrainGrid
from broker.core.restrictions.access_places import AskedPlace, EntryPlace, PlacePath, PlacePoint
from broker.core.restrictions.shapes import (
    Circle,
    LimitDatum,
    Polygon,
    Ring,
    VerticalLimit,
    Volume,
)
from tests.core.agreements.papers import area

CENTRE = Circle(51.5, -0.1, 8_000.0)
DISC = area(CENTRE)
SQUARE = area(
    Polygon(
        ((51.6, -0.1), (51.7, -0.1), (51.7, 0.1), (51.6, 0.1)),
        (),
        (Ring(((51.64, -0.02), (51.66, -0.02), (51.66, 0.02), (51.64, 0.02))),),
    )
)
MIDDLE = PlacePoint(51.5, -0.1, 100.0)
DOUBT_M = 30.0
SEA_LEVEL_HAE_M = 45.9
"""In the middle of London, within the doubt."""


def agl(value_m: float) -> VerticalLimit:
    return VerticalLimit(value_m, LimitDatum.AGL)


def amsl(value_m: float) -> VerticalLimit:
    return VerticalLimit(value_m, LimitDatum.AMSL)


def terrain(lowest_amsl_m: float, highest_amsl_m: float) -> Ground:
    """Ground that goes up and down between two altitudes everywhere."""
    cells = np.full((40, 40), lowest_amsl_m, dtype=np.float32)
    cells[::2, ::2] = highest_amsl_m
    return Ground(None, "made-up", TerrainGrid.of(51.4, -0.3, 0.01, cells))


def covered(of: Volume, place: EntryPlace) -> bool:
    """Without heights, and with nothing known of the ground."""
    return covers(of, AskedPlace(place), NOTHING_KNOWN)


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
    is_covered = covered(DISC, PlacePoint(latitude_deg, longitude_deg, radius_m))
    if reach_m < 8_000.0 - DOUBT_M:
        assert is_covered
    elif reach_m > 8_000.0 + DOUBT_M:
        assert not is_covered


def test_a_polygon_covers_what_lies_in_it_and_not_in_its_holes() -> None:
    assert covered(SQUARE, PlacePoint(51.62, 0.0, 500.0))
    assert not covered(SQUARE, PlacePoint(51.65, 0.0, 0.0))
    assert not covered(SQUARE, PlacePoint(51.62, 0.0, 3_000.0))
    assert covered(SQUARE, PlacePath(((51.61, -0.09), (51.61, 0.09)), 300.0))
    assert not covered(SQUARE, PlacePath(((51.61, -0.09), (51.61, 0.09)), 2_000.0))
    assert not covered(SQUARE, PlacePath(((51.61, -0.09), (51.69, 0.09)), 0.0))
    assert not covered(SQUARE, PlacePath(((51.61, -0.09), (51.61, 0.12)), 0.0))
    inside = Polygon(((51.61, -0.05), (51.63, -0.05), (51.63, 0.05)))
    assert covered(SQUARE, Volume(inside, FROM_SURFACE, UNLIMITED))
    assert not covered(SQUARE, Volume(Circle(51.65, 0.0, 9_000.0), FROM_SURFACE, UNLIMITED))


@pytest.mark.parametrize(
    ("floor", "ceiling", "lowest", "highest", "held"),
    [
        # One datum: as written, whatever is known of the ground.
        (FROM_SURFACE, agl(120.0), None, agl(120.0), True),
        (FROM_SURFACE, agl(120.0), None, agl(120.5), False),
        (agl(30.0), agl(120.0), agl(30.0), agl(60.0), True),
        (agl(30.0), agl(120.0), agl(29.0), agl(60.0), False),
        (agl(0.0), UNLIMITED, VerticalLimit(0.0, LimitDatum.SURFACE), None, True),
        (amsl(100.0), amsl(300.0), amsl(100.0), amsl(300.0), True),
        (amsl(100.0), amsl(300.0), amsl(99.0), amsl(300.0), False),
        # What is not said is every height.
        (FROM_SURFACE, agl(120.0), None, None, False),
        (agl(1.0), UNLIMITED, None, None, False),
        (FROM_SURFACE, UNLIMITED, None, None, True),
        (FROM_SURFACE, VerticalLimit(7.0, LimitDatum.UNLIMITED), None, agl(9_000.0), True),
        # Two datums, and nothing known of the ground.
        (FROM_SURFACE, agl(120.0), None, amsl(0.0), False),
        (FROM_SURFACE, amsl(300.0), None, agl(10.0), False),
        (agl(30.0), UNLIMITED, amsl(5_000.0), None, False),
        # A flight level may lie anywhere that the pressure puts it.
        (FROM_SURFACE, amsl(3_000.0), None, VerticalLimit(2_000.0, LimitDatum.FLIGHT_LEVEL), True),
        (FROM_SURFACE, amsl(3_000.0), None, VerticalLimit(2_900.0, LimitDatum.FLIGHT_LEVEL), False),
    ],
)
def test_heights_are_covered_only_where_they_surely_lie_in_it(
    floor: VerticalLimit,
    ceiling: VerticalLimit,
    lowest: VerticalLimit | None,
    highest: VerticalLimit | None,
    *,
    held: bool,
) -> None:
    # REQ-AGR-013
    agreed = area(CENTRE, "", floor, ceiling)
    assert covers(agreed, AskedPlace(MIDDLE, lowest, highest), NOTHING_KNOWN) == held


def test_a_volume_is_asked_about_with_its_own_heights() -> None:
    # REQ-AGR-013
    agreed = area(CENTRE, "", agl(20.0), agl(120.0))
    for high_m, held in ((120.0, True), (121.0, False)):
        volume = Volume(Circle(51.5, -0.1, 50.0), agl(20.0), agl(high_m))
        assert covered(agreed, volume) == held


def test_ground_that_is_known_decides_between_datums() -> None:
    # REQ-AGR-013: what is asked about in the valley counts at the ridge, and the other way round.
    ground = terrain(10.0, 50.0)
    agreed = area(CENTRE, "", agl(20.0), agl(120.0))
    for low_m, high_m, held in ((75.0, 125.0, True), (65.0, 125.0, False), (75.0, 135.0, False)):
        assert covers(agreed, AskedPlace(MIDDLE, amsl(low_m), amsl(high_m)), ground) == held
    by_sea_level = area(CENTRE, "", amsl(25.0), amsl(180.0))
    for low_m, high_m, held in ((20.0, 125.0, True), (10.0, 125.0, False), (20.0, 135.0, False)):
        assert covers(by_sea_level, AskedPlace(MIDDLE, agl(low_m), agl(high_m)), ground) == held


def test_what_lies_within_the_doubt_of_a_conversion_is_not_covered() -> None:
    # REQ-AGR-013: 2 m for either limit, as restrictions are judged.
    agreed, ground = area(CENTRE, "", agl(20.0), agl(120.0)), terrain(10.0, 10.0)
    for spare_m, held in ((3.5, False), (4.5, True)):
        asked = AskedPlace(MIDDLE, amsl(30.0 + spare_m), amsl(100.0))
        assert covers(agreed, asked, ground) == held
        asked = AskedPlace(MIDDLE, amsl(60.0), amsl(130.0 - spare_m))
        assert covers(agreed, asked, ground) == held


HEIGHTS = st.builds(
    VerticalLimit,
    st.integers(0, 400).map(float),
    st.sampled_from([LimitDatum.AGL, LimitDatum.AMSL, LimitDatum.HAE]),
)


@given(HEIGHTS, HEIGHTS, HEIGHTS, HEIGHTS, st.integers(0, 100), st.integers(0, 100))
def test_nothing_outside_is_ever_covered(
    floor: VerticalLimit,
    ceiling: VerticalLimit,
    lowest: VerticalLimit,
    highest: VerticalLimit,
    valley_m: int,
    rise_m: int,
) -> None:
    """REQ-AGR-013: over the valley and over the ridge, one of which is under the place."""
    ground = terrain(valley_m, valley_m + rise_m)
    agreed = area(CENTRE, "", floor, ceiling)
    is_covered = covers(agreed, AskedPlace(MIDDLE, lowest, highest), ground)

    def hae_m(limit: VerticalLimit, ground_m: float) -> float:
        over = {LimitDatum.AGL: ground_m + SEA_LEVEL_HAE_M, LimitDatum.AMSL: SEA_LEVEL_HAE_M}
        return limit.value_m + over.get(limit.datum, 0.0)

    spare_m = min(
        min(
            hae_m(lowest, ground_m) - hae_m(floor, ground_m),
            hae_m(ceiling, ground_m) - hae_m(highest, ground_m),
        )
        for ground_m in (valley_m, valley_m + rise_m)
    )
    if is_covered:
        assert spare_m > -1.0
    elif rise_m == 0:
        assert spare_m < 5.0
