"""Sensitive areas: circles and polygons, each behind a box that most positions never enter."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon, contains_xy, prepare

from broker.core.separation.jit import jit_brief
from broker.core.units import WGS84_SEMI_MAJOR_AXIS_M

METRES_PER_DEGREE: Final = math.radians(1.0) * WGS84_SEMI_MAJOR_AXIS_M
"""At the equator's radius: within 0.7 % of a degree of latitude anywhere."""
RADIUS_M_MAX: Final = 100_000.0
CORNERS_MAX: Final = 200

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Circle:
    """Round a point."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float

    def holds(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Whether the position is in it, its edge included."""
        middle_deg = (latitude_deg + self.latitude_deg) / 2
        north_m = (latitude_deg - self.latitude_deg) * METRES_PER_DEGREE
        east_m = (longitude_deg - self.longitude_deg) * METRES_PER_DEGREE
        return math.hypot(north_m, east_m * math.cos(math.radians(middle_deg))) <= self.radius_m

    def box(self) -> tuple[float, float, float, float]:
        """South, west, north, east; never smaller than the circle."""
        north_deg = 1.01 * self.radius_m / METRES_PER_DEGREE
        widest_deg = min(89.0, abs(self.latitude_deg) + north_deg)
        east_deg = north_deg / math.cos(math.radians(widest_deg))
        return (
            self.latitude_deg - north_deg, self.longitude_deg - east_deg,
            self.latitude_deg + north_deg, self.longitude_deg + east_deg,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outline:
    """A polygon; corners are (longitude, latitude)."""

    polygon: Polygon

    def holds(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Whether the position is in it."""
        return bool(contains_xy(self.polygon, longitude_deg, latitude_deg))

    def box(self) -> tuple[float, float, float, float]:
        """South, west, north, east."""
        west, south, east, north = self.polygon.bounds
        return south, west, north, east


@dataclass(frozen=True, slots=True)
class Area:
    """A named shape."""

    name: str
    shape: Circle | Outline

    def holds(self, latitude_deg: float, longitude_deg: float) -> bool:
        """Whether the position is in it."""
        return self.shape.holds(latitude_deg, longitude_deg)


def outline(corners: list[tuple[float, float]]) -> Outline | None:
    """The polygon with these (latitude, longitude) corners, or None where they make none."""
    polygon = Polygon([(longitude, latitude) for latitude, longitude in corners])
    if not polygon.is_valid or polygon.area == 0.0:
        return None
    prepare(polygon)
    return Outline(polygon)


def boxes_of(areas: tuple[Area, ...]) -> Floats:
    """South, west, north, east of each area, (areas, 4)."""
    return np.array([area.shape.box() for area in areas], dtype=np.float64).reshape(-1, 4)


@jit_brief
def boxes_around(latitude_deg: Floats, longitude_deg: Floats, boxes: Floats) -> NDArray[np.int64]:
    """For each position (n,), a bit for every box (boxes, 4) that holds it."""
    bits = np.zeros(len(latitude_deg), dtype=np.int64)
    for k in range(len(latitude_deg)):
        for box in range(len(boxes)):
            south, west, north, east = boxes[box]
            if south <= latitude_deg[k] <= north and west <= longitude_deg[k] <= east:
                bits[k] |= 1 << box
    return bits
