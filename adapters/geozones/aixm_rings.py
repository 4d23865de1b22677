"""Rings of AIXM surfaces: strings of points, arcs by centre, circles, and borders by reference.

An arc's direction in this dataset cannot be relied on: it nearly always takes the shorter sweep
whatever its angles say. Where angles and shorter sweep agree, that is read. Where they do not, the
shorter sweep is, if that alone makes a ring that does not cross itself; if both do, the one that
encloses more; else the convex hull of both: the last two are coarser, and the item says so. A
border (a coast) is a long line of which the ring takes the piece between its neighbours' ends.
"""

import math
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from shapely import Polygon as Outline

from adapters.geozones import ground, positions, rings
from adapters.geozones.limits_of_input import HOLES_PER_POLYGON, VERTICES_PER_RING
from adapters.geozones.model import (
    Arc,
    Circle,
    Notes,
    Polygon,
    Position,
    Reason,
    Ring,
    Shape,
    Unreadable,
    Vertex,
)
from adapters.geozones.units import FOOT_M, KILOMETRE_M, NAUTICAL_MILE_M
from adapters.geozones.xml_input import child, local_name, text_of

_UNIT_M: Final = {
    "[NMI_I]": NAUTICAL_MILE_M,
    "NM": NAUTICAL_MILE_M,
    "M": 1.0,
    "KM": KILOMETRE_M,
    "FT": FOOT_M,
}
_HREF: Final = "{http://www.w3.org/1999/xlink}href"
JOIN_M: Final = 150.0
"""How far ends that should meet may lie apart: arcs are given to a tenth of a mile."""
ARCS_TO_TRY_MAX: Final = 6
"""Arcs of one ring whose direction is in doubt; each doubles the rings to try."""
Borders = dict[str, list[Position]]


@dataclass(frozen=True, slots=True)
class _ArcAsked:
    """An arc as published, before its direction is decided."""

    center: Position
    radius_m: float
    start_deg: float
    end_deg: float

    @property
    def clockwise_said(self) -> bool:
        """Angles grow clockwise from north; from the first to the second, by their numbers."""
        return self.end_deg > self.start_deg

    @property
    def clockwise_shorter(self) -> bool:
        return (self.end_deg - self.start_deg) % 360.0 <= 180.0


_Piece = list[Position] | _ArcAsked | str
"""A string of points, an arc, or the id of a border."""


def latitude_first(srs_name: str) -> bool:
    """Whether a position is latitude, longitude. Unreadable for any other reference system."""
    if srs_name.endswith("4326"):
        return True
    if srs_name.endswith("CRS84"):
        return False
    raise Unreadable(Reason.MALFORMED, f"unknown reference system {srs_name[:40]!r}")


def borders_in(root: Element) -> Borders:
    """The lines of all GeoBorders, by identifier."""
    found: Borders = {}
    for border in (e for e in root.iter() if local_name(e) == "GeoBorder"):
        curve = next((e for e in border.iter() if local_name(e) == "Curve"), None)
        if curve is None:
            continue
        try:
            order = latitude_first(curve.get("srsName") or "")
            found[text_of(child(border, "identifier"))] = _points(curve, order)
        except Unreadable:
            continue
    return found


def shape_of(exterior: Element | None, order: bool, borders: Borders, notes: Notes) -> Shape:
    """The outer ring, or the circle, of a patch."""
    pieces, circle = _pieces(exterior, order)
    if circle is not None:
        if pieces:
            raise Unreadable(Reason.MALFORMED, "a circle with other edges")
        return circle
    return Polygon(_ring(pieces, borders, notes))


def holes_in(
    interiors: list[Element], outer: Polygon, order: bool, borders: Borders, notes: Notes
) -> tuple[Ring, ...]:
    """The holes that can be cut out; the others are filled in."""
    if len(interiors) > HOLES_PER_POLYGON:
        notes.coarse(f"more than {HOLES_PER_POLYGON} holes: the others are filled in")
    lines: list[list[Vertex]] = []
    for interior in interiors[:HOLES_PER_POLYGON]:
        try:
            lines.append(_hole(interior, order, borders))
        except Unreadable:
            notes.coarse("a hole that cannot be read is filled in")
    return rings.holes_of(lines, outer.outer, notes)


def _hole(interior: Element, order: bool, borders: Borders) -> list[Vertex]:
    pieces, circle = _pieces(interior, order)
    own = Notes()
    ring = _ring(pieces, borders, own)
    if circle is not None or own.coarser:
        raise Unreadable(Reason.MALFORMED, "a hole that is round or in doubt")
    return list(ring)


def _pieces(exterior: Element | None, order: bool) -> tuple[list[_Piece], Circle | None]:
    pieces: list[_Piece] = []
    circle: Circle | None = None
    ring = child(exterior, "Ring")
    if ring is None:
        raise Unreadable(Reason.NO_AREA, "a surface without a ring")
    for member in (e for e in ring if local_name(e) == "curveMember"):
        if href := member.get(_HREF):
            pieces.append(href.removeprefix("urn:uuid:").removeprefix("#"))
            continue
        for segments in (e for e in member.iter() if local_name(e) == "segments"):
            for segment in segments:
                piece = _segment(segment, order)
                if isinstance(piece, Circle):
                    circle = piece
                else:
                    pieces.append(piece)
    return pieces, circle


def _segment(segment: Element, order: bool) -> list[Position] | _ArcAsked | Circle:
    match local_name(segment):
        case "GeodesicString" | "LineStringSegment":
            return _points(segment, order)
        case "CircleByCenterPoint":
            radius_m = _radius_m(child(segment, "radius"))
            return Circle(_center(segment, order), radius_m, text_of(child(segment, "radius")))
        case "ArcByCenterPoint":
            return _ArcAsked(
                _center(segment, order),
                _radius_m(child(segment, "radius")),
                _angle(child(segment, "startAngle")),
                _angle(child(segment, "endAngle")),
            )
        case other:
            raise Unreadable(Reason.MALFORMED, f"an edge of an unknown kind: {other[:40]}")


def _points(element: Element, order: bool) -> list[Position]:
    found: list[Position] = []
    for pos in (e for e in element.iter() if local_name(e) in {"pos", "posList"}):
        numbers = text_of(pos).split()
        if len(numbers) % 2 or not numbers:
            raise Unreadable(Reason.MALFORMED, "a position without two coordinates")
        if len(found) + len(numbers) // 2 > 20 * VERTICES_PER_RING:
            raise Unreadable(Reason.TOO_LARGE, "a line of too many points")
        for first, second in zip(numbers[::2], numbers[1::2], strict=True):
            found.append(_position(first, second, order))
    return found


def _position(first: str, second: str, order: bool) -> Position:
    try:
        a, b = float(first), float(second)
    except ValueError as error:
        raise Unreadable(Reason.MALFORMED, "a coordinate is not a number") from error
    return positions.checked(a, b) if order else positions.checked(b, a)


def _center(segment: Element, order: bool) -> Position:
    points = _points(segment, order)
    if len(points) != 1:
        raise Unreadable(Reason.MALFORMED, "an arc without one centre")
    return points[0]


def _radius_m(element: Element | None) -> float:
    unit = _UNIT_M.get((element.get("uom") or "").upper()) if element is not None else None
    radius_m = _number(element) * unit if unit is not None else 0.0
    if not 0.0 < radius_m <= 2_000_000.0:
        raise Unreadable(Reason.MALFORMED, "a radius that cannot be one")
    return radius_m


def _angle(element: Element | None) -> float:
    if element is None or (element.get("uom") or "deg") != "deg":
        raise Unreadable(Reason.MALFORMED, "an angle that is not in degrees")
    angle = _number(element)
    if not -360.0 <= angle <= 720.0:
        raise Unreadable(Reason.MALFORMED, "an angle out of range")
    return angle


def _number(element: Element | None) -> float:
    try:
        value = float(text_of(element))
    except ValueError as error:
        raise Unreadable(Reason.MALFORMED, "not a number") from error
    if not math.isfinite(value):
        raise Unreadable(Reason.MALFORMED, "not a number")
    return value


def _ring(pieces: list[_Piece], borders: Borders, notes: Notes) -> Ring:
    """The ring of its pieces, with every arc's direction decided."""
    doubtful = [
        i
        for i, piece in enumerate(pieces)
        if isinstance(piece, _ArcAsked) and piece.clockwise_said != piece.clockwise_shorter
    ]
    if len(doubtful) > ARCS_TO_TRY_MAX:
        raise Unreadable(Reason.TOO_LARGE, "too many arcs whose direction is in doubt")
    tries: dict[int, Ring] = {}
    for choice in range(2 ** len(doubtful)):
        own = Notes()
        ring = rings.ring_of(_vertices(pieces, borders, _chosen(doubtful, choice)), own)
        if not own.coarser:
            tries[choice] = ring
    if not doubtful:
        return tries[0] if tries else rings.ring_of(_vertices(pieces, borders, set()), notes)
    all_shorter = 2 ** len(doubtful) - 1
    if set(tries) == {all_shorter}:
        notes.deviate("the angles of an arc say the longer sweep, which makes no ring")
        return tries[all_shorter]
    if all_shorter in tries:
        notes.coarse("the direction of an arc is in doubt: the one that encloses more is set")
        return max(tries.values(), key=_size)
    notes.coarse("the direction of an arc is in doubt: the convex hull of both is set")
    return _hull_of_both(pieces, borders, set(doubtful))


def _chosen(doubtful: list[int], choice: int) -> set[int]:
    return {index for bit, index in enumerate(doubtful) if choice >> bit & 1}


def _hull_of_both(pieces: list[_Piece], borders: Borders, doubtful: set[int]) -> Ring:
    corners: list[Position] = []
    for shorter in (set[int](), doubtful):
        ring = tuple(_vertices(pieces, borders, shorter))
        corners.extend((*ground.drawn(ring), *ground.drawn_outside(ring)))
    around = ground.hull(corners)
    if around is None:
        raise Unreadable(Reason.NO_AREA, "the corners of a ring lie on one line")
    return around


def _size(ring: Ring) -> float:
    corners = ground.drawn(ring)
    return float(Outline([(p.longitude_deg, p.latitude_deg) for p in corners]).area)


def _vertices(pieces: list[_Piece], borders: Borders, shorter: set[int]) -> list[Vertex]:
    vertices: list[Vertex] = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, _ArcAsked):
            clockwise = piece.clockwise_shorter if index in shorter else piece.clockwise_said
            start = ground.destination(piece.center, piece.start_deg, piece.radius_m)
            end = ground.destination(piece.center, piece.end_deg, piece.radius_m)
            if not vertices or not _near(vertices[-1].at, start):
                vertices.append(Vertex(start))
            vertices[-1] = Vertex(vertices[-1].at, Arc(piece.center, clockwise, piece.radius_m))
            vertices.append(Vertex(end))
            continue
        points = piece if isinstance(piece, list) else _border(pieces, index, borders)
        for point in points:
            _join(vertices, point)
    if len(vertices) > 1 and _near(vertices[-1].at, vertices[0].at):
        vertices.pop()
    return vertices


def _join(vertices: list[Vertex], point: Position) -> None:
    """Adds a corner, unless the line is already there; the published one wins over a computed."""
    follows_arc = len(vertices) > 1 and vertices[-2].arc is not None
    if vertices and (vertices[-1].at == point or (follows_arc and _near(vertices[-1].at, point))):
        vertices[-1] = Vertex(point)
    else:
        vertices.append(Vertex(point))


def _near(a: Position, b: Position) -> bool:
    return ground.distance_m(a, b) <= JOIN_M


def _border(pieces: list[_Piece], index: int, borders: Borders) -> list[Position]:
    """The piece of the border between the end of the piece before and the start of the next."""
    name = pieces[index]
    line = borders.get(name) if isinstance(name, str) else None
    if not line:
        raise Unreadable(Reason.NO_AREA, "a border that this file does not hold")
    before, after = pieces[index - 1], pieces[(index + 1) % len(pieces)]
    if not (isinstance(before, list) and isinstance(after, list) and before and after):
        raise Unreadable(Reason.MALFORMED, "a border that no points lead to")
    first, last = _nearest(line, before[-1]), _nearest(line, after[0])
    step = 1 if first <= last else -1
    piece = line[first : last + step if last + step >= 0 else None : step]
    if len(piece) > VERTICES_PER_RING:
        raise Unreadable(Reason.TOO_LARGE, "a border of too many points")
    return piece


def _nearest(line: list[Position], point: Position) -> int:
    distances = [ground.distance_m(p, point) for p in line]
    nearest = min(range(len(line)), key=distances.__getitem__)
    if distances[nearest] > JOIN_M:
        raise Unreadable(Reason.MALFORMED, "a border that does not meet the ring")
    return nearest
