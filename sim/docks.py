"""Docks: where they stand, whose they are, and when the drone of each is next free."""

import math
from dataclasses import dataclass
from typing import Final

from sim import geography, routes
from sim.fleet import DOCK_TELEMETRY, AircraftKind, Airframe
from sim.measures import MINUTE_US
from sim.motion import Point, away_m

DOCK_RANGE_M: Final = 6_000.0
# Between landing and the next launch of a dock: swap or charge, checks.
DOCK_TURNROUND_US: Final = 4 * MINUTE_US


@dataclass(slots=True)
class Dock:
    """A dock and when its drone is next free."""

    airframe: Airframe
    home: Point
    free_us: int = 0

    def flown_until(self, landed_us: int) -> None:
        """Its drone is out until then, and not ready at once."""
        self.free_us = landed_us + DOCK_TURNROUND_US


def make_docks(count: int) -> list[Dock]:
    """One round of docks for the police over the boroughs, then one for fire and ambulance."""
    boroughs, docks = geography.BOROUGHS, []
    for index in range(count):
        second, place = index >= len(boroughs), boroughs[index % len(boroughs)]
        agency = ("lfb", "las")[index % 2] if second else "met"
        angle_rad = index * 2.4
        away_m = 900.0 if second else 0.0
        home = routes.ground_point(
            place.east_m + away_m * math.cos(angle_rad),
            place.north_m + away_m * math.sin(angle_rad),
            12.0,
        )
        callsign = f"{agency.upper()}-D{index + 1:02d}"
        airframe = Airframe(
            track_id=f"{agency}-dock-{place.name}",
            agency=agency,
            system="drones",
            kind=AircraftKind.DRONE,
            callsign=callsign,
            registration="",
            icao_address="",
            feed=DOCK_TELEMETRY,
            home=home,
        )
        docks.append(Dock(airframe, home))
    return docks


def nearest_dock(docks: list[Dock], agency: str, scene: Point, at_us: int) -> Dock | None:
    """The agency's nearest dock in range whose drone is ready."""
    best, best_m = None, DOCK_RANGE_M
    for dock in docks:
        if dock.airframe.agency != agency or dock.free_us > at_us:
            continue
        home = dock.home
        if geography.crosses_aerodrome_zone(
            (home.east_m, home.north_m), (scene.east_m, scene.north_m)
        ):
            continue  # its controllers would have to be asked first
        way_m = away_m(home, scene)
        if way_m < best_m:
            best, best_m = dock, way_m
    return best
