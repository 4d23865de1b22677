"""Areas in the text of a NOTAM's item E: circles, rings, and arcs by centre in either direction.

Theory of operation. The text is read left to right by what stands between its positions. A circle
takes one position and the radius beside it. A ring takes positions joined by dashes, commas or
"then", and arcs between them. The reading is exact only if every position and every "radius" of the
text went into a shape and every shape is a whole one; anything left over means that something was
said that was not understood, and then the whole area counts as unread.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from adapters.geozones import positions, rings
from adapters.geozones.limits_of_input import VOLUMES_PER_ITEM
from adapters.geozones.model import Arc, Circle, Polygon, Position, Shape, Vertex
from adapters.geozones.report import Notes, Reason, Unreadable
from adapters.geozones.units import FOOT_M, KILOMETRE_M, NAUTICAL_MILE_M

_LENGTH: Final = r"(\d{1,4}(?:\.\d{1,5})?) ?(NM|NAUTICAL MILES?|KM|MTRS?|METRES?|METERS?|M|FT)\b"
_UNIT_M: Final = {"NM": NAUTICAL_MILE_M, "NA": NAUTICAL_MILE_M, "KM": KILOMETRE_M, "FT": FOOT_M}
_ON: Final = r"(?: ?(?:OF|CENTERED|CENTRED|CENTRE|CENTER|ON|AT|FROM|AROUND|PSN|POSITION|POINT|:))*"
_BEFORE: Final = re.compile(rf"{_LENGTH} RADIUS{_ON} ?$")
_BEFORE_PLAIN: Final = re.compile(rf"\b(?:WI|WITHIN) {_LENGTH}(?: OF)? (?:PSN|POSITION):? ?$")
_BEFORE_PLAIN_USED: Final = re.compile(_BEFORE_PLAIN.pattern.removesuffix("$"))
_RADIUS_FIRST: Final = re.compile(rf"\bRADIUS(?: OF)? {_LENGTH},?{_ON} ?$")
_AFTER: Final = re.compile(rf",? ?(?:\([^()]{{0,80}}\),?)? ?RADIUS(?: OF)? {_LENGTH}")
_JOINED: Final = re.compile(r" ?(?:-|–|,|TO|THEN|THENCE|AND|-TO|, ?-|STRAIGHT LINE TO| )+ ?")
_ARC: Final = re.compile(
    r"[ ,-]*(?:THEN |THENCE )?(?:(?:BY|ALONG|VIA) )?(?:THE |AN? )?"
    r"(CLOCKWISE|ANTI ?-? ?CLOCKWISE|COUNTER ?-? ?CLOCKWISE)"
    r"(?: BY)?(?: THE| AN?)? ARC(?: OF)?(?: A| THE)?(?: CIRCLE)?,?(?: OF)?"
    rf" RADIUS(?: OF)? {_LENGTH}"
    r",?(?: (?:CENTRED|CENTERED|CENTRE|CENTER))(?: ON| AT)?(?: PSN| POSITION)?:? ?"
)
_ARC_END: Final = re.compile(r",? ?-? ?TO ?(?:PSN |POSITION )?")
_ARC_BETWEEN: Final = re.compile(r",? ?(?:BETWEEN|BTN) ?")
_RADIUS: Final = re.compile(r"\bRADIUS\b|\bRADII\b")
_UNSAID: Final = re.compile(
    r"\b(?:EITHER SIDE|ALONG THE (?:COAST|BORDER|RIVER|FIR)|CORRIDOR|(?<!NIGHT )SECTOR|TRACK BTN"
    r"|BOUNDARY OF|NOT BE WHOLLY CONTAINED|NOT CONTAINED|SEMI-?CIRCLE|BEARING)\b"
)
_LESS: Final = re.compile(r"\b(?:EXCLUDING|EXCL|EXCEPT THAT PART|LESS THAT PART|OUTSIDE)\b")


@dataclass(slots=True)
class _Place:
    """A position in the text, and whether it went into a shape."""

    at: Position
    start: int
    end: int


def flat(text: str) -> str:
    """One line, single spaces, upper case: how the patterns here expect it."""
    return " ".join(text.upper().split())


def shapes_in(text: str, notes: Notes) -> tuple[Shape, ...]:
    """All areas of the text. Raises Unreadable unless all of it was understood."""
    line = flat(text)
    places = [
        _Place(positions.from_match(m), m.start(), m.end())
        for m in positions.POSITION.finditer(line)
    ]
    if not places:
        raise Unreadable(Reason.NO_AREA, "no position in the text")
    if (doubt := _UNSAID.search(line)) is not None:
        raise Unreadable(Reason.MALFORMED, f"the text says {doubt.group(0)!r}")
    shapes: list[Shape] = []
    radii = index = 0
    while index < len(places):
        shape, used, radii_used = _next_shape(line, places, index, notes)
        shapes.append(shape)
        index += used
        radii += radii_used
    if len(shapes) > VOLUMES_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {VOLUMES_PER_ITEM} areas in the text")
    if radii != len(_RADIUS.findall(line)) + len(_BEFORE_PLAIN_USED.findall(line)):
        raise Unreadable(Reason.MALFORMED, "a radius in the text belongs to no area read")
    if _LESS.search(line) is not None:
        notes.coarse("a part that the text leaves out is not cut out")
    return tuple(dict.fromkeys(shapes))


def _next_shape(
    line: str, places: list[_Place], index: int, notes: Notes
) -> tuple[Shape, int, int]:
    """The shape that begins at this position, how many positions and how many radii it took."""
    place = places[index]
    ahead = line[places[index - 1].end if index else 0 : place.start]
    follows = line[place.end : places[index + 1].start if index + 1 < len(places) else len(line)]
    before = _BEFORE.search(ahead) or _RADIUS_FIRST.search(ahead) or _BEFORE_PLAIN.search(ahead)
    if before is not None:
        if _JOINED.fullmatch(follows) and index + 1 < len(places):
            raise Unreadable(Reason.MALFORMED, "more positions follow the centre of a circle")
        return Circle(place.at, _length_m(before), before.group(0).strip()), 1, 1
    if (after := _AFTER.match(follows)) is not None:
        return Circle(place.at, _length_m(after), after.group(0).strip(" ,")), 1, 1
    return _polygon(line, places, index, notes)


def _polygon(line: str, places: list[_Place], index: int, notes: Notes) -> tuple[Shape, int, int]:
    vertices = [Vertex(places[index].at)]
    first, used, radii = places[index].at, 1, 0
    while index + used < len(places):
        here, there = places[index + used - 1], places[index + used]
        between = line[here.end : there.start]
        if _JOINED.fullmatch(between):
            vertices.append(Vertex(there.at))
            used += 1
        elif (arc := _ARC.fullmatch(between)) is not None:
            end, taken = _arc_end(line, places, index + used, vertices[-1].at)
            turn = Arc(there.at, arc.group(1).startswith("CLOCK"), _length_m(arc, 2))
            vertices[-1] = Vertex(vertices[-1].at, turn)
            vertices.append(Vertex(end))
            used, radii = used + taken, radii + 1
        else:
            break
        if vertices[-1].at == first:
            break
    if vertices[-1].at != first or len(vertices) < 4:
        raise Unreadable(Reason.MALFORMED, "positions in the text make no closed ring")
    return Polygon(rings.ring_of(vertices, notes)), used, radii


def _arc_end(line: str, places: list[_Place], center: int, start: Position) -> tuple[Position, int]:
    """Where an arc ends, and how many positions it took from its centre on.

    "centre TO end", or "centre BETWEEN start - end" with the start said again.
    """
    rest = places[center : center + 3]
    gaps = [line[a.end : b.start] for a, b in pairwise(rest)]
    if gaps and _ARC_END.fullmatch(gaps[0]):
        return rest[1].at, 2
    said_again = len(gaps) == 2 and rest[1].at == start
    if said_again and _ARC_BETWEEN.fullmatch(gaps[0]) and _JOINED.fullmatch(gaps[1]):
        return rest[2].at, 3
    raise Unreadable(Reason.MALFORMED, "an arc has no end")


def _length_m(match: re.Match[str], group: int = 1) -> float:
    number, unit = float(match.group(group)), match.group(group + 1)
    radius_m = number * _UNIT_M.get(unit[:2], 1.0)
    if not 0.0 < radius_m <= 2_000_000.0:
        raise Unreadable(Reason.MALFORMED, "a radius is zero or larger than any area")
    return radius_m
