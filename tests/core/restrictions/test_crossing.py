"""Intervals of a straight path against its own definition."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from broker.core.restrictions.crossing import (
    band_interval,
    disc_interval,
    inside_ring,
    nearest_on_edges,
)
from broker.core.restrictions.prism_set import edge_columns

Floats = NDArray[np.float64]
METRES = st.floats(-5_000, 5_000)
SPEEDS = st.floats(-100, 100)
RING = np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]])


def one(value: float) -> Floats:
    return np.array([value])


@given(METRES, METRES, SPEEDS, SPEEDS, st.floats(0.1, 3_000))
def test_the_ends_of_a_disc_interval_lie_on_the_circle(
    east_m: float, north_m: float, east_mps: float, north_mps: float, radius_m: float
) -> None:
    low, high = disc_interval(
        one(east_m), one(north_m), one(east_mps), one(north_mps), one(radius_m)
    )
    if math.hypot(east_mps, north_mps) < 0.01:
        return
    if low[0] > high[0]:
        # Never met: not even at the closest approach.
        across = abs(east_m * north_mps - north_m * east_mps) / math.hypot(east_mps, north_mps)
        assert across >= radius_m - 1e-6
        return
    for t in (low[0], high[0]):
        distance_m = math.hypot(east_m + east_mps * t, north_m + north_mps * t)
        assert abs(distance_m - radius_m) < 1e-3


@given(METRES, SPEEDS, METRES, st.floats(0.0, 1_000))
def test_a_band_interval_holds_exactly_the_times_inside(
    position: float, rate: float, low: float, width: float
) -> None:
    start, end = band_interval(one(position), one(rate), one(low), one(low + width))
    for t in np.linspace(-50.0, 50.0, 41):
        if abs(t - start[0]) < 1e-3 or abs(t - end[0]) < 1e-3 or abs(rate) < 0.01:
            continue
        inside = low <= position + rate * t <= low + width
        assert inside == bool(start[0] <= t <= end[0])


def ends(interval: tuple[Floats, Floats]) -> tuple[float, float]:
    return float(interval[0][0]), float(interval[1][0])


def test_standing_still_is_always_or_never() -> None:
    zero, always, never = one(0.0), (-math.inf, math.inf), (math.inf, -math.inf)
    assert ends(disc_interval(one(3.0), zero, zero, zero, one(5.0))) == always
    assert ends(disc_interval(one(9.0), zero, zero, zero, one(5.0))) == never
    assert ends(band_interval(one(3.0), zero, zero, one(np.inf))) == always
    assert ends(band_interval(one(-3.0), zero, zero, one(np.inf))) == never


def test_nearest_boundary_point_from_inside_outside_and_a_corner() -> None:
    places = np.array([[5.0, 1.0], [20.0, 5.0], [-3.0, -4.0]])
    edges = edge_columns(np.hstack([RING, np.roll(RING, -1, axis=0)]))
    assert nearest_on_edges(edges, places).tolist() == [
        [5.0, 0.0],
        [10.0, 5.0],
        [0.0, 0.0],
    ]


def test_inside_a_ring_with_a_hole() -> None:
    hole = RING * 0.2 + 4.0
    rings = [np.hstack([ring, np.roll(ring, -1, axis=0)]) for ring in (RING, hole)]
    edges = edge_columns(np.vstack(rings))
    places = np.array([[1.0, 1.0], [5.0, 5.0], [11.0, 5.0], [-1.0, 5.0], [5.0, 9.0]])
    assert inside_ring(edges, places).tolist() == [True, False, False, False, True]
