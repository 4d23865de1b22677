"""An alert as tests begin with one: what matters to a test, the test says itself."""

from dataclasses import replace
from typing import Any, Final

from broker.core.alerts import Alert, AlertGeometry, AlertKind, AlertLevel

GEOMETRY: Final = AlertGeometry(
    range_m=900.0,
    bearing_deg=90.0,
    relative_height_m=30.0,
    relative_height_doubt_m=20.0,
    time_to_loss_s=20.0,
    time_to_closest_s=25.0,
    closest_range_m=40.0,
    closing_speed_mps=30.0,
    picture_age_s=1.0,
)
_ALERT: Final = Alert(
    alert_id="alr-1",
    revision=1,
    kind=AlertKind.PROXIMITY,
    level=AlertLevel.WARNING,
    highest_level=AlertLevel.WARNING,
    track_a=1,
    track_b=2,
    restriction_name="",
    raised_us=1,
    changed_us=1,
    evaluated_us=1,
    rule_id="drone-crewed-transit",
    policy_version="default-1",
    capped_because="",
    geometry=GEOMETRY,
)


def sample_alert(
    *, level: AlertLevel = AlertLevel.WARNING, at_us: int = 1, **changes: Any
) -> Alert:
    """The first revision of an alert between tracks 1 and 2, raised and judged at `at_us`."""
    times = {"raised_us": at_us, "changed_us": at_us, "evaluated_us": at_us}
    return replace(_ALERT, **{"level": level, "highest_level": level, **times, **changes})
