"""Whose minima count: on scene and allotted, or as on the way."""

from dataclasses import replace
from typing import Any

import pytest

from broker.core.alerts import AlertKind
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from tests.core.bands.scene import FIRE, POLICE, fly
from tests.core.sharing.worlds import LAS, World, row

INSIDE = [35.0] * 4
OUTSIDE = [52.0] * 4
BESIDE: dict[str, Any] = {"apart_m": 50.0, "fire_height_m": 62.0}
"""Further than the volume of drones that were allotted bands, nearer than that of any others."""


def rules(world: World) -> list[str]:
    """Of the pairs that are alerted, each at its incident's cluster or alone."""
    alerts = world.airspace.alerting.active()
    single = [one for alert in alerts for one in alert.members or (alert,)]
    return [one.rule_id for one in single if one.kind is AlertKind.PROXIMITY]


def test_a_drone_outside_its_band_is_judged_as_one_on_its_way() -> None:
    # REQ-BAND-006
    world = World()
    fly(world, INSIDE, **BESIDE)
    assert rules(world) == []
    fly(world, OUTSIDE, **BESIDE)
    assert rules(world) == ["drone-drone-transit"]
    fly(world, [35.0] * 10, **BESIDE)
    assert rules(world) == []


def test_of_drones_that_state_no_band_the_incident_alone_counts() -> None:
    world = World()
    words: dict[str, Any] = {
        "police": replace(POLICE, allotted_band=None),
        "fire": replace(FIRE, allotted_band=None),
    }
    fly(world, [*INSIDE, *OUTSIDE], **words, **BESIDE)
    assert rules(world) == []


def test_a_band_that_is_taken_away_outside_gives_the_minima_back() -> None:
    world = World()
    fly(world, [*INSIDE, *OUTSIDE], **BESIDE)
    fly(world, [52.0] * 10, police=replace(POLICE, allotted_band=None), **BESIDE)
    assert rules(world) == []


@pytest.mark.parametrize(
    ("heights_m", "wanted"), [(INSIDE * 2, []), (INSIDE + OUTSIDE, ["drone-crewed-other-task"])]
)
def test_a_helicopter_that_comes_gets_the_volume_of_traffic(
    heights_m: list[float], wanted: list[str]
) -> None:
    # REQ-BAND-006: 38 s away, where the rule of one incident looks 30 s ahead.
    world = World()
    helicopter = AircraftDescription(AircraftClass.HELICOPTER, "G-LASX", incident_id="CAD-77")
    for second, height_m in enumerate(heights_m):
        comes = {"north_m": 1_385.0 + 20.0 * (7 - second), "north_mps": -20.0}
        above = {"altitude_hae_m": 150.0, "vertical_doubt_m": 10.0}
        world.fly(LAS, row("h1", description=helicopter, **comes, **above))
        fly(world, [height_m], fire=None)
    assert rules(world) == wanted


@pytest.mark.parametrize("level", [SharingLevel.MASKED, SharingLevel.COVERT])
def test_whose_minima_count_does_not_depend_on_who_is_hidden(level: SharingLevel) -> None:
    # REQ-SHARE-004: pairs are judged on the truth.
    for hidden in ("met", "lfb"):
        world = World()
        world.share_all(level, hidden)
        fly(world, [*INSIDE, *OUTSIDE], **BESIDE)
        assert rules(world) == ["drone-drone-transit"]


def test_a_restart_remembers_who_is_outside() -> None:
    # REQ-BAND-001
    world = World()
    fly(world, [*INSIDE, *OUTSIDE], **BESIDE)
    world.restart()
    fly(world, [48.0] * 10, **BESIDE)  # above the band, but not beyond doubt: not back yet
    assert rules(world) == ["drone-drone-transit"]
