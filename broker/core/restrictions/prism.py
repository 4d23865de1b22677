"""A restriction's volume as metric geometry: a disc or polygon between two ellipsoid heights.

Each prism has its own local frame: metres east and north of its reference point (the circle's
centre, or the middle of the polygon's bounding box), measured the way distances between tracks
are (`broker.core.geodesy.frame`). Edges are straight lines in that frame. Over the largest volume
that raises alerts the frame's own error is under 4 m, and the direction of north turns by about a
degree from the middle to the edge: neither matters beside the accuracy of a position. The largest
coarse disc, which raises none, is off by half a kilometre.

Arcs become polylines that leave nothing out (`rings`). What cannot be converted exactly is taken
outwards, so that a prism is never smaller than what was published, and the prism says how: a floor
above ground counts as the surface, or is taken from the lowest ground known under the volume; a
ceiling from the highest ground known, or is none; a flight level moves by the possible QNH.
"""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple, assert_never

import numpy as np
import shapely
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant
from broker.core.geodesy.datum import UNKNOWN_QNH_DOUBT_M
from broker.core.geodesy.frame import project
from broker.core.geodesy.geoid import undulation
from broker.core.geodesy.ground import LONDON, DegreeBox, Ground
from broker.core.restrictions.rings import chords, edges_of, polygon_of, polyline
from broker.core.restrictions.shapes import (
    Circle,
    JudgedLimits,
    LimitDatum,
    Polygon,
    Ring,
    VerticalLimit,
    Volume,
)

Floats = NDArray[np.float64]

BOX_MARGIN_DEG: Final = 0.002
"""More than the rounding of metres to degrees over the largest volume, 220 m north."""
_METRES_PER_DEGREE: Final = 110_574.0
"""The shortest degree of latitude: boxes come out too large, never too small."""
_FLOOR_IS_SURFACE: Final = "floor above ground counts as the surface"
_FLOOR_FROM_GRID: Final = "floor above ground taken from the lowest ground under the volume"
_CEILING_NONE: Final = "ceiling above ground counts as unlimited: no ground height is configured"
_CEILING_FROM_HIGHEST: Final = "ceiling above ground taken from the highest ground known"
_FLIGHT_LEVEL: Final = "flight level widened by the possible pressure at sea level"


class Height(NamedTuple):
    """A vertical limit in ellipsoid height, infinite where it does not limit."""

    value_hae_m: float
    doubt_m: float
    how: str
    """In which way it is larger than published; empty when it is not."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Prism:
    """One volume, ready to be asked about points and paths."""

    frame: LocalFrame
    radius_m: float | None
    """The disc's radius round the reference point; None for a polygon."""
    ground_polygon: shapely.Polygon | None
    """What is judged of a polygon, prepared; None for a disc."""
    edges_m: Floats
    """(e, 4) from and to, metres east and north, of the ring and its holes; (0, 4) for a disc."""
    bounds_m: tuple[float, float, float, float]
    """West, south, east, north in the local frame."""
    floor_hae_m: float
    """-inf from the surface: nothing flies under it."""
    ceiling_hae_m: float
    """+inf without a limit."""
    vertical_doubt_m: float
    """Of the limits, from converting their datum; to be added to the aircraft's own."""
    approximations: tuple[str, ...]
    """In which ways it is larger than published."""

    @property
    def approximated(self) -> bool:
        """Whether it is larger than published."""
        return bool(self.approximations)

    @property
    def limits_height(self) -> bool:
        """Whether the vertical position matters at all."""
        return self.floor_hae_m > -math.inf or self.ceiling_hae_m < math.inf

    @property
    def polygon(self) -> shapely.Polygon:
        """The judged polygon."""
        if self.ground_polygon is None:
            raise BrokenInvariant("a disc has no polygon")
        return self.ground_polygon

    @property
    def degree_box(self) -> DegreeBox:
        """The box round it, in degrees, with a margin."""
        return _degree_box(self.frame, self.bounds_m)

    @property
    def judged(self) -> JudgedLimits:
        """The limits as they are judged."""
        floor, ceiling = self.floor_hae_m, self.ceiling_hae_m
        return JudgedLimits(
            floor if math.isfinite(floor) else None, ceiling if math.isfinite(ceiling) else None
        )


def prism_of(volume: Volume, ground: Ground = LONDON) -> Prism:
    """The geometry of a checked volume."""
    shape = volume.shape
    radius_m: float | None
    match shape:
        case Circle():
            frame = LocalFrame.at(shape.latitude_deg, shape.longitude_deg)
            radius_m, polygon, edges_m = shape.radius_m, None, np.zeros((0, 4))
            bounds = (-radius_m, -radius_m, radius_m, radius_m)
        case Polygon():
            frame = frame_of(shape)
            radius_m, polygon = None, judged_polygon(shape, frame)
            shapely.prepare(polygon)
            edges_m = edges_of(polygon)
            bounds = polygon.bounds
        case _:
            assert_never(shape)
    floor, ceiling = _heights(volume, frame, bounds, ground)
    return Prism(
        frame=frame,
        radius_m=radius_m,
        ground_polygon=polygon,
        edges_m=edges_m,
        bounds_m=bounds,
        floor_hae_m=floor.value_hae_m,
        ceiling_hae_m=ceiling.value_hae_m,
        vertical_doubt_m=max(floor.doubt_m, ceiling.doubt_m),
        approximations=tuple(how for how in (floor.how, ceiling.how) if how),
    )


def frame_of(polygon: Polygon) -> LocalFrame:
    """The frame in the middle of the bounding box of the polygon's vertices."""
    degrees = np.array(polygon.vertices, dtype=np.float64)
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2.0
    return LocalFrame.at(float(middle[0]), float(middle[1]))


def local_points(points_deg: tuple[tuple[float, float], ...], frame: LocalFrame) -> Floats:
    """(latitude, longitude) pairs as (n, 2) metres east and north in the frame."""
    degrees = np.array(points_deg, dtype=np.float64).reshape(-1, 2)
    points = project(degrees[:, 0], degrees[:, 1])
    return np.column_stack(frame.local(points.x_m, points.y_m, points.east_scale))


def centres_of(ring: Ring, frame: LocalFrame) -> Floats:
    """The centres (a, 2) of a ring's arcs in the frame."""
    return local_points(tuple((arc.latitude_deg, arc.longitude_deg) for arc in ring.arcs), frame)


def judged_polygon(polygon: Polygon, frame: LocalFrame) -> shapely.Polygon:
    """The polygon in metres, its arcs as polylines that leave nothing out."""
    lines, exact = [], []
    for place, ring in enumerate(polygon.rings):
        vertices_m, centres_m = local_points(ring.vertices, frame), centres_of(ring, frame)
        lines.append(polyline(vertices_m, centres_m, ring, is_hole=place > 0))
        exact.append(chords(vertices_m, centres_m, ring))
    return polygon_of(lines[0], lines[1:], exact)


def vertical_bounds(volume: Volume, frame: LocalFrame, ground: Ground) -> tuple[Height, Height]:
    """Floor and ceiling in ellipsoid height, with the ground at the reference point."""
    return _heights(volume, frame, (0.0, 0.0, 0.0, 0.0), ground)


def _heights(
    volume: Volume,
    frame: LocalFrame,
    bounds_m: tuple[float, float, float, float],
    ground: Ground,
) -> tuple[Height, Height]:
    geoid = undulation(np.array([frame.latitude_deg]), np.array([frame.longitude_deg]))
    sea_level_hae_m, doubt_m = float(geoid.undulation_m[0]), float(geoid.doubt_m[0])
    under = ground.under(_degree_box(frame, bounds_m))
    return (
        _floor(volume.floor, sea_level_hae_m, doubt_m, under.lowest_amsl_m),
        _ceiling(volume.ceiling, sea_level_hae_m, doubt_m, under.highest_amsl_m),
    )


def _degree_box(frame: LocalFrame, bounds_m: tuple[float, float, float, float]) -> DegreeBox:
    west, south, east, north = bounds_m
    # The parallels are shortest at the poleward edge; a wider box is the safe one.
    degree_east_m = _METRES_PER_DEGREE * max(0.05, frame.east_scale - 0.05)
    return DegreeBox(
        south_deg=frame.latitude_deg + south / _METRES_PER_DEGREE - BOX_MARGIN_DEG,
        west_deg=frame.longitude_deg + west / degree_east_m - BOX_MARGIN_DEG,
        north_deg=frame.latitude_deg + north / _METRES_PER_DEGREE + BOX_MARGIN_DEG,
        east_deg=frame.longitude_deg + east / degree_east_m + BOX_MARGIN_DEG,
    )


def _floor(
    limit: VerticalLimit, sea_level_hae_m: float, doubt_m: float, lowest_amsl_m: float | None
) -> Height:
    if limit.datum is LimitDatum.AGL:
        if lowest_amsl_m is None:
            return Height(-math.inf, 0.0, _FLOOR_IS_SURFACE)
        value_hae_m = limit.value_m + lowest_amsl_m + sea_level_hae_m
        return Height(value_hae_m, doubt_m, _FLOOR_FROM_GRID)
    if limit.datum is LimitDatum.FLIGHT_LEVEL:
        value_hae_m = limit.value_m + sea_level_hae_m - UNKNOWN_QNH_DOUBT_M
        return Height(value_hae_m, doubt_m, _FLIGHT_LEVEL)
    return _converted(limit, sea_level_hae_m, doubt_m)


def _ceiling(
    limit: VerticalLimit, sea_level_hae_m: float, doubt_m: float, highest_amsl_m: float | None
) -> Height:
    if limit.datum is LimitDatum.AGL:
        if highest_amsl_m is None:
            return Height(math.inf, 0.0, _CEILING_NONE)
        value_hae_m = limit.value_m + highest_amsl_m + sea_level_hae_m
        return Height(value_hae_m, doubt_m, _CEILING_FROM_HIGHEST)
    if limit.datum is LimitDatum.FLIGHT_LEVEL:
        value_hae_m = limit.value_m + sea_level_hae_m + UNKNOWN_QNH_DOUBT_M
        return Height(value_hae_m, doubt_m, _FLIGHT_LEVEL)
    return _converted(limit, sea_level_hae_m, doubt_m)


def _converted(limit: VerticalLimit, sea_level_hae_m: float, doubt_m: float) -> Height:
    match limit.datum:
        case LimitDatum.HAE:
            return Height(limit.value_m, 0.0, "")
        case LimitDatum.AMSL:
            return Height(limit.value_m + sea_level_hae_m, doubt_m, "")
        case LimitDatum.SURFACE:
            return Height(-math.inf, 0.0, "")
        case LimitDatum.UNLIMITED:
            return Height(math.inf, 0.0, "")
        case LimitDatum.AGL | LimitDatum.FLIGHT_LEVEL:
            raise BrokenInvariant(f"{limit.datum} depends on whether it is a floor")
        case _:
            assert_never(limit.datum)
