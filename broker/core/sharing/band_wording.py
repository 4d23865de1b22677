"""The words about a drone that leaves the height band that it was allotted.

For its own desk and for those whose band it comes into. Heights are above take-off or ground, as
the drone's own system measures them, in metres and feet, with their doubt. A drone above its
band is asked back into it; one below is never asked to climb.
"""

import math

from broker.core.alerts import Alert, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.sharing.phrases import in_seconds, picture_age, sentence
from broker.core.sharing.wording import LEVEL_WORDS, Party, name_of, whom_to_call
from broker.core.tracks.reports import HeightBand, HeightReference
from broker.core.units import FOOT_M


def leaving_band_text(alert: Alert, party: Party, reader: str) -> tuple[str, str]:
    """Headline and advice for the reading agency; an empty reader observes."""
    seen, age = alert.band, picture_age(alert.geometry)
    if seen is None:
        raise BrokenInvariant("an alert of a band names none")
    band = f"its allotted band, {_between(seen.band)}"
    if alert.level is AlertLevel.NONE:
        return sentence(f"{name_of(party)} is no longer known to leave {band}. {age}"), ""
    does = "is outside" if _is_outside(alert) else f"may leave{_soon(alert)}"
    height = f"now {_metres(seen.height_m)}, give or take {_metres(seen.doubt_m)}"
    level = LEVEL_WORDS[alert.level]
    headline = f"{level}: {name_of(party)} {does} {band}, while others work there: {height}."
    if reader in ("", party.agency):
        return f"{headline} {age}", _suggestion(alert) if reader else ""
    return f"{headline} It may come into a band allotted to you. {age}", whom_to_call(party)


def _is_outside(alert: Alert) -> bool:
    return alert.geometry.time_to_loss_s == 0.0


def _soon(alert: Alert) -> str:
    time_s = alert.geometry.time_to_loss_s
    return "" if time_s is None else f" in {in_seconds(time_s)}"


def _suggestion(alert: Alert) -> str:
    """Down, or away: never up."""
    limit_above = (alert.geometry.relative_height_m or 0.0) > 0.0
    if limit_above is not _is_outside(alert):
        return "Suggestion: keep to the band or land, if safe."
    return "Suggestion: land, or move away from the others there, if safe."


def _between(band: HeightBand) -> str:
    above = "take-off" if band.reference is HeightReference.TAKEOFF else "ground"
    return f"{_metres(band.lower_m)} to {_metres(band.upper_m)} above {above}"


def _metres(height_m: float) -> str:
    """As remote pilots have heights: in metres, with the feet beside them."""
    feet = math.floor(height_m / FOOT_M / 10.0 + 0.5) * 10
    return f"{math.floor(height_m + 0.5)} m ({feet} ft)"
