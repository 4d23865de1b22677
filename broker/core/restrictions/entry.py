"""Which aircraft are in, or on the way into, which prisms: when in, when out, how far.

Path and doubt are those by which pairs are judged (`movers`): straight from now on, along the mean
course of a turn. Bounding boxes come first: the path of the look-ahead, grown by doubt, against the
prism's box. Only what survives is worked out, and that exactly. Doubt grows the shape in all three
dimensions. It stays what it is now over the look-ahead, but where the velocity is unknown: there it
goes on growing, the aircraft is nowhere in particular, and it may be inside from the moment at
which what may have been flown by then reaches the boundary.

The compiled kernel (`entry_numba`) looks up the boxes in a grid, `entry_numpy` compares all with
all. Both give the same numbers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from broker.core.restrictions.entry_numba import HitColumns, compiled_hits, compiled_near
from broker.core.restrictions.entry_numpy import Indices, Near, array_hits, array_near
from broker.core.restrictions.movers import Movers
from broker.core.restrictions.prism_set import Floats, PrismSet
from broker.core.separation.jit import BACKEND, Backend


class Hours(NamedTuple):
    """When each prism (p) or pair holds, seconds from now; an end of inf is beyond what matters."""

    opens_s: Floats
    closes_s: Floats


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
    return array_near(prisms, movers, look_ahead_s)


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
    return array_hits(prisms, movers, near, within, look_ahead_s)
