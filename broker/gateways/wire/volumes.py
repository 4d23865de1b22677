"""Volumes between the contract and the core."""

import math

from broker.core.errors import refuse
from broker.core.restrictions.shapes import (
    Arc,
    Circle,
    JudgedLimits,
    Polygon,
    PublishedLimit,
    Ring,
    VerticalLimit,
    Volume,
)
from broker.gateways.wire.enums import (
    ARC_DIRECTION_TO_CORE,
    ARC_DIRECTION_TO_WIRE,
    LIMIT_DATUM_TO_CORE,
    LIMIT_DATUM_TO_WIRE,
    LIMIT_UNIT_TO_CORE,
    LIMIT_UNIT_TO_WIRE,
)
from keepclear.v1 import agreements_pb2
from keepclear.v1 import volumes_pb2 as pb

Shaped = pb.RestrictionVolume | agreements_pb2.AgreementArea
"""Messages with a shape on the ground."""


def decode_volume(field: str, message: pb.RestrictionVolume) -> Volume:
    """Read a volume; refuses what has no reading, naming the field."""
    return Volume(
        decode_shape(field, message),
        decode_limit(f"{field}.floor", message.floor),
        decode_limit(f"{field}.ceiling", message.ceiling),
        message.label,
    )


def decode_shape(field: str, message: Shaped) -> Circle | Polygon:
    """Read a circle or a polygon; refuses what has no reading, naming the field."""
    match message.WhichOneof("shape"):
        case "circle":
            return Circle(
                *decode_point(f"{field}.circle.center", message.circle.center),
                finite(f"{field}.circle.radius_m", message.circle.radius_m),
            )
        case "polygon":
            outer = _ring(f"{field}.polygon", message.polygon)
            holes = tuple(
                _ring(f"{field}.polygon.holes[{place}]", hole)
                for place, hole in enumerate(message.polygon.holes)
            )
            return Polygon(outer.vertices, outer.arcs, holes)
        case _:
            raise refuse(field, "has no shape: give a circle or a polygon")


def decode_point(field: str, point: pb.LatLng) -> tuple[float, float]:
    """Latitude and longitude; refuses what is not a number."""
    return (
        finite(f"{field}.latitude_deg", point.latitude_deg),
        finite(f"{field}.longitude_deg", point.longitude_deg),
    )


def decode_limit(field: str, message: pb.VerticalLimit) -> VerticalLimit:
    """Read a floor or ceiling; refuses one without a datum."""
    if message.datum not in LIMIT_DATUM_TO_CORE:
        raise refuse(f"{field}.datum", "is missing: a vertical limit has no meaning without it")
    value_m = finite(f"{field}.value_m", message.value_m)
    published = None
    if message.HasField("published"):
        if message.published.unit not in LIMIT_UNIT_TO_CORE:
            raise refuse(f"{field}.published.unit", "is missing: in which unit was it published?")
        published = PublishedLimit(
            finite(f"{field}.published.value", message.published.value),
            LIMIT_UNIT_TO_CORE[message.published.unit],
            message.published.text,
        )
    return VerticalLimit(value_m, LIMIT_DATUM_TO_CORE[message.datum], published)


def finite(field: str, value: float) -> float:
    """The log cannot hold what is not a number, and would not name the field."""
    if not math.isfinite(value):
        raise refuse(field, "must be a number")
    return value


def _ring(field: str, message: pb.Ring | pb.Polygon) -> Ring:
    vertices = tuple(
        decode_point(f"{field}.vertices[{place}]", vertex)
        for place, vertex in enumerate(message.vertices)
    )
    return Ring(
        vertices,
        tuple(_arc(f"{field}.arcs[{place}]", arc) for place, arc in enumerate(message.arcs)),
    )


def _arc(field: str, message: pb.Arc) -> Arc:
    if message.direction not in ARC_DIRECTION_TO_CORE:
        raise refuse(f"{field}.direction", "is missing: clockwise or counterclockwise?")
    latitude_deg, longitude_deg = decode_point(f"{field}.center", message.center)
    direction = ARC_DIRECTION_TO_CORE[message.direction]
    return Arc(message.from_vertex, latitude_deg, longitude_deg, direction)


def encode_volume(volume: Volume, judged: JudgedLimits | None = None) -> pb.RestrictionVolume:
    """The contract's message for a volume and what is judged of it."""
    message = pb.RestrictionVolume(
        floor=encode_limit(volume.floor),
        ceiling=encode_limit(volume.ceiling),
        label=volume.label,
        judged_floor_hae_m=None if judged is None else judged.floor_hae_m,
        judged_ceiling_hae_m=None if judged is None else judged.ceiling_hae_m,
    )
    encode_shape(volume.shape, message)
    return message


def encode_shape(shape: Circle | Polygon, message: Shaped) -> None:
    """Write a shape into a message that has one."""
    match shape:
        case Circle(latitude_deg, longitude_deg, radius_m):
            center = pb.LatLng(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
            message.circle.CopyFrom(pb.Circle(center=center, radius_m=radius_m))
        case Polygon(vertices, arcs, holes):
            polygon = pb.Polygon(
                vertices=_encode_points(vertices),
                arcs=[_encode_arc(arc) for arc in arcs],
                holes=[
                    pb.Ring(
                        vertices=_encode_points(hole.vertices),
                        arcs=[_encode_arc(arc) for arc in hole.arcs],
                    )
                    for hole in holes
                ],
            )
            message.polygon.CopyFrom(polygon)


def _encode_points(points: tuple[tuple[float, float], ...]) -> list[pb.LatLng]:
    return [
        pb.LatLng(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
        for latitude_deg, longitude_deg in points
    ]


def _encode_arc(arc: Arc) -> pb.Arc:
    center = pb.LatLng(latitude_deg=arc.latitude_deg, longitude_deg=arc.longitude_deg)
    return pb.Arc(
        from_vertex=arc.from_vertex,
        center=center,
        direction=ARC_DIRECTION_TO_WIRE[arc.direction],
    )


def encode_limit(limit: VerticalLimit) -> pb.VerticalLimit:
    """The contract's message for a floor or ceiling."""
    message = pb.VerticalLimit(value_m=limit.value_m, datum=LIMIT_DATUM_TO_WIRE[limit.datum])
    if limit.published is not None:
        message.published.CopyFrom(
            pb.PublishedLimit(
                value=limit.published.value,
                unit=LIMIT_UNIT_TO_WIRE[limit.published.unit],
                text=limit.published.text,
            )
        )
    return message
