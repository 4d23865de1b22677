"""Rows of a source as restrictions of the public contract, mirrored and never made here."""

import hashlib
import re
from typing import Final, assert_never

from adapters.geozones import timetable
from adapters.geozones.model import (
    Applies,
    Authority,
    Circle,
    Datum,
    Entry,
    Exemption,
    Limit,
    Polygon,
    Position,
    Purpose,
    Ring,
    Unit,
    Volume,
    Zone,
)
from adapters.geozones.report import Outcome, Reason, SourceItem, Unreadable
from keepclear.v1 import restrictions_pb2 as contract
from keepclear.v1 import volumes_pb2 as volumes

IDENTIFIER_CHARS: Final = 40
_SHORT_CHARS: Final = 200
_LONG_CHARS: Final = 400
_CONDITIONS_CHARS: Final = 2_000
_TEXT_CHARS: Final = 10_000
_HOW_CHARS: Final = 300
_ENTRY: Final = {
    Entry.KEEP_CLEAR: contract.ENTRY_RULE_KEEP_CLEAR,
    Entry.ASK: contract.ENTRY_RULE_ASK,
    Entry.INFORMATION: contract.ENTRY_RULE_INFORMATION,
}
_APPLIES: Final = {
    Applies.DRONES: contract.APPLIES_TO_DRONES,
    Applies.ALL: contract.APPLIES_TO_ALL_AIRCRAFT,
    Applies.CREWED: contract.APPLIES_TO_CREWED_AIRCRAFT,
}
_DATUM: Final = {
    Datum.AMSL: volumes.LIMIT_DATUM_AMSL,
    Datum.AGL: volumes.LIMIT_DATUM_AGL,
    Datum.HAE: volumes.LIMIT_DATUM_HAE,
    Datum.FLIGHT_LEVEL: volumes.LIMIT_DATUM_FLIGHT_LEVEL,
    Datum.SURFACE: volumes.LIMIT_DATUM_SURFACE,
    Datum.UNLIMITED: volumes.LIMIT_DATUM_UNLIMITED,
}
_UNIT: Final = {
    Unit.METRES: volumes.LIMIT_UNIT_METRES,
    Unit.FEET: volumes.LIMIT_UNIT_FEET,
    Unit.FLIGHT_LEVEL: volumes.LIMIT_UNIT_FLIGHT_LEVEL,
    # A word for the surface or for no limit has no unit of its own.
    Unit.NONE: volumes.LIMIT_UNIT_METRES,
}
_PURPOSE: Final = {
    Purpose.AUTHORIZATION: contract.AUTHORITY_PURPOSE_AUTHORIZATION,
    Purpose.NOTIFICATION: contract.AUTHORITY_PURPOSE_NOTIFICATION,
    Purpose.INFORMATION: contract.AUTHORITY_PURPOSE_INFORMATION,
}


def restriction_id(source_id: str, item_id: str) -> str:
    """The identifier of an item's restriction: the same at every refresh, unlike any other's."""
    plain = re.sub(r"[^a-z0-9]+", "-", f"{source_id}-{item_id}".lower()).strip("-")
    exact = plain.removeprefix(f"{source_id}-").upper() == re.sub(r"[^A-Z0-9]", "-", item_id)
    if exact and len(plain) <= IDENTIFIER_CHARS:
        return plain
    digest = hashlib.sha256(f"{source_id}\n{item_id}".encode()).hexdigest()[:8]
    return f"{plain[: IDENTIFIER_CHARS - 9].strip('-')}-{digest}"


def restriction(
    item: SourceItem, agency: str, source_id: str, format_name: str
) -> contract.Restriction:
    """The restriction for a row that was read, as wide as the broker takes it (`wide.fitted`)."""
    zone = item.zone
    if zone is None:
        raise Unreadable(item.refusal or Reason.MALFORMED, item.detail)
    return contract.Restriction(
        name=f"agencies/{agency}/restrictions/{restriction_id(source_id, item.source_id)}",
        title=_text(zone.title, _LONG_CHARS),
        reason=_text(zone.reason, _LONG_CHARS),
        volumes=[_volume(volume) for volume in zone.volumes],
        windows=timetable.windows(zone.windows),
        applies_to=_APPLIES[zone.applies],
        contact=_text(zone.contact, _LONG_CHARS),
        kind=contract.RESTRICTION_KIND_STATUTORY,
        entry_rule=_ENTRY[zone.entry],
        designation=_text(zone.designation, 80),
        conditions=_text(zone.conditions, _CONDITIONS_CHARS),
        exemptions=[_exemption(exemption) for exemption in zone.exemptions],
        authorities=[_authority(authority) for authority in zone.authorities],
        source=_source(item, zone, source_id, format_name),
        reading=_reading(item, zone),
        published=_published(zone),
    )


def _text(value: str, length: int) -> str:
    """A text that people may read: no control characters, cut with a mark."""
    plain = "".join(c if c.isprintable() or c in "\n\t" else " " for c in value).strip()
    return plain if len(plain) <= length else plain[: length - 2] + " …"


def _volume(volume: Volume) -> volumes.RestrictionVolume:
    floor, ceiling = _limit(volume.floor), _limit(volume.ceiling)
    match volume.shape:
        case Circle(center=center, radius_m=radius_m):
            circle = volumes.Circle(center=_point(center), radius_m=radius_m)
            return volumes.RestrictionVolume(circle=circle, floor=floor, ceiling=ceiling)
        case Polygon(outer=outer, holes=holes):
            polygon = volumes.Polygon(
                vertices=[_point(vertex.at) for vertex in outer],
                arcs=_arcs(outer),
                holes=[
                    volumes.Ring(vertices=[_point(v.at) for v in hole], arcs=_arcs(hole))
                    for hole in holes
                ],
            )
            return volumes.RestrictionVolume(polygon=polygon, floor=floor, ceiling=ceiling)
        case _:
            assert_never(volume.shape)


def _point(position: Position) -> volumes.LatLng:
    return volumes.LatLng(latitude_deg=position.latitude_deg, longitude_deg=position.longitude_deg)


def _arcs(ring: Ring) -> list[volumes.Arc]:
    return [
        volumes.Arc(
            from_vertex=place,
            center=_point(vertex.arc.center),
            direction=volumes.ARC_DIRECTION_CLOCKWISE
            if vertex.arc.clockwise
            else volumes.ARC_DIRECTION_COUNTERCLOCKWISE,
        )
        for place, vertex in enumerate(ring)
        if vertex.arc is not None
    ]


def _limit(limit: Limit) -> volumes.VerticalLimit:
    message = volumes.VerticalLimit(value_m=limit.value_m, datum=_DATUM[limit.datum])
    if limit.published:
        message.published.text = _text(limit.published, 60)
        message.published.value = limit.value
        message.published.unit = _UNIT[limit.unit]
    return message


def _exemption(exemption: Exemption) -> contract.Exemption:
    return contract.Exemption(
        beneficiary=_text(exemption.beneficiary, _LONG_CHARS),
        conditions=_text(exemption.condition, _LONG_CHARS),
    )


def _authority(authority: Authority) -> contract.Authority:
    message = contract.Authority(
        name=_text(authority.name, _SHORT_CHARS),
        service=_text(authority.service, _SHORT_CHARS),
        contact_name=_text(authority.contact_name, _SHORT_CHARS),
        telephone=_text(authority.telephone, _SHORT_CHARS),
        email=_text(authority.email, _SHORT_CHARS),
        site_url=_text(authority.site_url, _SHORT_CHARS),
    )
    if authority.purpose is not None:
        message.purpose = _PURPOSE[authority.purpose]
    if authority.notice_s is not None:
        message.notice_s = authority.notice_s
    return message


def _source(
    item: SourceItem, zone: Zone, source_id: str, format_name: str
) -> contract.RestrictionSource:
    message = contract.RestrictionSource(
        source_id=source_id,
        item_id=_text(item.source_id, 100),
        format=format_name,
        text=_text(zone.text, _TEXT_CHARS),
    )
    if zone.issued_us is not None:
        message.issued_us = zone.issued_us
    return message


def _reading(item: SourceItem, zone: Zone) -> contract.Reading:
    quality = contract.READING_QUALITY_EXACT
    if zone.unread:
        quality = contract.READING_QUALITY_UNREAD
    elif item.outcome is Outcome.APPROXIMATED:
        quality = contract.READING_QUALITY_APPROXIMATED
    return contract.Reading(
        quality=quality, how=[_text(how, _HOW_CHARS) for how in item.coarser[:20]]
    )


def _published(zone: Zone) -> list[contract.PublishedValue]:
    """What the format says beyond the contract, while there is room for it."""
    room = _TEXT_CHARS
    found: list[contract.PublishedValue] = []
    for key, value in sorted(zone.attributes)[:60]:
        room -= len(key) + len(value)
        if room >= 0:
            found.append(contract.PublishedValue(key=key, value=value))
    return found
