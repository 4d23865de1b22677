"""The alert machine for restrictions: from samples to alerts with a life.

Theory of operation. One watch per (track, restriction). An entry that has happened is raised at
once; one that is only predicted needs CONFIRMATIONS fresh reports in a row, so that a single bad
velocity stays silent. A level rises at once, and falls only after HOLD_US below it: that keeps an
aircraft that hugs the boundary from chattering. Freshness is the track's count of reports, so
passing time and repeated judging confirm nothing. When the restriction or the track ends, its
alerts are cleared and say so. Watches are bounded by tracks x live restrictions.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from broker.core.effects import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain, integer, items
from broker.core.restrictions.samples import Cap, RestrictionSamples
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US

CONFIRMATIONS: Final = 2
"""Fresh reports in a row that predict an entry before it is raised."""
HOLD_US: Final = 4 * SECOND_US
"""How long a level must be left before it falls: that of the pair policy."""
ACKNOWLEDGEMENTS_PER_ALERT_MAX: Final = 50
"""The newest are kept."""
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
_FALLING: Final = (AlertLevel.WARNING, AlertLevel.CAUTION)
"""Levels that are held; the machine knows no others."""

Key = tuple[int, str]
"""(track number, restriction name)"""


@dataclass(slots=True)
class Watch:
    """One aircraft against one restriction."""

    slot: int
    reports_seen: int = 0
    predicted_in_a_row: int = 0
    below_since_us: dict[int, int] = field(default_factory=dict)
    """Level -> since when the samples have been below it."""
    alert: Alert | None = None


@dataclass(slots=True)
class MachineState:
    """What a snapshot holds."""

    episodes: int
    watches: list[tuple[int, str, Watch]]


_RECORD: Final = TypeAdapter(MachineState)


def alert_id_of(key: Key, episode: int, raised_us: int) -> str:
    """The same encounter has the same id on every replay."""
    text = f"restriction|{key[0]}|{key[1]}|{episode}|{raised_us}"
    return "alr-" + hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


class RestrictionAlerts:
    """Raises, changes and clears restriction alerts. Deterministic; time is an argument."""

    def __init__(self) -> None:
        self._episodes = 0
        self._watches: dict[Key, Watch] = {}

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
        changed = self._end_missing(samples, columns, now_us)
        rows = {
            (int(columns.track_number[slot]), samples.restriction_names[restriction]): row
            for row, (slot, restriction) in enumerate(
                zip(samples.slot, samples.restriction, strict=True)
            )
        }
        for key, row in rows.items():
            watch = self._watches.setdefault(key, Watch(slot=int(samples.slot[row])))
            changed += self._sampled(key, watch, samples, row, columns, now_us)
        # Sorted, so that asking "moved?" costs one search in place of one scan per watch.
        moved = np.unique(moved_slots)
        for key in [key for key in self._watches if key not in rows]:
            watch = self._watches[key]
            if _contains(moved, watch.slot):
                watch.predicted_in_a_row = 0
                self._below(watch, AlertLevel.NONE, now_us)
            changed += self._settled(key, watch, now_us)
        return sorted(changed, key=lambda alert: (alert.track_a, alert.restriction_name))

    def track_gone(self, track_number: int, now_us: int) -> list[Alert]:
        """The track left the picture: its alerts are cleared."""
        return self._end(lambda key, _: key[0] == track_number, now_us)

    def acknowledge(self, alert_id: str, acknowledgement: Acknowledgement) -> Alert | None:
        """The alert with the acknowledgement added, or None if no such alert is active.

        Once per system and revision: a repeat changes nothing.
        """
        for watch in self._watches.values():
            if watch.alert is not None and watch.alert.alert_id == alert_id:
                watch.alert = _acknowledged(watch.alert, acknowledgement)
                return watch.alert
        return None

    @property
    def is_idle(self) -> bool:
        """Whether no track is inside, near or just out of any restriction."""
        return not self._watches

    @property
    def active_count(self) -> int:
        """How many alerts are not cleared."""
        return sum(watch.alert is not None for watch in self._watches.values())

    def active(self) -> list[Alert]:
        """Alerts not cleared, by (track number, restriction)."""
        return [
            watch.alert for _, watch in sorted(self._watches.items(), key=_by_key) if watch.alert
        ]

    def state(self) -> dict[str, Plain]:
        """For a snapshot: JSON values only."""
        watches = [(*key, watch) for key, watch in sorted(self._watches.items(), key=_by_key)]
        state = MachineState(self._episodes, watches)
        return cast("dict[str, Plain]", _RECORD.dump_python(state, mode="json"))

    def restore(self, state: dict[str, Plain]) -> None:
        """Back to what `state` returned."""
        try:
            read = _RECORD.validate_python(
                {"episodes": integer(state["episodes"]), "watches": items(state["watches"])}
            )
        except (KeyError, ValueError) as error:
            raise BrokenInvariant(f"snapshot: not restriction alerts: {error}") from error
        self._episodes = read.episodes
        self._watches = {(number, name): watch for number, name, watch in read.watches}

    def _sampled(
        self,
        key: Key,
        watch: Watch,
        samples: RestrictionSamples,
        row: int,
        columns: TrackColumns,
        now_us: int,
    ) -> list[Alert]:
        level = AlertLevel(int(samples.level[row]))
        reports = int(columns.report_count[watch.slot])
        if reports > watch.reports_seen:
            watch.predicted_in_a_row += 1
            watch.reports_seen = reports
        self._below(watch, level, now_us)
        entered = samples.time_to_entry_s[row] == 0.0
        if watch.alert is None and not entered and watch.predicted_in_a_row < CONFIRMATIONS:
            return []
        cap = _CAP_TEXT[Cap(int(samples.cap[row]))]
        geometry = _geometry(samples, row, columns, now_us)
        if watch.alert is None:
            watch.alert = self._raised(key, level, cap, geometry, now_us)
            return [watch.alert]
        watch.alert = replace(watch.alert, geometry=geometry, evaluated_us=now_us)
        if level > watch.alert.level:
            watch.alert = _revised(watch.alert, level, cap, now_us)
            return [watch.alert]
        return self._settled(key, watch, now_us, cap)

    def _raised(
        self, key: Key, level: AlertLevel, cap: str, geometry: AlertGeometry, now_us: int
    ) -> Alert:
        self._episodes += 1
        return Alert(
            alert_id=alert_id_of(key, self._episodes, now_us),
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
            geometry=geometry,
        )

    def _below(self, watch: Watch, level: AlertLevel, now_us: int) -> None:
        """Note which levels the newest sample reached and which it is below."""
        for held in _FALLING:
            if level >= held:
                watch.below_since_us.pop(held, None)
            else:
                watch.below_since_us.setdefault(held, now_us)

    def _settled(self, key: Key, watch: Watch, now_us: int, cap: str = "") -> list[Alert]:
        """Let the level fall to the highest one that is not yet left for HOLD_US."""
        held = AlertLevel.NONE
        for level in _FALLING:
            since_us = watch.below_since_us.get(level)
            if since_us is None or now_us - since_us < HOLD_US:
                held = level
                break
        if watch.alert is None:
            if watch.predicted_in_a_row == 0:
                del self._watches[key]
            return []
        if held >= watch.alert.level:
            return []
        watch.alert = _revised(watch.alert, held, cap, now_us)
        changed = watch.alert
        if held is AlertLevel.NONE:
            del self._watches[key]
        return [changed]

    def _end_missing(
        self, samples: RestrictionSamples, columns: TrackColumns, now_us: int
    ) -> list[Alert]:
        """Clear what belongs to a restriction no longer active or to a track no longer there."""
        active = frozenset(samples.restriction_names)

        def ended(key: Key, watch: Watch) -> bool:
            present = columns.active[watch.slot] and columns.track_number[watch.slot] == key[0]
            return key[1] not in active or not present

        return self._end(ended, now_us)

    def _end(self, ended: Callable[[Key, Watch], bool], now_us: int) -> list[Alert]:
        over = sorted(key for key, watch in self._watches.items() if ended(key, watch))
        alerts = [self._watches.pop(key).alert for key in over]
        return [_revised(alert, AlertLevel.NONE, "", now_us) for alert in alerts if alert]


def _by_key(item: tuple[Key, Watch]) -> Key:
    return item[0]


def _contains(ordered: NDArray[np.int32], slot: int) -> bool:
    place = int(np.searchsorted(ordered, slot))
    return place < len(ordered) and int(ordered[place]) == slot


def _revised(alert: Alert, level: AlertLevel, cap: str, now_us: int) -> Alert:
    return replace(
        alert,
        revision=alert.revision + 1,
        level=level,
        highest_level=max(level, alert.highest_level),
        capped_because=cap,
        changed_us=now_us,
        evaluated_us=now_us,
    )


def _acknowledged(alert: Alert, given: Acknowledgement) -> Alert:
    """What is acknowledged is the revision the alert is at, whatever the sender saw."""
    new = replace(given, revision=alert.revision)
    if any(
        (old.system, old.revision) == (new.system, new.revision) for old in alert.acknowledgements
    ):
        return alert
    kept = (*alert.acknowledgements, new)[-ACKNOWLEDGEMENTS_PER_ALERT_MAX:]
    return replace(alert, acknowledgements=kept)


def _geometry(
    samples: RestrictionSamples, row: int, columns: TrackColumns, now_us: int
) -> AlertGeometry:
    """Range and bearing are to the nearest point of the boundary, which stands for b."""
    age_us = now_us - int(columns.time_of_validity_us[samples.slot[row]])
    entry_s = float(samples.time_to_entry_s[row])
    return AlertGeometry(
        range_m=float(samples.range_m[row]),
        bearing_deg=float(samples.bearing_deg[row]),
        relative_height_m=None,
        relative_height_doubt_m=None,
        time_to_loss_s=entry_s,
        # It enters on this course, so closest is the moment of entry, at no distance.
        time_to_closest_s=entry_s,
        closest_range_m=0.0,
        closing_speed_mps=float(samples.closing_speed_mps[row]),
        picture_age_s=max(0, age_us) / SECOND_US,
    )
