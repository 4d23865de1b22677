"""Restrictions as an ED-269 document."""

from typing import Final

from adapters.geozones import export_zones
from adapters.geozones.ed269 import PREFIX
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
}
_TYPES: Final = frozenset({"PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL", "NO_RESTRICTION"})
REASON_CHARS: Final = 30
_KEPT: Final = (
    *("region", "otherReasonInfo", "regulationExemption", "uSpaceClass", "message"),
    "extendedProperties",
)


def encode(restrictions: list[contract.Restriction], country: str, now_us: int) -> Exported:
    """The document, and what of each restriction it cannot carry."""
    features, lost = export_zones.features(
        restrictions, lambda restriction, losses: _feature(restriction, country, losses)
    )
    title = f"Keepclear restrictions {export_zones.time_text(now_us)}"
    return Exported(document({"title": title, "features": features}), lost)


def _feature(restriction: contract.Restriction, country: str, losses: Losses) -> JsonObject:
    kept = published(restriction, PREFIX)
    found: JsonObject = {
        "identifier": export_zones.identifier(restriction, kept, losses),
        "country": kept.get("country", country),
        "name": kept.get("name", restriction.title[:200]),
        "type": kept.get("type", "COMMON"),
        "restriction": export_zones.zone_type(restriction, _TYPES),
        "reason": kept.get("reason", ["OTHER"]),
    }
    found |= export_zones.texts(restriction, kept, _KEPT, losses)
    if "reason" not in kept and "otherReasonInfo" not in found and restriction.reason:
        reason = export_zones.cut(restriction.reason, REASON_CHARS, "reason", losses)
        found["otherReasonInfo"] = reason
    found["applicability"] = _applicability(restriction, losses)
    found["zoneAuthority"] = export_zones.authorities(restriction)
    found["geometry"] = [_volume(volume, losses) for volume in restriction.volumes]
    return found


def _applicability(restriction: contract.Restriction, losses: Losses) -> list[JsonObject]:
    if export_zones.is_permanent(restriction):
        return [{"permanent": "YES"}]
    found: list[JsonObject] = []
    for window in restriction.windows:
        period = export_zones.period(window, with_sun=False, losses=losses, zulu=".00Z")
        dated = "startDateTime" in period or "endDateTime" in period
        found.append({"permanent": "NO" if dated else "YES", **period})
    return found


def _volume(volume: volumes.RestrictionVolume, losses: Losses) -> JsonObject:
    layer = export_zones.layer(volume, _REFERENCES, losses)
    found: JsonObject = {"uomDimensions": str(layer["uom"]).upper()}
    for name in ("lower", "upper"):
        if name in layer:
            found[f"{name}Limit"] = layer[name]
            found[f"{name}VerticalReference"] = layer[f"{name}Reference"]
    if volume.HasField("circle"):
        center, radius_m = position(volume.circle.center), volume.circle.radius_m
        return {
            **found,
            "horizontalProjection": {"type": "Circle", "center": center, "radius": radius_m},
        }
    coordinates = polygon_coordinates(volume.polygon, losses)
    return {**found, "horizontalProjection": {"type": "Polygon", "coordinates": coordinates}}
