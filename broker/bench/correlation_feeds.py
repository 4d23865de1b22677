"""Three feeds that hear the same aircraft, each with its own delay, noise, datum and loss.

Aircraft are known exactly at whole seconds; between them they are where a cubic through both
states says. Each feed reports every aircraft at a steady interval with a phase of its own, late by
a delay of its own, with the true time. A share of what radio hears names nobody.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from broker.core.names import SystemName
from broker.core.tracks.reports import (
    CODE_COLUMNS,
    FLOAT_COLUMNS,
    INT_COLUMNS,
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    HeightReference,
    OperationalStatus,
    ReportBatch,
    ReportSource,
)
from broker.core.tracks.table import COLUMN_TYPES
from broker.core.units import SECOND_US
from sim.fleet import AircraftKind
from sim.geography import METRES_PER_DEGREE_EAST, METRES_PER_DEGREE_NORTH
from sim.london import TruthState

ANONYMOUS_SHARE: Final = 0.2
"""Of the aircraft a radio feed hears."""
SIGMAS_95: Final = math.sqrt(-2.0 * math.log(0.05))
"""Radius of a 95 % circle over the standard deviation of each axis."""
SPEED_SIGMA_MPS: Final = 0.7
FOOT_M: Final = 0.3048
PRESSURE_STEP_M: Final = 25 * FOOT_M
"""ADS-B tells pressure altitude in steps of 25 ft."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Feed:
    """How one feed hears."""

    name: str
    interval_s: tuple[float, float]
    """From and to: each aircraft has one of its own."""
    delay_s: tuple[float, float]
    loss: float
    accuracy_m: float
    """95 %, as stated; the noise is what it says."""
    altitude_error_m: float
    """Standing error of one aircraft's height, standard deviation."""
    agency: str = ""
    """Empty: the aircraft's own."""

    @property
    def is_radio(self) -> bool:
        """Whether it hears whatever flies; else it is the operator's own link."""
        return bool(self.agency)


FEEDS: Final = (
    Feed("telemetry", (1.0, 2.0), (0.2, 0.5), 0.02, 7.0, 2.0),
    Feed("receiver", (0.9, 1.1), (0.3, 2.0), 0.03, 25.0, 6.0, "met"),
    Feed("mlat", (2.0, 2.0), (0.5, 1.5), 0.10, 60.0, 10.0, "lfb"),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """One aircraft as one feed hears it, through one flight."""

    label: str
    feed: Feed
    publisher: SystemName
    source_track_id: str
    source: ReportSource
    description: AircraftDescription
    interval_us: int
    delay_us: int
    altitude_error_m: float
    pressure_altitude: bool

    @property
    def is_anonymous(self) -> bool:
        """Whether it names nobody."""
        words = self.description
        return not (words.serial_number or words.icao_address)


@dataclass(slots=True)
class Row:
    """One report on its way."""

    arrives_us: int
    heard: Heard
    time_us: int
    values: Floats
    """Latitude, longitude, height and three velocities."""
    is_first: bool


class Feeds:
    """What the feeds send, second by second. The same seed gives the same reports."""

    def __init__(self, seed: int, *, named: bool | None = None) -> None:
        """`named` says of all aircraft whether they are named; None: most are."""
        self._rng: Generator = np.random.default_rng(seed)
        self._named = named
        self._heard: dict[str, list[Heard]] = {}
        self._due_us: dict[tuple[SystemName, str], int] = {}
        self._described: set[tuple[SystemName, str]] = set()
        self._before: dict[str, TruthState] = {}
        self._flights = 0
        self.all: list[Heard] = []
        """Everything ever heard."""

    def second(self, start_us: int, states: Sequence[TruthState]) -> list[Row]:
        """Reports of positions in the second before `start_us`, in order of arrival."""
        now = {one.label: one for one in states}
        rows: list[Row] = []
        for label, state in now.items():
            before = self._before.get(label)
            if before is None:
                self._heard[label] = self._begin(state, start_us)
            else:
                for heard in self._heard[label]:
                    rows += self._reports(heard, before, state, start_us - SECOND_US)
        self._before = now
        return sorted(rows, key=lambda row: row.arrives_us)

    def _begin(self, state: TruthState, now_us: int) -> list[Heard]:
        self._flights += 1
        made = [self._hear(feed, state, self._flights) for feed in FEEDS]
        for heard in made:
            first_us = now_us + int(self._rng.integers(heard.interval_us))
            self._due_us[heard.publisher, heard.source_track_id] = first_us
        self.all += made
        return made

    def _hear(self, feed: Feed, state: TruthState, flight: int) -> Heard:
        rng = self._rng
        named = self._named
        if named is None:
            named = not feed.is_radio or rng.random() >= ANONYMOUS_SHARE
        drone = state.kind is AircraftKind.DRONE
        source = ReportSource.TELEMETRY
        if feed.name == "mlat":
            source = ReportSource.MLAT
        elif feed.is_radio:
            source = ReportSource.REMOTE_ID if drone else ReportSource.ADSB
        return Heard(
            label=state.label,
            feed=feed,
            publisher=SystemName(feed.agency or state.agency, feed.name),
            source_track_id=f"{feed.name}-{flight}",
            source=source,
            description=_words(state, named, is_radio=feed.is_radio),
            interval_us=round(rng.uniform(*feed.interval_s) * SECOND_US),
            delay_us=round(rng.uniform(*feed.delay_s) * SECOND_US),
            altitude_error_m=float(rng.normal(0.0, feed.altitude_error_m)),
            pressure_altitude=source is ReportSource.ADSB,
        )

    def _reports(
        self, heard: Heard, before: TruthState, after: TruthState, from_us: int
    ) -> Iterator[Row]:
        key = heard.publisher, heard.source_track_id
        while self._due_us[key] < from_us + SECOND_US:
            time_us = self._due_us[key]
            self._due_us[key] += heard.interval_us
            if self._rng.random() < heard.feed.loss:
                continue
            true = _between(before, after, (time_us - from_us) / SECOND_US)
            values = true + self._noise(heard)
            if heard.pressure_altitude:
                values[2] = round(values[2] / PRESSURE_STEP_M) * PRESSURE_STEP_M
            first = key not in self._described
            self._described.add(key)
            yield Row(time_us + heard.delay_us, heard, time_us, values, first)

    def _noise(self, heard: Heard) -> Floats:
        sigma_m = heard.feed.accuracy_m / SIGMAS_95
        east_m, north_m, up_m, *speeds = self._rng.normal(size=6).tolist()
        return np.array(
            [
                north_m * sigma_m / METRES_PER_DEGREE_NORTH,
                east_m * sigma_m / METRES_PER_DEGREE_EAST,
                heard.altitude_error_m + 2.0 * up_m,
                *(SPEED_SIGMA_MPS * one for one in speeds),
            ]
        )


def _words(state: TruthState, named: bool, *, is_radio: bool) -> AircraftDescription:
    """What the feed knows of the aircraft."""
    if state.kind is AircraftKind.DRONE:
        unnamed = AircraftDescription(
            AircraftClass.UNKNOWN_DRONE if is_radio else AircraftClass.DRONE,
            callsign="" if is_radio else state.label,
        )
        return replace(unnamed, serial_number=f"SN-{state.label}") if named else unnamed
    crewed = (
        AircraftClass.HELICOPTER
        if state.kind is AircraftKind.HELICOPTER
        else AircraftClass.AEROPLANE
    )
    unnamed = AircraftDescription(crewed, callsign="" if is_radio else state.label)
    return replace(unnamed, icao_address=f"icao-{state.label}") if named else unnamed


def _between(before: TruthState, after: TruthState, part: float) -> Floats:
    """The state `part` of a second after `before`: a cubic through both places and velocities."""
    lower, upper = _numbers(before), _numbers(after)
    per_s = np.array([METRES_PER_DEGREE_NORTH, METRES_PER_DEGREE_EAST, 1.0])
    leaving, coming = lower[[4, 3, 5]] / per_s, upper[[4, 3, 5]] / per_s
    square, cube = part * part, part**3
    place = (
        (2 * cube - 3 * square + 1) * lower[:3]
        + (cube - 2 * square + part) * leaving
        + (3 * square - 2 * cube) * upper[:3]
        + (cube - square) * coming
    )
    velocity = (1.0 - part) * lower[3:] + part * upper[3:]
    return np.concatenate([place, velocity])


def _numbers(state: TruthState) -> Floats:
    return np.array(
        [
            state.latitude_deg,
            state.longitude_deg,
            state.altitude_hae_m,
            state.velocity_east_mps,
            state.velocity_north_mps,
            state.vertical_speed_mps,
        ]
    )


def batches(rows: Sequence[Row]) -> list[ReportBatch]:
    """The rows as one batch for each publisher."""
    by_publisher: dict[SystemName, list[Row]] = {}
    for row in rows:
        by_publisher.setdefault(row.heard.publisher, []).append(row)
    return [_batch(publisher, chosen) for publisher, chosen in by_publisher.items()]


def _batch(publisher: SystemName, rows: Sequence[Row]) -> ReportBatch:
    count = len(rows)
    values = np.stack([row.values for row in rows])
    stated = {
        "time_of_validity_us": [row.time_us for row in rows],
        "latitude_deg": values[:, 0],
        "longitude_deg": values[:, 1],
        "altitude_hae_m": values[:, 2],
        "published_altitude_m": values[:, 2],
        "velocity_east_mps": values[:, 3],
        "velocity_north_mps": values[:, 4],
        "vertical_speed_mps": values[:, 5],
        "horizontal_accuracy_m": [row.heard.feed.accuracy_m for row in rows],
        "vertical_doubt_m": [2.0 * row.heard.feed.altitude_error_m + 4.0 for row in rows],
        "velocity_accuracy_mps": [SIGMAS_95 * SPEED_SIGMA_MPS] * count,
        "altitude_datum": [AltitudeDatum.HAE] * count,
        "height_reference": [HeightReference.NONE] * count,
        "operational_status": [OperationalStatus.AIRBORNE] * count,
        "source": [row.heard.source for row in rows],
    }
    return ReportBatch(
        publisher=publisher,
        batch_id="bench",
        source_track_ids=tuple(row.heard.source_track_id for row in rows),
        descriptions={
            place: row.heard.description for place, row in enumerate(rows) if row.is_first
        },
        **_columns(stated, count),  # type: ignore[arg-type]  # each column under its own name
    )


def _columns(stated: Mapping[str, object], count: int) -> dict[str, NDArray[np.generic]]:
    unknown = np.full(count, math.nan)
    return {
        name: np.array(stated.get(name, unknown), dtype=COLUMN_TYPES.get(name, np.float64))
        for name in (*INT_COLUMNS, *FLOAT_COLUMNS, *CODE_COLUMNS)
    }
