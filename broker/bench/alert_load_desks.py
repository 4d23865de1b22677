"""What each desk was told in a run, and what its alerts advise.

An alert is counted for the desks whose aircraft it names, at the highest level it was told with, a
cluster as one alert; everybody else reads a neutral sentence and has nothing to do. Launch holds
are counted apart: they are states beside a dock, and interrupt nobody who launches nothing. The
truth is looked at once a second: a drone inside a crewed aircraft's floor must have been alerted,
alone or in a cluster.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from broker.core.airspace import Airspace
from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.restrictions.breaches import RULE_ID as RESTRICTION_RULE
from broker.core.sharing.parties import label
from broker.core.tracks.reports import AircraftClass
from broker.core.units import MINUTE_US, SECOND_US
from sim.advice import Advised, Move
from sim.demo_agencies import DEMO_AGENCIES
from sim.scoring import Breach, SeenAlert, score

WINDOW_US: Final = 10 * MINUTE_US
DESKS: Final = tuple(agency.agency for agency in DEMO_AGENCIES if agency.talkgroup)
"""Receivers have no desk."""
CREWED_DESKS: Final = ("npas", "laa")
MEAN_LIMITS: Final = (1.0, 1.0)
BUSY_LIMITS: Final = (2.0, 1.0)
"""Cautions an hour and warnings in 12 hours that a desk tolerates, from the safety review."""
CREW_LIMIT: Final = 1.0
"""Alerts in 20 flying hours."""
INCIDENT_LIMIT: Final = 3
"""Alerts of one incident in 10 minutes."""
_LANDING_RULES: Final = frozenset(
    {"drone-crewed-landing", "drone-above-close-work", "drone-rotors-turning"}
)

Figures = dict[str, float | int | str | bool | None]


@dataclass(slots=True)
class _Told:
    """One alert at one desk."""

    level: AlertLevel
    rule: str
    kind: AlertKind


@dataclass(frozen=True, slots=True)
class _Party:
    """One aircraft of an alert."""

    agency: str
    track_id: str
    name: str
    is_drone: bool
    latitude_deg: float
    longitude_deg: float
    speed_mps: float


class Seen:
    """What a run has shown."""

    def __init__(self, airspace: Airspace) -> None:
        self.tracks = airspace.tracks
        self.told: dict[tuple[str, str], _Told] = {}
        """(desk, alert id) -> its highest level there."""
        self.raised: dict[str, list[int]] = defaultdict(list)
        """Incident -> when its alerts were raised."""
        self.alerts: list[SeenAlert] = []
        self.flown_s: Counter[str] = Counter()
        """Flying seconds of crewed agencies."""
        self._known: set[str] = set()

    def note(self, alert: Alert, now_us: int) -> list[Advised]:
        """Count one revision; what it advises the desks of the drones that it names."""
        if alert.alert_id not in self._known:
            self._known.add(alert.alert_id)
            if alert.incident_id:
                self.raised[alert.incident_id].append(now_us)
        advice: list[Advised] = []
        for one in alert.members or (alert,):
            parties = self._parties(one)
            names = tuple(party.name for party in parties)
            self.alerts.append(SeenAlert("all", one.alert_id, now_us, one.level, names))
            agencies = set(one.told_to) if one.told_to else {party.agency for party in parties}
            for desk in agencies.intersection(DESKS):
                known = self.told.setdefault(
                    (desk, alert.alert_id), _Told(AlertLevel.NONE, one.rule_id, alert.kind)
                )
                if one.level > known.level:
                    known.level, known.rule = one.level, one.rule_id
            advice += _advice(one, parties)
        return advice

    def _parties(self, alert: Alert) -> list[_Party]:
        tracks, columns = self.tracks, self.tracks.columns
        numbers = [number for number in (alert.track_a, alert.track_b) if number >= 0]
        slots = [tracks.slot_of_number.get(number) for number in numbers]
        return [
            _Party(
                tracks.publisher_name(slot).agency,
                tracks.source_track_ids[slot],
                label(tracks.descriptions[slot], tracks.source_track_ids[slot]),
                columns.aircraft_class[slot] == AircraftClass.DRONE,
                float(columns.latitude_deg[slot]),
                float(columns.longitude_deg[slot]),
                math.hypot(columns.velocity_east_mps[slot], columns.velocity_north_mps[slot]),
            )
            for slot in slots
            if slot is not None
        ]


def _advice(alert: Alert, parties: list[_Party]) -> Iterator[Advised]:
    """Whatever is told asks a drone's desk to act; a landing and a keep-clear request at once."""
    for party in parties:
        others = [other for other in parties if other is not party]
        if not party.is_drone:
            continue
        if alert.kind is AlertKind.LAUNCH_HOLD:
            move = Move.HOLD if alert.level >= AlertLevel.CAUTION else Move.RELEASE
            yield Advised(alert.alert_id, party.track_id, move)
        if alert.kind is AlertKind.LAUNCH_HOLD or alert.level < AlertLevel.CAUTION:
            continue
        if alert.rule_id == RESTRICTION_RULE:
            request = alert.restriction_name.rsplit("/", 1)[-1]
            yield Advised(alert.alert_id, party.track_id, Move.ROUND, request_id=request)
        elif alert.rule_id in _LANDING_RULES:
            yield Advised(alert.alert_id, party.track_id, Move.LAND)
        elif others:
            yield Advised(
                alert.alert_id,
                party.track_id,
                Move.ASIDE if others[0].is_drone else Move.DOWN,
                others[0].latitude_deg,
                others[0].longitude_deg,
                others[0].speed_mps,
                others[0].track_id,
                urgent=alert.level >= AlertLevel.WARNING,
            )


def rows_of(seen: Seen, breaches: list[Breach], hours: float, busy: bool) -> Iterator[Figures]:
    """A row a desk, a row a cause, and one of totals."""
    for desk in DESKS:
        yield _desk_row(seen, desk, hours, BUSY_LIMITS if busy else MEAN_LIMITS)
    yield from _cause_rows(seen)
    yield _totals(seen, breaches, hours)


def _desk_row(seen: Seen, desk: str, hours: float, limits: tuple[float, float]) -> Figures:
    held, mine = _apart(told for (at, _), told in seen.told.items() if at == desk)
    levels = Counter(told.level for told in mine)
    warned = levels[AlertLevel.WARNING] + levels[AlertLevel.FLOOR]
    cautions_per_hour = levels[AlertLevel.CAUTION] / hours
    warnings_per_12_hours = 12.0 * warned / hours
    flown_h = seen.flown_s[desk] / 3_600 if desk in CREWED_DESKS else 0.0
    crew = 20.0 * (warned + levels[AlertLevel.CAUTION]) / flown_h if flown_h else None
    return {
        "desk": desk,
        "advisory": levels[AlertLevel.ADVISORY],
        "caution": levels[AlertLevel.CAUTION],
        "warning": levels[AlertLevel.WARNING],
        "floor": levels[AlertLevel.FLOOR],
        "launch_holds": len(held),
        "clusters": sum(told.kind is AlertKind.CLUSTER for told in mine),
        "cautions_per_hour": cautions_per_hour,
        "warnings_per_12_hours": warnings_per_12_hours,
        "flying_hours": flown_h or None,
        "per_20_flying_hours": crew,
        "within": cautions_per_hour <= limits[0]
        and warnings_per_12_hours <= limits[1]
        and (crew is None or crew <= CREW_LIMIT),
    }


def _apart(told: Iterable[_Told]) -> tuple[list[_Told], list[_Told]]:
    """Launch holds, which are states beside a dock, and alerts."""
    every = list(told)
    held = [one for one in every if one.kind is AlertKind.LAUNCH_HOLD]
    return held, [one for one in every if one.kind is not AlertKind.LAUNCH_HOLD]


def _cause_rows(seen: Seen) -> Iterator[Figures]:
    _, alerts = _apart(seen.told.values())
    loud = [told for told in alerts if told.level >= AlertLevel.CAUTION]
    for rule, count in Counter(told.rule for told in loud).most_common():
        warned = sum(told.rule == rule and told.level > AlertLevel.CAUTION for told in loud)
        yield {
            "cause": rule,
            "cautions": count - warned,
            "warnings": warned,
            "share": count / len(loud),
        }


def _totals(seen: Seen, breaches: list[Breach], hours: float) -> Figures:
    scored = score(breaches, seen.alerts, ["all"], round(hours * 3_600 * SECOND_US))
    most = max(map(_most_in_window, seen.raised.values()), default=0)
    return {
        "floor_breaches": len(breaches),
        "not_alerted": len(scored.missed),
        "most_in_10_min_from_one_incident": most,
        "incidents_within": most <= INCIDENT_LIMIT,
    }


def _most_in_window(times_us: list[int]) -> int:
    return max(
        sum(end_us - WINDOW_US < at_us <= end_us for at_us in times_us) for end_us in times_us
    )
