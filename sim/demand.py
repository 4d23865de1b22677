"""Who calls whom, when: incidents, helicopter tasks and other traffic as seeded Poisson streams.

Each stream draws its next arrival by thinning against its busiest hour, so that a stream's
history does not depend on the others. An arrival plans whole flights ahead; nothing reacts.
"""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from sim import geography, profiles, routes
from sim.fleet import ADSB_RECEIVER, HELICOPTER_TRACKER, AircraftKind, Airframe, Datum, Flight
from sim.incidents import IncidentDesk, KeepClear
from sim.measures import DAY_US, HOUR_US, SECOND_US
from sim.motion import Leg, Path, Point, straight
from sim.profiles import Profile
from sim.scenes import scene_point

HIGH_TRAFFIC_HALF_WIDTH_M: Final = 60_000.0
LOW_TRAFFIC_HALF_WIDTH_M: Final = 30_000.0
# ICAO 24-bit addresses from F00000 are for temporary use: no real aircraft has one.
TEMPORARY_ADDRESSES: Final = 0xF00000
# Mean stay of a chord of the circle, and of an approach, so that a mean number gives a rate.
_HIGH_STAY_S: Final = 490.0
_LOW_STAY_S: Final = 950.0
# What an aircraft says of its height. A third of helicopters and half of other traffic report
# pressure altitude alone, and their receivers correct it as the feeds in `adapters` do, with a QNH
# or the traffic that reports both. In this share of aircraft nothing corrects it: no QNH is set and
# too few others are heard. The shares are judgement.
UNCORRECTED_SHARE: Final = 0.03
HELICOPTER_PRESSURE_SHARE: Final = 0.3
RADIO_PRESSURE_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Stream:
    """One kind of arrival."""

    per_day: float
    hours: tuple[float, ...]
    plan: Callable[[Random, int], None]
    rng: Random


class Traffic:
    """Every flight and keep-clear request of one simulated London, planned as time goes on."""

    def __init__(
        self, profile: Profile, seed: int, start_us: int, first_hour: float | None
    ) -> None:
        self.profile = profile
        self._seed = seed
        self._start_us = start_us
        self._first_hour = first_hour
        self._flights: list[Flight] = []
        self._keep_clear: list[KeepClear] = []
        self._serial = 0
        self.incidents = IncidentDesk(profile, seed)
        self._streams = self._make_streams()
        self._due: list[tuple[int, int]] = []

    def begin(self, from_us: int) -> None:
        """Start the streams; `from_us` is earlier than the start so that the sky is not empty."""
        for index, stream in enumerate(self._streams):
            if stream.per_day > 0.0:
                self._schedule(index, from_us)

    def plan_until(self, until_us: int) -> tuple[list[Flight], list[KeepClear]]:
        """Flights and requests newly planned by arrivals up to `until_us`."""
        while self._due and self._due[0][0] <= until_us:
            at_us, index = heapq.heappop(self._due)
            stream = self._streams[index]
            if stream.rng.random() * max(stream.hours) < stream.hours[self._hour(at_us)]:
                stream.plan(stream.rng, at_us)
            self._schedule(index, at_us)
        flights, self._flights = self._flights, []
        requests, self._keep_clear = self._keep_clear, []
        return flights, requests

    def _schedule(self, index: int, after_us: int) -> None:
        stream = self._streams[index]
        mean_hour = sum(stream.hours) / len(stream.hours)
        per_us = stream.per_day / DAY_US * max(stream.hours) / mean_hour
        heapq.heappush(self._due, (after_us + 1 + int(stream.rng.expovariate(per_us)), index))

    def _hour(self, at_us: int) -> int:
        if self._first_hour is None:
            return at_us // HOUR_US % 24
        return int(self._first_hour + (at_us - self._start_us) / HOUR_US) % 24

    def _make_streams(self) -> tuple[_Stream, ...]:
        high_per_day = self.profile.adsb_mean * DAY_US / SECOND_US / _HIGH_STAY_S
        low_per_day = self.profile.other_crewed_mean * DAY_US / SECOND_US / _LOW_STAY_S
        day = profiles.DAYLIGHT_HOURS
        rows = (
            ("incident", self.profile.incidents_per_day, profiles.DRONE_HOURS, self._incident),
            (
                "police",
                self.profile.police_tasks_per_day,
                profiles.POLICE_HELICOPTER_HOURS,
                self._police,
            ),
            ("ambulance", self.profile.air_ambulance_missions_per_day, day, self._ambulance),
            ("neighbour", self.profile.neighbour_transits_per_day, day, self._neighbour),
            ("low", low_per_day, day, self._low),
            ("high", high_per_day, profiles.AIRLINER_HOURS, self._high),
            ("keep-clear", self.profile.keep_clear_per_day, profiles.DRONE_HOURS, self._request),
        )
        return tuple(
            _Stream(per_day, hours, plan, Random(f"{self._seed}/{name}"))
            for name, per_day, hours, plan in rows
        )

    def _incident(self, rng: Random, at_us: int) -> None:
        self._flights += self.incidents.attend(rng, at_us)

    def _request(self, rng: Random, at_us: int) -> None:
        self._keep_clear.append(self.incidents.request(rng, at_us))

    def _police(self, rng: Random, at_us: int) -> None:
        base = geography.POLICE_HELICOPTER_BASE
        home = Point(base.east_m, base.north_m, base.ground_amsl_m)
        scene = scene_point(rng)
        on_task_s = rng.uniform(0.6, 1.4) * 30 * 60
        legs = routes.police_task(rng, home, scene, on_task_s)
        self._add(at_us, self._helicopter(rng, "npas", "POLICE"), legs)

    def _ambulance(self, rng: Random, at_us: int) -> None:
        """Base to scene, to hospital, home: two or three sectors with time on the ground."""
        base = geography.AIR_AMBULANCE_BASE
        home = Point(base.east_m, base.north_m, base.ground_amsl_m)
        recent = self.incidents.recent_scene(at_us)
        beside = rng.random() < self.profile.landing_beside_drone_share
        incident_id, scene = recent if recent and beside else ("", scene_point(rng))
        site = routes.ground_point(scene.east_m + rng.uniform(-120.0, 120.0), scene.north_m + 90.0)
        legs = routes.hop(rng, home, site, rng.uniform(900.0, 1800.0))
        if rng.random() < 0.5:
            place = rng.choice(geography.HOSPITALS)
            pad = Point(place.east_m, place.north_m, place.ground_amsl_m)
            legs += routes.hop(rng, site, pad, rng.uniform(600.0, 1500.0))
            site = pad
        legs += routes.hop(rng, site, home, 120.0)
        self._add(at_us, self._helicopter(rng, "laa", "HELIMED"), legs, incident_id)

    def _neighbour(self, rng: Random, at_us: int) -> None:
        """A neighbour's helicopter to a London hospital and out again, heard by radio."""
        place = rng.choice(geography.HOSPITALS)
        pad = Point(place.east_m, place.north_m, place.ground_amsl_m)
        angle_rad = rng.uniform(-math.pi, math.pi)
        edge = routes.beside(pad, 30_000.0, angle_rad, pad.amsl_m + 300.0)
        gate = routes.beside(pad, 1_400.0, angle_rad, edge.amsl_m)
        speed_mps = rng.uniform(*routes.HELICOPTER_CRUISE_MPS)
        legs: list[Leg] = [straight(edge, gate, speed_mps, ramp_out_s=15.0)]
        legs += routes.landing(rng, gate, pad, rng.uniform(900.0, 1800.0))
        legs += routes.lift(rng, pad, edge.amsl_m)
        legs.append(straight(legs[-1].end, edge, speed_mps, ramp_in_s=15.0))
        self._add(at_us, self._radio(rng, AircraftKind.HELICOPTER, "HEMS"), legs)

    def _low(self, rng: Random, at_us: int) -> None:
        """A helicopter or light aeroplane across London between 1,000 and 2,000 ft."""
        kind = AircraftKind.HELICOPTER if rng.random() < 0.6 else AircraftKind.AEROPLANE
        legs = routes.crossing(rng, LOW_TRAFFIC_HALF_WIDTH_M, (305.0, 600.0), (45.0, 65.0))
        self._add(at_us, self._radio(rng, kind, "GLOW"), legs)

    def _high(self, rng: Random, at_us: int) -> None:
        """An airliner: mostly overhead, some down to Heathrow or City."""
        pick = rng.random()
        if pick < 0.2:
            legs = routes.airliner_approach(rng, geography.HEATHROW_THRESHOLD)
        elif pick < 0.25:
            legs = routes.airliner_approach(rng, geography.CITY_THRESHOLD)
        else:
            legs = routes.crossing(
                rng, HIGH_TRAFFIC_HALF_WIDTH_M, (2_000.0, 11_500.0), (150.0, 245.0)
            )
        self._add(at_us, self._radio(rng, AircraftKind.AEROPLANE, "LDN"), legs)

    def _helicopter(self, rng: Random, agency: str, prefix: str) -> Airframe:
        self._serial += 1
        return Airframe(
            track_id=f"{agency}-h{self._serial}",
            agency=agency,
            system="helicopters",
            kind=AircraftKind.HELICOPTER,
            callsign=f"{prefix}{self._serial}",
            registration=f"G-SIM{chr(65 + self._serial % 26)}",
            icao_address=f"{TEMPORARY_ADDRESSES + self._serial % 0x10000:06X}",
            feed=HELICOPTER_TRACKER,
            datum=_datum(rng, HELICOPTER_PRESSURE_SHARE),
        )

    def _radio(self, rng: Random, kind: AircraftKind, prefix: str) -> Airframe:
        self._serial += 1
        address = f"{TEMPORARY_ADDRESSES + self._serial % 0x10000:06X}"
        return Airframe(
            track_id=f"{address.lower()}-{self._serial}",
            agency="surveillance",
            system="adsb",
            kind=kind,
            callsign=f"{prefix}{self._serial}",
            registration="",
            icao_address=address,
            feed=ADSB_RECEIVER,
            datum=_datum(rng, RADIO_PRESSURE_SHARE),
        )

    def _add(self, at_us: int, airframe: Airframe, legs: list[Leg], incident_id: str = "") -> None:
        flight_id = f"{airframe.callsign}-{at_us // SECOND_US}"
        self._flights.append(Flight(flight_id, airframe, Path.of(at_us, legs), incident_id))

    def surge(self, from_us: int, until_us: int) -> Iterator[Flight]:
        """The drones that the surge keeps in the air; see `IncidentDesk.surge`."""
        return self.incidents.surge(from_us, until_us)


def _datum(rng: Random, pressure_share: float) -> Datum:
    draw = rng.random()
    if draw < UNCORRECTED_SHARE:
        return Datum.PRESSURE
    return Datum.CORRECTED if draw < pressure_share else Datum.HAE
