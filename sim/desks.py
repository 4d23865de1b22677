"""The drone desks' side of a run: routes round keep-clear requests, and answers to alerts.

Each decision falls once, by the shares of the profile's conduct, and takes effect after the time
that a person and the links need. A flight that would have to work or start inside somebody else's
keep-clear request is not launched; one that finds itself there goes home.
"""

import heapq
import math
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final, assert_never

from sim import detours, routes
from sim.conduct import ACT_AFTER_US, READ_AFTER_US, Conduct
from sim.detours import MARGIN_M, Blocked
from sim.fleet import AircraftKind, Flight
from sim.geography import to_metres
from sim.incidents import KeepClear
from sim.motion import Leg, Path, Point

ON_THE_WAY_MPS: Final = 10.0
"""Faster than drones circle a scene, slower than they travel."""
ROOM_M: Final = 120.0
"""From a drone at work: the 75 m of two agencies' drones, accuracy and a circle's width."""
WAIT_S: Final = (20.0, 60.0)
"""How long a drone waits below before it goes on."""


class Move(StrEnum):
    """What an alert's advice comes to."""

    LAND = "land"
    """A helicopter lands here."""
    DOWN = "down"
    """Crewed traffic passes."""
    ASIDE = "aside"
    """Another drone is close."""
    ROUND = "round"
    """A keep-clear request lies ahead, or round it."""


@dataclass(frozen=True, slots=True)
class Advised:
    """An alert on the screen of the desk that flies one of its aircraft."""

    alert_id: str
    track_id: str
    move: Move
    latitude_deg: float = 0.0
    longitude_deg: float = 0.0
    """Of the other drone, for ASIDE."""
    speed_mps: float = 0.0
    """Of the other drone, for ASIDE."""
    other_id: str = ""
    """Track of the other drone, for ASIDE."""
    request_id: str = ""
    """Of the keep-clear request, for ROUND."""


class DroneDesks:
    """Changes the paths of drones already planned; time is an argument."""

    def __init__(self, conduct: Conduct, seed: int) -> None:
        self._conduct = conduct
        self._seed = seed
        self._requests: dict[str, tuple[int, KeepClear]] = {}
        """Request -> until when it holds."""
        self._flights: dict[str, Flight] = {}
        self._due: list[tuple[int, int, Flight | KeepClear | Advised]] = []
        self._serial = 0
        self._answered: set[tuple[str, str]] = set()
        self.acted = 0

    def planned(self, flight: Flight, now_us: int) -> None:
        """A flight to look at when it starts."""
        drone = flight.airframe.kind is AircraftKind.DRONE
        if drone and self._conduct.requests > 0.0:
            self._push(max(flight.path.start_us, now_us), flight)
        if drone:
            self._flights[flight.flight_id] = flight

    def requested(self, request: KeepClear, now_us: int, *, standing: bool = False) -> None:
        """A keep-clear request came out; one that stood before the run was planned round."""
        if self._conduct.requests <= 0.0:
            return
        self._requests[request.request_id] = request.at_us + request.duration_us, request
        if not standing:
            self._push(now_us + READ_AFTER_US, request)
            return
        for flight in self._live(now_us):
            self._keep_clear(flight, [request], flight.path.start_us)

    def advised(self, advice: Advised, now_us: int) -> None:
        """An alert asks a drone's desk to act; each alert is answered once, or not at all."""
        key = advice.alert_id, advice.track_id
        if key in self._answered:
            return
        self._answered.add(key)
        if self._conduct.keeps(self._conduct.warnings, self._seed, *key):
            self._push(now_us + ACT_AFTER_US, advice)

    def act(self, now_us: int) -> None:
        """Carry out everything due."""
        while self._due and self._due[0][0] <= now_us:
            _, _, what = heapq.heappop(self._due)
            match what:
                case Flight():
                    self._launch(what, now_us)
                case KeepClear():
                    for flight in self._live(now_us):
                        self._keep_clear(flight, [what], now_us)
                case Advised():
                    self._move(what, now_us)
                case _:
                    assert_never(what)

    def _push(self, at_us: int, what: Flight | KeepClear | Advised) -> None:
        self._serial += 1
        heapq.heappush(self._due, (at_us, self._serial, what))

    def _live(self, now_us: int) -> list[Flight]:
        """Flights under way, forgetting those that have ended."""
        over = [name for name, one in self._flights.items() if one.path.end_us <= now_us]
        for name in over:
            del self._flights[name]
        return [one for one in self._flights.values() if one.path.start_us < now_us]

    def _launch(self, flight: Flight, now_us: int) -> None:
        """Plan round everything that holds; what works inside a request is left to its owner."""
        for name in [name for name, (until, _) in self._requests.items() if until <= now_us]:
            del self._requests[name]
        holding = [request for _, request in self._requests.values()]
        self._keep_clear(flight, holding, now_us)

    def _keep_clear(
        self, flight: Flight, requests: list[KeepClear], now_us: int, *, told: bool = False
    ) -> None:
        agency = flight.airframe.agency
        kept = [
            request
            for request in requests
            if agency not in request.exempt_agencies
            and (told or self._reads(flight.flight_id, request.request_id))
        ]
        if not kept or not flight.path.legs or now_us >= flight.path.end_us:
            return
        blocked = [blocked_by(request) for request in kept]
        state = flight.path.at(now_us)
        inside = any(one.holds(Point(state.east_m, state.north_m, state.amsl_m)) for one in blocked)
        rest = detours.rest_of(flight.path, now_us)
        under_way = flight.path.start_us < now_us and flight.airborne_at(now_us)
        clear = None if inside and under_way else detours.clear_of(rest, blocked)
        if clear is not None:
            if len(clear) != len(rest):
                flight.path = flight.path.then(now_us, clear)
            return
        if not under_way:
            flight.path = Path.of(flight.path.start_us, [])
            return
        home = flight.path.legs[0].start
        legs = detours.way_home(state, home, routes.DRONE_CRUISE_MPS[0], blocked)
        flight.path = flight.path.then(now_us, legs)

    def _reads(self, flight_id: str, request_id: str) -> bool:
        return self._conduct.keeps(self._conduct.requests, self._seed, flight_id, request_id)

    def _move(self, advice: Advised, now_us: int) -> None:
        for flight in self._live(now_us):
            if flight.airframe.track_id == advice.track_id and flight.airborne_at(now_us):
                self.acted += 1
                if advice.move is Move.ROUND:
                    held = self._requests.get(advice.request_id)
                    if held is not None:
                        self._keep_clear(flight, [held[1]], now_us, told=True)
                    return
                legs = self._answer(flight, advice, now_us)
                if legs is not None:
                    flight.path = flight.path.then(now_us, legs)
                return

    def _answer(self, flight: Flight, advice: Advised, now_us: int) -> list[Leg] | None:
        state, rest = flight.path.at(now_us), detours.rest_of(flight.path, now_us)
        wait_s = Random(f"{self._seed}/wait/{advice.alert_id}/{advice.track_id}").uniform(*WAIT_S)
        match advice.move:
            case Move.LAND:
                return detours.land_here(state)
            case Move.DOWN:
                return detours.down_and_wait(state, rest, wait_s)
            case Move.ASIDE | Move.ROUND:
                return self._make_room(flight, advice, now_us)
            case _:
                assert_never(advice.move)

    def _make_room(self, flight: Flight, advice: Advised, now_us: int) -> list[Leg] | None:
        """Who is on the way goes round who is at work; two at work move apart, and work there.

        Of one operator's two, the one that came first is relieved and goes home.
        """
        state, rest = flight.path.at(now_us), detours.rest_of(flight.path, now_us)
        other = Point(*to_metres(advice.latitude_deg, advice.longitude_deg), 0.0)
        if math.hypot(state.east_mps, state.north_mps) >= ON_THE_WAY_MPS:
            return detours.clear_of(rest, [Blocked(other, ROOM_M, math.inf)])
        if advice.speed_mps >= ON_THE_WAY_MPS:
            return None
        mate = self._mate(flight, advice.other_id, now_us)
        if mate is not None:
            if flight.path.start_us > mate.path.start_us:
                return None
            home = flight.path.legs[0].start
            return detours.way_home(state, home, routes.DRONE_CRUISE_MPS[0], [])
        return detours.aside(state, rest, other)

    def _mate(self, flight: Flight, track_id: str, now_us: int) -> Flight | None:
        """The other's flight, if the same operator flies it."""
        for other in self._live(now_us):
            same = other.airframe.agency == flight.airframe.agency
            if same and other.airframe.track_id == track_id:
                return other
        return None


def blocked_by(request: KeepClear) -> Blocked:
    """What a request keeps others out of, with the margin that they leave."""
    ceiling_amsl_m = request.ceiling_amsl_m + MARGIN_M
    return Blocked(request.center, request.radius_m, ceiling_amsl_m, MARGIN_M)
