"""What may go live at once, before a second person has looked: only what is small and soon over."""

from collections.abc import Iterator

from broker.core.errors import Refusal
from broker.core.geodesy.ground import NOTHING_KNOWN
from broker.core.publishing.model import PublishingRules
from broker.core.restrictions.drafting import ROOT
from broker.core.restrictions.model import RestrictionDraft
from broker.core.restrictions.prism import prism_of
from broker.core.units import SECOND_US


def check_emergency(
    draft: RestrictionDraft, rules: PublishingRules, now_us: int
) -> Iterator[Refusal]:
    """Everything that keeps a sound draft from being an emergency."""
    if len(draft.volumes) != 1:
        yield Refusal(f"{ROOT}.volumes", "of an emergency must be one volume")
    for place, volume in enumerate(draft.volumes):
        west_m, south_m, east_m, north_m = prism_of(volume, NOTHING_KNOWN).bounds_m
        reach_m = max(east_m - west_m, north_m - south_m) / 2.0
        if reach_m > rules.emergency_radius_m_max + 0.5:  # a circle's edge is rounded
            reason = (
                f"reaches {reach_m:.0f} m: an emergency at most "
                f"{rules.emergency_radius_m_max:.0f} m; a larger one is approved first"
            )
            yield Refusal(f"{ROOT}.volumes[{place}]", reason)
    if len(draft.windows) != 1 or draft.windows[0].recurrences:
        yield Refusal(f"{ROOT}.windows", "of an emergency must be one window without recurrences")
        return
    latest_us = now_us + rules.emergency_duration_s_max * SECOND_US
    if any(one.end_us is None or one.end_us > latest_us for one in draft.windows):
        minutes = rules.emergency_duration_s_max / 60
        reason = f"an emergency ends by itself within {minutes:g} minutes; a longer one is approved"
        yield Refusal(f"{ROOT}.windows[0].end_us", reason)
