"""Incidents, and the drones that agencies send to them: from the nearest dock, or a crew's van.

A drone's part ends with its battery; while work remains, a relay arrives before it leaves.
Agencies that share an incident carry one incident id and work in different height bands.
"""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from sim import geography, routes
from sim.bands import allotted
from sim.docks import Dock, make_docks, nearest_dock
from sim.fleet import PILOT_TELEMETRY, AircraftKind, Airframe, Flight
from sim.measures import MINUTE_US, SECOND_US
from sim.motion import Path, Point
from sim.profiles import Profile
from sim.scenes import (
    SECTOR_RADIUS_M,
    SURGE_SITES,
    next_sector,
    scene_near,
    scene_point,
    sector,
    surge_scenes,
)

DRONE_AGENCIES: Final = ("met", "lfb", "las")
# Basis: most 999 drone tasks are the police's; the others follow their share of calls on scene.
AGENCY_WEIGHTS: Final = (0.6, 0.22, 0.18)
RELAYS_MAX: Final = 4
RELAY_OVERLAP_S: Final = 60.0
RECENT_INCIDENTS_MAX: Final = 20
RECENT_US: Final = 15 * MINUTE_US
VAN_AWAY_M: Final = (80.0, 350.0)
MAJOR_INCIDENT_DRONES: Final = 15


@dataclass(frozen=True, slots=True)
class KeepClear:
    """A keep-clear request that an agency will set."""

    request_id: str
    agency: str
    at_us: int
    duration_us: int
    center: Point
    radius_m: float
    ceiling_amsl_m: float
    title: str
    reason: str
    exempt_agencies: tuple[str, ...]


class IncidentDesk:
    """Sends drones to incidents and remembers which docks are empty."""

    def __init__(self, profile: Profile, seed: int) -> None:
        self._profile = profile
        self._seed = seed
        self.docks = make_docks(profile.docks)
        self._recent: deque[tuple[int, str, Point]] = deque(maxlen=RECENT_INCIDENTS_MAX)
        self._newest_agencies: list[str] = []
        self._incident_serial = 0
        self._crew_serial = 0
        self._request_serial = 0

    def attend(self, rng: Random, at_us: int) -> list[Flight]:
        """All drone flights of one new incident."""
        self._incident_serial += 1
        incident_id = f"INC-{self._incident_serial:05d}"
        near_dock = bool(self.docks) and rng.random() < self._profile.first_dock_share
        scene = scene_near(rng, self.docks[0].home) if near_dock else scene_point(rng)
        first = "met" if near_dock else rng.choices(DRONE_AGENCIES, AGENCY_WEIGHTS)[0]
        if geography.in_aerodrome_zone(scene.east_m, scene.north_m):
            return []  # people go: the aerodrome's controllers would have to be asked first
        self._recent.append((at_us, incident_id, scene))
        flights: list[Flight] = []
        self._newest_agencies = self._agencies(rng, first)
        for place, agency in enumerate(self._newest_agencies):
            shared_band = routes.SCENE_BANDS_M[place % len(routes.SCENE_BANDS_M)]
            drones = 2 if rng.random() < self._profile.second_drone_share else 1
            for drone in range(drones):
                station = sector(scene, place * 2 + drone)
                flights += self._relay(rng, at_us, agency, station, shared_band, incident_id)
        return flights

    def recent_scene(self, at_us: int) -> tuple[str, Point] | None:
        """The newest incident that a helicopter could still land beside."""
        if not self._recent or at_us - self._recent[-1][0] > RECENT_US:
            return None
        return self._recent[-1][1], self._recent[-1][2]

    def request(self, rng: Random, at_us: int) -> KeepClear:
        """A keep-clear request round the newest incident, or somewhere else without one.

        Who works at the incident is asked to come, not to keep clear.
        """
        recent = self.recent_scene(at_us)
        scene = recent[1] if recent else scene_point(rng)
        self._request_serial += 1
        agency = rng.choices(DRONE_AGENCIES, AGENCY_WEIGHTS)[0]
        duration_s = min(max(rng.expovariate(1.0 / self._profile.keep_clear_mean_s), 600), 86_400)
        return KeepClear(
            request_id=f"sim-{self._seed}-{self._request_serial:05d}",
            agency=agency,
            at_us=at_us,
            duration_us=round(duration_s * SECOND_US),
            center=scene,
            radius_m=round(rng.uniform(150.0, 400.0)),
            ceiling_amsl_m=round(scene.amsl_m + 120.0),
            title=f"Keep clear {self._request_serial}",
            reason="work at an incident",
            exempt_agencies=tuple(
                dict.fromkeys([agency, *(self._newest_agencies if recent else [])])
            ),
        )

    def surge(self, from_us: int, until_us: int) -> Iterator[Flight]:
        """Flights that keep `surge_drones` in the air, one crew after the other at each place."""
        rng = Random(f"{self._seed}/surge")
        sites = surge_scenes(rng)
        for slot in range(self._profile.surge_drones):
            site = 0 if slot < MAJOR_INCIDENT_DRONES else 1 + slot % (SURGE_SITES - 1)
            agency = DRONE_AGENCIES[slot % len(DRONE_AGENCIES)]
            as_agreed = self._agrees("surge", slot)
            place = slot // SURGE_SITES + slot % MAJOR_INCIDENT_DRONES
            if as_agreed and site:  # a sector of its own; the major incident's are
                place = (slot - MAJOR_INCIDENT_DRONES) // (SURGE_SITES - 1)
            station = sector(sites[site], place)
            band = routes.SCENE_BANDS_M[slot % len(DRONE_AGENCIES)]
            now_us = from_us - rng.randrange(routes.DRONE_BATTERY_S) * SECOND_US
            while now_us < until_us:
                airframe, home = self._crew(rng, agency, station, as_agreed=as_agreed)
                on_scene_s = rng.uniform(900.0, 1_500.0)
                legs = routes.drone_sortie(rng, home, station, on_scene_s, band, in_band=as_agreed)
                path = Path.of(now_us, legs)
                own = allotted(path, station, band, in_band=as_agreed)
                yield Flight(f"{airframe.callsign}-s", airframe, path, f"SURGE-{site:02d}", own)
                now_us = path.end_us

    def _agencies(self, rng: Random, first: str) -> list[str]:
        if rng.random() >= self._profile.shared_share:
            return [first]
        others = [agency for agency in DRONE_AGENCIES if agency != first]
        rng.shuffle(others)
        return [first, *others[: 1 if rng.random() < 0.8 else 2]]

    def _relay(
        self,
        rng: Random,
        at_us: int,
        agency: str,
        station: Point,
        band_m: tuple[float, float],
        incident_id: str,
    ) -> list[Flight]:
        """One drone after the other until the work is done or nobody is left to send."""
        wanted_s = max(rng.expovariate(1.0 / self._profile.on_scene_mean_s), 120.0)
        launch_us = at_us + round(rng.uniform(5.0, 40.0) * SECOND_US)
        flights: list[Flight] = []
        while wanted_s > 0.0 and len(flights) <= RELAYS_MAX:
            dock = nearest_dock(self.docks, agency, station, launch_us)
            place = station
            if len(flights) % 2 and self._agrees("relay", self._incident_serial):
                place = next_sector(station, flights[-1].path.legs[0].start)
            airframe, home, as_agreed = self._sent(rng, agency, place, dock, launch_us)
            transit_s = routes.drone_transit_s(home, place)
            part_s = min(wanted_s, routes.DRONE_BATTERY_S - 2.0 * transit_s)
            legs = routes.drone_sortie(rng, home, place, part_s, band_m, in_band=as_agreed)
            path = Path.of(launch_us, legs)
            if dock:
                dock.flown_until(path.end_us)
            flight_id = f"{airframe.callsign}-{launch_us // SECOND_US}"
            own = allotted(path, place, band_m, in_band=as_agreed)
            flights.append(Flight(flight_id, airframe, path, incident_id, own))
            wanted_s -= part_s
            ready_s = max(transit_s + part_s - RELAY_OVERLAP_S, 0.0)
            launch_us += round(ready_s * SECOND_US)
        return flights

    def _sent(
        self, rng: Random, agency: str, place: Point, dock: Dock | None, launch_us: int
    ) -> tuple[Airframe, Point, bool]:
        """The drone that goes, from where, and whether it keeps to the agreement."""
        if dock is not None:
            as_agreed = self._agrees(dock.airframe.track_id, launch_us // SECOND_US)
            return dock.airframe, dock.home, as_agreed
        as_agreed = self._agrees("crew", self._crew_serial)
        return *self._crew(rng, agency, place, as_agreed=as_agreed), as_agreed

    def _agrees(self, what: str, number: int) -> bool:
        conduct = self._profile.conduct
        return conduct.keeps(conduct.agreement, self._seed, what, str(number))

    def _crew(
        self, rng: Random, agency: str, scene: Point, *, as_agreed: bool
    ) -> tuple[Airframe, Point]:
        """A line-of-sight crew with a van a few hundred metres away.

        One that keeps to the agreement has its van within its sector, and flies in its band only.
        """
        self._crew_serial += 1
        away_m, angle_rad = rng.uniform(*VAN_AWAY_M), rng.uniform(-math.pi, math.pi)
        if as_agreed:
            away_m *= SECTOR_RADIUS_M / VAN_AWAY_M[1]
        beside = routes.beside(scene, away_m, angle_rad, 0.0)
        airframe = Airframe(
            track_id=f"{agency}-crew-{self._crew_serial}",
            agency=agency,
            system="drones",
            kind=AircraftKind.DRONE,
            callsign=f"{agency.upper()}-C{self._crew_serial}",
            registration="",
            icao_address="",
            feed=PILOT_TELEMETRY,
        )
        return airframe, routes.ground_point(beside.east_m, beside.north_m)
