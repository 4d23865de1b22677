"""Rings of AIXM surfaces, made of their edges with every arc's direction decided.

An arc's direction in this dataset cannot be relied on: it nearly always takes the shorter sweep
whatever its angles say. Where angles and shorter sweep agree, that is read. Where they do not, the
shorter sweep is, if that alone makes a ring that does not cross itself; if both do, the one that
encloses more; else the convex hull of both: the last two are coarser, and the item says so. A
border (a coast) is a long line of which the ring takes the piece between its neighbours' ends.
"""

from typing import Final
from xml.etree.ElementTree import Element

from shapely import Polygon as Outline

from adapters.geozones import ground, rings
from adapters.geozones.aixm_curves import ArcAsked, Borders, Piece, pieces_of
from adapters.geozones.limits_of_input import HOLES_PER_POLYGON, VERTICES_PER_RING
from adapters.geozones.model import Arc, Polygon, Position, Ring, Shape, Vertex
from adapters.geozones.report import Notes, Reason, Unreadable

JOIN_M: Final = 150.0
"""How far ends that should meet may lie apart: arcs are given to a tenth of a mile."""
ARCS_TO_TRY_MAX: Final = 6
"""Arcs of one ring whose direction is in doubt; each doubles the rings to try."""


def shape_of(exterior: Element | None, order: bool, borders: Borders, notes: Notes) -> Shape:
    """The outer ring, or the circle, of a patch."""
    pieces, circle = pieces_of(exterior, order)
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
    pieces, circle = pieces_of(interior, order)
    own = Notes()
    ring = _ring(pieces, borders, own)
    if circle is not None or own.coarser:
        raise Unreadable(Reason.MALFORMED, "a hole that is round or in doubt")
    return list(ring)


def _ring(pieces: list[Piece], borders: Borders, notes: Notes) -> Ring:
    """The ring of its pieces, with every arc's direction decided."""
    doubtful = [
        i
        for i, piece in enumerate(pieces)
        if isinstance(piece, ArcAsked) and piece.clockwise_said != piece.clockwise_shorter
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


def _hull_of_both(pieces: list[Piece], borders: Borders, doubtful: set[int]) -> Ring:
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


def _vertices(pieces: list[Piece], borders: Borders, shorter: set[int]) -> list[Vertex]:
    vertices: list[Vertex] = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, ArcAsked):
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


def _border(pieces: list[Piece], index: int, borders: Borders) -> list[Position]:
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
