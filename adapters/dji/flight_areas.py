"""Keep-clear requests as a DJI custom flight area: one file, and where a dock fetches it.

The file is GeoJSON as DJI's template has it: a feature for every area, `geofence_type` `nfz` for
"stay out", a point with a radius for a circle. It has no heights and no times, so an area stands in
it for as long as its request is active and asks to keep clear of all heights: it may hold a drone
back where the request would not, never the other way round. Arcs and holes are left out in the same
direction: a hole is not cut, and a volume whose outline has arcs becomes the circle round it.

Source: DJI Cloud API, "Custom Flight Area" (dock 2, v1.9 and later).
"""

import hashlib
import json
import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from keepclear.v1 import restrictions_pb2
from keepclear.v1.restrictions_pb2 import Restriction
from keepclear.v1.volumes_pb2 import RestrictionVolume

MAX_AREAS: Final = 500
MAX_POLYGON_VERTICES: Final = 254
"""With the first one again at the end 255 points, the most a dock takes."""
LEAST_RADIUS_M: Final = 10
METRE_PER_DEGREE: Final = math.pi * 6_371_008.8 / 180.0  # mean Earth radius (IUGG)
AREA_IDS: Final = uuid.UUID("6f1c1c1e-6b0e-5a3f-9f0d-2b8f1d0c7a55")
"""Name space of area ids: the same volume of the same request keeps its id."""


@dataclass(frozen=True, slots=True)
class AreaFile:
    """The file as a dock fetches it; a dock knows it by its name, made of its MD5."""

    name: str
    data: bytes
    sha256: str
    areas: int
    left_out: int
    """Areas there was no room for: the dock is told nothing of them, and people must be."""


def area_file(restrictions: Iterable[Restriction], own_agency: str) -> AreaFile:
    """The active requests that ask this agency's drones to keep clear, in the order of their names.

    Pure: the same requests give the same bytes.
    """
    features: list[dict[str, object]] = []
    left_out = 0
    for restriction in sorted(restrictions, key=lambda one: one.name):
        if not applies(restriction, own_agency):
            continue
        for place, volume in enumerate(restriction.volumes):
            if len(features) >= MAX_AREAS:
                left_out += 1
                continue
            features.append(_feature(f"{restriction.name}/{place}", volume))
    data = json.dumps(
        {"type": "FeatureCollection", "features": features}, separators=(",", ":")
    ).encode()
    name = hashlib.md5(data, usedforsecurity=False).hexdigest()
    digest = hashlib.sha256(data).hexdigest()
    return AreaFile(f"geofence_{name}.json", data, digest, len(features), left_out)


def applies(restriction: Restriction, own_agency: str) -> bool:
    """Whether it is a partner's request, active, and meant for this agency's drones.

    Statutory restrictions stay out: whether they bind an emergency service is for people to say,
    and a dock would obey without asking.
    """
    return (
        restriction.state == restrictions_pb2.RESTRICTION_STATE_ACTIVE
        and restriction.kind == restrictions_pb2.RESTRICTION_KIND_KEEP_CLEAR_REQUEST
        and own_agency not in restriction.exempt_agencies
    )


def _feature(key: str, volume: RestrictionVolume) -> dict[str, object]:
    center, radius_m, ring = _outline(volume)
    properties: dict[str, object] = {"enable": True, "radius": 0}
    if ring is None:
        geometry: dict[str, object] = {"type": "Point", "coordinates": center}
        radius_m = max(LEAST_RADIUS_M, radius_m)
        properties = {"enable": True, "subType": "Circle", "radius": radius_m}
    else:
        geometry = {"type": "Polygon", "coordinates": [ring]}
    return {
        "id": str(uuid.uuid5(AREA_IDS, key)),
        "type": "Feature",
        "geofence_type": "nfz",
        "geometry": geometry,
        "properties": properties,
    }


def _outline(
    volume: RestrictionVolume,
) -> tuple[list[float], float, list[list[float]] | None]:
    """Centre, radius and, where it is a plain polygon of moderate size, its closed ring."""
    if volume.WhichOneof("shape") == "circle":
        circle = volume.circle
        place = [circle.center.longitude_deg, circle.center.latitude_deg]
        return place, math.ceil(circle.radius_m), None
    points = [(one.longitude_deg, one.latitude_deg) for one in volume.polygon.vertices]
    ring = [[longitude_deg, latitude_deg] for longitude_deg, latitude_deg in (*points, points[0])]
    arcs = getattr(volume.polygon, "arcs", ())
    if len(points) > MAX_POLYGON_VERTICES or len(arcs) > 0:
        center, radius_m = _enclosing(
            points, [(arc.center.longitude_deg, arc.center.latitude_deg) for arc in arcs]
        )
        return center, radius_m, None
    return [0.0, 0.0], 0.0, ring


def _enclosing(
    points: Sequence[tuple[float, float]], centers: Sequence[tuple[float, float]]
) -> tuple[list[float], float]:
    """A circle that holds the points, and every arc round the centres through any of them."""
    longitude_deg = sum(one[0] for one in points) / len(points)
    latitude_deg = sum(one[1] for one in points) / len(points)
    middle = (longitude_deg, latitude_deg)
    reach_m = max(_distance_m(middle, one) for one in points)
    for center in centers:
        radius_m = max(_distance_m(center, one) for one in points)
        reach_m = max(reach_m, _distance_m(middle, center) + radius_m)
    return [longitude_deg, latitude_deg], math.ceil(reach_m)


def _distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    east = (other[0] - one[0]) * math.cos(math.radians((one[1] + other[1]) / 2.0))
    return math.hypot(east, other[1] - one[1]) * METRE_PER_DEGREE
