"""What many looks at two tracks prove, and what they do not."""

import math
import random
import statistics
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.tracks.correlation.evidence import (
    DOUBT_SIGMAS,
    HEIGHT_M_MAX,
    LOOK_INTERVAL_S,
    LOOKS_MIN,
    NOISE_FLOOR,
    SIGMAS_95,
    Evidence,
    Look,
    refutes,
)
from broker.core.units import SECOND_US

INTERVAL_US = round(LOOK_INTERVAL_S * SECOND_US)
JOINT_M = 26.0
LOOK = Look(0, 0.0, 0.0, 0.0, JOINT_M, 0.0, 60.0, 0.0)
NOT_MOVING = math.nan


def seen(looks: list[Look]) -> Evidence:
    evidence = Evidence(looks[0].at_us, looks[0].at_us)
    for look in looks:
        evidence.add(look)
    return evidence


def flight(
    looks: int,
    *,
    ahead_m: float = 0.0,
    abeam_m: float = 0.0,
    speed_mps: float = 12.0,
    turn_rad: float = 0.3,
    seed: int = 1,
    joint_m: float = JOINT_M,
) -> list[Look]:
    """Looks at two tracks, b with a steady place by the nose of a and honest noise."""
    noise, sigma_m = random.Random(seed), joint_m / SIGMAS_95
    made = []
    for number in range(looks):
        course_rad = turn_rad * number % math.tau
        east = math.sin(course_rad) * ahead_m + math.cos(course_rad) * abeam_m
        north = math.cos(course_rad) * ahead_m - math.sin(course_rad) * abeam_m
        made.append(
            Look(
                at_us=number * INTERVAL_US,
                east_m=east + noise.gauss(0.0, sigma_m),
                north_m=north + noise.gauss(0.0, sigma_m),
                up_m=noise.gauss(0.0, 5.0),
                joint_accuracy_m=joint_m,
                drift_m=0.0,
                step_m=speed_mps * LOOK_INTERVAL_S,
                course_rad=course_rad,
            )
        )
    return made


@pytest.mark.parametrize("seed", range(20))
def test_one_aircraft_heard_twice_is_proved_in_time_and_never_taken_for_company(seed: int) -> None:
    looks = flight(300, seed=seed)
    assert seen(looks).is_proof()
    assert not any(seen(looks[:some]).is_company() for some in range(1, 300, 7))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("ahead_m", "abeam_m"), [(15.0, 0.0), (0.0, -15.0), (20.0, 20.0)])
def test_a_steady_place_beside_is_never_proof(ahead_m: float, abeam_m: float, seed: int) -> None:
    # REQ-COR-004
    looks = flight(300, ahead_m=ahead_m, abeam_m=abeam_m, seed=seed)
    assert not any(seen(looks[:some]).is_proof() for some in range(1, 300, 7))


@pytest.mark.parametrize("turn_rad", [0.0, 0.3])
def test_company_further_off_than_errors_reach_is_seen(turn_rad: float) -> None:
    assert seen(flight(60, abeam_m=35.0, turn_rad=turn_rad)).is_company()
    assert seen(flight(60, ahead_m=-38.0, turn_rad=turn_rad)).is_company()


def test_clocks_that_disagree_are_no_company_and_a_place_abeam_is() -> None:
    """At 200 m/s a fifth of a second is 40 m ahead or behind, and nothing to the side."""
    fast: dict[str, Any] = {"speed_mps": 200.0, "turn_rad": 0.0, "joint_m": 60.0}
    assert not seen(flight(200, ahead_m=35.0, **fast)).is_company()
    assert not seen(flight(200, ahead_m=-35.0, **fast)).is_company()
    assert seen(flight(200, ahead_m=75.0, **fast)).is_company()
    assert seen(flight(200, abeam_m=45.0, **fast)).is_company()
    slow: dict[str, Any] = {"speed_mps": 15.0, "turn_rad": 0.0}
    assert seen(flight(200, ahead_m=35.0, **slow)).is_company()


def test_who_hovers_is_not_told_by_the_few_looks_at_which_it_had_a_course() -> None:
    hovering = [replace(one, course_rad=NOT_MOVING, step_m=2.0) for one in flight(100)]
    gust = [replace(LOOK, at_us=one.at_us, north_m=45.0, course_rad=0.0) for one in hovering[:3]]
    evidence = seen([*hovering, *gust])
    assert evidence.offset_by_course_m == pytest.approx(45.0)
    assert not evidence.is_company()


@pytest.mark.parametrize(
    ("looks", "lacks"),
    [
        (flight(LOOKS_MIN - 1), "too few looks"),
        ([replace(one, at_us=one.at_us // 5) for one in flight(20)], "too short"),
        ([replace(one, step_m=1.0) for one in flight(60)], "flew too little"),
        (flight(60, turn_rad=0.0), "turned too little"),
        (flight(60, ahead_m=12.0), "not told from company"),
        ([replace(one, joint_accuracy_m=15.0) for one in flight(300)], "wide spread"),
        ([replace(one, up_m=HEIGHT_M_MAX + 5.0) for one in flight(300)], "heights differ"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_lacks_is_said(looks: list[Look], lacks: str) -> None:
    evidence = seen(looks)
    assert evidence.lacking() == lacks
    assert not evidence.is_proof()


def test_one_look_far_apart_is_enough_for_two() -> None:
    assert refutes(replace(LOOK, east_m=200.0))
    assert not refutes(replace(LOOK, east_m=120.0))
    assert not refutes(replace(LOOK, east_m=200.0, joint_accuracy_m=100.0))


offsets_m = st.floats(-300.0, 300.0)


@given(
    st.lists(
        st.tuples(offsets_m, offsets_m, st.one_of(st.none(), st.floats(-math.pi, math.pi))),
        min_size=1,
        max_size=40,
    )
)
def test_the_sums_give_what_the_looks_give_one_by_one(
    places: list[tuple[float, float, float | None]],
) -> None:
    looks = [
        replace(LOOK, east_m=east_m, north_m=north_m, course_rad=NOT_MOVING if c is None else c)
        for east_m, north_m, c in places
    ]
    evidence = seen(looks)
    mean = complex(
        statistics.fmean(one.east_m for one in looks),
        statistics.fmean(one.north_m for one in looks),
    )
    assert evidence.offset_m == pytest.approx(abs(mean), abs=1e-6)
    square_m2 = statistics.fmean(one.east_m**2 + one.north_m**2 for one in looks)
    assert evidence.spread_m == pytest.approx(math.sqrt(square_m2), abs=1e-6)
    axis_m = math.sqrt(max(0.0, square_m2 - abs(mean) ** 2) / 2.0)
    least_m = NOISE_FLOOR * JOINT_M / SIGMAS_95
    expected_m = DOUBT_SIGMAS * max(axis_m, least_m) / math.sqrt(len(looks))
    assert evidence.doubt_m(len(looks)) == pytest.approx(expected_m, abs=1e-3)
    # Turned so that the course points north: what is then east is abeam, what is north ahead.
    turned = [
        complex(one.east_m, one.north_m) * complex(math.cos(c), math.sin(c))
        for one in looks
        if not math.isnan(c := one.course_rad)
    ]
    by_course_m = abs(sum(turned)) / max(1, len(turned))
    assert evidence.offset_by_course_m == pytest.approx(by_course_m, abs=1e-6)
