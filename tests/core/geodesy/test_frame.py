"""The projected frame against slow references: quadrature of the meridian, Vincenty's inverse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.geodesy.frame import project, unproject
from broker.core.units import (
    WGS84_ECCENTRICITY_SQUARED,
    WGS84_FLATTENING,
    WGS84_SEMI_MAJOR_AXIS_M,
)

LATITUDES = st.floats(49.0, 61.0)
LONGITUDES = st.floats(-9.0, 3.0)


def meridian_m(latitude_deg: float) -> float:
    """Gauss-Legendre quadrature of the meridian's radius of curvature."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    half = math.radians(latitude_deg) / 2.0
    sine = np.sin(half * (nodes + 1.0))
    e2 = WGS84_ECCENTRICITY_SQUARED
    radius = WGS84_SEMI_MAJOR_AXIS_M * (1.0 - e2) / (1.0 - e2 * sine * sine) ** 1.5
    return float(half * (weights * radius).sum())


def vincenty_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """T. Vincenty, Survey Review 23 (1975): the inverse problem on the ellipsoid."""
    f, a = WGS84_FLATTENING, WGS84_SEMI_MAJOR_AXIS_M
    b, longitude = a * (1 - f), math.radians(lon2 - lon1)
    u1 = math.atan((1 - f) * math.tan(math.radians(lat1)))
    u2 = math.atan((1 - f) * math.tan(math.radians(lat2)))
    s1, c1, s2, c2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    lam = longitude
    for _ in range(100):
        ss = math.hypot(c2 * math.sin(lam), c1 * s2 - s1 * c2 * math.cos(lam))
        if ss == 0.0:
            return 0.0
        cs = s1 * s2 + c1 * c2 * math.cos(lam)
        sigma, sa = math.atan2(ss, cs), c1 * c2 * math.sin(lam) / ss
        c2a = 1 - sa * sa
        c2m = cs - 2 * s1 * s2 / c2a
        c = f / 16 * c2a * (4 + f * (4 - 3 * c2a))
        old = lam
        lam = longitude + (1 - c) * f * sa * (
            sigma + c * ss * (c2m + c * cs * (-1 + 2 * c2m * c2m))
        )
        if abs(lam - old) < 1e-14:
            break
    u = c2a * (a * a - b * b) / (b * b)
    big_a = 1 + u / 16384 * (4096 + u * (-768 + u * (320 - 175 * u)))
    big_b = u / 1024 * (256 + u * (-128 + u * (74 - 47 * u)))
    inner = cs * (-1 + 2 * c2m**2) - big_b / 6 * c2m * (-3 + 4 * ss**2) * (-3 + 4 * c2m**2)
    return b * big_a * (sigma - big_b * ss * (c2m + big_b / 4 * inner))


def flat_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    x, y, scale = project(np.array([lat1, lat2]), np.array([lon1, lon2]))
    return math.hypot((x[1] - x[0]) * (scale[0] + scale[1]) / 2.0, y[1] - y[0])


@given(st.floats(-85.0, 85.0))
def test_meridian_arc_against_quadrature(latitude_deg: float) -> None:
    _, y, _ = project(np.array([latitude_deg]), np.array([0.0]))
    assert abs(y[0] - meridian_m(latitude_deg)) < 1e-5


def test_the_quarter_meridian_is_ten_million_metres_and_two_kilometres() -> None:
    _, y, scale = project(np.array([90.0]), np.array([0.0]))
    assert y[0] == pytest.approx(10_001_965.729, abs=1e-3)
    assert scale[0] == pytest.approx(0.0, abs=1e-12)


@given(LATITUDES, LONGITUDES, st.floats(0.0, 10_000.0), st.floats(0.0, 360.0))
def test_distance_within_10_km_is_good_to_a_centimetre(
    latitude_deg: float, longitude_deg: float, range_m: float, bearing_deg: float
) -> None:
    # REQ-GEO-001
    north = range_m * math.cos(math.radians(bearing_deg)) / 111_400.0
    east = range_m * math.sin(math.radians(bearing_deg)) / 111_400.0
    east /= math.cos(math.radians(latitude_deg))
    other = (latitude_deg + north, longitude_deg + east)
    truth = vincenty_m(latitude_deg, longitude_deg, *other)
    assert abs(flat_m(latitude_deg, longitude_deg, *other) - truth) < 0.01


@pytest.mark.parametrize("latitude_deg", [49.0, 51.5, 55.0, 61.0])
def test_distance_over_100_km_is_good_to_five_metres(latitude_deg: float) -> None:
    for north, east in [(0.0, 1.6), (0.9, 0.0), (0.6, 1.1), (-0.6, 1.1)]:
        other = (latitude_deg + north, east)
        assert abs(flat_m(latitude_deg, 0.0, *other) - vincenty_m(latitude_deg, 0.0, *other)) < 5.0


@given(st.floats(-85.0, 85.0), st.floats(-180.0, 180.0))
def test_unproject_is_the_inverse(latitude_deg: float, longitude_deg: float) -> None:
    x, y, _ = project(np.array([latitude_deg]), np.array([longitude_deg]))
    latitude, longitude = unproject(x, y)
    assert latitude[0] == pytest.approx(latitude_deg, abs=1e-10)
    assert longitude[0] == pytest.approx(longitude_deg, abs=1e-10)


def test_arrays_keep_their_shape_and_nan_stays_nan() -> None:
    x, y, scale = project(np.array([51.5, np.nan]), np.array([-0.1, 0.0]))
    assert x.shape == y.shape == scale.shape == (2,)
    assert np.isnan(y[1])
    assert np.isnan(scale[1])
    assert np.isfinite([x[0], y[0], scale[0]]).all()
