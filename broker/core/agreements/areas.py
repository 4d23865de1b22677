"""Whether what is asked about lies wholly in an area that was agreed on.

A restriction's volume is judged larger than published; this is the other way round, as an
agreement gives something: the area is taken as small as its limits may be, what is asked about as
large. Two limits of one datum are compared as they stand. Others are converted over the ground
under what is asked about; where that cannot be done, nothing is covered.
"""

from typing import Final

import shapely

from broker.core.geodesy.ground import Ground
from broker.core.restrictions.access_places import AskedPlace, EntryPlace, PlacePath, PlacePoint
from broker.core.restrictions.prism import (
    LocalFrame,
    frame_of,
    judged_polygon,
    local_points,
    prism_of,
)
from broker.core.restrictions.shapes import Circle, LimitDatum, Polygon, VerticalLimit, Volume

CIRCLE_SEGMENTS_PER_QUARTER: Final = 64
"""A disc as a polygon inside it: at 100 km radius 8 m too small, so never too much is covered."""
_ON_GROUND: Final = VerticalLimit(0.0, LimitDatum.AGL)


def covers(area: Volume, asked: AskedPlace, ground: Ground) -> bool:
    """Whether all of the place lies in the area, at all heights that are asked about."""
    shape = area.shape
    if isinstance(shape, Circle):
        frame = LocalFrame.at(shape.latitude_deg, shape.longitude_deg)
    else:
        frame = frame_of(shape)
    if not shapely.covers(_on_ground(shape, frame), _asked(asked.place, frame)):
        return False
    return _holds_heights(area, asked.column, ground)


def _holds_heights(area: Volume, asked: Volume, ground: Ground) -> bool:
    if area.floor.datum is LimitDatum.SURFACE and area.ceiling.datum is LimitDatum.UNLIMITED:
        return True
    lowest = _ON_GROUND if asked.floor.datum is LimitDatum.SURFACE else asked.floor
    wanted = prism_of(Volume(asked.shape, lowest, asked.ceiling), ground)
    # A limit judged as the other one is the area's least extent: a floor at its highest.
    given = prism_of(Volume(asked.shape, area.ceiling, area.floor), ground)
    doubt_m = wanted.vertical_doubt_m + given.vertical_doubt_m
    return _is_above(lowest, area.floor, wanted.floor_hae_m - doubt_m, given.ceiling_hae_m) and (
        _is_above(area.ceiling, asked.ceiling, given.floor_hae_m - doubt_m, wanted.ceiling_hae_m)
    )


def _is_above(
    upper: VerticalLimit, lower: VerticalLimit, upper_hae_m: float, lower_hae_m: float
) -> bool:
    """Whether one limit is not below another: as given, or as converted where datums differ."""
    if upper.datum is lower.datum and upper.datum is not LimitDatum.UNLIMITED:
        return upper.value_m >= lower.value_m
    return upper_hae_m >= lower_hae_m


def _asked(place: EntryPlace, frame: LocalFrame) -> shapely.Geometry:
    match place:
        case PlacePoint():
            points = ((place.latitude_deg, place.longitude_deg),)
            return _grown(shapely.Point(local_points(points, frame)[0]), place.radius_m)
        case PlacePath():
            line = shapely.LineString(local_points(place.waypoints, frame))
            return _grown(line, place.half_width_m)
        case _:
            return _on_ground(place.shape, frame)


def _on_ground(shape: Circle | Polygon, frame: LocalFrame) -> shapely.Geometry:
    if isinstance(shape, Polygon):
        return judged_polygon(shape, frame)
    centre = local_points(((shape.latitude_deg, shape.longitude_deg),), frame)[0]
    return _grown(shapely.Point(centre), shape.radius_m)


def _grown(shape: shapely.Geometry, reach_m: float) -> shapely.Geometry:
    if reach_m <= 0.0:
        return shape
    return shapely.buffer(shape, reach_m, quad_segs=CIRCLE_SEGMENTS_PER_QUARTER)
