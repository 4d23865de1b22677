"""Plain GeoJSON: a feature with an area is a zone; its limits are sought by their usual names.

Without a standard there is nothing to depart from, and little that can be relied on: limits count
only where they name their datum (`600FT AMSL`, `SFC`), everything else is the larger meaning.
"""

from typing import Final

from adapters.geozones import heights, json_input, zone_items, zone_shapes
from adapters.geozones.json_input import JsonObject
from adapters.geozones.limits_of_input import VOLUMES_PER_ITEM
from adapters.geozones.model import Applies, Entry, Limit, Volume, Window, Zone
from adapters.geozones.report import (
    Decoded,
    Notes,
    Reason,
    SourceItem,
    Unreadable,
    read_item,
    refused_item,
)
from adapters.geozones.zone_values import windows_of

FORMAT: Final = "geojson"
_IDENTIFIERS: Final = ("identifier", "id", "designator", "ident")
_TITLES: Final = ("title", "name", "label")
_FLOORS: Final = ("floor", "lower", "lowerLimit", "lower_limit", "bottom")
_CEILINGS: Final = ("ceiling", "upper", "upperLimit", "upper_limit", "top")


def decode(data: bytes) -> Decoded:
    """Every feature of a GeoJSON document. Raises Unreadable when it is none; nothing else."""
    notes = Notes()
    return decode_document(json_input.parse(data, notes), notes)


def decode_document(document: object, notes: Notes) -> Decoded:
    """The same from parsed JSON."""
    if json_input.as_object(document).get("type") == "Feature":
        document = {"features": [document]}
    items = tuple(
        _item(place, json_input.as_object(entry))
        for place, entry in enumerate(zone_items.entries_of(document), start=1)
    )
    return Decoded(FORMAT, items, tuple(notes.deviations))


def _item(place: int, feature: JsonObject) -> SourceItem:
    notes = Notes()
    properties = json_input.as_object(feature.get("properties"))
    reference = (_first(properties, _IDENTIFIERS) or json_input.text(feature.get("id")))[:100]
    title = _first(properties, _TITLES)[:400]
    if not reference:
        notes.deviate("a feature without an identifier: named by its place")
        reference = f"item {place}"
    try:
        return read_item(_zone(feature, properties, reference, title, notes), notes)
    except Unreadable as problem:
        return refused_item(reference, title, problem, notes)


def _first(properties: JsonObject, names: tuple[str, ...]) -> str:
    found = (json_input.text(properties.get(name)) for name in names)
    return next(filter(None, found), "")


def _zone(
    feature: JsonObject, properties: JsonObject, reference: str, title: str, notes: Notes
) -> Zone:
    country = json_input.text(properties.get("country"))
    floor, ceiling = _limits(properties, notes)
    geometry = json_input.as_object(feature.get("geometry"))
    axes = zone_shapes.axes_of([geometry.get("coordinates")], country, notes)
    volumes = tuple(
        Volume(zone_shapes.polygon(polygon, axes, notes), floor, ceiling)
        for polygon in _polygons(geometry)
    )
    windows = windows_of(properties.get("windows"), notes)
    if properties.get("windows") is None:
        windows = (Window(None, None),)
    drones = json_input.text(properties.get("applies_to")).lower() == "drones"
    return Zone(
        reference=reference,
        title=title or reference,
        designation=json_input.text(properties.get("designation"))[:80],
        entry=Entry.KEEP_CLEAR,
        applies=Applies.DRONES if drones else Applies.ALL,
        volumes=volumes,
        windows=windows,
        contact=json_input.text(properties.get("contact"))[:400],
        reason=json_input.text(properties.get("reason"))[:400],
        text=json_input.text(properties.get("text")),
    )


def _polygons(geometry: JsonObject) -> list[object]:
    match json_input.text(geometry.get("type")):
        case "Polygon":
            return [geometry.get("coordinates")]
        case "MultiPolygon":
            found = json_input.as_list(geometry.get("coordinates"))
            if len(found) > VOLUMES_PER_ITEM:
                raise Unreadable(Reason.TOO_LARGE, f"more than {VOLUMES_PER_ITEM} polygons")
            return found
        case other:
            raise Unreadable(Reason.NO_AREA, f"a geometry that has no area: {other[:40]!r}")


def _limits(properties: JsonObject, notes: Notes) -> tuple[Limit, Limit]:
    floor = heights.parse_limit(_first(properties, _FLOORS))
    ceiling = heights.parse_limit(_first(properties, _CEILINGS))
    return heights.settled(floor, ceiling, notes)
