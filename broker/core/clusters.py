"""Flood control: one incident never raises more alerts than a desk can follow.

Theory of operation. Alerts of aircraft and of restrictions pass through here on their way out. An
alert belongs to the incident that its aircraft work; alerts of no incident pass untouched. The
first of an incident are told one by one. When one more would be the last that the policy allows in
its window, it opens the incident's cluster instead, and from then on everything new joins it: one
alert, with its members counted and in order, and one id to acknowledge.

A cluster is as urgent as its most urgent member. What must never be hidden is told at once, as a
new revision: a change of the cluster's level, a member inside the floor, a drone within a crewed
aircraft's warning, and whatever is the most urgent that one of its agencies has in the cluster.
Members of the floor and of crewed warnings stand in front. Other news waits a few seconds and is
told together.

With no member left, a cluster falls to advisory, which is silent, and stands until the window has
room again: if it ended at once, the next alert would have to be one too many.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from broker.core.alert_ids import cluster_id
from broker.core.alert_revisions import acknowledged, revised
from broker.core.alerts import Acknowledgement, Alert, AlertKind, AlertLevel, urgency_key
from broker.core.cluster_readers import KeptFrom, counted, kept_from_nobody
from broker.core.cluster_state import (
    ClusterState,
    Context,
    CurrentOf,
    IncidentAlerts,
    Member,
    filled,
)
from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain
from broker.core.separation.policy_alerting import FloodLimits

_RECORD: Final = TypeAdapter(ClusterState)
ContextOf = Callable[[Alert], Context]


class Clusters:
    """The last step of alerting. Deterministic; time is an argument."""

    def __init__(
        self, limits: FloodLimits, secret: bytes = b"", kept_from: KeptFrom = kept_from_nobody
    ) -> None:
        """`secret` keys the clusters' ids; empty where they are shown to nobody."""
        self._secret = secret
        self._kept_from = kept_from
        self._limits = limits
        self._episodes = 0
        self._incidents: dict[str, IncidentAlerts] = {}
        self._alone: dict[str, str] = {}
        """Alert told on its own -> its incident."""
        self._joined: dict[str, str] = {}
        """Alert in a cluster -> its incident."""
        self._of_cluster: dict[str, str] = {}
        """Cluster's alert id -> its incident."""

    def load_limits(self, limits: FloodLimits) -> None:
        """Count by another policy from now on; clusters that stand go on."""
        self._limits = limits

    @property
    def hidden_count(self) -> int:
        """How many fewer alerts are told than there are; negative with quiet clusters."""
        return len(self._joined) - len(self._of_cluster)

    def tell(
        self, revisions: Sequence[Alert], context_of: ContextOf, current: CurrentOf, now_us: int
    ) -> list[Alert]:
        """What is told of these revisions, most urgent first; clusters with fresh numbers.

        `current` gives an alert with its numbers as they are now.
        """
        told: list[Alert] = []
        urgent: dict[str, None] = {}
        for alert in revisions:
            if alert.alert_id in self._joined:
                self._update(alert, urgent)
            elif alert.alert_id in self._alone:
                told.append(self._own(alert))
            elif alert.revision > 1:  # told before, and of no incident then
                told.append(alert)
            else:
                told += self._new(alert, context_of(alert), urgent, now_us)
        for incident in urgent:
            told.append(self._revised(incident, current, now_us))
        return sorted(told, key=urgency_key)

    def time_passed(self, current: CurrentOf, now_us: int) -> list[Alert]:
        """Tell what has waited long enough; end clusters that the window no longer needs."""
        told: list[Alert] = []
        for name in sorted(self._incidents):
            incident = self._incidents[name]
            self._prune(incident, now_us)
            if incident.cluster is None:
                if not incident.raised_us:
                    del self._incidents[name]
                continue
            room = len(incident.raised_us) < max(1, self._limits.alerts_max - 1)
            if not incident.members and room:
                told.append(self._ended(name, now_us))
            elif incident.untold and now_us - incident.told_us >= self._limits.told_every_us:
                told.append(self._revised(name, current, now_us))
        return sorted(told, key=urgency_key)

    def clock_set_back(self) -> None:
        """Count from nothing: what was told by the old clock would fill the window for too long."""
        for incident in self._incidents.values():
            incident.raised_us, incident.told_us = [], 0

    def cluster_of(self, alert_id: str) -> str | None:
        """The cluster that has this id, or has a member with it."""
        name = self._of_cluster.get(alert_id) or self._joined.get(alert_id)
        cluster = None if name is None else self._incidents[name].cluster
        return None if cluster is None else cluster.alert_id

    def acknowledge(self, cluster_id: str, acknowledgement: Acknowledgement) -> Alert:
        """The cluster with the acknowledgement added; a system's newer one replaces its older."""
        incident = self._incidents[self._of_cluster[cluster_id]]
        before = self._cluster(incident)
        incident.cluster = counted(before, acknowledged(before, acknowledgement), self._kept_from)
        return incident.cluster

    def own(self, alert: Alert) -> Alert:
        """An alert told on its own, with the incident it was counted for."""
        return replace(alert, incident_id=self._alone.get(alert.alert_id, ""))

    def active(self, alerts: Sequence[Alert]) -> list[Alert]:
        """What stands, of the alerts that do: those told alone, and the clusters."""
        known = {alert.alert_id: alert for alert in alerts}
        alone = [self.own(alert) for alert in alerts if alert.alert_id not in self._joined]
        return alone + [
            filled(incident.cluster, incident, lambda alert: known.get(alert.alert_id, alert))
            for incident in self._incidents.values()
            if incident.cluster is not None
        ]

    def _update(self, alert: Alert, urgent: dict[str, None]) -> None:
        """A member changed, or left."""
        name = self._joined[alert.alert_id]
        incident = self._incidents[name]
        member = incident.members[alert.alert_id]
        before = member.alert.level
        member.alert = alert
        incident.untold = True
        if alert.level is AlertLevel.NONE:
            del incident.members[alert.alert_id], self._joined[alert.alert_id]
            # With no member left, the newest picture is the one that showed the last one's end.
            incident.cluster = replace(self._cluster(incident), geometry=alert.geometry)
        if self._is_urgent(incident, member if alert.level > before else None):
            urgent[name] = None

    def _own(self, alert: Alert) -> Alert:
        told = self.own(alert)
        if alert.level is AlertLevel.NONE:
            del self._alone[alert.alert_id]
        return told

    def _new(
        self, alert: Alert, context: Context, urgent: dict[str, None], now_us: int
    ) -> list[Alert]:
        """Tell a new alert on its own, or put it into its incident's cluster."""
        if not context.incidents:
            return [alert]
        name = self._choose(context.incidents, now_us)
        incident = self._incidents.setdefault(name, IncidentAlerts())
        if incident.cluster is None and len(incident.raised_us) < self._limits.alerts_max - 1:
            incident.raised_us.append(now_us)
            self._alone[alert.alert_id] = name
            return [self.own(alert)]
        if incident.cluster is None:
            self._open(name, incident, alert, now_us)
            urgent[name] = None
        member = Member(alert, context.agencies, context.drone_and_crewed)
        incident.members[alert.alert_id] = member
        self._joined[alert.alert_id] = name
        incident.untold = True
        if self._is_urgent(incident, member):
            urgent[name] = None
        return []

    def _choose(self, names: tuple[str, ...], now_us: int) -> str:
        """Of two incidents the one with a cluster, else the busier one, else by name."""

        def rank(name: str) -> tuple[bool, int, str]:
            incident = self._incidents.get(name)
            if incident is None:
                return True, 0, name
            self._prune(incident, now_us)
            return incident.cluster is None, -len(incident.raised_us), name

        return min(names, key=rank)

    def _open(self, name: str, incident: IncidentAlerts, first: Alert, now_us: int) -> None:
        self._episodes += 1
        alert_id = cluster_id(self._secret, name, self._episodes, now_us)
        incident.raised_us.append(now_us)
        incident.cluster = replace(
            first,
            alert_id=alert_id,
            revision=0,
            kind=AlertKind.CLUSTER,
            level=AlertLevel.NONE,
            highest_level=AlertLevel.NONE,
            raised_us=now_us,
            changed_us=now_us,
            acknowledgements=(),
            incident_id=name,
            told_to=(),
            band=None,
        )
        self._of_cluster[alert_id] = name

    def _is_urgent(self, incident: IncidentAlerts, risen: Member | None) -> bool:
        """Whether the cluster is told now: its level changes, or `risen` may not be hidden."""
        if incident.level != self._cluster(incident).level:
            return True
        return risen is not None and (risen.must_tell or incident.is_news(risen))

    def _revised(self, name: str, current: CurrentOf, now_us: int) -> Alert:
        incident = self._incidents[name]
        before = self._cluster(incident)
        now = revised(filled(before, incident, current), incident.level, now_us)
        incident.cluster = counted(before, now, self._kept_from)
        incident.told_us, incident.untold = now_us, False
        return incident.cluster

    def _ended(self, name: str, now_us: int) -> Alert:
        incident = self._incidents[name]
        cluster = self._cluster(incident)
        ended = replace(revised(cluster, AlertLevel.NONE, now_us), members=(), member_count=0)
        del self._of_cluster[cluster.alert_id]
        incident.cluster, incident.untold = None, False
        return counted(cluster, ended, self._kept_from)

    def _prune(self, incident: IncidentAlerts, now_us: int) -> None:
        oldest_us = now_us - self._limits.window_us
        incident.raised_us = [at_us for at_us in incident.raised_us if at_us > oldest_us]

    @staticmethod
    def _cluster(incident: IncidentAlerts) -> Alert:
        if incident.cluster is None:
            raise BrokenInvariant("an incident has members and no cluster")
        return incident.cluster

    def state(self) -> Plain:
        """For a snapshot."""
        record = ClusterState(self._episodes, self._incidents, self._alone)
        plain: Plain = _RECORD.dump_python(record, mode="json")
        return plain

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        record = _RECORD.validate_python(state)
        self._episodes, self._incidents, self._alone = (
            record.episodes, record.incidents, record.alone
        )  # fmt: skip
        self._joined = {
            alert_id: name for name, one in self._incidents.items() for alert_id in one.members
        }
        self._of_cluster = {
            one.cluster.alert_id: name
            for name, one in self._incidents.items()
            if one.cluster is not None
        }
