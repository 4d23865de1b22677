"""The edges of AIXM surfaces as published: strings of points, arcs by centre, circles, borders."""

import math
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from adapters.geozones import positions
from adapters.geozones.limits_of_input import VERTICES_PER_RING
from adapters.geozones.model import Circle, Position
from adapters.geozones.report import Reason, Unreadable
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
Borders = dict[str, list[Position]]


@dataclass(frozen=True, slots=True)
class ArcAsked:
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
        """Of the two ways round, the one of at most half a circle."""
        return (self.end_deg - self.start_deg) % 360.0 <= 180.0


Piece = list[Position] | ArcAsked | str
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


def pieces_of(exterior: Element | None, order: bool) -> tuple[list[Piece], Circle | None]:
    """The edges of a ring in order, and the circle where it is one."""
    pieces: list[Piece] = []
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


def _segment(segment: Element, order: bool) -> list[Position] | ArcAsked | Circle:
    match local_name(segment):
        case "GeodesicString" | "LineStringSegment":
            return _points(segment, order)
        case "CircleByCenterPoint":
            radius_m = _radius_m(child(segment, "radius"))
            return Circle(_center(segment, order), radius_m, text_of(child(segment, "radius")))
        case "ArcByCenterPoint":
            return ArcAsked(
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
