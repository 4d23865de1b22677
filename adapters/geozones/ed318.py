"""EUROCAE ED-318 zones: GeoJSON with layers. Nested and flattened spellings of it are read too.

The Spanish publisher keeps ED-318's names but nests the zone in `UASZone`, moves the layer, the
authority and the applicability beside it, and writes empty texts for what is not given; the Irish
one uses MultiPolygon without a layer. Both are read, and what departs from the standard is named.
"""

from functools import partial
from typing import Final

from adapters.geozones import json_input, zone_items, zone_shapes, zone_values
from adapters.geozones.json_input import JsonObject
from adapters.geozones.limits_of_input import VOLUMES_PER_ITEM
from adapters.geozones.model import Limit, Shape, Unit, Volume
from adapters.geozones.report import Decoded, Notes, Reason, Unreadable
from adapters.geozones.zone_items import ZoneParts
from adapters.geozones.zone_shapes import Axes

FORMAT: Final = "ed-318"
PREFIX: Final = "ed318"
_BESIDE: Final = ("limitedApplicability", "zoneAuthority", "dataSource", "verticalLayer")


def decode(data: bytes) -> Decoded:
    """Every zone of an ED-318 document. Raises Unreadable when it is none; nothing else."""
    notes = Notes()
    return decode_document(json_input.parse(data, notes), notes)


def decode_document(document: object, notes: Notes) -> Decoded:
    """The same from parsed JSON."""
    top = json_input.as_object(document)
    if top.get("type") == "Feature":
        notes.deviate("one Feature without a FeatureCollection")
        document = {"features": [document]}
    else:
        _check_collection(top, notes)
    items = tuple(
        zone_items.read_zone(place, partial(_parts, entry), PREFIX)
        for place, entry in enumerate(zone_items.entries_of(document), start=1)
    )
    return Decoded(FORMAT, items, tuple(notes.deviations))


def _check_collection(top: JsonObject, notes: Notes) -> None:
    metadata = json_input.as_object(top.get("metadata"))
    if top.get("type") != "FeatureCollection":
        notes.deviate("not called a FeatureCollection")
    if not metadata:
        notes.deviate("no metadata")
    for name in ("validFrom", "validTo", "issued"):
        if name in metadata and not isinstance(metadata[name], str):
            notes.deviate(f"metadata {name} is not a time")


def _parts(entry: object, notes: Notes) -> ZoneParts:
    feature = json_input.as_object(entry)
    properties = _properties(json_input.as_object(feature.get("properties")), notes)
    return ZoneParts(
        properties=properties,
        title=json_input.localized(properties.get("name"), "name", notes),
        message=json_input.localized(properties.get("message"), "message", notes),
        other_reason=json_input.localized(
            properties.get("otherReasonInfo"), "otherReasonInfo", notes
        ),
        restriction=_restriction(properties, notes),
        applicability=_applicability(properties, notes),
        authorities=zone_values.authorities_of(properties.get("zoneAuthority"), True, notes),
        read_volumes=lambda country, own: _volumes(feature, properties, country, own),
    )


def _properties(published: JsonObject, notes: Notes) -> JsonObject:
    """The zone's properties in one level."""
    nested = published.get("UASZone")
    if not isinstance(nested, dict):
        return published
    notes.deviate("the zone is nested in UASZone")
    return {**{name: published.get(name) for name in _BESIDE}, **nested}


def _restriction(properties: JsonObject, notes: Notes) -> object:
    value = properties.get("type")
    if json_input.text(value).upper() == "REQ_AUTHORISATION":
        notes.deviate("type is spelt as in ED-269, with an S")
    return value


def _applicability(properties: JsonObject, notes: Notes) -> object:
    """Periods in which every text is empty say the same as none."""
    value = properties.get("limitedApplicability")
    if value is not None and _says_nothing(value):
        notes.deviate("applicability of empty texts stands for none")
        return None
    return value


def _says_nothing(value: object) -> bool:
    if isinstance(value, list):
        return all(_says_nothing(v) for v in value)
    if isinstance(value, dict):
        return all(_says_nothing(v) for name, v in value.items() if name != "day")
    return value is None or value == ""


def _volumes(
    feature: JsonObject, properties: JsonObject, country: str, notes: Notes
) -> tuple[Volume, ...]:
    parts = _flattened(feature.get("geometry"))
    if not parts:
        raise Unreadable(Reason.NO_AREA, "a zone without geometry")
    axes = zone_shapes.axes_of([part.get("coordinates") for part in parts], country, notes)
    volumes: list[Volume] = []
    for part in parts:
        layer = part.get("layer")
        if not isinstance(layer, dict):
            layer = _layer_beside(properties, notes)
        floor, ceiling = _limits(layer, notes)
        volumes.extend(Volume(s, floor, ceiling) for s in _shapes(part, axes, notes))
        if len(volumes) > VOLUMES_PER_ITEM:
            raise Unreadable(Reason.TOO_LARGE, f"more than {VOLUMES_PER_ITEM} volumes")
    return tuple(volumes)


def _flattened(geometry: object, depth: int = 0) -> list[JsonObject]:
    plain = json_input.as_object(geometry)
    if plain.get("type") != "GeometryCollection":
        return [plain] if plain else []
    if depth > 3:
        raise Unreadable(Reason.TOO_LARGE, "geometries nested too deep")
    inner = json_input.as_list(plain.get("geometries"))
    return [part for g in inner[: VOLUMES_PER_ITEM + 1] for part in _flattened(g, depth + 1)]


def _layer_beside(properties: JsonObject, notes: Notes) -> JsonObject:
    layer = properties.get("verticalLayer", properties.get("layer"))
    if isinstance(layer, dict):
        notes.deviate("the layer is beside the geometry, not in it")
        return layer
    notes.deviate("a geometry without a layer")
    return {}


def _limits(layer: JsonObject, notes: Notes) -> tuple[Limit, Limit]:
    unit = Unit.METRES
    said = layer.get("uom", layer.get("UOM"))
    if said == "":
        notes.deviate("the unit of the limits is an empty text: metres")
    elif said is not None:
        unit = zone_values.unit_of(said, "uom", notes)
        if not isinstance(said, str) or said not in {"m", "ft"}:
            notes.deviate("the unit of the limits in capitals")
    return zone_values.limits_of(
        (layer.get("lower"), layer.get("lowerReference")),
        (layer.get("upper"), layer.get("upperReference")),
        unit,
        notes,
    )


def _shapes(part: JsonObject, axes: Axes, notes: Notes) -> list[Shape]:
    match json_input.text(part.get("type")):
        case "Polygon":
            return [zone_shapes.polygon(part.get("coordinates"), axes, notes)]
        case "MultiPolygon":
            notes.deviate("a MultiPolygon instead of a GeometryCollection of layers")
            polygons = json_input.as_list(part.get("coordinates"))[: VOLUMES_PER_ITEM + 1]
            return [zone_shapes.polygon(p, axes, notes) for p in polygons]
        case "Point":
            extent = json_input.as_object(part.get("extent"))
            if json_input.text(extent.get("subType")) != "Circle":
                raise Unreadable(Reason.NO_AREA, "a point without an extent")
            return [zone_shapes.circle(part.get("coordinates"), extent.get("radius"), axes, notes)]
        case other:
            raise Unreadable(Reason.NO_AREA, f"a geometry that has no area: {other[:40]!r}")
