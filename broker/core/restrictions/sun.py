"""Sunrise, sunset and civil twilight at a place on a day of the UTC calendar.

astral computes them (the NOAA formulas, pure arithmetic). Where the sun does not cross the angle
on that day there is no such moment: None, and whoever asks takes the whole day.
"""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from astral import Observer, sun

from broker.core.errors import BrokenInvariant
from broker.core.restrictions.clocks import date_of
from broker.core.restrictions.periods import DayEvent
from broker.core.units import SECOND_US

EVENTS_KEPT_MAX: Final = 20_000
_Find = Callable[[Observer, dt.date], dt.datetime]
_FIND: Final[dict[DayEvent, _Find]] = {
    DayEvent.SUNRISE: sun.sunrise,
    DayEvent.SUNSET: sun.sunset,
    DayEvent.MORNING_CIVIL_TWILIGHT: sun.dawn,
    DayEvent.EVENING_CIVIL_TWILIGHT: sun.dusk,
}


@lru_cache(EVENTS_KEPT_MAX)
def event_us(event: DayEvent, day: int, latitude_deg: float, longitude_deg: float) -> int | None:
    """The moment, to a whole second, Unix microseconds UTC; None where there is none that day."""
    if event not in _FIND:
        raise BrokenInvariant(f"{event} is not an event of the sun")
    try:
        moment = _FIND[event](Observer(latitude_deg, longitude_deg), date_of(day))
    except ValueError:
        return None
    return int(moment.timestamp()) * SECOND_US
