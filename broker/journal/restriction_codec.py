"""Restriction drafts to JSON and back, as logged in CreateRestriction version 1."""

from typing import assert_never

from broker.core.names import RestrictionName
from broker.core.restrictions.model import (
    AppliesTo,
    Circle,
    LimitDatum,
    Polygon,
    RestrictionDraft,
    VerticalLimit,
    Volume,
    Window,
)
from broker.journal.canonical import Fields, as_list, as_number, as_text
from broker.journal.errors import RecordUnreadable


def draft_to_json(draft: RestrictionDraft) -> dict[str, object]:
    """Return the draft as plain JSON values."""
    return {
        "agency": draft.name.agency,
        "applies_to": str(draft.applies_to),
        "contact": draft.contact,
        "exempt_agencies": list(draft.exempt_agencies),
        "reason": draft.reason,
        "restriction": draft.name.restriction,
        "title": draft.title,
        "volumes": [_volume_to_json(volume) for volume in draft.volumes],
        "windows": [
            {"start_us": window.start_us, "end_us": window.end_us} for window in draft.windows
        ],
    }


def draft_from_json(fields: Fields) -> RestrictionDraft:
    """Return the draft that `draft_to_json` wrote."""
    windows = [Fields(item) for item in fields.items("windows")]
    return RestrictionDraft(
        name=RestrictionName(fields.text("agency"), fields.text("restriction")),
        title=fields.text("title"),
        reason=fields.text("reason"),
        volumes=tuple(_volume_from_json(Fields(item)) for item in fields.items("volumes")),
        windows=tuple(Window(item.whole("start_us"), item.whole("end_us")) for item in windows),
        applies_to=AppliesTo(fields.text("applies_to")),
        exempt_agencies=tuple(as_text(item) for item in fields.items("exempt_agencies")),
        contact=fields.text("contact"),
    )


def _volume_to_json(volume: Volume) -> dict[str, object]:
    limits: dict[str, object] = {
        "floor": _limit_to_json(volume.floor),
        "ceiling": _limit_to_json(volume.ceiling),
    }
    match volume.shape:
        case Circle(latitude_deg, longitude_deg, radius_m):
            circle = {
                "latitude_deg": float(latitude_deg),
                "longitude_deg": float(longitude_deg),
                "radius_m": float(radius_m),
            }
            return limits | {"circle": circle}
        case Polygon(vertices):
            ring = [[float(latitude), float(longitude)] for latitude, longitude in vertices]
            return limits | {"polygon": ring}
        case _:
            assert_never(volume.shape)


def _volume_from_json(fields: Fields) -> Volume:
    shape: Circle | Polygon
    if fields.has("circle"):
        circle = fields.inner("circle")
        shape = Circle(
            latitude_deg=circle.number("latitude_deg"),
            longitude_deg=circle.number("longitude_deg"),
            radius_m=circle.number("radius_m"),
        )
    else:
        shape = Polygon(tuple(_vertex(item) for item in fields.items("polygon")))
    return Volume(
        shape=shape,
        floor=_limit_from_json(fields.inner("floor")),
        ceiling=_limit_from_json(fields.inner("ceiling")),
    )


def _vertex(value: object) -> tuple[float, float]:
    pair = as_list(value)
    if len(pair) != 2:
        raise RecordUnreadable("a vertex is a latitude and a longitude")
    return as_number(pair[0]), as_number(pair[1])


def _limit_to_json(limit: VerticalLimit) -> dict[str, object]:
    return {"value_m": float(limit.value_m), "datum": str(limit.datum)}


def _limit_from_json(fields: Fields) -> VerticalLimit:
    return VerticalLimit(fields.number("value_m"), LimitDatum(fields.text("datum")))
