"""Seeded traffic over Greater London, as the engine's columns and as the peer reads it.

The peer reckons on a sphere of 6,371 km, so the columns given here are projected on that sphere
too: with one frame, the two pair sets can be compared pair by pair.
"""

import math
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.policy import Policy, parse_policy
from broker.core.separation.rules import LEVEL_COUNT, RuleTable
from broker.core.tracks.table import TrackColumns, empty_columns
from broker.core.units import FOOT_M, SECOND_US

Floats = NDArray[np.float64]

START_US: Final = 1_760_000_000 * SECOND_US
SPHERE_RADIUS_M: Final = 6_371_000.0
CENTRE_LATITUDE_DEG: Final = 51.5
CENTRE_LONGITUDE_DEG: Final = -0.12
WIDTH_M: Final = 60_000.0
HEIGHT_M: Final = 50_000.0
LOOK_AHEAD_S: Final = 60.0
DRONE_RADIUS_M: Final = 250.0 * FOOT_M
DRONE_HALF_HEIGHT_M: Final = 50.0 * FOOT_M
HELICOPTER_RADIUS_M: Final = 2_000.0 * FOOT_M
HELICOPTER_HALF_HEIGHT_M: Final = 250.0 * FOOT_M
"""F3442 well clear; the drones' own volume is a choice, since no standard has settled one."""
HOT_SPOT_COUNT: Final = 10
HOT_SPOT_SIGMA_M: Final = 1_000.0
HOVERING_SHARE: Final = 0.2
"""Of the drones at a hot spot."""
DRONE, HELICOPTER = 0, 1
WARNING_COLUMN: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """n aircraft at one moment; each array (n,)."""

    latitude_deg: Floats
    longitude_deg: Floats
    track_deg: Floats
    ground_speed_mps: Floats
    altitude_m: Floats
    vertical_speed_mps: Floats
    is_helicopter: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.latitude_deg)

    @property
    def radius_m(self) -> Floats:
        """(n,) each aircraft's own minimum; a pair keeps the larger of its two."""
        return np.where(self.is_helicopter, HELICOPTER_RADIUS_M, DRONE_RADIUS_M)

    @property
    def half_height_m(self) -> Floats:
        """(n,) the same for the height."""
        return np.where(self.is_helicopter, HELICOPTER_HALF_HEIGHT_M, DRONE_HALF_HEIGHT_M)

    def velocity_mps(self) -> tuple[Floats, Floats]:
        """East and north."""
        track = np.radians(self.track_deg)
        return self.ground_speed_mps * np.sin(track), self.ground_speed_mps * np.cos(track)


def london(count: int, seed: int = 1) -> Scenario:
    """Drones and a few helicopters, spread evenly."""
    random = np.random.default_rng(seed)
    east_m = random.uniform(-WIDTH_M / 2, WIDTH_M / 2, count)
    north_m = random.uniform(-HEIGHT_M / 2, HEIGHT_M / 2, count)
    return _scenario(random, east_m, north_m)


def hot_spots(count: int, seed: int = 2) -> Scenario:
    """Half of the aircraft round ten incidents, some of them hovering; the rest as in `london`."""
    random = np.random.default_rng(seed)
    east_m = random.uniform(-WIDTH_M / 2, WIDTH_M / 2, count)
    north_m = random.uniform(-HEIGHT_M / 2, HEIGHT_M / 2, count)
    sites = random.uniform(-0.4, 0.4, (HOT_SPOT_COUNT, 2)) * (WIDTH_M, HEIGHT_M)
    crowd = count // 2
    at = sites[random.integers(0, HOT_SPOT_COUNT, crowd)]
    east_m[:crowd] = at[:, 0] + random.normal(0.0, HOT_SPOT_SIGMA_M, crowd)
    north_m[:crowd] = at[:, 1] + random.normal(0.0, HOT_SPOT_SIGMA_M, crowd)
    traffic = _scenario(random, east_m, north_m)
    hovering = (random.random(count) < HOVERING_SHARE) & ~traffic.is_helicopter
    hovering[crowd:] = False
    return replace(
        traffic,
        ground_speed_mps=np.where(hovering, 0.0, traffic.ground_speed_mps),
        vertical_speed_mps=np.where(hovering, 0.0, traffic.vertical_speed_mps),
    )


def _scenario(random: np.random.Generator, east_m: Floats, north_m: Floats) -> Scenario:
    count = len(east_m)
    helicopter = np.zeros(count, dtype=np.bool_)
    helicopter[random.choice(count, max(3, count // 200), replace=False)] = True

    def either(drone: tuple[float, float], other: tuple[float, float]) -> Floats:
        return np.where(helicopter, random.uniform(*other, count), random.uniform(*drone, count))

    scale = math.cos(math.radians(CENTRE_LATITUDE_DEG))
    climbing = random.random(count) < 0.3
    return Scenario(
        latitude_deg=CENTRE_LATITUDE_DEG + np.degrees(north_m / SPHERE_RADIUS_M),
        longitude_deg=CENTRE_LONGITUDE_DEG + np.degrees(east_m / SPHERE_RADIUS_M / scale),
        track_deg=random.uniform(0.0, 360.0, count),
        ground_speed_mps=either((0.0, 25.0), (20.0, 75.0)),
        altitude_m=either((0.0, 1_500.0), (200.0, 3_000.0)) * FOOT_M,
        vertical_speed_mps=np.where(climbing, either((-3.0, 3.0), (-5.0, 5.0)), 0.0),
        is_helicopter=helicopter,
    )


def columns_of(scenario: Scenario) -> TrackColumns:
    """The track table with a fresh, exact report of every aircraft in slots 0 to n - 1."""
    count = len(scenario)
    columns = empty_columns(count)
    columns.active[:] = columns.trusted[:] = 1
    columns.report_count[:] = 1
    columns.track_number[:] = np.arange(count) + 1
    columns.incident_index[:] = columns.minima_incident[:] = -1
    columns.category[:] = np.where(scenario.is_helicopter, HELICOPTER, DRONE)
    columns.time_of_validity_us[:] = START_US
    columns.latitude_deg[:], columns.longitude_deg[:] = (
        scenario.latitude_deg,
        scenario.longitude_deg,
    )
    columns.x_m[:] = SPHERE_RADIUS_M * np.radians(scenario.longitude_deg)
    columns.y_m[:] = SPHERE_RADIUS_M * np.radians(scenario.latitude_deg)
    columns.east_scale[:] = np.cos(np.radians(scenario.latitude_deg))
    columns.altitude_hae_m[:] = scenario.altitude_m
    columns.velocity_east_mps[:], columns.velocity_north_mps[:] = scenario.velocity_mps()
    columns.vertical_speed_mps[:] = scenario.vertical_speed_mps
    return columns


def bench_rules() -> RuleTable:
    """One level: the scenario's volumes, 60 s ahead, with nothing added for doubt."""

    def one_level(drones: float, others: float) -> Floats:
        values = np.full((2, LEVEL_COUNT), np.nan)
        values[:, WARNING_COLUMN] = drones, others
        return values

    rule_of = np.ones((3, 2, 2), dtype=np.int16)
    rule_of[:, DRONE, DRONE] = 0
    return RuleTable(
        version="bench",
        rule_ids=("drone-drone", "any-helicopter"),
        rule_of=rule_of,
        horizontal_m=one_level(DRONE_RADIUS_M, HELICOPTER_RADIUS_M),
        vertical_m=one_level(DRONE_HALF_HEIGHT_M, HELICOPTER_HALF_HEIGHT_M),
        look_ahead_s=one_level(LOOK_AHEAD_S, LOOK_AHEAD_S),
        hold_factor=1.0,
        accuracy_weight=0.0,
        assumed_speed_mps=np.array([25.0, 75.0]),
        least_growth_mps=np.zeros(2),
        growth_m_max=900.0,
        stale_after_s=3.0,
    )


def bench_policy() -> Policy:
    """The rules above with the alerting parameters that ship for comparisons."""
    text = resources.files("broker.policies").joinpath("f3442-benchmark.toml").read_text("utf-8")
    return replace(parse_policy(text), rules=bench_rules())
