"""Rings as published made into rings that can be used, and what had to be done to them."""

from dataclasses import replace
from typing import Final

from adapters.geozones import ground
from adapters.geozones.limits_of_input import VERTICES_PER_RING
from adapters.geozones.model import Position, Ring, Vertex
from adapters.geozones.report import Notes, Reason, Unreadable

SAME_POINT_M: Final = 0.01
ARCS_TO_TURN_MAX: Final = 100
SAME_WAY_DEG: Final = 5.0
"""Tangents of published arcs: a second of position is a degree of an arc of 1 NM."""
ARC_MISFIT_RATIO: Final = 0.05
ARC_MISFIT_M: Final = 150.0
"""How far an arc's ends may be off its radius: positions are published to a second (31 m), radii
to a tenth of a mile (185 m)."""


def ring_of(vertices: list[Vertex], notes: Notes) -> Ring:
    """The open ring of what was published: closing and repeated corners gone, hull if it crosses.

    Raises Unreadable when there is no area, or too many corners.
    """
    if len(vertices) > VERTICES_PER_RING:
        raise Unreadable(Reason.TOO_LARGE, f"a ring has more than {VERTICES_PER_RING} corners")
    kept: list[Vertex] = []
    for vertex in vertices:
        if kept and kept[-1].arc is None and _same(kept[-1].at, vertex.at):
            kept[-1] = vertex
        else:
            kept.append(vertex)
    while len(kept) > 1 and kept[-1].arc is None and _same(kept[-1].at, kept[0].at):
        kept.pop()
    for vertex, after in zip(kept, kept[1:] + kept[:1], strict=True):
        _check_arc(vertex, after)
    return _simple(tuple(kept), notes)


def _same(a: Position, b: Position) -> bool:
    return a == b or ground.distance_m(a, b) < SAME_POINT_M


def _check_arc(vertex: Vertex, after: Vertex) -> None:
    """Both ends of an arc lie on it, within what publishers round to."""
    if (arc := vertex.arc) is None:
        return
    misfit_m = max(
        abs(ground.distance_m(arc.center, end.at) - arc.radius_m) for end in (vertex, after)
    )
    if not misfit_m <= max(ARC_MISFIT_M, ARC_MISFIT_RATIO * arc.radius_m):
        raise Unreadable(
            Reason.MALFORMED, f"the ends of an arc are {misfit_m:.0f} m off its radius"
        )


def _simple(ring: Ring, notes: Notes) -> Ring:
    points = ground.drawn(ring)
    if any(abs(p.longitude_deg - points[0].longitude_deg) > 180.0 for p in points):
        raise Unreadable(Reason.MALFORMED, "the ring crosses the 180th meridian")
    if len(points) < 3:
        raise Unreadable(Reason.NO_AREA, "a ring has fewer than three corners")
    crosses = ground.crosses_itself(ground.drawn(ring, ground.FINE_STEP_DEG))
    if not crosses and not _doubles_back(ring):
        return ring
    if (turned := _turned(ring)) is not None:
        notes.coarse(
            "an arc as published doubles back along an edge: the other way round, which encloses"
            " more, is set"
        )
        return turned
    if not crosses:
        return ring
    around = ground.hull([*points, *ground.drawn_outside(ring)])
    if around is None or len(around) > VERTICES_PER_RING:
        raise Unreadable(Reason.NO_AREA, "the corners of a ring lie on one line")
    notes.coarse("the published ring crosses or touches itself: the convex hull of it is set")
    return around


def _doubles_back(ring: Ring) -> bool:
    """Whether an arc leaves, or arrives, against the straight edge beside it.

    Where an edge is the tangent of its arc, only one way round goes on from it. The other way
    leaves a spike without width, which nobody means; rounding decides whether it also crosses.
    """
    for place, vertex in enumerate(ring):
        if vertex.arc is None:
            continue
        before, after = ring[place - 1], ring[(place + 1) % len(ring)]
        beyond = ring[(place + 2) % len(ring)]
        quarter = 90.0 if vertex.arc.clockwise else -90.0
        center = vertex.arc.center
        leaves = ground.bearing_deg(center, vertex.at) + quarter
        arrives = ground.bearing_deg(center, after.at) - quarter
        if before.arc is None and _same_way(leaves, ground.bearing_deg(vertex.at, before.at)):
            return True
        if after.arc is None and _same_way(arrives, ground.bearing_deg(after.at, beyond.at)):
            return True
    return False


def _same_way(a_deg: float, b_deg: float) -> bool:
    return abs((a_deg - b_deg + 180.0) % 360.0 - 180.0) < SAME_WAY_DEG


def _turned(ring: Ring) -> Ring | None:
    """The ring with one arc turned round, if that is a ring that covers all of the published."""
    published = ground.drawn(ring, ground.FINE_STEP_DEG)
    for place, vertex in enumerate(ring):
        if vertex.arc is None or place >= ARCS_TO_TURN_MAX:
            continue
        arc = replace(vertex.arc, clockwise=not vertex.arc.clockwise)
        turned = (*ring[:place], Vertex(vertex.at, arc), *ring[place + 1 :])
        simple = not ground.crosses_itself(ground.drawn(turned, ground.FINE_STEP_DEG))
        if simple and ground.covers(turned, published):
            return turned
    return None


def holes_of(rings: list[list[Vertex]], outer: Ring, notes: Notes) -> tuple[Ring, ...]:
    """The holes that can be cut out; one that cannot be is left filled in, which is coarser."""
    kept: list[Ring] = []
    for vertices in rings:
        own = Notes()
        try:
            ring = ring_of(vertices, own)
        except Unreadable:
            notes.coarse("a hole that cannot be read is filled in")
            continue
        if own.coarser or not ground.lies_within(ring, outer, kept):
            notes.coarse("a hole that crosses itself, its ring or another hole is filled in")
        else:
            kept.append(ring)
    return tuple(kept)
