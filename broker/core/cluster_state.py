"""What flood control remembers of an incident, and a cluster's alert made from it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from broker.core.alerts import Alert, AlertLevel, urgency_key

MEMBERS_MAX: Final = 50
"""Members that a cluster names; it counts them all."""

CurrentOf = Callable[[Alert], Alert]
"""An alert with its numbers as they are now."""


@dataclass(frozen=True, slots=True)
class Context:
    """What flood control must know of an alert's aircraft."""

    incidents: tuple[str, ...]
    """Incidents that they work, without repeats; () for none."""
    agencies: tuple[str, ...]
    """Who flies them."""
    drone_and_crewed: bool


@dataclass(slots=True)
class Member:
    """One alert in a cluster."""

    alert: Alert
    agencies: tuple[str, ...]
    drone_and_crewed: bool

    @property
    def must_tell(self) -> bool:
        """Whether nothing may hide it: the floor, or a warning of a drone and a crewed aircraft."""
        enough = AlertLevel.WARNING if self.drone_and_crewed else AlertLevel.FLOOR
        return self.alert.level >= enough


@dataclass(slots=True)
class IncidentAlerts:
    """What one incident has raised."""

    raised_us: list[int] = field(default_factory=list)
    """When its alerts were raised, within the window; oldest first."""
    cluster: Alert | None = None
    members: dict[str, Member] = field(default_factory=dict)
    told_us: int = 0
    untold: bool = False
    """Members came or went since the cluster was last told."""

    @property
    def level(self) -> AlertLevel:
        """The most urgent member's; advisory, which is silent, without any."""
        levels = (member.alert.level for member in self.members.values())
        return max(levels, default=AlertLevel.ADVISORY)

    def is_news(self, risen: Member) -> bool:
        """Whether somebody who flies in `risen` has no other member as urgent as it."""
        heard = {
            agency
            for other in self.members.values()
            if other is not risen and other.alert.level >= risen.alert.level
            for agency in other.agencies
        }
        return not heard.issuperset(risen.agencies)


@dataclass(slots=True)
class ClusterState:
    """What a snapshot holds."""

    episodes: int
    incidents: dict[str, IncidentAlerts]
    alone: dict[str, str]


def filled(cluster: Alert, incident: IncidentAlerts, current: CurrentOf) -> Alert:
    """The cluster with its members as they are now, those that must be told in front."""
    fresh = [(member.must_tell, current(member.alert)) for member in incident.members.values()]
    fresh.sort(key=lambda one: (not one[0], urgency_key(one[1])))
    members = tuple(alert for _, alert in fresh[:MEMBERS_MAX])
    if not members:
        return replace(cluster, members=(), member_count=0)
    lead = members[0]
    return replace(
        cluster,
        track_a=lead.track_a,
        track_b=lead.track_b,
        restriction_name=lead.restriction_name,
        rule_id=lead.rule_id,
        policy_version=lead.policy_version,
        capped_because=lead.capped_because,
        geometry=lead.geometry,
        evaluated_us=lead.evaluated_us,
        members=members,
        member_count=len(incident.members),
    )
