"""Encounters to score alerts by: those that DAIDALUS judged, and a seeded set of our own.

Paths are (seconds, 6) at 1 Hz: east, north and up in metres, then their rates, round one origin.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.geodesy.frame import project, unproject
from broker.core.names import SystemName
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    ReportBatch,
)
from broker.core.units import SECOND_US

ORIGIN_LATITUDE_DEG: Final = 51.5074
ORIGIN_LONGITUDE_DEG: Final = -0.1278
UNDULATION_M: Final = 45.95
START_US: Final = 1_700_000_000 * SECOND_US
SECONDS: Final = 151
NORMAL_95: Final = 1.96
SIGMA: Final = {
    AircraftClass.HELICOPTER: np.array([15.0, 15.0, 8.0, 1.5, 1.5, 0.4]),
    AircraftClass.DRONE: np.array([3.0, 3.0, 4.0, 0.3, 0.3, 0.2]),
}
"""Standard deviations of the noise by class, metres and metres per second."""

Path6 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """One aircraft: where it was, what was reported, and in which seconds."""

    aircraft_class: AircraftClass
    truth: Path6
    measured: Path6
    reported: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Encounter:
    """A helicopter and a drone."""

    kind: str
    helicopter: Flight
    drone: Flight


def judged_encounters(file: Path) -> tuple[list[Encounter], dict[str, NDArray[np.int8]]]:
    """The encounters of a truth file, and DAIDALUS's levels by name, each (encounters, seconds)."""
    with np.load(file) as data:
        paths = {name: data[name] / 100.0 for name in data.files if not name.startswith("level")}
        levels = {name: data[name] for name in data.files if name.startswith("level")}
    every = np.ones(paths["truth_heli"].shape[1], dtype=np.bool_)
    encounters = [
        Encounter(
            "MIT-LL rotorcraft",
            Flight(AircraftClass.HELICOPTER, paths["truth_heli"][k], paths["meas_heli"][k], every),
            Flight(AircraftClass.DRONE, paths["truth_drone"][k], paths["meas_drone"][k], every),
        )
        for k in range(len(paths["truth_heli"]))
    ]
    return encounters, levels


def batch_of(flight: Flight, name: str) -> ReportBatch:
    """A flight's reports, with the accuracies (95 %) of its class."""
    at = np.flatnonzero(flight.reported)
    path, count = flight.measured[at], len(at)
    origin = project(np.array([ORIGIN_LATITUDE_DEG]), np.array([ORIGIN_LONGITUDE_DEG]))
    latitude_deg, longitude_deg = unproject(
        origin.x_m + path[:, 0] / origin.east_scale, origin.y_m + path[:, 1]
    )
    accuracy = NORMAL_95 * SIGMA[flight.aircraft_class]
    blank, codes = np.full(count, np.nan), np.zeros(count, dtype=np.int8)
    return ReportBatch(
        publisher=SystemName(name, "bench"),
        batch_id="bench",
        source_track_ids=(name,) * count,
        time_of_validity_us=START_US + at.astype(np.int64) * SECOND_US,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        altitude_hae_m=path[:, 2] + UNDULATION_M,
        vertical_doubt_m=np.full(count, accuracy[2]),
        published_altitude_m=path[:, 2] + UNDULATION_M,
        altitude_datum=np.full(count, AltitudeDatum.HAE, dtype=np.int8),
        height_m=blank,
        height_reference=codes,
        velocity_east_mps=path[:, 3].copy(),
        velocity_north_mps=path[:, 4].copy(),
        vertical_speed_mps=path[:, 5].copy(),
        horizontal_accuracy_m=np.full(count, accuracy[0]),
        vertical_accuracy_m=np.full(count, accuracy[2]),
        velocity_accuracy_mps=np.full(count, accuracy[3]),
        vertical_speed_accuracy_mps=np.full(count, accuracy[5]),
        operational_status=codes,
        source=codes,
        descriptions={0: AircraftDescription(aircraft_class=flight.aircraft_class)},
    )


def own_encounters(seed: int, each: int) -> list[Encounter]:
    """Seeded encounters of the kinds where straight lines, noise or gaps mislead."""
    random = np.random.default_rng(seed)
    kinds = ("transit", "late turn", "late climb", "hover", "landing beside", "0.5 Hz with gaps")
    return [_own(random, kind) for kind in kinds for _ in range(each)]


def _own(random: np.random.Generator, kind: str) -> Encounter:
    speed_mps, meet_s = random.uniform(30.0, 65.0), random.uniform(80.0, 130.0)
    course, miss_m = random.uniform(0.0, 2.0 * math.pi), random.uniform(-1_500.0, 1_500.0)
    height_m = random.uniform(-150.0, 150.0)
    turns, climbs, speeds = np.zeros(SECONDS), np.zeros(SECONDS), np.full(SECONDS, speed_mps)
    late = int(meet_s - random.uniform(12.0, 35.0))
    if kind == "late turn":
        turns[late : late + 20] = random.choice([-1.0, 1.0]) * math.radians(random.uniform(2.0, 6))
    if kind == "late climb":
        climbs[late : late + 30] = random.choice([-1.0, 1.0]) * random.uniform(2.0, 6.0)
    if kind == "landing beside":
        speeds = np.maximum(speed_mps - np.maximum(0.0, np.arange(SECONDS) - late) * 2.0, 0.0)
        climbs[late : late + 30] = -2.5
    helicopter = _flown(speeds, course + np.cumsum(turns), climbs)
    drone_mps = 0.0 if kind in ("hover", "landing beside") else random.uniform(3.0, 20.0)
    still = np.zeros(SECONDS)
    drone = _flown(still + drone_mps, still + random.uniform(0.0, 2.0 * math.pi), still)
    # They would pass at `miss_m` and `height_m` at `meet_s` if nobody manoeuvred.
    straight = _flown(still + speed_mps, still + course, still)
    across = np.array([math.sin(course), -math.cos(course)]) * miss_m
    drone[:, :2] += straight[int(meet_s), :2] - drone[int(meet_s), :2] + across
    helicopter[:, 2] += 150.0
    drone[:, 2] += 150.0 + height_m
    sparse = kind == "0.5 Hz with gaps"
    return Encounter(
        kind,
        _seen(random, AircraftClass.HELICOPTER, helicopter, sparse=False),
        _seen(random, AircraftClass.DRONE, drone, sparse=sparse),
    )


def _flown(
    speeds: NDArray[np.float64], courses: NDArray[np.float64], climbs: NDArray[np.float64]
) -> Path6:
    """A path from its speed, direction (from east towards north) and climb of every second."""
    rates = np.stack([speeds * np.cos(courses), speeds * np.sin(courses), climbs], axis=1)
    steps = 0.5 * (rates[1:] + rates[:-1])
    places = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    return np.concatenate([places, rates], axis=1)


def _seen(
    random: np.random.Generator, aircraft_class: AircraftClass, truth: Path6, *, sparse: bool
) -> Flight:
    measured = truth + random.standard_normal(truth.shape) * SIGMA[aircraft_class]
    reported = np.ones(len(truth), dtype=np.bool_)
    if sparse:
        reported[1::2] = False
        reported[random.random(len(truth)) < 0.02] = False
        start = int(random.integers(30, len(truth) - 40))
        reported[start : start + int(random.integers(5, 20))] = False
        reported[0] = True
    return Flight(aircraft_class, truth, measured, reported)
