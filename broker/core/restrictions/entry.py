"""Which aircraft are in, or on the way into, which prisms: when in, when out, how far.

Path and doubt are those by which pairs are judged (`movers`): straight from now on, along the mean
course of a turn. Bounding boxes come first: the path of the look-ahead, grown by doubt, against the
prism's box. Only what survives is worked out, and that exactly. Doubt grows the shape in all three
dimensions. It stays what it is now over the look-ahead, but where the velocity is unknown: there it
goes on growing, the aircraft is nowhere in particular, and it may be inside from the moment at
which what may have been flown by then reaches the boundary.

The compiled kernel (`entry_numba`) looks up the boxes in a grid. What stands here over arrays
compares all with all; it is the reference, and what runs where nothing can be compiled. Both give
the same numbers.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

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
from broker.core.restrictions.entry_numba import (
    Flags,
    HitColumns,
    compiled_hits,
    compiled_near,
)
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.prism_set import PrismSet
from broker.core.separation.jit import BACKEND, Backend

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Near = tuple[Indices, Indices]
"""Movers and prisms (k,) of pairs."""

BOX_TESTS_PER_PASS_MAX: Final = 4_000_000
"""Aircraft x prisms compared in one go: 4 MB of answers at a time."""
EDGE_TESTS_PER_PASS_MAX: Final = 100_000
"""Paths x vertices worked out in one go: some 20 MB of intervals at a time."""


class Hours(NamedTuple):
    """When each prism (p) or pair holds, seconds from now; an end of inf is beyond what matters."""

    opens_s: Floats
    closes_s: Floats


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


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Pairs that are in, or will be within the look-ahead; k rows, by (mover, prism)."""

    mover: Indices
    prism: Indices
    entry_s: Floats
    """0: inside now."""
    exit_s: Floats
    """End of that stretch on this course; inf where it stays inside."""
    range_m: Floats
    """From the best position to the published boundary, 0 inside."""
    bearing_deg: Floats
    """True bearing to the nearest boundary point, 0 to 360."""
    closing_speed_mps: Floats
    """Towards that point while outside, 0 inside."""

    def __len__(self) -> int:
        return len(self.mover)


def find_entries(
    prisms: PrismSet,
    movers: Movers,
    look_ahead_s: float,
    hours: Hours | None = None,
    backend: Backend = BACKEND,
) -> Entries:
    """Every pair of mover (n) and prism (p) that meet within `look_ahead_s` from now.

    Without `hours` all prisms hold all the time.
    """
    hours = hours or Hours(np.zeros(len(prisms)), np.full(len(prisms), np.inf))
    near = _near(prisms, movers, look_ahead_s, backend)
    within = Hours(hours.opens_s[near[1]], hours.closes_s[near[1]])
    hits = _hits(prisms, movers, near, within, look_ahead_s, backend)
    return _measured(near[0][hits.row], near[1][hits.row], hits, movers)


def ends_of_stay(
    prisms: PrismSet, movers: Movers, near: Near, within: Hours, backend: Backend = BACKEND
) -> Floats:
    """When pairs (k,) that are inside as `within` opens leave again; -inf where they are not."""
    hits = _hits(prisms, movers, near, within, np.inf, backend)
    ends = np.full(len(near[0]), -np.inf)
    stay = hits.entry_s == within.opens_s[hits.row]
    ends[hits.row[stay]] = hits.exit_s[stay]
    return ends


def _measured(mover: Indices, prism: Indices, hits: HitColumns, movers: Movers) -> Entries:
    """Range, bearing and closing speed from the offset to the nearest boundary point."""
    east, north = hits.offset_east_m, hits.offset_north_m
    distance = np.sqrt(east * east + north * north)
    towards = east * movers.velocity_east_mps[mover]
    towards = towards + north * movers.velocity_north_mps[mover]
    along = towards / np.where(distance == 0.0, 1.0, distance)
    return Entries(
        mover=mover,
        prism=prism,
        entry_s=hits.entry_s + 0.0,  # no negative zero
        exit_s=hits.exit_s,
        range_m=np.where(hits.inside, 0.0, distance),
        bearing_deg=np.degrees(np.arctan2(east, north)) % 360.0,
        closing_speed_mps=np.where(hits.inside, 0.0, along),
    )


def _near(prisms: PrismSet, movers: Movers, look_ahead_s: float, backend: Backend) -> Near:
    """Pairs whose grown boxes meet, by (mover, prism)."""
    if backend == "numba":
        return compiled_near(prisms.columns.boxes, prisms.grid, movers, look_ahead_s)
    mover, prism = _candidates(prisms, movers, look_ahead_s)
    order = np.lexsort((prism, mover))
    return mover[order], prism[order]


def _hits(
    prisms: PrismSet,
    movers: Movers,
    near: Near,
    within: Hours,
    look_ahead_s: float,
    backend: Backend,
) -> HitColumns:
    """Which pairs meet, each between its own times (k,)."""
    if backend == "numba":
        return compiled_hits(prisms.columns, movers, near, within, look_ahead_s)
    pairs = _pairs(prisms, movers, near)
    entry_s, exit_s = _times(prisms, movers, pairs, within)
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
    """The same, all with all."""
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


def _times(prisms: PrismSet, movers: Movers, pairs: Pairs, within: Hours) -> tuple[Floats, Floats]:
    """First stretch (k,) inside the shape, the height band and the times; (inf, -inf) for none."""
    low, high = _height_interval(prisms, movers, pairs)
    low, high = np.maximum(low, within.opens_s), np.minimum(high, within.closes_s)
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
