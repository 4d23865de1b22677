"""The alert machine for restrictions: from samples to alerts with a life.

Theory of operation. One watch per (track, restriction). An entry that has happened is raised at
once; one that is only predicted needs CONFIRMATIONS fresh reports in a row, so that a single bad
velocity stays silent. A level rises at once, and falls only after HOLD_US below it: that keeps an
aircraft that hugs the boundary from chattering. Freshness is the track's count of reports, so
passing time and repeated judging confirm nothing. When the restriction or the track ends, its
alerts are cleared and say so. Watches are bounded by tracks x live restrictions.

Watches are rows of a memory and are judged by compiled code (`breach_step`); an alert is made anew
only when it has something to tell, or is asked for.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.alert_ids import encounter_id
from broker.core.alert_revisions import ACKNOWLEDGEMENTS_PER_ALERT_MAX, begun_again, revised
from broker.core.alerts import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.alerts_by_row import AlertsByRow
from broker.core.plain import Plain
from broker.core.restrictions import breach_state
from broker.core.restrictions import watch_memory as of
from broker.core.restrictions.breach_step import (
    Tracks,
    forget,
    rows_gone,
    sample_columns,
    step_watches,
    take_row,
)
from broker.core.restrictions.samples import Cap, RestrictionSamples
from broker.core.tracks.table import INITIAL_CAPACITY, TrackColumns

RULE_ID: Final = "restriction-entry"
RULES_VERSION: Final = "restriction-rules-1"

_CAP_TEXT: Final = {
    Cap.NONE: "",
    Cap.VERTICAL_UNKNOWN: "vertical position unknown",
    Cap.UNSIGNED_SOURCE: "single unsigned source",
    Cap.POSITION_DOUBTFUL: "position old or velocity unknown",
    Cap.ASK_FIRST: "entry is a matter of asking first",
    Cap.UNREAD: "its text could not be read: ask a person",
    Cap.EXEMPT_ON_CONDITIONS: "exempt on conditions",
}

Key = tuple[int, str]
"""(track number, restriction name)"""


class RestrictionAlerts:
    """Raises, changes and clears restriction alerts. Deterministic; time is an argument."""

    def __init__(self, secret: bytes = b"") -> None:
        """`secret` keys the alert ids; empty where they are shown to nobody."""
        self._secret = secret
        self._episodes = 0
        self._steps = 0
        self._memory = of.empty_memory(INITIAL_CAPACITY)
        self._names: tuple[str, ...] = ()
        """What the rows' zones are indices of: the names of the newest samples."""
        self._alerts = AlertsByRow()
        """As last told; the numbers of now are in the row."""

    def step(
        self,
        samples: RestrictionSamples,
        moved_slots: NDArray[np.int32],
        columns: TrackColumns,
        now_us: int,
    ) -> list[Alert]:
        """Take in samples of the tracks in `moved_slots`, let time pass for all others.

        Returns new revisions by (track number, restriction). With no slots only time passes.
        """
        self._take_names(samples.restriction_names)
        self._memory = of.with_room(self._memory, len(columns.active), len(samples))
        gone = rows_gone(self._memory, columns.track_number, columns.active)
        changed = self._end(self._memory.told[:gone, 0].tolist(), now_us)
        self._steps += 1
        told = step_watches(
            self._memory,
            sample_columns(samples),
            Tracks(
                columns.track_number,
                columns.report_count,
                columns.time_of_validity_us,
                moved_slots,
            ),
            now_us,
            self._steps,
        )
        for row, level, cap in self._memory.told[:told].tolist():
            changed.append(self._tell(row, AlertLevel(level), _CAP_TEXT[Cap(cap)], now_us))
        return sorted(changed, key=_by_key)

    def retell(self, track_number: int, now_us: int) -> list[tuple[Alert, Alert]]:
        """The track's alerts under new ids: (end of the old one, first of the new one) of each."""
        pairs = []
        rows = np.flatnonzero(self._memory.state[:, of.TRACK] == track_number).tolist()
        alerts = [(self._current(row), row) for row in rows if row in self._alerts]
        # By restriction: which row a watch has depends on what came before it.
        for alert, row in sorted(alerts, key=lambda one: _by_key(one[0])):
            alert_id = self._new_id(_by_key(alert), now_us)
            again = begun_again(alert, alert_id, now_us)
            self._alerts.keep(row, again)
            pairs.append((_revised(alert, AlertLevel.NONE, "", now_us), again))
        return pairs

    def track_gone(self, track_number: int, now_us: int) -> list[Alert]:
        """The track left the picture: its alerts are cleared."""
        rows = np.flatnonzero(self._memory.state[:, of.TRACK] == track_number)
        return sorted(self._end(rows.tolist(), now_us), key=_by_key)

    def acknowledge(self, alert_id: str, acknowledgement: Acknowledgement) -> Alert | None:
        """The alert with the acknowledgement added, or None if no such alert is active.

        Once per system and revision: a repeat changes nothing.
        """
        row = self._alerts.row_of(alert_id)
        if row is None:
            return None
        alert = _acknowledged(self._current(row), acknowledgement)
        self._alerts.keep(row, alert)
        return alert

    @property
    def is_idle(self) -> bool:
        """Whether no track is inside, near or just out of any restriction."""
        return int(self._memory.free_count[0]) == len(self._memory.state)

    @property
    def active_count(self) -> int:
        """How many alerts are not cleared."""
        return len(self._alerts)

    def active(self) -> list[Alert]:
        """Alerts not cleared, by (track number, restriction)."""
        return sorted((self._current(row) for row in self._alerts), key=_by_key)

    def state(self) -> dict[str, Plain]:
        """For a snapshot: JSON values only."""
        alerts = {row: self._current(row) for row in self._alerts}
        return breach_state.packed(self._memory, self._names, alerts, self._episodes)

    def restore(self, state: dict[str, Plain]) -> None:
        """Back to what `state` returned."""
        read = breach_state.unpacked(state)
        self._episodes = read.episodes
        self._names = tuple(sorted({name for _, name, _ in read.watches}))
        slots = max((watch.slot + 1 for _, _, watch in read.watches), default=0)
        memory = of.empty_memory(max(INITIAL_CAPACITY, slots))
        self._memory = of.with_room(memory, slots, len(read.watches))
        alerts: dict[int, Alert] = {}
        place_of = {name: place for place, name in enumerate(self._names)}
        for number, name, watch in read.watches:
            row = take_row(self._memory, watch.slot, number, place_of[name])
            breach_state.write_row(self._memory, row, watch)
            if watch.alert is not None:
                alerts[row] = watch.alert
        self._alerts.replace_all(alerts)

    def _take_names(self, names: tuple[str, ...]) -> None:
        """Let the rows' zones be indices of these names; NOTHING where a restriction is over."""
        if names is self._names:
            return
        place_of = {name: place for place, name in enumerate(names)}
        place = np.array([place_of.get(one, of.NOTHING) for one in self._names], dtype=np.int64)
        rows = of.used_rows(self._memory)
        zones = self._memory.state[:, of.ZONE]
        zones[rows] = place[zones[rows]]
        self._names = names

    def _tell(self, row: int, level: AlertLevel, cap: str, now_us: int) -> Alert:
        alert = self._alerts.get(row)
        if alert is None:
            alert = self._raised(row, level, cap, now_us)
        else:
            alert = _revised(self._current(row), level, cap, now_us)
        self._alerts.keep(row, alert)
        if level is AlertLevel.NONE:
            self._drop(row)
        return alert

    def _raised(self, row: int, level: AlertLevel, cap: str, now_us: int) -> Alert:
        track, zone = self._memory.state[row, [of.TRACK, of.ZONE]].tolist()
        key = (track, self._names[zone])
        return Alert(
            alert_id=self._new_id(key, now_us),
            revision=1,
            kind=AlertKind.RESTRICTION,
            level=level,
            highest_level=level,
            track_a=key[0],
            track_b=-1,
            restriction_name=key[1],
            raised_us=now_us,
            changed_us=now_us,
            evaluated_us=now_us,
            rule_id=RULE_ID,
            policy_version=RULES_VERSION,
            capped_because=cap,
            geometry=self._geometry(row),
        )

    def _new_id(self, key: Key, now_us: int) -> str:
        """Of another episode of an aircraft in a restriction; the same on every replay."""
        self._episodes += 1
        return encounter_id(self._secret, *key, self._episodes, now_us)

    def _current(self, row: int) -> Alert:
        """The row's alert with the numbers of its newest sample."""
        evaluated_us = int(self._memory.state[row, of.EVALUATED_US])
        return replace(self._alerts[row], geometry=self._geometry(row), evaluated_us=evaluated_us)

    def _geometry(self, row: int) -> AlertGeometry:
        """Range and bearing are to the nearest point of the boundary, which stands for b."""
        range_m, bearing_deg, entry_s, closing_mps, age_s, exit_s = self._memory.seen[row].tolist()
        return AlertGeometry(
            range_m=range_m,
            bearing_deg=bearing_deg,
            relative_height_m=None,
            relative_height_doubt_m=None,
            time_to_loss_s=entry_s,
            # It enters on this course, so closest is the moment of entry, at no distance.
            time_to_closest_s=entry_s,
            closest_range_m=0.0,
            closing_speed_mps=closing_mps,
            picture_age_s=age_s,
            time_to_exit_s=exit_s if exit_s < np.inf else None,
        )

    def _end(self, rows: Iterable[int], now_us: int) -> list[Alert]:
        """Forget these watches; the last revisions of their alerts."""
        alerts = []
        for row in rows:
            if row in self._alerts:
                alerts.append(_revised(self._current(row), AlertLevel.NONE, "", now_us))
            self._drop(row)
        return alerts

    def _drop(self, row: int) -> None:
        self._alerts.drop(row)
        forget(self._memory, row)


def _by_key(alert: Alert) -> Key:
    return alert.track_a, alert.restriction_name


def _revised(alert: Alert, level: AlertLevel, cap: str, now_us: int) -> Alert:
    return revised(replace(alert, capped_because=cap), level, now_us)


def _acknowledged(alert: Alert, given: Acknowledgement) -> Alert:
    """What is acknowledged is the revision the alert is at, whatever the sender saw."""
    new = replace(given, revision=alert.revision)
    if any(
        (old.system, old.revision) == (new.system, new.revision) for old in alert.acknowledgements
    ):
        return alert
    kept = (*alert.acknowledgements, new)[-ACKNOWLEDGEMENTS_PER_ALERT_MAX:]
    return replace(alert, acknowledgements=kept)
