"""Prisms in columns, and the grid that lets a kernel pass over those that are far away.

The grid lies over the projected frame (`broker.core.geodesy.frame`), in which the extent of a box
from west to east depends on the scale at both ends. Boxes are entered with room for any aircraft
whose scale is not below SCALE_SHARE_MIN of theirs; one that flies further towards a pole than that
is compared with every prism. So are prisms that would fill more cells than they are worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.restrictions.prism import Prism

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CELLS_PER_SIDE_MAX: Final = 128
CELLS_PER_PRISM_MAX: Final = 64
"""A prism over more cells than these is compared with every aircraft."""
SCALE_SHARE_MIN: Final = 0.9
"""Of a prism's east scale, for the mean with an aircraft's: 80 % of it, 900 km north of London."""

AROUND_MORE_M: Final = 1.0
"""For rounding, so that the disc round a polygon never rules out what the polygon itself meets."""

# Columns of an edge, metres in the prism's own frame.
START_EAST: Final = 0
START_NORTH: Final = 1
EDGE_EAST: Final = 2
EDGE_NORTH: Final = 3
LENGTH: Final = 4
UNIT_EAST: Final = 5
UNIT_NORTH: Final = 6
PER_SQUARE: Final = 7
"""One over the length squared."""


# Columns of a box: the frame, then the edges, east and west in the frame and the others absolute.
BOX_X: Final = 0
BOX_SCALE: Final = 1
BOX_WEST: Final = 2
BOX_EAST: Final = 3
BOX_SOUTH: Final = 4
BOX_NORTH: Final = 5


class PrismColumns(NamedTuple):
    """Prisms (p) as kernels take them."""

    bounds_m: Floats
    """(p, 4) west, south, east, north in each prism's own frame."""
    x_m: Floats
    y_m: Floats
    east_scale: Floats
    radius_m: Floats
    """NaN for a polygon."""
    around_m: Floats
    """The same of a disc; of a polygon, that of a disc round the reference point that holds it."""
    floor_hae_m: Floats
    ceiling_hae_m: Floats
    vertical_doubt_m: Floats
    boxes: Floats
    """(p, 6) what comparing boxes reads of each prism, side by side."""
    edges: Floats
    """(e, 8) of all polygons, one after the other."""
    first_edge: Integers
    """(p + 1,) where each prism's edges begin, and the end of the last."""


class PrismGrid(NamedTuple):
    """Which prisms lie in or near which cell of a uniform grid, row by row from the south."""

    west_m: float
    south_m: float
    cells_per_x_m: float
    cells_per_y_m: float
    columns: int
    rows: int
    first: Integers
    """(cells + 1,) where each cell's prisms begin in `prisms`."""
    prisms: Integers
    wide: Integers
    """Prisms that are in no cell, to be compared with every aircraft."""
    all: Integers
    """Every prism, for an aircraft that the cells were not made for."""
    scale_min: float
    """Smallest east scale of a prism."""
    scale_max: float


@dataclass(frozen=True, slots=True, eq=False)
class PrismSet:
    """Prisms (p), made once for as long as the set lasts."""

    columns: PrismColumns
    grid: PrismGrid

    @classmethod
    def of(cls, prisms: Sequence[Prism]) -> "PrismSet":
        """The set of these prisms, in this order."""
        columns = _columns(prisms)
        return cls(columns, _grid(columns))

    def __len__(self) -> int:
        return len(self.columns.x_m)

    def edges_of(self, prism: int) -> Floats:
        """(e, 8) of one polygon."""
        first_edge = self.columns.first_edge
        edges: Floats = self.columns.edges[first_edge[prism] : first_edge[prism + 1]]
        return edges


def edge_columns(edges_m: Floats) -> Floats:
    """(e, 4) from and to, metres east and north -> (e, 8) with direction and length."""
    east, north = edges_m[:, 2] - edges_m[:, 0], edges_m[:, 3] - edges_m[:, 1]
    length = np.sqrt(east * east + north * north)
    unit_east, unit_north, per_square = east / length, north / length, 1.0 / (length * length)
    return np.column_stack([edges_m[:, :2], east, north, length, unit_east, unit_north, per_square])


def _columns(prisms: Sequence[Prism]) -> PrismColumns:
    counts = [len(one.edges_m) for one in prisms]
    edges_m = np.vstack([np.zeros((0, 4)), *(one.edges_m for one in prisms)])
    bounds_m = np.array([one.bounds_m for one in prisms], np.float64).reshape(len(prisms), 4)
    x_m = np.array([one.frame.x_m for one in prisms], np.float64)
    y_m = np.array([one.frame.y_m for one in prisms], np.float64)
    east_scale = np.array([one.frame.east_scale for one in prisms], np.float64)
    radius_m = np.array(
        [np.nan if one.radius_m is None else one.radius_m for one in prisms], np.float64
    )
    first_edge = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64)
    west, south, east, north = bounds_m.T
    return PrismColumns(
        bounds_m=bounds_m,
        x_m=x_m,
        y_m=y_m,
        east_scale=east_scale,
        radius_m=radius_m,
        around_m=_around_m(radius_m, edges_m, first_edge),
        floor_hae_m=np.array([one.floor_hae_m for one in prisms], np.float64),
        ceiling_hae_m=np.array([one.ceiling_hae_m for one in prisms], np.float64),
        vertical_doubt_m=np.array([one.vertical_doubt_m for one in prisms], np.float64),
        boxes=np.column_stack([x_m, east_scale, west, east, y_m + south, y_m + north]),
        edges=edge_columns(edges_m),
        first_edge=first_edge,
    )


def _around_m(radius_m: Floats, edges_m: Floats, first_edge: Integers) -> Floats:
    around_m = radius_m.copy()
    polygons = np.flatnonzero(np.isnan(radius_m))
    if len(polygons):
        distances_m = np.sqrt(edges_m[:, 0] ** 2 + edges_m[:, 1] ** 2)
        # Discs have no edges, so each polygon's end where the next one's begin.
        farthest_m = np.maximum.reduceat(distances_m, first_edge[polygons])
        around_m[polygons] = farthest_m + AROUND_MORE_M
    return around_m


def _grid(of: PrismColumns) -> PrismGrid:
    count = len(of.x_m)
    if count == 0:
        return _empty_grid()
    scale = of.east_scale * SCALE_SHARE_MIN
    west = of.x_m + np.minimum(of.bounds_m[:, 0], 0.0) / scale
    east = of.x_m + np.maximum(of.bounds_m[:, 2], 0.0) / scale
    south, north = of.y_m + of.bounds_m[:, 1], of.y_m + of.bounds_m[:, 3]
    side = min(CELLS_PER_SIDE_MAX, 2 * int(np.sqrt(count)))
    # Where most are, so that one far away does not make the cells useless: the rest is clamped.
    edges_x = np.quantile(np.concatenate([west, east]), [0.01, 0.99])
    edges_y = np.quantile(np.concatenate([south, north]), [0.01, 0.99])
    cell_x_m = max(1.0, float(edges_x[1] - edges_x[0]) / side)
    cell_y_m = max(1.0, float(edges_y[1] - edges_y[0]) / side)
    low_x = _cells(west, edges_x[0], cell_x_m, side)
    high_x = _cells(east, edges_x[0], cell_x_m, side)
    low_y = _cells(south, edges_y[0], cell_y_m, side)
    high_y = _cells(north, edges_y[0], cell_y_m, side)
    wide = (high_x - low_x + 1) * (high_y - low_y + 1) > CELLS_PER_PRISM_MAX
    prism, cell = _filled(np.flatnonzero(~wide), (low_x, high_x), (low_y, high_y), side)
    counts = np.bincount(cell, minlength=side * side)
    return PrismGrid(
        west_m=float(edges_x[0]),
        south_m=float(edges_y[0]),
        cells_per_x_m=1.0 / cell_x_m,
        cells_per_y_m=1.0 / cell_y_m,
        columns=side,
        rows=side,
        first=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        prisms=prism[np.argsort(cell, kind="stable")].astype(np.int64),
        wide=np.flatnonzero(wide).astype(np.int64),
        all=np.arange(count, dtype=np.int64),
        scale_min=float(of.east_scale.min()),
        scale_max=float(of.east_scale.max()),
    )


def _empty_grid() -> PrismGrid:
    nothing = np.zeros(0, dtype=np.int64)
    cell = np.zeros(2, dtype=np.int64)
    return PrismGrid(0.0, 0.0, 1.0, 1.0, 1, 1, cell, nothing, nothing, nothing, 1.0, 1.0)


def _filled(
    kept: NDArray[np.intp],
    of_x: tuple[Integers, Integers],
    of_y: tuple[Integers, Integers],
    side: int,
) -> tuple[NDArray[np.intp], Integers]:
    """Every cell of every prism that is kept, from its lowest to its highest: prism and cell.

    All in one go: restrictions change while traffic waits.
    """
    width = (of_x[1] - of_x[0] + 1)[kept]
    filled = width * (of_y[1] - of_y[0] + 1)[kept]
    prism = np.repeat(kept, filled)
    place = np.arange(len(prism)) - np.repeat(np.cumsum(filled) - filled, filled)
    row, column = np.divmod(place, np.repeat(width, filled))
    return prism, (of_y[0][prism] + row) * side + of_x[0][prism] + column


def _cells(at_m: Floats, origin_m: float, cell_m: float, count: int) -> Integers:
    return np.clip(np.floor((at_m - origin_m) / cell_m), 0, count - 1).astype(np.int64)
