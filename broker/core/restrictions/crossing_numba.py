"""`crossing` for compiled code: one path and one polygon at a time, rounded alike."""

import math
from typing import Final, NamedTuple

import numpy as np

from broker.core.restrictions import prism_set as of
from broker.core.restrictions.crossing import REACH_M_MIN, SPEED_MPS_MIN
from broker.core.restrictions.prism_set import Floats
from broker.core.separation.jit import jit, jit_inline

Interval = tuple[float, float]

INSERTED_MAX: Final = 32
"""More intervals than these are sorted with an order of their own."""


class Path(NamedTuple):
    """One aircraft in a prism's frame."""

    east_m: float
    north_m: float
    east_mps: float
    north_mps: float
    reach_m: float


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


@jit_inline
def boundary_intervals(
    edges: Floats, first: int, last: int, path: Path, lows: Floats, highs: Floats
) -> int:
    """Write when the path is within reach of the boundary from now on; returns how many."""
    reach, touched = max(path.reach_m, REACH_M_MIN), 0
    v_east, v_north = path.east_mps, path.north_mps
    for k in range(first, last):
        unit_east, unit_north = edges[k, of.UNIT_EAST], edges[k, of.UNIT_NORTH]
        from_east = path.east_m - edges[k, of.START_EAST]
        from_north = path.north_m - edges[k, of.START_NORTH]
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


@jit_inline
def sort_intervals(lows: Floats, highs: Floats) -> None:
    """By their start, in place; a few, as there nearly always are, need no memory of their own."""
    if len(lows) > INSERTED_MAX:
        order = np.argsort(lows, kind="mergesort")
        lows[:], highs[:] = lows[order], highs[order]
        return
    for k in range(1, len(lows)):
        low, high, place = lows[k], highs[k], k
        while place > 0 and lows[place - 1] > low:
            lows[place], highs[place] = lows[place - 1], highs[place - 1]
            place -= 1
        lows[place], highs[place] = low, high


@jit_inline
def first_stretch(
    edges: Floats,
    first: int,
    last: int,
    path: Path,
    lows: Floats,
    highs: Floats,
    low: float,
    high: float,
) -> Interval:
    """The first stretch inside that meets [low, high], cut to it; (inf, -inf) for none."""
    if len(lows) == 0:
        begin, until = max(low, 0.0), high
        if begin <= until and inside_ring(edges, first, last, path.east_m, path.north_m):
            return begin, until
        return math.inf, -math.inf
    sort_intervals(lows, highs)
    begin, until = -1.0, 0.0  # no stretch is open; the boundary was last left at the start
    for k in range(len(lows)):
        start = max(lows[k], 0.0)
        if k == 0 or start > until:
            middle_s = (until + start) / 2.0
            inside = inside_ring(
                edges,
                first,
                last,
                path.east_m + path.east_mps * middle_s,
                path.north_m + path.north_mps * middle_s,
            )
            if k == 0:
                begin = 0.0 if inside else start
            elif not inside:
                if max(begin, low) <= min(until, high):
                    return max(begin, low), min(until, high)
                begin = start
        until = highs[k] if k == 0 else max(until, highs[k])
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
