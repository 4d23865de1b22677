"""Where a question asks about, and which restrictions' volumes it meets.

Each prism has a frame of its own, so candidates come first: boxes in the projected frame, a little
too large, in a tree made once for as long as the restrictions stay the same. Only what the boxes
leave is measured, in the prism's own frame.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from broker.core.errors import Refusal
from broker.core.geodesy.frame import project, unproject
from broker.core.geodesy.ground import NOTHING_KNOWN, Ground
from broker.core.restrictions.drafting_rings import check_point, check_reach
from broker.core.restrictions.drafting_volumes import check_volume
from broker.core.restrictions.model import Restriction
from broker.core.restrictions.prism import LocalFrame, Prism, prism_of
from broker.core.restrictions.samples import Zone
from broker.core.restrictions.shapes import (
    CIRCLE_RADIUS_M_MAX,
    Circle,
    LimitDatum,
    VerticalLimit,
    Volume,
)

Floats = NDArray[np.float64]

WAYPOINTS_MAX: Final = 200
BOX_GROWTH: Final = 1.05
"""A degree of longitude shrinks by under 4 % over the largest volume, up to 61 degrees north."""
BOX_MARGIN_M: Final = 10.0
_SURFACE: Final = VerticalLimit(0.0, LimitDatum.SURFACE)
_UNLIMITED: Final = VerticalLimit(0.0, LimitDatum.UNLIMITED)


@dataclass(frozen=True, slots=True)
class PlacePoint:
    """Everything within `radius_m` of a point."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class PlacePath:
    """Everything within `half_width_m` of a path over (latitude_deg, longitude_deg)."""

    waypoints: tuple[tuple[float, float], ...]
    half_width_m: float


EntryPlace = PlacePoint | PlacePath | Volume


class AskedPlace(NamedTuple):
    """A place and the heights there, None for every height; a volume has heights of its own."""

    place: EntryPlace
    lowest: VerticalLimit | None = None
    highest: VerticalLimit | None = None

    @property
    def column(self) -> Volume:
        """All that is asked about, or more on the ground: for judging heights."""
        if isinstance(self.place, Volume):
            return self.place
        points, reach_m = _points(self.place)
        degrees = np.array(points, dtype=np.float64)
        middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2.0
        span_m = float(np.abs(degrees.max(axis=0) - degrees.min(axis=0)).max()) * 111_700.0
        circle = Circle(float(middle[0]), float(middle[1]), reach_m + span_m + 1.0)
        return Volume(circle, self.lowest or _SURFACE, self.highest or _UNLIMITED)


@dataclass(frozen=True, slots=True, eq=False)
class IndexEntry:
    """One live restriction with its geometry."""

    restriction: Restriction
    zone: Zone


@dataclass(frozen=True, slots=True, eq=False)
class EntryIndex:
    """Every live restriction, ready to be asked about; never changed."""

    entries: tuple[IndexEntry, ...]
    prisms: tuple[Prism, ...]
    entry_of: tuple[int, ...]
    """Prism -> place in `entries`."""
    tree: shapely.STRtree
    ground: Ground

    @classmethod
    def of(cls, entries: Sequence[IndexEntry], ground: Ground) -> "EntryIndex":
        """The index of these restrictions."""
        prisms = [prism for entry in entries for prism in entry.zone.prisms]
        owners = [place for place, entry in enumerate(entries) for _ in entry.zone.prisms]
        boxes = np.array([_box(one.frame, one.bounds_m) for one in prisms]).reshape(-1, 4)
        tree = shapely.STRtree(shapely.box(*boxes.T))
        return cls(tuple(entries), tuple(prisms), tuple(owners), tree, ground)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A place in the projected frame."""

    rings: tuple[tuple[Floats, Floats, Floats], ...]
    """x_m, y_m and east_scale of a point, of a path, or of a polygon's rings."""
    is_area: bool
    reach_m: float
    low_hae_m: float
    high_hae_m: float
    doubt_m: float
    box: tuple[float, float, float, float]


def check_place(place: EntryPlace) -> Iterator[Refusal]:
    """Everything wrong with a place; fields are named as in a question of the contract."""
    match place:
        case PlacePoint():
            yield from _check_reaching(
                "point.position", [(place.latitude_deg, place.longitude_deg)], place.radius_m
            )
            if not 0.0 <= place.radius_m <= CIRCLE_RADIUS_M_MAX:
                yield Refusal("point.radius_m", f"must be 0 to {CIRCLE_RADIUS_M_MAX:.0f} m")
        case PlacePath():
            if not 2 <= len(place.waypoints) <= WAYPOINTS_MAX:
                yield Refusal("path.waypoints", f"must be 2 to {WAYPOINTS_MAX}")
            yield from _check_reaching("path.waypoints", place.waypoints, place.half_width_m)
            longitudes = [longitude_deg for _, longitude_deg in place.waypoints]
            if longitudes and max(longitudes) - min(longitudes) > 180.0:
                yield Refusal("path.waypoints", "crosses the antimeridian")
            if not 0.0 <= place.half_width_m <= CIRCLE_RADIUS_M_MAX:
                yield Refusal("path.half_width_m", f"must be 0 to {CIRCLE_RADIUS_M_MAX:.0f} m")
        case Volume():
            # Whether limits cross may depend on the ground; where it does, the answer says so.
            yield from check_volume("volume", place, NOTHING_KNOWN)


def _check_reaching(
    field: str, points: Sequence[tuple[float, float]], reach_m: float
) -> Iterator[Refusal]:
    for place, point in enumerate(points):
        name = field if len(points) == 1 else f"{field}[{place}]"
        wrong = list(check_point(name, *point))
        yield from wrong
        if not wrong and 0.0 <= reach_m <= CIRCLE_RADIUS_M_MAX:
            yield from check_reach(name, *point, reach_m)


def bearing_on(index: EntryIndex, places: Sequence[AskedPlace]) -> Iterator[tuple[int, int]]:
    """(place, entry) for each volume that a place meets; a restriction may come more than once."""
    asked = [_asked(one, index.ground) for one in places]
    if not asked or not index.prisms:
        return
    boxes = shapely.box(*np.array([one.box for one in asked]).T)
    numbers, prisms = index.tree.query(boxes)
    for number, prism in sorted(zip(numbers.tolist(), prisms.tolist(), strict=True)):
        if _meets(asked[number], index.prisms[prism]):
            yield number, index.entry_of[prism]


def _meets(asked: _Asked, prism: Prism) -> bool:
    doubt_m = asked.doubt_m + prism.vertical_doubt_m
    if asked.low_hae_m - doubt_m > prism.ceiling_hae_m:
        return False
    if asked.high_hae_m + doubt_m < prism.floor_hae_m:
        return False
    rings = [np.column_stack(prism.frame.local(*ring)) for ring in asked.rings]
    shape: shapely.Geometry
    if asked.is_area:
        shape = shapely.Polygon(rings[0], rings[1:])
    elif len(rings[0]) == 1:
        shape = shapely.Point(rings[0][0])
    else:
        shape = shapely.LineString(rings[0])
    if prism.radius_m is not None:
        middle = shapely.Point(0.0, 0.0)
        return bool(shapely.distance(shape, middle) <= prism.radius_m + asked.reach_m)
    return bool(shapely.distance(shape, prism.polygon) <= asked.reach_m)


def _points(place: PlacePoint | PlacePath) -> tuple[tuple[tuple[float, float], ...], float]:
    """Its points, and how far it reaches round them."""
    if isinstance(place, PlacePoint):
        return ((place.latitude_deg, place.longitude_deg),), place.radius_m
    return place.waypoints, place.half_width_m


def _asked(asked: AskedPlace, ground: Ground) -> _Asked:
    bounds = prism_of(asked.column, ground)
    if isinstance(asked.place, Volume):
        return _asked_volume(bounds)
    points, reach_m = _points(asked.place)
    degrees = np.array(points, dtype=np.float64)
    ring = project(degrees[:, 0], degrees[:, 1])
    grown_m = (reach_m + BOX_MARGIN_M) * BOX_GROWTH
    wide_m = grown_m / float(ring.east_scale.min()) * BOX_GROWTH
    return _Asked(
        rings=((ring.x_m, ring.y_m, ring.east_scale),),
        is_area=False,
        reach_m=reach_m,
        low_hae_m=bounds.floor_hae_m,
        high_hae_m=bounds.ceiling_hae_m,
        doubt_m=bounds.vertical_doubt_m,
        box=(
            float(ring.x_m.min()) - wide_m,
            float(ring.y_m.min()) - grown_m,
            float(ring.x_m.max()) + wide_m,
            float(ring.y_m.max()) + grown_m,
        ),
    )


def _asked_volume(prism: Prism) -> _Asked:
    frame = prism.frame
    if prism.radius_m is None:
        polygon = prism.polygon
        parts = [shapely.get_coordinates(one) for one in (polygon.exterior, *polygon.interiors)]
    else:
        parts = [np.zeros((1, 2))]
    return _Asked(
        rings=tuple(_projected(frame, part) for part in parts),
        is_area=prism.radius_m is None,
        reach_m=prism.radius_m or 0.0,
        low_hae_m=prism.floor_hae_m,
        high_hae_m=prism.ceiling_hae_m,
        doubt_m=prism.vertical_doubt_m,
        box=_box(frame, prism.bounds_m),
    )


def _projected(frame: LocalFrame, points_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Metres east and north of a frame (n, 2), back in the projected frame."""
    y_m = frame.y_m + points_m[:, 1]
    latitude, _ = unproject(np.zeros(len(points_m)), y_m)
    scale = project(latitude, np.zeros(len(points_m))).east_scale
    x_m = frame.x_m + 2.0 * points_m[:, 0] / (scale + frame.east_scale)
    return x_m, y_m, scale


def _box(
    frame: LocalFrame, bounds_m: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """West, south, east and north in the projected frame, a little too large."""
    west, south, east, north = bounds_m
    shrunk = frame.east_scale / BOX_GROWTH
    margin = BOX_MARGIN_M / shrunk
    x_m, y_m = frame.x_m, frame.y_m
    box = (
        x_m + min(west, 0.0) / shrunk - margin,
        y_m + south - BOX_MARGIN_M,
        x_m + max(east, 0.0) / shrunk + margin,
        y_m + north + BOX_MARGIN_M,
    )
    return box if all(math.isfinite(one) for one in box) else (-1e9, -1e9, 1e9, 1e9)
