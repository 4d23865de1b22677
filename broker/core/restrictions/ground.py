"""How high the ground is under a volume, as far as anyone here knows.

A terrain grid answers for a volume that it covers whole; otherwise the highest ground of an area
answers for a volume that lies in that area. For every other volume nothing is known, and a height
above ground bounds nothing: a floor counts as the surface, a ceiling as unlimited.

A grid is large, so commands and snapshots hold only the digest of its content; whoever starts an
airspace says where content is found by its digest. The same digest is the same grid for ever, so
the core stays a function of its log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant, refuse
from broker.core.geodesy.datum import LONDON_GROUND
from broker.core.plain import Plain, items, number, text

CELLS_MAX: Final = 20_000_000
"""Of a terrain grid: 80 MB as 32-bit numbers, southern England at 50 m."""
GROUND_AMSL_M_MIN: Final = -450.0
GROUND_AMSL_M_MAX: Final = 9_000.0
"""From the shore of the Dead Sea to above Everest: beyond is a slip of the unit."""


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


@dataclass(frozen=True, slots=True)
class HighestGround:
    """No ground of the area is higher than this."""

    highest_amsl_m: float
    area: DegreeBox

    @classmethod
    def of(cls, highest_amsl_m: float, area: DegreeBox) -> Self:
        """Checked; raises Refused."""
        if not GROUND_AMSL_M_MIN <= highest_amsl_m <= GROUND_AMSL_M_MAX:
            reason = f"must lie between {GROUND_AMSL_M_MIN:.0f} and {GROUND_AMSL_M_MAX:.0f} m"
            raise refuse("ground.highest_amsl_m", reason)
        south, west, north, east = area
        if not (-90.0 <= south < north <= 90.0 and -180.0 <= west < east <= 180.0):
            raise refuse("ground.area", "must be south, west, north and east in degrees")
        return cls(highest_amsl_m, area)


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
        rows, columns = altitude_amsl_m.shape
        north_deg, east_deg = south_deg + (rows - 1) * step_deg, west_deg + (columns - 1) * step_deg
        if not (-90.0 <= south_deg < north_deg <= 90.0 and -180.0 <= west_deg < east_deg <= 180.0):
            raise refuse("terrain", "must lie between -90 and 90, -180 and 180 degrees")
        return cls(south_deg, west_deg, step_deg, altitude_amsl_m)

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
    """All that is known of the ground. A pure function of the box."""

    highest: HighestGround | None = None
    terrain_digest: str = ""
    """Names the content of `terrain`; empty: there is none."""
    terrain: TerrainGrid | None = None

    @classmethod
    def found(cls, highest: HighestGround | None, digest: str, find: FindTerrain) -> "Ground":
        """With the grid of that digest, if it is not empty."""
        return cls(highest, digest, find(digest) if digest else None)

    def under(self, box: DegreeBox) -> GroundUnder:
        """Between which altitudes all ground in the box lies."""
        if self.terrain is not None:
            bounds = self.terrain.under(box)
            if bounds.highest_amsl_m is not None:
                return bounds
        if self.highest is not None and self.highest.area.holds(box):
            return GroundUnder(None, self.highest.highest_amsl_m)
        return _NOT_KNOWN

    def state(self) -> Plain:
        """For a snapshot: JSON values only."""
        highest: Plain = None
        if self.highest is not None:
            highest = [self.highest.highest_amsl_m, *self.highest.area]
        return [highest, self.terrain_digest]

    @classmethod
    def restored(cls, state: Plain, find: FindTerrain) -> "Ground":
        """What `state` was taken of."""
        said, digest = items(state)
        highest = None
        if said is not None:
            highest_amsl_m, *edges = [number(one) for one in items(said)]
            highest = HighestGround(highest_amsl_m, DegreeBox(*edges))
        return cls.found(highest, text(digest), find)


def no_terrain(digest: str) -> TerrainGrid:
    """For an airspace whose log names no terrain."""
    raise BrokenInvariant(f"nobody said where the terrain {digest} is found")


GREATER_LONDON: Final = DegreeBox(51.29, -0.51, 51.69, 0.334)
"""Greater London but for the brow of the North Downs in its south: beyond that edge the ground is
higher than anywhere in London (Botley Hill, 270 m)."""
LONDON_HIGHEST: Final = HighestGround(LONDON_GROUND.highest_amsl_m, GREATER_LONDON)
LONDON: Final = Ground(LONDON_HIGHEST)
NOTHING_KNOWN: Final = Ground()
