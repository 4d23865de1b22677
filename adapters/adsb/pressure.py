"""Pressure altitude to an altitude that can be compared, with its doubt.

Theory of operation. A pressure altitude is a height in the standard atmosphere from 1013.25 hPa;
over London the day's weather puts that up to 1,000 ft away from anything real. Two ways lead on,
and an aircraft that says its own satellite altitude needs neither.

With a QNH, set by people or reported by an aerodrome, the altitude an altimeter would show: mean
sea level, in doubt by the altimetry, the temperature (8 % of the altitude) and the QNH's own error.

Without one, the air is measured with the traffic itself: every aircraft that reports both altitudes
tells their difference where it flies. The median over several aircraft near the same level is added
to the pressure altitude of one that has no satellite altitude. Its doubt is the spread between
aircraft, and 8 % of the distance in level to those that were asked. Anyone can transmit, so one
transmitter may never decide: several addresses have to agree, and a difference that no weather can
make is left out.
"""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from adapters.adsb.aircraft import Aircraft
from adapters.clock import MICROSECONDS
from keepclear.client.build import FOOT_M, feet_to_m
from keepclear.v1 import common_pb2

STANDARD_PRESSURE_HPA = 1013.25
# ICAO Doc 7488, the standard atmosphere below 11 km: h = T0 / L * (1 - (p / p0) ** (R * L / g)).
ISA_SCALE_M = 288.15 / 0.0065
ISA_EXPONENT = 287.05287 * 0.0065 / 9.80665
# The values the broker uses for the same doubts (broker/core/geodesy/datum.py).
ALTIMETRY_DOUBT_M = 150.0 * FOOT_M
TEMPERATURE_DOUBT_RATIO = 0.08
FEET_PER_HPA = 30.0

SAMPLE_AGE_US = 600 * MICROSECONDS  # the pressure changes by less than 1 hPa
MAX_SAMPLES = 500  # aircraft
MIN_AIRCRAFT = 4
# Aircraft further away in level say little: 8 % of 6,000 ft is already 480 ft.
LEVEL_RANGE_FT = 6_000.0
# 980 to 1,045 hPa, the geoid (150 ft in London) and temperature: beyond, somebody is not truthful.
MAX_DIFFERENCE_FT = 2_500.0
NORMAL_SPREAD = 1.4826  # median absolute deviation to standard deviation
TWO_SIDED_95 = 1.96

Altitude = tuple[float, common_pb2.AltitudeDatum]


@dataclass(frozen=True, slots=True)
class Level:
    """An altitude for a report: metres and datum, and 95 % accuracy in metres where known."""

    altitude: Altitude
    accuracy_m: float | None


@dataclass(frozen=True, slots=True)
class Qnh:
    """A QNH that people or a feed set, and its own 95 % error."""

    qnh_hpa: float
    error_hpa: float = 1.0

    def level(self, pressure_altitude_ft: float) -> Level:
        """The altitude above mean sea level."""
        ratio = self.qnh_hpa / STANDARD_PRESSURE_HPA
        shift_m = -ISA_SCALE_M * (1.0 - ratio**ISA_EXPONENT)
        altitude_m = feet_to_m(pressure_altitude_ft) + shift_m
        accuracy_m = math.hypot(
            max(ALTIMETRY_DOUBT_M, TEMPERATURE_DOUBT_RATIO * abs(altitude_m)),
            feet_to_m(self.error_hpa * FEET_PER_HPA),
        )
        return Level((altitude_m, common_pb2.ALTITUDE_DATUM_AMSL), accuracy_m)


QnhAt = Callable[[int], Qnh | None]
"""The QNH at a time (Unix microseconds UTC); None where none is known."""


def never_known(_time_us: int) -> Qnh | None:
    """Nobody sets a QNH."""
    return None


class PressureLevels:
    """Turns the altitudes of one feed's aircraft into levels, and learns from those with both."""

    def __init__(self, qnh_at: QnhAt = never_known, estimate: bool = True) -> None:
        self._qnh_at = qnh_at
        self._estimate = estimate
        # Address -> (time, pressure altitude, satellite less pressure altitude); oldest first.
        self._samples: dict[str, tuple[int, float, float]] = {}

    def level(self, aircraft: Aircraft) -> Level | None:
        """The best altitude of one aircraft; None where it gives none."""
        geometric_ft, pressure_ft = aircraft.geometric_altitude_ft, aircraft.pressure_altitude_ft
        if geometric_ft is not None:
            if pressure_ft is not None:
                self._learn(aircraft, pressure_ft, geometric_ft - pressure_ft)
            datum = common_pb2.ALTITUDE_DATUM_HAE
            return Level((feet_to_m(geometric_ft), datum), aircraft.vertical_accuracy_m)
        if pressure_ft is None:
            return None
        found = self._estimated(pressure_ft, aircraft.time_of_validity_us)
        qnh = self._qnh_at(aircraft.time_of_validity_us)
        if qnh is not None:
            stated = qnh.level(pressure_ft)
            # A stated QNH stands, unless the traffic measures the air more closely.
            if found is None or (found.accuracy_m or 0.0) >= (stated.accuracy_m or 0.0):
                return stated
        if found is not None:
            return found
        datum = common_pb2.ALTITUDE_DATUM_PRESSURE  # the broker adds what the QNH may be
        return Level((feet_to_m(pressure_ft), datum), None)

    def _learn(self, aircraft: Aircraft, pressure_ft: float, difference_ft: float) -> None:
        if aircraft.on_ground or abs(difference_ft) > MAX_DIFFERENCE_FT:
            return
        self._samples.pop(aircraft.address, None)
        self._samples[aircraft.address] = (aircraft.time_of_validity_us, pressure_ft, difference_ft)
        if len(self._samples) > MAX_SAMPLES:
            del self._samples[next(iter(self._samples))]

    def _estimated(self, pressure_ft: float, now_us: int) -> Level | None:
        """The satellite altitude as the traffic around this level suggests it."""
        if not self._estimate:
            return None
        near = [
            (level_ft, difference_ft)
            for time_us, level_ft, difference_ft in self._samples.values()
            if abs(now_us - time_us) <= SAMPLE_AGE_US
            and abs(level_ft - pressure_ft) <= LEVEL_RANGE_FT
        ]
        if len(near) < MIN_AIRCRAFT:
            return None
        difference_ft = statistics.median(each[1] for each in near)
        spread_ft = statistics.median(abs(each[1] - difference_ft) for each in near)
        apart_ft = abs(statistics.median(each[0] for each in near) - pressure_ft)
        accuracy_m = math.hypot(
            max(ALTIMETRY_DOUBT_M, feet_to_m(TWO_SIDED_95 * NORMAL_SPREAD * spread_ft)),
            TEMPERATURE_DOUBT_RATIO * feet_to_m(apart_ft),
        )
        altitude_m = feet_to_m(pressure_ft + difference_ft)
        return Level((altitude_m, common_pb2.ALTITUDE_DATUM_HAE), accuracy_m)
