"""Restrictions as KML, for looking at. What a map cannot draw is in each placemark's words.

A height is drawn only where the viewer would draw it right: above mean sea level as `absolute`,
above ground as `relativeToGround`. A volume that begins above the ground is drawn at its ceiling
without walls. Limits on other datums lie flat on the ground, and the words say so.
"""

from typing import Final
from xml.etree import ElementTree as ET

from adapters.geozones import export_zones
from adapters.geozones.export_shapes import (
    Exported,
    Losses,
    circle_coordinates,
    document,
    limit_words,
    polygon_coordinates,
)
from keepclear.v1 import restrictions_pb2 as contract
from keepclear.v1 import volumes_pb2 as volumes

NAMESPACE: Final = "http://www.opengis.net/kml/2.2"
_MODES: Final = {
    int(volumes.LIMIT_DATUM_AMSL): "absolute",
    int(volumes.LIMIT_DATUM_AGL): "relativeToGround",
}
_COLOURS: Final = {
    int(contract.ENTRY_RULE_ASK): "6600a5ff",
    int(contract.ENTRY_RULE_INFORMATION): "66ff9900",
}
"""Alpha, blue, green, red."""
_KEEP_CLEAR_COLOUR: Final = "660000ff"


def encode(restrictions: list[contract.Restriction]) -> Exported:
    """The document, and what of each restriction it cannot draw."""
    lost: list[tuple[str, str]] = []
    root = ET.Element("kml", xmlns=NAMESPACE)
    folder = ET.SubElement(root, "Document")
    _text(folder, "name", "Keepclear restrictions")
    for restriction in restrictions:
        losses = Losses(restriction.name)
        for volume in restriction.volumes:
            _placemark(folder, restriction, volume, losses)
        losses.lose("hours, exemptions and what they are based on: in words only")
        lost.extend(losses.pairs())
    return Exported(ET.tostring(root, encoding="utf-8", xml_declaration=True), tuple(lost))


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value


def _placemark(
    parent: ET.Element,
    restriction: contract.Restriction,
    volume: volumes.RestrictionVolume,
    losses: Losses,
) -> None:
    placemark = ET.SubElement(parent, "Placemark")
    _text(placemark, "name", restriction.title)
    _text(placemark, "description", _words(restriction, volume))
    style = ET.SubElement(ET.SubElement(placemark, "Style"), "PolyStyle")
    _text(style, "color", _COLOURS.get(restriction.entry_rule, _KEEP_CLEAR_COLOUR))
    polygon = ET.SubElement(placemark, "Polygon")
    altitude_m, mode = _height(volume, losses)
    from_ground = volume.floor.datum == volumes.LIMIT_DATUM_SURFACE
    _text(polygon, "extrude", "1" if from_ground and mode != "clampToGround" else "0")
    _text(polygon, "altitudeMode", mode)
    if volume.HasField("circle"):
        losses.lose("circles: drawn as short lines that leave nothing out")
        rings = circle_coordinates(volume.circle)
    else:
        rings = polygon_coordinates(volume.polygon, losses)
    for place, ring in enumerate(rings):
        boundary = ET.SubElement(polygon, "innerBoundaryIs" if place else "outerBoundaryIs")
        line = ET.SubElement(boundary, "LinearRing")
        points = " ".join(f"{lon:.7f},{lat:.7f},{altitude_m:.1f}" for lon, lat in ring)
        _text(line, "coordinates", points)


def _height(volume: volumes.RestrictionVolume, losses: Losses) -> tuple[float, str]:
    if volume.floor.datum != volumes.LIMIT_DATUM_SURFACE:
        losses.lose("the floor: drawn without it")
    mode = _MODES.get(volume.ceiling.datum)
    if mode is None:
        losses.lose(f"ceiling {limit_words(volume.ceiling)}: drawn on the ground")
        return 0.0, "clampToGround"
    return volume.ceiling.value_m, mode


def _words(restriction: contract.Restriction, volume: volumes.RestrictionVolume) -> str:
    hours = [
        document(export_zones.period(window, with_sun=True, losses=Losses(""))).decode().strip()
        for window in restriction.windows[:10]
    ]
    exempt = [f"{e.beneficiary}: {e.conditions}" for e in restriction.exemptions]
    lines = [
        f"{limit_words(volume.floor)} to {limit_words(volume.ceiling)}",
        restriction.reason,
        *(f"When: {' '.join(said.split())}" for said in hours),
        *(f"Exempt: {said}" for said in exempt),
        f"Contact: {restriction.contact}" if restriction.contact else "",
        restriction.source.text,
    ]
    return "\n".join(filter(None, lines))
