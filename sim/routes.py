"""Routes: how drones, helicopters and airliners fly their tasks, as legs of a path."""

import math
from random import Random
from typing import Final

from sim.geography import Place, ground_amsl_m
from sim.measures import FOOT_M, SECOND_US
from sim.motion import Circle, Leg, Line, Point, Status, away_m, hover, straight

# Matrice 4TD class: climbs at 6 m/s, descends slower, cruises at 15-20 m/s.
DRONE_CLIMB_MPS: Final = 5.0
DRONE_DESCENT_MPS: Final = 4.0
DRONE_CRUISE_MPS: Final = (15.0, 20.0)
DRONE_HEIGHT_M: Final = (60.0, 110.0)
# Rotors stopped and still reporting, until the battery is taken out: longer than a feed's gap.
DRONE_ON_GROUND_S: Final = 45.0
# A 54 minute maker's endurance less wind, reserve and age.
DRONE_BATTERY_S: Final = 35 * 60
# On-scene height bands of agencies that share an incident, metres above ground.
# Places at a scene are 145 m apart: their drones stay at least 60 m from each other's sectors.
SCENE_RADIUS_M: Final = (30.0, 42.0)
# Where a drone that keeps to its band is at its height: well outside every sector.
SCENE_GATE_M: Final = 250.0
SCENE_BANDS_M: Final = ((25.0, 45.0), (60.0, 80.0), (95.0, 115.0))

HELICOPTER_CRUISE_MPS: Final = (55.0, 75.0)
HELICOPTER_HEIGHT_M: Final = (230.0, 450.0)
HELICOPTER_ORBIT_MPS: Final = 28.0
# Below this, buildings hide a landing helicopter from half of the receivers' pictures.
ADSB_HORIZON_AGL_M: Final = 300 * FOOT_M
_APPROACH_M: Final = 1_400.0


def ground_point(east_m: float, north_m: float, height_agl_m: float = 0.0) -> Point:
    """A point above the terrain."""
    return Point(east_m, north_m, ground_amsl_m(east_m, north_m) + height_agl_m)


def at_height(point: Point, amsl_m: float) -> Point:
    """The same place at another altitude."""
    return Point(point.east_m, point.north_m, amsl_m)


def beside(point: Point, away_m: float, angle_rad: float, amsl_m: float) -> Point:
    """A point `away_m` from another."""
    return Point(
        point.east_m + away_m * math.cos(angle_rad),
        point.north_m + away_m * math.sin(angle_rad),
        amsl_m,
    )


def drone_transit_s(home: Point, scene: Point) -> float:
    """Rough time from take-off to the scene."""
    return away_m(home, scene) / DRONE_CRUISE_MPS[0] + DRONE_HEIGHT_M[1] / DRONE_CLIMB_MPS


def drone_sortie(
    rng: Random,
    home: Point,
    scene: Point,
    on_scene_s: float,
    band_m: tuple[float, float],
    *,
    in_band: bool = False,
) -> list[Leg]:
    """Climb column, transit, orbit or hover on scene, return, descend into the dock.

    `in_band` keeps to the middle half of the band near the scene: bands lie 15 m apart, and
    satellite heights of two drones differ by 11 m (95 %). A crew beside its own sector does so from
    the climb on; a drone from further away changes its height at a gate, both ways.
    """
    speed_mps = rng.uniform(*DRONE_CRUISE_MPS)
    transit_amsl_m = home.amsl_m + rng.uniform(*DRONE_HEIGHT_M)
    angle_rad = rng.uniform(-math.pi, math.pi)
    radius_m = rng.uniform(*SCENE_RADIUS_M)
    scene_amsl_m = scene.amsl_m + rng.uniform(*band_m)
    by_gate = in_band and away_m(home, scene) > 2.0 * SCENE_GATE_M
    if in_band:
        middle_m = 0.5 * (band_m[0] + band_m[1])
        scene_amsl_m = scene.amsl_m + middle_m + 0.5 * (scene_amsl_m - scene.amsl_m - middle_m)
        transit_amsl_m = transit_amsl_m if by_gate else scene_amsl_m
    over_home = at_height(home, transit_amsl_m)
    arrival = beside(scene, radius_m, angle_rad, transit_amsl_m)
    station = at_height(arrival, scene_amsl_m)
    # Where the height changes: over the station, or at the gate.
    change = _gate(scene, home, transit_amsl_m) if by_gate else arrival
    # Seconds to reach speed: about 2.5 m/s^2, half of what the maker allows.
    climb_s, ramp_s = 3.0, 7.0
    legs: list[Leg] = [
        straight(home, over_home, DRONE_CLIMB_MPS, ramp_in_s=climb_s, ramp_out_s=climb_s),
        *_by_way_of(over_home, change, station, speed_mps, ramp_s),
    ]
    legs += _on_scene(rng, scene, station, radius_m, angle_rad, on_scene_s)
    change = change if by_gate else at_height(legs[-1].end, transit_amsl_m)
    legs += [
        *_by_way_of(legs[-1].end, change, over_home, speed_mps, ramp_s),
        straight(over_home, home, DRONE_DESCENT_MPS, ramp_in_s=1.0, ramp_out_s=climb_s),
        hover(home, DRONE_ON_GROUND_S, Status.ON_GROUND),
    ]
    return legs


def _gate(scene: Point, home: Point, amsl_m: float) -> Point:
    """Outside the scene, on the way home."""
    angle_rad = math.atan2(home.north_m - scene.north_m, home.east_m - scene.east_m)
    return beside(scene, SCENE_GATE_M, angle_rad, amsl_m)


def _by_way_of(
    start: Point, change: Point, end: Point, speed_mps: float, ramp_s: float
) -> list[Leg]:
    """Level to where the height changes, upright there, and on; what has no length is left out."""
    before, after = at_height(change, start.amsl_m), at_height(change, end.amsl_m)
    legs = [
        straight(start, before, speed_mps, ramp_in_s=ramp_s, ramp_out_s=ramp_s),
        straight(before, after, DRONE_DESCENT_MPS, ramp_in_s=1.0, ramp_out_s=1.0),
        straight(after, end, speed_mps, ramp_in_s=ramp_s, ramp_out_s=ramp_s),
    ]
    return [leg for leg in legs if leg.start != leg.end]


def _on_scene(
    rng: Random,
    scene: Point,
    station: Point,
    radius_m: float,
    angle_rad: float,
    on_scene_s: float,
) -> list[Leg]:
    """Hover, and half of the time circle, at one height."""
    if rng.random() < 0.5:
        return [hover(station, on_scene_s)]
    rate = rng.choice((-1.0, 1.0)) * rng.uniform(4.0, 8.0) / radius_m
    circling_us = round(0.6 * on_scene_s * SECOND_US)
    circle = Circle(at_height(scene, station.amsl_m), radius_m, angle_rad, rate, circling_us)
    return [hover(station, 0.2 * on_scene_s), circle, hover(circle.end, 0.2 * on_scene_s)]


def lift(rng: Random, site: Point, amsl_m: float) -> list[Leg]:
    """Helicopter: rotors turning, then climb out to `amsl_m`."""
    angle_rad = rng.uniform(-math.pi, math.pi)
    out = beside(site, _APPROACH_M, angle_rad, amsl_m)
    return [
        hover(site, 60.0, Status.ROTORS_TURNING),
        straight(site, out, 30.0, ramp_in_s=15.0, status=Status.LANDING_OR_LIFTING),
    ]


def landing(rng: Random, start: Point, site: Point, ground_s: float) -> list[Leg]:
    """Helicopter: approach, touch down, rotors run down; half of landings drop off ADS-B."""
    dropped = rng.random() < 0.5
    turning_s = min(90.0, 0.5 * ground_s)
    share = min(ADSB_HORIZON_AGL_M / max(start.amsl_m - site.amsl_m, ADSB_HORIZON_AGL_M), 1.0)
    gate = Point(
        site.east_m + share * (start.east_m - site.east_m),
        site.north_m + share * (start.north_m - site.north_m),
        site.amsl_m + share * (start.amsl_m - site.amsl_m),
    )
    descending = Status.LANDING_OR_LIFTING
    return [
        straight(start, gate, 30.0, ramp_in_s=0.0, status=descending),
        straight(gate, site, 22.0, ramp_out_s=20.0, status=descending, silent=dropped),
        hover(site, turning_s, Status.ROTORS_TURNING, silent=dropped),
        hover(site, ground_s - turning_s, Status.ON_GROUND, silent=dropped),
    ]


def hop(rng: Random, origin: Point, site: Point, ground_s: float) -> list[Leg]:
    """Helicopter: lift, cruise, land and stay on the ground."""
    amsl_m = max(origin.amsl_m, site.amsl_m) + rng.uniform(*HELICOPTER_HEIGHT_M)
    legs = lift(rng, origin, amsl_m)
    out = legs[-1].end
    bearing_rad = math.atan2(out.north_m - site.north_m, out.east_m - site.east_m)
    gate = beside(site, _APPROACH_M, bearing_rad, amsl_m)
    speed_mps = rng.uniform(*HELICOPTER_CRUISE_MPS)
    legs.append(straight(out, gate, speed_mps, ramp_in_s=15.0, ramp_out_s=15.0))
    return legs + landing(rng, gate, site, ground_s)


def police_task(rng: Random, base: Point, scene: Point, on_task_s: float) -> list[Leg]:
    """Lift, transit, circle the scene, come home."""
    amsl_m = scene.amsl_m + rng.uniform(*HELICOPTER_HEIGHT_M)
    legs = lift(rng, base, amsl_m)
    radius_m = rng.uniform(350.0, 700.0)
    out = legs[-1].end
    angle_rad = math.atan2(out.north_m - scene.north_m, out.east_m - scene.east_m)
    rate = HELICOPTER_ORBIT_MPS / radius_m
    circle = Circle(
        at_height(scene, amsl_m), radius_m, angle_rad, rate, round(on_task_s * SECOND_US)
    )
    speed_mps = rng.uniform(*HELICOPTER_CRUISE_MPS)
    legs.append(straight(out, circle.start, speed_mps, ramp_in_s=15.0, ramp_out_s=10.0))
    legs.append(circle)
    back_rad = math.atan2(circle.end.north_m - base.north_m, circle.end.east_m - base.east_m)
    gate = beside(base, _APPROACH_M, back_rad, amsl_m)
    legs.append(straight(circle.end, gate, speed_mps, ramp_in_s=10.0, ramp_out_s=15.0))
    return legs + landing(rng, gate, base, 120.0)


def crossing(
    rng: Random, half_width_m: float, amsl_m: tuple[float, float], speed_mps: tuple[float, float]
) -> list[Leg]:
    """Straight across the area on a random chord at one height."""
    heading_rad = rng.uniform(-math.pi, math.pi)
    offset_m = rng.uniform(-0.7, 0.7) * half_width_m
    reach_m = math.sqrt(half_width_m**2 - offset_m**2)
    along, across = (math.cos(heading_rad), math.sin(heading_rad)), offset_m
    height_m = rng.uniform(*amsl_m)
    ends = [
        Point(
            side * reach_m * along[0] - across * along[1],
            side * reach_m * along[1] + across * along[0],
            height_m,
        )
        for side in (-1.0, 1.0)
    ]
    return [straight(ends[0], ends[1], rng.uniform(*speed_mps))]


def airliner_approach(rng: Random, threshold: Place) -> list[Leg]:
    """Down a three degree glide path to an airport, from the east."""
    away_m = 30_000.0
    touchdown = Point(threshold.east_m, threshold.north_m, threshold.ground_amsl_m + 15.0)
    start = Point(
        threshold.east_m + away_m,
        threshold.north_m + rng.uniform(-300.0, 300.0),
        touchdown.amsl_m + away_m * math.tan(math.radians(3.0)),
    )
    speed_mps = rng.uniform(70.0, 85.0)
    return [Line(start, touchdown, round(away_m / speed_mps * SECOND_US))]
