"""Volumes and windows to JSON and back, as logged in restriction records."""

from typing import assert_never

from broker.core.restrictions.periods import DayEvent, DayTime, Recurrence, Weekday, Window
from broker.core.restrictions.shapes import (
    Arc,
    ArcDirection,
    Circle,
    LimitDatum,
    LimitUnit,
    Polygon,
    PublishedLimit,
    Ring,
    VerticalLimit,
    Volume,
)
from broker.journal.canonical import Fields, as_list, as_number, as_text
from broker.journal.errors import RecordUnreadable


def volume_to_json(volume: Volume) -> dict[str, object]:
    """A volume as plain JSON values."""
    rest: dict[str, object] = {
        "floor": _limit_to_json(volume.floor),
        "ceiling": _limit_to_json(volume.ceiling),
        "label": volume.label,
    }
    return rest | shape_to_json(volume.shape)


def shape_to_json(shape: Circle | Polygon) -> dict[str, object]:
    """A shape as plain JSON values, under the name of its kind."""
    match shape:
        case Circle(latitude_deg, longitude_deg, radius_m):
            circle = {
                "latitude_deg": float(latitude_deg),
                "longitude_deg": float(longitude_deg),
                "radius_m": float(radius_m),
            }
            return {"circle": circle}
        case Polygon():
            return {"polygon": [_ring_to_json(ring) for ring in shape.rings]}
        case _:
            assert_never(shape)


def shape_from_json(fields: Fields) -> Circle | Polygon:
    """The shape that `shape_to_json` wrote."""
    if fields.has("circle"):
        circle = fields.inner("circle")
        return Circle(
            latitude_deg=circle.number("latitude_deg"),
            longitude_deg=circle.number("longitude_deg"),
            radius_m=circle.number("radius_m"),
        )
    rings = [_ring_from_json(item) for item in fields.items("polygon")]
    if not rings:
        raise RecordUnreadable("a polygon has at least one ring")
    return Polygon(rings[0].vertices, rings[0].arcs, tuple(rings[1:]))


def volume_from_json(value: object) -> Volume:
    """The volume that `volume_to_json` wrote."""
    fields = Fields(value)
    return Volume(
        shape=shape_from_json(fields),
        floor=_limit_from_json(fields.inner("floor")),
        ceiling=_limit_from_json(fields.inner("ceiling")),
        label=fields.text("label"),
    )


def _ring_to_json(ring: Ring) -> dict[str, object]:
    return {
        "vertices": [[float(latitude), float(longitude)] for latitude, longitude in ring.vertices],
        "arcs": [
            {
                "from_vertex": arc.from_vertex,
                "latitude_deg": float(arc.latitude_deg),
                "longitude_deg": float(arc.longitude_deg),
                "direction": str(arc.direction),
            }
            for arc in ring.arcs
        ],
    }


def _ring_from_json(value: object) -> Ring:
    fields = Fields(value)
    arcs = [Fields(item) for item in fields.items("arcs")]
    return Ring(
        vertices=tuple(_vertex(item) for item in fields.items("vertices")),
        arcs=tuple(
            Arc(
                from_vertex=arc.whole("from_vertex"),
                latitude_deg=arc.number("latitude_deg"),
                longitude_deg=arc.number("longitude_deg"),
                direction=ArcDirection(arc.text("direction")),
            )
            for arc in arcs
        ),
    )


def _vertex(value: object) -> tuple[float, float]:
    pair = as_list(value)
    if len(pair) != 2:
        raise RecordUnreadable("a vertex is a latitude and a longitude")
    return as_number(pair[0]), as_number(pair[1])


def _limit_to_json(limit: VerticalLimit) -> dict[str, object]:
    written: dict[str, object] = {"value_m": float(limit.value_m), "datum": str(limit.datum)}
    if limit.published is not None:
        written["published"] = {
            "value": float(limit.published.value),
            "unit": str(limit.published.unit),
            "text": limit.published.text,
        }
    return written


def _limit_from_json(fields: Fields) -> VerticalLimit:
    published = None
    if fields.has("published"):
        inner = fields.inner("published")
        unit = LimitUnit(inner.text("unit"))
        published = PublishedLimit(inner.number("value"), unit, inner.text("text"))
    return VerticalLimit(fields.number("value_m"), LimitDatum(fields.text("datum")), published)


def window_to_json(window: Window) -> dict[str, object]:
    """A window as plain JSON values; no end where it has none."""
    written: dict[str, object] = {
        "start_us": window.start_us,
        "recurrences": [
            {
                "days": [str(day) for day in one.days],
                "start": _time_to_json(one.start),
                "end": _time_to_json(one.end),
                "time_zone": one.time_zone,
            }
            for one in window.recurrences
        ],
    }
    return written if window.end_us is None else written | {"end_us": window.end_us}


def window_from_json(value: object) -> Window:
    """The window that `window_to_json` wrote."""
    fields = Fields(value)
    return Window(
        start_us=fields.whole("start_us"),
        end_us=fields.whole("end_us") if fields.has("end_us") else None,
        recurrences=tuple(_recurrence(Fields(item)) for item in fields.items("recurrences")),
    )


def _recurrence(fields: Fields) -> Recurrence:
    return Recurrence(
        days=tuple(Weekday(as_text(day)) for day in fields.items("days")),
        start=_time_from_json(fields.inner("start")),
        end=_time_from_json(fields.inner("end")),
        time_zone=fields.text("time_zone"),
    )


def _time_to_json(time: DayTime) -> dict[str, object]:
    return {"event": str(time.event), "offset_s": time.offset_s}


def _time_from_json(fields: Fields) -> DayTime:
    return DayTime(DayEvent(fields.text("event")), fields.whole("offset_s"))
