"""OpenAir airspace text.

The openair package reads the whole file or nothing, rounds limits to whole feet and takes only one
activation time (AA), so one odd line would lose a country, and a height would move. It reads the
shapes, one airspace at a time; names, limits and times are read here, from the same lines.
"""

import re
from typing import Final

import openair

from adapters.geozones import days, ground, heights, positions, rings
from adapters.geozones.limits_of_input import ITEMS, SOURCE_BYTES, TEXT_CHARS
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
from adapters.geozones.units import NAUTICAL_MILE_M

FORMAT: Final = "openair"
_RECORD: Final = re.compile(r"^([A-Z]{1,2})(?:[ \t]+(.*?))?[ \t]*$")
_SHAPE_RECORDS: Final = ("DP", "DC", "DA", "DB", "V")
_KNOWN: Final = {*_SHAPE_RECORDS, "AC", "AN", "AL", "AH", "AY", "AF", "AG", "AA", "AX", "AI"}
_DRAWING: Final = {"SP", "SB", "AT", "TO", "TC"}
"""How to draw it, which does not concern us."""
_STAY_OUT: Final = {"P", "R", "GP", "PROHIBITED", "RESTRICTED"}
_ASK: Final = {"Q", "D", "DANGER", "CTR", "RMZ", "TMZ", "W", "UAV"}
_ARC_JOIN_M: Final = 100.0
Records = list[tuple[str, str]]


def decode(data: bytes) -> Decoded:
    """Every airspace of a text. Raises Unreadable when there is none; nothing else."""
    if len(data) > SOURCE_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"larger than {SOURCE_BYTES} bytes")
    notes = Notes()
    blocks = _blocks(_text(data, notes))
    if not blocks:
        raise Unreadable(Reason.MALFORMED, "no airspace (AC) in this text")
    if len(blocks) > ITEMS:
        raise Unreadable(Reason.TOO_LARGE, f"more than {ITEMS} airspaces")
    items = tuple(_item(place, block) for place, block in enumerate(blocks, start=1))
    return Decoded(FORMAT, items, tuple(notes.deviations))


def _text(data: bytes, notes: Notes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes.deviate("not UTF-8: read as Latin-1")
        return data.decode("latin-1")


def _blocks(text: str) -> list[list[str]]:
    """The lines of each airspace, from its AC on; comments gone."""
    blocks: list[list[str]] = []
    for raw in text.splitlines():
        line = raw.split("*", 1)[0].strip()
        if line == "AC" or line.startswith("AC "):
            blocks.append([])
        if line and blocks:
            blocks[-1].append(line)
    return blocks


def _item(place: int, lines: list[str]) -> SourceItem:
    notes = Notes()
    records = [(m[1], m[2] or "") for line in lines if (m := _RECORD.match(line)) is not None]
    title = _said(records, "AN")[:400]
    reference = (_said(records, "AI") or title)[:100]
    if not reference:
        notes.deviate("an airspace without a name: named by its place")
        reference = f"item {place}"
    try:
        if len(records) != len(lines) or any(k not in _KNOWN | _DRAWING for k, _ in records):
            notes.deviate("a line of an unknown kind")
        return read_item(_zone(records, reference, title, notes), notes)
    except Unreadable as problem:
        return refused_item(reference, title, problem, notes)


def _said(records: Records, key: str) -> str:
    return next((value for name, value in records if name == key), "")


def _zone(records: Records, reference: str, title: str, notes: Notes) -> Zone:
    kind, sort = _said(records, "AC").upper(), _said(records, "AY").upper()
    windows, active = _windows(records, notes)
    if not active:
        raise Unreadable(Reason.ENDS_SOMETHING, "activation NONE: not active at any time")
    floor, ceiling = _limits(records, notes)
    station = " ".join(filter(None, (_said(records, "AG"), _said(records, "AF"))))
    return Zone(
        reference=reference,
        title=title or reference,
        designation=" ".join(filter(None, (kind, sort)))[:80],
        entry=_entry({kind, sort}),
        applies=Applies.ALL,
        volumes=(Volume(_shape(records, notes), floor, ceiling),),
        windows=windows,
        contact=station[:400],
    )


def _entry(words: set[str]) -> Entry:
    if words & _STAY_OUT:
        return Entry.KEEP_CLEAR
    return Entry.ASK if words & _ASK else Entry.INFORMATION


def _limits(records: Records, notes: Notes) -> tuple[Limit, Limit]:
    floor = heights.parse_limit(_said(records, "AL"), bare_is_feet_amsl=True)
    ceiling = heights.parse_limit(_said(records, "AH"), bare_is_feet_amsl=True)
    return heights.settled(floor, ceiling, notes)


def _windows(records: Records, notes: Notes) -> tuple[tuple[Window, ...], bool]:
    """Activation times, and whether it is active at all. Without any it is active always."""
    said = [value for name, value in records if name == "AA"]
    if not said:
        return (Window(None, None),), True
    windows: list[Window] = []
    for value in said:
        if value.upper() == "NONE":
            continue
        start, _, end = value.partition("/")
        try:
            windows.append(Window(_instant_us(start), _instant_us(end)))
        except Unreadable:
            notes.coarse("an activation time that cannot be read: set at all times")
            return (Window(None, None),), True
    return tuple(windows), bool(windows)


def _instant_us(text: str) -> int | None:
    if text.strip().upper() == "NONE":
        return None
    instant_us, zoned = days.iso_instant_us(text)
    if not zoned:
        raise Unreadable(Reason.MALFORMED, "an activation time without its zone")
    return instant_us


def _shape(records: Records, notes: Notes) -> Shape:
    """The shape as openair reads it, from its lines alone."""
    lines = [f"{name} {value}" for name, value in records if name in _SHAPE_RECORDS]
    if sum(map(len, lines)) > 20 * TEXT_CHARS:
        raise Unreadable(Reason.TOO_LARGE, "an airspace of too many lines")
    text = "\n".join(["AC R", "AN X", "AL GND", "AH UNL", *lines, ""])
    try:
        found = openair.parse_string(text)
    except ValueError as error:
        raise Unreadable(Reason.MALFORMED, str(error)[:120]) from error
    if len(found) != 1:
        raise Unreadable(Reason.NO_AREA, "an airspace without a shape")
    geometry = found[0]["geom"]
    if geometry["type"] == "Circle":
        center, radius_m = _position(geometry["centerpoint"]), geometry["radius"] * NAUTICAL_MILE_M
        if not 0.0 < radius_m <= 2_000_000.0:
            raise Unreadable(Reason.MALFORMED, "a radius that cannot be one")
        return Circle(center, radius_m, f"{geometry['radius']:g} NM")
    vertices: list[Vertex] = []
    for segment in geometry["segments"]:
        _add(segment, vertices)
    return Polygon(rings.ring_of(vertices, notes))


def _add(segment: openair.types.PolygonSegment, vertices: list[Vertex]) -> None:
    """One point or one arc; an arc that starts where the line is goes on from there."""
    if segment["type"] == "Point":
        vertices.append(Vertex(positions.checked(segment["lat"], segment["lng"])))
        return
    center = _position(segment["centerpoint"])
    clockwise = segment["direction"] == "cw"
    if segment["type"] == "Arc":
        start, end = _position(segment["start"]), _position(segment["end"])
        radius_m = ground.distance_m(center, start)
    else:
        radius_m = segment["radius"] * NAUTICAL_MILE_M
        if not 0.0 < radius_m <= 2_000_000.0:
            raise Unreadable(Reason.MALFORMED, "a radius that cannot be one")
        start = ground.destination(center, segment["angleStart"], radius_m)
        end = ground.destination(center, segment["angleEnd"], radius_m)
    if vertices and ground.distance_m(vertices[-1].at, start) < _ARC_JOIN_M:
        vertices.pop()
    vertices.append(Vertex(start, Arc(center, clockwise, radius_m)))
    vertices.append(Vertex(end))


def _position(value: openair.types.Coord) -> Position:
    return positions.checked(value["lat"], value["lng"])
