"""Made-up traffic with a known outcome: pairs that meet, part, and meet again."""

import math
import time

from keepclear.v1 import common_pb2, restrictions_pb2, schedules_pb2, tracks_pb2, volumes_pb2

METRE_DEG = 1 / 111_320
LATITUDE_DEG, LONGITUDE_DEG = 51.5, -0.12
APART_M = 2_000.0
SWING_S = 8.0
"""One approach and one departure."""


def now_us() -> int:
    """Wall clock."""
    return time.time_ns() // 1_000


def report(
    source_track_id: str,
    *,
    east_m: float = 0.0,
    north_m: float = 0.0,
    east_mps: float = 0.0,
    altitude_m: float = 100.0,
    time_us: int = 0,
    described: bool = True,
) -> tracks_pb2.TrackReport:
    """One drone, placed in metres from the middle of the scene."""
    east_deg = east_m * METRE_DEG / math.cos(math.radians(LATITUDE_DEG))
    made = tracks_pb2.TrackReport(
        source_track_id=source_track_id,
        time_of_validity_us=time_us or now_us(),
        latitude_deg=LATITUDE_DEG + north_m * METRE_DEG,
        longitude_deg=LONGITUDE_DEG + east_deg,
        altitude_m=altitude_m,
        altitude_datum=common_pb2.ALTITUDE_DATUM_AMSL,
        velocity_east_mps=east_mps,
        velocity_north_mps=0.0,
        vertical_speed_mps=0.0,
        horizontal_accuracy_m=3.0,
        vertical_accuracy_m=3.0,
        operational_status=common_pb2.OPERATIONAL_STATUS_AIRBORNE,
        source=common_pb2.REPORT_SOURCE_SIMULATED,
    )
    if described:
        made.description.aircraft_class = common_pb2.AIRCRAFT_CLASS_DRONE
        made.description.callsign = source_track_id.upper()
    return made


def meeting(pair: int, time_us: int) -> list[tracks_pb2.TrackReport]:
    """Two drones that swing through each other's place every `SWING_S` seconds."""
    phase = (time_us / 1e6 % SWING_S) / SWING_S
    gap_m = 300.0 * abs(2 * phase - 1)
    speed_mps = 300.0 / (SWING_S / 2) * (1 if phase < 0.5 else -1) / 2
    north_m = pair * APART_M
    return [
        report(
            f"p{pair}-{name}",
            east_m=side * gap_m / 2,
            north_m=north_m,
            east_mps=-side * speed_mps,
            time_us=time_us,
        )
        for name, side in (("a", -1), ("b", 1))
    ]


def hovering(time_us: int) -> list[tracks_pb2.TrackReport]:
    """Two drones that hang beside each other, inside the floor, for ever."""
    return [
        report(f"h-{name}", east_m=side * 3.0, north_m=-APART_M / 2, time_us=time_us)
        for name, side in (("a", -1), ("b", 1))
    ]


def crowd(count: int, time_us: int, *, first: int = 0) -> list[tracks_pb2.TrackReport]:
    """Drones on a grid, too far apart to alert."""
    side = math.ceil(math.sqrt(count))
    return [
        report(
            f"c{first + place}",
            east_m=400.0 * (place % side) - 200.0 * side,
            north_m=-2_000.0 - 400.0 * (place // side),
            time_us=time_us,
        )
        for place in range(count)
    ]


def keep_clear(
    name: str, agency: str = "met", *, for_s: float = 3_600.0
) -> restrictions_pb2.Restriction:
    """A circle, away from the traffic, in force at once."""
    start_us = now_us() - 1_000_000
    return restrictions_pb2.Restriction(
        name=f"agencies/{agency}/restrictions/{name}",
        title=f"Keep clear {name}",
        reason="Test of what survives",
        volumes=[
            volumes_pb2.RestrictionVolume(
                circle=volumes_pb2.Circle(
                    center=volumes_pb2.LatLng(latitude_deg=51.6, longitude_deg=0.1),
                    radius_m=200.0,
                ),
                floor=volumes_pb2.VerticalLimit(value_m=0.0, datum=volumes_pb2.LIMIT_DATUM_SURFACE),
                ceiling=volumes_pb2.VerticalLimit(
                    value_m=150.0, datum=volumes_pb2.LIMIT_DATUM_AMSL
                ),
            )
        ],
        windows=[schedules_pb2.Window(start_us=start_us, end_us=start_us + int(for_s * 1e6))],
        applies_to=restrictions_pb2.APPLIES_TO_DRONES,
        contact="020 7946 0101",
    )
