"""Entries by compiled code: one aircraft at a time, only the prisms in the cells of its path.

Each operation is written and rounded as in the reference (`entry`, `crossing`), where the
theory of operation stands too.
"""

import math
from typing import NamedTuple

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
from broker.core.restrictions.prism_set import (
    SCALE_SHARE_MIN,
    Floats,
    Integers,
    PrismColumns,
    PrismGrid,
)
from broker.core.separation.jit import jit, jit_inline

Flags = NDArray[np.bool_]

ROUNDING_M = 1.0
"""Cells are looked up this much wider than boxes are compared."""
HITS_AT_LEAST = 256
SCALE_SHARE_ASKING_MIN = 2.0 * SCALE_SHARE_MIN - 1.0
"""East scale of an aircraft over a prism's, where their mean is SCALE_SHARE_MIN of the prism's."""


class MoverColumns(NamedTuple):
    """The fields of `Movers` that entry depends on."""

    x_m: Floats
    y_m: Floats
    east_scale: Floats
    velocity_east_mps: Floats
    velocity_north_mps: Floats
    altitude_hae_m: Floats
    vertical_speed_mps: Floats
    horizontal_doubt_m: Floats
    vertical_doubt_m: Floats


class HitColumns(NamedTuple):
    """Pairs that meet, by (mover, prism)."""

    mover: Integers
    prism: Integers
    entry_s: Floats
    exit_s: Floats
    offset_east_m: Floats
    """To the nearest boundary point."""
    offset_north_m: Floats
    inside: Flags
    """Whether the best position lies within the published boundary."""


class Swept(NamedTuple):
    """The box of a path over the look-ahead, grown by doubt."""

    x_m: float
    east_scale: float
    west_m: float
    """From the position, like the next."""
    east_m: float
    south_m: float
    """Absolute, like the next."""
    north_m: float


def compiled_hits(
    prisms: PrismColumns,
    grid: PrismGrid,
    movers: MoverColumns,
    hours: tuple[Floats, Floats],
    look_ahead_s: float,
) -> HitColumns:
    """All pairs that meet; asked again with more room in the rare case that there are more."""
    room = max(HITS_AT_LEAST, len(movers.x_m))
    while True:
        hits = _room_for(room)
        count = _find_hits(prisms, grid, movers, hours[0], hours[1], look_ahead_s, hits)
        if count <= room:
            return HitColumns(
                hits.mover[:count],
                hits.prism[:count],
                hits.entry_s[:count],
                hits.exit_s[:count],
                hits.offset_east_m[:count],
                hits.offset_north_m[:count],
                hits.inside[:count],
            )
        room = count


def _room_for(rows: int) -> HitColumns:
    return HitColumns(
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows, np.bool_),
    )


@jit
def _find_hits(
    prisms: PrismColumns,
    grid: PrismGrid,
    movers: MoverColumns,
    opens_s: Floats,
    closes_s: Floats,
    look_ahead_s: float,
    hits: HitColumns,
) -> int:
    """Write what fits; returns how many there are."""
    count = 0
    prism_count = len(prisms.x_m)
    seen = np.full(prism_count, -1, dtype=np.int64)
    near = np.empty(prism_count, dtype=np.int64)
    boxes = prisms.boxes
    edge_count = 0
    for p in range(prism_count):
        edge_count = max(edge_count, prisms.first_edge[p + 1] - prisms.first_edge[p])
    lows, highs = np.empty(2 * edge_count), np.empty(2 * edge_count)
    for m in range(len(movers.x_m)):
        swept = _swept(movers, m, look_ahead_s)
        found = _near(boxes, grid, swept, m, seen, near)
        for k in range(found):
            p = near[k]
            low, high = _height_interval(prisms, movers, p, m)
            low, high = max(low, opens_s[p]), min(high, closes_s[p])
            if low > high or low > look_ahead_s:
                continue
            scale = movers.east_scale[m] + prisms.east_scale[p]
            path = Path(
                (movers.x_m[m] - prisms.x_m[p]) * scale / 2.0,
                movers.y_m[m] - prisms.y_m[p],
                movers.velocity_east_mps[m],
                movers.velocity_north_mps[m],
                movers.horizontal_doubt_m[m],
            )
            enter, leave = disc_interval(
                path.east_m,
                path.north_m,
                path.east_mps,
                path.north_mps,
                prisms.around_m[p] + path.reach_m,
            )
            enter, leave = max(enter, low), min(leave, high)
            if enter > look_ahead_s or enter > leave:
                continue
            if math.isnan(prisms.radius_m[p]):
                first, last = prisms.first_edge[p], prisms.first_edge[p + 1]
                touched = boundary_intervals(prisms.edges, first, last, path, lows, highs)
                enter, leave = first_stretch(
                    prisms.edges, first, last, path, lows[:touched], highs[:touched], low, high
                )
            if enter > look_ahead_s or enter > leave:
                continue
            if count < len(hits.mover):
                hits.mover[count], hits.prism[count] = m, p
                hits.entry_s[count], hits.exit_s[count] = enter, leave
                _to_boundary(prisms, p, path, hits, count)
            count += 1
    return count


@jit_inline
def _swept(movers: MoverColumns, m: int, look_ahead_s: float) -> Swept:
    """The box of one aircraft's path."""
    reach = movers.horizontal_doubt_m[m]
    step_east = movers.velocity_east_mps[m] * look_ahead_s
    step_north = movers.velocity_north_mps[m] * look_ahead_s
    return Swept(
        movers.x_m[m],
        movers.east_scale[m],
        min(step_east, 0.0) - reach,
        max(step_east, 0.0) + reach,
        movers.y_m[m] + min(step_north, 0.0) - reach,
        movers.y_m[m] + max(step_north, 0.0) + reach,
    )


@jit_inline
def _near(
    boxes: Floats, grid: PrismGrid, swept: Swept, m: int, seen: Integers, near: Integers
) -> int:
    """Write the prisms whose box meets that of the path, in order; returns how many."""
    found, scale_min, everywhere = 0, grid.scale_min, grid.wide
    if swept.east_scale < SCALE_SHARE_ASKING_MIN * grid.scale_max:
        everywhere = grid.all
    for p in everywhere:
        seen[p] = m
        if _boxes_meet(boxes, p, swept):
            near[found] = p
            found += 1
    scale = (swept.east_scale + scale_min) / 2.0
    low_x = swept.x_m + (swept.west_m - ROUNDING_M) / scale - grid.west_m
    high_x = swept.x_m + (swept.east_m + ROUNDING_M) / scale - grid.west_m
    first_column = _cell(low_x, grid.cell_x_m, grid.columns)
    last_column = _cell(high_x, grid.cell_x_m, grid.columns)
    first_row = _cell(swept.south_m - ROUNDING_M - grid.south_m, grid.cell_y_m, grid.rows)
    last_row = _cell(swept.north_m + ROUNDING_M - grid.south_m, grid.cell_y_m, grid.rows)
    starts, listed = grid.first, grid.prisms
    for row in range(first_row, last_row + 1):
        begin = starts[row * grid.columns + first_column]
        end = starts[row * grid.columns + last_column + 1]
        for place in range(begin, end):
            p = listed[place]
            if seen[p] == m:
                continue
            seen[p] = m
            if _boxes_meet(boxes, p, swept):
                near[found] = p
                found += 1
    _sort(near, found)
    return found


@jit
def _sort(numbers: Integers, count: int) -> None:
    """The first few, in place."""
    for k in range(1, count):
        one, place = numbers[k], k
        while place > 0 and numbers[place - 1] > one:
            numbers[place] = numbers[place - 1]
            place -= 1
        numbers[place] = one


@jit
def _cell(at_m: float, cell_m: float, count: int) -> int:
    return int(min(max(math.floor(at_m / cell_m), 0.0), count - 1.0))


@jit_inline
def _boxes_meet(boxes: Floats, p: int, swept: Swept) -> bool:
    if swept.south_m > boxes[p, of.BOX_NORTH] or swept.north_m < boxes[p, of.BOX_SOUTH]:
        return False
    scale = swept.east_scale + boxes[p, of.BOX_SCALE]
    at = (swept.x_m - boxes[p, of.BOX_X]) * scale / 2.0
    return bool(
        at + swept.west_m <= boxes[p, of.BOX_EAST] and at + swept.east_m >= boxes[p, of.BOX_WEST]
    )


@jit_inline
def _height_interval(prisms: PrismColumns, movers: MoverColumns, p: int, m: int) -> Interval:
    altitude = movers.altitude_hae_m[m]
    if math.isnan(altitude):
        return -math.inf, math.inf
    doubt = prisms.vertical_doubt_m[p] + movers.vertical_doubt_m[m]
    floor, ceiling = prisms.floor_hae_m[p] - doubt, prisms.ceiling_hae_m[p] + doubt
    return band_interval(altitude, movers.vertical_speed_mps[m], floor, ceiling)


@jit_inline
def _to_boundary(prisms: PrismColumns, p: int, path: Path, hits: HitColumns, row: int) -> None:
    """Write the way to the nearest boundary point."""
    east_m, north_m, radius_m = path.east_m, path.north_m, prisms.radius_m[p]
    if not math.isnan(radius_m):
        distance = math.sqrt(east_m * east_m + north_m * north_m)
        hits.inside[row] = distance <= radius_m
        if distance == 0.0:
            hits.offset_east_m[row], hits.offset_north_m[row] = 0.0, radius_m
        else:
            hits.offset_east_m[row] = east_m / distance * radius_m - east_m
            hits.offset_north_m[row] = north_m / distance * radius_m - north_m
        return
    edges, best = prisms.edges, math.inf
    first, last = prisms.first_edge[p], prisms.first_edge[p + 1]
    hits.inside[row] = inside_ring(edges, first, last, east_m, north_m)
    for k in range(first, last):
        step_east, step_north = edges[k, of.EDGE_EAST], edges[k, of.EDGE_NORTH]
        from_east = east_m - edges[k, of.START_EAST]
        from_north = north_m - edges[k, of.START_NORTH]
        share = (from_east * step_east + from_north * step_north) / (
            edges[k, of.LENGTH] * edges[k, of.LENGTH]
        )
        share = min(max(share, 0.0), 1.0)
        off_east = edges[k, of.START_EAST] + share * step_east - east_m
        off_north = edges[k, of.START_NORTH] + share * step_north - north_m
        square = off_east * off_east + off_north * off_north
        if square < best:
            best = square
            hits.offset_east_m[row], hits.offset_north_m[row] = off_east, off_north
