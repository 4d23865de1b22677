"""Restrictions as plain GeoJSON, one feature for each volume, for maps."""

from typing import Final

from adapters.geozones import export_zones
from adapters.geozones.export_shapes import (
    Exported,
    Losses,
    circle_coordinates,
    document,
    limit_words,
    polygon_coordinates,
)
from adapters.geozones.json_input import JsonObject
from keepclear.v1 import restrictions_pb2 as contract
from keepclear.v1 import volumes_pb2 as volumes

_APPLIES: Final = {
    int(contract.APPLIES_TO_DRONES): "drones",
    int(contract.APPLIES_TO_CREWED_AIRCRAFT): "crewed aircraft",
}


def encode(restrictions: list[contract.Restriction]) -> Exported:
    """The document, and what of each restriction it cannot carry."""
    lost: list[tuple[str, str]] = []
    features: list[JsonObject] = []
    for restriction in restrictions:
        losses = Losses(restriction.name)
        features += [
            _feature(restriction, place, volume, losses)
            for place, volume in enumerate(restriction.volumes, start=1)
        ]
        if len(restriction.volumes) > 1:
            losses.lose("its volumes are one: each is a feature of its own")
        if restriction.exemptions or restriction.exempt_agencies:
            losses.lose("exemptions")
        lost.extend(losses.pairs())
    return Exported(document({"type": "FeatureCollection", "features": features}), tuple(lost))


def _feature(
    restriction: contract.Restriction,
    place: int,
    volume: volumes.RestrictionVolume,
    losses: Losses,
) -> JsonObject:
    if volume.HasField("circle"):
        losses.lose("circles: drawn as short lines that leave nothing out")
        coordinates = circle_coordinates(volume.circle)
    else:
        coordinates = polygon_coordinates(volume.polygon, losses)
    name = restriction.source.item_id or restriction.name.rpartition("/")[2]
    properties: JsonObject = {
        "identifier": name if len(restriction.volumes) == 1 else f"{name}/{place}",
        "name": restriction.name,
        "title": restriction.title,
        "reason": restriction.reason,
        "designation": restriction.designation,
        "applies_to": _APPLIES.get(restriction.applies_to, "all aircraft"),
        "floor": limit_words(volume.floor),
        "ceiling": limit_words(volume.ceiling),
        "contact": restriction.contact,
        "text": restriction.source.text,
        "windows": [
            export_zones.period(w, with_sun=True, losses=losses) for w in restriction.windows
        ],
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": coordinates},
        "properties": {key: value for key, value in properties.items() if value},
    }
