"""Entries by compiled code: one aircraft at a time, only the prisms in the cells of its path.

Each operation is written and rounded as in the reference (`entry_numpy`, `crossing`); the theory of
operation stands in `entry`.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.restrictions import prism_set as of
from broker.core.restrictions.crossing_numba import (
    Interval,
    Path,
    band_interval,
    boundary_intervals,
    disc_interval,
    first_stretch,
    inside_ring,
)
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.near_numba import Near, find_near
from broker.core.restrictions.prism_set import Floats, Integers, PrismColumns, PrismGrid
from broker.core.separation.jit import jit

Flags = NDArray[np.bool_]

NEAR_AT_LEAST: Final = 256


class HitColumns(NamedTuple):
    """Pairs that meet, in their order."""

    row: Integers
    """Which of the pairs that were asked about."""
    entry_s: Floats
    exit_s: Floats
    offset_east_m: Floats
    """To the nearest boundary point."""
    offset_north_m: Floats
    inside: Flags
    """Whether the best position lies within the published boundary."""


class Shape(NamedTuple):
    """A prism's outline; its edges are a range of those of all prisms."""

    radius_m: float
    around_m: float
    first_edge: int
    last_edge: int


def compiled_near(
    boxes: Floats, grid: PrismGrid, movers: Movers, look_ahead_s: float
) -> tuple[Integers, Integers]:
    """Pairs worth working out; asked again with more room in the rare case that there are more."""
    room = max(NEAR_AT_LEAST, 2 * len(movers.x_m))
    while True:
        near = Near(np.empty(room, np.int64), np.empty(room, np.int64))
        count = find_near(boxes, grid, movers, look_ahead_s, near)
        if count <= room:
            return near.mover[:count], near.prism[:count]
        room = count


def compiled_hits(
    prisms: PrismColumns,
    movers: Movers,
    near: tuple[Integers, Integers],
    within_s: tuple[Floats, Floats],
    look_ahead_s: float,
) -> HitColumns:
    """Which of the pairs (mover, prism) meet between their times (k,) from and to."""
    room = len(near[0])
    hits = HitColumns(
        np.empty(room, np.int64),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room),
        np.empty(room, np.bool_),
    )
    count = _find_hits(prisms, movers, Near(*near), within_s, look_ahead_s, hits)
    return HitColumns(
        hits.row[:count],
        hits.entry_s[:count],
        hits.exit_s[:count],
        hits.offset_east_m[:count],
        hits.offset_north_m[:count],
        hits.inside[:count],
    )


@jit
def _find_hits(
    prisms: PrismColumns,
    movers: Movers,
    near: Near,
    within_s: tuple[Floats, Floats],
    look_ahead_s: float,
    hits: HitColumns,
) -> int:
    """Write the pairs that meet; returns how many there are."""
    (from_s, to_s), edges = within_s, prisms.edges
    most_edges = 0
    for p in range(len(prisms.x_m)):
        most_edges = max(most_edges, prisms.first_edge[p + 1] - prisms.first_edge[p])
    lows, highs, count = np.empty(2 * most_edges), np.empty(2 * most_edges), 0
    for row in range(len(near.mover)):
        m, p = near.mover[row], near.prism[row]
        doubt_m = prisms.vertical_doubt_m[p] + movers.vertical_doubt_m[m]
        low, high = _height_interval(
            movers.altitude_hae_m[m],
            movers.vertical_speed_mps[m],
            prisms.floor_hae_m[p] - doubt_m,
            prisms.ceiling_hae_m[p] + doubt_m,
        )
        low, high = max(low, from_s[row]), min(high, to_s[row])
        if low > high or low > look_ahead_s:
            continue
        scale = movers.east_scale[m] + prisms.east_scale[p]
        path = Path(
            (movers.x_m[m] - prisms.x_m[p]) * scale / 2.0,
            movers.y_m[m] - prisms.y_m[p],
            movers.velocity_east_mps[m],
            movers.velocity_north_mps[m],
            movers.horizontal_doubt_m[m],
            movers.growing_mps[m],
        )
        first, last = prisms.first_edge[p], prisms.first_edge[p + 1]
        shape = Shape(prisms.radius_m[p], prisms.around_m[p], first, last)
        enter, leave, inside = _stretch(shape, edges, path, (low, high), look_ahead_s, lows, highs)
        if enter > look_ahead_s or enter > leave:
            continue
        hits.row[count], hits.entry_s[count], hits.exit_s[count] = row, enter, leave
        offset = _to_boundary(shape, edges, path)
        hits.offset_east_m[count], hits.offset_north_m[count] = offset
        hits.inside[count] = inside
        count += 1
    return count


@jit
def _stretch(
    shape: Shape,
    edges: Floats,
    path: Path,
    within: Interval,
    look_ahead_s: float,
    lows: Floats,
    highs: Floats,
) -> tuple[float, float, bool]:
    """The first stretch inside the outline, and whether the best position is inside it now.

    `lows` and `highs` have room for twice as many intervals as there are edges.
    """
    enter, leave = disc_interval(
        path.east_m,
        path.north_m,
        path.east_mps,
        path.north_mps,
        shape.around_m + (path.reach_m + path.growing_mps * look_ahead_s),
    )
    enter, leave = max(enter, within[0]), min(leave, within[1])
    if enter > look_ahead_s or enter > leave:
        return math.inf, -math.inf, False
    inside = _is_inside(shape, edges, path)
    if path.growing_mps > 0.0:
        way_m = 0.0 if inside else _length_m(_to_boundary(shape, edges, path))
        return max(within[0], (way_m - path.reach_m) / path.growing_mps), within[1], inside
    if math.isnan(shape.radius_m):
        edge_range = shape.first_edge, shape.last_edge
        count = boundary_intervals(edges, edge_range, path, lows, highs)
        enter, leave = first_stretch(edges, edge_range, path, inside, lows, highs, count, within)
    return enter, leave, inside


@jit
def _is_inside(shape: Shape, edges: Floats, path: Path) -> bool:
    """Whether the best position lies within the published boundary."""
    if math.isnan(shape.radius_m):
        return inside_ring(edges, shape.first_edge, shape.last_edge, path.east_m, path.north_m)
    return bool(_length_m((path.east_m, path.north_m)) <= shape.radius_m)


@jit
def _length_m(way_m: tuple[float, float]) -> float:
    return math.sqrt(way_m[0] * way_m[0] + way_m[1] * way_m[1])


@jit
def _height_interval(altitude: float, rate: float, floor: float, ceiling: float) -> Interval:
    if math.isnan(altitude):
        return -math.inf, math.inf
    return band_interval(altitude, rate, floor, ceiling)


@jit
def _to_boundary(shape: Shape, edges: Floats, path: Path) -> tuple[float, float]:
    """The way east and north to the nearest boundary point."""
    east_m, north_m, radius_m = path.east_m, path.north_m, shape.radius_m
    if not math.isnan(radius_m):
        distance = _length_m((east_m, north_m))
        if distance == 0.0:
            return 0.0, radius_m
        return (
            east_m / distance * radius_m - east_m,
            north_m / distance * radius_m - north_m,
        )
    best, way_m = math.inf, (0.0, 0.0)
    for k in range(shape.first_edge, shape.last_edge):
        step_east, step_north = edges[k, of.EDGE_EAST], edges[k, of.EDGE_NORTH]
        from_east = east_m - edges[k, of.START_EAST]
        from_north = north_m - edges[k, of.START_NORTH]
        share = (from_east * step_east + from_north * step_north) * edges[k, of.PER_SQUARE]
        share = min(max(share, 0.0), 1.0)
        off_east = edges[k, of.START_EAST] + share * step_east - east_m
        off_north = edges[k, of.START_NORTH] + share * step_north - north_m
        square = off_east * off_east + off_north * off_north
        if square < best:
            best, way_m = square, (off_east, off_north)
    return way_m
