"""YAXIM: British airspace in YAML; limits are feet above mean sea level unless they say more."""

import re
from typing import Final

import yaml

from adapters.geozones import heights, json_input, positions, rings
from adapters.geozones.json_input import JsonObject
from adapters.geozones.limits_of_input import (
    ITEMS,
    NESTING,
    SOURCE_BYTES,
    VERTICES_PER_ITEM,
    VERTICES_PER_RING,
    VOLUMES_PER_ITEM,
)
from adapters.geozones.model import (
    Applies,
    Arc,
    Circle,
    Entry,
    Limit,
    Polygon,
    Position,
    Shape,
    Vertex,
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
from adapters.geozones.units import KILOMETRE_M, NAUTICAL_MILE_M

FORMAT: Final = "yaxim"
_RADIUS: Final = re.compile(r"(\d{1,4}(?:\.\d{1,6})?) ?(nm|km|m)")
_UNIT_M: Final = {"nm": NAUTICAL_MILE_M, "km": KILOMETRE_M, "m": 1.0}
_STAY_OUT: Final = {"P", "R", "RA", "RAT", "RA(T)"}
_ASK: Final = {"D", "D_OTHER"}
_MARKS: Final = re.compile(rb"[\n\[{,:-]")
YAML_MARKS: Final = 2_000_000
"""Marks that can begin a value: the reader takes about ten microseconds for each."""


class _PlainLoader(yaml.SafeLoader):
    """Safe loading without aliases, which can make a small file large, and without depth."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._nesting = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise Unreadable(Reason.MALFORMED, "YAML with aliases is not read")
        self._nesting += 1
        if self._nesting > NESTING:
            raise Unreadable(Reason.TOO_LARGE, "YAML nested too deep")
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
        finally:
            self._nesting -= 1
        return node


def decode(data: bytes) -> Decoded:
    """Every airspace of a document. Raises Unreadable when it is none; nothing else."""
    document = json_input.as_object(_parse(data))
    sections = [value for value in document.values() if isinstance(value, list)]
    entries = [entry for section in sections for entry in section if isinstance(entry, dict)]
    if not any("geometry" in entry for entry in entries):
        raise Unreadable(Reason.MALFORMED, "no airspace with geometry")
    if len(entries) > ITEMS:
        raise Unreadable(Reason.TOO_LARGE, f"more than {ITEMS} airspaces")
    return Decoded(FORMAT, tuple(_item(place, e) for place, e in enumerate(entries, start=1)))


def _parse(data: bytes) -> object:
    if len(data) > SOURCE_BYTES or len(_MARKS.findall(data)) > YAML_MARKS:
        raise Unreadable(Reason.TOO_LARGE, "larger than any airspace file")
    try:
        loader = _PlainLoader(data.decode("utf-8-sig"))
        try:
            document: object = loader.get_single_data()
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise Unreadable(Reason.MALFORMED, "not UTF-8") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise Unreadable(Reason.MALFORMED, f"not YAML: {str(error)[:100]}") from error
    except (AttributeError, KeyError, IndexError) as error:
        raise Unreadable(Reason.MALFORMED, "not YAML that can be built") from error
    return document


def _item(place: int, entry: JsonObject) -> SourceItem:
    notes = Notes()
    title = json_input.text(entry.get("name"))[:400]
    reference = (json_input.text(entry.get("id")) or title)[:100]
    if not reference:
        notes.deviate("an airspace without a name: named by its place")
        reference = f"item {place}"
    try:
        return read_item(_zone(entry, reference, title, notes), notes)
    except Unreadable as problem:
        return refused_item(reference, title, problem, notes)


def _zone(entry: JsonObject, reference: str, title: str, notes: Notes) -> Zone:
    parts = [json_input.as_object(part) for part in json_input.as_list(entry.get("geometry"))]
    if not parts:
        raise Unreadable(Reason.NO_AREA, "an airspace without geometry")
    if len(parts) > VOLUMES_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {VOLUMES_PER_ITEM} volumes")
    kind = json_input.text(entry.get("type")).upper()
    local = json_input.text(entry.get("localtype"))
    notes.coarse("the format has no hours: set at all times")
    return Zone(
        reference=reference,
        title=title or reference,
        designation=" ".join(filter(None, (kind, local, json_input.text(entry.get("class")))))[:80],
        entry=_entry(kind),
        applies=Applies.ALL,
        volumes=tuple(_volume(part, notes) for part in parts),
        windows=(Window(None, None),),
        text=", ".join(json_input.text(rule) for rule in json_input.as_list(entry.get("rules"))),
    )


def _entry(kind: str) -> Entry:
    if kind in _STAY_OUT:
        return Entry.KEEP_CLEAR
    return Entry.ASK if kind in _ASK else Entry.INFORMATION


def _volume(part: JsonObject, notes: Notes) -> Volume:
    limits = heights.settled(_limit(part.get("lower")), _limit(part.get("upper")), notes)
    return Volume(_shape(json_input.as_list(part.get("boundary")), notes), *limits)


def _limit(value: object) -> Limit | None:
    return heights.parse_limit(json_input.text(value), bare_is_feet_amsl=True)


def _shape(boundary: list[object], notes: Notes) -> Shape:
    vertices: list[Vertex] = []
    for step in boundary:
        plain = json_input.as_object(step)
        if "circle" in plain:
            if len(boundary) > 1:
                raise Unreadable(Reason.MALFORMED, "a circle with other edges")
            circle = json_input.as_object(plain["circle"])
            radius_m = _radius_m(circle.get("radius"))
            center = _position(circle.get("centre"))
            return Circle(center, radius_m, json_input.text(circle.get("radius")))
        if "line" in plain:
            points = json_input.as_list(plain["line"])[: VERTICES_PER_RING + 2]
            vertices.extend(Vertex(_position(point)) for point in points)
        elif "arc" in plain:
            _add_arc(json_input.as_object(plain["arc"]), vertices)
        else:
            raise Unreadable(Reason.MALFORMED, "an edge that is neither line, arc nor circle")
        if len(vertices) > VERTICES_PER_ITEM:
            raise Unreadable(Reason.TOO_LARGE, f"more than {VERTICES_PER_ITEM} corners")
    return Polygon(rings.ring_of(vertices, notes))


def _add_arc(arc: JsonObject, vertices: list[Vertex]) -> None:
    """The arc leads on from the last corner; `to` becomes the next one."""
    if not vertices:
        raise Unreadable(Reason.MALFORMED, "an arc that begins nowhere")
    direction = json_input.text(arc.get("dir")).lower()
    if direction not in {"cw", "ccw"}:
        raise Unreadable(Reason.MALFORMED, "an arc without a direction")
    center = _position(arc.get("centre"))
    turn = Arc(center, direction == "cw", _radius_m(arc.get("radius")))
    vertices[-1] = Vertex(vertices[-1].at, turn)
    vertices.append(Vertex(_position(arc.get("to"))))


def _position(value: object) -> Position:
    return positions.parse(json_input.text(value))


def _radius_m(value: object) -> float:
    match = _RADIUS.fullmatch(json_input.text(value))
    radius_m = float(match[1]) * _UNIT_M[match[2]] if match is not None else 0.0
    if not radius_m > 0.0:
        raise Unreadable(Reason.MALFORMED, "a radius that cannot be read")
    return radius_m
