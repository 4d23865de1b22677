"""Compiled: what widens a track's zone, the layer it belongs to, and the cells of the index."""

import math

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import packing, reach
from broker.core.separation.cylinder import Floats
from broker.core.separation.jit import jit, jit_inline
from broker.core.separation.pair_numba import Factors, age_s, growth_m, root


@jit_inline
def zone_growth_m(rows: Floats, i: int, now_us: float, factors: Factors, slack_s: float) -> float:
    """All that widens a track's zone until the end of the served window, with the hold factor."""
    oldest_s = age_s(rows, i, now_us) + 2.0 * slack_s
    zone_m: float = factors.hold_factor * (
        growth_m(rows, i, oldest_s, factors.growth_m_max)
        + factors.accuracy_weight * root(rows[i, packing.HORIZONTAL_VARIANCE_M2])
        + rows[i, packing.UNKNOWN_MPS] * factors.look_ahead_s_max
    )
    drift2 = rows[i, packing.DRIFT_U_MPS] ** 2 + rows[i, packing.DRIFT_V_MPS] ** 2
    return zone_m + packing.DRIFT_S_MAX * root(drift2)


@jit_inline
def zone_height_m(rows: Floats, i: int, factors: Factors) -> float:
    """All that raises a track's zone; infinite where its altitude is not known."""
    if math.isnan(rows[i, packing.Z_M]):
        return math.inf
    doubt_m = factors.accuracy_weight * root(rows[i, packing.VERTICAL_VARIANCE_M2])
    doubt_m += factors.near_weight * root(rows[i, packing.ALTITUDE_RESIDUAL_M2])
    return factors.hold_factor * doubt_m


@jit_inline
def layer_of(rows: Floats, i: int, zone_m: float, wide: NDArray[np.uint8]) -> int:
    """0 for slow tracks with ordinary zones, 1 for the rest."""
    if wide[int(rows[i, packing.CATEGORY])] != 0 or zone_m > reach.NARROW_GROWTH_M:
        return 1
    u_mps, v_mps = rows[i, packing.U_MPS], rows[i, packing.V_MPS]
    fast = u_mps * u_mps + v_mps * v_mps > reach.NARROW_SPEED_MPS * reach.NARROW_SPEED_MPS
    return 1 if fast else 0


@jit
def cell_sizes(layer: int) -> tuple[float, float]:
    """East (at the equator's scale) and north size of a layer's cells."""
    north_m = reach.NARROW_CELL_NORTH_M if layer == 0 else reach.WIDE_CELL_NORTH_M
    return north_m * reach.CELL_EAST_RATIO, north_m


@jit
def cell_of(x_m: float, y_m: float, layer: int) -> int:
    """The cell of a reference point, rows first; the grid wraps round."""
    east_m, north_m = cell_sizes(layer)
    column = math.floor(x_m / east_m) & reach.CELL_MASK
    row = math.floor(y_m / north_m) & reach.CELL_MASK
    return row * reach.GRID_CELLS + column


@jit
def cell_box(
    x_m: float, y_m: float, east_scale: float, reach_m: float, layer: int
) -> tuple[int, int, int, int]:
    """First row and rows, first column and columns that a search covers, before wrapping."""
    east_m, north_m = cell_sizes(layer)
    scale = max(east_scale - reach_m / reach.EARTH_RADIUS_M_MIN, reach.EAST_SCALE_MIN)
    first_row = math.floor((y_m - reach_m) / north_m)
    last_row = math.floor((y_m + reach_m) / north_m)
    first_column = math.floor((x_m - reach_m / scale) / east_m)
    last_column = math.floor((x_m + reach_m / scale) / east_m)
    rows = min(last_row - first_row + 1, reach.GRID_CELLS)
    columns = min(last_column - first_column + 1, reach.GRID_CELLS)
    return first_row, rows, first_column, columns
