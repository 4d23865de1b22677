"""What people type: every form that is accepted, and the words for what is not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from broker.cli import values
from keepclear.v1 import volumes_pb2
from keepclear.v1 import volumes_pb2 as pb

numbers = st.floats(-400, 30_000, allow_nan=False).map(lambda number: round(number, 2))
latitudes = st.floats(-90, 90, allow_nan=False)
longitudes = st.floats(-180, 180, allow_nan=False)


@given(
    value=numbers,
    unit=st.sampled_from(["m", "ft", "M", "Ft"]),
    datum=st.sampled_from(["amsl", "agl", "hae", "AGL"]),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_every_limit_with_unit_and_datum_is_read_exactly(
    value: float, unit: str, datum: str, gap: str
) -> None:
    # REQ-RES: a limit always has a datum, and feet are converted by their definition.
    limit = values.vertical_limit(f"{value:.2f}{unit}{gap}{datum}")
    assert limit.datum == getattr(pb, f"LIMIT_DATUM_{datum.upper()}")
    assert limit.value_m == pytest.approx(value * (0.3048 if unit.lower() == "ft" else 1.0))


def test_words_for_limits() -> None:
    assert values.vertical_limit("surface").datum == volumes_pb2.LIMIT_DATUM_SURFACE
    assert values.vertical_limit(" UNLIMITED ").datum == volumes_pb2.LIMIT_DATUM_UNLIMITED


@pytest.mark.parametrize(
    "text",
    ["", "400", "400ft", "ft amsl", "400 amsl", "FL100", "400ft qnh", "nanm amsl", "1e3m agl"],
)
def test_a_limit_without_unit_or_datum_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="value with unit and datum"):
        values.vertical_limit(text)


@given(st.text(max_size=20))
def test_limits_and_durations_raise_nothing_but_value_error(text: str) -> None:
    for parse in (values.vertical_limit, values.duration_s, values.instant_us, values.area):
        try:
            parse(text)
        except ValueError as error:
            assert str(error)  # noqa: PT017 - not raising is as good


@given(
    days=st.integers(0, 50),
    hours=st.integers(0, 23),
    minutes=st.integers(0, 59),
    s=st.integers(1, 59),
)
def test_a_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, s: int) -> None:
    expected = timedelta(days=days, hours=hours, minutes=minutes, seconds=s).total_seconds()
    assert values.duration_s(f"{days}d{hours}h{minutes}m{s}s") == expected


@pytest.mark.parametrize(("text", "expected_s"), [("30m", 1800), ("2h", 7200), ("1H30M", 5400)])
def test_durations_as_people_write_them(text: str, expected_s: int) -> None:
    assert values.duration_s(text) == expected_s


@pytest.mark.parametrize("text", ["", "30", "m", "-30m", "1.5h", "30m2h"])
def test_what_is_not_a_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration: write 90s, 30m"):
        values.duration_s(text)


@pytest.mark.parametrize("text", ["0m", "57d", "999999999999h"])
def test_durations_out_of_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="at most 56 days"):
        values.duration_s(text)


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),  # noqa: DTZ001
    st.integers(-12 * 60, 14 * 60),
)
def test_instants_are_exact_to_the_microsecond(naive: datetime, offset_minutes: int) -> None:
    zone = timezone(timedelta(minutes=offset_minutes))
    moment = naive.replace(tzinfo=zone)
    exact_us = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert values.instant_us(moment.isoformat()) == exact_us


def test_now_and_zoneless_times() -> None:
    assert values.instant_us("NOW") is None
    with pytest.raises(ValueError, match="names no time zone: add Z"):
        values.instant_us("2026-06-01T14:00")
    with pytest.raises(ValueError, match="is not a time"):
        values.instant_us("tomorrow")


@given(latitudes, longitudes, st.floats(0.1, 100_000))
def test_circles(latitude_deg: float, longitude_deg: float, radius_m: float) -> None:
    circle = values.circle(f"{latitude_deg!r},{longitude_deg!r},{radius_m!r}")
    assert (circle.center.latitude_deg, circle.center.longitude_deg) == (
        latitude_deg,
        longitude_deg,
    )
    assert circle.radius_m == radius_m


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("51.5,-0.1", "must read LAT,LON,RADIUS_M"),
        ("51.5,-0.1,x", "must read"),
        ("51.5,-0.1,nan", "must read"),
        ("51.5,-0.1,0", "radius must be above 0"),
        ("151.5,-0.1,10", "latitude .* comes first"),
    ],
)
def test_bad_circles(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        values.circle(text)


@given(st.lists(st.tuples(latitudes, longitudes), min_size=3, max_size=20))
def test_polygons_open_or_closed_are_the_same(points: list[tuple[float, float]]) -> None:
    text = " ".join(f"{lat!r},{lon!r}" for lat, lon in points)
    if points[0] != points[-1]:
        closed = f"{text} {points[0][0]!r},{points[0][1]!r}"
        assert values.polygon(closed) == values.polygon(text)
        assert [(v.latitude_deg, v.longitude_deg) for v in values.polygon(text).vertices] == points


@pytest.mark.parametrize("count", [0, 2, 1_001])
def test_polygons_have_3_to_1000_corners(count: int) -> None:
    with pytest.raises(ValueError, match="3 to 1000 vertices"):
        values.polygon(" ".join(f"{index / 100},0" for index in range(count)))


def test_areas() -> None:
    area = values.area("51.2,-0.6,51.8,0.4")
    assert (area.south_deg, area.east_deg) == (51.2, 0.4)
    for text in ("51.8,-0.6,51.2,0.4", "51.2,0.4,51.8,-0.6"):
        with pytest.raises(ValueError, match="south must be below north"):
            values.area(text)
    with pytest.raises(ValueError, match="must read SOUTH,WEST"):
        values.area("1,2,3")
    with pytest.raises(ValueError, match="is not on Earth"):
        values.area("51,-0.6,95,0")


def test_names_and_addresses() -> None:
    assert values.system_name("agencies/met/systems/desk-1") == "agencies/met/systems/desk-1"
    with pytest.raises(ValueError, match=r"agencies/{agency}/systems/{system}"):
        values.system_name("met")
    assert values.host_and_port("broker.example:443") == "broker.example:443"
    assert values.host_and_port("[::1]:50051") == "[::1]:50051"
    for text in ("localhost", ":50051", "host:", "host:x", "host:\N{SUPERSCRIPT TWO}"):
        with pytest.raises(ValueError, match="is not an address"):
            values.host_and_port(text)
    with pytest.raises(ValueError, match="1 to 65535"):
        values.host_and_port("host:70000")


def test_an_option_parser_makes_usage_errors_with_the_same_words() -> None:
    parse = values.option_parser(values.duration_s)
    assert parse("2h") == 7200
    assert parse(60) == 60
    with pytest.raises(typer.BadParameter, match="is not a duration"):
        parse("soon")


def test_an_emergency_is_small_unless_it_says_otherwise() -> None:
    assert values.emergency_circle("51.5,-0.1").radius_m == values.EMERGENCY_RADIUS_M == 500.0
    assert values.emergency_circle("51.5,-0.1,800").radius_m == 800.0
    for wrong in ("51.5", "51.5,-0.1,0", "51.5,-0.1,800,1", "here"):
        with pytest.raises(ValueError, match="must"):
            values.emergency_circle(wrong)
