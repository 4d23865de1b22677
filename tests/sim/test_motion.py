import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import SECOND_US
from sim.motion import Circle, Line, Path, Point, State, Status, hover, straight

A = Point(0.0, 0.0, 50.0)
B = Point(3_000.0, 4_000.0, 50.0)


def away_m(state: State, point: Point) -> float:
    return math.dist(
        (state.east_m, state.north_m, state.amsl_m), (point.east_m, point.north_m, point.amsl_m)
    )


def test_a_straight_line_takes_length_over_speed_and_half_its_ramps() -> None:
    line = straight(A, B, 20.0, ramp_in_s=8.0, ramp_out_s=4.0)
    assert line.duration_us == round((5_000 / 20 + 6) * SECOND_US)
    middle = line.at(line.duration_us // 2)
    assert math.hypot(middle.east_mps, middle.north_mps) == pytest.approx(20.0)


def test_a_line_starts_and_ends_at_its_points_at_rest_on_ramps() -> None:
    line = straight(A, B, 20.0, ramp_in_s=8.0, ramp_out_s=4.0)
    first, last = line.at(0), line.at(line.duration_us)
    assert away_m(first, A) == pytest.approx(0.0, abs=1e-9)
    assert away_m(last, B) == pytest.approx(0.0, abs=1e-3)
    assert math.hypot(first.east_mps, first.north_mps) == pytest.approx(0.0, abs=1e-9)
    assert math.hypot(last.east_mps, last.north_mps) == pytest.approx(0.0, abs=1e-3)


def test_a_line_too_short_for_its_ramps_never_reaches_its_speed() -> None:
    line = straight(A, Point(30.0, 0.0, 50.0), 20.0, ramp_in_s=7.0, ramp_out_s=7.0)
    speeds = [line.at(us).east_mps for us in range(0, line.duration_us, 10_000)]
    assert min(speeds) >= 0.0
    assert max(speeds) < 20.0
    assert line.at(line.duration_us).east_m == pytest.approx(30.0, abs=1e-3)


def test_hovering_does_not_move() -> None:
    state = hover(B, 60.0, Status.ON_GROUND).at(30 * SECOND_US)
    assert away_m(state, B) == 0.0
    assert (state.east_mps, state.north_mps, state.up_mps) == (0.0, 0.0, 0.0)
    assert state.status is Status.ON_GROUND


def test_a_circle_keeps_its_radius_and_speed_and_ends_where_it_says() -> None:
    circle = Circle(A, 100.0, 0.3, -0.05, 40 * SECOND_US)
    for us in range(0, circle.duration_us + 1, SECOND_US):
        state = circle.at(us)
        assert away_m(state, A) == pytest.approx(100.0)
        assert math.hypot(state.east_mps, state.north_mps) == pytest.approx(5.0)
    assert away_m(circle.at(0), circle.start) == pytest.approx(0.0, abs=1e-9)
    assert away_m(circle.at(circle.duration_us), circle.end) == pytest.approx(0.0, abs=1e-9)


@given(
    ramp_in_s=st.floats(0.0, 10.0),
    ramp_out_s=st.floats(0.0, 10.0),
    speed_mps=st.floats(1.0, 80.0),
    share=st.floats(0.01, 0.99),
)
def test_velocity_is_the_derivative_of_position(
    ramp_in_s: float, ramp_out_s: float, speed_mps: float, share: float
) -> None:
    line = straight(A, B, speed_mps, ramp_in_s=ramp_in_s, ramp_out_s=ramp_out_s)
    step_us = 10_000
    at_us = round(share * line.duration_us)
    before, now, after = line.at(at_us - step_us), line.at(at_us), line.at(at_us + step_us)
    slope_mps = (after.east_m - before.east_m) / (2 * step_us / SECOND_US)
    # Across the corner of a ramp the slope is a mean; accelerations are bounded by its length.
    slack_mps = 1e-3 + 0.6 * abs(after.east_mps - before.east_mps)
    assert slope_mps == pytest.approx(now.east_mps, abs=slack_mps)


def test_a_path_runs_through_its_legs_without_a_jump() -> None:
    first = straight(A, B, 20.0)
    path = Path.of(1_000 * SECOND_US, [first, hover(B, 10.0), straight(B, A, 10.0)])
    assert path.end_us == 1_000 * SECOND_US + (250 + 10 + 500) * SECOND_US
    for joint_us in path.starts_us[1:]:
        before, after = path.at(joint_us - 1), path.at(joint_us)
        assert away_m(before, Point(after.east_m, after.north_m, after.amsl_m)) < 1e-3


def test_a_path_is_clipped_to_its_ends() -> None:
    path = Path.of(0, [Line(A, B, 10 * SECOND_US)])
    assert away_m(path.at(-5 * SECOND_US), A) == 0.0
    assert away_m(path.at(50 * SECOND_US), B) == 0.0
