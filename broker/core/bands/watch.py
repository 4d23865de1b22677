"""One drone and its band, from report to report: when it is believed to have left it.

Theory of operation. Fresh reports confirm, as with pairs: `confirm_count` of the last `confirm_of`
must say, beyond the doubt of the height, that the drone leaves its band or is outside it, and the
newest must be one of them. A drone on its way up to the band leaves nothing: it is judged from the
first report inside, or when it has had the policy's time to get there. On the ground, in its dock,
and while it is said to land or lift, the band does not hold, and the way there begins anew.

What is confirmed to be outside stays so until a report inside. That decides whose minima count, so
it rests on the drone's own reports alone: neither on who else is near nor on who is hidden.
"""

from dataclasses import dataclass, field
from typing import Final

from broker.core.alerts import Alert
from broker.core.bands.heights import Judged
from broker.core.separation.policy_alerting import AlertingParameters
from broker.core.separation.policy_bands import BandLimits
from broker.core.tracks.reports import HeightBand
from broker.core.units import MINUTE_US

INTERVAL_US_MAX: Final = MINUTE_US
"""Longest feed interval that stretches the memory."""


@dataclass(slots=True)
class Watch:
    """What is remembered of one drone; it is all in a snapshot."""

    incident: int
    """Its index; the band is allotted for it."""
    band: HeightBand
    on_its_way_since_us: int
    """From when on it could have climbed to its band."""
    reached: bool = False
    reported_us: int = 0
    interval_us: int = 0
    leaving: list[bool] = field(default_factory=list)
    """Of the last fresh reports, oldest first: whether each showed that it leaves, ..."""
    outside: list[bool] = field(default_factory=list)
    """... or that it is outside."""
    is_outside: bool = False
    """Confirmed, and not inside since."""
    alert: Alert | None = None
    told_outside: bool = False
    """Whether the alert has said that it is outside, and not only that it leaves."""
    over_since_us: int = 0
    """Since when nothing has kept the alert up; 0: something does."""


def grounded(watch: Watch, now_us: int) -> None:
    """The band does not hold now: what was seen is forgotten, and the way to it begins anew."""
    watch.reached, watch.is_outside = False, False
    watch.on_its_way_since_us = now_us
    watch.leaving.clear()
    watch.outside.clear()


def take_report(
    watch: Watch,
    judged: Judged | None,
    limits: BandLimits,
    alerting: AlertingParameters,
    now_us: int,
) -> bool:
    """A fresh report in the air; returns whether the drone is confirmed to leave its band.

    `judged` is None where nothing can be said of the height.
    """
    _forget_old(watch, alerting, now_us)
    if judged is None:
        watch.is_outside = False
        watch.leaving.clear()
        watch.outside.clear()
        return False
    watch.reached |= judged.is_inside
    due = watch.reached or now_us - watch.on_its_way_since_us >= limits.reach_within_us
    for evidence, seen in ((watch.leaving, judged.leaves), (watch.outside, judged.is_outside)):
        evidence.append(due and seen)
        del evidence[: -alerting.confirm_of]
    if judged.is_inside:
        watch.is_outside = False
    elif _is_confirmed(watch.outside, alerting):
        watch.is_outside = True
    return _is_confirmed(watch.leaving, alerting)


def is_over(watch: Watch, keeps_up: bool, alerting: AlertingParameters, now_us: int) -> bool:
    """Whether nothing has kept the alert up for as long as any alert is held."""
    if keeps_up or watch.alert is None:
        watch.over_since_us = 0
        return False
    watch.over_since_us = watch.over_since_us or now_us
    stood_us = now_us - watch.alert.raised_us
    over_us = now_us - watch.over_since_us
    return stood_us >= alerting.persistence_us and over_us >= alerting.clear_hold_us


def _is_confirmed(evidence: list[bool], alerting: AlertingParameters) -> bool:
    return evidence[-1] and sum(evidence) >= alerting.confirm_count


def _forget_old(watch: Watch, alerting: AlertingParameters, now_us: int) -> None:
    """After a gap of several intervals of the feed what was seen before confirms nothing."""
    gap_us = now_us - watch.reported_us if watch.reported_us else 0
    memory_us = round(alerting.history_intervals * watch.interval_us)
    if gap_us > max(alerting.history_at_least_us, memory_us):
        watch.leaving.clear()
        watch.outside.clear()
    watch.interval_us = min(gap_us, INTERVAL_US_MAX)
    watch.reported_us = now_us
