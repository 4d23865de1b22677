"""Restrictions between the contract and the core."""

import base64
import math
from typing import Final

from broker.core.errors import Refused, refuse
from broker.core.names import RestrictionName
from broker.core.restrictions.model import (
    Circle,
    LimitDatum,
    Polygon,
    Restriction,
    RestrictionDraft,
    VerticalLimit,
    Volume,
    Window,
)
from broker.gateways.wire.enums import (
    APPLIES_TO_TO_CORE,
    APPLIES_TO_TO_WIRE,
    LIMIT_DATUM_TO_CORE,
    LIMIT_DATUM_TO_WIRE,
    RESTRICTION_KIND_TO_WIRE,
    RESTRICTION_STATE_TO_WIRE,
)
from keepclear.v1 import restrictions_pb2 as pb

VERSION_MAX: Final = 2**31 - 1
"""What the contract's `version` can hold."""


def decode_draft(message: pb.Restriction) -> RestrictionDraft:
    """Read what an agency asks for; refuses what has no reading, naming the field."""
    if message.applies_to not in APPLIES_TO_TO_CORE:
        raise refuse("restriction.applies_to", "is missing: say which aircraft are meant")
    return RestrictionDraft(
        name=RestrictionName.parse("restriction.name", message.name),
        title=message.title,
        reason=message.reason,
        volumes=tuple(
            _volume(f"restriction.volumes[{place}]", volume)
            for place, volume in enumerate(message.volumes)
        ),
        windows=tuple(Window(window.start_us, window.end_us) for window in message.windows),
        applies_to=APPLIES_TO_TO_CORE[message.applies_to],
        exempt_agencies=tuple(message.exempt_agencies),
        contact=message.contact,
    )


def _volume(field: str, message: pb.RestrictionVolume) -> Volume:
    match message.WhichOneof("shape"):
        case "circle":
            shape: Circle | Polygon = Circle(
                *_point(f"{field}.circle.center", message.circle.center),
                _finite(f"{field}.circle.radius_m", message.circle.radius_m),
            )
        case "polygon":
            shape = Polygon(
                tuple(
                    _point(f"{field}.polygon.vertices[{place}]", vertex)
                    for place, vertex in enumerate(message.polygon.vertices)
                )
            )
        case _:
            raise refuse(field, "has no shape: give a circle or a polygon")
    return Volume(
        shape, _limit(f"{field}.floor", message.floor), _limit(f"{field}.ceiling", message.ceiling)
    )


def _point(field: str, point: pb.LatLng) -> tuple[float, float]:
    return (
        _finite(f"{field}.latitude_deg", point.latitude_deg),
        _finite(f"{field}.longitude_deg", point.longitude_deg),
    )


def _finite(field: str, value: float) -> float:
    """The log cannot hold what is not a number, and would not name the field."""
    if not math.isfinite(value):
        raise refuse(field, "must be a number")
    return value


def _limit(field: str, message: pb.VerticalLimit) -> VerticalLimit:
    if message.datum not in LIMIT_DATUM_TO_CORE:
        raise refuse(f"{field}.datum", "is missing: a vertical limit has no meaning without it")
    value_m = _finite(f"{field}.value_m", message.value_m)
    return VerticalLimit(value_m, LIMIT_DATUM_TO_CORE[message.datum])


def encode_restriction(restriction: Restriction) -> pb.Restriction:
    """The contract's message for a restriction."""
    draft = restriction.draft
    return pb.Restriction(
        name=str(draft.name),
        title=draft.title,
        reason=draft.reason,
        volumes=[_encode_volume(volume) for volume in draft.volumes],
        windows=[pb.Window(start_us=one.start_us, end_us=one.end_us) for one in draft.windows],
        applies_to=APPLIES_TO_TO_WIRE[draft.applies_to],
        exempt_agencies=draft.exempt_agencies,
        contact=draft.contact,
        kind=RESTRICTION_KIND_TO_WIRE[restriction.kind],
        state=RESTRICTION_STATE_TO_WIRE[restriction.state],
        version=restriction.version,
        etag=etag_of(restriction),
        created_us=restriction.created_us,
        changed_us=restriction.changed_us,
        approximated=any(
            limit.datum is LimitDatum.AGL
            for volume in draft.volumes
            for limit in (volume.floor, volume.ceiling)
        ),
    )


def _encode_volume(volume: Volume) -> pb.RestrictionVolume:
    floor, ceiling = _encode_limit(volume.floor), _encode_limit(volume.ceiling)
    match volume.shape:
        case Circle(latitude_deg, longitude_deg, radius_m):
            center = pb.LatLng(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
            circle = pb.Circle(center=center, radius_m=radius_m)
            return pb.RestrictionVolume(circle=circle, floor=floor, ceiling=ceiling)
        case Polygon(vertices):
            points = [
                pb.LatLng(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
                for latitude_deg, longitude_deg in vertices
            ]
            polygon = pb.Polygon(vertices=points)
            return pb.RestrictionVolume(polygon=polygon, floor=floor, ceiling=ceiling)


def _encode_limit(limit: VerticalLimit) -> pb.VerticalLimit:
    return pb.VerticalLimit(value_m=limit.value_m, datum=LIMIT_DATUM_TO_WIRE[limit.datum])


def etag_of(restriction: Restriction) -> str:
    """Opaque to readers: the version, so that a stale one is told from the current one."""
    return base64.urlsafe_b64encode(f"v{restriction.version}".encode()).decode()


def version_of(etag: str) -> int:
    """The version an etag stands for; 0 for an empty one ("whatever is current")."""
    if not etag:
        return 0
    try:
        text = base64.urlsafe_b64decode(etag.encode()).decode()
        version = int(text.removeprefix("v"))
    except (ValueError, UnicodeError) as error:
        raise _bad_etag() from error
    if not text.startswith("v") or not 1 <= version <= VERSION_MAX:
        raise _bad_etag()
    return version


def _bad_etag() -> Refused:
    return refuse("etag", "was not given by this broker: read the restriction again")
