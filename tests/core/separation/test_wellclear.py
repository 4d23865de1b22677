import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broker.core.separation import wellclear
from broker.core.separation.cylinder import RelativeState
from broker.core.separation.wellclear import WellClearVolume
from broker.core.units import FOOT_M, NAUTICAL_MILE_M

# DO-365 Phase I: 0.66 NM (rounded to 4,000 ft in later editions), 450 ft, 35 s, 0 s.
PHASE_ONE = WellClearVolume(0.66 * NAUTICAL_MILE_M, 450.0 * FOOT_M, 35.0, 0.0)
BUFFERED = WellClearVolume(NAUTICAL_MILE_M, 450.0 * FOOT_M, 35.0, 20.0)
TERMINAL = WellClearVolume(1_500.0 * FOOT_M, 450.0 * FOOT_M, 0.0, 0.0)
LOOK_AHEAD_S = 120.0
STEP_S = 0.1

far = st.floats(-6_000.0, 6_000.0)
fast = st.one_of(st.just(0.0), st.floats(-90.0, 90.0))
climb = st.one_of(st.just(0.0), st.floats(-8.0, 8.0))
states = st.builds(RelativeState, far, far, st.floats(-500.0, 500.0), fast, fast, climb)
volumes = st.sampled_from([PHASE_ONE, BUFFERED, TERMINAL])


def moved(state: RelativeState, time_s: float) -> RelativeState:
    return state._replace(
        x_m=state.x_m + state.u_mps * time_s,
        y_m=state.y_m + state.v_mps * time_s,
        z_m=state.z_m + state.w_mps * time_s,
    )


def sampled(state: RelativeState, volume: WellClearVolume) -> list[bool]:
    steps = round(LOOK_AHEAD_S / STEP_S)
    return [wellclear.violation_now(moved(state, k * STEP_S), volume) for k in range(steps + 1)]


@settings(max_examples=60, deadline=None)
@given(states, volumes)
def test_interval_holds_exactly_the_moments_in_violation(
    state: RelativeState, volume: WellClearVolume
) -> None:
    moments = sampled(state, volume)
    predicted, t_in_s, t_out_s = wellclear.violation_interval(state, volume, LOOK_AHEAD_S)
    if not predicted:
        assert not any(moments)
        return
    for k, moment in enumerate(moments):
        time_s = k * STEP_S
        if min(abs(time_s - t_in_s), abs(time_s - t_out_s)) > 1e-3:
            assert moment == (t_in_s < time_s < t_out_s), time_s


@settings(max_examples=100, deadline=None)
@given(states, volumes)
def test_swapping_the_aircraft_changes_nothing(
    state: RelativeState, volume: WellClearVolume
) -> None:
    swapped = RelativeState(*(-value for value in state))
    assert wellclear.violation_now(state, volume) == wellclear.violation_now(swapped, volume)
    np.testing.assert_array_equal(
        wellclear.violation_interval(state, volume, LOOK_AHEAD_S),
        wellclear.violation_interval(swapped, volume, LOOK_AHEAD_S),
    )


@settings(max_examples=100, deadline=None)
@given(states)
def test_modified_tau_is_negative_inside_and_only_known_when_converging(
    state: RelativeState,
) -> None:
    closing = state.x_m * state.u_mps + state.y_m * state.v_mps
    tau_s = wellclear.modified_tau_s(state, PHASE_ONE.distance_m)
    assert math.isnan(tau_s) == (closing >= 0.0)
    assume(closing < 0.0)
    inside = math.hypot(state.x_m, state.y_m) < PHASE_ONE.distance_m
    assert (tau_s < 0.0) == inside


def test_limits_are_inclusive() -> None:
    at_limit = RelativeState(TERMINAL.distance_m, 0.0, TERMINAL.height_m, 0.0, 0.0, 0.0)
    assert wellclear.violation_now(at_limit, TERMINAL)
    answer = wellclear.violation_interval(at_limit, TERMINAL, LOOK_AHEAD_S)
    assert answer == (True, 0.0, LOOK_AHEAD_S)


@pytest.mark.parametrize("axis", ["x_m", "z_m"])
def test_just_outside_a_limit_is_well_clear(axis: str) -> None:
    at_limit = RelativeState(TERMINAL.distance_m, 0.0, TERMINAL.height_m, 0.0, 0.0, 0.0)
    outside = at_limit._replace(**{axis: getattr(at_limit, axis) + 0.001})
    assert not wellclear.violation_now(outside, TERMINAL)
    assert not wellclear.violation_interval(outside, TERMINAL, LOOK_AHEAD_S)[0]


def test_unknown_height_counts_as_inside() -> None:
    state = RelativeState(100.0, 0.0, math.nan, 0.0, 0.0, 0.0)
    assert wellclear.violation_now(state, PHASE_ONE)
    assert wellclear.violation_interval(state, PHASE_ONE, 30.0) == (True, 0.0, 30.0)


def test_time_to_co_altitude_opens_the_volume_early() -> None:
    state = RelativeState(100.0, 0.0, 200.0, 0.0, 0.0, -8.0)
    assert not wellclear.violation_now(state._replace(z_m=400.0), BUFFERED)
    assert wellclear.violation_now(state._replace(z_m=155.0), BUFFERED)
    assert not wellclear.violation_now(state._replace(z_m=155.0), PHASE_ONE)
