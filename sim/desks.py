"""The drone desks' side of a run: routes, launches that wait, and answers to alerts.

Each decision falls once, by the shares of the profile's conduct, and takes effect after the time
that a person and the links need. A flight that would have to work or start inside somebody else's
keep-clear request is not launched; one that finds itself there goes home. Who reads the picture
flies round others' scenes and looks up before launching; who is asked to clear the air for a
helicopter lands, or waits on the ground.
"""

import heapq
from collections import defaultdict
from collections.abc import Mapping
from random import Random
from typing import Final, assert_never

from sim import detours, giving_way, picture, routes
from sim.advice import Advised, Answer, Move
from sim.clearings import Clearing, clearings_of
from sim.conduct import (
    ACT_AFTER_US,
    LOOK_EVERY_US,
    READ_AFTER_US,
    UNMOVED,
    WAIT_EVERY_US,
    WAIT_US_MAX,
    Conduct,
)
from sim.detours import MARGIN_M, Blocked
from sim.fleet import AircraftKind, Flight
from sim.incidents import KeepClear
from sim.measures import SECOND_US
from sim.motion import Leg, Path, Point

WAIT_S: Final = (20.0, 60.0)
"""How long a drone waits below before it goes on."""


_Due = Flight | KeepClear | Clearing | Advised


class DroneDesks:
    """Changes the paths of drones already planned; time is an argument."""

    def __init__(self, conduct: Conduct, seed: int) -> None:
        self._conduct = conduct
        self._seed = seed
        self._requests: dict[str, tuple[int, KeepClear]] = {}
        """Request -> until when it holds."""
        self._flights: dict[str, Flight] = {}
        self._due: list[tuple[int, int, _Due]] = []
        self._held: dict[str, set[str]] = defaultdict(set)
        """Drone in its dock -> its launch holds."""
        self._clearings: list[Clearing] = []
        self._looked_us = 0
        self._serial = 0
        self._acted: set[tuple[str, str, bool]] = set()
        self._waited_us: dict[str, int] = {}
        self.answers: dict[tuple[str, str], Answer] = {}
        """(Alert, aircraft) -> what its desk did."""

    def planned(self, flight: Flight, now_us: int) -> None:
        """A flight to look at when it starts."""
        drone = flight.airframe.kind is AircraftKind.DRONE
        if drone and self._conduct != UNMOVED:
            self._push(max(flight.path.start_us, now_us), flight)
        if drone:
            self._flights[flight.flight_id] = flight
        elif self._conduct.clearings > 0.0:
            for clearing in clearings_of(flight):
                self._push(max(clearing.from_us, now_us), clearing)

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
        if advice.move in {Move.HOLD, Move.RELEASE}:
            holds = self._held[advice.track_id]
            (holds.add if advice.move is Move.HOLD else holds.discard)(advice.alert_id)
            return
        if (*key, advice.urgent) in self._acted:
            return
        self._acted.add((*key, advice.urgent))
        share = self._conduct.warnings if advice.urgent else self._conduct.cautions
        acts = self._conduct.keeps(share, self._seed, *key, "" if advice.urgent else "caution")
        if acts:
            self.answers[key] = Answer.SENT
            self._push(now_us + ACT_AFTER_US, advice)
        else:
            self.answers.setdefault(key, Answer.BUSY)

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
                case Clearing():
                    self._clear_air(what, now_us)
                case Advised():
                    self.answers[what.alert_id, what.track_id] = self._move(what, now_us)
                case _:
                    assert_never(what)
        if self._conduct.picture > 0.0 and now_us >= self._looked_us + LOOK_EVERY_US:
            self._looked_us = now_us
            self._look(now_us)

    def _push(self, at_us: int, what: _Due) -> None:
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
        if flight.path.legs and flight.path.start_us > now_us - SECOND_US:
            if self._waits(flight, now_us):
                return
            if self._keeps(self._conduct.picture, "picture", flight.flight_id):
                flight.path = picture.moved_aside(flight, self._live(now_us), now_us) or flight.path
        for name in [name for name, (until, _) in self._requests.items() if until <= now_us]:
            del self._requests[name]
        holding = [request for _, request in self._requests.values()]
        self._keep_clear(flight, holding, now_us)

    def _keeps(self, share: float, *what: str) -> bool:
        return self._conduct.keeps(share, self._seed, *what)

    def _waits(self, flight: Flight, now_us: int) -> bool:
        """Put a launch off for a while, if its crew sees a reason and has not waited too long."""
        name, home = flight.flight_id, flight.path.legs[0].start
        waited_us = self._waited_us.get(name, 0)
        if waited_us >= WAIT_US_MAX or not self._has_reason(flight, home, now_us):
            return False
        self._waited_us[name] = waited_us + WAIT_EVERY_US
        legs = detours.shortened(list(flight.path.legs), WAIT_EVERY_US)
        flight.path = Path.of(now_us + WAIT_EVERY_US, legs)
        self._push(flight.path.start_us, flight)
        return True

    def _has_reason(self, flight: Flight, home: Point, now_us: int) -> bool:
        """A launch hold, air to be clear, or a drone in the way, and a crew that heeds it."""
        name, conduct = flight.flight_id, self._conduct
        held = self._held.get(flight.airframe.track_id)
        if held and self._keeps(conduct.holds, "hold", name):
            return True
        for one in self._clearings:
            asked = one.until_us > now_us and one.air.holds(home)
            if asked and self._keeps(conduct.clearings, one.name, name):
                return True
        reads = self._keeps(conduct.picture, "picture", name)
        return reads and picture.in_the_way(flight, self._live(now_us), now_us)

    def _clear_air(self, clearing: Clearing, now_us: int) -> None:
        """Everybody in that air lands, but for the share that does not."""
        self._clearings = [one for one in self._clearings if one.until_us > now_us]
        self._clearings.append(clearing)
        for flight in self._live(now_us):
            state = flight.path.at(now_us)
            inside = clearing.air.holds(Point(state.east_m, state.north_m, state.amsl_m))
            heeded = self._keeps(self._conduct.clearings, clearing.name, flight.flight_id)
            if inside and heeded and flight.airborne_at(now_us):
                flight.path = flight.path.then(now_us, detours.land_here(state))

    def _look(self, now_us: int) -> None:
        """Crews under way look ahead: round others' scenes, and round air that is to be clear."""
        live = self._live(now_us)
        scenes = picture.scenes(live, now_us)
        for flight in live:
            if flight.airborne_at(now_us):
                self._go_round(flight, self._seen(flight, scenes, now_us), now_us)

    def _seen(self, flight: Flight, scenes: Mapping[str, Blocked], now_us: int) -> list[Blocked]:
        """What the crew of a flight keeps its way out of, but not its work."""
        name = flight.flight_id
        seen: list[Blocked] = []
        if self._keeps(self._conduct.picture, "picture", name):
            own = flight.incident_id or name
            seen += [scene for incident, scene in scenes.items() if incident != own]
        seen += [
            one.air
            for one in self._clearings
            if one.until_us > now_us and self._keeps(self._conduct.clearings, one.name, name)
        ]
        seen += [
            blocked_by(request)
            for until_us, request in self._requests.values()
            if until_us > now_us
            and flight.airframe.agency not in request.exempt_agencies
            and self._reads(name, request.request_id)
        ]
        return seen

    def _go_round(self, flight: Flight, blocked: list[Blocked], now_us: int) -> None:
        """Fly what is left round these, as far as the work does not lie in one."""
        rest = detours.rest_of(flight.path, now_us)
        kept = detours.passable(rest, blocked)
        if not kept or detours.touches_none(rest, kept):
            return
        clear = detours.clear_of(rest, kept)
        if clear is not None and clear != rest:
            flight.path = flight.path.then(now_us, clear)

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

    def _move(self, advice: Advised, now_us: int) -> Answer:
        live = self._live(now_us)
        for flight in live:
            if flight.airframe.track_id == advice.track_id and flight.airborne_at(now_us):
                before = flight.path
                if advice.move is Move.ROUND:
                    held = self._requests.get(advice.request_id)
                    if held is not None:
                        self._keep_clear(flight, [held[1]], now_us, told=True)
                elif (legs := self._way_of(flight, advice, live, now_us)) is not None:
                    flight.path = flight.path.then(now_us, legs)
                return Answer.STAYED if flight.path is before else Answer.MOVED
        return Answer.OVER

    def _way_of(
        self, flight: Flight, advice: Advised, live: list[Flight], now_us: int
    ) -> list[Leg] | None:
        wait_s = Random(f"{self._seed}/wait/{advice.alert_id}/{advice.track_id}").uniform(*WAIT_S)

        def seen() -> list[Blocked]:
            return self._seen(flight, picture.scenes(live, now_us), now_us)

        return giving_way.way_of(advice, giving_way.Scene(flight, live, seen, now_us), wait_s)


def blocked_by(request: KeepClear) -> Blocked:
    """What a request keeps others out of, with the margin that they leave."""
    ceiling_amsl_m = request.ceiling_amsl_m + MARGIN_M
    return Blocked(request.center, request.radius_m, ceiling_amsl_m, MARGIN_M)
