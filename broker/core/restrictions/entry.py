"""Which aircraft are in, or on a straight path into, which prisms: when in, when out, how far.

Bounding boxes come first, over whole arrays: the path of the look-ahead, grown by doubt, against
the prism's box. Only what survives is worked out exactly: all discs at once, polygons one prism at
a time. Doubt grows the shape in all three dimensions and stays what it is now over the look-ahead:
a prediction that also grew would warn of every restriction near a slow aircraft.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from broker.core.restrictions.crossing import (
    Stretch,
    band_interval,
    disc_interval,
    nearest_on_edges,
    polygon_stretches,
)
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.prism import Prism

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

BOX_TESTS_PER_PASS_MAX: Final = 4_000_000
"""Aircraft x prisms compared in one go: 4 MB of answers at a time."""
EDGE_TESTS_PER_PASS_MAX: Final = 100_000
"""Paths x vertices worked out in one go: some 20 MB of intervals at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class PrismSet:
    """Prisms (p) with their numbers in columns, made once for as long as the set lasts."""

    prisms: tuple[Prism, ...]
    bounds_m: Floats
    """(p, 4) west, south, east, north in each prism's own frame."""
    x_m: Floats
    y_m: Floats
    east_scale: Floats
    radius_m: Floats
    """NaN for a polygon."""
    floor_hae_m: Floats
    ceiling_hae_m: Floats
    vertical_doubt_m: Floats

    @classmethod
    def of(cls, prisms: Sequence[Prism]) -> "PrismSet":
        """The set of these prisms, in this order."""
        return cls(
            prisms=tuple(prisms),
            bounds_m=np.array([one.bounds_m for one in prisms]).reshape(len(prisms), 4),
            x_m=np.array([one.frame.x_m for one in prisms]),
            y_m=np.array([one.frame.y_m for one in prisms]),
            east_scale=np.array([one.frame.east_scale for one in prisms]),
            radius_m=np.array([np.nan if one.radius_m is None else one.radius_m for one in prisms]),
            floor_hae_m=np.array([one.floor_hae_m for one in prisms]),
            ceiling_hae_m=np.array([one.ceiling_hae_m for one in prisms]),
            vertical_doubt_m=np.array([one.vertical_doubt_m for one in prisms]),
        )

    def __len__(self) -> int:
        return len(self.prisms)


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

    def __getitem__(self, rows: Indices) -> "Pairs":
        return Pairs(
            self.mover[rows], self.prism[rows], self.position_m[rows], self.velocity_mps[rows]
        )

    def __len__(self) -> int:
        return len(self.mover)


@dataclass(frozen=True, slots=True, eq=False)
class Entries:
    """Pairs that are in, or will be within the look-ahead; k rows, by (prism, mover)."""

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
    prisms: PrismSet, movers: Movers, look_ahead_s: float, hours: Hours | None = None
) -> Entries:
    """Every pair of mover (n) and prism (p) that meet within `look_ahead_s` from now.

    Without `hours` all prisms hold all the time.
    """
    hours = hours or Hours(np.zeros(len(prisms)), np.full(len(prisms), np.inf))
    pairs = _candidates(prisms, movers, look_ahead_s)
    entry_s, exit_s = _times(prisms, movers, pairs, hours)
    # A path that has left for good never gets here: stretches start at 0 or later.
    rows = np.flatnonzero((entry_s <= look_ahead_s) & (entry_s <= exit_s))
    met = pairs[rows]
    range_m, bearing_deg, closing_mps = _to_boundary(prisms, met)
    return Entries(
        met.mover, met.prism, entry_s[rows], exit_s[rows], range_m, bearing_deg, closing_mps
    )


def _candidates(prisms: PrismSet, movers: Movers, look_ahead_s: float) -> Pairs:
    """Pairs whose grown boxes meet, by (prism, mover)."""
    bounds = prisms.bounds_m
    reach = movers.horizontal_doubt_m
    step_north = movers.velocity_north_mps * look_ahead_s
    south = movers.y_m + np.minimum(step_north, 0.0) - reach
    north = movers.y_m + np.maximum(step_north, 0.0) + reach
    step = max(1, BOX_TESTS_PER_PASS_MAX // max(1, len(movers)))
    found: list[tuple[Indices, Indices]] = []
    # North is the same in every frame, so whole arrays can be compared before any conversion.
    for first in range(0, len(prisms), step):
        part = slice(first, first + step)
        prism_south = (prisms.y_m[part] + bounds[part, 1])[:, None]
        prism_north = (prisms.y_m[part] + bounds[part, 3])[:, None]
        p, m = np.nonzero((south <= prism_north) & (north >= prism_south))
        p += first
        east = (movers.x_m[m] - prisms.x_m[p]) * (movers.east_scale[m] + prisms.east_scale[p]) / 2.0
        step_east = movers.velocity_east_mps[m] * look_ahead_s
        meets = east + np.minimum(step_east, 0.0) - reach[m] <= bounds[p, 2]
        meets &= east + np.maximum(step_east, 0.0) + reach[m] >= bounds[p, 0]
        found.append((p[meets], m[meets]))
    p = np.concatenate([one for one, _ in found]) if found else np.zeros(0, dtype=np.intp)
    m = np.concatenate([one for _, one in found]) if found else np.zeros(0, dtype=np.intp)
    east = (movers.x_m[m] - prisms.x_m[p]) * (movers.east_scale[m] + prisms.east_scale[p]) / 2.0
    return Pairs(
        mover=m,
        prism=p,
        position_m=np.column_stack([east, movers.y_m[m] - prisms.y_m[p]]),
        velocity_mps=np.column_stack([movers.velocity_east_mps[m], movers.velocity_north_mps[m]]),
    )


def _times(prisms: PrismSet, movers: Movers, pairs: Pairs, hours: Hours) -> tuple[Floats, Floats]:
    """First stretch (k,) inside the shape, the height band and the hours; (inf, -inf) for none."""
    low, high = _height_interval(prisms, movers, pairs)
    low = np.maximum(low, hours.opens_s[pairs.prism])
    high = np.minimum(high, hours.closes_s[pairs.prism])
    reach = movers.horizontal_doubt_m[pairs.mover]
    radius = prisms.radius_m[pairs.prism]
    (east, north), (v_east, v_north) = pairs.position_m.T, pairs.velocity_mps.T
    flat = disc_interval(east, north, v_east, v_north, radius + reach)
    is_disc = ~np.isnan(radius)
    entry = np.where(is_disc, np.maximum(flat[0], low), np.inf)
    leave = np.where(is_disc, np.minimum(flat[1], high), -np.inf)
    rows = np.flatnonzero(~is_disc & (low <= high))
    for prism in np.unique(pairs.prism[rows]):
        here = rows[pairs.prism[rows] == prism]
        size = max(1, EDGE_TESTS_PER_PASS_MAX // len(prisms.prisms[prism].edges_m))
        for first in range(0, len(here), size):
            part = here[first : first + size]
            stretches = polygon_stretches(
                prisms.prisms[prism], pairs.position_m[part], pairs.velocity_mps[part], reach[part]
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
    doubt = prisms.vertical_doubt_m[pairs.prism] + movers.vertical_doubt_m[pairs.mover]
    floor = prisms.floor_hae_m[pairs.prism] - doubt
    ceiling = prisms.ceiling_hae_m[pairs.prism] + doubt
    altitude = movers.altitude_hae_m[pairs.mover]
    unknown = np.isnan(altitude)
    low, high = band_interval(
        np.where(unknown, 0.0, altitude), movers.vertical_speed_mps[pairs.mover], floor, ceiling
    )
    return np.where(unknown, -np.inf, low), np.where(unknown, np.inf, high)


def _to_boundary(prisms: PrismSet, pairs: Pairs) -> tuple[Floats, Floats, Floats]:
    """Range, bearing and closing speed (k,) to the nearest boundary point."""
    nearest = np.zeros((len(pairs), 2))
    inside = np.zeros(len(pairs), dtype=np.bool_)
    for index in np.unique(pairs.prism):
        prism, here = prisms.prisms[index], np.flatnonzero(pairs.prism == index)
        position = pairs.position_m[here]
        if prism.radius_m is not None:
            distance = np.hypot(position[:, 0], position[:, 1])
            inside[here] = distance <= prism.radius_m
            # From the very centre every way out is as long: north.
            direction = np.where((distance == 0.0)[:, None], [0.0, 1.0], position)
            unit = direction / np.where(distance == 0.0, 1.0, distance)[:, None]
            nearest[here] = unit * prism.radius_m
        else:
            inside[here] = shapely.contains_xy(prism.polygon, position[:, 0], position[:, 1])
            size = max(1, EDGE_TESTS_PER_PASS_MAX // len(prism.edges_m))
            for first in range(0, len(here), size):
                part = here[first : first + size]
                nearest[part] = nearest_on_edges(prism.edges_m, pairs.position_m[part])
    offset = nearest - pairs.position_m
    distance = np.hypot(offset[:, 0], offset[:, 1])
    bearing_deg = np.degrees(np.arctan2(offset[:, 0], offset[:, 1])) % 360.0
    along = (offset * pairs.velocity_mps).sum(axis=1) / np.where(distance == 0.0, 1.0, distance)
    return np.where(inside, 0.0, distance), bearing_deg, np.where(inside, 0.0, along)
