import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepclear.client import build
from keepclear.v1 import common_pb2


@pytest.mark.parametrize(
    ("track_deg", "east", "north"), [(0, 0, 10), (90, 10, 0), (180, 0, -10), (270, -10, 0)]
)
def test_track_is_clockwise_from_north(track_deg: float, east: float, north: float) -> None:
    assert build.east_north_mps(10.0, track_deg) == pytest.approx((east, north), abs=1e-9)


@given(st.floats(0, 400), st.floats(0, 360))
def test_speed_survives_being_split(speed_mps: float, track_deg: float) -> None:
    east, north = build.east_north_mps(speed_mps, track_deg)
    assert math.hypot(east, north) == pytest.approx(speed_mps, abs=1e-9)


def test_units_are_exact_by_definition() -> None:
    assert build.knots_to_mps(3600.0) == pytest.approx(1852.0)
    assert build.feet_to_m(1000.0) == pytest.approx(304.8)
    assert build.feet_per_minute_to_mps(60.0) == pytest.approx(0.3048)


def test_what_is_not_known_is_not_set() -> None:
    made = build.report("d", latitude_deg=51.0, longitude_deg=0.0, time_of_validity_us=5)
    unset = ("altitude_m", "height_m", "velocity_east_mps", "vertical_speed_mps")
    assert not any(made.HasField(name) for name in unset)
    assert made.source == common_pb2.REPORT_SOURCE_TELEMETRY


def test_a_height_of_zero_is_known() -> None:
    made = build.report(
        "d",
        latitude_deg=51.0,
        longitude_deg=0.0,
        time_of_validity_us=5,
        altitude=(0.0, common_pb2.ALTITUDE_DATUM_AMSL),
        height=(0.0, common_pb2.HEIGHT_REFERENCE_TAKEOFF),
        velocity_mps=(0.0, 0.0),
    )
    assert made.HasField("altitude_m")
    assert made.HasField("height_m")
    assert made.HasField("velocity_north_mps")
    assert made.altitude_datum == common_pb2.ALTITUDE_DATUM_AMSL


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="latitude_deg"):
        build.report("d", latitude_deg=value, longitude_deg=0.0, time_of_validity_us=5)
    with pytest.raises(ValueError, match="altitude"):
        build.report(
            "d",
            latitude_deg=51.0,
            longitude_deg=0.0,
            time_of_validity_us=5,
            altitude=(value, common_pb2.ALTITUDE_DATUM_HAE),
        )
