"""How high the ground is under a volume, as far as anyone here knows."""

from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import refuse
from broker.core.geodesy.datum import LONDON_GROUND

CELLS_MAX: Final = 20_000_000
"""Of a terrain grid: 80 MB as 32-bit numbers, southern England at 50 m."""


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


class Ground(Protocol):
    """Whatever can bound the ground's altitude. A pure function of the box."""

    def under(self, box: DegreeBox) -> GroundUnder:
        """Between which altitudes all ground in the box lies."""


@dataclass(frozen=True, slots=True)
class HighestGround:
    """No terrain model: only the highest ground of the served area, or not even that."""

    highest_amsl_m: float | None

    def under(self, box: DegreeBox) -> GroundUnder:
        """The same everywhere."""
        del box
        return GroundUnder(None, self.highest_amsl_m)


LONDON: Final = HighestGround(LONDON_GROUND.highest_amsl_m)


@dataclass(frozen=True, slots=True, eq=False)
class TerrainGrid:
    """A regular grid of ground altitudes, row 0 in the south; outside it nothing is known.

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
        """A checked grid (rows, columns); refuses holes and what is not a grid."""
        if altitude_amsl_m.ndim != 2 or not 4 <= altitude_amsl_m.size <= CELLS_MAX:
            raise refuse("terrain", f"must be a grid of 4 to {CELLS_MAX} cells")
        if not np.isfinite(altitude_amsl_m).all():
            raise refuse("terrain", "must not have holes: fill them with the highest ground near")
        if not step_deg > 0.0:
            raise refuse("terrain.step_deg", "must be above 0")
        return cls(south_deg, west_deg, step_deg, altitude_amsl_m)

    def under(self, box: DegreeBox) -> GroundUnder:
        """Bounds of every cell that touches the box, one more all round."""
        rows, columns = self.altitude_amsl_m.shape
        first_row = int(np.floor((box.south_deg - self.south_deg) / self.step_deg)) - 1
        last_row = int(np.ceil((box.north_deg - self.south_deg) / self.step_deg)) + 1
        first_column = int(np.floor((box.west_deg - self.west_deg) / self.step_deg)) - 1
        last_column = int(np.ceil((box.east_deg - self.west_deg) / self.step_deg)) + 1
        if first_row < 0 or first_column < 0 or last_row >= rows or last_column >= columns:
            return GroundUnder(None, None)
        cells = self.altitude_amsl_m[first_row : last_row + 1, first_column : last_column + 1]
        return GroundUnder(float(cells.min()), float(cells.max()))
