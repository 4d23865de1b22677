"""Arcs against a fine polyline: nothing is left out, and less than a metre added."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from broker.core.restrictions.rings import ARC_TOLERANCE_M, chords, polyline
from broker.core.restrictions.shapes import Arc, ArcDirection, Ring

NONE = ((0.0, 0.0), (0.0, 0.0), (0.0, 0.0))
CLOCKWISE, COUNTER = ArcDirection.CLOCKWISE, ArcDirection.COUNTERCLOCKWISE


def sector(radius_m: float, sweep: float, direction: ArcDirection) -> tuple[np.ndarray, Ring]:
    """Centre, start and end: a slice of pie, flown either way round."""
    sign = 1.0 if direction is COUNTER else -1.0
    end = [radius_m * math.cos(sign * sweep), radius_m * math.sin(sign * sweep)]
    return np.array([[0.0, 0.0], [radius_m, 0.0], end]), Ring(NONE, (Arc(1, 0, 0, direction),))


@given(st.floats(20.0, 100_000.0), st.floats(0.05, 6.2), st.sampled_from([CLOCKWISE, COUNTER]))
def test_a_bulging_arc_is_contained(radius_m: float, sweep: float, direction: ArcDirection) -> None:
    # REQ-RES-051
    vertices, ring = sector(radius_m, sweep, direction)
    judged = shapely.Polygon(polyline(vertices, np.zeros((1, 2)), ring, is_hole=False))
    sign = 1.0 if direction is COUNTER else -1.0
    angle = sign * np.linspace(0.0, sweep, 2_000)
    fine = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m
    reach = shapely.distance(judged, shapely.points(fine))
    assert reach.max() < 1e-6 * radius_m
    ends = shapely.get_coordinates(judged.exterior)
    assert np.hypot(ends[:, 0], ends[:, 1]).max() < radius_m + ARC_TOLERANCE_M


def test_an_arc_that_bites_in_is_cut_along_chords_which_leaves_nothing_out() -> None:
    # A square with a bite out of its right side: counterclockwise ring, clockwise arc.
    vertices = np.array([[0.0, 0.0], [5_000.0, 0.0], [5_000.0, 8_000.0], [0.0, 8_000.0]])
    ring = Ring((*NONE, NONE[0]), (Arc(1, 0, 0, CLOCKWISE),))
    centre = np.array([[5_000.0, 4_000.0]])
    judged = shapely.Polygon(polyline(vertices, centre, ring, is_hole=False))
    square = shapely.Polygon(vertices)
    exact = square.difference(shapely.Point(5_000.0, 4_000.0).buffer(4_000.0, quad_segs=5_000))
    assert judged.is_valid
    assert judged.hausdorff_distance(exact) < 1.5 * ARC_TOLERANCE_M
    assert exact.difference(judged).area < 1.0


def test_ends_that_are_not_on_one_circle_are_joined() -> None:
    vertices = np.array([[0.0, 0.0], [1_000.0, 0.0], [0.0, 1_010.0]])
    ring = Ring(NONE, (Arc(1, 0, 0, COUNTER),))
    line = chords(vertices, np.zeros((1, 2)), ring)
    radius = np.hypot(line[1:, 0], line[1:, 1])
    assert (np.diff(radius) >= -1e-9).all()
    assert radius[0] == pytest.approx(1_000.0)
    assert radius[-1] == pytest.approx(1_010.0)
