"""Which aircraft are in, or on a straight path into, which prisms: when in, when out, how far.

Bounding boxes come first: the path of the look-ahead, grown by doubt, against the prism's box. Only
what survives is worked out exactly. Doubt grows the shape in all three dimensions and stays what it
is now over the look-ahead: a prediction that also grew would warn of every restriction near a slow
aircraft.

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
    MoverColumns,
    compiled_hits,
)
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.prism_set import PrismSet
from broker.core.separation.jit import BACKEND, Backend

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

BOX_TESTS_PER_PASS_MAX: Final = 4_000_000
"""Aircraft x prisms compared in one go: 4 MB of answers at a time."""
EDGE_TESTS_PER_PASS_MAX: Final = 100_000
"""Paths x vertices worked out in one go: some 20 MB of intervals at a time."""


class Hours(NamedTuple):
    """When each prism (p) holds, seconds from now; an end of inf is beyond the look-ahead."""

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
    if backend == "numba":
        of = MoverColumns(*(getattr(movers, name) for name in MoverColumns._fields))
        hits = compiled_hits(prisms.columns, prisms.grid, of, hours, look_ahead_s)
    else:
        hits = _hits(prisms, movers, look_ahead_s, hours)
    return _measured(hits, movers)


def _measured(hits: HitColumns, movers: Movers) -> Entries:
    """Range, bearing and closing speed from the offset to the nearest boundary point."""
    east, north = hits.offset_east_m, hits.offset_north_m
    distance = np.sqrt(east * east + north * north)
    towards = east * movers.velocity_east_mps[hits.mover]
    towards = towards + north * movers.velocity_north_mps[hits.mover]
    along = towards / np.where(distance == 0.0, 1.0, distance)
    return Entries(
        mover=hits.mover,
        prism=hits.prism,
        entry_s=hits.entry_s + 0.0,  # no negative zero
        exit_s=hits.exit_s,
        range_m=np.where(hits.inside, 0.0, distance),
        bearing_deg=np.degrees(np.arctan2(east, north)) % 360.0,
        closing_speed_mps=np.where(hits.inside, 0.0, along),
    )


def _hits(prisms: PrismSet, movers: Movers, look_ahead_s: float, hours: Hours) -> HitColumns:
    pairs = _candidates(prisms, movers, look_ahead_s)
    entry_s, exit_s = _times(prisms, movers, pairs, hours)
    # A path that has left for good never gets here: stretches start at 0 or later.
    rows = np.flatnonzero((entry_s <= look_ahead_s) & (entry_s <= exit_s))
    rows = rows[np.lexsort((pairs.prism[rows], pairs.mover[rows]))]
    met = pairs[rows]
    offset, inside = _to_boundary(prisms, met)
    return HitColumns(
        met.mover, met.prism, entry_s[rows], exit_s[rows], offset[:, 0], offset[:, 1], inside
    )


def _candidates(prisms: PrismSet, movers: Movers, look_ahead_s: float) -> Pairs:
    """Pairs whose grown boxes meet."""
    of = prisms.columns
    reach = movers.horizontal_doubt_m
    step_north = movers.velocity_north_mps * look_ahead_s
    south = movers.y_m + np.minimum(step_north, 0.0) - reach
    north = movers.y_m + np.maximum(step_north, 0.0) + reach
    step = max(1, BOX_TESTS_PER_PASS_MAX // max(1, len(movers)))
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
    m = np.concatenate([one for _, one in found])
    east = (movers.x_m[m] - of.x_m[p]) * (movers.east_scale[m] + of.east_scale[p]) / 2.0
    return Pairs(
        mover=m,
        prism=p,
        position_m=np.column_stack([east, movers.y_m[m] - of.y_m[p]]),
        velocity_mps=np.column_stack([movers.velocity_east_mps[m], movers.velocity_north_mps[m]]),
    )


def _times(prisms: PrismSet, movers: Movers, pairs: Pairs, hours: Hours) -> tuple[Floats, Floats]:
    """First stretch (k,) inside the shape, the height band and the hours; (inf, -inf) for none."""
    low, high = _height_interval(prisms, movers, pairs)
    low = np.maximum(low, hours.opens_s[pairs.prism])
    high = np.minimum(high, hours.closes_s[pairs.prism])
    reach = movers.horizontal_doubt_m[pairs.mover]
    radius = prisms.columns.radius_m[pairs.prism]
    (east, north), (v_east, v_north) = pairs.position_m.T, pairs.velocity_mps.T
    flat = disc_interval(east, north, v_east, v_north, radius + reach)
    is_disc = ~np.isnan(radius)
    entry = np.where(is_disc, np.maximum(flat[0], low), np.inf)
    leave = np.where(is_disc, np.minimum(flat[1], high), -np.inf)
    rows = np.flatnonzero(~is_disc & (low <= high))
    for prism in np.unique(pairs.prism[rows]):
        here, edges = rows[pairs.prism[rows] == prism], prisms.edges_of(prism)
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
