"""Pairs of drones that fly in company: within 30 m of each other, through every turn."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.units import SECOND_US
from sim.fleet import AircraftKind
from sim.geography import (
    METRES_PER_DEGREE_EAST,
    METRES_PER_DEGREE_NORTH,
    ORIGIN_LATITUDE_DEG,
    ORIGIN_LONGITUDE_DEG,
)
from sim.london import TruthState

SPACING_M: Final = (10.0, 30.0)
RADIUS_M: Final = (150.0, 400.0)
SPEED_MPS: Final = (6.0, 18.0)
PAIRS_APART_M: Final = 3_000.0
CLIMB_M: Final = 10.0
"""Between the two."""
_STEP_S: Final = 0.05
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pair:
    """A leader on a figure of eight, and one that keeps its place beside it."""

    name: str
    east_m: float
    north_m: float
    radius_m: float
    turn_radps: float
    spacing_m: float
    bearing_rad: float
    beside: bool
    """The second keeps its place by the leader's nose; else by the compass."""
    up_m: float


@dataclass(frozen=True, slots=True)
class Company:
    """All pairs."""

    pairs: tuple[Pair, ...]
    start_us: int

    def states(self, at_us: int) -> list[TruthState]:
        """Both aircraft of every pair at an instant."""
        elapsed_s = (at_us - self.start_us) / SECOND_US
        return [_flown(pair, second, elapsed_s) for pair in self.pairs for second in (False, True)]


def company(count: int, seed: int, start_us: int) -> Company:
    """`count` pairs, far from each other; the same for the same seed."""
    rng = np.random.default_rng(seed)
    pairs = []
    for number in range(count):
        radius_m, speed_mps = rng.uniform(*RADIUS_M), rng.uniform(*SPEED_MPS)
        pairs.append(
            Pair(
                name=f"P{number}",
                east_m=PAIRS_APART_M * (number % 5 - 2),
                north_m=PAIRS_APART_M * (number // 5 - 2),
                radius_m=radius_m,
                turn_radps=speed_mps / (2.0 * radius_m),
                spacing_m=rng.uniform(*SPACING_M) * 0.98,
                bearing_rad=rng.uniform(-math.pi, math.pi),
                beside=number % 2 == 0,
                up_m=rng.uniform(-CLIMB_M, CLIMB_M) / 4,
            )
        )
    return Company(tuple(pairs), start_us)


def _flown(pair: Pair, second: bool, elapsed_s: float) -> TruthState:
    here, ahead = (_place(pair, second, at_s) for at_s in (elapsed_s, elapsed_s + _STEP_S))
    east_mps, north_mps = ((ahead - here) / _STEP_S).tolist()
    return TruthState(
        label=f"{pair.name}-{'B' if second else 'A'}",
        agency="las" if second else "met",
        kind=AircraftKind.DRONE,
        track_id=pair.name,
        airborne=True,
        latitude_deg=ORIGIN_LATITUDE_DEG + here[1] / METRES_PER_DEGREE_NORTH,
        longitude_deg=ORIGIN_LONGITUDE_DEG + here[0] / METRES_PER_DEGREE_EAST,
        altitude_hae_m=130.0 + (pair.up_m if second else 0.0),
        velocity_east_mps=east_mps,
        velocity_north_mps=north_mps,
        vertical_speed_mps=0.0,
    )


def _place(pair: Pair, second: bool, elapsed_s: float) -> Floats:
    angle = pair.turn_radps * elapsed_s
    leader = np.array(
        [
            pair.east_m + 2.0 * pair.radius_m * math.sin(angle),
            pair.north_m + pair.radius_m * math.sin(2.0 * angle),
        ]
    )
    if not second:
        return leader
    course_rad = math.atan2(math.cos(angle), math.cos(2.0 * angle)) if pair.beside else 0.0
    bearing_rad = pair.bearing_rad + course_rad
    return leader + pair.spacing_m * np.array([math.sin(bearing_rad), math.cos(bearing_rad)])
