"""Joins what drones say, doubts what cannot be, and makes position reports.

Theory of operation. A short-range transmitter sends identity and place apart, so both are joined by
the transmitter's address. That address changes at will, and one drone may use two radios: a track
is named by the drone's own id wherever one came, and only where none came within five seconds by
the transmitter; a name once given to a transmitter stays, or one drone would be two.

Nothing here is signed. A report says that something flies there, never who: the class is an unknown
drone, and no registration or callsign is filled in. The serial number it claims goes along for the
broker to compare; nothing is looked up by it here. Frames with flipped bits pass some receivers,
so a place too far from the last one is held back until the next one agrees with it.
"""

import math
from dataclasses import dataclass

from adapters.adsb.pressure import Altitude
from adapters.clock import MICROSECONDS
from adapters.model import Refusal
from adapters.remote_id.location import SECONDS_IN_HOUR, Location, Status
from adapters.remote_id.messages import SERIAL_NUMBER, BasicId
from keepclear.client.build import east_north_mps, report
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import AircraftDescription, TrackReport

MAX_TRANSMITTERS = 5_000
NAME_WAIT_US = 5 * MICROSECONDS  # F3411 static messages come every three seconds
FORGOTTEN_US = 300 * MICROSECONDS
MAX_LATE_US = 60 * MICROSECONDS  # the contract's oldest report
MAX_AHEAD_US = 2 * MICROSECONDS
# A place further off than this from the last one is doubted: faster than any small drone.
MAX_SPEED_MPS = 120.0
SLACK_M = 500.0
M_PER_DEG = 111_195.0
# A position without an accuracy. Judgement: three times what a phone-class receiver shows.
DEFAULT_ACCURACY_M = 30.0
# Remote ID rounds altitudes to half a metre; without a code they are as good as satellite ones.
LOWEST_M, HIGHEST_M = -500.0, 30_000.0
HIGHEST_HEIGHT_M = 10_000.0

STATUSES = {
    Status.GROUND: common_pb2.OPERATIONAL_STATUS_ON_GROUND,
    Status.AIRBORNE: common_pb2.OPERATIONAL_STATUS_AIRBORNE,
}
Place = tuple[int, float, float]  # time in microseconds, degrees


@dataclass(slots=True)
class _Transmitter:
    """What is known of one transmitter."""

    first_us: int
    last_us: int
    uas_id: str = ""
    serial: str = ""
    name: str = ""
    sure: Place | None = None
    doubted: Place | None = None


class Drones:
    """The transmitters of one feed."""

    def __init__(self, most: int = MAX_TRANSMITTERS) -> None:
        self._known: dict[str, _Transmitter] = {}
        self._most = most

    def __len__(self) -> int:
        return len(self._known)

    def identify(self, transmitter: str, basic_id: BasicId, now_us: int) -> None:
        """A transmitter said whose it is; the first id stands for the track."""
        one = self._of(transmitter or basic_id.uas_id, now_us)
        one.uas_id = one.uas_id or basic_id.uas_id
        if basic_id.id_type == SERIAL_NUMBER:
            one.serial = one.serial or basic_id.uas_id

    def locate(
        self, transmitter: str, location: Location, now_us: int, *, altitude_known: bool = True
    ) -> TrackReport | Refusal | None:
        """A transmitter said where it is; None while its name is awaited."""
        one = self._of(transmitter, now_us)
        time_us = true_time_us(location.second_of_hour_s, now_us)
        place = (time_us, location.latitude_deg, location.longitude_deg)
        if not self._plausible(one, place):
            return Refusal("latitude", "too far from the last position")
        if not one.name:
            if not one.uas_id and now_us - one.first_us < NAME_WAIT_US:
                return None
            one.name = one.uas_id or f"radio-{transmitter.replace(':', '')}"
        made = _report(one.name, location, time_us, altitude_known=altitude_known)
        made.description.serial_number = one.serial
        return made

    def _of(self, transmitter: str, now_us: int) -> _Transmitter:
        one = self._known.pop(transmitter, None)
        if one is None or now_us - one.last_us > FORGOTTEN_US:
            one = _Transmitter(now_us, now_us)
        one.last_us = now_us
        self._known[transmitter] = one
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return one

    def _plausible(self, one: _Transmitter, place: Place) -> bool:
        """Near the last place, or near one that was doubted: then both are believed."""
        for before in (one.sure, one.doubted):
            if before is not None and _near(before, place):
                one.sure, one.doubted = place, None
                return True
        if one.sure is None:
            one.sure = place
            return True
        one.doubted = place
        return False


def true_time_us(second_of_hour_s: float | None, received_us: int) -> int:
    """When a position was true: the second after the hour nearest to its receipt.

    The time of receipt where none is said, or one that cannot be: a drone's clock may be unset.
    """
    if second_of_hour_s is None:
        return received_us
    hour_us = int(SECONDS_IN_HOUR) * MICROSECONDS
    late_us = (received_us - round(second_of_hour_s * MICROSECONDS)) % hour_us
    if late_us <= MAX_LATE_US - MICROSECONDS:
        return received_us - late_us
    ahead_us = hour_us - late_us
    return received_us + ahead_us if ahead_us <= MAX_AHEAD_US else received_us


def _near(before: Place, after: Place) -> bool:
    north_m = (after[1] - before[1]) * M_PER_DEG
    east_deg = (after[2] - before[2] + 180.0) % 360.0 - 180.0
    east_m = east_deg * M_PER_DEG * math.cos(math.radians(after[1]))
    elapsed_s = abs(after[0] - before[0]) / MICROSECONDS
    return math.hypot(north_m, east_m) <= SLACK_M + MAX_SPEED_MPS * elapsed_s


def _report(name: str, location: Location, time_us: int, *, altitude_known: bool) -> TrackReport:
    altitude = _altitude(location) if altitude_known else None
    height = location.height_m
    if height is not None and not LOWEST_M <= height <= HIGHEST_HEIGHT_M:
        height = None
    reference = (
        common_pb2.HEIGHT_REFERENCE_GROUND
        if location.height_is_over_ground
        else common_pb2.HEIGHT_REFERENCE_TAKEOFF
    )
    satellite = altitude is not None and altitude[1] == common_pb2.ALTITUDE_DATUM_HAE
    return report(
        name,
        latitude_deg=location.latitude_deg,
        longitude_deg=location.longitude_deg,
        time_of_validity_us=time_us,
        altitude=altitude,
        height=None if height is None else (height, reference),
        velocity_mps=_velocity_mps(location),
        vertical_speed_mps=location.vertical_speed_mps,
        horizontal_accuracy_m=location.horizontal_accuracy_m or DEFAULT_ACCURACY_M,
        vertical_accuracy_m=location.vertical_accuracy_m if satellite else None,
        velocity_accuracy_mps=location.speed_accuracy_mps,
        status=STATUSES.get(
            Status(location.status) if location.status in set(Status) else Status.UNDECLARED,
            common_pb2.OPERATIONAL_STATUS_UNSPECIFIED,
        ),
        source=common_pb2.REPORT_SOURCE_REMOTE_ID,
        description=AircraftDescription(aircraft_class=common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE),
    )


def _altitude(location: Location) -> Altitude | None:
    for value, datum in (
        (location.geodetic_altitude_m, common_pb2.ALTITUDE_DATUM_HAE),
        (location.pressure_altitude_m, common_pb2.ALTITUDE_DATUM_PRESSURE),
    ):
        if value is not None and LOWEST_M <= value <= HIGHEST_M:
            return value, datum
    return None


def _velocity_mps(location: Location) -> tuple[float, float] | None:
    if location.speed_mps == 0.0:  # standing still needs no direction
        return 0.0, 0.0
    if location.speed_mps is None or location.direction_deg is None:
        return None
    return east_north_mps(location.speed_mps, location.direction_deg)
