"""Alerting: the machines (pairs, restrictions, bands, launch holds) and flood control together."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from broker.core.alerts import Acknowledgement, Alert, AlertLevel
from broker.core.bands.alerts import BandAlerts
from broker.core.cluster_state import Context
from broker.core.clusters import Clusters
from broker.core.effects import AuditFound, TrackStateChanged
from broker.core.kept_back import KeptBack, never
from broker.core.launch_holds import LaunchHolds
from broker.core.plain import Plain, mapping
from broker.core.restrictions.breaches import RestrictionAlerts
from broker.core.restrictions.register import RestrictionRegister
from broker.core.separation.approach import shaped
from broker.core.separation.categories import is_crewed
from broker.core.separation.encounters import Encounters
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.jit import Backend
from broker.core.separation.packing import KernelRules
from broker.core.separation.policy import Policy
from broker.core.separation.rules import PairSamples
from broker.core.separation.tempered import tempered
from broker.core.sharing.levels import Sharing
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.told import in_order, kept_from
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import AircraftClass


class Alerting:
    """Turns moved tracks and passing time into alert revisions."""

    def __init__(
        self,
        policy: Policy,
        tracks: TrackRegister,
        restrictions: RestrictionRegister,
        backend: Backend,
        holds: Callable[[int, int], bool] = never,
        sharing: Sharing | None = None,
        secret: bytes = b"",
    ) -> None:
        """`holds` says of two slots that they may be one aircraft: their alert is kept back.

        `secret` keys the alert ids; empty where they are shown to nobody.
        """
        self._policy = policy
        self._tracks = tracks
        self._sharing = sharing or Sharing(tracks)
        self._restrictions = restrictions
        self._engine = SeparationEngine(policy.rules, backend)
        self._encounters = Encounters(policy, secret)
        self._breaches = RestrictionAlerts(secret)
        self._bands = BandAlerts(policy, tracks, self._sharing, secret)
        self._clusters = Clusters(policy.alerting.flood, secret, self._kept_from)
        self._kept_back = KeptBack(tracks, self._encounters, holds)
        self._launch_holds = LaunchHolds(policy, tracks, backend, secret)

    @property
    def rules(self) -> KernelRules:
        """What tracks are predicted and judged by."""
        return self._engine.rules

    def load_policy(self, policy: Policy) -> None:
        """Judge by another policy from now on; open encounters go on under their ids."""
        self._policy = policy
        self._engine.load_rules(policy.rules)
        self._encounters.load_policy(policy)
        self._bands.load_policy(policy)
        self._clusters.load_limits(policy.alerting.flood)
        self._launch_holds.load_policy(policy)
        self._engine.audit(self._tracks.columns, self._tracks.high_water, 0)

    def moved(self, slots: Slots, now_us: int) -> list[Alert]:
        """Fresh reports moved these tracks (each once)."""
        columns = self._tracks.columns
        bands = self._bands.moved(slots, now_us)
        self._reindex(now_us)
        samples = self._engine.update(columns, self._tracks.high_water, slots, now_us)
        samples = self._shaped(samples, now_us)
        alerts = self._encounters.step(samples, slots, columns, now_us, fresh=True)
        return self._told(alerts + bands + self._entries(slots, now_us), now_us)

    def time_passed(self, now_us: int, audit: bool) -> tuple[list[AuditFound], list[Alert]]:
        """No fresh report, but time: levels fall, volumes grow, pairs are re-judged."""
        columns, high_water = self._tracks.columns, self._tracks.high_water
        self._reindex(now_us)
        found: list[AuditFound] = []
        if audit:
            result = self._engine.audit(columns, high_water, now_us)
            samples = result.samples
            if result.missing or result.extra:
                found.append(AuditFound(result.missing, result.extra))
        else:
            samples = self._engine.refresh(columns, high_water, now_us)
        live = self._tracks.live_slots()
        samples = self._shaped(samples, now_us)
        alerts = self._encounters.step(samples, live, columns, now_us, fresh=False)
        alerts += self._bands.time_passed(now_us)
        # Between audits nobody has moved, but entries may have to be cleared; on an audit every
        # track is judged again, since the volume of a stale one grows.
        judged = live if audit else np.zeros(0, dtype=np.int32)
        told = self._told(alerts + self._entries(judged, now_us), now_us)
        told += self._clusters.time_passed(self._current, now_us)
        holds = self._launch_holds.step(now_us) if audit else []
        return found, told + in_order(holds, self._sharing)

    def lost(self, changes: Sequence[TrackStateChanged], now_us: int) -> list[Alert]:
        """These tracks left the picture: their alerts end, and say so."""
        if not changes:
            return []
        self._engine.remove(np.array([change.slot for change in changes], dtype=np.int32))
        alerts: list[Alert] = []
        holds: list[Alert] = []
        for change in changes:
            alerts += self._encounters.track_gone(change.track_number, now_us)
            alerts += self._breaches.track_gone(change.track_number, now_us)
            alerts += self._bands.track_gone(change.track_number, now_us)
            holds += self._launch_holds.track_gone(change.track_number, now_us)
        return self._told(alerts, now_us) + holds

    def clock_set_back(self) -> None:
        """Times from here on may be before those until now; every track is about to be lost."""
        self._encounters.clock_set_back()
        self._launch_holds.clock_set_back()
        self._clusters.clock_set_back()

    def restrictions_changed(self, now_us: int) -> list[Alert]:
        """Re-judge every track against the restrictions as they are now."""
        return self._told(self._entries(self._tracks.live_slots(), now_us), now_us)

    def retell(self, track_number: int, now_us: int) -> tuple[list[Alert], list[Alert]]:
        """What is shown of a track changed: its alerts go on under other ids.

        Returns the ends of those told alone, and what is told in their place.
        """
        pairs = self._encounters.retell(track_number, now_us)
        pairs += self._breaches.retell(track_number, now_us)
        pairs += self._bands.retell(track_number, now_us)
        ended = {
            old.alert_id for old, _ in pairs if self._clusters.cluster_of(old.alert_id) is None
        }
        told = self._told([alert for pair in pairs for alert in pair], now_us)
        for old, new in self._launch_holds.retell(track_number, now_us):
            ended.add(old.alert_id)
            told += [old, new]
        return (
            [alert for alert in told if alert.alert_id in ended],
            [alert for alert in told if alert.alert_id not in ended],
        )

    def acknowledge(self, alert_id: str, acknowledgement: Acknowledgement) -> Alert | None:
        """The alert with the acknowledgement added, or None if no such alert is active.

        An alert that is told in a cluster is acknowledged with the whole cluster.
        """
        if alert_id in self._kept_back:
            return None
        cluster_id = self._clusters.cluster_of(alert_id)
        if cluster_id is not None:
            return self._clusters.acknowledge(cluster_id, acknowledgement)
        alert = (
            self._acknowledge_pair(alert_id, acknowledgement)
            or self._breaches.acknowledge(alert_id, acknowledgement)
            or self._bands.acknowledge(alert_id, acknowledgement)
        )
        if alert is None:
            return self._launch_holds.acknowledge(alert_id, acknowledgement)
        return self._clusters.own(alert)

    def _acknowledge_pair(self, alert_id: str, given: Acknowledgement) -> Alert | None:
        """When a covert aircraft's desk has read of it is for nobody else, nor any desk's of it.

        So there is no revision, whose number would tell.
        """
        alert = self._encounters.current(alert_id)
        if alert is None:
            return None
        sides = (self._sharing.of_number(one) for one in (alert.track_a, alert.track_b))
        covert = [owner for owner, level in sides if level is SharingLevel.COVERT]
        alert = self._encounters.acknowledge(alert_id, given, revises=not covert)
        agency = given.system.agency
        return replace(alert, told_to=(agency,)) if alert and agency in covert else alert

    def find(self, alert_id: str) -> Alert | None:
        """An active alert by its id, a cluster too; one in a cluster is still found by its own."""
        alerts = self._encounters.active() + self._breaches.active() + self._bands.active()
        alerts += self._launch_holds.active() + self._clusters.active([])
        return next((alert for alert in alerts if alert.alert_id == alert_id), None)

    @property
    def active_count(self) -> int:
        """How many alerts are told and not cleared, without working out their numbers."""
        alerts = self._encounters.active_count + self._breaches.active_count
        alerts += self._bands.active_count + self._launch_holds.active_count
        return alerts - self._clusters.hidden_count - len(self._kept_back)

    def active(self) -> list[Alert]:
        """Alerts not cleared, as they are told, most urgent first."""
        alerts = self._kept_back.told(self._encounters.active()) + self._breaches.active()
        alerts += self._bands.active()
        told = self._clusters.active(alerts) + self._launch_holds.active()
        return in_order(told, self._sharing)

    def kept_back(self) -> list[Alert]:
        """Alerts of pairs that may be one aircraft: nobody is told of them."""
        return self._kept_back.standing()

    def standing(self, track_a: int, track_b: int) -> tuple[AlertLevel, float | None]:
        """Level and time to loss of a pair of track numbers at the last step, raised or not."""
        return self._encounters.standing(track_a, track_b)

    def _entries(self, slots: Slots, now_us: int) -> list[Alert]:
        nobody = len(slots) == 0 or not self._restrictions.any_near(now_us)
        if nobody and self._breaches.is_idle:
            return []
        columns = self._tracks.columns
        samples = self._restrictions.touched(
            columns, slots, now_us, self._tracks.agencies.values(), self.rules
        )
        return self._breaches.step(samples, slots, columns, now_us)

    def _reindex(self, now_us: int) -> None:
        """What tracks count as, or how they go on, is another without a report of theirs."""
        slots = self._tracks.take_reshaped()
        if len(slots):
            self._engine.update(self._tracks.columns, self._tracks.high_water, slots, now_us)

    def _shaped(self, samples: PairSamples, now_us: int) -> PairSamples:
        """As landings have it, and without what only doubt gives."""
        policy, columns = self._policy, self._tracks.columns
        samples = shaped(samples, columns, policy.rules, policy.approaches, now_us)
        limits = policy.alerting.doubt
        return tempered(samples, columns, self.rules, limits, policy.approaches, now_us)

    def _told(self, alerts: list[Alert], now_us: int) -> list[Alert]:
        """What leaves, most urgent first: incidents that raise too many are told as one."""
        alerts = self._kept_back.passed(alerts)
        if not alerts:
            return []
        told = self._clusters.tell(alerts, self._context, self._current, now_us)
        return in_order(told, self._sharing)

    def _kept_from(self, alert: Alert) -> tuple[str, ...]:
        return kept_from(alert, self._sharing)

    def _context(self, alert: Alert) -> Context:
        columns, incidents = self._tracks.columns, self._tracks.incidents
        numbers = [number for number in (alert.track_a, alert.track_b) if number >= 0]
        slots = [self._tracks.slot_of_number[number] for number in numbers]
        # An incident that only hidden aircraft work is not to be known from their alerts.
        levels = [self._sharing.level(slot) for slot in slots]
        if SharingLevel.COVERT in levels:
            worked = []
        else:
            worked = [
                int(columns.incident_index[slot])
                for slot, level in zip(slots, levels, strict=True)
                if level is SharingLevel.OPEN
            ]
        crewed = [is_crewed(AircraftClass(int(columns.aircraft_class[slot]))) for slot in slots]
        return Context(
            incidents=tuple(dict.fromkeys(incidents.value(one) for one in worked if one >= 0)),
            agencies=tuple(dict.fromkeys(self._tracks.publisher_name(s).agency for s in slots)),
            drone_and_crewed=any(crewed) and not all(crewed),
        )

    def _current(self, alert: Alert) -> Alert:
        known = self._encounters.current(alert.alert_id) or self._bands.current(alert.alert_id)
        return known or alert

    def state(self) -> dict[str, Plain]:
        """For a snapshot. The engine's index is derived and rebuilt."""
        return {
            "encounters": self._encounters.state(),
            "breaches": self._breaches.state(),
            "bands": self._bands.state(),
            "clusters": self._clusters.state(),
            "kept_back": self._kept_back.state(),
            "launch_holds": self._launch_holds.state(),
        }

    def restore(self, state: dict[str, Plain]) -> None:
        """From a snapshot, after the tracks and restrictions were restored."""
        self._encounters.restore(mapping(state["encounters"]), self._tracks.columns)
        self._breaches.restore(mapping(state["breaches"]))
        self._bands.restore(state["bands"])
        self._clusters.restore(state["clusters"])
        self._kept_back.restore(state["kept_back"])
        self._launch_holds.restore(state["launch_holds"])
        self._engine.audit(self._tracks.columns, self._tracks.high_water, 0)
