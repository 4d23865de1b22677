"""Aircraft to position reports of the contract.

The class comes from the emitter category. Where that says nothing it comes from the agency's own
aircraft register, and then from lists of airframes, both by ICAO address.
A callsign is a label and no more: anyone can transmit one, so radio never makes an aircraft an
emergency one.
"""

from collections.abc import Iterable

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.pressure import PressureLevels
from adapters.airframes import NO_REGISTER, Register
from adapters.model import Decoded, Refusal
from adapters.registerbook import RegisterBook
from keepclear.client.build import (
    east_north_mps,
    feet_per_minute_to_mps,
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


class Reporter:
    """Makes the reports of one feed; `levels`, `register` and `book` are that feed's own."""

    def __init__(
        self,
        levels: PressureLevels | None = None,
        register: Register = NO_REGISTER,
        book: RegisterBook | None = None,
    ) -> None:
        self._levels = levels or PressureLevels()
        self._register = register
        self._book = book or RegisterBook()

    def decoded(
        self,
        made: Iterable[Aircraft | Refusal | None],
        unreadable: Iterable[Refusal],
        records: int,
    ) -> Decoded:
        """What a document held, from what was made of its records; None shows nothing."""
        aircraft: list[Aircraft] = []
        refusals = list(unreadable)
        for one in made:
            if isinstance(one, Aircraft):
                aircraft.append(one)
            elif one is not None:
                refusals.append(one)
        reports = tuple(self.report(each) for each in aircraft)
        return Decoded(reports, tuple(refusals), records=records)

    def report(self, aircraft: Aircraft) -> TrackReport:
        """One aircraft as a position report."""
        level = self._levels.level(aircraft)
        climb_fpm = aircraft.climb_fpm
        return report(
            aircraft.address,
            latitude_deg=aircraft.latitude_deg,
            longitude_deg=aircraft.longitude_deg,
            time_of_validity_us=aircraft.time_of_validity_us,
            altitude=None if level is None else level.altitude,
            velocity_mps=_velocity_mps(aircraft),
            vertical_speed_mps=None if climb_fpm is None else feet_per_minute_to_mps(climb_fpm),
            horizontal_accuracy_m=aircraft.horizontal_accuracy_m,
            vertical_accuracy_m=None if level is None else level.accuracy_m,
            velocity_accuracy_mps=aircraft.velocity_accuracy_mps,
            status=_status(aircraft),
            source=SOURCES[aircraft.known],
            description=self._description(aircraft),
        )

    def _description(self, aircraft: Aircraft) -> AircraftDescription:
        own, known = self._book.by_address(aircraft.address), self._register.get(aircraft.address)
        aircraft_class = CLASSES.get(aircraft.category, common_pb2.AIRCRAFT_CLASS_UNSPECIFIED)
        registration = aircraft.registration
        if own is not None:
            registration = own.registration or registration
            if aircraft_class == common_pb2.AIRCRAFT_CLASS_UNSPECIFIED:
                aircraft_class = own.aircraft_class
        if known is not None:
            registration = registration or known.registration
            if aircraft_class == common_pb2.AIRCRAFT_CLASS_UNSPECIFIED:
                aircraft_class = known.aircraft_class
        return AircraftDescription(
            aircraft_class=aircraft_class,
            registration=registration,
            icao_address="" if aircraft.address.startswith("~") else aircraft.address,
            callsign=aircraft.callsign,
        )


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
