"""Restrictions as an ED-318 document."""

from typing import Final

from adapters.geozones import export_zones, json_input
from adapters.geozones.ed318 import PREFIX
from adapters.geozones.export_shapes import (
    Exported,
    Losses,
    document,
    polygon_coordinates,
    position,
    published,
)
from adapters.geozones.json_input import JsonObject
from keepclear.v1 import restrictions_pb2 as contract
from keepclear.v1 import volumes_pb2 as volumes

_REFERENCES: Final = {
    int(volumes.LIMIT_DATUM_AGL): "AGL",
    int(volumes.LIMIT_DATUM_AMSL): "AMSL",
    int(volumes.LIMIT_DATUM_HAE): "WGS84",
}
_TYPES: Final = {"USPACE", "PROHIBITED", "REQ_AUTHORIZATION", "CONDITIONAL", "NO_RESTRICTION"}
_BY_RULE: Final = {
    int(contract.ENTRY_RULE_ASK): "REQ_AUTHORIZATION",
    int(contract.ENTRY_RULE_INFORMATION): "NO_RESTRICTION",
}
_KEPT: Final = (
    *("region", "reason", "otherReasonInfo", "regulationExemption", "message"),
    *("extendedProperties", "dataSource"),
)
_LOCALIZED: Final = ("name", "otherReasonInfo", "message")
_REASONS: Final = {
    *("AIR_TRAFFIC", "SENSITIVE", "PRIVACY", "POPULATION", "NATURE", "NOISE", "EMERGENCY"),
    *("DAR", "OTHER"),
}
LANGUAGE: Final = "en-GB"


def encode(restrictions: list[contract.Restriction], country: str, now_us: int) -> Exported:
    """The document, and what of each restriction it cannot carry."""
    lost: list[tuple[str, str]] = []
    features: list[JsonObject] = []
    for restriction in restrictions:
        losses = Losses(restriction.name)
        features.append(_feature(restriction, country, losses))
        lost.extend(losses.pairs())
    content = {
        "type": "FeatureCollection",
        "title": "Keepclear restrictions",
        "metadata": {"issued": export_zones.time_text(now_us)},
        "features": features,
    }
    return Exported(document(content), tuple(lost))


def _feature(restriction: contract.Restriction, country: str, losses: Losses) -> JsonObject:
    parts = [_geometry(volume, losses) for volume in restriction.volumes]
    geometry = parts[0] if len(parts) == 1 else {"type": "GeometryCollection", "geometries": parts}
    export_zones.common_losses(restriction, losses)
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": _properties(restriction, country, losses),
    }


def _geometry(volume: volumes.RestrictionVolume, losses: Losses) -> JsonObject:
    layer = export_zones.layer(volume, _REFERENCES, losses)
    if volume.HasField("circle"):
        return {
            "type": "Point",
            "coordinates": position(volume.circle.center),
            "extent": {"subType": "Circle", "radius": volume.circle.radius_m},
            "layer": layer,
        }
    coordinates = polygon_coordinates(volume.polygon, losses)
    return {"type": "Polygon", "coordinates": coordinates, "layer": layer}


def _properties(restriction: contract.Restriction, country: str, losses: Losses) -> JsonObject:
    kept = published(restriction, PREFIX)
    found: JsonObject = {
        "identifier": export_zones.identifier(restriction, kept, losses),
        "country": kept.get("country", country),
        "name": kept.get("name", [{"text": restriction.title, "lang": LANGUAGE}]),
        "type": _type(restriction),
        "variant": kept.get("variant", "COMMON"),
    }
    if restriction.conditions:
        found["restrictionConditions"] = restriction.conditions
    found |= {name: kept[name] for name in _KEPT if name in kept}
    found |= {name: _localized(found[name]) for name in _LOCALIZED if name in found}
    found["reason"] = [r for r in json_input.as_list(kept.get("reason")) if r in _REASONS]
    if not found["reason"]:
        del found["reason"]
    if "message" not in found and restriction.source.text:
        found["message"] = [{"text": restriction.source.text[:200], "lang": LANGUAGE}]
        if len(restriction.source.text) > 200:
            losses.lose("its text after 200 characters")
    if "reason" not in found and "otherReasonInfo" not in found and restriction.reason:
        found["otherReasonInfo"] = [{"text": restriction.reason, "lang": LANGUAGE}]
    if not export_zones.is_permanent(restriction):
        found["limitedApplicability"] = [
            export_zones.period(window, with_sun=True, losses=losses)
            for window in restriction.windows
        ]
    found["zoneAuthority"] = [
        _authority(entry) for entry in export_zones.authorities(restriction)
    ] or [{"purpose": "INFORMATION"}]
    return found


def _localized(value: object) -> object:
    """A plain text, as some publish it, in the form of the standard."""
    return [{"text": value, "lang": LANGUAGE}] if isinstance(value, str) else value


def _authority(entry: dict[str, str]) -> JsonObject:
    localized = {"name", "service", "contactName"}
    return {
        name: [{"text": value, "lang": LANGUAGE}] if name in localized else value
        for name, value in entry.items()
    }


def _type(restriction: contract.Restriction) -> str:
    said = restriction.designation.replace("REQ_AUTHORISATION", "REQ_AUTHORIZATION")
    return said if said in _TYPES else _BY_RULE.get(restriction.entry_rule, "PROHIBITED")
