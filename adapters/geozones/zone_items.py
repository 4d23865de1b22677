"""What ED-269 and ED-318 have in common: one zone of either as a row of the report."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adapters.geozones import json_input, zone_values
from adapters.geozones.json_input import JsonObject
from adapters.geozones.limits_of_input import ITEMS, VOLUMES_PER_ITEM
from adapters.geozones.model import Applies, Authority, Exemption, Volume, Window, Zone
from adapters.geozones.report import Notes, Reason, SourceItem, Unreadable, read_item, refused_item

LONGEST_IDENTIFIER: Final = 7
"""Characters, by both standards."""
CARRIED: Final = (
    *("identifier", "country", "name", "type", "restriction", "variant", "region", "reason"),
    *("otherReasonInfo", "regulationExemption", "uSpaceClass", "message", "extendedProperties"),
    *("dataSource", "restrictionConditions"),
)
"""Properties kept as they came, as JSON, for export in the same format."""
_ATTRIBUTE_CHARS: Final = 2_000
_OPERATOR: Final = re.compile(r"OPERATOR=([A-Z_ ]{2,60})")


@dataclass(frozen=True, slots=True)
class ZoneParts:
    """One zone with the parts that the formats keep in different places."""

    properties: JsonObject
    title: str
    message: str
    other_reason: str
    restriction: object
    applicability: object
    authorities: tuple[Authority, ...]
    read_volumes: Callable[[str, Notes], tuple[Volume, ...]]


def entries_of(document: object) -> list[object]:
    """The list of zones, whichever wrapper it comes in."""
    if isinstance(document, list):
        entries: object = document
    else:
        top = json_input.as_object(document)
        entries = top.get("features", top.get("UASZoneList"))
        if entries is None and "UASZoneVersion" in top:
            return entries_of(top["UASZoneVersion"])
    if not isinstance(entries, list):
        raise Unreadable(Reason.MALFORMED, "no list of zones")
    if len(entries) > ITEMS:
        raise Unreadable(Reason.TOO_LARGE, f"more than {ITEMS} zones")
    return entries


def read_zone(place: int, parts_of: Callable[[Notes], ZoneParts], prefix: str) -> SourceItem:
    """The row for one zone, the `place`-th of its source. Never raises."""
    notes = Notes()
    identifier = title = ""
    try:
        parts = parts_of(notes)
        identifier = _identifier(parts.properties, notes)
        title = (parts.title or identifier)[:400]
        return read_item(_zone(parts, identifier, title, notes, prefix), notes)
    except Unreadable as problem:
        return refused_item(identifier or f"item {place}", title, problem, notes)


def _identifier(properties: JsonObject, notes: Notes) -> str:
    identifier = json_input.text(properties.get("identifier"))
    if not identifier:
        raise Unreadable(Reason.MALFORMED, "a zone without an identifier")
    if len(identifier) > LONGEST_IDENTIFIER:
        notes.deviate(f"identifier longer than {LONGEST_IDENTIFIER} characters")
    if len(identifier) > 100:
        raise Unreadable(Reason.MALFORMED, "an identifier longer than 100 characters")
    return identifier


def _zone(parts: ZoneParts, identifier: str, title: str, notes: Notes, prefix: str) -> Zone:
    properties = parts.properties
    country = json_input.text(properties.get("country"))
    entry, designation = zone_values.entry_of(parts.restriction, notes)
    conditions = json_input.text(properties.get("restrictionConditions"))
    volumes = parts.read_volumes(country, notes)
    if len(volumes) > VOLUMES_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {VOLUMES_PER_ITEM} volumes")
    windows: tuple[Window, ...] = zone_values.windows_of(parts.applicability, notes)
    reasons = _reasons(properties, notes)
    return Zone(
        reference=identifier,
        title=title,
        designation=designation,
        entry=entry,
        applies=Applies.DRONES,
        volumes=volumes,
        windows=windows,
        exemptions=_exemptions(conditions),
        conditions=conditions[:2_000],
        authorities=parts.authorities,
        contact=_contact(parts.authorities),
        reason=", ".join(filter(None, (*reasons, parts.other_reason)))[:400],
        text=parts.message,
        attributes=_attributes(properties, prefix),
    )


def _reasons(properties: JsonObject, notes: Notes) -> list[str]:
    value = properties.get("reason", properties.get("reasons"))
    if isinstance(value, str):
        notes.deviate("the reason is a plain text")
    return [said for entry in json_input.as_list(value) if (said := json_input.text(entry))]


def _exemptions(conditions: str) -> tuple[Exemption, ...]:
    """`OPERATOR=POLICE` in the conditions names a beneficiary; the conditions stay whole."""
    names = dict.fromkeys(_OPERATOR.findall(conditions.upper()))
    return tuple(Exemption(f"OPERATOR={n}", conditions[:400], conditions[:400]) for n in names)[:20]


def _contact(authorities: tuple[Authority, ...]) -> str:
    for authority in authorities:
        ways = (authority.telephone, authority.email, authority.site_url)
        name = authority.contact_name or authority.name or authority.service
        said = ", ".join(filter(None, (name, *ways)))
        if said:
            return said[:400]
    return ""


def _attributes(properties: JsonObject, prefix: str) -> tuple[tuple[str, str], ...]:
    kept: list[tuple[str, str]] = []
    for name in CARRIED:
        value = properties.get(name)
        if value is None or value in ("", [], {}):
            continue
        plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if len(plain) <= _ATTRIBUTE_CHARS:
            kept.append((f"{prefix}.{name}", plain))
    return tuple(kept)
