"""Rows as restrictions of the contract: what the broker's own checks take, and at which times."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.geozones import contract, ground, notam, sources, timetable
from adapters.geozones.mirror import Mirrored, mirror
from adapters.geozones.model import Event, Moment, Period, Position, Window
from adapters.geozones.report import Outcome, Reason, Unreadable
from keepclear.v1 import restrictions_pb2 as pb
from keepclear.v1 import schedules_pb2 as schedules
from keepclear.v1 import volumes_pb2 as volumes
from tests.adapters.geozones import documents

DAY_US = 86_400 * 1_000_000
HOUR_US = 3_600 * 1_000_000


def mirrored(data: bytes) -> Mirrored:
    return mirror(sources.decode(data), "caa", "pond")


def test_a_notam_as_a_restriction() -> None:
    text = (
        "TEMPO AREA WI 1.5NM RADIUS OF 513000N 0001000E (MILL POND). EMERG ACFT MAY ENTER IN"
        " ACCORDANCE WITH LOCAL DECONFLICTION AGREEMENTS. FOR INFO 01234 567890."
    )
    (found,) = mirrored(documents.notam(hours="0600-2200", text=text)).restrictions
    assert found.name == "agencies/caa/restrictions/pond-j0001-26"
    assert found.kind == pb.RESTRICTION_KIND_STATUTORY
    assert (found.source.source_id, found.source.item_id) == ("pond", "J0001/26")
    assert "0600-2200" in found.source.text
    assert found.volumes[0].circle.radius_m == pytest.approx(2_778.0)
    ceiling = found.volumes[0].ceiling
    assert (ceiling.datum, ceiling.published.text) == (volumes.LIMIT_DATUM_AMSL, "1500FT AMSL")
    (hours,) = found.windows[0].recurrences
    assert (hours.start.offset_s, hours.end.offset_s) == (21_600, 79_200)
    (exemption,) = found.exemptions
    assert exemption.beneficiary == "EMERG ACFT"
    assert exemption.conditions == "in accordance with local deconfliction agreement"
    assert list(exemption.agencies) == []
    assert found.contact == "01234 567890"
    assert found.reading.quality == pb.READING_QUALITY_EXACT


def test_an_unread_notam_says_so_and_keeps_its_text() -> None:
    (found,) = mirrored(documents.notam(text="SEE THE CHART\x07")).restrictions
    assert found.reading.quality == pb.READING_QUALITY_UNREAD
    assert found.reading.how
    assert "SEE THE CHART" in found.source.text
    assert "\x07" not in found.source.text


def test_arcs_and_holes_are_carried() -> None:
    (_, weir) = mirrored(documents.OPENAIR).restrictions
    (arc,) = weir.volumes[0].polygon.arcs
    assert arc.from_vertex == 1
    assert arc.direction == volumes.ARC_DIRECTION_CLOCKWISE
    assert arc.center.latitude_deg == pytest.approx(51 + 40 / 60)


def test_an_area_wider_than_the_broker_warns_about_is_named_in_answers() -> None:
    wide = documents.notam(text="WI 80NM RADIUS OF 513000N 0001000E", disc="5130N00010E080")
    result = mirrored(wide)
    (found,) = result.restrictions
    assert result.rows[0].outcome is Outcome.APPROXIMATED
    assert "raises no alerts" in result.rows[0].coarser[-1]
    assert found.reading.quality == pb.READING_QUALITY_UNREAD
    assert found.entry_rule == pb.ENTRY_RULE_INFORMATION
    assert found.volumes[0].circle.radius_m == pytest.approx(80 * 1_852.0, abs=1_200.0)
    assert found.volumes[0].circle.radius_m > 80 * 1_852.0
    assert found.volumes[0].ceiling.datum == volumes.LIMIT_DATUM_UNLIMITED
    assert "80NM RADIUS" in found.source.text


def test_a_wide_polygon_lies_in_its_disc() -> None:
    corners = [(50.0, -4.0), (50.2, 1.0), (53.5, 1.5), (53.0, -3.0)]
    text = " - ".join(
        f"{int(lat):02d}{round(lat % 1 * 60):02d}00N"
        f" {int(abs(lon)):03d}{round(abs(lon) % 1 * 60):02d}00{'E' if lon >= 0 else 'W'}"
        for lat, lon in [*corners, corners[0]]
    )
    (found,) = mirrored(documents.notam(text=f"AREA BOUNDED BY {text}")).restrictions
    circle = found.volumes[0].circle
    center = Position(circle.center.latitude_deg, circle.center.longitude_deg)
    reach_m = [ground.distance_m(center, Position(*corner)) for corner in corners]
    assert max(reach_m) < circle.radius_m < max(reach_m) + 5_000.0


def test_an_area_that_no_disc_holds_is_refused_by_name() -> None:
    wide = documents.notam(text="WI 300NM RADIUS OF 513000N 0001000E", disc="5130N00010E300")
    result = mirrored(wide)
    assert result.restrictions == ()
    assert result.rows[0].refusal is Reason.TOO_LARGE
    assert result.listed_item_ids == ("J0001/26",)


@given(item=st.text(min_size=1, max_size=60), other=st.text(min_size=1, max_size=60))
def test_identifiers_are_valid_steady_and_apart(item: str, other: str) -> None:
    made = contract.restriction_id("pond", item)
    assert made == contract.restriction_id("pond", item)
    assert 1 <= len(made) <= 40
    assert made.strip("-") == made
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    if item != other:
        assert made != contract.restriction_id("pond", other)


def _us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def test_dates_become_windows_from_the_first_start_to_the_last_end() -> None:
    data = documents.notam(
        start="2509281800", end="2510012359", hours="SEP 28-30 1800-0400, OCT 01 1800-2359"
    )
    zone = notam.decode(data).items[0].zone
    assert zone is not None
    first, second = timetable.windows(zone.windows)
    assert first.start_us == _us("2025-09-28T18:00")
    assert first.end_us == _us("2025-10-01T04:00")
    assert second.start_us == _us("2025-10-01T18:00")
    assert second.end_us == _us("2025-10-01T23:59")


def active(windows: list[schedules.Window], at_us: int) -> bool:
    """Whether clock hours of the contract hold at a moment: the slow, obvious way."""
    for window in windows:
        if at_us < window.start_us or (window.HasField("end_us") and at_us >= window.end_us):
            continue
        if not window.recurrences:
            return True
        for hours in window.recurrences:
            for day in (at_us // DAY_US - 1, at_us // DAY_US):
                weekday = (day + 3) % 7 + 1
                if hours.days and weekday not in hours.days:
                    continue
                start = day * DAY_US + hours.start.offset_s * 1_000_000
                end = day * DAY_US + hours.end.offset_s * 1_000_000
                end += DAY_US if hours.end.offset_s <= hours.start.offset_s else 0
                if start <= at_us < end:
                    return True
    return False


def published(window: Window, at_us: int) -> bool:
    """The same from the periods as read."""
    assert window.start_us is not None
    assert window.end_us is not None
    if not window.start_us <= at_us < window.end_us:
        return False
    for period in window.periods:
        for day in (at_us // DAY_US - 1, at_us // DAY_US):
            if period.weekdays and (day + 3) % 7 + 1 not in period.weekdays:
                continue
            if period.first_day is not None and day < period.first_day:
                continue
            if period.last_day is not None and day > period.last_day:
                continue
            if day in period.except_days:
                continue
            start = day * DAY_US + period.start.seconds * 1_000_000
            end = day * DAY_US + period.end.seconds * 1_000_000
            end += DAY_US if period.end.seconds <= period.start.seconds else 0
            if start <= at_us < end:
                return True
    return False


FIRST_DAY = 20_500
_periods = st.builds(
    lambda start, end, weekdays, first, length, excepted: Period(
        Moment(start * 3_600),
        Moment(end * 3_600),
        tuple(sorted(weekdays)),
        None if first is None else FIRST_DAY + first,
        None if first is None else FIRST_DAY + first + length,
        tuple(sorted(FIRST_DAY + day for day in excepted)),
    ),
    st.integers(0, 23),
    st.integers(0, 24),
    st.sets(st.integers(1, 7), max_size=3),
    st.none() | st.integers(0, 8),
    st.integers(0, 4),
    st.sets(st.integers(0, 10), max_size=3),
)


@pytest.mark.req("REQ-IMP-003")
@settings(max_examples=60, deadline=None)
@given(
    periods=st.lists(_periods, min_size=1, max_size=4),
    start_h=st.integers(0, 40),
    length_h=st.integers(1, 240),
)
def test_windows_hold_exactly_when_the_periods_do(
    periods: list[Period], start_h: int, length_h: int
) -> None:
    start_us = FIRST_DAY * DAY_US + start_h * HOUR_US
    window = Window(start_us, start_us + length_h * HOUR_US, tuple(periods))
    moments = range(start_us - DAY_US, start_us + 12 * DAY_US, HOUR_US)
    expected = [published(window, at) for at in moments]
    try:
        windows = timetable.windows((window,))
    except Unreadable:
        assert not any(expected)
        return
    assert [active(windows, at) for at in moments] == expected


def test_hours_that_move_with_the_sun() -> None:
    overnight = Period(Moment(1_800, Event.SUNSET), Moment(0, Event.SUNRISE), (), 100, 101)
    (window,) = timetable.windows((Window(0, None, (overnight,)),))
    assert window.start_us == 100 * DAY_US + 12 * HOUR_US
    assert window.end_us == 102 * DAY_US + 12 * HOUR_US
    (hours,) = window.recurrences
    assert hours.start.event == schedules.DAY_EVENT_SUNSET
    assert hours.start.offset_s == 1_800
