"""What ED-269 and ED-318 have in common when they are written."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.geozones.export_shapes import Losses, limit_words
from adapters.geozones.json_input import JsonObject
from adapters.geozones.units import FOOT_M
from keepclear.v1 import restrictions_pb2 as contract
from keepclear.v1 import schedules_pb2 as schedules
from keepclear.v1 import volumes_pb2 as volumes

_WEEKDAYS: Final = ("", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_PURPOSES: Final = {
    contract.AUTHORITY_PURPOSE_AUTHORIZATION: "AUTHORIZATION",
    contract.AUTHORITY_PURPOSE_NOTIFICATION: "NOTIFICATION",
    contract.AUTHORITY_PURPOSE_INFORMATION: "INFORMATION",
}
_UNITS: Final = {volumes.LIMIT_UNIT_METRES: "m", volumes.LIMIT_UNIT_FEET: "ft"}
_EVENTS: Final = {
    schedules.DAY_EVENT_SUNRISE: "SR",
    schedules.DAY_EVENT_SUNSET: "SS",
    schedules.DAY_EVENT_MORNING_CIVIL_TWILIGHT: "BMCT",
    schedules.DAY_EVENT_EVENING_CIVIL_TWILIGHT: "EECT",
}
IDENTIFIER_CHARS: Final = 7
MESSAGE_CHARS: Final = 200
_AUTHORISATION: Final = ("REQ_AUTHORISATION", "REQ_AUTHORIZATION")
"""One type, in the spelling of either standard."""


def features(
    restrictions: list[contract.Restriction],
    write: Callable[[contract.Restriction, Losses], JsonObject],
) -> tuple[list[JsonObject], tuple[tuple[str, str], ...]]:
    """Each restriction as `write` has it, and what it could not carry of each."""
    lost: list[tuple[str, str]] = []
    found: list[JsonObject] = []
    for restriction in restrictions:
        losses = Losses(restriction.name)
        found.append(write(restriction, losses))
        _lose_common(restriction, losses)
        lost.extend(losses.pairs())
    return found, tuple(lost)


def zone_type(restriction: contract.Restriction, types: frozenset[str]) -> str:
    """The type that was published, in the spelling of `types`; else the one its rule amounts to."""
    (authorisation,) = types.intersection(_AUTHORISATION)
    said = restriction.designation
    if said in _AUTHORISATION or restriction.entry_rule == contract.ENTRY_RULE_ASK:
        amounts_to = authorisation
    elif restriction.entry_rule == contract.ENTRY_RULE_INFORMATION:
        amounts_to = "NO_RESTRICTION"
    else:
        amounts_to = "PROHIBITED"
    return said if said in types else amounts_to


def texts(
    restriction: contract.Restriction, kept: JsonObject, names: tuple[str, ...], losses: Losses
) -> JsonObject:
    """What both formats say by the same names: conditions, values as published, a message."""
    found: JsonObject = {}
    if restriction.conditions:
        found["restrictionConditions"] = restriction.conditions
    found |= {name: kept[name] for name in names if name in kept}
    if "message" not in found and restriction.source.text:
        found["message"] = cut(restriction.source.text, MESSAGE_CHARS, "its text", losses)
    return found


def cut(text: str, length: int, what: str, losses: Losses) -> str:
    """The text as far as the format has room for it."""
    if len(text) > length:
        losses.lose(f"{what} after {length} characters")
    return text[:length]


def identifier(restriction: contract.Restriction, kept: JsonObject, losses: Losses) -> str:
    """The published identifier; a made one of seven characters where it is too long."""
    known = kept.get("identifier")
    if isinstance(known, str) and known:
        return known
    said = restriction.source.item_id or restriction.name.rpartition("/")[2]
    if len(said) <= IDENTIFIER_CHARS:
        return said
    losses.lose(f"identifier: {said} is longer than {IDENTIFIER_CHARS} characters")
    return hashlib.sha256(said.encode()).hexdigest()[:IDENTIFIER_CHARS].upper()


def layer(
    volume: volumes.RestrictionVolume, references: dict[int, str], losses: Losses
) -> JsonObject:
    """Limits with one unit: `lower`, `lowerReference`, `upper`, `upperReference`, `uom`."""
    limits = {"lower": volume.floor, "upper": volume.ceiling}
    unit = _common_unit(volume)
    found: JsonObject = {}
    for name, limit in limits.items():
        value = limit.value_m if unit == "m" else limit.value_m / FOOT_M
        if limit.datum == volumes.LIMIT_DATUM_SURFACE:
            found |= {name: 0, f"{name}Reference": "AGL"}
        elif limit.datum == volumes.LIMIT_DATUM_UNLIMITED:
            losses.lose("unlimited: no upper limit is written")
        elif limit.datum in references:
            found |= {name: _plain(limit, value), f"{name}Reference": references[limit.datum]}
        elif limit.datum == volumes.LIMIT_DATUM_FLIGHT_LEVEL:
            losses.lose(f"{limit_words(limit)}: no limit is written for a flight level")
        else:
            losses.lose(f"{limit_words(limit)}: no limit is written for its datum")
    return {**found, "uom": unit}


def _common_unit(volume: volumes.RestrictionVolume) -> str:
    """The unit both limits were published in; metres where they differ."""
    units = {
        _UNITS.get(limit.published.unit, "m")
        for limit in (volume.floor, volume.ceiling)
        if limit.datum not in {volumes.LIMIT_DATUM_SURFACE, volumes.LIMIT_DATUM_UNLIMITED}
    }
    return units.pop() if len(units) == 1 else "m"


def _plain(limit: volumes.VerticalLimit, value: float) -> float | int:
    """The published number where it is kept in this unit: a conversion would change its digits."""
    said = limit.published.value
    exact = said if limit.published.unit and abs(said - value) < 1e-6 * max(1.0, value) else value
    return int(exact) if exact == int(exact) else exact


def time_text(instant_us: int) -> str:
    """An instant as ISO 8601 in UTC."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
    text = moment.isoformat(timespec="microseconds" if instant_us % 1_000_000 else "seconds")
    return text.replace("+00:00", "Z")


def is_permanent(restriction: contract.Restriction) -> bool:
    """One window without beginning, end or hours."""
    windows = restriction.windows
    return len(windows) == 1 and _is_open(windows[0]) and not windows[0].recurrences


def _is_open(window: schedules.Window) -> bool:
    return window.start_us == 0 and not window.HasField("end_us")


def period(window: schedules.Window, with_sun: bool, losses: Losses, zulu: str = "Z") -> JsonObject:
    """One window: dates where it has them, and its hours where the format can say them all.

    `zulu` is how the format ends a time of day after its seconds.
    """
    found: JsonObject = {}
    if window.start_us:
        found["startDateTime"] = time_text(window.start_us)
    if window.HasField("end_us"):
        found["endDateTime"] = time_text(window.end_us)
    hours = [_hours(recurrence, with_sun, losses, zulu) for recurrence in window.recurrences]
    if hours and None not in hours:
        found["schedule"] = hours
    return found


def _hours(
    recurrence: schedules.Recurrence, with_sun: bool, losses: Losses, zulu: str
) -> JsonObject | None:
    if recurrence.time_zone not in {"", "UTC"}:
        losses.lose("hours in local time: written as all day")
        return None
    found: JsonObject = {"day": [_WEEKDAYS[day] for day in recurrence.days] or ["ANY"]}
    for name, moment in (("start", recurrence.start), ("end", recurrence.end)):
        event = _EVENTS.get(moment.event)
        if event is None:
            found[f"{name}Time"] = _clock(moment.offset_s) + zulu
        elif with_sun and moment.offset_s == 0:
            found[f"{name}Event"] = event
        else:
            losses.lose("hours that move with the sun: written as all day")
            return None
    return found


def _clock(seconds: int) -> str:
    # Midnight at the end of the day is 00:00: an end at or before the start is on the next day.
    return f"{seconds // 3_600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def authorities(restriction: contract.Restriction) -> list[dict[str, str]]:
    """Who answers for it, by the names both formats use; the contact where nobody is named."""
    found = [_authority(authority) for authority in restriction.authorities]
    if not found and restriction.contact:
        found = [{"contactName": restriction.contact, "purpose": "INFORMATION"}]
    return found


def _authority(authority: contract.Authority) -> dict[str, str]:
    said = {
        "name": authority.name,
        "service": authority.service,
        "contactName": authority.contact_name,
        "siteURL": authority.site_url,
        "email": authority.email,
        "phone": authority.telephone,
        "purpose": _PURPOSES.get(authority.purpose, ""),
    }
    if authority.HasField("notice_s"):
        said["intervalBefore"] = f"PT{authority.notice_s}S"
    return {name: value for name, value in said.items() if value}


def _lose_common(restriction: contract.Restriction, losses: Losses) -> None:
    """What neither format has a place for."""
    if restriction.applies_to != contract.APPLIES_TO_DRONES:
        losses.lose("applies to crewed aircraft too: these zones are for drones")
    for exemption in restriction.exemptions:
        if exemption.conditions != restriction.conditions[:400]:
            losses.lose(f"exemption: {exemption.beneficiary[:80]}")
    if restriction.exempt_agencies:
        losses.lose("exempt agencies")
    if restriction.reading.quality == contract.READING_QUALITY_UNREAD:
        losses.lose("that its source was not read")
    if restriction.talkgroup:
        losses.lose("talkgroup")
