"""A cluster's revisions as an agency counts them that is not told of all its members.

A revision says by its time that something happened. So an agency is told only of those in which
something changed that it is told of, and they have numbers of their own: neither a message, nor a
gap, nor a list that is asked for again and again tells it of the others.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from broker.core.alerts import Acknowledgement, Alert, AlertLevel, ReaderRevision

KeptFrom = Callable[[Alert], Collection[str]]
"""The agencies that are not told of an alert."""
_Seen = tuple[tuple[tuple[str, int, AlertLevel], ...], tuple[Acknowledgement, ...], bool]


def kept_from_nobody(alert: Alert) -> Collection[str]:
    """Where everybody is told of everything."""
    del alert
    return ()


def counted(before: Alert, now: Alert, kept_from: KeptFrom) -> Alert:
    """The cluster `now` with the revisions of those that count apart; `before`: as last told."""
    # Asked once of each member, not by every agency again: each answer looks at all agencies.
    kept = {id(member): kept_from(member) for member in (*before.members, *now.members)}

    def known(member: Alert) -> Collection[str]:
        return kept[id(member)]

    away = {one.agency: one for one in before.apart}
    for member in now.members:
        for agency in known(member):
            away.setdefault(agency, _with_all(before, agency))
    if not away:
        return now
    return replace(now, apart=tuple(_next(one, before, now, known) for one in away.values()))


def as_counted(cluster: Alert, agency: str, kept_from: KeptFrom) -> tuple[Alert, bool] | None:
    """The cluster as an agency is told it, and whether its last revision is news to it.

    None: it was told nothing of it.
    """
    members = _told(cluster, agency, kept_from)
    own = next((one for one in cluster.apart if one.agency == agency), None)
    withheld = len(cluster.members) - len(members)
    if own is None and not withheld:
        return cluster, True
    own = own or _with_all(cluster, agency)
    if own.revision == 0:
        return None
    told = replace(
        cluster, revision=own.revision, raised_us=own.raised_us, changed_us=own.changed_us,
        level=_level(cluster, members), highest_level=own.highest_level, members=members,
        member_count=cluster.member_count - withheld,
    )  # fmt: skip
    return told, own.is_news


def _with_all(cluster: Alert, agency: str) -> ReaderRevision:
    """Of one that was told of every member until now."""
    return ReaderRevision(
        agency, cluster.revision, cluster.raised_us, cluster.changed_us, cluster.highest_level
    )


def _next(last: ReaderRevision, before: Alert, now: Alert, kept_from: KeptFrom) -> ReaderRevision:
    members = _told(now, last.agency, kept_from)
    is_unknown = last.revision == 0
    is_same = _seen(before, last.agency, kept_from) == _seen(now, last.agency, kept_from)
    if is_same or (is_unknown and not members):
        return replace(last, is_news=False)
    level = _level(now, members)
    is_acknowledged = now.changed_us == before.changed_us
    return ReaderRevision(
        agency=last.agency,
        revision=last.revision + 1,
        raised_us=now.changed_us if is_unknown else last.raised_us,
        changed_us=last.changed_us if is_acknowledged else now.changed_us,
        highest_level=level if is_unknown else max(level, last.highest_level),
    )


def _told(cluster: Alert, agency: str, kept_from: KeptFrom) -> tuple[Alert, ...]:
    return tuple(one for one in cluster.members if agency not in kept_from(one))


def _seen(cluster: Alert, agency: str, kept_from: KeptFrom) -> _Seen:
    """All of it that makes a revision; numbers drift, and their order with them."""
    told = _told(cluster, agency, kept_from)
    members = sorted((one.alert_id, one.revision, one.level) for one in told)
    return tuple(members), cluster.acknowledgements, cluster.level is AlertLevel.NONE


def _level(cluster: Alert, members: Collection[Alert]) -> AlertLevel:
    if cluster.level is AlertLevel.NONE:
        return AlertLevel.NONE
    return max((one.level for one in members), default=AlertLevel.ADVISORY)
