"""What is refused about a volume: its shape, its floor and its ceiling."""

from collections.abc import Iterator
from typing import Final, assert_never

from broker.core.errors import Refusal
from broker.core.geodesy.ground import LONDON, Ground
from broker.core.restrictions.drafting_rings import check_circle, check_polygon
from broker.core.restrictions.drafting_texts import check_text
from broker.core.restrictions.prism import LocalFrame, frame_of, vertical_bounds
from broker.core.restrictions.shapes import (
    CIRCLE_RADIUS_M_MAX,
    LABEL_LENGTH_MAX,
    LIMIT_TEXT_LENGTH_MAX,
    Circle,
    LimitDatum,
    LimitUnit,
    Polygon,
    VerticalLimit,
    Volume,
)

LIMIT_M_MIN: Final = -8_000.0
LIMIT_M_MAX: Final = 100_000.0
"""ASTM F3548-21 altitudes run from -8,000 to 100,000 m."""


def check_volume(
    field: str,
    volume: Volume,
    ground: Ground = LONDON,
    radius_m_max: float = CIRCLE_RADIUS_M_MAX,
) -> Iterator[Refusal]:
    """Everything wrong with one volume; `field` names it as the contract does."""
    match volume.shape:
        case Circle():
            shape_refusals = list(check_circle(f"{field}.circle", volume.shape, radius_m_max))
        case Polygon():
            shape_refusals = list(check_polygon(f"{field}.polygon", volume.shape))
        case _:
            assert_never(volume.shape)
    limit_refusals = [
        *_check_limit(f"{field}.floor", volume.floor, LimitDatum.UNLIMITED, "ceiling"),
        *_check_limit(f"{field}.ceiling", volume.ceiling, LimitDatum.SURFACE, "floor"),
    ]
    yield from shape_refusals
    yield from limit_refusals
    yield from check_text(f"{field}.label", volume.label, LABEL_LENGTH_MAX, required=False)
    if not shape_refusals and not limit_refusals:
        yield from _check_order(field, volume, ground)


def _check_limit(
    field: str, limit: VerticalLimit, misplaced: LimitDatum, its_place: str
) -> Iterator[Refusal]:
    if not isinstance(limit.datum, LimitDatum):
        yield Refusal(f"{field}.datum", "is required: there is no vertical limit without a datum")
    elif limit.datum is misplaced:
        yield Refusal(f"{field}.datum", f"{misplaced.value} is only possible as a {its_place}")
    elif limit.datum in {LimitDatum.SURFACE, LimitDatum.UNLIMITED}:
        pass
    elif not LIMIT_M_MIN <= limit.value_m <= LIMIT_M_MAX:
        reason = f"must lie between {LIMIT_M_MIN:.0f} and {LIMIT_M_MAX:.0f} m"
        yield Refusal(f"{field}.value_m", reason)
    elif limit.datum is LimitDatum.AGL and limit.value_m < 0.0:
        yield Refusal(f"{field}.value_m", "must not be below ground")
    yield from _check_published(f"{field}.published", limit)


def _check_published(field: str, limit: VerticalLimit) -> Iterator[Refusal]:
    if limit.published is None:
        return
    if not isinstance(limit.published.unit, LimitUnit):
        yield Refusal(f"{field}.unit", "is required beside a published value")
    text = limit.published.text
    yield from check_text(f"{field}.text", text, LIMIT_TEXT_LENGTH_MAX, required=False)


def _check_order(field: str, volume: Volume, ground: Ground) -> Iterator[Refusal]:
    """The floor must lie under the ceiling: as published, or as converted where datums differ."""
    floor, ceiling = volume.floor, volume.ceiling
    if floor.datum is ceiling.datum:
        crossed = floor.value_m >= ceiling.value_m
    else:
        shape = volume.shape
        frame = (
            LocalFrame.at(shape.latitude_deg, shape.longitude_deg)
            if isinstance(shape, Circle)
            else frame_of(shape)
        )
        low, high = vertical_bounds(volume, frame, ground)
        crossed = low.value_hae_m >= high.value_hae_m
    if crossed:
        yield Refusal(f"{field}.ceiling", "must lie above the floor")
    elif ceiling.datum is LimitDatum.AGL and ceiling.value_m == 0.0:
        yield Refusal(f"{field}.ceiling.value_m", "must be above ground")
