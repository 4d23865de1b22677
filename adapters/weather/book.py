"""The QNH that the nearest aerodromes report, and how far it may be off by now.

A METAR is half an hour old before the next one comes, and pressure moves on. So each report's
error grows with its age, and one that is too old is not used at all. Where several aerodromes
report, the QNH is the middle of everything that any of them leaves possible: a wrong one costs
accuracy, and does not decide.
"""

from collections.abc import Iterable

from adapters.adsb.pressure import Qnh
from adapters.clock import MICROSECONDS
from adapters.weather.metar import Pressure

MAX_AGE_US = 90 * 60 * MICROSECONDS  # three reports missed
AHEAD_US = 15 * 60 * MICROSECONDS  # an aircraft heard a little before the report
REPORTED_ERROR_HPA = 1.0  # rounded down to whole hectopascals, and not measured here
HOURLY_CHANGE_HPA = 2.0  # exceeded in few hours of a London year [J]


class QnhBook:
    """The newest report of each of `stations` (ICAO location indicators); others are not kept."""

    def __init__(self, stations: Iterable[str] = ()) -> None:
        self._newest: dict[str, Pressure | None] = dict.fromkeys(stations)

    def take(self, reports: Iterable[Pressure]) -> None:
        """Keep what is newer than what is known."""
        for one in reports:
            if one.station not in self._newest:
                continue
            known = self._newest[one.station]
            if known is None or one.observed_us > known.observed_us:
                self._newest[one.station] = one

    def at(self, time_us: int) -> Qnh | None:
        """The QNH at a time with its 95 % error; None where no report is fresh enough."""
        spans = [
            (one.qnh_hpa - error_hpa, one.qnh_hpa + error_hpa)
            for one in self._newest.values()
            if one is not None and (error_hpa := _error_hpa(one, time_us)) is not None
        ]
        if not spans:
            return None
        low_hpa, high_hpa = min(low for low, _ in spans), max(high for _, high in spans)
        return Qnh((low_hpa + high_hpa) / 2.0, (high_hpa - low_hpa) / 2.0)

    def age_s(self, now_us: int) -> float | None:
        """Of the newest report; None before there is one."""
        known = [one.observed_us for one in self._newest.values() if one is not None]
        return (now_us - max(known)) / MICROSECONDS if known else None


def _error_hpa(one: Pressure, time_us: int) -> float | None:
    age_us = time_us - one.observed_us
    if not -AHEAD_US <= age_us <= MAX_AGE_US:
        return None
    return REPORTED_ERROR_HPA + HOURLY_CHANGE_HPA * abs(age_us) / (3_600 * MICROSECONDS)
