"""`crossing` for compiled code: one path and one polygon at a time, rounded alike."""

import math
from typing import Final, NamedTuple

import numpy as np

from broker.core.restrictions import prism_set as of
from broker.core.restrictions.crossing import REACH_M_MIN, SPEED_MPS_MIN
from broker.core.restrictions.prism_set import Floats
from broker.core.separation.jit import jit

Interval = tuple[float, float]

INSERTED_MAX: Final = 32
"""More intervals than these are sorted with an order of their own."""
SPARE_M: Final = 1e-6
"""More than rounding, so that nothing is ruled out that the intervals would hold."""


class Path(NamedTuple):
    """One aircraft in a prism's frame."""

    east_m: float
    north_m: float
    east_mps: float
    north_mps: float
    reach_m: float
    growing_mps: float
    """How fast the reach goes on growing; 0 where the velocity is known."""


@jit
def band_interval(position: float, rate: float, low: float, high: float) -> Interval:
    """When `position + rate * t` lies in [low, high]; either limit may be infinite."""
    if abs(rate) < SPEED_MPS_MIN:
        if low <= position <= high:
            return -math.inf, math.inf
        return math.inf, -math.inf
    first, second = (low - position) / rate, (high - position) / rate
    return min(first, second), max(first, second)


@jit
def disc_interval(
    east_m: float, north_m: float, east_mps: float, north_mps: float, radius_m: float
) -> Interval:
    """When the path is within `radius_m` of the origin."""
    a = east_mps * east_mps + north_mps * north_mps
    c = east_m * east_m + north_m * north_m - radius_m * radius_m
    if a < SPEED_MPS_MIN * SPEED_MPS_MIN:
        if c <= 0.0:
            return -math.inf, math.inf
        return math.inf, -math.inf
    b = east_m * east_mps + north_m * north_mps
    discriminant = b * b - a * c
    if discriminant < 0.0:
        return math.inf, -math.inf
    root = math.sqrt(discriminant)
    return (-b - root) / a, (-b + root) / a


@jit
def boundary_intervals(
    edges: Floats, edge_range: tuple[int, int], path: Path, lows: Floats, highs: Floats
) -> int:
    """Write when the path is within reach of the boundary from now on; returns how many."""
    reach, touched = max(path.reach_m, REACH_M_MIN), 0
    v_east, v_north = path.east_mps, path.north_mps
    speed = math.sqrt(v_east * v_east + v_north * v_north)
    for k in range(edge_range[0], edge_range[1]):
        from_east = path.east_m - edges[k, of.START_EAST]
        from_north = path.north_m - edges[k, of.START_NORTH]
        if speed >= SPEED_MPS_MIN and _is_passed(edges, k, path, (from_east, from_north), speed):
            continue
        unit_east, unit_north = edges[k, of.UNIT_EAST], edges[k, of.UNIT_NORTH]
        low, high = band_interval(
            from_north * unit_east - from_east * unit_north,
            v_north * unit_east - v_east * unit_north,
            -reach,
            reach,
        )
        if high >= max(low, 0.0):
            start, end = band_interval(
                from_east * unit_east + from_north * unit_north,
                v_east * unit_east + v_north * unit_north,
                0.0,
                edges[k, of.LENGTH],
            )
            low, high = max(low, start), min(high, end)
            if high >= max(low, 0.0):
                lows[touched], highs[touched] = low, high
                touched += 1
        low, high = disc_interval(from_east, from_north, v_east, v_north, reach)
        if high >= max(low, 0.0):
            lows[touched], highs[touched] = low, high
            touched += 1
    return touched


@jit
def _is_passed(
    edges: Floats, k: int, path: Path, from_start: tuple[float, float], speed: float
) -> bool:
    """Cheap: whether a moving path surely passes an edge by, or has left it behind.

    Everything is times the speed. What counts as standing still in `band_interval` may have drifted
    by SPEED_MPS_MIN for as long as the edge is ahead, and is not ruled out here.
    """
    east, north = from_start
    end_east, end_north = east - edges[k, of.EDGE_EAST], north - edges[k, of.EDGE_NORTH]
    ahead = -(east * path.east_mps + north * path.north_mps)
    ahead = max(ahead, -(end_east * path.east_mps + end_north * path.north_mps))
    limit = (max(path.reach_m, REACH_M_MIN) + SPARE_M) * speed
    if ahead < -limit:
        return True
    limit += SPEED_MPS_MIN * max(ahead, 0.0) / speed
    side = north * path.east_mps - east * path.north_mps
    end_side = end_north * path.east_mps - end_east * path.north_mps
    return bool(min(side, end_side) > limit or max(side, end_side) < -limit)


@jit
def sort_intervals(lows: Floats, highs: Floats, count: int) -> None:
    """By their start, in place; a few, as there nearly always are, need no memory of their own."""
    if count > INSERTED_MAX:
        order = np.argsort(lows[:count], kind="mergesort")
        lows[:count], highs[:count] = lows[order], highs[order]
        return
    for k in range(1, count):
        low, high, place = lows[k], highs[k], k
        while place > 0 and lows[place - 1] > low:
            lows[place], highs[place] = lows[place - 1], highs[place - 1]
            place -= 1
        lows[place], highs[place] = low, high


@jit
def first_stretch(
    edges: Floats,
    edge_range: tuple[int, int],
    path: Path,
    inside_now: bool,
    lows: Floats,
    highs: Floats,
    count: int,
    within: Interval,
) -> Interval:
    """The first stretch inside that meets `within`, cut to it; (inf, -inf) for none.

    The first `count` intervals are those within reach of the boundary; they are put in order.
    """
    low, high = within
    if count == 0:
        begin, until = max(low, 0.0), high
        if inside_now and begin <= until:
            return begin, until
        return math.inf, -math.inf
    sort_intervals(lows, highs, count)
    begin = 0.0 if inside_now else max(lows[0], 0.0)
    until = highs[0]
    for k in range(1, count):
        start = max(lows[k], 0.0)
        if start > until:
            middle_s = (until + start) / 2.0
            if not inside_ring(
                edges,
                edge_range[0],
                edge_range[1],
                path.east_m + path.east_mps * middle_s,
                path.north_m + path.north_mps * middle_s,
            ):
                if max(begin, low) <= min(until, high):
                    return max(begin, low), min(until, high)
                begin = start
        until = max(until, highs[k])
    if max(begin, low) <= min(until, high):
        return max(begin, low), min(until, high)
    return math.inf, -math.inf


@jit
def inside_ring(edges: Floats, first: int, last: int, east_m: float, north_m: float) -> bool:
    """Whether the point lies within the rings of edges `first` up to `last`, holes left out."""
    odd = False
    for k in range(first, last):
        start, step = edges[k, of.START_NORTH], edges[k, of.EDGE_NORTH]
        if (start > north_m) != (start + step > north_m):
            share = (north_m - start) / step
            if east_m < edges[k, of.START_EAST] + share * edges[k, of.EDGE_EAST]:
                odd = not odd
    return odd
