"""What every kind of alert goes through alike: revised, acknowledged, begun again as another."""

from dataclasses import replace
from typing import Final

from broker.core.alerts import Acknowledgement, Alert, AlertLevel

ACKNOWLEDGEMENTS_PER_ALERT_MAX: Final = 50
"""The newest are kept."""


def revised(alert: Alert, level: AlertLevel, now_us: int) -> Alert:
    """The next revision, at this level."""
    return replace(
        alert, revision=alert.revision + 1, level=level,
        highest_level=max(level, alert.highest_level), changed_us=now_us, evaluated_us=now_us,
    )  # fmt: skip


def acknowledged(alert: Alert, acknowledgement: Acknowledgement, *, revises: bool = True) -> Alert:
    """The next revision, with the acknowledgement; a system's newer one replaces its older."""
    others = [one for one in alert.acknowledgements if one.system != acknowledgement.system]
    kept = (*others, acknowledgement)[-ACKNOWLEDGEMENTS_PER_ALERT_MAX:]
    return replace(alert, revision=alert.revision + revises, acknowledgements=kept)


def begun_again(alert: Alert, alert_id: str, now_us: int) -> Alert:
    """The first revision under another id: nothing of it says what it was before."""
    return replace(
        alert, alert_id=alert_id, revision=1, highest_level=alert.level,
        raised_us=now_us, changed_us=now_us, acknowledgements=(),
    )  # fmt: skip
