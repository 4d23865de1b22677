"""Entries over arrays, all with all: the reference, and what runs where nothing can be compiled.

The theory of operation stands in `entry`; `entry_numba` gives the same numbers.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.restrictions.crossing import (
    Stretch,
    band_interval,
    disc_interval,
    inside_ring,
    nearest_on_edges,
    polygon_stretches,
)
from broker.core.restrictions.entry_numba import Flags, HitColumns
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.prism_set import Floats, PrismSet

Indices = NDArray[np.int64]
Near = tuple[Indices, Indices]
"""Movers and prisms (k,) of pairs."""

BOX_TESTS_PER_PASS_MAX: Final = 4_000_000
"""Aircraft x prisms compared in one go: 4 MB of answers at a time."""
EDGE_TESTS_PER_PASS_MAX: Final = 100_000
"""Paths x vertices worked out in one go: some 20 MB of intervals at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """(mover, prism) candidates, k rows, positions in the prism's own frame."""

    mover: Indices
    prism: Indices
    position_m: Floats
    """(k, 2) east and north."""
    velocity_mps: Floats
    """(k, 2) east and north."""

    def __getitem__(self, rows: NDArray[np.intp]) -> "Pairs":
        return Pairs(
            self.mover[rows], self.prism[rows], self.position_m[rows], self.velocity_mps[rows]
        )

    def __len__(self) -> int:
        return len(self.mover)


def array_near(prisms: PrismSet, movers: Movers, look_ahead_s: float) -> Near:
    """Pairs whose grown boxes meet, by (mover, prism)."""
    mover, prism = _candidates(prisms, movers, look_ahead_s)
    order = np.lexsort((prism, mover))
    return mover[order], prism[order]


def array_hits(
    prisms: PrismSet,
    movers: Movers,
    near: Near,
    within_s: tuple[Floats, Floats],
    look_ahead_s: float,
) -> HitColumns:
    """Which of the pairs (mover, prism) meet between their times (k,) from and to."""
    pairs = _pairs(prisms, movers, near)
    entry_s, exit_s = _times(prisms, movers, pairs, within_s)
    # A path that has left for good never gets here: stretches start at 0 or later.
    rows = np.flatnonzero((entry_s <= look_ahead_s) & (entry_s <= exit_s))
    offset, inside = _to_boundary(prisms, pairs[rows])
    return HitColumns(rows, entry_s[rows], exit_s[rows], offset[:, 0], offset[:, 1], inside)


def _pairs(prisms: PrismSet, movers: Movers, near: Near) -> Pairs:
    """The pairs in the prisms' frames."""
    (m, p), of = near, prisms.columns
    east = (movers.x_m[m] - of.x_m[p]) * (movers.east_scale[m] + of.east_scale[p]) / 2.0
    return Pairs(
        mover=m,
        prism=p,
        position_m=np.column_stack([east, movers.y_m[m] - of.y_m[p]]),
        velocity_mps=np.column_stack([movers.velocity_east_mps[m], movers.velocity_north_mps[m]]),
    )


def _candidates(prisms: PrismSet, movers: Movers, look_ahead_s: float) -> Near:
    """All with all."""
    of = prisms.columns
    reach = _farthest_m(movers, look_ahead_s)
    step_north = movers.velocity_north_mps * look_ahead_s
    south = movers.y_m + np.minimum(step_north, 0.0) - reach
    north = movers.y_m + np.maximum(step_north, 0.0) + reach
    step = max(1, BOX_TESTS_PER_PASS_MAX // max(1, len(movers.x_m)))
    found = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
    # North is the same in every frame, so whole arrays can be compared before any conversion.
    for first in range(0, len(prisms), step):
        part = slice(first, first + step)
        prism_south = (of.y_m[part] + of.bounds_m[part, 1])[:, None]
        prism_north = (of.y_m[part] + of.bounds_m[part, 3])[:, None]
        p, m = np.nonzero((south <= prism_north) & (north >= prism_south))
        p += first
        east = (movers.x_m[m] - of.x_m[p]) * (movers.east_scale[m] + of.east_scale[p]) / 2.0
        step_east = movers.velocity_east_mps[m] * look_ahead_s
        meets = east + (np.minimum(step_east, 0.0) - reach[m]) <= of.bounds_m[p, 2]
        meets &= east + (np.maximum(step_east, 0.0) + reach[m]) >= of.bounds_m[p, 0]
        found.append((p[meets], m[meets]))
    p = np.concatenate([one for one, _ in found])
    return np.concatenate([one for _, one in found]), p


def _farthest_m(movers: Movers, look_ahead_s: float) -> Floats:
    """The horizontal doubt (n,) at the end of the look-ahead."""
    return movers.horizontal_doubt_m + movers.growing_mps * look_ahead_s


def _times(
    prisms: PrismSet, movers: Movers, pairs: Pairs, within_s: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """First stretch (k,) inside the shape, the height band and the times; (inf, -inf) for none."""
    low, high = _height_interval(prisms, movers, pairs)
    low, high = np.maximum(low, within_s[0]), np.minimum(high, within_s[1])
    entry, leave = np.full(len(pairs), np.inf), np.full(len(pairs), -np.inf)
    grows = movers.growing_mps[pairs.mover] > 0.0
    is_disc = ~np.isnan(prisms.columns.radius_m[pairs.prism])
    for find, which in [
        (_reached, grows),
        (_across_discs, is_disc & ~grows),
        (_across_polygons, ~is_disc & ~grows),
    ]:
        rows = np.flatnonzero(which & (low <= high))
        entry[rows], leave[rows] = find(prisms, movers, pairs[rows], low[rows], high[rows])
    return entry, leave


def _reached(
    prisms: PrismSet, movers: Movers, pairs: Pairs, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """The same of pairs whose doubt goes on growing: from when it reaches the shape."""
    offset, inside = _to_boundary(prisms, pairs)
    way_m = np.where(inside, 0.0, np.sqrt(offset[:, 0] ** 2 + offset[:, 1] ** 2))
    way_m -= movers.horizontal_doubt_m[pairs.mover]
    return np.maximum(low, way_m / movers.growing_mps[pairs.mover]), high


def _across_discs(
    prisms: PrismSet, movers: Movers, pairs: Pairs, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """The same of paths across discs."""
    (east, north), (v_east, v_north) = pairs.position_m.T, pairs.velocity_mps.T
    radius = prisms.columns.radius_m[pairs.prism] + movers.horizontal_doubt_m[pairs.mover]
    enter, leave = disc_interval(east, north, v_east, v_north, radius)
    return np.maximum(enter, low), np.minimum(leave, high)


def _across_polygons(
    prisms: PrismSet, movers: Movers, pairs: Pairs, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """The same of paths across polygons, each polygon with all its paths at once."""
    entry, leave = np.full(len(pairs), np.inf), np.full(len(pairs), -np.inf)
    reach = movers.horizontal_doubt_m[pairs.mover]
    for prism in np.unique(pairs.prism):
        here, edges = np.flatnonzero(pairs.prism == prism), prisms.edges_of(prism)
        size = max(1, EDGE_TESTS_PER_PASS_MAX // len(edges))
        for first in range(0, len(here), size):
            part = here[first : first + size]
            stretches = polygon_stretches(
                edges, pairs.position_m[part], pairs.velocity_mps[part], reach[part]
            )
            for row, ordered in zip(part, stretches, strict=True):
                entry[row], leave[row] = _first_within(ordered, low[row], high[row])
    return entry, leave


def _first_within(stretches: list[Stretch], low: float, high: float) -> Stretch:
    """The first stretch that meets [low, high], cut to it; (inf, -inf) for none."""
    for start, end in stretches:
        if max(start, low) <= min(end, high):
            return max(start, low), min(end, high)
    return np.inf, -np.inf


def _height_interval(prisms: PrismSet, movers: Movers, pairs: Pairs) -> tuple[Floats, Floats]:
    """When each pair's height may be inside; always, where it is unknown."""
    of = prisms.columns
    doubt = of.vertical_doubt_m[pairs.prism] + movers.vertical_doubt_m[pairs.mover]
    floor = of.floor_hae_m[pairs.prism] - doubt
    ceiling = of.ceiling_hae_m[pairs.prism] + doubt
    altitude = movers.altitude_hae_m[pairs.mover]
    unknown = np.isnan(altitude)
    low, high = band_interval(
        np.where(unknown, 0.0, altitude), movers.vertical_speed_mps[pairs.mover], floor, ceiling
    )
    return np.where(unknown, -np.inf, low), np.where(unknown, np.inf, high)


def _to_boundary(prisms: PrismSet, pairs: Pairs) -> tuple[Floats, Flags]:
    """East and north (k, 2) to the nearest boundary point, and whether the position is inside."""
    radius = prisms.columns.radius_m[pairs.prism]
    east, north = pairs.position_m.T
    distance = np.sqrt(east * east + north * north)
    inside = distance <= radius
    # From the very centre every way out is as long: north.
    direction = np.where((distance == 0.0)[:, None], [0.0, 1.0], pairs.position_m)
    unit = direction / np.where(distance == 0.0, 1.0, distance)[:, None]
    nearest = unit * radius[:, None]
    for prism in np.unique(pairs.prism[np.isnan(radius)]):
        here, edges = np.flatnonzero(pairs.prism == prism), prisms.edges_of(prism)
        size = max(1, EDGE_TESTS_PER_PASS_MAX // len(edges))
        for first in range(0, len(here), size):
            part = here[first : first + size]
            inside[part] = inside_ring(edges, pairs.position_m[part])
            nearest[part] = nearest_on_edges(edges, pairs.position_m[part])
    return nearest - pairs.position_m, inside
