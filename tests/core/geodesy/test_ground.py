"""What bounds heights above ground: a terrain grid, the highest ground of an area, or nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from broker.core.errors import Refused
from broker.core.geodesy.ground import (
    ACCURACY_M_MAX,
    CELLS_MAX,
    LONDON,
    LONDON_GROUND,
    NOTHING_KNOWN,
    AreaGround,
    DegreeBox,
    Ground,
    GroundUnder,
    TerrainGrid,
)
from broker.core.plain import items

STEP_DEG = 0.01
HILL = TerrainGrid.of(
    51.0, -0.6, STEP_DEG, np.pad(np.full((1, 1), 90.0, np.float32), 60, constant_values=12.0)
)
"""Flat at 12 m but for one point of 90 m at 51.6, 0.0."""
INNER = DegreeBox(51.49, -0.13, 51.51, -0.11)


def find(digest: str) -> TerrainGrid:
    """The one grid there is."""
    assert digest == "hill"
    return HILL


def test_the_highest_ground_is_that_of_its_area_only() -> None:
    # REQ-RES-017
    assert LONDON.under(INNER) == GroundUnder(None, 245.0)
    across_the_downs = DegreeBox(51.2, -0.1, 51.4, 0.0)
    assert LONDON.under(across_the_downs) == GroundUnder(None, None)
    assert NOTHING_KNOWN.under(INNER) == GroundUnder(None, None)


def test_terrain_goes_first_where_it_covers_all() -> None:
    # REQ-RES-017
    ground = Ground.found(LONDON_GROUND, "hill", find)
    assert ground.under(INNER) == GroundUnder(12.0, 12.0)
    assert ground.under(DegreeBox(51.595, -0.005, 51.605, 0.005)) == GroundUnder(12.0, 90.0)
    beyond = DegreeBox(51.3, -0.5, 51.65, 0.3)
    assert HILL.under(DegreeBox(51.3, -0.5, 51.65, 0.62)) == GroundUnder(None, None)
    assert ground.under(beyond) == GroundUnder(12.0, 90.0)
    holed = HILL.altitude_amsl_m.copy()
    holed[50, 48] = np.nan
    with_hole = TerrainGrid.of(51.0, -0.6, STEP_DEG, holed)
    assert Ground(LONDON_GROUND, "holed", with_hole).under(INNER) == GroundUnder(None, 245.0)


@given(
    hnp.arrays(np.float32, (9, 12), elements=st.floats(-10, 1_000, width=32)),
    st.floats(0.0, 0.9),
    st.floats(0.0, 0.9),
    st.floats(0.0, 0.9),
    st.floats(0.0, 0.9),
)
def test_bounds_hold_for_every_point_between_the_grid(
    altitudes: np.ndarray, down: float, left: float, high: float, wide: float
) -> None:
    """Against bilinear ground at many points of the box: none lies outside the bounds."""
    grid = TerrainGrid.of(10.0, 20.0, 0.5, altitudes)
    south, west = 10.5 + 2.4 * down, 20.5 + 3.9 * left
    box = DegreeBox(south, west, south + 0.5 * high, west + 0.5 * wide)
    under = grid.under(box)
    assert under.lowest_amsl_m is not None
    assert under.highest_amsl_m is not None
    for latitude in np.linspace(box.south_deg, box.north_deg, 5):
        for longitude in np.linspace(box.west_deg, box.east_deg, 5):
            row, column = (latitude - 10.0) / 0.5, (longitude - 20.0) / 0.5
            r, c = int(row), int(column)
            corners = altitudes[r : r + 2, c : c + 2].astype(float)
            weights = np.outer([1 - (row - r), row - r], [1 - (column - c), column - c])
            there = float((corners * weights).sum())
            assert under.lowest_amsl_m - 1e-3 <= there <= under.highest_amsl_m + 1e-3


@pytest.mark.parametrize(
    ("south_deg", "step_deg", "altitudes"),
    [
        (51.0, STEP_DEG, np.zeros(9, np.float32)),
        (51.0, STEP_DEG, np.zeros((1, 3), np.float32)),
        (51.0, 0.0, np.zeros((3, 3), np.float32)),
        (51.0, float("nan"), np.zeros((3, 3), np.float32)),
        (89.99, STEP_DEG, np.zeros((3, 3), np.float32)),
        (51.0, STEP_DEG, np.full((3, 3), 30_000.0, np.float32)),
        (51.0, STEP_DEG, np.full((3, 3), np.inf, np.float32)),
        (51.0, 1e-6, np.broadcast_to(np.float32(0.0), (CELLS_MAX, 2))),
    ],
)
def test_what_is_no_grid_is_refused(
    south_deg: float, step_deg: float, altitudes: np.ndarray
) -> None:
    with pytest.raises(Refused, match="terrain"):
        TerrainGrid.of(south_deg, 0.0, step_deg, altitudes)


@pytest.mark.parametrize(
    ("lowest_amsl_m", "highest_amsl_m", "area"),
    [
        (0.0, float("nan"), INNER),
        (float("nan"), 245.0, INNER),
        (0.0, 20_000.0, INNER),
        (0.0, -1.0, INNER),
        (0.0, 245.0, DegreeBox(52.0, 0.0, 51.0, 1.0)),
        (0.0, 245.0, DegreeBox(51.0, 0.0, float("inf"), 1.0)),
    ],
)
def test_what_bounds_nothing_is_refused(
    lowest_amsl_m: float, highest_amsl_m: float, area: DegreeBox
) -> None:
    with pytest.raises(Refused, match="ground"):
        AreaGround.of(lowest_amsl_m, highest_amsl_m, area)


def places(*pairs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    latitude_deg, longitude_deg = np.array(pairs).T
    return latitude_deg, longitude_deg


def bounds(ground: Ground, accuracy_m: float, *pairs: tuple[float, float]) -> list[list[float]]:
    below = ground.below(*places(*pairs), np.full(len(pairs), accuracy_m))
    found: list[list[float]] = np.array(below).T.tolist()
    return found


def test_aircraft_are_over_the_ground_that_restrictions_are_over() -> None:
    # REQ-RES-017
    ground = Ground.found(LONDON_GROUND, "hill", find)
    flat, hill, edge, abroad = (51.5, -0.12), (51.6, 0.0), (51.0, 0.0), (53.07, -4.08)
    unknown = [-np.inf, np.inf]
    found = bounds(ground, 5.0, flat, hill, edge, abroad)
    assert found == [[12.0, 12.0], [12.0, 90.0], unknown, unknown]
    assert bounds(LONDON, 5.0, flat, edge) == [[0.0, 245.0], unknown]
    assert bounds(NOTHING_KNOWN, 5.0, flat) == [unknown]


def test_a_position_that_is_less_sure_is_over_more_ground() -> None:
    ground = Ground.found(LONDON_GROUND, "hill", find)
    beside = (51.575, 0.0)
    assert bounds(ground, 10.0, beside) == bounds(ground, np.nan, beside) == [[12.0, 12.0]]
    assert bounds(ground, 1_500.0, beside) == [[12.0, 90.0]]
    assert bounds(ground, ACCURACY_M_MAX + 1.0, beside) == [[0.0, 245.0]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, -400.0])
def test_what_no_position_can_be_has_no_ground_below(bad: float) -> None:
    # Such reports are refused by name afterwards: the lookup must survive them.
    ground = Ground.found(None, "hill", find)
    unknown = [[-np.inf, np.inf]]
    assert bounds(ground, 5.0, (bad, 0.0)) == unknown
    assert bounds(ground, 5.0, (51.5, bad)) == unknown
    found = bounds(ground, bad, (51.5, -0.12))
    assert found == ([[12.0, 12.0]] if np.isnan(bad) else unknown)


def test_a_take_off_was_somewhere_in_the_area_or_else_on_the_grid() -> None:
    # REQ-RES-017
    flat, east, abroad = (51.5, -0.12), (51.5, 0.5), (53.07, -4.08)
    ground = Ground.found(LONDON_GROUND, "hill", find)
    around = np.array(ground.around(*places(flat, east, abroad))).T.tolist()
    assert around == [[0.0, 245.0], [12.0, 90.0], [-np.inf, np.inf]]
    blank = TerrainGrid.of(51.0, -0.6, STEP_DEG, np.full((121, 121), np.nan, np.float32))
    nothing = Ground(None, "blank", blank).around(*places(flat))
    assert np.array(nothing).T.tolist() == [[-np.inf, np.inf]]


def test_a_snapshot_of_an_older_release_had_its_lowest_ground_at_the_sea() -> None:
    state = Ground(AreaGround(-4.0, 245.0, INNER)).state()
    assert Ground.restored(state, find).area == AreaGround(-4.0, 245.0, INNER)
    area, digest = items(state)
    assert Ground.restored([items(area)[:5], digest], find).area == AreaGround(0.0, 245.0, INNER)
