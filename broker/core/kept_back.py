"""Alerts that are worked out and not told, while the two tracks may be one aircraft.

The alert machine knows nothing of it: level, confirmation and numbers go on as for any pair, so
that the alert can be told in the very step in which the two part. Only an alert that nobody has
been told of is kept back; one that was told goes on to its end.
"""

from collections.abc import Callable, Sequence

from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.plain import Plain, items, text
from broker.core.separation.encounters import Encounters
from broker.core.tracks.register import TrackRegister


def never(_slot_a: int, _slot_b: int) -> bool:
    """No pair is held."""
    return False


class KeptBack:
    """Stands between the alert machine of pairs and everybody who is told."""

    def __init__(
        self, tracks: TrackRegister, encounters: Encounters, holds: Callable[[int, int], bool]
    ) -> None:
        self._tracks, self._encounters, self._holds = tracks, encounters, holds
        self._ids: dict[str, None] = {}
        """Alerts that stand and were not told, the eldest first."""

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, alert_id: str) -> bool:
        return alert_id in self._ids

    def passed(self, alerts: list[Alert]) -> list[Alert]:
        """What may be told: these revisions, and the alerts of pairs that are held no more."""
        told = [alert for alert in alerts if self._may_pass(alert)]
        for alert_id in list(self._ids):
            pair = self._encounters.tracks_of(alert_id)
            if pair is not None and self._is_held(*pair):
                continue
            del self._ids[alert_id]
            alert = self._encounters.current(alert_id)
            told += [] if alert is None else [alert]
        return told

    def standing(self) -> list[Alert]:
        """The alerts that are kept back now."""
        alerts = [self._encounters.current(alert_id) for alert_id in self._ids]
        return [alert for alert in alerts if alert is not None]

    def told(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Those of the alerts that were told."""
        return [alert for alert in alerts if alert.alert_id not in self._ids]

    def _may_pass(self, alert: Alert) -> bool:
        if alert.alert_id in self._ids:
            if alert.level is AlertLevel.NONE:
                del self._ids[alert.alert_id]  # nobody knew of it
            return False  # if it is held no more, `passed` tells it
        if (
            alert.revision == 1
            and alert.kind is AlertKind.PROXIMITY
            and self._is_held(alert.track_a, alert.track_b)
        ):
            self._ids[alert.alert_id] = None
            return False
        return True

    def _is_held(self, track_a: int, track_b: int) -> bool:
        slots = self._tracks.slot_of_number
        return self._holds(slots[track_a], slots[track_b])

    def state(self) -> Plain:
        """For a snapshot."""
        return list(self._ids)

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        self._ids = {text(alert_id): None for alert_id in items(state)}
