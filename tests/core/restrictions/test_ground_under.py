"""Another ground makes other restrictions of those that are bounded above it."""

import numpy as np
import pytest

from broker.core.errors import BrokenInvariant
from broker.core.geodesy.ground import LONDON_GROUND, TerrainGrid, no_terrain
from broker.core.restrictions.model import Restriction
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import Circle, LimitDatum, VerticalLimit
from tests.core.restrictions.scenes import AGENCIES, NOW_US, UNLIMITED, circle, draft, volume

FLAT = TerrainGrid.of(51.0, -0.6, 0.01, np.full((121, 121), 12.0, np.float32))
AGL_CEILING = volume(circle(), ceiling=VerticalLimit(120.0, LimitDatum.AGL))
AGL_FLOOR = volume(circle(), VerticalLimit(50.0, LimitDatum.AGL), UNLIMITED)


def find(digest: str) -> TerrainGrid:
    """The one grid there is."""
    assert digest == "flat"
    return FLAT


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
    changed = made.load_ground(LONDON_GROUND, "flat", NOW_US + 2)
    assert [one.draft.name.restriction for one in changed] == ["high", "low"]
    assert judged(changed[0])[1] == pytest.approx(120.0 + 12.0 + 45.95, abs=0.01)
    assert judged(changed[1])[0] == pytest.approx(50.0 + 12.0 + 45.95, abs=0.01)
    assert made.load_ground(LONDON_GROUND, "flat", NOW_US + 3) == []


def test_a_snapshot_names_the_terrain_and_finds_it_again() -> None:
    # REQ-RES-017
    made = register()
    made.load_ground(LONDON_GROUND, "flat", NOW_US)
    again = RestrictionRegister(find_terrain=find)
    again.restore(made.state())
    assert again.ground == made.ground
    assert again.state() == made.state()
    assert again.entry_index().prisms[0].ceiling_hae_m == pytest.approx(177.95, abs=0.01)
    with pytest.raises(BrokenInvariant, match="flat"):
        RestrictionRegister(find_terrain=no_terrain).restore(made.state())


def test_a_restriction_away_from_london_has_no_ceiling_above_ground() -> None:
    # REQ-RES-017: London's hills say nothing about Snowdonia's.
    there = volume(Circle(53.07, -4.08, 500.0), ceiling=VerticalLimit(120.0, LimitDatum.AGL))
    made = RestrictionRegister().create(draft(volumes=(there,)), NOW_US, AGENCIES)
    assert judged(made) == (None, None)
