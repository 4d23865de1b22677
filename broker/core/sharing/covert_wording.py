"""The words about an aircraft that is not shown: where its volume is, never where it is."""

from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.separation.categories import is_crewed
from broker.core.sharing.keep_clear import BANDS_M, EdgeSeen
from broker.core.sharing.phrases import picture_age
from broker.core.sharing.wording import LAUNCH_HOLD, LEVEL_WORDS, Party

UNSHOWN = "an aircraft that is not shown to you"
RETOLD = "What is shown of one of its aircraft changed: it goes on under another id."


def covert_text(alert: Alert, own: Party, edge: EdgeSeen | None, *, desk: bool) -> tuple[str, str]:
    """Headline and advice for the other side of a covert aircraft; `desk`: worded for its desk.

    No word depends on where the covert aircraft is within its volume.
    """
    if alert.kind is AlertKind.LAUNCH_HOLD:
        return _hold_text(alert, own, edge), ""
    if alert.level is AlertLevel.NONE:
        return f"No longer close: {own.label} and {UNSHOWN}. {picture_age(alert.geometry)}", ""
    level = LEVEL_WORDS[alert.level]
    headline = f"{level}: {own.label} is near {UNSHOWN}. {_where(edge)}"
    headline = f"{headline} {picture_age(alert.geometry)}"
    silent = alert.level is AlertLevel.ADVISORY or is_crewed(own.aircraft_class)
    if silent or not desk:
        return headline, ""
    return headline, _suggestion(edge)


def _hold_text(alert: Alert, own: Party, edge: EdgeSeen | None) -> str:
    """What holds a docked drone, which has nothing to land or to leave."""
    if alert.level is AlertLevel.NONE:
        ended = f"{LAUNCH_HOLD} of {own.label} ended as to {UNSHOWN}."
        return f"{ended} {picture_age(alert.geometry)}"
    held = f"{LAUNCH_HOLD}: do not launch {own.label} yet, {UNSHOWN} is near."
    return f"{held} {_where(edge)} {picture_age(alert.geometry)}"


def _where(edge: EdgeSeen | None) -> str:
    if edge is None:
        return "Where to keep clear is not known yet."
    if edge.inside:
        nearest = f"nearest edge to {edge.bearing_deg:03d}: {_band(edge)}."
        return f"It is inside a keep-clear volume, {nearest}"
    return f"The keep-clear volume is to {edge.bearing_deg:03d}: {_band(edge)}."


def _suggestion(edge: EdgeSeen | None) -> str:
    if edge is None:
        return "Suggestion: land, if safe."
    if edge.inside:
        return f"Suggestion: land or leave the volume towards {edge.bearing_deg:03d}, if safe."
    return f"Suggestion: land or move towards {(edge.bearing_deg + 180) % 360:03d}, if safe."


def _band(edge: EdgeSeen) -> str:
    if edge.band + 1 == len(BANDS_M):
        return f"over {BANDS_M[-1] / 1_000:.0f} km"
    return f"{BANDS_M[edge.band]:.0f} to {BANDS_M[edge.band + 1]:.0f} m"
