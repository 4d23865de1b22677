"""How a drone gives way to what an alert is about.

It lands for a helicopter that lands here, and waits below while crewed traffic passes. Of two
drones, who is on the way goes round who is at work; two at work move apart, and work there.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from sim import detours, routes
from sim.advice import Advised, Move
from sim.detours import Blocked
from sim.fleet import Flight
from sim.geography import to_metres
from sim.motion import Leg, Point

ON_THE_WAY_MPS: Final = 10.0
"""Faster than drones circle a scene, slower than they travel."""
ROOM_M: Final = 120.0
"""From a drone at work: the 75 m of two agencies' drones, accuracy and a circle's width."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A drone that is to give way, and what is round it."""

    flight: Flight
    live: Sequence[Flight]
    seen: Callable[[], list[Blocked]]
    """What its crew keeps its way out of."""
    now_us: int


def way_of(advice: Advised, scene: Scene, wait_s: float) -> list[Leg] | None:
    """What the drone flies instead of what is left; None: nothing is to be done."""
    state = scene.flight.path.at(scene.now_us)
    match advice.move:
        case Move.LAND:
            return detours.land_here(state)
        case Move.DOWN:
            rest = detours.rest_of(scene.flight.path, scene.now_us)
            return detours.down_and_wait(state, rest, wait_s)
        case Move.ASIDE | Move.ROUND | Move.HOLD | Move.RELEASE:
            return _make_room(advice, scene)
        case _:
            assert_never(advice.move)


def _make_room(advice: Advised, scene: Scene) -> list[Leg] | None:
    """Of one operator's two at work, the one that came first is relieved and goes home."""
    path = scene.flight.path
    state, rest = path.at(scene.now_us), detours.rest_of(path, scene.now_us)
    other = Point(*to_metres(advice.latitude_deg, advice.longitude_deg), 0.0)
    if math.hypot(state.east_mps, state.north_mps) >= ON_THE_WAY_MPS:
        kept = detours.passable(rest, scene.seen())
        return detours.clear_of(rest, [Blocked(other, ROOM_M, math.inf), *kept])
    if advice.speed_mps >= ON_THE_WAY_MPS:
        return None
    mate = _mate(advice.other_id, scene)
    if mate is not None:
        if path.start_us > mate.path.start_us:
            return None
        return detours.way_home(state, path.legs[0].start, routes.DRONE_CRUISE_MPS[0], [])
    return detours.aside(state, rest, other)


def _mate(track_id: str, scene: Scene) -> Flight | None:
    """The other's flight, if the same operator flies it."""
    for other in scene.live:
        same = other.airframe.agency == scene.flight.airframe.agency
        if same and other.airframe.track_id == track_id:
            return other
    return None
