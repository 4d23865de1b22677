"""The words people read: one alert, worded for one reader.

Theory of operation. The product is advisory. A crewed aircraft's desk is given traffic information,
to pass on by voice, and never advice. A drone desk is told what comes and from where, and a
suggestion: land, or move away from the other's path. Never climb, and never stop and hold, which
can be in the middle of an approach path; of a drone in its dock, not to launch yet. Everybody else
reads a neutral sentence. Heights are relative, with their doubt. Every text says how old its
picture is. An alert that has ended says that the aircraft are no longer close, and claims nothing
more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from broker.core.alerts import Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.separation.categories import is_crewed
from broker.core.sharing.phrases import (
    apart,
    clock_code,
    compass,
    distance,
    height,
    in_seconds,
    nautical_miles,
    picture_age,
    sentence,
    times,
)
from broker.core.tracks.reports import AircraftClass

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
        where = compass(seen.bearing_deg)
    else:
        where = clock_code(seen.bearing_deg, own.course_deg)
    kind, miles = _CLASS_WORDS[other.aircraft_class], nautical_miles(seen.range_m)
    return f"Traffic, {where}, {miles}, {kind}, {height(seen, 'feet')}. {picture_age(seen)}"


def _closing(alert: Alert, own: Party, other: Party, seen: AlertGeometry) -> str:
    kind = _CLASS_WORDS[other.aircraft_class]
    kind = kind.upper() if is_crewed(other.aircraft_class) else kind.capitalize()
    verb = "closing on" if seen.closing_speed_mps > 0.5 else "near"
    parts = [
        f"{kind} {verb} {own.label} from {compass(seen.bearing_deg)}",
        distance(seen.range_m),
        height(seen),
    ]
    return f"{', '.join([*parts, *times(seen)])}. {_capped(alert)}{picture_age(seen)}"


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
        return compass(away_deg)
    off_path_deg = (away_deg - other.course_deg + 180.0) % 360.0 - 180.0
    if abs(off_path_deg) > 90.0:
        return compass(away_deg)
    side_deg = 90.0 if off_path_deg >= 0.0 else -90.0
    return compass(other.course_deg + side_deg)


def _neutral(alert: Alert, first: Party, second: Party) -> str:
    geometry = alert.geometry
    level = LEVEL_WORDS[alert.level]
    event = (
        f"{level}: proximity event, {name_of(first)} and {name_of(second)}, "
        f"{distance(geometry.range_m)} apart, {apart(geometry)}"
    )
    return f"{', '.join([event, *times(geometry)])}. {_capped(alert)}{picture_age(geometry)}"


def _launch_hold_text(alert: Alert, first: Party, second: Party, reader: str) -> tuple[str, str]:
    """For the agency of the docked drone: what holds it, and whom to ask."""
    own, other, seen = first, second, alert.geometry
    if alert.held_track == alert.track_b:
        own, other, seen = second, first, _turned(seen)
    if alert.level is AlertLevel.NONE:
        ended = f"Launch hold of {own.label} ended as to {name_of(other)}."
        return f"{ended} {picture_age(alert.geometry)}", ""
    where = f"{distance(seen.range_m)} to the {compass(seen.bearing_deg)}, {height(seen)}"
    near = "near its climb" if seen.time_to_loss_s is not None else "may come near its climb"
    when = " ".join([near, *(f"in {one}" if one != "now" else one for one in times(seen))])
    headline = f"{LAUNCH_HOLD}: do not launch {own.label} yet. {sentence(name_of(other))} {where}"
    headline = f"{headline}, {when}. {_capped(alert)}{picture_age(seen)}"
    if reader == "" or other.agency == own.agency:
        return headline, ""
    return headline, whom_to_call(other)


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


def _capped(alert: Alert) -> str:
    return f"Level held down: {alert.capped_because}. " if alert.capped_because else ""


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
