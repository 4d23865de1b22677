import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broker.core.separation import cylinder
from broker.core.separation.cylinder import RelativeState, RelativeStates

LOOK_AHEAD_S = 60.0
STEP_S = 0.05
GRAZE_M = 0.02
"""Encounters whose worst moment is this close to the limits are not put to the reference."""

metres = st.floats(-800.0, 800.0)
speeds = st.one_of(st.just(0.0), st.floats(-40.0, 40.0))
states = st.builds(
    RelativeState, metres, metres, st.floats(-120.0, 120.0), speeds, speeds, st.floats(-6.0, 6.0)
)
radii = st.floats(5.0, 600.0)
heights = st.floats(4.0, 80.0)


def margin_m(
    state: RelativeState, radius_m: float, height_m: float, time_s: np.ndarray | float
) -> np.ndarray:
    """How far outside the cylinder, in its own metres; negative inside. The slow reference."""
    x_m = state.x_m + state.u_mps * np.asarray(time_s)
    y_m = state.y_m + state.v_mps * np.asarray(time_s)
    z_m = state.z_m + state.w_mps * np.asarray(time_s)
    return np.asarray(np.maximum(np.hypot(x_m, y_m) - radius_m, np.abs(z_m) - height_m))


def bisected(state: RelativeState, limits: tuple[float, float], low: float, high: float) -> float:
    inside_low = bool(margin_m(state, *limits, low) < 0.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if bool(margin_m(state, *limits, middle) < 0.0) == inside_low:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@settings(max_examples=400, deadline=None)
@given(states, radii, heights)
def test_interval_is_what_dense_sampling_finds(
    state: RelativeState, radius_m: float, height_m: float
) -> None:
    limits = (radius_m, height_m)
    times = np.arange(0.0, LOOK_AHEAD_S + STEP_S, STEP_S).clip(max=LOOK_AHEAD_S)
    margins = margin_m(state, *limits, times)
    # Between two samples the margin moves by at most the relative speed times half a step.
    speed = math.hypot(state.u_mps, state.v_mps) + abs(state.w_mps)
    worst = float(margins.min())
    assume(worst < -GRAZE_M or worst > speed * STEP_S + GRAZE_M)
    conflict, t_in_s, t_out_s = cylinder.conflict_interval(state, *limits, LOOK_AHEAD_S)
    assert conflict == (worst < 0.0)
    if not conflict:
        assert math.isnan(t_in_s)
        assert math.isnan(t_out_s)
        return
    inside = np.flatnonzero(margins < 0.0)
    first, last = int(inside[0]), int(inside[-1])
    entry = 0.0 if first == 0 else bisected(state, limits, times[first - 1], times[first])
    leave = (
        LOOK_AHEAD_S
        if last == len(times) - 1
        else bisected(state, limits, times[last], times[last + 1])
    )
    assert t_in_s == pytest.approx(entry, abs=1e-3)
    assert t_out_s == pytest.approx(leave, abs=1e-3)


@settings(max_examples=200, deadline=None)
@given(states)
def test_closest_approach_is_the_least_sampled_distance(state: RelativeState) -> None:
    times = np.linspace(0.0, LOOK_AHEAD_S, 6_001)
    distances = np.hypot(state.x_m + state.u_mps * times, state.y_m + state.v_mps * times)
    time_s, range_m = cylinder.closest_approach(state, LOOK_AHEAD_S)
    assert 0.0 <= time_s <= LOOK_AHEAD_S
    assert range_m <= distances.min() + 1e-9
    speed = math.hypot(state.u_mps, state.v_mps)
    assert range_m == pytest.approx(distances.min(), abs=speed * 0.01 + 1e-9)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(states, radii, heights), min_size=1, max_size=20))
def test_arrays_give_the_same_bits_as_single_pairs(
    cases: list[tuple[RelativeState, float, float]],
) -> None:
    arrays = RelativeStates(*np.array([case[0] for case in cases]).T)
    radius_m = np.array([case[1] for case in cases])
    height_m = np.array([case[2] for case in cases])
    ahead_s = np.full(len(cases), LOOK_AHEAD_S)
    conflict, t_in_s, t_out_s = cylinder.conflict_intervals(arrays, radius_m, height_m, ahead_s)
    inside = cylinder.inside_now_arrays(arrays, radius_m, height_m)
    tcpa_s, dcpa_m = cylinder.closest_approaches(arrays, ahead_s)
    for row, (state, radius, height) in enumerate(cases):
        one = cylinder.conflict_interval(state, radius, height, LOOK_AHEAD_S)
        assert conflict[row] == one[0]
        np.testing.assert_array_equal([t_in_s[row], t_out_s[row]], one[1:])
        assert inside[row] == cylinder.inside_now(state, radius, height)
        closest = cylinder.closest_approach(state, LOOK_AHEAD_S)
        np.testing.assert_array_equal([tcpa_s[row], dcpa_m[row]], closest)


@pytest.mark.parametrize("miss_m", [0.01, -0.01, 1e-6, -1e-6])
def test_graze_is_decided_to_the_micrometre(miss_m: float) -> None:
    state = RelativeState(-300.0, 75.0 + miss_m, 0.0, 20.0, 0.0, 0.0)
    assert cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)[0] == (miss_m < 0.0)


def test_tangent_is_no_conflict() -> None:
    state = RelativeState(-300.0, 75.0, 0.0, 20.0, 0.0, 0.0)
    assert not cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)[0]


@pytest.mark.parametrize(
    ("x_m", "z_m", "expected"),
    [
        (11.0, 0.0, (True, 0.0, LOOK_AHEAD_S)),
        (75.0, 0.0, (False, math.nan, math.nan)),
        (11.0, 25.0, (False, math.nan, math.nan)),
        (11.0, -24.999, (True, 0.0, LOOK_AHEAD_S)),
    ],
)
def test_two_hovering_drones(x_m: float, z_m: float, expected: tuple[bool, float, float]) -> None:
    # REQ-SEP-001: zero relative velocity is never missed.
    state = RelativeState(x_m, 0.0, z_m, 0.0, 0.0, 0.0)
    answer = cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)
    np.testing.assert_array_equal(answer, expected)
    assert cylinder.closest_approach(state, LOOK_AHEAD_S) == (0.0, x_m)


def test_formation_that_closes_only_vertically() -> None:
    state = RelativeState(10.0, 0.0, 100.0, 0.0, 0.0, -5.0)
    answer = cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)
    assert answer[0]
    assert answer[1:] == pytest.approx((15.0, 25.0))


def test_already_inside_starts_at_once() -> None:
    state = RelativeState(10.0, 0.0, 5.0, 10.0, 0.0, 0.0)
    conflict, t_in_s, t_out_s = cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)
    assert (conflict, t_in_s) == (True, 0.0)
    assert t_out_s == pytest.approx(6.5)


@pytest.mark.parametrize(
    ("look_ahead_s", "expected"), [(9.999, False), (10.0, False), (10.001, True)]
)
def test_edge_of_the_look_ahead(look_ahead_s: float, expected: bool) -> None:
    state = RelativeState(-275.0, 0.0, 0.0, 20.0, 0.0, 0.0)
    assert cylinder.conflict_interval(state, 75.0, 25.0, look_ahead_s)[0] == expected


@pytest.mark.parametrize(
    ("slab_entry_s", "expected"), [(9.0, True), (17.499, True), (17.5, False), (17.501, False)]
)
def test_vertical_and_horizontal_must_overlap_in_time(slab_entry_s: float, expected: bool) -> None:
    # Inside the disc from 10 s to 17.5 s, the slab is entered from below.
    state = RelativeState(-275.0, 0.0, -25.0 - 4.0 * slab_entry_s, 20.0, 0.0, 4.0)
    assert cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)[0] == expected
    from_above = state._replace(z_m=-state.z_m, w_mps=-state.w_mps)
    assert cylinder.conflict_interval(from_above, 75.0, 25.0, LOOK_AHEAD_S)[0] == expected


def test_unknown_height_counts_as_inside() -> None:
    # REQ-SEP-002: unknown vertical counts as inside.
    state = RelativeState(10.0, 0.0, math.nan, 0.0, 0.0, 0.0)
    assert cylinder.inside_now(state, 75.0, 25.0)
    assert cylinder.conflict_interval(state, 75.0, 25.0, LOOK_AHEAD_S)[0]


def test_nothing_lasts_within_a_look_ahead_of_nothing() -> None:
    state = RelativeState(10.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert not cylinder.conflict_interval(state, 75.0, 25.0, 0.0)[0]
