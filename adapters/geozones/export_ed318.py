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
_TYPES: Final = frozenset(
    {"USPACE", "PROHIBITED", "REQ_AUTHORIZATION", "CONDITIONAL", "NO_RESTRICTION"}
)
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
    features, lost = export_zones.features(
        restrictions, lambda restriction, losses: _feature(restriction, country, losses)
    )
    content = {
        "type": "FeatureCollection",
        "title": "Keepclear restrictions",
        "metadata": {"issued": export_zones.time_text(now_us)},
        "features": features,
    }
    return Exported(document(content), lost)


def _feature(restriction: contract.Restriction, country: str, losses: Losses) -> JsonObject:
    parts = [_geometry(volume, losses) for volume in restriction.volumes]
    geometry = parts[0] if len(parts) == 1 else {"type": "GeometryCollection", "geometries": parts}
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
        "type": export_zones.zone_type(restriction, _TYPES),
        "variant": kept.get("variant", "COMMON"),
    }
    found |= export_zones.texts(restriction, kept, _KEPT, losses)
    found |= {name: _localized(found[name]) for name in _LOCALIZED if name in found}
    found["reason"] = [r for r in json_input.as_list(kept.get("reason")) if r in _REASONS]
    if not found["reason"]:
        del found["reason"]
    if "reason" not in found and "otherReasonInfo" not in found and restriction.reason:
        found["otherReasonInfo"] = _localized(restriction.reason)
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
    """A plain text in the form of the standard; what has it already stays."""
    return [{"text": value, "lang": LANGUAGE}] if isinstance(value, str) else value


def _authority(entry: dict[str, str]) -> JsonObject:
    localized = {"name", "service", "contactName"}
    return {
        name: _localized(value) if name in localized else value for name, value in entry.items()
    }
