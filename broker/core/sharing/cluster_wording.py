"""The words of a cluster: many alerts of one incident, told to one reader as one.

The most urgent that concerns the reader is told in full, with its advice; the rest are counted, and
stand in the members with words of their own. If something there is more urgent than the reader's
own, it is said. Nothing here sounds as if the air were clear.
"""

from broker.core.alerts import Alert, AlertLevel
from broker.core.sharing.phrases import picture_age
from broker.core.sharing.wording import LEVEL_WORDS


def cluster_text(cluster: Alert, level: AlertLevel, headline: str, advice: str) -> tuple[str, str]:
    """Headline and advice, led by the member whose level, headline and advice are given."""
    parts = [headline, _incident(cluster)]
    others = cluster.member_count - 1
    if others > 0:
        parts[1] += f": {others} more {'alert' if others == 1 else 'alerts'}"
    if cluster.level > level:
        parts[1] += f", the most urgent: {LEVEL_WORDS[cluster.level].lower()}"
    return f"{' '.join(parts)}.", advice


def ended_cluster_text(cluster: Alert) -> str:
    """What a cluster without members says."""
    ended = f"{_incident(cluster)}: its alerts have ended."
    if cluster.level is AlertLevel.NONE:
        return ended
    return f"{ended} New ones are gathered here. {picture_age(cluster.geometry)}"


def _incident(cluster: Alert) -> str:
    """Its id, where the reader is told it."""
    return f"Incident {cluster.incident_id}" if cluster.incident_id else "One incident"
