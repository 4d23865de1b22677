"""What the alert of a drone that leaves its band says: which limit it passes, and how far off."""

from dataclasses import replace
from typing import Final, NamedTuple

from broker.core.alerts import Alert, AlertGeometry, AlertKind, AlertLevel, BandSeen
from broker.core.bands.heights import Judged
from broker.core.bands.watch import Watch
from broker.core.units import SECOND_US

RULE_ID: Final = "leaving-band"


class Seen(NamedTuple):
    """One look at a drone that may leave its band."""

    judged: Judged
    reported_us: int
    """The time of its position."""
    policy_version: str
    """What it was judged by."""
    now_us: int


def raised(
    alert_id: str, track_number: int, watch: Watch, seen: Seen, told_to: tuple[str, ...]
) -> Alert:
    """The first revision: a caution, and never more."""
    return Alert(
        alert_id=alert_id,
        revision=1,
        kind=AlertKind.LEAVING_BAND,
        level=AlertLevel.CAUTION,
        highest_level=AlertLevel.CAUTION,
        track_a=track_number,
        track_b=-1,
        restriction_name="",
        raised_us=seen.now_us,
        changed_us=seen.now_us,
        evaluated_us=seen.now_us,
        rule_id=RULE_ID,
        policy_version=seen.policy_version,
        capped_because="",
        geometry=_geometry(seen),
        told_to=told_to,
        band=_band_seen(watch, seen),
    )


def filled(alert: Alert, watch: Watch, seen: Seen) -> Alert:
    """The alert with its numbers as they are now."""
    return replace(
        alert,
        evaluated_us=seen.now_us,
        policy_version=seen.policy_version,
        geometry=_geometry(seen),
        band=_band_seen(watch, seen),
    )


def _geometry(seen: Seen) -> AlertGeometry:
    """From the drone to the limit that it passes, straight up or down."""
    judged, age_us = seen.judged, max(0, seen.now_us - seen.reported_us)
    return AlertGeometry(
        range_m=0.0,
        bearing_deg=0.0,
        relative_height_m=judged.passes_m - judged.height.height_m,
        relative_height_doubt_m=judged.height.doubt_m,
        time_to_loss_s=judged.leaves_in_s,
        time_to_closest_s=judged.leaves_in_s or 0.0,
        closest_range_m=0.0,
        closing_speed_mps=0.0,
        picture_age_s=age_us / SECOND_US,
    )


def _band_seen(watch: Watch, seen: Seen) -> BandSeen:
    height = seen.judged.height
    return BandSeen(watch.band, height.height_m, height.doubt_m)
