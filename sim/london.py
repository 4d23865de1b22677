"""Simulated London in virtual time: advance it, and it hands over what its publishers sent.

Repeatable by construction: every aircraft and every kind of demand has its own generator, named
after the seed, so the same seed gives the same bytes, however finely time is advanced. Reports
are gathered in slots of 200 ms, one batch for each publishing system, as a real gateway would.
"""

import heapq
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keepclear.v1 import restrictions_pb2, tracks_pb2
from sim import profiles, script
from sim.advice import Advised, Answer
from sim.demand import Traffic
from sim.desks import DroneDesks
from sim.fleet import AircraftKind, Flight
from sim.geography import GEOID_HEIGHT_M, to_degrees
from sim.incidents import KeepClear
from sim.measures import HOUR_US, SECOND_US
from sim.profiles import Profile
from sim.reports import Heard, pressure_above_amsl_m, restriction_request

SLOT_US: Final = 200_000
# Traffic is planned from this long before the start, so that the sky is full when it starts.
WARM_UP_US: Final = 2 * HOUR_US
# The surge ends; until then every one of its places is crewed.
SURGE_US: Final = 3 * HOUR_US
# Flights are kept this long after their end for questions about the truth.
TRUTH_KEPT_US: Final = HOUR_US
# The requests that already stand when a run starts are set one by one from here.
STANDING_FROM_US: Final = 5 * SECOND_US
STANDING_EVERY_US: Final = SECOND_US
_REPORTS_PER_BATCH_MAX: Final = 2_000

Request = tracks_pb2.PublishTracksRequest | restrictions_pb2.CreateRestrictionRequest


@dataclass(frozen=True, slots=True)
class Emission:
    """One request that one system sends at one instant."""

    system: str
    """`agencies/{agency}/systems/{system}`."""
    request: Request
    sent_us: int


@dataclass(frozen=True, slots=True)
class TruthState:
    """Where one aircraft in flight really is."""

    label: str
    """Its callsign, as alerts name it."""
    agency: str
    kind: AircraftKind
    track_id: str
    airborne: bool
    latitude_deg: float
    longitude_deg: float
    altitude_hae_m: float
    velocity_east_mps: float
    velocity_north_mps: float
    vertical_speed_mps: float


class London:
    """Seeded traffic over London from `start_us` (Unix microseconds UTC).

    `first_hour` moves the clock of the day: 18.5 makes the start a busy hour whatever the time.
    `as_live_sources` publishes telemetry and ADS-B as such; a broker that serves the live space
    refuses simulated ones.
    """

    def __init__(
        self,
        profile: Profile,
        seed: int,
        start_us: int,
        *,
        first_hour: float | None = None,
        busy_hour: bool = False,
        opening: bool = True,
        as_live_sources: bool = False,
        qnh_hpa: float = 1008.0,
    ) -> None:
        self.profile = profile
        self.start_us = start_us
        self._seed = seed
        self._live = as_live_sources
        self._pressure_offset_m = pressure_above_amsl_m(qnh_hpa)
        hour = profiles.BUSY_HOUR if busy_hour else first_hour
        self._traffic = Traffic(profile, seed, start_us, hour)
        self._desks = DroneDesks(profile.conduct, seed)
        self._slot_us = start_us
        self._due: list[tuple[int, int, Heard]] = []
        self._serial = 0
        self._batch = 0
        self._docks: dict[str, Heard] = {}
        self._requests: list[tuple[int, str, KeepClear]] = []
        self._flights: deque[Flight] = deque()
        self._fill_the_sky(opening=opening)

    def advance(self, to_us: int) -> list[Emission]:
        """Everything sent after the last call and up to `to_us`, in order of sending."""
        emissions: list[Emission] = []
        while self._slot_us + SLOT_US <= to_us:
            self._slot_us += SLOT_US
            flights, requests = self._traffic.plan_until(self._slot_us)
            for flight in flights:
                self._take(flight)
            for request in requests:
                self._ask(request)
            emissions += self._send_requests()
            self._desks.act(self._slot_us)
            emissions += self._send_reports()
        self._forget(self._slot_us - TRUTH_KEPT_US)
        return emissions

    def advise(self, advice: Advised) -> None:
        """An alert reached the desk that flies a drone: it acts as the profile's conduct says."""
        self._desks.advised(advice, self._slot_us)

    @property
    def answers(self) -> Mapping[tuple[str, str], Answer]:
        """What drone desks did: (alert, aircraft) -> answer, of the alerts that asked them to."""
        return self._desks.answers

    def truth(self, at_us: int) -> list[TruthState]:
        """Exact states of all aircraft in flight (or parked on one); at most an hour back."""
        return [
            _truth(flight, at_us)
            for flight in self._flights
            if flight.path.start_us <= at_us < flight.path.end_us
        ]

    def _fill_the_sky(self, *, opening: bool) -> None:
        for dock in self._traffic.incidents.docks:
            heard = Heard(dock.airframe, self._seed, self._pressure_offset_m)
            self._docks[dock.airframe.track_id] = heard
            self._listen(heard, self.start_us)
        if opening:
            for flight in script.opening_flights(self.start_us):
                self._take(flight)
            self._ask(script.opening_request(self.start_us, self._seed))
        self._traffic.begin(self.start_us - WARM_UP_US)
        flights, requests = self._traffic.plan_until(self.start_us)
        surge = self._traffic.surge(self.start_us, self.start_us + SURGE_US)
        for flight in (*flights, *surge):
            if flight.path.end_us > self.start_us:
                self._take(flight)
        standing = [r for r in requests if r.at_us + r.duration_us > self.start_us]
        for place, request in enumerate(standing):
            at_us = self.start_us + STANDING_FROM_US + place * STANDING_EVERY_US
            self._desks.requested(request, self.start_us, standing=True)
            self._ask(request, at_us)

    def _take(self, flight: Flight) -> None:
        """Fly one planned flight."""
        self._flights.append(flight)
        self._desks.planned(flight, self._slot_us)
        heard = self._docks.get(flight.airframe.track_id)
        if heard is not None:
            heard.flights.append(flight)
            return
        heard = Heard(flight.airframe, self._seed, self._pressure_offset_m)
        heard.flights.append(flight)
        self._listen(heard, max(flight.path.start_us, self.start_us))

    def _listen(self, heard: Heard, from_us: int) -> None:
        feed = heard.airframe.feed
        first_us = from_us + heard.rng.randrange(feed.interval_us)
        self._push(first_us + feed.latency_us, heard)

    def _push(self, heard_us: int, heard: Heard) -> None:
        self._serial += 1
        heapq.heappush(self._due, (heard_us, self._serial, heard))

    def _ask(self, request: KeepClear, at_us: int | None = None) -> None:
        heapq.heappush(self._requests, (at_us or request.at_us, request.request_id, request))

    def _send_requests(self) -> list[Emission]:
        emissions: list[Emission] = []
        while self._requests and self._requests[0][0] <= self._slot_us:
            _, _, request = heapq.heappop(self._requests)
            sent = restriction_request(request)
            sent.restriction.windows[0].start_us = self._slot_us
            self._desks.requested(request, self._slot_us)
            system = f"agencies/{request.agency}/systems/drones"
            emissions.append(Emission(system, sent, self._slot_us))
        return emissions

    def _send_reports(self) -> list[Emission]:
        batches: dict[str, list[tracks_pb2.TrackReport]] = {}
        while self._due and self._due[0][0] <= self._slot_us:
            heard_us, _, heard = heapq.heappop(self._due)
            feed = heard.airframe.feed
            report = heard.report(heard_us - feed.latency_us, live_source=self._live)
            if report is not None:
                system = f"agencies/{heard.airframe.agency}/systems/{heard.airframe.system}"
                batches.setdefault(system, []).append(report)
            if not heard.finished:
                self._push(heard_us + feed.interval_us, heard)
        return [
            self._emission(system, reports[first : first + _REPORTS_PER_BATCH_MAX])
            for system, reports in batches.items()
            for first in range(0, len(reports), _REPORTS_PER_BATCH_MAX)
        ]

    def _emission(self, system: str, reports: list[tracks_pb2.TrackReport]) -> Emission:
        self._batch += 1
        request = tracks_pb2.PublishTracksRequest(batch_id=f"b{self._batch}", reports=reports)
        return Emission(system, request, self._slot_us)

    def _forget(self, before_us: int) -> None:
        """Drop flights that ended long ago, a few at a time from the oldest planned."""
        while self._flights and self._flights[0].path.end_us < before_us:
            self._flights.popleft()


def _truth(flight: Flight, at_us: int) -> TruthState:
    state = flight.path.at(at_us)
    latitude_deg, longitude_deg = to_degrees(state.east_m, state.north_m)
    return TruthState(
        label=flight.airframe.callsign,
        agency=flight.airframe.agency,
        kind=flight.airframe.kind,
        track_id=flight.airframe.track_id,
        airborne=flight.airborne_at(at_us),
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        altitude_hae_m=state.amsl_m + GEOID_HEIGHT_M,
        velocity_east_mps=state.east_mps,
        velocity_north_mps=state.north_mps,
        vertical_speed_mps=state.up_mps,
    )
