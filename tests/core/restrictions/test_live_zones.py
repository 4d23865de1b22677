"""Which zones matter now, and when that is worked out again."""

import pytest

from broker.core.geodesy.ground import LONDON
from broker.core.restrictions.clocks import DAY_US
from broker.core.restrictions.live_zones import LiveZones
from broker.core.restrictions.model import EntryRule
from broker.core.restrictions.periods import Window
from broker.core.restrictions.samples import LOOK_AHEAD_S
from broker.core.units import MINUTE_US, SECOND_US
from tests.core.restrictions.scenes import NOW_US, draft

LOOK_AHEAD_US = int(LOOK_AHEAD_S * SECOND_US)
OPENS_US, CLOSES_US = NOW_US + 10 * MINUTE_US, NOW_US + 20 * MINUTE_US


@pytest.fixture
def zones() -> LiveZones:
    zones = LiveZones()
    zones.keep("b", draft("b", windows=(Window(OPENS_US, CLOSES_US),)), LONDON)
    return zones


def test_a_zone_is_near_from_the_look_ahead_before_it_opens_until_it_closes(
    zones: LiveZones,
) -> None:
    # REQ-RES-020
    near_from_us = OPENS_US - LOOK_AHEAD_US
    times_us = (NOW_US, near_from_us - 1, near_from_us, CLOSES_US - 1, CLOSES_US)
    assert [zones.near(at_us).names for at_us in times_us] == [(), (), ("b",), ("b",), ()]


def test_the_set_stays_one_object_until_something_changes(zones: LiveZones) -> None:
    near = zones.near(OPENS_US)
    assert zones.near(OPENS_US + SECOND_US) is near
    zones.keep("a", draft("a", windows=(Window(NOW_US, CLOSES_US),)), LONDON)
    both = zones.near(OPENS_US + SECOND_US)
    assert both.names == ("a", "b")
    zones.remove("b")
    assert zones.near(OPENS_US + SECOND_US).names == ("a",)
    assert ("b" in zones, list(zones), len(zones)) == (False, ["a"], 1)


def test_information_asks_nothing_of_anybody(zones: LiveZones) -> None:
    zones.keep("c", draft("c", entry_rule=EntryRule.INFORMATION), LONDON)
    assert zones.near(NOW_US).names == ()


def test_nothing_is_due_before_the_first_standing_changes(zones: LiveZones) -> None:
    assert zones.is_due(NOW_US)
    zones.standing("b", NOW_US)
    zones.looked(NOW_US)
    assert not zones.is_due(OPENS_US - 1)
    assert zones.is_due(OPENS_US)
    zones.remove("b")
    assert zones.is_due(NOW_US)
    zones.looked(NOW_US)
    assert not zones.is_due(NOW_US + DAY_US - 1)


def test_a_zone_keeps_its_geometry_until_it_is_removed(zones: LiveZones) -> None:
    before = zones["b"]
    zones.keep("b", before.draft, LONDON)
    assert zones["b"] is before
    zones.remove("b")
    zones.keep("b", before.draft, LONDON)
    assert zones["b"] is not before
