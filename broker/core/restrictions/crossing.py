"""When a straight path is inside a shape: exact intervals of time, seconds from now.

Theory of operation. A path is P + V t. Being within d of a disc, a band or a segment is a convex
condition, so each gives one interval [low, high], from a quadratic or from two linear inequalities.
Being within d of a polygon is not convex. Its boundary grown by d is the union, over the edges of
all its rings, of a rectangle along the edge and a disc round its first vertex (the next edge
brings the other one).
The union of those intervals holds every moment at which the path can go in or out; between them the
path is wholly inside or wholly outside, and one point tells which. That is exact for concave
polygons too, and gives all the stretches, in order.

An empty interval is (inf, -inf). A path slower than SPEED_MPS_MIN stands still.

Here over arrays, as the reference; `entry_numba` does the same for one pair at a time, each
operation rounded alike. Edges are rows of `prism_set`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.restrictions import prism_set as of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Stretch = tuple[float, float]

SPEED_MPS_MIN: Final = 1e-3
"""Slower than this is standing still: 6 cm in a minute."""
REACH_M_MIN: Final = 1e-3
"""A boundary is at least this thick, so that a path through a vertex cannot slip between edges."""


def disc_interval(
    east_m: Floats, north_m: Floats, east_mps: Floats, north_mps: Floats, radius_m: Floats
) -> tuple[Floats, Floats]:
    """When paths are within `radius_m` of the origin; arguments broadcast against each other."""
    a = east_mps * east_mps + north_mps * north_mps
    b = east_m * east_mps + north_m * north_mps
    c = east_m * east_m + north_m * north_m - radius_m * radius_m
    still = a < SPEED_MPS_MIN * SPEED_MPS_MIN
    discriminant = b * b - a * c
    root = np.sqrt(np.maximum(discriminant, 0.0))
    divisor = np.where(still, 1.0, a)
    met = np.where(still, c <= 0.0, discriminant >= 0.0)
    low = np.where(still, -np.inf, (-b - root) / divisor)
    high = np.where(still, np.inf, (-b + root) / divisor)
    return np.where(met, low, np.inf), np.where(met, high, -np.inf)


def band_interval(
    position: Floats, rate: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """When `position + rate * t` lies in [low, high]; either limit may be infinite."""
    still = np.abs(rate) < SPEED_MPS_MIN
    divisor = np.where(still, 1.0, rate)
    first, second = (low - position) / divisor, (high - position) / divisor
    met = ~still | ((low <= position) & (position <= high))
    start = np.where(still, -np.inf, np.minimum(first, second))
    end = np.where(still, np.inf, np.maximum(first, second))
    return np.where(met, start, np.inf), np.where(met, end, -np.inf)


def inside_ring(edges: Floats, position_m: Floats) -> Flags:
    """Whether points (n, 2) lie within the rings of `edges` (e, 8), holes left out.

    A line east from the point crosses an odd number of edges. On the boundary itself either answer
    may come; nobody asks there, since the boundary's own intervals come first.
    """
    east, north = position_m[:, :1], position_m[:, 1:]
    start_north = edges[:, of.START_NORTH]
    edge_north = edges[:, of.EDGE_NORTH]
    crosses = (start_north > north) != (start_north + edge_north > north)
    divisor = np.where(edge_north == 0.0, 1.0, edge_north)
    share = (north - start_north) / divisor
    at_east = edges[:, of.START_EAST] + share * edges[:, of.EDGE_EAST]
    odd: Flags = (crosses & (east < at_east)).sum(axis=1) % 2 == 1
    return odd


def polygon_stretches(
    edges: Floats, position_m: Floats, velocity_mps: Floats, reach_m: Floats
) -> list[list[Stretch]]:
    """For paths (n, 2) in the prism's frame: the times within `reach_m` (n,) of the polygon.

    Each list is in order and starts no earlier than 0; the last stretch may end at infinity.
    """
    reach_m = np.maximum(reach_m, REACH_M_MIN)
    low, high = _boundary_intervals(edges, position_m, velocity_mps, reach_m)
    met = high >= np.maximum(low, 0.0)
    inside_now = inside_ring(edges, position_m)
    stretches: list[list[Stretch]] = [[] for _ in range(len(position_m))]
    for row in np.flatnonzero(met.any(axis=1) | inside_now):
        touches = met[row]
        boundary = low[row, touches], high[row, touches]
        inside = bool(inside_now[row])
        stretches[row] = _joined(edges, position_m[row], velocity_mps[row], boundary, inside)
    return stretches


def _boundary_intervals(
    edges: Floats, position_m: Floats, velocity_mps: Floats, reach_m: Floats
) -> tuple[Floats, Floats]:
    """Intervals (n, 2 e): within reach of each edge's rectangle, then of each vertex."""
    length = edges[:, of.LENGTH]
    east, north = edges[:, of.UNIT_EAST], edges[:, of.UNIT_NORTH]
    from_east = position_m[:, :1] - edges[:, of.START_EAST]
    from_north = position_m[:, 1:] - edges[:, of.START_NORTH]
    v_east, v_north, reach = velocity_mps[:, :1], velocity_mps[:, 1:], reach_m[:, None]
    along = band_interval(
        from_east * east + from_north * north,
        v_east * east + v_north * north,
        np.zeros(1),
        length,
    )
    across = band_interval(
        from_north * east - from_east * north, v_north * east - v_east * north, -reach, reach
    )
    disc = disc_interval(from_east, from_north, v_east, v_north, reach)
    low = np.hstack([np.maximum(along[0], across[0]), disc[0]])
    high = np.hstack([np.minimum(along[1], across[1]), disc[1]])
    return low, high


def _joined(
    edges: Floats,
    position_m: Floats,
    velocity_mps: Floats,
    boundary: tuple[Floats, Floats],
    inside_now: bool,
) -> list[Stretch]:
    """One path's boundary intervals, joined across the gaps in which it is inside."""
    low, high = boundary
    if len(low) == 0:
        # Inside, and the boundary is never met: it stands still.
        return [(0.0, np.inf)]
    order = np.argsort(low, kind="stable")
    starts, ends = np.maximum(low[order], 0.0), np.maximum.accumulate(high[order])
    breaks = np.flatnonzero(starts[1:] > ends[:-1])
    gap_start, gap_end = ends[breaks], starts[breaks + 1]
    middle = position_m + velocity_mps * ((gap_start + gap_end) / 2.0)[:, None]
    inside = inside_ring(edges, middle)
    stretches: list[Stretch] = []
    begin = 0.0 if inside_now else float(starts[0])
    for place in np.flatnonzero(~inside).tolist():
        stretches.append((begin, float(gap_start[place])))
        begin = float(gap_end[place])
    return [*stretches, (begin, float(ends[-1]))]


def nearest_on_edges(edges: Floats, position_m: Floats) -> Floats:
    """The boundary points (n, 2) nearest to the positions (n, 2)."""
    from_east = position_m[:, :1] - edges[:, of.START_EAST]
    from_north = position_m[:, 1:] - edges[:, of.START_NORTH]
    along = from_east * edges[:, of.EDGE_EAST] + from_north * edges[:, of.EDGE_NORTH]
    share = np.clip(along * edges[:, of.PER_SQUARE], 0.0, 1.0)
    east = edges[:, of.START_EAST] + share * edges[:, of.EDGE_EAST]
    north = edges[:, of.START_NORTH] + share * edges[:, of.EDGE_NORTH]
    off_east, off_north = east - position_m[:, :1], north - position_m[:, 1:]
    nearest = np.argmin(off_east * off_east + off_north * off_north, axis=1)
    rows = np.arange(len(position_m))
    return np.column_stack([east[rows, nearest], north[rows, nearest]])
