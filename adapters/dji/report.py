"""A merged device to a position report of its aircraft.

What a DJI message does not say is not made up. `attitude_head` is where the nose points, not where
the aircraft goes, so it gives no direction: the track is the line between two fixes. `timestamp` is
when the message was sent, so the time of validity is a fixed time earlier, and what the aircraft
may have flown in the meantime is added to its accuracy. `height` is used only where somebody has
said for this fleet what it is measured from; otherwise the height above take-off stands alone.
"""

import math
from collections.abc import Mapping
from typing import Final

from adapters.clock import MICROSECONDS
from adapters.dji.devices import MODELS
from adapters.dji.dock import Presence
from adapters.dji.fields import Value, position
from adapters.dji.intent import Intent, Point
from adapters.dji.merging import Device
from adapters.dji.settings import AircraftSettings, DjiSettings, HeightDatum
from adapters.registerbook import short_name
from keepclear.client.build import report
from keepclear.v1 import common_pb2
from keepclear.v1.aircraft_pb2 import Aircraft
from keepclear.v1.tracks_pb2 import AircraftDescription, TrackReport

INTENT_HOLDS_US: Final = 600 * MICROSECONDS
"""A path that nobody has stated again for so long is not shown any more."""
STILL_MPS: Final = 0.5
TRACK_SPAN_US: Final = (1 * MICROSECONDS, 10 * MICROSECONDS)
"""Fixes this far apart give a direction: nearer it is noise, further the aircraft has turned."""
TRACK_DISTANCE_M_MIN: Final = 5.0
TURN_DOUBT: Final = 0.35
"""[J] of the speed: a 20° turn between the two fixes that gave the direction."""
SPEED_ACCURACY_MPS: Final = 1.0
METRE_PER_DEGREE: Final = math.pi * 6_371_008.8 / 180.0  # mean Earth radius (IUGG)
AIRBORNE_SPEED_MPS: Final = 1.0
AIRBORNE_ELEVATION_M: Final = 3.0

RTK_ACCURACY_M: Final = 1.0
QUALITY_ACCURACY_M: Final[Mapping[int, float]] = {5: 3.0, 4: 5.0, 3: 10.0, 2: 20.0, 1: 50.0}
"""[J]: the maker grades its fixes and gives no metres."""
UNKNOWN_ACCURACY_M: Final = 10.0
RTK_QUALITY: Final = 10
RTK_FIXED: Final = 2

_STATUS_OF_MODE: Final[Mapping[int, common_pb2.OperationalStatus]] = {
    0: common_pb2.OPERATIONAL_STATUS_ON_GROUND,  # standby
    1: common_pb2.OPERATIONAL_STATUS_ROTORS_TURNING,  # take-off preparation
    2: common_pb2.OPERATIONAL_STATUS_ROTORS_TURNING,  # preparation completed
    4: common_pb2.OPERATIONAL_STATUS_LANDING_OR_LIFTING,  # automatic take-off
    10: common_pb2.OPERATIONAL_STATUS_LANDING_OR_LIFTING,  # automatic landing
    11: common_pb2.OPERATIONAL_STATUS_LANDING_OR_LIFTING,  # forced landing
    12: common_pb2.OPERATIONAL_STATUS_LANDING_OR_LIFTING,  # landing on three blades
}
MODE_NOT_CONNECTED: Final = 14
_ALTITUDE_DATUM: Final = {
    HeightDatum.HAE: common_pb2.ALTITUDE_DATUM_HAE,
    HeightDatum.AMSL: common_pb2.ALTITUDE_DATUM_AMSL,
}


def aircraft_report(
    device: Device,
    values: Mapping[str, Value],
    sent_us: int,
    presence: Presence,
    settings: DjiSettings,
) -> TrackReport | None:
    """From an aircraft's own properties; None without a fix."""
    place = position(values)
    if place is None:
        return None
    time_us = sent_us - round(settings.fix_age_s * MICROSECONDS)
    speed_mps = _known(values, "horizontal_speed")
    made = report(
        device.serial,
        latitude_deg=place[0],
        longitude_deg=place[1],
        time_of_validity_us=time_us,
        altitude=_altitude(values, settings),
        height=_height(values),
        velocity_mps=_velocity_mps(device, values, place, time_us),
        vertical_speed_mps=_known(values, "vertical_speed"),
        horizontal_accuracy_m=_accuracy_m(values) + (speed_mps or 0.0) * settings.fix_age_s,
        status=_status(values, presence),
        source=common_pb2.REPORT_SOURCE_TELEMETRY,
        description=describe(device, time_us, settings),
    )
    if made.HasField("velocity_east_mps") and speed_mps is not None:
        made.velocity_accuracy_mps = SPEED_ACCURACY_MPS + TURN_DOUBT * speed_mps
    device.fix = (*place, time_us)
    return made


def docked_report(
    aircraft: Device,
    place: tuple[float, float],
    sent_us: int,
    presence: Presence,
    settings: DjiSettings,
) -> TrackReport:
    """An aircraft that sends nothing itself, where its dock says it is."""
    launching = presence is Presence.LAUNCHING
    return report(
        aircraft.serial,
        latitude_deg=place[0],
        longitude_deg=place[1],
        time_of_validity_us=sent_us,
        height=(0.0, common_pb2.HEIGHT_REFERENCE_TAKEOFF),
        velocity_mps=(0.0, 0.0),
        vertical_speed_mps=0.0,
        horizontal_accuracy_m=UNKNOWN_ACCURACY_M,
        status=(
            common_pb2.OPERATIONAL_STATUS_LAUNCHING
            if launching
            else common_pb2.OPERATIONAL_STATUS_AT_DOCK
        ),
        source=common_pb2.REPORT_SOURCE_TELEMETRY,
        description=describe(aircraft, sent_us, settings),
    )


def describe(device: Device, now_us: int, settings: DjiSettings) -> AircraftDescription:
    """Who the aircraft is and where it means to go."""
    own = settings.aircraft.get(device.serial, AircraftSettings())
    registered = settings.book.by_serial(device.serial) or Aircraft()
    made = AircraftDescription(
        aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE,
        registration=own.registration or registered.registration,
        icao_address=own.icao_address or registered.icao_address,
        serial_number=device.serial,
        callsign=own.callsign or short_name(registered) or _model_and_serial(device),
        duty_contact=settings.duty_contact,
        talkgroup=settings.talkgroup,
    )
    intent = device.intent
    if intent is not None and intent.points and now_us - intent.stated_us <= INTENT_HOLDS_US:
        made.planned_path.extend(_path_point(one, settings) for one in intent.points)
        made.planned_path_stated_us = intent.stated_us
    return made


def withdrawn_when_down(intent: Intent | None, values: Mapping[str, Value]) -> Intent | None:
    """An aircraft that stands on the ground means to go nowhere."""
    return None if values.get("mode_code") == 0 and not _moves(values) else intent


def _model_and_serial(device: Device) -> str:
    """`Matrice 4TD …0011`: a serial number alone tells a person nothing."""
    model = MODELS.get(device.model_key, "drone").removeprefix("DJI ")
    return f"{model} \N{HORIZONTAL ELLIPSIS}{device.serial[-4:]}"


def _path_point(point: Point, settings: DjiSettings) -> common_pb2.PathPoint:
    made = common_pb2.PathPoint(latitude_deg=point.latitude_deg, longitude_deg=point.longitude_deg)
    datum = _ALTITUDE_DATUM.get(settings.height_datum)
    if datum is not None and point.height_m is not None:
        made.altitude_m, made.altitude_datum = point.height_m, datum
    return made


def _altitude(
    values: Mapping[str, Value], settings: DjiSettings
) -> tuple[float, common_pb2.AltitudeDatum] | None:
    datum = _ALTITUDE_DATUM.get(settings.height_datum)
    height_m = _known(values, "height")
    return None if datum is None or height_m is None else (height_m, datum)


def _height(values: Mapping[str, Value]) -> tuple[float, common_pb2.HeightReference] | None:
    elevation_m = _known(values, "elevation")
    return None if elevation_m is None else (elevation_m, common_pb2.HEIGHT_REFERENCE_TAKEOFF)


def _velocity_mps(
    device: Device, values: Mapping[str, Value], place: tuple[float, float], time_us: int
) -> tuple[float, float] | None:
    """East and north: as sent where it is sent (Autel), else speed along the line of two fixes."""
    north_mps, east_mps = _known(values, "vel_ned_x"), _known(values, "vel_ned_y")
    if north_mps is not None and east_mps is not None:
        return east_mps, north_mps
    speed_mps = _known(values, "horizontal_speed")
    if speed_mps is None:
        return None
    if speed_mps < STILL_MPS:
        return 0.0, 0.0
    if device.fix is None or not TRACK_SPAN_US[0] <= time_us - device.fix[2] <= TRACK_SPAN_US[1]:
        return None
    north_m = (place[0] - device.fix[0]) * METRE_PER_DEGREE
    east_m = (place[1] - device.fix[1]) * METRE_PER_DEGREE * math.cos(math.radians(place[0]))
    distance_m = math.hypot(east_m, north_m)
    if distance_m < TRACK_DISTANCE_M_MIN:
        return None
    return speed_mps * east_m / distance_m, speed_mps * north_m / distance_m


def _accuracy_m(values: Mapping[str, Value]) -> float:
    """95 %. A fixed RTK solution says so twice, or it is not believed."""
    quality, fixed = values.get("position_state.quality"), values.get("position_state.is_fixed")
    if quality == RTK_QUALITY:
        return RTK_ACCURACY_M if fixed == RTK_FIXED else QUALITY_ACCURACY_M[5]
    if not isinstance(quality, int):
        return UNKNOWN_ACCURACY_M
    return QUALITY_ACCURACY_M.get(quality, UNKNOWN_ACCURACY_M)


def _status(values: Mapping[str, Value], presence: Presence) -> common_pb2.OperationalStatus:
    if presence is Presence.LAUNCHING:
        return common_pb2.OPERATIONAL_STATUS_LAUNCHING
    if presence is Presence.IN_DOCK and not _moves(values):
        return common_pb2.OPERATIONAL_STATUS_AT_DOCK
    mode = values.get("mode_code")
    if not isinstance(mode, int):
        return common_pb2.OPERATIONAL_STATUS_UNSPECIFIED
    if mode in (0, 1, 2) and _moves(values):  # a mode that is behind must not hide a flight
        return common_pb2.OPERATIONAL_STATUS_AIRBORNE
    return _STATUS_OF_MODE.get(mode, common_pb2.OPERATIONAL_STATUS_AIRBORNE)


def _moves(values: Mapping[str, Value]) -> bool:
    speed_mps = _known(values, "horizontal_speed")
    elevation_m = _known(values, "elevation")
    fast = speed_mps is not None and speed_mps > AIRBORNE_SPEED_MPS
    return fast or (elevation_m is not None and elevation_m > AIRBORNE_ELEVATION_M)


def _known(values: Mapping[str, Value], path: str) -> float | None:
    value = values.get(path)
    return float(value) if isinstance(value, int | float) else None
