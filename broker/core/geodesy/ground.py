"""How high the ground is under a volume or an aircraft, as far as anyone here knows.

A terrain grid answers for what it covers whole; otherwise the bounds of an area answer for what
lies in that area. Elsewhere nothing is known. A height above ground then bounds nothing: a
restriction's floor counts as the surface, its ceiling as unlimited, and the vertical position of an
aircraft that gave nothing else is unknown.

Where an aircraft took off is not reported. A height above take-off is held to be above some ground
of the same area, or, without one, of the same grid: the range over all of it.

A grid is large, so commands and snapshots hold only the digest of its content; whoever starts an
airspace says where content is found by its digest. The same digest is the same grid for ever, so
the core stays a function of its log.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant, refuse
from broker.core.plain import Plain, items, number, text

CELLS_MAX: Final = 20_000_000
"""Of a terrain grid: 80 MB as 32-bit numbers, southern England at 50 m."""
GROUND_AMSL_M_MIN: Final = -450.0
GROUND_AMSL_M_MAX: Final = 9_000.0
"""From the shore of the Dead Sea to above Everest: beyond is a slip of the unit."""
LOWEST_AMSL_M_DEFAULT: Final = 0.0
"""Of an area for which nobody said it: land below the sea has to be named."""
ACCURACY_DEFAULT_M: Final = 100.0
"""Of a position that came without one, when asking what ground lies under it."""
ACCURACY_M_MAX: Final = 2_000.0
"""A position less sure than this is held against its area: a grid's answer would be long to find
and hardly better."""
METRES_PER_DEGREE_MIN: Final = 110_000.0
"""Of latitude, rounded down from 110,574 m at the equator: boxes come out larger."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class GroundUnder(NamedTuple):
    """Bounds of the ground's altitude; None where there is none known."""

    lowest_amsl_m: float | None
    highest_amsl_m: float | None


class DegreeBox(NamedTuple):
    """South, west, north and east edge."""

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float

    def holds(self, other: "DegreeBox") -> bool:
        """Whether the other box lies in this one."""
        return (
            self.south_deg <= other.south_deg
            and self.west_deg <= other.west_deg
            and other.north_deg <= self.north_deg
            and other.east_deg <= self.east_deg
        )


class GroundBounds(NamedTuple):
    """Between which altitudes the ground lies, each (n,); infinite where that is not known."""

    lowest_amsl_m: Floats
    highest_amsl_m: Floats


@dataclass(frozen=True, slots=True)
class AreaGround:
    """Between which altitudes all ground of an area lies."""

    lowest_amsl_m: float
    highest_amsl_m: float
    area: DegreeBox

    @classmethod
    def of(cls, lowest_amsl_m: float, highest_amsl_m: float, area: DegreeBox) -> Self:
        """Checked; raises Refused."""
        for field, value in (("lowest", lowest_amsl_m), ("highest", highest_amsl_m)):
            if not GROUND_AMSL_M_MIN <= value <= GROUND_AMSL_M_MAX:
                reason = f"must lie between {GROUND_AMSL_M_MIN:.0f} and {GROUND_AMSL_M_MAX:.0f} m"
                raise refuse(f"ground.{field}_amsl_m", reason)
        if lowest_amsl_m > highest_amsl_m:
            raise refuse("ground.lowest_amsl_m", "must not be above highest_amsl_m")
        south, west, north, east = area
        if not (-90.0 <= south < north <= 90.0 and -180.0 <= west < east <= 180.0):
            raise refuse("ground.area", "must be south, west, north and east in degrees")
        return cls(lowest_amsl_m, highest_amsl_m, area)


@dataclass(frozen=True, slots=True, eq=False)
class TerrainGrid:
    """A regular grid of ground altitudes, row 0 in the south; NaN where one is not known.

    Each cell's value stands for the ground within one step of its point, so that the ground
    between two points is bounded by both.
    """

    south_deg: float
    west_deg: float
    step_deg: float
    altitude_amsl_m: NDArray[np.float32]
    lowest_amsl_m: float
    """Of all that is known; infinite where nothing is."""
    highest_amsl_m: float

    @property
    def box(self) -> DegreeBox:
        """What its points span."""
        rows, columns = self.altitude_amsl_m.shape
        north_deg = self.south_deg + (rows - 1) * self.step_deg
        east_deg = self.west_deg + (columns - 1) * self.step_deg
        return DegreeBox(self.south_deg, self.west_deg, north_deg, east_deg)

    @classmethod
    def of(
        cls,
        south_deg: float,
        west_deg: float,
        step_deg: float,
        altitude_amsl_m: NDArray[np.float32],
    ) -> "TerrainGrid":
        """A checked grid (rows, columns) whose first point is its south-west corner."""
        if altitude_amsl_m.ndim != 2 or not 4 <= altitude_amsl_m.size <= CELLS_MAX:
            raise refuse("terrain", f"must be a grid of 4 to {CELLS_MAX} cells")
        known = altitude_amsl_m[~np.isnan(altitude_amsl_m)]
        if not ((known >= GROUND_AMSL_M_MIN) & (known <= GROUND_AMSL_M_MAX)).all():
            reason = f"must lie between {GROUND_AMSL_M_MIN:.0f} and {GROUND_AMSL_M_MAX:.0f} m"
            raise refuse("terrain", reason)
        if not 0.0 < step_deg <= 1.0:
            raise refuse("terrain.step_deg", "must be above 0 and at most 1")
        lowest, highest = (known.min(), known.max()) if len(known) else (-np.inf, np.inf)
        grid = cls(south_deg, west_deg, step_deg, altitude_amsl_m, float(lowest), float(highest))
        south, west, north, east = grid.box
        if not (-90.0 <= south < north <= 90.0 and -180.0 <= west < east <= 180.0):
            raise refuse("terrain", "must lie between -90 and 90, -180 and 180 degrees")
        return grid

    def under(self, box: DegreeBox) -> GroundUnder:
        """Bounds of every cell that touches the box, one more all round."""
        rows, columns = self.altitude_amsl_m.shape
        first_row = int(np.floor((box.south_deg - self.south_deg) / self.step_deg)) - 1
        last_row = int(np.ceil((box.north_deg - self.south_deg) / self.step_deg)) + 1
        first_column = int(np.floor((box.west_deg - self.west_deg) / self.step_deg)) - 1
        last_column = int(np.ceil((box.east_deg - self.west_deg) / self.step_deg)) + 1
        if first_row < 0 or first_column < 0 or last_row >= rows or last_column >= columns:
            return _NOT_KNOWN
        cells = self.altitude_amsl_m[first_row : last_row + 1, first_column : last_column + 1]
        lowest, highest = float(cells.min()), float(cells.max())
        return _NOT_KNOWN if np.isnan(highest) else GroundUnder(lowest, highest)


_NOT_KNOWN: Final = GroundUnder(None, None)

FindTerrain = Callable[[str], TerrainGrid]
"""The grid whose content has this digest."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All that is known of the ground. A pure function of the box or the places."""

    area: AreaGround | None = None
    terrain_digest: str = ""
    """Names the content of `terrain`; empty: there is none."""
    terrain: TerrainGrid | None = None

    @classmethod
    def found(cls, area: AreaGround | None, digest: str, find: FindTerrain) -> "Ground":
        """With the grid of that digest, if it is not empty."""
        return cls(area, digest, find(digest) if digest else None)

    def under(self, box: DegreeBox) -> GroundUnder:
        """Between which altitudes all ground in the box lies."""
        if self.terrain is not None:
            bounds = self.terrain.under(box)
            if bounds.highest_amsl_m is not None:
                return bounds
        if self.area is not None and self.area.area.holds(box):
            return GroundUnder(None, self.area.highest_amsl_m)
        return _NOT_KNOWN

    def below(
        self, latitude_deg: Floats, longitude_deg: Floats, accuracy_m: Floats
    ) -> GroundBounds:
        """Under n places, each so accurate; NaN where that was not said."""
        bounds = _unbounded(len(latitude_deg))
        self._bound_by_area(bounds, latitude_deg, longitude_deg)
        if self.terrain is None:
            return bounds
        reach_m = np.where(np.isnan(accuracy_m), ACCURACY_DEFAULT_M, accuracy_m)
        asked = _inside(self.terrain.box, latitude_deg, longitude_deg)
        asked &= (reach_m >= 0.0) & (reach_m <= ACCURACY_M_MAX)
        for place in np.flatnonzero(asked).tolist():
            box = _box_round(
                float(latitude_deg[place]), float(longitude_deg[place]), float(reach_m[place])
            )
            lowest_amsl_m, highest_amsl_m = self.terrain.under(box)
            if lowest_amsl_m is not None and highest_amsl_m is not None:
                bounds.lowest_amsl_m[place] = lowest_amsl_m
                bounds.highest_amsl_m[place] = highest_amsl_m
        return bounds

    def around(self, latitude_deg: Floats, longitude_deg: Floats) -> GroundBounds:
        """All the ground that n aircraft may have taken off from."""
        bounds = _unbounded(len(latitude_deg))
        if self.terrain is not None:
            held = _inside(self.terrain.box, latitude_deg, longitude_deg)
            bounds.lowest_amsl_m[held] = self.terrain.lowest_amsl_m
            bounds.highest_amsl_m[held] = self.terrain.highest_amsl_m
        self._bound_by_area(bounds, latitude_deg, longitude_deg)
        return bounds

    def _bound_by_area(
        self, bounds: GroundBounds, latitude_deg: Floats, longitude_deg: Floats
    ) -> None:
        if self.area is not None:
            held = _inside(self.area.area, latitude_deg, longitude_deg)
            bounds.lowest_amsl_m[held] = self.area.lowest_amsl_m
            bounds.highest_amsl_m[held] = self.area.highest_amsl_m

    def state(self) -> Plain:
        """For a snapshot: JSON values only."""
        area: Plain = None
        if self.area is not None:
            area = [self.area.highest_amsl_m, *self.area.area, self.area.lowest_amsl_m]
        return [area, self.terrain_digest]

    @classmethod
    def restored(cls, state: Plain, find: FindTerrain) -> "Ground":
        """What `state` was taken of."""
        said, digest = items(state)
        area = None
        if said is not None:
            highest_amsl_m, south, west, north, east, *rest = [number(one) for one in items(said)]
            [lowest_amsl_m] = rest or [LOWEST_AMSL_M_DEFAULT]  # older snapshots do not say it
            area = AreaGround(lowest_amsl_m, highest_amsl_m, DegreeBox(south, west, north, east))
        return cls.found(area, text(digest), find)


def _unbounded(count: int) -> GroundBounds:
    return GroundBounds(np.full(count, -np.inf), np.full(count, np.inf))


def _inside(box: DegreeBox, latitude_deg: Floats, longitude_deg: Floats) -> Flags:
    """Which places lie in the box; one that is no number lies nowhere."""
    south, west, north, east = box
    inside: Flags = (latitude_deg >= south) & (latitude_deg <= north)
    return inside & (longitude_deg >= west) & (longitude_deg <= east)


def _box_round(latitude_deg: float, longitude_deg: float, reach_m: float) -> DegreeBox:
    """Holds all that is within reach."""
    north_deg = reach_m / METRES_PER_DEGREE_MIN
    scale = math.cos(math.radians(min(89.0, abs(latitude_deg) + north_deg)))
    east_deg = north_deg / scale
    return DegreeBox(
        latitude_deg - north_deg,
        longitude_deg - east_deg,
        latitude_deg + north_deg,
        longitude_deg + east_deg,
    )


def no_terrain(digest: str) -> TerrainGrid:
    """For an airspace whose log names no terrain."""
    raise BrokenInvariant(f"nobody said where the terrain {digest} is found")


GREATER_LONDON: Final = DegreeBox(51.29, -0.51, 51.69, 0.334)
"""Greater London but for the brow of the North Downs in its south: beyond that edge the ground is
higher than anywhere in London (Botley Hill, 270 m)."""
LONDON_GROUND: Final = AreaGround(0.0, 245.0, GREATER_LONDON)
"""The Thames marshes to Westerham Heights, the highest ground of Greater London."""
LONDON: Final = Ground(LONDON_GROUND)
NOTHING_KNOWN: Final = Ground()
