"""Encounters: the alert of each pair of aircraft, from its first raise to its clearing.

Each pair that some rule judges close has an `Encounter`: a level machine (see `confirmation`) and,
while the level is not zero, an alert. A change of level, of the cap or an acknowledgement makes a
new revision under the same id; mere numbers do not, and are computed when somebody asks. Once
cleared, the next episode of the same pair is a new alert with a new id.

A step costs what its samples and the moved tracks' open encounters cost, never what all cost.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain, integer, items
from broker.core.separation import encounter_state
from broker.core.separation.confirmation import Judgement, LevelMachine
from broker.core.separation.encounter_state import Encounter
from broker.core.separation.geometry import pair_geometry
from broker.core.separation.policy import Policy
from broker.core.separation.rules import PairSamples
from broker.core.separation.sampling import Pair, Sample, absent, level_cap, sample_rows
from broker.core.tracks.table import TrackColumns

ACKNOWLEDGEMENTS_PER_ALERT_MAX: Final = 50
ALERT_ID_BYTES: Final = 8


def urgency_key(alert: Alert) -> tuple[int, float, float, str]:
    """Sorts alerts most urgent first: level, time to loss, range; the id makes it total."""
    time_s = alert.geometry.time_to_loss_s
    return (
        -alert.level,
        float("inf") if time_s is None else time_s,
        alert.geometry.range_m,
        alert.alert_id,
    )


class Encounters:
    """The alert machine of one airspace."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._encounters: dict[Pair, Encounter] = {}
        self._of_track: dict[int, dict[int, None]] = {}
        """Track number -> the other tracks of its encounters."""
        self._pair_of_alert: dict[str, Pair] = {}
        self._episode_count = 0
        self._now_us = 0
        self._columns: TrackColumns | None = None

    def load_policy(self, policy: Policy) -> None:
        """Judge by another policy from the next sample on; alerts keep their ids."""
        self._policy = policy

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
        rows = sample_rows(samples, columns)
        alerts: list[Alert] = []
        for pair in self._open_pairs(columns.track_number[moved_slots].tolist()):
            if pair not in rows:
                open_one = self._encounters[pair]
                row = absent(open_one.slot_a, open_one.slot_b)
                self._judge(pair, row, fresh, alerts)
        for pair, row in rows.items():
            if pair not in self._encounters:
                if not fresh or row.level == 0:
                    continue
                self._meet(pair, row, moved_slots)
            self._judge(pair, row, fresh, alerts)
        return sorted(alerts, key=urgency_key)

    def track_gone(self, track_number: int, now_us: int) -> list[Alert]:
        """The track was lost or ended: its encounters end, each alert with a last revision."""
        self._now_us = max(self._now_us, now_us)
        alerts: list[Alert] = []
        for pair in self._open_pairs([track_number]):
            encounter = self._encounters[pair]
            if encounter.alert is not None:
                alerts.append(self._revised(encounter, AlertLevel.NONE, "", encounter.alert))
            self._drop(pair)
        return sorted(alerts, key=urgency_key)

    def acknowledge(self, alert_id: str, acknowledgement: Acknowledgement) -> Alert | None:
        """The alert with the acknowledgement added; None if no such alert is active.

        A system that acknowledges again replaces its own; the oldest go beyond the limit.
        """
        pair = self._pair_of_alert.get(alert_id)
        if pair is None:
            return None
        encounter = self._encounters[pair]
        alert = self._current(encounter)
        if alert is None:
            return None
        others = [one for one in alert.acknowledgements if one.system != acknowledgement.system]
        kept = (*others, acknowledgement)[-ACKNOWLEDGEMENTS_PER_ALERT_MAX:]
        encounter.alert = replace(alert, revision=alert.revision + 1, acknowledgements=kept)
        return encounter.alert

    def active(self) -> list[Alert]:
        """Alerts not cleared, with the geometry of the last step, most urgent first."""
        current = (self._current(encounter) for encounter in self._encounters.values())
        return sorted((alert for alert in current if alert is not None), key=urgency_key)

    @property
    def active_count(self) -> int:
        """How many alerts are not cleared."""
        return sum(one.alert is not None for one in self._encounters.values())

    def standing(self, track_a: int, track_b: int) -> tuple[AlertLevel, float | None]:
        """Level and time to loss of a pair at the last step; no level and None if it is clear."""
        encounter = self._encounters.get((min(track_a, track_b), max(track_a, track_b)))
        if encounter is None:
            return AlertLevel.NONE, None
        return AlertLevel(encounter.machine.level), encounter.numbers.time_to_loss_s

    def state(self) -> dict[str, Plain]:
        """Everything, as plain values."""
        encounters: list[Plain] = []
        for pair in sorted(self._encounters):
            encounter = self._encounters[pair]
            encounter.alert = self._current(encounter)
            encounters.append(encounter_state.packed(encounter))
        return {
            "encounters": encounters,
            "episode_count": self._episode_count,
            "now_us": self._now_us,
        }

    def restore(self, state: dict[str, Plain]) -> None:
        """Become what `state` was taken from; tracks must be in the same slots again."""
        for known in (self._encounters, self._of_track, self._pair_of_alert):
            known.clear()
        self._columns = None
        self._episode_count = integer(state["episode_count"])
        self._now_us = integer(state["now_us"])
        for value in items(state["encounters"]):
            encounter = encounter_state.unpacked(value)
            pair = (encounter.track_a, encounter.track_b)
            self._add(pair, encounter)
            if encounter.alert is not None:
                self._pair_of_alert[encounter.alert.alert_id] = pair

    def _meet(self, pair: Pair, row: Sample, moved_slots: NDArray[np.int32]) -> None:
        """Open an encounter; the reports that brought the pair together count as new."""
        columns = self._table()
        count_a, count_b = (
            int(columns.report_count[slot]) - int(np.any(moved_slots == slot))
            for slot in (row.slot_a, row.slot_b)
        )
        machine = LevelMachine(count_a, count_b)
        self._add(pair, Encounter(*pair, row.slot_a, row.slot_b, "", row.numbers, machine))

    def _table(self) -> TrackColumns:
        if self._columns is None:
            raise BrokenInvariant("a pair is judged outside a step")
        return self._columns

    def _judge(self, pair: Pair, row: Sample, fresh: bool, alerts: list[Alert]) -> None:
        """Move one pair's machine on, and tell what people will see changed."""
        parameters, columns = self._policy.alerting, self._table()
        cap, because = level_cap(row, parameters)
        judged = Judgement(
            level=min(row.level, cap),
            hold_level=min(row.hold_level, cap),
            count_a=int(columns.report_count[row.slot_a]),
            count_b=int(columns.report_count[row.slot_b]),
            entry_s=math.inf if row.numbers.time_to_loss_s is None else row.numbers.time_to_loss_s,
        )
        encounter = self._encounters[pair]
        machine = encounter.machine
        met = not machine.evidence and machine.level == 0
        reported = judged.count_a > machine.count_a or judged.count_b > machine.count_b
        if row.rule >= 0:
            encounter.rule_id = self._policy.rules.rule_ids[row.rule]
        encounter.slot_a, encounter.slot_b = row.slot_a, row.slot_b
        encounter.numbers = row.numbers
        if fresh and reported:
            appeared = met and min(judged.count_a, judged.count_b) <= 1
            skip = appeared and parameters.skip_first_seen_inside_warning
            machine.fresh(judged, parameters, self._now_us, first=skip)
        else:
            machine.time_passed(judged, parameters, self._now_us)
        self._tell(pair, encounter, because if row.level > cap else "", alerts)

    def _tell(self, pair: Pair, encounter: Encounter, capped: str, alerts: list[Alert]) -> None:
        """Add a revision if the level changed, or a cap began to hold it down."""
        level, alert = AlertLevel(encounter.machine.level), encounter.alert
        if alert is None:
            if level > AlertLevel.NONE:
                alerts.append(self._raised(pair, encounter, level, capped))
            elif encounter.machine.idle():
                self._drop(pair)
            return
        # The reason stays until the level changes: it must not flicker with every sample.
        because = capped if level != alert.level else capped or alert.capped_because
        if level == alert.level and because == alert.capped_because:
            return
        alerts.append(self._revised(encounter, level, because, alert))
        if level == AlertLevel.NONE:
            self._drop(pair)

    def _raised(self, pair: Pair, encounter: Encounter, level: AlertLevel, capped: str) -> Alert:
        self._episode_count += 1
        encounter.alert = Alert(
            alert_id=_alert_id(pair, encounter.rule_id, self._episode_count, self._now_us),
            revision=1,
            kind=AlertKind.PROXIMITY,
            level=level,
            highest_level=level,
            track_a=pair[0],
            track_b=pair[1],
            restriction_name="",
            raised_us=self._now_us,
            changed_us=self._now_us,
            evaluated_us=self._now_us,
            rule_id=encounter.rule_id,
            policy_version=self._policy.version,
            capped_because=capped,
            geometry=self._geometry(encounter, None),
        )
        self._pair_of_alert[encounter.alert.alert_id] = pair
        return encounter.alert

    def _revised(self, encounter: Encounter, level: AlertLevel, capped: str, alert: Alert) -> Alert:
        encounter.alert = replace(
            alert,
            revision=alert.revision + 1,
            level=level,
            highest_level=max(level, alert.highest_level),
            changed_us=self._now_us,
            evaluated_us=self._now_us,
            rule_id=encounter.rule_id,
            policy_version=self._policy.version,
            capped_because=capped,
            geometry=self._geometry(encounter, alert.geometry),
        )
        return encounter.alert

    def _current(self, encounter: Encounter) -> Alert | None:
        """The alert with its numbers brought up to the last step."""
        alert = encounter.alert
        if alert is None or not self._readable(encounter):
            return alert
        geometry = self._geometry(encounter, alert.geometry)
        return replace(alert, evaluated_us=self._now_us, geometry=geometry)

    def _geometry(self, encounter: Encounter, last: AlertGeometry | None) -> AlertGeometry:
        columns = self._columns
        if columns is None or not self._readable(encounter):
            if last is None:
                raise BrokenInvariant("an alert is raised for tracks that are not in the table")
            return last
        now = pair_geometry(columns, encounter.slot_a, encounter.slot_b, self._now_us)
        numbers, closest_m = encounter.numbers, encounter.numbers.closest_range_m
        return AlertGeometry(
            range_m=now.range_m,
            bearing_deg=now.bearing_deg,
            relative_height_m=now.relative_height_m,
            relative_height_doubt_m=now.relative_height_doubt_m,
            time_to_loss_s=numbers.time_to_loss_s,
            time_to_closest_s=numbers.time_to_closest_s,
            closest_range_m=now.range_m if closest_m is None else closest_m,
            closing_speed_mps=now.closing_speed_mps,
            picture_age_s=now.picture_age_s,
        )

    def _readable(self, encounter: Encounter) -> bool:
        """Whether the columns still hold both tracks where they were."""
        if self._columns is None:
            return False
        number = self._columns.track_number
        return bool(
            number[encounter.slot_a] == encounter.track_a
            and number[encounter.slot_b] == encounter.track_b
        )

    def _open_pairs(self, track_numbers: Sequence[int]) -> list[Pair]:
        """Encounters of these tracks, each once, in order."""
        if len(track_numbers) > len(self._of_track):
            moved = set(track_numbers)
            return sorted(pair for pair in self._encounters if not moved.isdisjoint(pair))
        pairs = {
            (min(number, other), max(number, other))
            for number in track_numbers
            for other in self._of_track.get(number, ())
        }
        return sorted(pairs)

    def _add(self, pair: Pair, encounter: Encounter) -> None:
        self._encounters[pair] = encounter
        for one, other in (pair, pair[::-1]):
            self._of_track.setdefault(one, {})[other] = None

    def _drop(self, pair: Pair) -> None:
        encounter = self._encounters.pop(pair)
        if encounter.alert is not None:
            del self._pair_of_alert[encounter.alert.alert_id]
        for one, other in (pair, pair[::-1]):
            partners = self._of_track[one]
            del partners[other]
            if not partners:
                del self._of_track[one]


def _alert_id(pair: Pair, rule_id: str, episode: int, raised_us: int) -> str:
    """The same encounter gets the same id wherever and whenever the log is replayed."""
    message = f"{pair[0]} {pair[1]} {rule_id} {episode} {raised_us}".encode()
    return "alr-" + blake2b(message, digest_size=ALERT_ID_BYTES).hexdigest()
