"""Which aircraft may meet which prisms: those in the cells of a path whose box meets its own.

One pass over all aircraft writes the pairs that are worth working out. Arrays are named once before
the loop, and helpers take numbers: compiled code that is handed a whole tuple of arrays for each
aircraft counts references to all of them, which costs more than the comparison.
"""

import math
from typing import Final, NamedTuple

import numpy as np

from broker.core.restrictions import prism_set as of
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.prism_set import SCALE_SHARE_MIN, Floats, Integers, PrismGrid
from broker.core.separation.jit import jit

ROUNDING_M: Final = 1.0
"""Cells are looked up this much wider than boxes are compared."""
SCALE_SHARE_ASKING_MIN: Final = 2.0 * SCALE_SHARE_MIN - 1.0
"""East scale of an aircraft over a prism's, where their mean is SCALE_SHARE_MIN of the prism's."""


class Near(NamedTuple):
    """Pairs whose boxes meet, by (mover, prism); as many as were counted."""

    mover: Integers
    prism: Integers


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


@jit
def find_near(
    boxes: Floats, grid: PrismGrid, movers: Movers, look_ahead_s: float, near: Near
) -> int:
    """Write the pairs that fit; returns how many there are."""
    seen, count, room = np.full(len(boxes), -1, dtype=np.int64), 0, len(near.mover)
    x_m, y_m, east_scale = movers.x_m, movers.y_m, movers.east_scale
    east_mps, north_mps = movers.velocity_east_mps, movers.velocity_north_mps
    doubt_m, growing_mps = movers.horizontal_doubt_m, movers.growing_mps
    starts, listed, wide, everything = grid.first, grid.prisms, grid.wide, grid.all
    near_mover, near_prism, columns = near.mover, near.prism, grid.columns
    for m in range(len(x_m)):
        reach_m = doubt_m[m] + growing_mps[m] * look_ahead_s
        step_east, step_north = east_mps[m] * look_ahead_s, north_mps[m] * look_ahead_s
        swept = Swept(
            x_m[m],
            east_scale[m],
            min(step_east, 0.0) - reach_m,
            max(step_east, 0.0) + reach_m,
            y_m[m] + min(step_north, 0.0) - reach_m,
            y_m[m] + max(step_north, 0.0) + reach_m,
        )
        begin = count
        far_off = swept.east_scale < SCALE_SHARE_ASKING_MIN * grid.scale_max
        for p in everything if far_off else wide:
            seen[p] = m
            if _boxes_meet(boxes, p, swept):
                if count < room:
                    near_mover[count], near_prism[count] = m, p
                count += 1
        first_column, last_column = _columns(
            swept, grid.scale_min, grid.west_m, grid.cells_per_x_m, columns
        )
        first_row = _cell(swept.south_m - ROUNDING_M - grid.south_m, grid.cells_per_y_m, grid.rows)
        last_row = _cell(swept.north_m + ROUNDING_M - grid.south_m, grid.cells_per_y_m, grid.rows)
        for row in range(first_row, last_row + 1):
            for place in range(
                starts[row * columns + first_column], starts[row * columns + last_column + 1]
            ):
                p = listed[place]
                if seen[p] != m:
                    seen[p] = m
                    if _boxes_meet(boxes, p, swept):
                        if count < room:
                            near_mover[count], near_prism[count] = m, p
                        count += 1
        if count > begin + 1:
            _sort(near_prism, begin, min(count, room))
    return count


@jit
def _columns(
    swept: Swept, scale_min: float, west_m: float, cells_per_m: float, count: int
) -> tuple[int, int]:
    per_scale = 2.0 / (swept.east_scale + scale_min)
    low_x = swept.x_m + (swept.west_m - ROUNDING_M) * per_scale - west_m
    high_x = swept.x_m + (swept.east_m + ROUNDING_M) * per_scale - west_m
    return _cell(low_x, cells_per_m, count), _cell(high_x, cells_per_m, count)


@jit
def _sort(numbers: Integers, first: int, last: int) -> None:
    """A few of them, in place."""
    for k in range(first + 1, last):
        one, place = numbers[k], k
        while place > first and numbers[place - 1] > one:
            numbers[place] = numbers[place - 1]
            place -= 1
        numbers[place] = one


@jit
def _cell(at_m: float, cells_per_m: float, count: int) -> int:
    return int(min(max(math.floor(at_m * cells_per_m), 0.0), count - 1.0))


@jit
def _boxes_meet(boxes: Floats, p: int, swept: Swept) -> bool:
    if swept.south_m > boxes[p, of.BOX_NORTH] or swept.north_m < boxes[p, of.BOX_SOUTH]:
        return False
    scale = swept.east_scale + boxes[p, of.BOX_SCALE]
    at = (swept.x_m - boxes[p, of.BOX_X]) * scale / 2.0
    return bool(
        at + swept.west_m <= boxes[p, of.BOX_EAST] and at + swept.east_m >= boxes[p, of.BOX_WEST]
    )
