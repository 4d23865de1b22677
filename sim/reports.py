"""From the truth to what a publisher sends: noise, loss, gaps, datum and description."""

import math
from collections import deque
from random import Random
from typing import Final, cast

from keepclear.v1 import common_pb2, restrictions_pb2, schedules_pb2, tracks_pb2, volumes_pb2
from sim.demo_agencies import demo_agency
from sim.fleet import GAP_S_MAX, GAP_S_MIN, AircraftKind, Airframe, Datum, Flight, parked
from sim.geography import GEOID_HEIGHT_M, ground_amsl_m, to_degrees
from sim.incidents import KeepClear
from sim.measures import FOOT_M, SECOND_US
from sim.motion import State, Status

# 95 % of a Rayleigh distribution lies within 2.448 sigma, of a normal one within 1.960.
_WITHIN_95_2D: Final = 2.448
_WITHIN_95_1D: Final = 1.960
# Descriptions are said again, so that a broker that forgot a track learns it within this time.
DESCRIBE_EVERY_US: Final = 30 * SECOND_US
# Pressure and satellite altitude still differ by 100 to 150 ft after every correction (95 %).
CORRECTED_DOUBT_M: Final = 150 * FOOT_M
# Mode S altitude is coded in steps of 25 ft.
_PRESSURE_STEP_M: Final = 25 * FOOT_M
# ICAO Doc 7488 standard atmosphere, troposphere: altitude of a pressure.
_ISA_SCALE_M: Final = 44_330.77
_ISA_EXPONENT: Final = 0.190263
_ISA_SEA_LEVEL_HPA: Final = 1013.25
_ON_GROUND: Final = frozenset({Status.ON_GROUND, Status.ROTORS_TURNING})


def pressure_above_amsl_m(qnh_hpa: float) -> float:
    """How far pressure altitude lies above altitude on a day with this QNH."""
    return _ISA_SCALE_M * (1.0 - math.pow(qnh_hpa / _ISA_SEA_LEVEL_HPA, _ISA_EXPONENT))


class Heard:
    """One aircraft as its feed hears it."""

    __slots__ = (
        "airframe",
        "correction_m",
        "described_band",
        "described_for",
        "described_us",
        "flights",
        "gap_until_us",
        "pressure_offset_m",
        "rng",
        "takeoff_amsl_m",
    )

    def __init__(self, airframe: Airframe, seed: int, pressure_offset_m: float) -> None:
        self.airframe = airframe
        self.rng = Random(f"{seed}/{airframe.track_id}")
        self.flights: deque[Flight] = deque()
        self.pressure_offset_m = pressure_offset_m
        self.gap_until_us = 0
        self.described_us = 0
        self.described_for: Flight | None = None
        self.described_band: common_pb2.HeightBand | None = None
        self.takeoff_amsl_m = 0.0
        self.correction_m = 0.0
        if airframe.datum is Datum.CORRECTED:
            self.correction_m = self.rng.gauss(0.0, CORRECTED_DOUBT_M / _WITHIN_95_1D)

    def flight_at(self, at_us: int) -> Flight | None:
        """The flight being made, dropping those that have ended."""
        while self.flights and at_us >= self.flights[0].path.end_us:
            self.flights.popleft()
        if self.flights and at_us >= self.flights[0].path.start_us:
            return self.flights[0]
        return None

    @property
    def finished(self) -> bool:
        """Nothing left to report, ever."""
        return not self.flights and self.airframe.home is None

    def report(self, at_us: int, *, live_source: bool) -> tracks_pb2.TrackReport | None:
        """What the publisher has of the instant `at_us`; None where the feed lost it."""
        flight = self.flight_at(at_us)
        if flight is not None:
            state = flight.path.at(at_us)
        elif self.airframe.home is not None:
            state = parked(self.airframe.home)
        else:
            return None
        if state.silent or self._lost(at_us):
            return None
        report = self._noisy(state, at_us)
        report.source = (
            cast("common_pb2.ReportSource", self.airframe.feed.live_source)
            if live_source
            else common_pb2.REPORT_SOURCE_SIMULATED
        )
        if self._has_news(flight, at_us):
            self._describe(report, flight, at_us)
        if self.airframe.kind is AircraftKind.DRONE:
            report.height_m = state.amsl_m - self.takeoff_amsl_m + self.rng.gauss(0.0, 0.5)
            report.height_reference = common_pb2.HEIGHT_REFERENCE_TAKEOFF
        return report

    def _has_news(self, flight: Flight | None, at_us: int) -> bool:
        """Whether another description is due."""
        if flight is not self.described_for or at_us - self.described_us >= DESCRIBE_EVERY_US:
            return True
        return self._band(flight, at_us) != self.described_band

    def _band(self, flight: Flight | None, at_us: int) -> common_pb2.HeightBand | None:
        """What it was allotted, in its own terms."""
        if flight is None or flight.band is None:
            return None
        return flight.band.stated(at_us, self.takeoff_amsl_m)

    def _takeoff_amsl_m(self, flight: Flight | None) -> float:
        """Its dock, or the ground under where the flight begins: some begin in the air."""
        if self.airframe.home is not None:
            return self.airframe.home.amsl_m
        if flight is None:
            return 0.0
        start = flight.path.legs[0].start
        return ground_amsl_m(start.east_m, start.north_m)

    def _lost(self, at_us: int) -> bool:
        feed = self.airframe.feed
        if at_us < self.gap_until_us:
            return True
        draw = self.rng.random()
        if draw < feed.loss:
            return True
        if draw < feed.loss + feed.gaps_per_s * feed.interval_us / SECOND_US:
            self.gap_until_us = at_us + round(self.rng.uniform(GAP_S_MIN, GAP_S_MAX) * SECOND_US)
        return False

    def _noisy(self, state: State, at_us: int) -> tracks_pb2.TrackReport:
        feed, gauss = self.airframe.feed, self.rng.gauss
        latitude_deg, longitude_deg = to_degrees(
            state.east_m + gauss(0.0, feed.horizontal_sigma_m),
            state.north_m + gauss(0.0, feed.horizontal_sigma_m),
        )
        altitude_m, datum = self._altitude(state.amsl_m + gauss(0.0, feed.vertical_sigma_m))
        return tracks_pb2.TrackReport(
            source_track_id=self.airframe.track_id,
            time_of_validity_us=at_us,
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            altitude_m=altitude_m,
            altitude_datum=datum,
            velocity_east_mps=state.east_mps + gauss(0.0, feed.velocity_sigma_mps),
            velocity_north_mps=state.north_mps + gauss(0.0, feed.velocity_sigma_mps),
            vertical_speed_mps=state.up_mps + gauss(0.0, feed.vertical_speed_sigma_mps),
            horizontal_accuracy_m=_WITHIN_95_2D * feed.horizontal_sigma_m,
            vertical_accuracy_m=max(
                _WITHIN_95_1D * feed.vertical_sigma_m,
                CORRECTED_DOUBT_M if self.airframe.datum is Datum.CORRECTED else 0.0,
            ),
            velocity_accuracy_mps=_WITHIN_95_2D * feed.velocity_sigma_mps,
            vertical_speed_accuracy_mps=_WITHIN_95_1D * feed.vertical_speed_sigma_mps,
            operational_status=self._declared(state.status),
        )

    def _altitude(self, amsl_m: float) -> tuple[float, common_pb2.AltitudeDatum]:
        if self.airframe.datum is Datum.PRESSURE:
            steps = round((amsl_m + self.pressure_offset_m) / _PRESSURE_STEP_M)
            return steps * _PRESSURE_STEP_M, common_pb2.ALTITUDE_DATUM_PRESSURE
        return amsl_m + GEOID_HEIGHT_M + self.correction_m, common_pb2.ALTITUDE_DATUM_HAE

    def _declared(self, status: Status) -> common_pb2.OperationalStatus:
        """Radio knows air from ground; only the operator knows more."""
        if self.airframe.agency != "surveillance":
            return cast("common_pb2.OperationalStatus", int(status))
        if status in _ON_GROUND:
            return common_pb2.OPERATIONAL_STATUS_ON_GROUND
        return common_pb2.OPERATIONAL_STATUS_AIRBORNE

    def _describe(self, report: tracks_pb2.TrackReport, flight: Flight | None, at_us: int) -> None:
        if flight is not self.described_for or self.described_us == 0:
            self.takeoff_amsl_m = self._takeoff_amsl_m(flight)
        self.described_for, self.described_us = flight, at_us
        self.described_band = self._band(flight, at_us)
        agency = demo_agency(self.airframe.agency)
        report.description.CopyFrom(
            tracks_pb2.AircraftDescription(
                aircraft_class=cast("common_pb2.AircraftClass", int(self.airframe.kind)),
                registration=self.airframe.registration,
                icao_address=self.airframe.icao_address,
                callsign=self.airframe.callsign,
                flight_id=flight.flight_id if flight else "",
                incident_id=flight.incident_id if flight else "",
                duty_contact=agency.duty_contact,
                talkgroup=agency.talkgroup,
                allotted_band=self.described_band,
            )
        )


def restriction_request(request: KeepClear) -> restrictions_pb2.CreateRestrictionRequest:
    """A keep-clear request as the contract has it: one circle from the surface."""
    latitude_deg, longitude_deg = to_degrees(request.center.east_m, request.center.north_m)
    volume = volumes_pb2.RestrictionVolume(
        circle=volumes_pb2.Circle(
            center=volumes_pb2.LatLng(latitude_deg=latitude_deg, longitude_deg=longitude_deg),
            radius_m=request.radius_m,
        ),
        floor=volumes_pb2.VerticalLimit(datum=volumes_pb2.LIMIT_DATUM_SURFACE),
        ceiling=volumes_pb2.VerticalLimit(
            value_m=request.ceiling_amsl_m, datum=volumes_pb2.LIMIT_DATUM_AMSL
        ),
    )
    window = schedules_pb2.Window(
        start_us=request.at_us, end_us=request.at_us + request.duration_us
    )
    return restrictions_pb2.CreateRestrictionRequest(
        request_id=request.request_id,
        restriction=restrictions_pb2.Restriction(
            name=f"agencies/{request.agency}/restrictions/{request.request_id}",
            title=request.title,
            reason=request.reason,
            volumes=[volume],
            windows=[window],
            applies_to=restrictions_pb2.APPLIES_TO_DRONES,
            exempt_agencies=request.exempt_agencies,
            contact=demo_agency(request.agency).duty_contact,
        ),
    )
