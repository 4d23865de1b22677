"""The words people read: one alert, worded for one reader.

Theory of operation. The product is advisory. A crewed aircraft's desk is given traffic information,
to pass on by voice, and never advice. A drone desk is told what comes and from where, and a
suggestion: land, or move away from the other's path. Never climb, and never stop and hold, which
can be in the middle of an approach path; of a drone in its dock, not to launch yet. Everybody else
reads a neutral sentence. Heights are relative, with their doubt. Every text says how old its
picture is. An alert that has ended says that the aircraft are no longer close, and claims nothing
more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from broker.core.alerts import Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.separation.categories import is_crewed
from broker.core.tracks.reports import AircraftClass
from broker.core.units import FOOT_M, NAUTICAL_MILE_M

SAME_HEIGHT_FT: Final = 25
"""Below this, "same height": half the 50 ft that people are given heights in."""
HEIGHT_STEP_FT: Final = 50
_COMPASS: Final = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)
_HOURS: Final = (
    "twelve",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
)
_CLASS_WORDS: Final[dict[AircraftClass, str]] = {
    AircraftClass.UNKNOWN: "aircraft of unknown type",
    AircraftClass.DRONE: "drone",
    AircraftClass.HELICOPTER: "helicopter",
    AircraftClass.AEROPLANE: "aeroplane",
    AircraftClass.OTHER_CREWED: "crewed aircraft",
    AircraftClass.UNKNOWN_DRONE: "unknown drone",
}
LAUNCH_HOLD: Final = "Launch hold"
"""What the state beside a dock is called."""
LEVEL_WORDS: Final[dict[AlertLevel, str]] = {
    AlertLevel.NONE: "Ended",
    AlertLevel.ADVISORY: "Advisory",
    AlertLevel.CAUTION: "Caution",
    AlertLevel.WARNING: "Warning",
    AlertLevel.FLOOR: "Warning, inside the minimum",
}


@dataclass(frozen=True, slots=True)
class Party:
    """One side of an alert, as people know it."""

    label: str
    """Callsign, registration or flight."""
    agency: str
    agency_name: str
    """As people say it: "London Fire Brigade"."""
    aircraft_class: AircraftClass
    duty_contact: str = ""
    talkgroup: str = ""
    course_deg: float | None = None
    """True track over the ground, if it moves and is known: gives the clock code."""


@dataclass(frozen=True, slots=True)
class RestrictionNotice:
    """The keep-clear request that a restriction alert is about."""

    title: str
    agency_name: str
    contact: str = ""
    designation: str = ""
    source_id: str = ""
    """Of a mirrored one, which is never called a request."""
    ask_whom: str = ""
    """Set where entry is a matter of asking first: who is to be asked, as people call them."""


def alert_text(
    alert: Alert, parties: Sequence[Party], reader: str, restriction: RestrictionNotice | None
) -> tuple[str, str]:
    """Headline and advice of an alert for the reading agency; an empty reader observes.

    `parties` are track a's and b's, or the one of a restriction alert. Advice is empty for
    crewed aircraft's desks, observers and ended alerts.
    """
    if alert.kind is AlertKind.RESTRICTION:
        return _restriction_text(alert, parties[0], reader, restriction)
    if len(parties) != 2:
        raise BrokenInvariant("a proximity alert has two parties")
    first, second = parties
    if alert.kind is AlertKind.LAUNCH_HOLD:
        return _launch_hold_text(alert, first, second, reader)
    geometry = alert.geometry
    if alert.level is AlertLevel.NONE:
        return (
            f"No longer close: {name_of(first)} and {name_of(second)}. {picture_age(geometry)}",
            "",
        )
    ours = [one.agency == reader and reader != "" for one in parties]
    if not any(ours):
        return _neutral(alert, first, second), ""
    if all(ours):
        return _both_ours(alert, first, second)
    if ours[0]:
        return _for_desk(alert, first, second, geometry)
    return _for_desk(alert, second, first, _turned(geometry))


def _for_desk(alert: Alert, own: Party, other: Party, seen: AlertGeometry) -> tuple[str, str]:
    if is_crewed(own.aircraft_class):
        return _traffic(own, other, seen), ""
    return _closing(alert, own, other, seen), _suggestion(alert, own, other, seen)


def _both_ours(alert: Alert, first: Party, second: Party) -> tuple[str, str]:
    """One desk has both sides: say it once, and suggest to the drone that gives way."""
    headline = _neutral(alert, first, second)
    if is_crewed(first.aircraft_class) and is_crewed(second.aircraft_class):
        return headline, ""
    if is_crewed(first.aircraft_class):
        return headline, _suggestion(alert, second, first, _turned(alert.geometry))
    return headline, _suggestion(alert, first, second, alert.geometry)


def _traffic(own: Party, other: Party, seen: AlertGeometry) -> str:
    """Traffic information, as it can be read out to a crew."""
    if own.course_deg is None:
        where = _compass(seen.bearing_deg)
    else:
        hour = round(((seen.bearing_deg - own.course_deg) % 360.0) / 30.0) % 12
        where = f"{_HOURS[hour]} o'clock"
    kind, miles = _CLASS_WORDS[other.aircraft_class], _miles(seen.range_m)
    return f"Traffic, {where}, {miles}, {kind}, {_height(seen, 'feet')}. {picture_age(seen)}"


def _closing(alert: Alert, own: Party, other: Party, seen: AlertGeometry) -> str:
    kind = _CLASS_WORDS[other.aircraft_class]
    kind = kind.upper() if is_crewed(other.aircraft_class) else kind.capitalize()
    verb = "closing on" if seen.closing_speed_mps > 0.5 else "near"
    parts = [
        f"{kind} {verb} {own.label} from {_compass(seen.bearing_deg)}",
        _metric(seen.range_m),
        _height(seen),
    ]
    return f"{', '.join([*parts, *_time(seen)])}. {_capped(alert)}{picture_age(seen)}"


def _suggestion(alert: Alert, own: Party, other: Party, seen: AlertGeometry) -> str:
    """Land, or move away from the other's path: never climb, never stop and hold."""
    call = whom_to_call(other) if other.agency != own.agency else ""
    if alert.level is AlertLevel.ADVISORY:
        return call
    suggestion = f"Suggestion: land or move {_away(other, seen)}, if safe."
    return f"{suggestion} {call}".strip()


def _away(other: Party, seen: AlertGeometry) -> str:
    """Straight away from the other; abeam of its path when it is coming nearly straight at us."""
    away_deg = (seen.bearing_deg + 180.0) % 360.0
    if other.course_deg is None:
        return _compass(away_deg)
    off_path_deg = (away_deg - other.course_deg + 180.0) % 360.0 - 180.0
    if abs(off_path_deg) > 90.0:
        return _compass(away_deg)
    side_deg = 90.0 if off_path_deg >= 0.0 else -90.0
    return _compass(other.course_deg + side_deg)


def _neutral(alert: Alert, first: Party, second: Party) -> str:
    geometry = alert.geometry
    level = LEVEL_WORDS[alert.level]
    sentence = (
        f"{level}: proximity event, {name_of(first)} and {name_of(second)}, "
        f"{_metric(geometry.range_m)} apart, {_apart(geometry)}"
    )
    return f"{', '.join([sentence, *_time(geometry)])}. {_capped(alert)}{picture_age(geometry)}"


def _launch_hold_text(alert: Alert, first: Party, second: Party, reader: str) -> tuple[str, str]:
    """For the agency of the docked drone: what holds it, and whom to ask."""
    own, other, seen = first, second, alert.geometry
    if alert.held_track == alert.track_b:
        own, other, seen = second, first, _turned(seen)
    if alert.level is AlertLevel.NONE:
        ended = f"Launch hold of {own.label} ended as to {name_of(other)}."
        return f"{ended} {picture_age(alert.geometry)}", ""
    where = f"{_metric(seen.range_m)} to the {_compass(seen.bearing_deg)}, {_height(seen)}"
    near = "near its climb" if seen.time_to_loss_s is not None else "may come near its climb"
    when = " ".join([near, *(f"in {one}" if one != "now" else one for one in _time(seen))])
    headline = f"{LAUNCH_HOLD}: do not launch {own.label} yet. {sentence(name_of(other))} {where}"
    headline = f"{headline}, {when}. {_capped(alert)}{picture_age(seen)}"
    if reader == "" or other.agency == own.agency:
        return headline, ""
    return headline, whom_to_call(other)


def sentence(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def _restriction_text(
    alert: Alert, party: Party, reader: str, restriction: RestrictionNotice | None
) -> tuple[str, str]:
    if restriction is None:
        about, contact = f"keep-clear request {alert.restriction_name}", ""
    else:
        about = f"keep-clear request {restriction.title} of {restriction.agency_name}"
        if restriction.source_id:
            kind = restriction.designation or "published restriction"
            about = f"{kind} {restriction.title}, as {restriction.source_id} publishes it"
        contact = restriction.contact
    geometry = alert.geometry
    if alert.level is AlertLevel.NONE:
        return f"{name_of(party)} is no longer in or near {about}. {picture_age(geometry)}", ""
    time_s = geometry.time_to_loss_s
    inside = time_s is None or time_s <= 0.0
    when = "is inside" if inside else f"may enter in {in_seconds(time_s or 0.0)}"
    headline = f"{LEVEL_WORDS[alert.level]}: {name_of(party)} {when} {about}."
    headline = f"{headline} {_capped(alert)}{picture_age(geometry)}"
    if reader == "" or party.agency != reader or is_crewed(party.aircraft_class):
        return headline, ""
    if restriction is not None and restriction.ask_whom:
        reached = f" ({contact})" if contact else " (no contact given)"
        return headline, f"Entry is a matter of asking first: ask {restriction.ask_whom}{reached}."
    action = "Suggestion: land or leave it" if inside else "Suggestion: turn away or land"
    return headline, f"{action}, if safe. {f'Ask {contact}.' if contact else ''}".strip()


def name_of(party: Party) -> str:
    """Class, label and agency, as far as they are shown."""
    words = [_CLASS_WORDS[party.aircraft_class], party.label]
    words.append(f"({party.agency_name})" if party.agency_name else "")
    return " ".join(word for word in words if word)


def whom_to_call(other: Party) -> str:
    """Whom to call, as far as it is known."""
    if not other.duty_contact and not other.talkgroup:
        return f"Call {other.agency_name} desk: no contact given."
    ways = [other.duty_contact] if other.duty_contact else []
    ways += [f"talkgroup {other.talkgroup}"] if other.talkgroup else []
    return f"Call {other.agency_name} desk, {', '.join(ways)}."


def _height(seen: AlertGeometry, unit: str = "ft") -> str:
    """The other's height relative to us, with its doubt."""
    if seen.relative_height_m is None:
        return "height unknown"
    height_ft = seen.relative_height_m / FOOT_M
    if abs(height_ft) < SAME_HEIGHT_FT:
        return f"same height{_doubt(seen, unit)}"
    side = "above" if height_ft > 0.0 else "below"
    return f"{_stepped(abs(height_ft))} {unit} {side}{_doubt(seen, unit)}"


def _apart(geometry: AlertGeometry) -> str:
    """Height between two aircraft, with no side taken."""
    if geometry.relative_height_m is None:
        return "height unknown"
    height_ft = abs(geometry.relative_height_m) / FOOT_M
    if height_ft < SAME_HEIGHT_FT:
        return f"same height{_doubt(geometry)}"
    return f"{_stepped(height_ft)} ft between them in height{_doubt(geometry)}"


def _doubt(seen: AlertGeometry, unit: str = "ft") -> str:
    if seen.relative_height_doubt_m is None:
        return ", doubt of height unknown"
    doubt_ft = seen.relative_height_doubt_m / FOOT_M
    rounded_ft = max(1, math.ceil(doubt_ft / 10.0 - 1e-9)) * 10
    return f", give or take {rounded_ft} {unit}"


def _stepped(height_ft: float) -> int:
    return max(1, math.floor(height_ft / HEIGHT_STEP_FT + 0.5)) * HEIGHT_STEP_FT


def _miles(range_m: float) -> str:
    """Nautical miles as crews are given them."""
    miles = range_m / NAUTICAL_MILE_M
    for limit, words in ((0.15, "less than a quarter mile"), (0.375, "quarter of a mile")):
        if miles < limit:
            return words
    for limit, words in ((0.625, "half a mile"), (0.875, "three quarters of a mile")):
        if miles < limit:
            return words
    whole = math.floor(miles + 0.5)
    return "one mile" if whole == 1 else f"{whole} miles"


def _metric(range_m: float) -> str:
    if range_m < 995.0:
        return f"{max(10, math.floor(range_m / 10.0 + 0.5) * 10)} m"
    return f"{range_m / 1_000.0:.1f} km"


def _time(seen: AlertGeometry) -> list[str]:
    """Seconds until the volume is entered, or none where it is not."""
    if seen.time_to_loss_s is None:
        return []
    return ["now"] if seen.time_to_loss_s < 0.5 else [in_seconds(seen.time_to_loss_s)]


def in_seconds(time_s: float) -> str:
    """Whole seconds."""
    return f"{math.floor(time_s + 0.5)} s"


def _capped(alert: Alert) -> str:
    return f"Level held down: {alert.capped_because}. " if alert.capped_because else ""


def picture_age(seen: AlertGeometry) -> str:
    """How old what is told is, rounded up."""
    return f"Picture {math.ceil(seen.picture_age_s - 1e-9)} s old."


def _compass(bearing_deg: float) -> str:
    return _COMPASS[round((bearing_deg % 360.0) / 45.0) % 8]


def _turned(geometry: AlertGeometry) -> AlertGeometry:
    """The same encounter seen from b."""
    height_m = geometry.relative_height_m
    return AlertGeometry(
        range_m=geometry.range_m,
        bearing_deg=(geometry.bearing_deg + 180.0) % 360.0,
        relative_height_m=None if height_m is None else -height_m,
        relative_height_doubt_m=geometry.relative_height_doubt_m,
        time_to_loss_s=geometry.time_to_loss_s,
        time_to_closest_s=geometry.time_to_closest_s,
        closest_range_m=geometry.closest_range_m,
        closing_speed_mps=geometry.closing_speed_mps,
        picture_age_s=geometry.picture_age_s,
    )
