"""Encounters: the alert of each pair of aircraft, from its first raise to its clearing.

Each pair that some rule judges close has a row of memory (see `pair_memory` and `confirmation`)
and, while the level is not zero, an alert. A change of level, of the cap or an acknowledgement
makes a new revision under the same id; mere numbers do not, and are computed when somebody asks.
Once cleared, the next episode of the same pair is a new alert with a new id.

A step costs what its samples and the moved tracks' pairs cost, never what all cost, and Python is
only asked about the pairs whose alert changes.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from broker.core.alert_ids import encounter_id
from broker.core.alert_revisions import acknowledged, begun_again
from broker.core.alerts import (
    Acknowledgement,
    Alert,
    AlertGeometry,
    AlertKind,
    AlertLevel,
    urgency_key,
)
from broker.core.alerts_by_row import AlertsByRow
from broker.core.errors import BrokenInvariant
from broker.core.plain import Later, Plain, integer, settled
from broker.core.separation import encounter_state
from broker.core.separation import pair_memory as of
from broker.core.separation.confirmation import confirming
from broker.core.separation.encounter_geometry import (
    Pair,
    encounter_geometry,
    foreseen_in,
    is_readable,
    pair_of,
)
from broker.core.separation.encounter_step import CAPS, Step, Tracks, sample_columns, step_pairs
from broker.core.separation.policy import Policy
from broker.core.separation.rule_names import RuleNames
from broker.core.separation.rules import PairSamples
from broker.core.tracks.table import TrackColumns


class Encounters:
    """The alert machine of one airspace, for one kind of alert."""

    def __init__(
        self, policy: Policy, secret: bytes = b"", kind: AlertKind = AlertKind.PROXIMITY
    ) -> None:
        """`secret` keys the alert ids; empty where they are shown to nobody."""
        self._secret = secret
        self._kind = kind
        self._memory = of.empty_memory(0, policy.alerting.confirm_of)
        self._alerts = AlertsByRow()
        """Last revision, while the level is not zero."""
        self._rule_names = RuleNames()
        self._episode_count = 0
        self._step_count = 0
        self._now_us = 0
        self._columns: TrackColumns | None = None
        self.load_policy(policy)

    def load_policy(self, policy: Policy) -> None:
        """Judge by another policy from the next sample on; alerts keep their ids."""
        self._policy = policy
        self._confirming = confirming(policy.alerting)
        self._rule_names.load(self._memory, self._own_rules())

    def step(
        self,
        samples: PairSamples,
        moved_slots: NDArray[np.int32],
        columns: TrackColumns,
        now_us: int,
        fresh: bool,
    ) -> list[Alert]:
        """Take the samples of the moved tracks; returns the new revisions, most urgent first.

        A pair with a moved slot and no sample is not close by any rule. `fresh` says that the moved
        tracks have a new report; without it only time has passed.
        """
        # A clock that steps back must not make a hold longer than it is: time stands still.
        self._now_us = max(self._now_us, now_us)
        self._columns = columns
        self._step_count += 1
        confirm_of = self._confirming.confirm_of
        self._memory = of.with_room(self._memory, len(columns.active), confirm_of, len(samples))
        if len(samples) == 0 and (self._memory.head[moved_slots] == of.NOTHING).all():
            return []  # most single reports: no pair, and none remembered
        told = step_pairs(
            self._memory,
            sample_columns(samples),
            Tracks(columns.track_number, columns.report_count, moved_slots),
            self._confirming,
            Step(self._step_count, self._now_us, fresh, self._rule_names.first_own),
        )
        if told == 0:
            return []
        alerts = [self._tell(row, CAPS[cap]) for row, cap in self._memory.told[:told].tolist()]
        return sorted(alerts, key=urgency_key)

    def track_gone(self, track_number: int, now_us: int) -> list[Alert]:
        """The track was lost or ended: its encounters end, each alert with a last revision."""
        self._now_us = max(self._now_us, now_us)
        alerts: list[Alert] = []
        for row in of.rows_of(self._memory, track_number).tolist():
            if row in self._alerts:
                alerts.append(self._revised(row, AlertLevel.NONE, ""))
            self._drop(row)
        return sorted(alerts, key=urgency_key)

    def clock_set_back(self) -> None:
        """Times from here on may be before those until now."""
        self._now_us = 0

    def retell(self, track_number: int, now_us: int) -> list[tuple[Alert, Alert]]:
        """The track's alerts under new ids: (end of the old one, first of the new one) of each."""
        self._now_us = max(self._now_us, now_us)
        pairs = []
        for row in of.rows_of(self._memory, track_number).tolist():
            if row not in self._alerts:
                continue
            alert = self._current(row)
            ended = replace(
                alert,
                revision=alert.revision + 1,
                level=AlertLevel.NONE,
                changed_us=self._now_us,
            )
            alert_id = self._new_id(row)
            again = begun_again(alert, alert_id, self._now_us)
            self._alerts.keep(row, again)
            pairs.append((ended, again))
        return pairs

    def acknowledge(
        self, alert_id: str, acknowledgement: Acknowledgement, *, revises: bool = True
    ) -> Alert | None:
        """The alert with the acknowledgement added; None if no such alert is active.

        A system that acknowledges again replaces its own; the oldest go beyond the limit.
        """
        row = self._alerts.row_of(alert_id)
        if row is None:
            return None
        changed = acknowledged(self._current(row), acknowledgement, revises=revises)
        self._alerts.keep(row, changed)
        return changed

    def current(self, alert_id: str) -> Alert | None:
        """One alert with its numbers as they are now; None if no such alert is active."""
        row = self._alerts.row_of(alert_id)
        return None if row is None else self._current(row)

    def tracks_of(self, alert_id: str) -> Pair | None:
        """Between which tracks an alert stands; None if no such alert is active."""
        row = self._alerts.row_of(alert_id)
        return None if row is None else pair_of(self._memory, row)

    def active(self) -> list[Alert]:
        """Alerts not cleared, with the geometry of the last step, most urgent first."""
        return sorted((self._current(row) for row in self._alerts), key=urgency_key)

    @property
    def active_count(self) -> int:
        """How many alerts are not cleared."""
        return len(self._alerts)

    def standing(self, track_a: int, track_b: int) -> tuple[AlertLevel, float | None]:
        """Level and time to loss of a pair at the last step; no level and None if it is clear."""
        row = of.row_between(self._memory, min(track_a, track_b), max(track_a, track_b))
        if row == of.NOTHING:
            return AlertLevel.NONE, None
        level = AlertLevel(int(self._memory.state[row, of.LEVEL]))
        return level, foreseen_in(self._memory, row).time_to_loss_s

    def state(self) -> dict[str, Plain]:
        """Everything, as plain values, put into their form when they are written.

        Alerts stand as they were last told: their numbers are worked out again when asked for.
        """
        memory = self._memory
        copied = memory._replace(
            state=memory.state.copy(),
            evidence=memory.evidence.copy(),
            foreseen=memory.foreseen.copy(),
        )
        names, alerts = list(self._rule_names.names), dict(self._alerts)
        return {
            "encounters": Later(lambda: encounter_state.packed(copied, names, alerts)),
            "episode_count": self._episode_count,
            "now_us": self._now_us,
        }

    def restore(self, state: dict[str, Plain], columns: TrackColumns) -> None:
        """Become what `state` was taken from; `columns` must hold its tracks in the same slots."""
        kept = encounter_state.unpacked(settled(state["encounters"]))
        self._columns = columns
        self._episode_count = integer(state["episode_count"])
        self._now_us = integer(state["now_us"])
        self._rule_names.restore(kept.rule_names, self._own_rules())
        confirm_of = self._confirming.confirm_of
        numbers = self._rule_names.numbers()
        self._memory = encounter_state.memory_of(kept, numbers, confirm_of)
        self._alerts.replace_all(kept.alerts)

    def _tell(self, row: int, capped: str) -> Alert:
        """The revision for a row whose level changed, or that a cap began to hold down."""
        level = AlertLevel(int(self._memory.state[row, of.LEVEL]))
        if row not in self._alerts:
            alert = self._raised(row, level, capped)
        else:
            alert = self._revised(row, level, capped)
        if level == AlertLevel.NONE:
            self._drop(row)
        else:
            state = self._memory.state
            state[row, of.TOLD_LEVEL], state[row, of.TOLD_CAP] = level, CAPS.index(capped)
        return alert

    def _raised(self, row: int, level: AlertLevel, capped: str) -> Alert:
        pair, rule_id = pair_of(self._memory, row), self._rule_id(row)
        alert = Alert(
            alert_id=self._new_id(row),
            revision=1,
            kind=self._kind,
            level=level,
            highest_level=level,
            track_a=pair[0],
            track_b=pair[1],
            restriction_name="",
            raised_us=self._now_us,
            changed_us=self._now_us,
            evaluated_us=self._now_us,
            rule_id=rule_id,
            policy_version=self._policy.version,
            capped_because=capped,
            geometry=self._geometry(row, None),
        )
        self._alerts.keep(row, alert)
        return alert

    def _revised(self, row: int, level: AlertLevel, capped: str) -> Alert:
        alert = self._alerts[row]
        changed = replace(
            alert,
            revision=alert.revision + 1,
            level=level,
            highest_level=max(level, alert.highest_level),
            changed_us=self._now_us,
            evaluated_us=self._now_us,
            rule_id=self._rule_id(row),
            policy_version=self._policy.version,
            capped_because=capped,
            geometry=self._geometry(row, alert.geometry),
        )
        self._alerts.keep(row, changed)
        return changed

    def _new_id(self, row: int) -> str:
        """Of another episode of the row's pair; the same wherever the log is replayed."""
        self._episode_count += 1
        return encounter_id(
            self._secret, self._kind, *pair_of(self._memory, row), self._episode_count, self._now_us
        )

    def _own_rules(self) -> tuple[str, ...]:
        """Names of the rules that samples are judged by."""
        holds = self._kind is AlertKind.LAUNCH_HOLD
        return (self._policy.launch_holds if holds else self._policy.rules).rule_ids

    def _rule_id(self, row: int) -> str:
        return self._rule_names.name(int(self._memory.state[row, of.RULE]))

    def _current(self, row: int) -> Alert:
        """The row's alert with its numbers brought up to the last step."""
        alert = self._alerts[row]
        if not is_readable(self._memory, row, self._columns):
            return alert
        geometry = self._geometry(row, alert.geometry)
        return replace(alert, evaluated_us=self._now_us, geometry=geometry)

    def _geometry(self, row: int, last: AlertGeometry | None) -> AlertGeometry:
        columns = self._columns
        if columns is not None and is_readable(self._memory, row, columns):
            return encounter_geometry(self._memory, row, columns, self._now_us)
        if last is None:
            raise BrokenInvariant("an alert is raised for tracks that are not in the table")
        return last

    def _drop(self, row: int) -> None:
        self._alerts.drop(row)
        of.release(self._memory, row)
