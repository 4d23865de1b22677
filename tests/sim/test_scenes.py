"""Scenes: room between the sectors of one incident, and between the incidents of a surge."""

import math
from itertools import combinations
from random import Random

import pytest

from sim.motion import away_m
from sim.routes import beside, ground_point
from sim.scenes import (
    SECTOR_APART_M,
    SECTOR_RADIUS_M,
    SURGE_APART_M,
    SURGE_RADIUS_M,
    SURGE_SITES,
    next_sector,
    scene_near,
    scene_point,
    sector,
    surge_scenes,
)

SCENE = ground_point(500.0, -300.0)


def test_fifteen_sectors_of_one_incident_lie_60_m_apart() -> None:
    sectors = [sector(SCENE, place) for place in range(15)]
    assert sectors[0] == SCENE
    assert min(away_m(*pair) for pair in combinations(sectors, 2)) >= 2 * SECTOR_RADIUS_M + 60.0


@pytest.mark.parametrize("angle_rad", [0.0, 1.0, 2.5, -1.7])
def test_a_relay_s_sector_is_square_to_the_way_home_of_the_drone_it_relieves(
    angle_rad: float,
) -> None:
    home = beside(SCENE, 900.0, angle_rad, 0.0)
    relay = next_sector(SCENE, home)
    assert away_m(SCENE, relay) == pytest.approx(SECTOR_APART_M)
    assert math.hypot(away_m(SCENE, home), SECTOR_APART_M) == pytest.approx(away_m(relay, home))


def test_the_scenes_of_a_surge_are_incidents_of_their_own() -> None:
    scenes = surge_scenes(Random(4))
    assert len(scenes) == SURGE_SITES
    assert min(away_m(*pair) for pair in combinations(scenes, 2)) >= SURGE_APART_M
    assert max(math.hypot(one.east_m, one.north_m) for one in scenes) <= SURGE_RADIUS_M


def test_scenes_lie_on_the_ground_and_those_of_a_dock_round_it() -> None:
    rng = Random(5)
    anywhere = [scene_point(rng) for _ in range(200)]
    near = [scene_near(rng, SCENE) for _ in range(200)]
    assert all(one == ground_point(one.east_m, one.north_m) for one in anywhere + near)
    mean_m = sum(away_m(SCENE, one) for one in near) / len(near)
    assert mean_m == pytest.approx(1_300.0 * math.sqrt(math.pi / 2), rel=0.2)
