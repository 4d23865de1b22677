"""Scoring: were the real proximity events alerted, how early, and at what load on the desks?

Truth is looked at once a second. A floor breach is a drone within 500 ft horizontally and 100 ft
vertically of a crewed aircraft, both airborne: the hard minimum of the default pair policy. An
alert answers a breach when it names both aircraft at caution or above, began no more than
`LOOK_BACK_US` before and had not been cleared when the breach began.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sim.fleet import AircraftKind
from sim.geography import METRES_PER_DEGREE_NORTH
from sim.london import TruthState
from sim.measures import FOOT_M, HOUR_US, SECOND_US

FLOOR_HORIZONTAL_M: Final = 500 * FOOT_M
FLOOR_VERTICAL_M: Final = 100 * FOOT_M
# Breaches of one pair closer together than this are one event.
BRIDGE_US: Final = 4 * SECOND_US
LOOK_BACK_US: Final = 120 * SECOND_US
CAUTION: Final = 2
WARNING: Final = 3


@dataclass(frozen=True, slots=True)
class Breach:
    """One drone inside one crewed aircraft's floor, by labels."""

    drone: str
    crewed: str
    first_us: int
    last_us: int


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """One revision of an alert as one desk's feed delivered it; level 0 is cleared."""

    desk: str
    alert_id: str
    seen_us: int
    level: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """What a run amounts to."""

    breaches: tuple[Breach, ...]
    missed: tuple[Breach, ...]
    """Never alerted at caution or above before they ended."""
    lead_s: tuple[float, ...]
    """First caution to the start of each alerted breach; negative when it came late."""
    cautions_per_desk_hour: dict[str, float]
    warnings_per_desk_hour: dict[str, float]


class FloorWatch:
    """Collects breaches from truth samples given in order of time."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], tuple[int, int]] = {}
        self._done: list[Breach] = []

    def observe(self, at_us: int, states: Iterable[TruthState]) -> None:
        """Look at one instant."""
        airborne = [state for state in states if state.airborne]
        drones = [state for state in airborne if state.kind is AircraftKind.DRONE]
        crewed = [state for state in airborne if state.kind is not AircraftKind.DRONE]
        for other in crewed:
            for drone in drones:
                if _inside_floor(drone, other):
                    self._note((drone.label, other.label), at_us)

    def breaches(self) -> list[Breach]:
        """All so far, by time."""
        still = [Breach(*pair, *times) for pair, times in self._open.items()]
        return sorted([*self._done, *still], key=lambda b: (b.first_us, b.drone, b.crewed))

    def _note(self, pair: tuple[str, str], at_us: int) -> None:
        known = self._open.get(pair)
        if known is not None and at_us - known[1] <= BRIDGE_US:
            self._open[pair] = (known[0], at_us)
            return
        if known is not None:
            self._done.append(Breach(*pair, *known))
        self._open[pair] = (at_us, at_us)


def _inside_floor(a: TruthState, b: TruthState) -> bool:
    if abs(a.altitude_hae_m - b.altitude_hae_m) >= FLOOR_VERTICAL_M:
        return False
    north_m = (a.latitude_deg - b.latitude_deg) * METRES_PER_DEGREE_NORTH
    if abs(north_m) >= FLOOR_HORIZONTAL_M:
        return False
    middle_rad = math.radians(0.5 * (a.latitude_deg + b.latitude_deg))
    # WGS 84: a degree of longitude at the equator is 111,319.49 m; 0.2 % more at 51.5 degrees.
    east_m = (a.longitude_deg - b.longitude_deg) * 111_319.49 * 1.00205 * math.cos(middle_rad)
    return math.hypot(east_m, north_m) < FLOOR_HORIZONTAL_M


def score(
    breaches: Sequence[Breach], alerts: Sequence[SeenAlert], desks: Sequence[str], for_us: int
) -> Score:
    """Match alerts (in any order) against breaches over a run of `for_us`."""
    in_order = sorted(alerts, key=lambda alert: alert.seen_us)
    missed: list[Breach] = []
    lead_s: list[float] = []
    for breach in breaches:
        first_us = _first_alert_us(breach, in_order)
        if first_us is None:
            missed.append(breach)
        else:
            lead_s.append((breach.first_us - first_us) / SECOND_US)
    return Score(
        tuple(breaches),
        tuple(missed),
        tuple(lead_s),
        _per_desk_hour(in_order, desks, for_us, CAUTION),
        _per_desk_hour(in_order, desks, for_us, WARNING),
    )


def _first_alert_us(breach: Breach, in_order: Sequence[SeenAlert]) -> int | None:
    """When the alert that stood at, or came during, the breach was first seen at caution."""
    began_us: dict[tuple[str, str], int] = {}
    pair = {breach.drone, breach.crewed}
    for alert in in_order:
        if alert.seen_us > breach.last_us:
            break
        if not pair <= set(alert.labels):
            continue
        key = (alert.desk, alert.alert_id)
        if alert.level >= CAUTION:
            began_us.setdefault(key, alert.seen_us)
        elif alert.level == 0 and alert.seen_us <= breach.first_us:
            began_us.pop(key, None)
    recent = [us for us in began_us.values() if us >= breach.first_us - LOOK_BACK_US]
    return min(recent, default=None)


def _per_desk_hour(
    in_order: Sequence[SeenAlert], desks: Sequence[str], for_us: int, level: int
) -> dict[str, float]:
    """Alerts that reached `level`, each counted once a desk."""
    reached: dict[str, set[str]] = {desk: set() for desk in desks}
    for alert in in_order:
        if alert.level >= level and alert.desk in reached:
            reached[alert.desk].add(alert.alert_id)
    return {desk: len(ids) * HOUR_US / for_us for desk, ids in reached.items()}
