"""What bounds heights above ground: a terrain grid, the highest ground of an area, or nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from broker.core.errors import BrokenInvariant, Refused
from broker.core.restrictions.ground import (
    CELLS_MAX,
    LONDON,
    LONDON_HIGHEST,
    NOTHING_KNOWN,
    DegreeBox,
    Ground,
    GroundUnder,
    HighestGround,
    TerrainGrid,
    no_terrain,
)
from broker.core.restrictions.model import Restriction
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import Circle, LimitDatum, VerticalLimit
from tests.core.restrictions.scenes import AGENCIES, NOW_US, UNLIMITED, circle, draft, volume

STEP_DEG = 0.01
HILL = TerrainGrid.of(
    51.0, -0.6, STEP_DEG, np.pad(np.full((1, 1), 90.0, np.float32), 60, constant_values=12.0)
)
"""Flat at 12 m but for one point of 90 m at 51.6, 0.0."""
INNER = DegreeBox(51.49, -0.13, 51.51, -0.11)
AGL_CEILING = volume(circle(), ceiling=VerticalLimit(120.0, LimitDatum.AGL))
AGL_FLOOR = volume(circle(), VerticalLimit(50.0, LimitDatum.AGL), UNLIMITED)


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
    ground = Ground.found(LONDON_HIGHEST, "hill", find)
    assert ground.under(INNER) == GroundUnder(12.0, 12.0)
    assert ground.under(DegreeBox(51.595, -0.005, 51.605, 0.005)) == GroundUnder(12.0, 90.0)
    beyond = DegreeBox(51.3, -0.5, 51.65, 0.3)
    assert HILL.under(DegreeBox(51.3, -0.5, 51.65, 0.62)) == GroundUnder(None, None)
    assert ground.under(beyond) == GroundUnder(12.0, 90.0)
    holed = HILL.altitude_amsl_m.copy()
    holed[50, 48] = np.nan
    with_hole = TerrainGrid.of(51.0, -0.6, STEP_DEG, holed)
    assert Ground(LONDON_HIGHEST, "holed", with_hole).under(INNER) == GroundUnder(None, 245.0)


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
    ("highest_amsl_m", "area"),
    [
        (float("nan"), INNER),
        (20_000.0, INNER),
        (245.0, DegreeBox(52.0, 0.0, 51.0, 1.0)),
        (245.0, DegreeBox(51.0, 0.0, float("inf"), 1.0)),
    ],
)
def test_what_bounds_nothing_is_refused(highest_amsl_m: float, area: DegreeBox) -> None:
    with pytest.raises(Refused, match="ground"):
        HighestGround.of(highest_amsl_m, area)


def register() -> RestrictionRegister:
    made = RestrictionRegister(find_terrain=find)
    made.create(draft("high", volumes=(AGL_CEILING,)), NOW_US, AGENCIES)
    made.create(draft("low", volumes=(AGL_FLOOR,)), NOW_US, AGENCIES)
    made.create(draft("round"), NOW_US, AGENCIES)
    return made


def judged(one: Restriction | None) -> tuple[float | None, float | None]:
    assert one is not None
    return one.judged[0].floor_hae_m, one.judged[0].ceiling_hae_m


def test_another_ground_makes_new_versions_of_those_it_changes() -> None:
    # REQ-RES-017: what partners are shown as judged is what is judged.
    made = register()
    floor_m, ceiling_m = judged(made.get("agencies/lfb/restrictions/high"))
    assert floor_m is None
    assert ceiling_m == pytest.approx(120.0 + 245.0 + 45.95, abs=0.01)
    changed = made.load_ground(None, "", NOW_US + 1)
    assert [(str(one.draft.name), one.version, one.changed_us) for one in changed] == [
        ("agencies/lfb/restrictions/high", 2, NOW_US + 1)
    ]
    assert judged(changed[0]) == (None, None)
    assert "no ground height is configured" in changed[0].approximations[0]
    changed = made.load_ground(LONDON_HIGHEST, "hill", NOW_US + 2)
    assert [one.draft.name.restriction for one in changed] == ["high", "low"]
    assert judged(changed[0])[1] == pytest.approx(120.0 + 12.0 + 45.95, abs=0.01)
    assert judged(changed[1])[0] == pytest.approx(50.0 + 12.0 + 45.95, abs=0.01)
    assert made.load_ground(LONDON_HIGHEST, "hill", NOW_US + 3) == []


def test_a_snapshot_names_the_terrain_and_finds_it_again() -> None:
    # REQ-RES-017
    made = register()
    made.load_ground(LONDON_HIGHEST, "hill", NOW_US)
    again = RestrictionRegister(find_terrain=find)
    again.restore(made.state())
    assert again.ground == made.ground
    assert again.state() == made.state()
    assert again.entry_index().prisms[0].ceiling_hae_m == pytest.approx(177.95, abs=0.01)
    with pytest.raises(BrokenInvariant, match="hill"):
        RestrictionRegister(find_terrain=no_terrain).restore(made.state())


def test_a_restriction_away_from_london_has_no_ceiling_above_ground() -> None:
    # REQ-RES-017: London's hills say nothing about Snowdonia's.
    there = volume(Circle(53.07, -4.08, 500.0), ceiling=VerticalLimit(120.0, LimitDatum.AGL))
    made = RestrictionRegister().create(draft(volumes=(there,)), NOW_US, AGENCIES)
    assert judged(made) == (None, None)
