"""EUROCAE ED-269 zones in JSON, with the departures seen in the wild."""

from functools import partial
from typing import Final

from adapters.geozones import json_input, zone_items, zone_shapes, zone_values
from adapters.geozones.json_input import JsonObject
from adapters.geozones.model import Shape, Unit, Volume
from adapters.geozones.report import Decoded, Notes, Reason, Unreadable
from adapters.geozones.zone_items import ZoneParts
from adapters.geozones.zone_shapes import Axes

FORMAT: Final = "ed-269"
PREFIX: Final = "ed269"


def decode(data: bytes) -> Decoded:
    """Every zone of an ED-269 document. Raises Unreadable when it is none; nothing else."""
    notes = Notes()
    return decode_document(json_input.parse(data, notes), notes)


def decode_document(document: object, notes: Notes) -> Decoded:
    """The same from parsed JSON."""
    if "UASZoneList" in json_input.as_object(document):
        notes.deviate("zones are in UASZoneList, not in features")
    items = tuple(
        zone_items.read_zone(place, partial(_parts, entry), PREFIX)
        for place, entry in enumerate(zone_items.entries_of(document), start=1)
    )
    return Decoded(FORMAT, items, tuple(notes.deviations))


def _parts(entry: object, notes: Notes) -> ZoneParts:
    zone = json_input.as_object(entry)
    geometry = [json_input.as_object(g) for g in json_input.as_list(zone.get("geometry"))]
    return ZoneParts(
        properties=zone,
        title=json_input.text(zone.get("name")),
        message=json_input.text(zone.get("message")),
        other_reason=json_input.text(zone.get("otherReasonInfo")),
        restriction=zone.get("restriction"),
        applicability=zone.get("applicability"),
        authorities=zone_values.authorities_of(zone.get("zoneAuthority"), False, notes),
        read_volumes=lambda country, own: _volumes(geometry, country, own),
    )


def _volumes(geometry: list[JsonObject], country: str, notes: Notes) -> tuple[Volume, ...]:
    projections = [json_input.as_object(g.get("horizontalProjection")) for g in geometry]
    if not projections:
        raise Unreadable(Reason.NO_AREA, "a zone without geometry")
    places: list[object] = [p.get("coordinates", p.get("center")) for p in projections]
    axes = zone_shapes.axes_of(places, country, notes)
    return tuple(_volume(g, p, axes, notes) for g, p in zip(geometry, projections, strict=True))


def _volume(volume: JsonObject, projection: JsonObject, axes: Axes, notes: Notes) -> Volume:
    limits = [volume.get(name) for name in ("lowerLimit", "upperLimit")]
    unit = Unit.METRES
    if any(limit is not None for limit in limits):
        unit = zone_values.unit_of(volume.get("uomDimensions"), "uomDimensions", notes)
    floor, ceiling = zone_values.limits_of(
        (limits[0], volume.get("lowerVerticalReference")),
        (limits[1], volume.get("upperVerticalReference")),
        unit,
        notes,
    )
    return Volume(_shape(projection, axes, notes), floor, ceiling)


def _shape(projection: JsonObject, axes: Axes, notes: Notes) -> Shape:
    match json_input.text(projection.get("type")):
        case "Polygon":
            return zone_shapes.polygon(projection.get("coordinates"), axes, notes)
        case "Circle":
            return zone_shapes.circle(
                projection.get("center"), projection.get("radius"), axes, notes
            )
        case other:
            raise Unreadable(Reason.MALFORMED, f"no such projection: {other[:40]!r}")
