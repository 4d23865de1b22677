"""Clear the air: a helicopter's desk asks the drone desks to come down before it lands or lifts.

It names the place and the time, as its agreement with them says; who is asked is everybody within
the landing volume and what a drone flies while it is asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sim.demo_agencies import demo_agency
from sim.detours import Blocked
from sim.fleet import AircraftKind, Flight
from sim.measures import NAUTICAL_MILE_M, SECOND_US
from sim.motion import Status

CLEAR_WITHIN_M: Final = NAUTICAL_MILE_M
"""The approach sector of the default policy goes so far."""
CLEAR_BEFORE_US: Final = 150 * SECOND_US
"""60 s of approach that count, and the time of people, links and a descent, twice over."""
_LOW_M: Final = 1_000.0
"""Nobody flies a drone above this."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """One landing or lift with nobody in the air round it."""

    name: str
    from_us: int
    until_us: int
    air: Blocked


def clearings_of(flight: Flight) -> Iterator[Clearing]:
    """What the desk of a helicopter asks for as it sends it; nothing for what is heard by radio."""
    airframe = flight.airframe
    if airframe.kind is AircraftKind.DRONE or not demo_agency(airframe.agency).talkgroup:
        return
    for start_us, leg in zip(flight.path.starts_us, flight.path.legs, strict=True):
        if leg.status is Status.LANDING_OR_LIFTING:
            site = min(leg.start, leg.end, key=lambda point: point.amsl_m)
            yield Clearing(
                f"{flight.flight_id}/{start_us}",
                start_us - CLEAR_BEFORE_US,
                start_us + leg.duration_us,
                Blocked(site, CLEAR_WITHIN_M, site.amsl_m + _LOW_M),
            )
