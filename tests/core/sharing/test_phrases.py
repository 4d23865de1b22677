"""Numbers as people read them: steps, rounding, and what is never claimed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.alerts import AlertGeometry
from broker.core.sharing import phrases
from broker.core.units import FOOT_M, NAUTICAL_MILE_M

SEEN = AlertGeometry(
    range_m=400.0,
    bearing_deg=90.0,
    relative_height_m=-200.0 * FOOT_M,
    relative_height_doubt_m=41.0 * FOOT_M,
    time_to_loss_s=24.6,
    time_to_closest_s=30.0,
    closest_range_m=20.0,
    closing_speed_mps=12.0,
    picture_age_s=1.2,
)


@pytest.mark.parametrize(
    ("range_m", "words"),
    [(0.0, "10 m"), (14.9, "10 m"), (15.0, "20 m"), (994.9, "990 m"), (995.0, "1.0 km"),
     (12_340.0, "12.3 km")],
)  # fmt: skip
def test_a_distance_is_never_nothing(range_m: float, words: str) -> None:
    assert phrases.distance(range_m) == words


@pytest.mark.parametrize(
    ("miles", "words"),
    [(0.0, "less than a quarter mile"), (0.25, "quarter of a mile"), (0.5, "half a mile"),
     (0.75, "three quarters of a mile"), (1.2, "one mile"), (1.5, "2 miles")],
)  # fmt: skip
def test_crews_are_given_quarters_of_a_mile_and_then_miles(miles: float, words: str) -> None:
    assert phrases.nautical_miles(miles * NAUTICAL_MILE_M) == words


@pytest.mark.parametrize(
    ("height_ft", "doubt_ft", "words"),
    [(-200.0, 41.0, "200 ft below, give or take 50 ft"),
     (24.0, 0.0, "same height, give or take 10 ft"),
     (26.0, None, "50 ft above, doubt of height unknown"),
     (None, 20.0, "height unknown")],
)  # fmt: skip
def test_a_height_comes_with_its_doubt(
    height_ft: float | None, doubt_ft: float | None, words: str
) -> None:
    seen = replace(
        SEEN,
        relative_height_m=None if height_ft is None else height_ft * FOOT_M,
        relative_height_doubt_m=None if doubt_ft is None else doubt_ft * FOOT_M,
    )
    assert phrases.height(seen) == words


@given(course_deg=st.floats(0.0, 360.0))
def test_the_clock_turns_with_the_course(course_deg: float) -> None:
    assert phrases.clock_code(course_deg, course_deg) == "twelve o'clock"
    assert phrases.clock_code(course_deg + 90.0, course_deg) == "three o'clock"


def test_directions_go_round() -> None:
    assert [phrases.compass(one) for one in (0.0, 44.0, 200.0, 350.0, -90.0)] == [
        "north", "north-east", "south", "north", "west",
    ]  # fmt: skip


def test_time_and_age_are_whole_seconds() -> None:
    assert phrases.times(SEEN) == ["25 s"]
    assert phrases.times(replace(SEEN, time_to_loss_s=0.4)) == ["now"]
    assert phrases.times(replace(SEEN, time_to_loss_s=None)) == []
    # Rounded up: a picture is never told younger than it is.
    assert phrases.picture_age(SEEN) == "Picture 2 s old."
