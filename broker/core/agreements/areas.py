"""Whether a place that is asked about lies wholly in an area that was agreed on."""

import shapely

from broker.core.agreements.model import AgreementArea
from broker.core.restrictions.access_places import EntryPlace, PlacePath, PlacePoint
from broker.core.restrictions.prism import LocalFrame, frame_of, judged_polygon, local_points
from broker.core.restrictions.shapes import Circle, Polygon

CIRCLE_SEGMENTS_PER_QUARTER = 64
"""A disc as a polygon inside it: at 100 km radius 8 m too small, so never too much is covered."""


def covers(area: AgreementArea, place: EntryPlace) -> bool:
    """Whether all of the place lies in the area; heights do not matter."""
    shape = area.shape
    if isinstance(shape, Circle):
        frame = LocalFrame.at(shape.latitude_deg, shape.longitude_deg)
    else:
        frame = frame_of(shape)
    return bool(shapely.covers(_on_ground(shape, frame), _asked(place, frame)))


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
