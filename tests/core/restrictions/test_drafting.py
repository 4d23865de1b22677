"""Every kind of bad draft is refused, by the field the contract names."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.errors import Refused
from broker.core.names import RestrictionName
from broker.core.restrictions.drafting import accept, check
from broker.core.restrictions.drafting_parties import EXEMPT_AGENCIES_MAX
from broker.core.restrictions.model import (
    RESTRICTION_DURATION_S_MAX,
    TEXT_LENGTH_MAX,
    RestrictionDraft,
    RestrictionState,
)
from broker.core.restrictions.periods import (
    DayEvent,
    DayTime,
    Recurrence,
    Window,
)
from broker.core.restrictions.shapes import (
    CIRCLE_RADIUS_M_MAX,
    Circle,
    LimitDatum,
    Polygon,
    VerticalLimit,
)
from broker.core.units import DAY_US, MINUTE_US, SECOND_US
from tests.core.restrictions.scenes import (
    AGENCIES,
    NOW_US,
    SURFACE,
    UNLIMITED,
    circle,
    draft,
    polygon,
    volume,
)

BOW_TIE = polygon((0, 0), (1000, 1000), (1000, 0), (0, 1000))
SPIKE = polygon((0, 0), (1000, 0), (1000, 1000), (1000, 0), (0, -1000))
LINE = polygon((0, 0), (1000, 0), (2000, 0))
CLOSED = Polygon((*polygon((0, 0), (1000, 0), (0, 1000)).vertices, *polygon((0, 0)).vertices))
HAE, AMSL, AGL = LimitDatum.HAE, LimitDatum.AMSL, LimitDatum.AGL
VOLUME = "restriction.volumes[0]"
CIRCLE = f"{VOLUME}.circle"
RING = f"{VOLUME}.polygon.vertices"


def many_vertices(count: int) -> Polygon:
    turns = [2.0 * math.pi * k / count for k in range(count)]
    return polygon(*((900 * math.cos(t), 900 * math.sin(t)) for t in turns))


def fields(bad: RestrictionDraft) -> list[str]:
    return [refusal.field for refusal in check(bad, NOW_US, AGENCIES)]


def with_shape(shape: Circle | Polygon) -> RestrictionDraft:
    return draft(volumes=(volume(shape),))


def with_limits(floor: VerticalLimit, ceiling: VerticalLimit) -> RestrictionDraft:
    return draft(volumes=(volume(circle(), floor, ceiling),))


@pytest.mark.parametrize(
    ("shape", "field"),
    [
        (Circle(math.nan, 0.1, 500.0), f"{CIRCLE}.center.latitude_deg"),
        (Circle(51.5, math.inf, 500.0), f"{CIRCLE}.center.longitude_deg"),
        (Circle(91.0, 0.1, 500.0), f"{CIRCLE}.center.latitude_deg"),
        (Circle(51.5, 180.5, 500.0), f"{CIRCLE}.center.longitude_deg"),
        (Circle(89.0, 0.1, 500.0), f"{CIRCLE}.center.latitude_deg"),
        (Circle(0.0, 0.0, 500.0), f"{CIRCLE}.center"),
        (Circle(84.9, 0.1, 50_000.0), CIRCLE),
        (Circle(51.5, 179.9, 50_000.0), CIRCLE),
        (Circle(51.5, -0.1, 0.0), f"{CIRCLE}.radius_m"),
        (Circle(51.5, -0.1, -5.0), f"{CIRCLE}.radius_m"),
        (Circle(51.5, -0.1, math.nan), f"{CIRCLE}.radius_m"),
        (Circle(51.5, -0.1, CIRCLE_RADIUS_M_MAX + 1.0), f"{CIRCLE}.radius_m"),
        (polygon((0, 0), (1000, 0)), RING),
        (many_vertices(1_001), RING),
        (Polygon(((51.5, 0.0), (math.nan, 0.1), (51.6, 0.1))), f"{RING}[1].latitude_deg"),
        (Polygon(((51.5, 0.0), (51.6, 0.1), (0.0, 0.0))), f"{RING}[2]"),
        (Polygon(((51.5, 179.9), (51.6, -179.9), (51.7, 179.9))), RING),
        (Polygon(((50.0, -3.0), (55.0, -3.0), (55.0, 1.0))), RING),
        (BOW_TIE, RING),
        (SPIKE, RING),
        (LINE, RING),
        (CLOSED, RING),
        (polygon((0, 0), (0.1, 0), (0, 0.1)), RING),
    ],
)
def test_bad_shapes(shape: Circle | Polygon, field: str) -> None:
    # REQ-RES-001
    assert fields(with_shape(shape)) == [field]


@pytest.mark.parametrize(
    ("floor", "ceiling", "field"),
    [
        (VerticalLimit(math.nan, AMSL), UNLIMITED, "floor.value_m"),
        (SURFACE, VerticalLimit(math.inf, HAE), "ceiling.value_m"),
        (SURFACE, VerticalLimit(100_001.0, HAE), "ceiling.value_m"),
        (VerticalLimit(-1.0, AGL), UNLIMITED, "floor.value_m"),
        (SURFACE, VerticalLimit(0.0, AGL), "ceiling.value_m"),
        (VerticalLimit(0.0, LimitDatum.UNLIMITED), UNLIMITED, "floor.datum"),
        (SURFACE, VerticalLimit(0.0, LimitDatum.SURFACE), "ceiling.datum"),
        (VerticalLimit(0.0, ""), UNLIMITED, "floor.datum"),  # type: ignore[arg-type]
        (VerticalLimit(100.0, AMSL), VerticalLimit(100.0, AMSL), "ceiling"),
        (VerticalLimit(200.0, AGL), VerticalLimit(100.0, AGL), "ceiling"),
        # 100 m AMSL is 145.95 m above the ellipsoid in London.
        (VerticalLimit(100.0, AMSL), VerticalLimit(145.0, HAE), "ceiling"),
        (VerticalLimit(500.0, AMSL), VerticalLimit(120.0, AGL), "ceiling"),
    ],
)
def test_bad_limits(floor: VerticalLimit, ceiling: VerticalLimit, field: str) -> None:
    # REQ-RES-002
    assert fields(with_limits(floor, ceiling)) == [f"{VOLUME}.{field}"]


def test_limits_on_different_datums_are_compared_after_conversion() -> None:
    assert fields(with_limits(VerticalLimit(100.0, AMSL), VerticalLimit(147.0, HAE))) == []
    assert fields(with_limits(VerticalLimit(50.0, AGL), VerticalLimit(120.0, AMSL))) == []


@pytest.mark.parametrize(
    ("windows", "field"),
    [
        ((), "windows"),
        (tuple(Window(NOW_US + k, NOW_US + k + 1) for k in range(201)), "windows"),
        ((Window(NOW_US + 5, NOW_US + 5),), "windows[0].end_us"),
        ((Window(NOW_US + 5, NOW_US + 4),), "windows[0].end_us"),
        ((Window(NOW_US - 10, NOW_US),), "windows[0].end_us"),
        ((Window(-1, NOW_US + 5),), "windows[0].start_us"),
        ((Window(NOW_US, NOW_US + 57 * DAY_US),), "windows[0].end_us"),
        ((Window(NOW_US + 5, NOW_US + 9), Window(NOW_US, NOW_US + 6)), "windows[0]"),
    ],
)
def test_bad_windows(windows: tuple[Window, ...], field: str) -> None:
    # REQ-RES-003
    assert fields(draft(windows=windows)) == [f"restriction.{field}"]


@pytest.mark.parametrize("name", ["title", "reason", "contact"])
@pytest.mark.parametrize("text", ["", "  \n", "x" * (TEXT_LENGTH_MAX + 1), "a\x00b", "a\x1b[31m"])
def test_bad_texts(name: str, text: str) -> None:
    assert fields(draft(**{name: text})) == [f"restriction.{name}"]


def test_a_request_may_end_as_late_as_this() -> None:
    latest_us = NOW_US + RESTRICTION_DURATION_S_MAX * SECOND_US
    assert fields(draft(windows=(Window(NOW_US, latest_us),))) == []
    assert fields(draft(windows=(Window(NOW_US, latest_us + 1),))) == [
        "restriction.windows[0].end_us"
    ]


def test_windows_that_overlap_are_told_whatever_stands_between_them() -> None:
    def window(start: int, end: int, *recurrences: Recurrence) -> Window:
        return Window(NOW_US + start * MINUTE_US, NOW_US + end * MINUTE_US, recurrences)

    every_day = Recurrence((), DayTime(DayEvent.MIDNIGHT, 0), DayTime(DayEvent.MIDNIGHT, 60))
    long, inside, late = window(0, 100), window(10, 20), window(50, 60)
    assert fields(draft(windows=(late, inside, long))) == [
        "restriction.windows[1]",
        "restriction.windows[0]",
    ]
    between = window(10, 200, every_day)
    assert fields(draft(windows=(long, between, late))) == ["restriction.windows[2]"]
    assert fields(draft(windows=(long, between, window(100, 110)))) == []


def test_bad_audiences() -> None:
    unknown = fields(draft(exempt_agencies=("met-police", "navy")))
    assert unknown == ["restriction.exempt_agencies[1]"]
    assert fields(draft(exempt_agencies=("hems", "hems"))) == ["restriction.exempt_agencies[1]"]
    assert fields(draft(exempt_agencies=("Not An Id",))) == ["restriction.exempt_agencies[0]"]
    too_many = tuple(f"a{k}" for k in range(EXEMPT_AGENCIES_MAX + 1))
    assert fields(draft(exempt_agencies=too_many)) == ["restriction.exempt_agencies"]
    assert fields(draft(applies_to="")) == ["restriction.applies_to"]
    assert check(draft(exempt_agencies=("navy",)), NOW_US, None) == ()


def test_bad_names_and_volume_counts() -> None:
    assert fields(replace(draft(), name=RestrictionName("lfb", "A/B"))) == ["restriction.name"]
    assert fields(draft(volumes=())) == ["restriction.volumes"]
    assert fields(draft(volumes=(volume(circle()),) * 21)) == ["restriction.volumes"]


def test_every_fault_is_told_at_once_and_changes_nothing() -> None:
    bad = draft(title="", volumes=(volume(circle()), volume(LINE)), windows=())
    expected = ["restriction.title", "restriction.volumes[1].polygon.vertices"]
    assert fields(bad) == [*expected, "restriction.windows"]
    with pytest.raises(Refused) as refused:
        accept(bad, NOW_US, AGENCIES)
    assert len(refused.value.refusals) == 3


def test_a_sound_draft_is_accepted_in_one_spelling() -> None:
    later = Window(NOW_US + 5 * MINUTE_US, NOW_US + 6 * MINUTE_US)
    soon = Window(NOW_US + MINUTE_US, NOW_US + 5 * MINUTE_US)
    unlimited = VerticalLimit(math.nan, LimitDatum.UNLIMITED)
    made = accept(
        draft(
            title=" Fire ",
            windows=(later, soon),
            exempt_agencies=("met-police", "hems"),
            volumes=(volume(many_vertices(1_000), SURFACE, unlimited),),
        ),
        NOW_US,
        AGENCIES,
    )
    assert (made.state, made.version) == (RestrictionState.PLANNED, 1)
    assert made.draft.windows == (soon, later)
    assert made.draft.title == "Fire"
    assert made.draft.exempt_agencies == ("hems", "met-police")
    assert made.draft.volumes[0].ceiling == UNLIMITED
    assert accept(draft(), NOW_US, AGENCIES).state is RestrictionState.ACTIVE


@given(st.floats(), st.floats(), st.floats())
def test_no_circle_breaks_the_check(
    latitude_deg: float, longitude_deg: float, radius_m: float
) -> None:
    good = fields(with_shape(Circle(latitude_deg, longitude_deg, radius_m))) == []
    assert good <= all(map(math.isfinite, (latitude_deg, longitude_deg, radius_m)))


def test_vertices_are_limited_over_all_volumes() -> None:
    # REQ-LIM-020: a restriction fits one feed message.
    surface = VerticalLimit(0.0, LimitDatum.SURFACE)
    unlimited = VerticalLimit(0.0, LimitDatum.UNLIMITED)
    half = volume(many_vertices(501), surface, unlimited)
    assert fields(draft(volumes=(half, half))) == ["restriction.volumes"]
