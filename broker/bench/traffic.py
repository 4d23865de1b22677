"""Load for the benches: batches that are encoded once and then only have their numbers replaced.

A generator that builds every message anew would cost more than the broker. Time, latitude and
longitude have a fixed width on the wire, so a batch is bytes in which three columns are written.
Traffic is 99 drones to a helicopter at random over Greater London, flying straight: encounters
come and go all the time, and every one is a real alert of the default policy.
"""

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

HELICOPTER_SHARE: Final = 0.01
DRONE_SPEED_MPS_MAX: Final = 15.0
HELICOPTER_SPEED_MPS: Final = (30.0, 70.0)
TIME_BYTES: Final = 8
"""A varint of a Unix time in microseconds from 1987 to 4253."""

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]


class Batch:
    """One batch of reports of the same aircraft, sent again and again."""

    def __init__(self, reports: list[tracks_pb2.TrackReport], batch_id: str) -> None:
        self.first = tracks_pb2.PublishTracksRequest(batch_id=batch_id, reports=reports)
        """With descriptions: what goes out first."""
        bare = tracks_pb2.PublishTracksRequest()
        bare.CopyFrom(self.first)
        for report in bare.reports:
            report.ClearField("description")
        self._bytes: Bytes = np.frombuffer(bytearray(bare.SerializeToString()), dtype=np.uint8)
        self._places = self._time_places(bare)[:, None] + np.arange(TIME_BYTES)
        self._start_us = reports[0].time_of_validity_us
        self._latitude_deg = np.array([report.latitude_deg for report in reports])
        self._longitude_deg = np.array([report.longitude_deg for report in reports])
        north_mps = np.array([report.velocity_north_mps for report in reports])
        east_mps = np.array([report.velocity_east_mps for report in reports])
        self._north_deg_per_us = north_mps / METRES_PER_DEGREE_NORTH / 1e6
        self._east_deg_per_us = east_mps / METRES_PER_DEGREE_EAST / 1e6

    def __len__(self) -> int:
        return len(self._latitude_deg)

    def at(self, at_us: int) -> bytes:
        """The batch with every position as it is at `at_us`."""
        elapsed_us = at_us - self._start_us
        data, places = self._bytes, self._places
        data[places] = _varint(at_us)
        # One tag byte stands between the fields, each eight bytes long.
        latitude_deg = self._latitude_deg + elapsed_us * self._north_deg_per_us
        longitude_deg = self._longitude_deg + elapsed_us * self._east_deg_per_us
        data[places + TIME_BYTES + 1] = latitude_deg.view(np.uint8).reshape(-1, 8)
        data[places + 2 * (TIME_BYTES + 1)] = longitude_deg.view(np.uint8).reshape(-1, 8)
        return data.tobytes()

    @staticmethod
    def _time_places(bare: tracks_pb2.PublishTracksRequest) -> NDArray[np.int64]:
        """Where each report's time starts: after its id, which is the first field of a report."""
        place = len(tracks_pb2.PublishTracksRequest(batch_id=bare.batch_id).SerializeToString())
        places = []
        for report in bare.reports:
            length = report.ByteSize()
            place += 2 if length < 128 else 3
            places.append(place + 2 + len(report.source_track_id) + 1)
            place += length
        return np.array(places, dtype=np.int64)


def _varint(value: int) -> Bytes:
    out = [value >> 7 * place & 0x7F | 0x80 for place in range(TIME_BYTES)]
    out[-1] &= 0x7F
    return np.array(out, dtype=np.uint8)


def fleet(count: int, batch_size: int, seed: int, start_us: int, prefix: str = "t") -> list[Batch]:
    """`count` aircraft in batches; the same for the same seed."""
    rng = np.random.default_rng(seed)
    helicopter = rng.random(count) < HELICOPTER_SHARE
    east_m = rng.uniform(-1.0, 1.0, count) * GREATER_LONDON_HALF_EAST_M
    north_m = rng.uniform(-1.0, 1.0, count) * GREATER_LONDON_HALF_NORTH_M
    heading_rad = rng.uniform(-np.pi, np.pi, count)
    drone_mps = rng.uniform(0.0, DRONE_SPEED_MPS_MAX, count)
    speed_mps = np.where(helicopter, rng.uniform(*HELICOPTER_SPEED_MPS, count), drone_mps)
    drone_m = rng.uniform(40.0, 120.0, count)
    altitude_m = np.where(helicopter, rng.uniform(150.0, 600.0, count), drone_m) + GEOID_HEIGHT_M
    reports = [
        report(
            f"{prefix}{index}",
            start_us,
            (north_m[index], east_m[index], altitude_m[index]),
            (
                speed_mps[index] * np.sin(heading_rad[index]),
                speed_mps[index] * np.cos(heading_rad[index]),
            ),
            helicopter=bool(helicopter[index]),
        )
        for index in range(count)
    ]
    return [
        Batch(reports[first : first + batch_size], f"{prefix}{first}")
        for first in range(0, count, batch_size)
    ]


def report(
    track_id: str,
    at_us: int,
    place_m: tuple[float, float, float],
    velocity_mps: tuple[float, float],
    *,
    helicopter: bool = False,
) -> tracks_pb2.TrackReport:
    """One described report; `place_m` is north and east of the middle of London, and up (HAE)."""
    north_m, east_m, altitude_m = place_m
    east_mps, north_mps = velocity_mps
    kind = common_pb2.AIRCRAFT_CLASS_HELICOPTER if helicopter else common_pb2.AIRCRAFT_CLASS_DRONE
    return tracks_pb2.TrackReport(
        source_track_id=track_id,
        time_of_validity_us=at_us,
        latitude_deg=ORIGIN_LATITUDE_DEG + north_m / METRES_PER_DEGREE_NORTH,
        longitude_deg=ORIGIN_LONGITUDE_DEG + east_m / METRES_PER_DEGREE_EAST,
        altitude_m=altitude_m,
        altitude_datum=common_pb2.ALTITUDE_DATUM_HAE,
        velocity_east_mps=east_mps,
        velocity_north_mps=north_mps,
        vertical_speed_mps=0.0,
        horizontal_accuracy_m=3.0,
        operational_status=common_pb2.OPERATIONAL_STATUS_AIRBORNE,
        source=common_pb2.REPORT_SOURCE_SIMULATED,
        description=tracks_pb2.AircraftDescription(aircraft_class=kind, callsign=track_id),
    )
