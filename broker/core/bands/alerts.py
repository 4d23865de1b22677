"""The alert machine for height bands: one alert while a drone leaves its band beside others.

Theory of operation. Every drone that states a band has a watch (see `watch`). Its alert is a
caution and never more: what could come of it is the business of the rules of pairs, which judge a
drone that is known to be outside by the wider minima of aircraft that do not work one incident.
The alert is raised by fresh reports while somebody else works the incident near it (`company`),
told anew when the drone is outside and was only leaving, or when it comes into one more agency's
band, and ended when its height has been back inside for as long as any alert is held, when nobody
is near any more, when it has landed, was given another band, or is gone.
"""

from dataclasses import replace
from typing import Final, cast

import numpy as np
from pydantic import TypeAdapter

from broker.core.alert_ids import encounter_id
from broker.core.alert_revisions import acknowledged, begun_again, revised
from broker.core.alerts import Acknowledgement, Alert, AlertKind, AlertLevel, urgency_key
from broker.core.bands.company import who_is_told
from broker.core.bands.heights import Judged, band_of, height_over, judged
from broker.core.bands.saying import Seen, filled, raised
from broker.core.bands.watch import Watch, grounded, is_over, take_report
from broker.core.effects import TrackState
from broker.core.plain import Plain, integer, mapping
from broker.core.separation.policy import Policy
from broker.core.sharing.levels import Sharing
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import AircraftClass, HeightReference, OperationalStatus

_RECORD: Final = TypeAdapter(dict[int, Watch])


class BandAlerts:
    """Raises, changes and ends the alerts. Deterministic; time is an argument."""

    def __init__(
        self,
        policy: Policy,
        tracks: TrackRegister,
        sharing: Sharing,
        secret: bytes,
    ) -> None:
        """`secret` keys the alert ids."""
        self._policy = policy
        self._tracks = tracks
        self._sharing = sharing
        self._secret = secret
        self._episodes = 0
        self._watches: dict[int, Watch] = {}
        """By track number."""

    def load_policy(self, policy: Policy) -> None:
        """Judge by another policy from now on; alerts keep their ids."""
        self._policy = policy
        if policy.leaving_band is None:
            for number, watch in self._watches.items():
                watch.is_outside = False
                self._set_minima(self._tracks.slot_of_number[number], watch)

    def moved(self, slots: Slots, now_us: int) -> list[Alert]:
        """Fresh reports moved these tracks; before pairs are judged, whose minima it decides."""
        columns = self._tracks.columns
        concerned = columns.band_reference[slots] != HeightReference.NONE
        if self._watches:
            concerned |= np.isin(columns.track_number[slots], list(self._watches))
        told: list[Alert] = []
        for slot in slots[concerned].tolist():
            told += self._reported(slot, now_us)
        return sorted(told, key=urgency_key)

    def time_passed(self, now_us: int) -> list[Alert]:
        """Nobody has moved, but alerts may be over."""
        told: list[Alert] = []
        for number, watch in self._watches.items():
            if watch.alert is not None:
                told += self._kept(watch, self._tracks.slot_of_number[number], now_us)
        return sorted(told, key=urgency_key)

    def track_gone(self, track_number: int, now_us: int) -> list[Alert]:
        """The track was lost or ended: so is its alert."""
        watch = self._watches.pop(track_number, None)
        return [] if watch is None else _ended(watch, now_us)

    def retell(self, track_number: int, now_us: int) -> list[tuple[Alert, Alert]]:
        """The track's alert under a new id: (end of the old one, first of the new one)."""
        watch = self._watches.get(track_number)
        if watch is None or watch.alert is None:
            return []
        old = watch.alert
        watch.alert = begun_again(old, self._new_id(track_number, now_us), now_us)
        return [(revised(old, AlertLevel.NONE, now_us), watch.alert)]

    def acknowledge(self, alert_id: str, acknowledgement: Acknowledgement) -> Alert | None:
        """The alert with the acknowledgement added; None if there is no such alert."""
        watch = self._watch_of(alert_id)
        if watch is None or watch.alert is None:
            return None
        before, now = watch.alert, acknowledged(watch.alert, acknowledgement)
        agency, owner = acknowledgement.system.agency, before.told_to[0]
        if agency == owner:
            watch.alert = now
            return now
        # That another desk was told may be for itself to know: no revision, and word to it alone.
        watch.alert = replace(now, revision=before.revision)
        return replace(watch.alert, told_to=(agency,))

    def current(self, alert_id: str) -> Alert | None:
        """One alert with its numbers as they were last judged; None if there is no such alert."""
        watch = self._watch_of(alert_id)
        return None if watch is None else watch.alert

    @property
    def active_count(self) -> int:
        """How many alerts stand."""
        return sum(watch.alert is not None for watch in self._watches.values())

    def active(self) -> list[Alert]:
        """The alerts that stand, most urgent first."""
        alerts = [watch.alert for watch in self._watches.values() if watch.alert is not None]
        return sorted(alerts, key=urgency_key)

    def _reported(self, slot: int, now_us: int) -> list[Alert]:
        """One drone's report, or that of one whose band was taken away."""
        columns, limits = self._tracks.columns, self._policy.leaving_band
        number = int(columns.track_number[slot])
        told = self._another_band(number, slot, now_us)
        watch = self._watches.get(number)
        if watch is None or limits is None:
            return told
        if columns.operational_status[slot] != OperationalStatus.AIRBORNE:
            grounded(watch, now_us)
            leaves, seen = False, None
        else:
            seen = self._judged(slot, watch, now_us)
            leaves = take_report(watch, seen, limits, self._policy.alerting, now_us)
        self._set_minima(slot, watch)
        if watch.alert is not None:
            return told + self._kept(watch, slot, now_us)
        if leaves and seen is not None:
            desks = self._desks(slot, seen, 1.0)
            if desks:
                watch.over_since_us, watch.told_outside = 0, watch.is_outside
                alert_id = self._new_id(number, now_us)
                watch.alert = raised(
                    alert_id, number, watch, self._seen(slot, seen, now_us), tuple(desks)
                )
                told.append(watch.alert)
        return told

    def _another_band(self, number: int, slot: int, now_us: int) -> list[Alert]:
        """Begin to watch, or end it, as the description says now; the end of an alert, if any."""
        columns = self._tracks.columns
        watch = self._watches.get(number)
        is_drone = columns.aircraft_class[slot] == AircraftClass.DRONE
        has_band = is_drone and columns.band_reference[slot] != HeightReference.NONE
        band = band_of(columns, slot) if has_band else None
        incident = int(columns.incident_index[slot])
        if watch is not None and (watch.incident, watch.band) == (incident, band):
            return []
        told = [] if watch is None else _ended(watch, now_us)
        if band is None:
            self._watches.pop(number, None)
            columns.minima_incident[slot] = incident
        else:
            self._watches[number] = Watch(incident, band, now_us)
        return told

    def _kept(self, watch: Watch, slot: int, now_us: int) -> list[Alert]:
        """What there is to tell of an alert that stands: news of it, its end, or nothing."""
        alert = watch.alert
        if alert is None:
            return []
        columns = self._tracks.columns
        airborne = columns.operational_status[slot] == OperationalStatus.AIRBORNE
        seen = self._judged(slot, watch, now_us) if airborne else None
        desks: dict[str, bool] = {}
        if seen is not None and seen.may_leave:
            desks = self._desks(slot, seen, self._policy.rules.hold_factor)
        silent = columns.state[slot] != TrackState.CURRENT
        if is_over(watch, bool(desks) or silent, self._policy.alerting, now_us):
            return _ended(watch, now_us)
        if seen is None:
            return []
        news = {agency: by_name for agency, by_name in desks.items() if agency not in alert.told_to}
        told_to = (*alert.told_to, *news)
        watch.alert = replace(filled(alert, watch, self._seen(slot, seen, now_us)), told_to=told_to)
        is_news_to_all = watch.is_outside and not watch.told_outside
        if not is_news_to_all and not any(news.values()):
            # No revision for the desks of hidden flights: it would tell that they are there.
            return [replace(watch.alert, told_to=tuple(news))] if news else []
        watch.told_outside |= watch.is_outside
        watch.alert = replace(watch.alert, revision=alert.revision + 1, changed_us=now_us)
        return [watch.alert]

    def _desks(self, slot: int, seen: Judged, factor: float) -> dict[str, bool]:
        limits = self._policy.leaving_band
        if limits is None:
            return {}
        return who_is_told(self._tracks, self._sharing, slot, seen, limits, factor)

    def _judged(self, slot: int, watch: Watch, now_us: int) -> Judged | None:
        limits = self._policy.leaving_band
        if limits is None:
            return None
        tracks, reference = self._tracks, watch.band.reference
        height = height_over(tracks.columns, slot, reference, tracks.ground, now_us)
        return None if height is None else judged(watch.band, height, limits)

    def _set_minima(self, slot: int, watch: Watch) -> None:
        columns = self._tracks.columns
        incident = -1 if watch.is_outside else columns.incident_index[slot]
        columns.minima_incident[slot] = incident

    def _seen(self, slot: int, judged: Judged, now_us: int) -> Seen:
        """What an alert says of the drone now, and by which policy."""
        reported_us = int(self._tracks.columns.time_of_validity_us[slot])
        return Seen(judged, reported_us, self._policy.version, now_us)

    def _new_id(self, track_number: int, now_us: int) -> str:
        """Of another episode of a drone and its band; the same on every replay."""
        self._episodes += 1
        kind = AlertKind.LEAVING_BAND
        return encounter_id(self._secret, kind, track_number, self._episodes, now_us)

    def _watch_of(self, alert_id: str) -> Watch | None:
        for watch in self._watches.values():
            if watch.alert is not None and watch.alert.alert_id == alert_id:
                return watch
        return None

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        watches = cast("Plain", _RECORD.dump_python(self._watches, mode="json"))
        return {"episodes": self._episodes, "watches": watches}

    def restore(self, state: Plain) -> None:
        """From a snapshot, after the tracks were restored."""
        known = mapping(state)
        self._episodes = integer(known["episodes"])
        self._watches = _RECORD.validate_python(known["watches"])


def _ended(watch: Watch, now_us: int) -> list[Alert]:
    """The last revision of a watch's alert, if it has one."""
    alert, watch.alert, watch.over_since_us = watch.alert, None, 0
    return [] if alert is None else [revised(alert, AlertLevel.NONE, now_us)]
