"""GeoJSON coordinates as shapes: longitude before latitude, unless the country says otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.geozones import country_extents, json_input, positions, rings
from adapters.geozones.limits_of_input import (
    HOLES_PER_POLYGON,
    VERTICES_PER_ITEM,
    VERTICES_PER_RING,
)
from adapters.geozones.model import Circle, Polygon, Position, Vertex
from adapters.geozones.report import Notes, Reason, Unreadable


@dataclass(frozen=True, slots=True)
class Axes:
    """In which order a zone's coordinates come."""

    swapped: bool

    def position(self, value: object, notes: Notes) -> Position:
        """One coordinate pair; a third number is an altitude and not used."""
        pair = json_input.as_list(value)
        if len(pair) < 2:
            raise Unreadable(Reason.MALFORMED, "a position without two coordinates")
        first = json_input.number(pair[0], "a coordinate", notes)
        second = json_input.number(pair[1], "a coordinate", notes)
        if first is None or second is None:
            raise Unreadable(Reason.MALFORMED, "a coordinate is not a number")
        return positions.checked(*((first, second) if self.swapped else (second, first)))


def axes_of(coordinates: list[object], country: str, notes: Notes) -> Axes:
    """Decided over all positions of a zone at once. A swap is named, and never guessed at."""
    pairs = list(_pairs(coordinates))[: VERTICES_PER_ITEM + 1]
    if len(pairs) > VERTICES_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {VERTICES_PER_ITEM} corners")
    straight = [_inside(pair, country, swapped=False) for pair in pairs]
    if None in straight or all(straight):
        return Axes(swapped=False)
    if all(_inside(pair, country, swapped=True) for pair in pairs):
        notes.deviate(f"latitude before longitude, as its country ({country}) shows")
        notes.coarse("the order of the coordinates was judged by the country: check the place")
        return Axes(swapped=True)
    notes.deviate(f"lies outside its country ({country})")
    return Axes(swapped=False)


def _pairs(value: object, depth: int = 0) -> Iterator[tuple[float, float]]:
    if not isinstance(value, list) or depth > 5:
        return
    if len(value) >= 2 and not any(isinstance(v, list | dict) for v in value[:2]):
        first = json_input.number(value[0], "", Notes())
        second = json_input.number(value[1], "", Notes())
        if first is not None and second is not None:
            yield first, second
        return
    for inner in value:
        yield from _pairs(inner, depth + 1)


def _inside(pair: tuple[float, float], country: str, *, swapped: bool) -> bool | None:
    latitude, longitude = pair if swapped else (pair[1], pair[0])
    return country_extents.is_in(country, Position(latitude, longitude))


def polygon(value: object, axes: Axes, notes: Notes) -> Polygon:
    """A GeoJSON Polygon's coordinates: the outer ring, then its holes."""
    published = json_input.as_list(value)
    if not published:
        raise Unreadable(Reason.NO_AREA, "a polygon without a ring")
    if len(published) > HOLES_PER_POLYGON + 1:
        raise Unreadable(Reason.TOO_LARGE, f"more than {HOLES_PER_POLYGON} holes")
    lines = [_vertices(ring, axes, notes) for ring in published]
    outer = rings.ring_of(lines[0], notes)
    return Polygon(outer, rings.holes_of(lines[1:], outer, notes))


def _vertices(ring: object, axes: Axes, notes: Notes) -> list[Vertex]:
    values = json_input.as_list(ring)
    if len(values) > VERTICES_PER_RING + 1:
        raise Unreadable(Reason.TOO_LARGE, f"a ring has more than {VERTICES_PER_RING} corners")
    vertices = [Vertex(axes.position(value, notes)) for value in values]
    if vertices and vertices[0] != vertices[-1]:
        notes.deviate("a ring that is not closed")
    return vertices


def circle(center: object, radius: object, axes: Axes, notes: Notes) -> Circle:
    """A centre and a radius in metres."""
    radius_m = json_input.number(radius, "radius", notes)
    if radius_m is None or not 0.0 < radius_m <= 1_000_000.0:
        raise Unreadable(Reason.MALFORMED, "a circle without a radius")
    return Circle(axes.position(center, notes), radius_m, f"{radius_m:g} m")
