"""Prisms: metres in the local frame, heights above the ellipsoid, and what is only approximate."""

import math

import numpy as np
import pytest
import shapely

from broker.core.errors import BrokenInvariant
from broker.core.geodesy.ground import GREATER_LONDON, AreaGround, Ground
from broker.core.restrictions.prism import prism_of
from broker.core.restrictions.shapes import (
    Circle,
    LimitDatum,
    VerticalLimit,
)
from tests.core.restrictions.scenes import SURFACE, UNLIMITED, circle, polygon, volume

AMSL, AGL, HAE = LimitDatum.AMSL, LimitDatum.AGL, LimitDatum.HAE


def test_a_polygon_keeps_its_size() -> None:
    prism = prism_of(volume(polygon((-500, -400), (500, -400), (500, 400), (-500, 400))))
    assert prism.polygon.area == pytest.approx(800_000.0, rel=1e-4)
    assert prism.bounds_m == pytest.approx((-500.0, -400.0, 500.0, 400.0), abs=0.1)
    assert shapely.is_prepared(prism.polygon)


def test_a_disc_has_its_radius_and_no_polygon() -> None:
    prism = prism_of(volume(circle(500.0)))
    assert prism.bounds_m == (-500.0, -500.0, 500.0, 500.0)
    with pytest.raises(BrokenInvariant):
        _ = prism.polygon


def test_the_frame_is_centred_on_the_reference_point() -> None:
    frame = prism_of(volume(circle(500.0))).frame
    east, north = frame.local(
        np.array([frame.x_m]), np.array([frame.y_m]), np.array([frame.east_scale])
    )
    assert (east[0], north[0]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("floor", "ceiling", "expected", "approximated"),
    [
        (SURFACE, UNLIMITED, (-math.inf, math.inf), False),
        (VerticalLimit(50.0, HAE), VerticalLimit(90.0, HAE), (50.0, 90.0), False),
        (VerticalLimit(50.0, AMSL), VerticalLimit(90.0, AMSL), (95.95, 135.95), False),
        (VerticalLimit(50.0, AGL), UNLIMITED, (-math.inf, math.inf), True),
        (SURFACE, VerticalLimit(120.0, AGL), (-math.inf, 410.95), True),
    ],
)
def test_limits_become_ellipsoid_heights(
    floor: VerticalLimit,
    ceiling: VerticalLimit,
    expected: tuple[float, float],
    approximated: bool,
) -> None:
    # REQ-RES-013: what is checked is never smaller than what was published.
    prism = prism_of(volume(circle(500.0), floor, ceiling))
    assert (prism.floor_hae_m, prism.ceiling_hae_m) == pytest.approx(expected, abs=0.01)
    assert prism.approximated is approximated
    assert prism.limits_height is (expected != (-math.inf, math.inf))


def test_the_highest_ground_is_configured() -> None:
    ceiling = VerticalLimit(120.0, AGL)
    scafell = Ground(AreaGround(0.0, 1_345.0, GREATER_LONDON))
    prism = prism_of(volume(circle(500.0), ceiling=ceiling), scafell)
    assert prism.ceiling_hae_m == pytest.approx(120.0 + 1_345.0 + 45.95, abs=0.01)


def test_beyond_the_geoid_grid_the_doubt_is_carried() -> None:
    abroad = volume(Circle(40.0, 20.0, 500.0), ceiling=VerticalLimit(100.0, AMSL))
    assert prism_of(abroad).vertical_doubt_m == 110.0
    assert prism_of(volume(circle(), ceiling=VerticalLimit(100.0, HAE))).vertical_doubt_m == 0.0
