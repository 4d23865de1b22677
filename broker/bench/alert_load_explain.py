"""Why each alert of a run was told: a row an alert, with the truth beside what was known.

A row holds what both sides declared when the alert was at its highest, how old and doubtful that
was, how the level went, what the simulated desks did about it, and how close the two really came
from the first level on until `AFTER_US` after the last. `in_volume` and `in_floor` are least shares
of the rule's warning volume and of its floor: 1 or less is a true proximity, more was never inside.
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from broker.core.airspace import Airspace
from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.effects import TrackState
from broker.core.separation.policy import Policy
from broker.core.separation.rules import LEVEL_COUNT
from broker.core.tracks.phases import Phase
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US
from sim.geography import GEOID_HEIGHT_M, ground_amsl_m, to_metres
from sim.london import TruthState

AFTER_US: Final = 30 * SECOND_US
"""What happens this long after an alert is still its consequence."""
Row = dict[str, float | int | str | bool | None]


@dataclass(slots=True)
class _Episode:
    """One alert from its first level to its end."""

    alert: Alert
    first_us: int
    levels: list[tuple[int, AlertLevel]] = field(default_factory=list)
    told_as: AlertKind = AlertKind.PROXIMITY
    incident_id: str = ""
    highest: AlertLevel = AlertLevel.NONE
    sides: list[Row] = field(default_factory=list)
    """As they were known when the level was at its highest."""
    track_ids: tuple[str, ...] = ()
    closest_m: tuple[float, float] = (math.inf, math.inf)
    in_volume: float = math.inf
    in_floor: float = math.inf
    ended_us: int | None = None


class Explanation:
    """Follows every alert of a run. Volumes are those of the policy's rules."""

    def __init__(self, airspace: Airspace) -> None:
        self._tracks, policy = airspace.tracks, airspace.policy
        self._volumes = {
            rule_id: _volumes(policy, row) for row, rule_id in enumerate(policy.rules.rule_ids)
        }
        self._phase_of = {
            int(category): Phase(phase)
            for phases in policy.category_of
            for phase, category in enumerate(phases)
        }
        self._episodes: dict[str, _Episode] = {}
        self._open: dict[str, _Episode] = {}

    def note(self, alert: Alert, now_us: int) -> None:
        """One revision as it was told; of a cluster, its members."""
        for one in alert.members or (alert,):
            if one.kind is AlertKind.CLUSTER:
                continue
            episode = self._episodes.get(one.alert_id)
            if episode is None:
                episode = self._episodes[one.alert_id] = _Episode(one, now_us)
                self._open[one.alert_id] = episode
                episode.track_ids = self._track_ids(one)
            episode.told_as, episode.incident_id = alert.kind, alert.incident_id
            if not episode.levels or episode.levels[-1][1] != one.level:
                episode.levels.append((now_us, one.level))
            if one.level > episode.highest:
                episode.highest, episode.alert = one.level, one
                episode.sides = [self._side(number, now_us) for number in _numbers(one)]
            if one.level is AlertLevel.NONE:
                episode.ended_us = now_us

    def observe(self, now_us: int, truth: Iterable[TruthState]) -> None:
        """The truth of one instant."""
        states = {state.track_id: state for state in truth}
        for alert_id, episode in list(self._open.items()):
            if episode.ended_us is not None and now_us > episode.ended_us + AFTER_US:
                del self._open[alert_id]
                continue
            both = [states[name] for name in episode.track_ids if name in states]
            if len(both) == 2:
                self._measure(episode, *both)

    def rows(self, answers: Mapping[tuple[str, str], str]) -> list[Row]:
        """A row an alert that was told at caution or above; `answers`: what desks did."""
        loud = [one for one in self._episodes.values() if one.highest >= AlertLevel.CAUTION]
        return [_row(episode, answers) for episode in loud]

    def _measure(self, episode: _Episode, a: TruthState, b: TruthState) -> None:
        aside_m, height_m = apart_m(a, b)
        warning, floor = self._volumes.get(episode.alert.rule_id, (None, None))
        if (
            warning is not None
            and (share := _share(aside_m, height_m, warning)) < episode.in_volume
        ):
            episode.in_volume, episode.closest_m = share, (aside_m, height_m)
        if floor is not None:
            episode.in_floor = min(episode.in_floor, _share(aside_m, height_m, floor))

    def _track_ids(self, alert: Alert) -> tuple[str, ...]:
        slots = [self._tracks.slot_of_number.get(number) for number in _numbers(alert)]
        return tuple(self._tracks.source_track_ids[slot] for slot in slots if slot is not None)

    def _side(self, number: int, now_us: int) -> Row:
        tracks, columns = self._tracks, self._tracks.columns
        slot = tracks.slot_of_number[number]
        east_m, north_m = to_metres(
            float(columns.latitude_deg[slot]), float(columns.longitude_deg[slot])
        )
        amsl_m = float(columns.altitude_hae_m[slot]) - GEOID_HEIGHT_M
        return {
            "track": tracks.source_track_ids[slot],
            "agency": tracks.publisher_name(slot).agency,
            "class": AircraftClass(int(columns.aircraft_class[slot])).name.lower(),
            "phase": self._phase_of[int(columns.category[slot])].name.lower(),
            "incident": tracks.incidents.value(int(columns.incident_index[slot]))
            if columns.incident_index[slot] >= 0
            else "",
            "state": TrackState(int(columns.state[slot])).name.lower(),
            "age_s": round((now_us - int(columns.time_of_validity_us[slot])) / SECOND_US, 1),
            "speed_mps": _rounded(
                math.hypot(columns.velocity_east_mps[slot], columns.velocity_north_mps[slot])
            ),
            "climb_mps": _rounded(float(columns.vertical_speed_mps[slot])),
            "height_m": _rounded(amsl_m - ground_amsl_m(east_m, north_m)),
            "height_doubt_m": _rounded(float(columns.vertical_doubt_m[slot])),
        }


def write(file: Path, rows: Sequence[Row]) -> None:
    """All rows as CSV; each has the columns that it has something for."""
    heads = dict.fromkeys(head for row in rows for head in row)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(heads), restval="")
        writer.writeheader()
        writer.writerows(rows)


def apart_m(a: TruthState, b: TruthState) -> tuple[float, float]:
    """Metres between two aircraft beside and above each other."""
    places = [to_metres(one.latitude_deg, one.longitude_deg) for one in (a, b)]
    return math.dist(*places), abs(a.altitude_hae_m - b.altitude_hae_m)


def _volumes(
    policy: Policy, row: int
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Radius and half height of a rule's warning and floor; None where it has none."""
    rules = policy.rules
    approach = policy.approaches.get(row)
    found: list[tuple[float, float] | None] = []
    for level in (LEVEL_COUNT - 2, LEVEL_COUNT - 1):
        radius_m = float(rules.horizontal_m[row, level])
        if approach is not None and level == LEVEL_COUNT - 2:
            radius_m = approach.inner_m
        known = not math.isnan(radius_m)
        found.append((radius_m, float(rules.vertical_m[row, level])) if known else None)
    return found[0], found[1]


def _share(aside_m: float, height_m: float, volume: tuple[float, float]) -> float:
    return max(aside_m / volume[0], height_m / volume[1])


def _numbers(alert: Alert) -> list[int]:
    return [number for number in (alert.track_a, alert.track_b) if number >= 0]


def _rounded(value: float) -> float:
    return round(value, 1)


def _row(episode: _Episode, answers: Mapping[tuple[str, str], str]) -> Row:
    alert = episode.alert
    since = {level: at_us for at_us, level in reversed(episode.levels)}
    warned_us = min(
        (us for level, us in since.items() if level >= AlertLevel.WARNING), default=None
    )
    cautioned_us = since.get(AlertLevel.CAUTION)
    lead_s = ""
    if warned_us is not None and cautioned_us is not None:
        lead_s = f"{max(0.0, (warned_us - cautioned_us) / SECOND_US):g}"
    row: Row = {
        "first_us": episode.first_us,
        "rule": alert.rule_id,
        "told_as": episode.told_as.value,
        "told_incident": episode.incident_id,
        "highest": episode.highest.name.lower(),
        "levels": " ".join(
            f"{level.name.lower()}@{(at_us - episode.first_us) / SECOND_US:g}"
            for at_us, level in episode.levels
        ),
        "caution_lead_s": lead_s,
        "restriction": alert.restriction_name,
        "range_m": _rounded(alert.geometry.range_m),
        "relative_height_m": ""
        if alert.geometry.relative_height_m is None
        else _rounded(alert.geometry.relative_height_m),
        "time_to_loss_s": ""
        if alert.geometry.time_to_loss_s is None
        else _rounded(alert.geometry.time_to_loss_s),
        "closest_aside_m": _rounded(episode.closest_m[0]),
        "closest_height_m": _rounded(episode.closest_m[1]),
        "in_volume": round(episode.in_volume, 2),
        "in_floor": round(episode.in_floor, 2),
    }
    for mark, side in zip("ab", episode.sides, strict=False):
        row |= {f"{mark}_{name}": value for name, value in side.items()}
        row[f"{mark}_answer"] = answers.get((alert.alert_id, str(side["track"])), "")
    return row
