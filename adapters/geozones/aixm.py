"""AIXM 5.1 airspace, as the United Kingdom publishes its UAS dataset."""

from typing import Final
from xml.etree.ElementTree import Element

from adapters.geozones import aixm_curves, aixm_rings, heights, xml_input
from adapters.geozones.aixm_curves import Borders
from adapters.geozones.limits_of_input import ITEMS, TEXT_CHARS, VOLUMES_PER_ITEM
from adapters.geozones.model import (
    Applies,
    Datum,
    Entry,
    Limit,
    Polygon,
    Shape,
    Unit,
    Volume,
    Window,
    Zone,
)
from adapters.geozones.report import (
    Decoded,
    Notes,
    Reason,
    SourceItem,
    Unreadable,
    read_item,
    refused_item,
)
from adapters.geozones.xml_input import child, local_name, text_of

FORMAT: Final = "aixm-5.1"
_STAY_OUT: Final = {"P", "R", "PROHIBITED", "RESTRICTED"}
_DRONES_ONLY: Final = {"FRZ", "RPZ"}
"""Local types of flight restriction and runway protection zones (ANO 2016, article 94A)."""
_UNITS: Final = {"FT": Unit.FEET, "M": Unit.METRES, "FL": Unit.FLIGHT_LEVEL}
_DATUMS: Final = {"SFC": Datum.AGL, "MSL": Datum.AMSL, "W84": Datum.HAE, "STD": Datum.FLIGHT_LEVEL}


def decode(data: bytes) -> Decoded:
    """Every Airspace of a message. Raises Unreadable when there is none; nothing else."""
    root = xml_input.parse(data)
    found = [e for e in root.iter() if local_name(e) == "Airspace"]
    if not found:
        raise Unreadable(Reason.MALFORMED, "no Airspace element")
    if len(found) > ITEMS:
        raise Unreadable(Reason.TOO_LARGE, f"more than {ITEMS} airspaces")
    borders = aixm_curves.borders_in(root)
    return Decoded(FORMAT, tuple(_item(p, e, borders) for p, e in enumerate(found, start=1)))


def _item(place: int, airspace: Element, borders: Borders) -> SourceItem:
    notes = Notes()
    part = _slice(airspace, notes)
    reference = (text_of(child(part, "designator")) or text_of(child(airspace, "identifier")))[:100]
    title = text_of(child(part, "name"))[:400]
    try:
        return read_item(_zone(part, reference, title, borders, notes), notes)
    except Unreadable as problem:
        return refused_item(reference or f"item {place}", title, problem, notes)


def _slice(airspace: Element, notes: Notes) -> Element | None:
    """The time slice that holds: the last baseline where there are several."""
    slices = [e for e in airspace.iter() if local_name(e) == "AirspaceTimeSlice"]
    if len(slices) > 1:
        notes.deviate("several time slices: the last baseline is read")
        baseline = [e for e in slices if text_of(child(e, "interpretation")) in {"", "BASELINE"}]
        slices = baseline or slices
    return slices[-1] if slices else None


def _zone(part: Element | None, reference: str, title: str, borders: Borders, notes: Notes) -> Zone:
    if part is None or not reference:
        raise Unreadable(Reason.MALFORMED, "an airspace without a time slice or designator")
    kind, local = text_of(child(part, "type")).upper(), text_of(child(part, "localType")).upper()
    drones = local in _DRONES_ONLY or reference.upper().startswith("EGRU")
    return Zone(
        reference=reference,
        title=title or reference,
        designation=" ".join(filter(None, (kind, local)))[:80],
        entry=Entry.KEEP_CLEAR if kind in _STAY_OUT else Entry.ASK,
        applies=Applies.DRONES if drones else Applies.ALL,
        volumes=_volumes(part, borders, notes),
        windows=(Window(None, None),),
        text=_activation(part, notes),
    )


def _activation(part: Element, notes: Notes) -> str:
    """The words about its hours. They are prose, so it is set at all times."""
    activations = [e for e in part.iter() if local_name(e) == "AirspaceActivation"]
    said: list[str] = []
    for activation in activations:
        status = text_of(child(activation, "status"))
        if status == "AVBL_FOR_ACTIVATION":
            notes.coarse("available for activation: set at all times")
        said += [text_of(e) for e in activation.iter() if local_name(e) == "note"]
        if any(local_name(e) in {"Timesheet", "timeInterval"} for e in activation.iter()):
            notes.coarse("time sheets are not read: set at all times")
    words = " ".join(filter(None, said))
    if words:
        notes.coarse("hours in prose are not read: set at all times")
    return words[:TEXT_CHARS]


def _volumes(part: Element, borders: Borders, notes: Notes) -> tuple[Volume, ...]:
    volumes: list[Volume] = []
    for component in (e for e in part.iter() if local_name(e) == "AirspaceGeometryComponent"):
        operation = text_of(child(component, "operation"))
        if operation in {"SUBTR", "INTERS"}:
            notes.coarse("a part that is to be cut away is not")
            continue
        for volume in (e for e in component.iter() if local_name(e) == "AirspaceVolume"):
            floor, ceiling = _limits(volume, notes)
            shapes = _shapes(child(volume, "horizontalProjection"), borders, notes)
            volumes.extend(Volume(shape, floor, ceiling) for shape in shapes)
    if not volumes:
        raise Unreadable(Reason.NO_AREA, "an airspace without a volume of its own")
    if len(volumes) > VOLUMES_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {VOLUMES_PER_ITEM} volumes")
    return tuple(volumes)


def _limits(volume: Element, notes: Notes) -> tuple[Limit, Limit]:
    return heights.settled(_limit(volume, "lowerLimit"), _limit(volume, "upperLimit"), notes)


def _limit(volume: Element, name: str) -> Limit | None:
    element = child(volume, name)
    value, reference = text_of(element), text_of(child(volume, name + "Reference")).upper()
    said = (element.get("uom") or "").upper() if element is not None else ""
    published = f"{value} {said} {reference}".strip()[:60]
    if value.upper() == "UNL" or (said == "FL" and value == "999"):
        return Limit(0.0, Unit.NONE, Datum.UNLIMITED, published)
    if value.upper() == "GND":
        return Limit(0.0, Unit.NONE, Datum.SURFACE, published)
    unit, datum = _UNITS.get(said), _DATUMS.get(reference)
    try:
        number = float(value)
    except ValueError:
        return None
    if unit is None or datum is None or not heights.finite(number):
        return None
    if datum is Datum.AGL and number == 0.0:
        return Limit(0.0, Unit.NONE, Datum.SURFACE, published)
    if (unit is Unit.FLIGHT_LEVEL) != (datum is Datum.FLIGHT_LEVEL) and unit is not Unit.FEET:
        return None
    limit = Limit(number, unit, datum, published)
    return limit if heights.finite(limit.value_m) else None


def _shapes(projection: Element | None, borders: Borders, notes: Notes) -> list[Shape]:
    surface = child(projection, "Surface")
    if surface is None:
        raise Unreadable(Reason.NO_AREA, "a volume without a surface of its own")
    order = aixm_curves.latitude_first(surface.get("srsName") or "")
    shapes: list[Shape] = []
    for patch in (e for e in surface.iter() if local_name(e) == "PolygonPatch"):
        outer = aixm_rings.shape_of(child(patch, "exterior"), order, borders, notes)
        inner = [e for e in patch if local_name(e) == "interior"]
        if inner and isinstance(outer, Polygon):
            holes = aixm_rings.holes_in(inner, outer, order, borders, notes)
            outer = Polygon(outer.outer, holes)
        elif inner:
            notes.coarse("a hole in a circle is filled in")
        shapes.append(outer)
    return shapes
