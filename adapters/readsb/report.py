"""Decoded aircraft to position reports of the contract.

The class comes from the emitter category alone. Nothing here reads a callsign or an address for
more than a label: anyone can transmit them, so radio never makes an aircraft an emergency one.
"""

from adapters.model import Decoded, Document
from adapters.readsb.decode import Aircraft, Known, decode_file
from keepclear.client.build import (
    east_north_mps,
    feet_per_minute_to_mps,
    feet_to_m,
    knots_to_mps,
    report,
)
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import AircraftDescription, TrackReport

# Emitter category (DO-260B 2.2.3.2.5.2). Missing or without information stays UNSPECIFIED, which
# the broker treats as crewed. B6 is a drone by its own word only.
CLASSES = {
    "A1": common_pb2.AIRCRAFT_CLASS_AEROPLANE,
    "A2": common_pb2.AIRCRAFT_CLASS_AEROPLANE,
    "A3": common_pb2.AIRCRAFT_CLASS_AEROPLANE,
    "A4": common_pb2.AIRCRAFT_CLASS_AEROPLANE,
    "A5": common_pb2.AIRCRAFT_CLASS_AEROPLANE,
    "A6": common_pb2.AIRCRAFT_CLASS_AEROPLANE,
    "A7": common_pb2.AIRCRAFT_CLASS_HELICOPTER,
    "B1": common_pb2.AIRCRAFT_CLASS_OTHER_CREWED,
    "B2": common_pb2.AIRCRAFT_CLASS_OTHER_CREWED,
    "B3": common_pb2.AIRCRAFT_CLASS_OTHER_CREWED,
    "B4": common_pb2.AIRCRAFT_CLASS_OTHER_CREWED,
    "B6": common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE,
}

SOURCES = {
    Known.ADSB: common_pb2.REPORT_SOURCE_ADSB,
    Known.MLAT: common_pb2.REPORT_SOURCE_MLAT,
    Known.TISB: common_pb2.REPORT_SOURCE_TISB,
}


def decode(document: Document) -> Decoded:
    """Decode one aircraft.json (the adapter's decoder)."""
    held = decode_file(document.data, document.received_us)
    reports = tuple(to_report(aircraft) for aircraft in held.aircraft)
    return Decoded(reports, held.refusals, held.unread)


def to_report(aircraft: Aircraft) -> TrackReport:
    """One aircraft as a position report."""
    climb_fpm = aircraft.climb_fpm
    return report(
        aircraft.address,
        latitude_deg=aircraft.latitude_deg,
        longitude_deg=aircraft.longitude_deg,
        time_of_validity_us=aircraft.time_of_validity_us,
        altitude=_altitude(aircraft),
        velocity_mps=_velocity_mps(aircraft),
        vertical_speed_mps=None if climb_fpm is None else feet_per_minute_to_mps(climb_fpm),
        horizontal_accuracy_m=aircraft.horizontal_accuracy_m,
        vertical_accuracy_m=(
            None if aircraft.geometric_altitude_ft is None else aircraft.vertical_accuracy_m
        ),
        velocity_accuracy_mps=aircraft.velocity_accuracy_mps,
        status=_status(aircraft),
        source=SOURCES[aircraft.known],
        description=AircraftDescription(
            aircraft_class=CLASSES.get(aircraft.category, common_pb2.AIRCRAFT_CLASS_UNSPECIFIED),
            registration=aircraft.registration,
            icao_address="" if aircraft.address.startswith("~") else aircraft.address,
            callsign=aircraft.callsign,
        ),
    )


def _altitude(aircraft: Aircraft) -> tuple[float, common_pb2.AltitudeDatum] | None:
    """The geometric altitude where there is one: it needs no pressure setting."""
    if aircraft.geometric_altitude_ft is not None:
        return feet_to_m(aircraft.geometric_altitude_ft), common_pb2.ALTITUDE_DATUM_HAE
    if aircraft.pressure_altitude_ft is not None:
        return feet_to_m(aircraft.pressure_altitude_ft), common_pb2.ALTITUDE_DATUM_PRESSURE
    return None


def _velocity_mps(aircraft: Aircraft) -> tuple[float, float] | None:
    if aircraft.ground_speed_kt is None:
        return None
    if aircraft.ground_speed_kt == 0.0:  # standing still needs no direction
        return 0.0, 0.0
    if aircraft.track_deg is None:
        return None
    return east_north_mps(knots_to_mps(aircraft.ground_speed_kt), aircraft.track_deg)


def _status(aircraft: Aircraft) -> common_pb2.OperationalStatus:
    if aircraft.on_ground:
        return common_pb2.OPERATIONAL_STATUS_ON_GROUND
    if aircraft.pressure_altitude_ft is None and aircraft.geometric_altitude_ft is None:
        return common_pb2.OPERATIONAL_STATUS_UNSPECIFIED
    return common_pb2.OPERATIONAL_STATUS_AIRBORNE
