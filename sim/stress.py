"""Load without stories: n aircraft at random over Greater London, in columns, at 1 Hz.

Every aircraft flies straight and is reflected at the edges of a box, in closed form, so any
instant costs one pass of array arithmetic.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from keepclear.v1 import common_pb2, tracks_pb2
from sim.geography import (
    GEOID_HEIGHT_M,
    GREATER_LONDON_HALF_EAST_M,
    GREATER_LONDON_HALF_NORTH_M,
    METRES_PER_DEGREE_EAST,
    METRES_PER_DEGREE_NORTH,
    ORIGIN_LATITUDE_DEG,
    ORIGIN_LONGITUDE_DEG,
)
from sim.measures import SECOND_US

Floats = NDArray[np.float64]

REPORTS_PER_BATCH_MAX: Final = 2_000
TRACKS_MAX: Final = 1_000_000
# Basis: four drones to a helicopter, far more helicopters than any real day has.
DRONE_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """All aircraft at one instant, one row each."""

    at_us: int
    latitude_deg: Floats
    longitude_deg: Floats
    altitude_hae_m: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    vertical_speed_mps: Floats


class Stress:
    """`n_tracks` aircraft, the same for the same seed; drones first, then helicopters."""

    def __init__(self, n_tracks: int, seed: int, start_us: int) -> None:
        if not 1 <= n_tracks <= TRACKS_MAX:
            raise ValueError(f"n_tracks must be 1 to {TRACKS_MAX}")
        rng = np.random.default_rng(seed)
        self.start_us = start_us
        self.drone_count = round(DRONE_SHARE * n_tracks)
        self.track_ids = tuple(f"s{index}" for index in range(n_tracks))
        drone = np.arange(n_tracks) < self.drone_count
        self._east_m = rng.uniform(-1.0, 1.0, n_tracks) * GREATER_LONDON_HALF_EAST_M
        self._north_m = rng.uniform(-1.0, 1.0, n_tracks) * GREATER_LONDON_HALF_NORTH_M
        heading_rad = rng.uniform(-np.pi, np.pi, n_tracks)
        speed_mps = np.where(
            drone, rng.uniform(0.0, 20.0, n_tracks), rng.uniform(30.0, 75.0, n_tracks)
        )
        self._east_mps = speed_mps * np.sin(heading_rad)
        self._north_mps = speed_mps * np.cos(heading_rad)
        amsl_m = np.where(
            drone, rng.uniform(40.0, 150.0, n_tracks), rng.uniform(100.0, 600.0, n_tracks)
        )
        self._altitude_hae_m = amsl_m + GEOID_HEIGHT_M

    def columns(self, at_us: int) -> Columns:
        """Exact states at an instant."""
        elapsed_s = (at_us - self.start_us) / SECOND_US
        east_m, east_sign = _reflected(
            self._east_m + self._east_mps * elapsed_s, GREATER_LONDON_HALF_EAST_M
        )
        north_m, north_sign = _reflected(
            self._north_m + self._north_mps * elapsed_s, GREATER_LONDON_HALF_NORTH_M
        )
        return Columns(
            at_us=at_us,
            latitude_deg=ORIGIN_LATITUDE_DEG + north_m / METRES_PER_DEGREE_NORTH,
            longitude_deg=ORIGIN_LONGITUDE_DEG + east_m / METRES_PER_DEGREE_EAST,
            altitude_hae_m=self._altitude_hae_m,
            velocity_east_mps=self._east_mps * east_sign,
            velocity_north_mps=self._north_mps * north_sign,
            vertical_speed_mps=np.zeros_like(self._altitude_hae_m),
        )

    def requests(
        self, at_us: int, batch_size: int = 500, *, describe: bool = False
    ) -> list[tracks_pb2.PublishTracksRequest]:
        """One report of every aircraft, in batches; `describe` on the first call."""
        if not 1 <= batch_size <= REPORTS_PER_BATCH_MAX:
            raise ValueError(f"batch_size must be 1 to {REPORTS_PER_BATCH_MAX}")
        columns = self.columns(at_us)
        reports = [
            tracks_pb2.TrackReport(
                source_track_id=track_id,
                time_of_validity_us=at_us,
                latitude_deg=latitude_deg,
                longitude_deg=longitude_deg,
                altitude_m=altitude_m,
                altitude_datum=common_pb2.ALTITUDE_DATUM_HAE,
                velocity_east_mps=east_mps,
                velocity_north_mps=north_mps,
                vertical_speed_mps=0.0,
                operational_status=common_pb2.OPERATIONAL_STATUS_AIRBORNE,
                source=common_pb2.REPORT_SOURCE_SIMULATED,
            )
            for track_id, latitude_deg, longitude_deg, altitude_m, east_mps, north_mps in zip(
                self.track_ids,
                columns.latitude_deg.tolist(),
                columns.longitude_deg.tolist(),
                columns.altitude_hae_m.tolist(),
                columns.velocity_east_mps.tolist(),
                columns.velocity_north_mps.tolist(),
                strict=True,
            )
        ]
        if describe:
            self._describe(reports)
        return [
            tracks_pb2.PublishTracksRequest(
                batch_id=f"{at_us}-{first}", reports=reports[first : first + batch_size]
            )
            for first in range(0, len(reports), batch_size)
        ]

    def _describe(self, reports: list[tracks_pb2.TrackReport]) -> None:
        for index, report in enumerate(reports):
            drone = index < self.drone_count
            report.description.aircraft_class = (
                common_pb2.AIRCRAFT_CLASS_DRONE if drone else common_pb2.AIRCRAFT_CLASS_HELICOPTER
            )
            report.description.callsign = f"S{index}"


def _reflected(unbounded_m: Floats, half_m: float) -> tuple[Floats, Floats]:
    """Fold a straight line into [-half, half] and say which way it then runs."""
    phase = np.mod(unbounded_m + half_m, 4.0 * half_m)
    outward = phase < 2.0 * half_m
    return np.where(outward, phase - half_m, 3.0 * half_m - phase), np.where(outward, 1.0, -1.0)
