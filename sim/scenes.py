"""Scenes: where incidents are, and the sectors in which the drones of one work side by side."""

import math
from random import Random
from typing import Final

from sim import geography, routes
from sim.motion import Point, away_m

SECTOR_APART_M: Final = 145.0
"""Between the middles of two sectors. As agreed, a relay takes over from the next one, to the side
of the way by which the drone that it relieves goes home."""
SECTOR_RADIUS_M: Final = 42.0
"""Leaves 60 m between two sectors."""
SURGE_SITES: Final = 24
SURGE_RADIUS_M: Final = 6_000.0
# Calls nearer to each other than one incident's drones are spread are one incident.
SURGE_APART_M: Final = 1_500.0


def scene_point(rng: Random) -> Point:
    """Somewhere in London where someone called."""
    place = rng.choices(geography.BOROUGHS, geography.BOROUGH_WEIGHTS)[0]
    return routes.ground_point(
        place.east_m + rng.gauss(0.0, 1_300.0), place.north_m + rng.gauss(0.0, 1_300.0)
    )


def scene_near(rng: Random, home: Point) -> Point:
    """Somewhere in the neighbourhood of a dock."""
    return routes.ground_point(
        home.east_m + rng.gauss(0.0, 1_300.0), home.north_m + rng.gauss(0.0, 1_300.0)
    )


def next_sector(station: Point, home: Point) -> Point:
    """Beside a station, across the way home from it."""
    angle_rad = math.atan2(home.north_m - station.north_m, home.east_m - station.east_m)
    return routes.beside(station, SECTOR_APART_M, angle_rad + 0.5 * math.pi, station.amsl_m)


def sector(scene: Point, place: int) -> Point:
    """Sectors of one incident on a widening spiral: fifteen of them fill one square kilometre."""
    away_m = SECTOR_APART_M * math.sqrt(place)
    return routes.beside(scene, away_m, 2.4 * place, scene.amsl_m)


def surge_scenes(rng: Random) -> list[Point]:
    """Places far enough apart to be incidents of their own."""
    scenes: list[Point] = []
    while len(scenes) < SURGE_SITES:
        out_m, angle_rad = SURGE_RADIUS_M * math.sqrt(rng.random()), rng.uniform(-math.pi, math.pi)
        scene = routes.ground_point(out_m * math.cos(angle_rad), out_m * math.sin(angle_rad))
        if all(away_m(one, scene) >= SURGE_APART_M for one in scenes):
            scenes.append(scene)
    return scenes
