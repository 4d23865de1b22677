"""Which agencies are told of an alert at all; how it is worded for them is decided in the views."""

import math
from collections.abc import Sequence

from broker.core.alerts import Alert, AlertKind, urgency_key
from broker.core.sharing.levels import Sharing
from broker.core.sharing.settings import SharingLevel


def is_told(alert: Alert, agency: str, sharing: Sharing, levels: tuple[int, ...] = ()) -> bool:
    """Whether an agency is told of an alert of one or two aircraft; `levels`: in place of today's.

    A band says what a flight is for: of one that it is not shown in full, nobody is told. Of a
    covert flight only its own agency is, and the one on the other side.
    """
    if alert.told_to and agency not in alert.told_to:
        return False
    sides = [sharing.of_number(one) for one in (alert.track_a, alert.track_b) if one >= 0]
    shown = [
        sharing.pairs.shown(SharingLevel(levels[place]) if levels else level, owner, agency)
        for place, (owner, level) in enumerate(sides)
    ]
    if alert.kind is AlertKind.LEAVING_BAND:
        return all(level is SharingLevel.OPEN for level in shown)
    return SharingLevel.COVERT not in shown or any(owner == agency for owner, _ in sides)


def kept_from(alert: Alert, sharing: Sharing) -> tuple[str, ...]:
    """The agencies that are not told of one that is not for all."""
    if not alert.told_to:
        return ()
    return tuple(
        agency for agency in sorted(sharing.pairs.terms.agencies)
        if not is_told(alert, agency, sharing)
    )  # fmt: skip


def in_order(alerts: Sequence[Alert], sharing: Sharing) -> list[Alert]:
    """Most urgent first. Of covert aircraft by level alone: the order is told to others too."""

    def key(alert: Alert) -> tuple[int, float, float, str]:
        sides = (sharing.of_number(one) for one in (alert.track_a, alert.track_b))
        if any(level is SharingLevel.COVERT for _, level in sides):
            return -alert.level, math.inf, math.inf, alert.alert_id
        return urgency_key(alert)

    return sorted(alerts, key=urgency_key if sharing.is_idle else key)
