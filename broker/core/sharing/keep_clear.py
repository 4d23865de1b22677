"""A keep-clear volume: its place, its sizes, and how it lies from somebody else's aircraft."""

import math
from dataclasses import dataclass
from typing import Final

from broker.core.units import SECOND_US, WGS84_SEMI_MAJOR_AXIS_M

STEP_US: Final = 10 * SECOND_US
CELL_NORTH_DEG: Final = 0.01
CELL_EAST_DEG: Final = 0.016
"""About 1.1 km both ways in London."""
PAD_M: Final = 800.0
"""Round the cell. An aircraft may leave its cell by PAD_M - MARGIN_M before the volume must move
at once: 500 m, more than a drone flies in a step after one has found it within SETTLED_M."""
SETTLED_M: Final = 200.0
"""At a step a volume stays while its aircraft is no further than this outside the cell."""
MARGIN_M: Final = 300.0
"""The aircraft is never nearer than this to the volume's edge (as ASTM F3411-22a pads clusters)."""
HEIGHT_STEP_M: Final = 150.0
HEIGHT_PAD_M: Final = 150.0
"""More than pressure and satellite heights differ after every correction."""
HEIGHT_SETTLED_M: Final = 75.0
METRES_PER_DEGREE: Final = math.radians(1.0) * WGS84_SEMI_MAJOR_AXIS_M
SECTOR_DEG: Final = 30
BANDS_M: Final = (0.0, 250.0, 500.0, 1_000.0, 2_000.0)
"""Where range bands begin; the last has no end."""


@dataclass(frozen=True, slots=True)
class Box:
    """A volume in degrees and metres above mean sea level; None: no limit is known."""

    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float
    lower_amsl_m: float | None
    upper_amsl_m: float | None


@dataclass(frozen=True, slots=True)
class KeepClearVolume:
    """One covert aircraft's volume. `view_key` is what other agencies' ids for it are made from."""

    owner: str
    view_key: int
    box: Box
    since_us: int
    """The step it has been there since."""
    revision: int
    ended: bool = False
    moved_from: Box | None = None
    """Where it was until this revision; None as it appears."""


@dataclass(frozen=True, slots=True)
class EdgeSeen:
    """The nearest edge of a volume from a point, as coarse as it is told."""

    inside: bool
    bearing_deg: int
    """To the nearest edge, a multiple of SECTOR_DEG."""
    band: int
    """Place in BANDS_M."""

    @property
    def from_m(self) -> float:
        """Where the range band begins."""
        return BANDS_M[self.band]


def edge_seen(box: Box, latitude_deg: float, longitude_deg: float) -> EdgeSeen:
    """How the volume's nearest edge lies from a point: from what everybody knows, and no truth."""
    east_m = METRES_PER_DEGREE * math.cos(math.radians(latitude_deg))
    north_gap_m = METRES_PER_DEGREE * (box.north_deg - latitude_deg)
    south_gap_m = METRES_PER_DEGREE * (latitude_deg - box.south_deg)
    east_gap_m, west_gap_m = (
        east_m * (box.east_deg - longitude_deg),
        east_m * (longitude_deg - box.west_deg),
    )
    gaps = ((north_gap_m, 0), (east_gap_m, 90), (south_gap_m, 180), (west_gap_m, 270))
    nearest_m, bearing_deg = min(gaps)
    if nearest_m >= 0.0:
        return EdgeSeen(True, bearing_deg, _band(nearest_m))
    to_north_m = max(0.0, -south_gap_m) - max(0.0, -north_gap_m)
    to_east_m = max(0.0, -west_gap_m) - max(0.0, -east_gap_m)
    bearing = math.degrees(math.atan2(to_east_m, to_north_m))
    sector_deg = round(bearing / SECTOR_DEG) * SECTOR_DEG % 360
    return EdgeSeen(False, sector_deg, _band(math.hypot(to_north_m, to_east_m)))


def _band(range_m: float) -> int:
    return max(place for place, from_m in enumerate(BANDS_M) if range_m >= from_m)


def cell_of(latitude_deg: float, longitude_deg: float) -> tuple[int, int]:
    """Row and column of the cell that a place is in."""
    return math.floor(latitude_deg / CELL_NORTH_DEG), math.floor(longitude_deg / CELL_EAST_DEG)


def box_of(row: int, column: int, band: int | None) -> Box:
    """The cell with its padding; the same cell always has the same box."""
    middle_deg = (row + 0.5) * CELL_NORTH_DEG
    north_deg = PAD_M / METRES_PER_DEGREE * 1.01  # a degree of latitude is never longer than this
    east_deg = north_deg / math.cos(math.radians(abs(middle_deg) + CELL_NORTH_DEG))
    return Box(
        south_deg=round(row * CELL_NORTH_DEG - north_deg, 6),
        west_deg=round(column * CELL_EAST_DEG - east_deg, 6),
        north_deg=round((row + 1) * CELL_NORTH_DEG + north_deg, 6),
        east_deg=round((column + 1) * CELL_EAST_DEG + east_deg, 6),
        lower_amsl_m=None if band is None else band * HEIGHT_STEP_M - HEIGHT_PAD_M,
        upper_amsl_m=None if band is None else (band + 1) * HEIGHT_STEP_M + HEIGHT_PAD_M,
    )
