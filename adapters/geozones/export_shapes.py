"""Shapes and limits of the contract as GeoJSON writes them, and what that cannot carry."""

import json
from dataclasses import dataclass, field
from typing import Final

from adapters.geozones import ground
from adapters.geozones.model import Arc, Position, Ring, Vertex
from keepclear.v1 import restrictions_pb2 as contract
from keepclear.v1 import volumes_pb2 as volumes


@dataclass(frozen=True, slots=True)
class Exported:
    """A document, and for each restriction by name what it could not carry."""

    data: bytes
    lost: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Losses:
    """Collected while one restriction is written."""

    name: str
    said: list[str] = field(default_factory=list)

    def lose(self, what: str) -> None:
        """The format has no place for this."""
        if what not in self.said:
            self.said.append(what)

    def pairs(self) -> list[tuple[str, str]]:
        """One (restriction, loss) pair for each."""
        return [(self.name, what) for what in self.said]


def position(point: volumes.LatLng) -> list[float]:
    """Longitude before latitude, as GeoJSON has it."""
    return [point.longitude_deg, point.latitude_deg]


def polygon_coordinates(polygon: volumes.Polygon, losses: Losses) -> list[list[list[float]]]:
    """Closed rings: the outer one, drawn to leave nothing out, then the holes."""
    if polygon.arcs or any(hole.arcs for hole in polygon.holes):
        losses.lose("arcs: drawn as short lines that leave nothing out")
    outer = _ring(list(polygon.vertices), list(polygon.arcs))
    lines = [ground.drawn_outside(outer) if polygon.arcs else [v.at for v in outer]]
    lines += [ground.drawn(_ring(list(h.vertices), list(h.arcs))) for h in polygon.holes]
    return [_closed([[p.longitude_deg, p.latitude_deg] for p in line]) for line in lines]


def circle_coordinates(circle: volumes.Circle) -> list[list[list[float]]]:
    """A ring that touches the circle from outside."""
    line = ground.circle_outside(_at(circle.center), circle.radius_m)
    return [_closed([[p.longitude_deg, p.latitude_deg] for p in line])]


def _closed(line: list[list[float]]) -> list[list[float]]:
    return [*line, line[0]]


def _at(point: volumes.LatLng) -> Position:
    return Position(point.latitude_deg, point.longitude_deg)


def _ring(vertices: list[volumes.LatLng], arcs: list[volumes.Arc]) -> Ring:
    at = [_at(vertex) for vertex in vertices]
    bent: dict[int, Arc] = {}
    for arc in arcs:
        center = _at(arc.center)
        clockwise = arc.direction == volumes.ARC_DIRECTION_CLOCKWISE
        after = (arc.from_vertex + 1) % len(at)
        ends = (
            ground.distance_m(center, at[arc.from_vertex]),
            ground.distance_m(center, at[after]),
        )
        bent[arc.from_vertex] = Arc(center, clockwise, max(ends))
    return tuple(Vertex(point, bent.get(place)) for place, point in enumerate(at))


def limit_words(limit: volumes.VerticalLimit) -> str:
    """A limit as people write it, from what was published where that is kept."""
    if limit.published.text:
        return limit.published.text
    match limit.datum:
        case volumes.LIMIT_DATUM_SURFACE:
            return "SFC"
        case volumes.LIMIT_DATUM_UNLIMITED:
            return "UNL"
        case volumes.LIMIT_DATUM_FLIGHT_LEVEL:
            return f"FL{limit.value_m / 30.48:03.0f}"
        case volumes.LIMIT_DATUM_AGL:
            return f"{limit.value_m:g}M AGL"
        case volumes.LIMIT_DATUM_AMSL:
            return f"{limit.value_m:g}M AMSL"
        case _:
            return f"{limit.value_m:g} M above the ellipsoid"


_IN_BOTH: Final = ("country", "region", "regulationExemption", "reason")
"""Properties that ED-269 and ED-318 write the same way."""


def published(restriction: contract.Restriction, prefix: str) -> dict[str, object]:
    """What was kept of the same format by its own names, and of another what is the same there."""
    kept: dict[str, object] = {}
    for entry in restriction.published:
        before, _, name = entry.key.partition(".")
        if before == prefix or (name in _IN_BOTH and name not in kept):
            try:
                kept[name] = json.loads(entry.value)
            except ValueError:
                continue
    if isinstance(kept.get("reason"), str):
        kept["reason"] = [kept["reason"]]
    return kept


def document(content: object) -> bytes:
    """JSON with keys in the order given, UTF-8, one line ending at the end."""
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
