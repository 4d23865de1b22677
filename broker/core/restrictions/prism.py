"""A restriction's volume as metric geometry: a disc or polygon between two ellipsoid heights.

Each prism has its own local frame: metres east and north of its reference point (the circle's
centre, or the middle of the polygon's bounding box), measured the way distances between tracks
are (`broker.core.geodesy.frame`). Edges are straight lines in that frame. Over the largest volume
accepted the frame's own error is under 4 m, and the direction of north turns by about a degree
from the middle to the edge: neither matters beside the accuracy of a position.

There is no terrain model. A floor above ground counts as the surface and a ceiling above ground is
taken from the highest ground configured; both make the prism larger than what was published, and
the prism says that it is approximated.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, assert_never

import numpy as np
import shapely
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant
from broker.core.geodesy.datum import LONDON_GROUND, GroundRange
from broker.core.geodesy.frame import project
from broker.core.geodesy.geoid import undulation
from broker.core.restrictions.model import Circle, LimitDatum, Polygon, VerticalLimit, Volume

Floats = NDArray[np.float64]


class Height(NamedTuple):
    """A vertical limit in ellipsoid height, infinite where it does not limit."""

    value_hae_m: float
    doubt_m: float
    approximated: bool


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """Metres east and north of a reference point."""

    latitude_deg: float
    longitude_deg: float
    x_m: float
    y_m: float
    east_scale: float

    @classmethod
    def at(cls, latitude_deg: float, longitude_deg: float) -> "LocalFrame":
        """The frame round a point."""
        point = project(np.array([latitude_deg]), np.array([longitude_deg]))
        return cls(
            latitude_deg,
            longitude_deg,
            float(point.x_m[0]),
            float(point.y_m[0]),
            float(point.east_scale[0]),
        )

    def local(self, x_m: Floats, y_m: Floats, east_scale: Floats) -> tuple[Floats, Floats]:
        """Projected points (n,) -> metres east and north of the reference point."""
        return (x_m - self.x_m) * (east_scale + self.east_scale) / 2.0, y_m - self.y_m


@dataclass(frozen=True, eq=False)
class Prism:
    """One volume, ready to be asked about points and paths."""

    frame: LocalFrame
    radius_m: float | None
    """The disc's radius round the reference point; None for a polygon."""
    ring_m: Floats
    """(v, 2) metres east and north, open ring; (0, 2) for a disc."""
    bounds_m: tuple[float, float, float, float]
    """West, south, east, north in the local frame."""
    floor_hae_m: float
    """-inf from the surface: nothing flies under it."""
    ceiling_hae_m: float
    """+inf without a limit."""
    vertical_doubt_m: float
    """Of the limits, from converting their datum; to be added to the aircraft's own."""
    approximated: bool

    @property
    def limits_height(self) -> bool:
        """Whether the vertical position matters at all."""
        return self.floor_hae_m > -math.inf or self.ceiling_hae_m < math.inf

    @cached_property
    def polygon(self) -> shapely.Polygon:
        """The ring as a prepared shapely polygon."""
        if self.radius_m is not None:
            raise BrokenInvariant("a disc has no polygon")
        polygon = shapely.Polygon(self.ring_m)
        shapely.prepare(polygon)
        return polygon


def prism_of(volume: Volume, ground: GroundRange = LONDON_GROUND) -> Prism:
    """The geometry of a checked volume."""
    shape = volume.shape
    radius_m: float | None
    match shape:
        case Circle():
            frame = LocalFrame.at(shape.latitude_deg, shape.longitude_deg)
            radius_m, ring_m = shape.radius_m, np.zeros((0, 2))
            bounds = (-radius_m, -radius_m, radius_m, radius_m)
        case Polygon():
            frame, ring_m = local_ring(shape)
            radius_m = None
            low, high = ring_m.min(axis=0), ring_m.max(axis=0)
            bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        case _:
            assert_never(shape)
    floor, ceiling = vertical_bounds(volume, frame, ground)
    return Prism(
        frame=frame,
        radius_m=radius_m,
        ring_m=ring_m,
        bounds_m=bounds,
        floor_hae_m=floor.value_hae_m,
        ceiling_hae_m=ceiling.value_hae_m,
        vertical_doubt_m=max(floor.doubt_m, ceiling.doubt_m),
        approximated=floor.approximated or ceiling.approximated,
    )


def local_ring(polygon: Polygon) -> tuple[LocalFrame, Floats]:
    """The frame in the middle of the polygon's bounding box, and its vertices (v, 2) in metres."""
    degrees = np.array(polygon.vertices, dtype=np.float64)
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2.0
    frame = LocalFrame.at(float(middle[0]), float(middle[1]))
    points = project(degrees[:, 0], degrees[:, 1])
    return frame, np.column_stack(frame.local(points.x_m, points.y_m, points.east_scale))


def vertical_bounds(
    volume: Volume, frame: LocalFrame, ground: GroundRange
) -> tuple[Height, Height]:
    """Floor and ceiling in ellipsoid height at the reference point."""
    geoid = undulation(np.array([frame.latitude_deg]), np.array([frame.longitude_deg]))
    sea_level_hae_m, doubt_m = float(geoid.undulation_m[0]), float(geoid.doubt_m[0])
    return (
        _height(volume.floor, sea_level_hae_m, doubt_m, None),
        _height(volume.ceiling, sea_level_hae_m, doubt_m, ground.highest_amsl_m),
    )


def _height(
    limit: VerticalLimit, sea_level_hae_m: float, doubt_m: float, ground_amsl_m: float | None
) -> Height:
    """`ground_amsl_m` is what a height above ground is taken from; None counts it as surface."""
    match limit.datum:
        case LimitDatum.HAE:
            return Height(limit.value_m, 0.0, False)
        case LimitDatum.AMSL:
            return Height(limit.value_m + sea_level_hae_m, doubt_m, False)
        case LimitDatum.AGL:
            if ground_amsl_m is None:
                return Height(-math.inf, 0.0, True)
            return Height(limit.value_m + ground_amsl_m + sea_level_hae_m, doubt_m, True)
        case LimitDatum.SURFACE:
            return Height(-math.inf, 0.0, False)
        case LimitDatum.UNLIMITED:
            return Height(math.inf, 0.0, False)
        case _:
            assert_never(limit.datum)
