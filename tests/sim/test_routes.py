"""Realism of the routes: speeds, heights, accelerations and batteries, over many seeds."""

import math
from random import Random

import pytest

from sim import geography, routes
from sim.measures import SECOND_US
from sim.motion import Leg, Path, Point, State, Status

SEEDS = range(40)
HOME = routes.ground_point(0.0, 0.0)
SCENE = routes.ground_point(2_500.0, 1_200.0)


def states(legs: list[Leg], step_us: int = SECOND_US) -> list[State]:
    path = Path.of(0, legs)
    return [path.at(at_us) for at_us in range(0, path.end_us, step_us)]


def ground_speed_mps(state: State) -> float:
    return math.hypot(state.east_mps, state.north_mps)


def agl_m(state: State) -> float:
    return state.amsl_m - geography.ground_amsl_m(state.east_m, state.north_m)


def assert_no_jump(legs: list[Leg], limit_mps: float) -> None:
    path = Path.of(0, legs)
    for at_us in range(0, path.end_us - SECOND_US, SECOND_US):
        a, b = path.at(at_us), path.at(at_us + SECOND_US)
        assert math.dist((a.east_m, a.north_m), (b.east_m, b.north_m)) <= limit_mps + 0.1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drone_sortie_is_flown_like_a_drone(seed: int) -> None:
    legs = routes.drone_sortie(Random(seed), HOME, SCENE, 600.0, routes.DRONE_HEIGHT_M)
    flown = states(legs)
    speeds = [ground_speed_mps(state) for state in flown]
    assert 14.99 <= max(speeds) <= 20.01
    assert max(abs(state.up_mps) for state in flown) <= 5.001
    assert min(agl_m(state) for state in flown) >= -5.0
    assert max(agl_m(state) for state in flown) <= 125.0
    assert_no_jump(legs, 20.0)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_drone_transits_between_60_and_110_metres_above_its_dock(seed: int) -> None:
    legs = routes.drone_sortie(Random(seed), HOME, SCENE, 600.0, (25.0, 45.0))
    fast = [state for state in states(legs) if ground_speed_mps(state) > 12.0]
    assert fast
    assert all(59.0 <= state.amsl_m - HOME.amsl_m <= 111.0 for state in fast)


@pytest.mark.parametrize("band_m", routes.SCENE_BANDS_M)
def test_work_on_scene_keeps_to_its_band(band_m: tuple[float, float]) -> None:
    for seed in SEEDS:
        legs = routes.drone_sortie(Random(seed), HOME, SCENE, 600.0, band_m)
        path = Path.of(0, legs)
        middle = path.at(path.end_us // 2)
        assert band_m[0] <= middle.amsl_m - SCENE.amsl_m <= band_m[1]
        assert math.hypot(middle.east_m - SCENE.east_m, middle.north_m - SCENE.north_m) < 200.0


def test_a_sortie_starts_and_ends_at_home_on_the_ground() -> None:
    legs = routes.drone_sortie(Random(1), HOME, SCENE, 600.0, routes.DRONE_HEIGHT_M)
    path = Path.of(0, legs)
    assert legs[0].start == HOME
    assert legs[-1].end == HOME
    assert path.at(path.end_us - 1).status is Status.ON_GROUND


@pytest.mark.parametrize("seed", SEEDS)
def test_a_helicopter_hop_transits_descends_and_lands(seed: int) -> None:
    base = routes.ground_point(-20_000.0, 5_000.0)
    legs = routes.hop(Random(seed), base, SCENE, 1_200.0)
    flown = states(legs)
    assert 55.0 <= max(map(ground_speed_mps, flown)) <= 75.0
    assert max(abs(state.up_mps) for state in flown) <= 12.0
    assert max(agl_m(state) for state in flown) <= 560.0
    assert {state.status for state in flown} == {
        Status.AIRBORNE,
        Status.LANDING_OR_LIFTING,
        Status.ROTORS_TURNING,
        Status.ON_GROUND,
    }
    assert_no_jump(legs, 75.0)
    assert legs[-1].end == SCENE


def test_half_of_the_landings_drop_off_the_radio_below_300_feet() -> None:
    gate = Point(SCENE.east_m + 1_400.0, SCENE.north_m, SCENE.amsl_m + 300.0)
    dropped = 0
    for seed in range(400):
        flown = states(routes.landing(Random(seed), gate, SCENE, 300.0))
        silent = [state for state in flown if state.silent]
        dropped += bool(silent)
        assert all(state.amsl_m - SCENE.amsl_m <= routes.ADSB_HORIZON_AGL_M for state in silent)
    assert 160 <= dropped <= 240


@pytest.mark.parametrize("seed", SEEDS)
def test_a_police_task_circles_its_scene(seed: int) -> None:
    base = geography.POLICE_HELICOPTER_BASE
    home = Point(base.east_m, base.north_m, base.ground_amsl_m)
    legs = routes.police_task(Random(seed), home, SCENE, 1_800.0)
    assert_no_jump(legs, 75.0)
    flown = states(legs)
    near = [
        state
        for state in flown
        if math.hypot(state.east_m - SCENE.east_m, state.north_m - SCENE.north_m) < 750.0
    ]
    assert len(near) > 1_700
    assert all(225.0 <= state.amsl_m - SCENE.amsl_m <= 455.0 for state in near)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_airliner_comes_down_three_degrees(seed: int) -> None:
    (leg,) = routes.airliner_approach(Random(seed), geography.HEATHROW_THRESHOLD)
    state = leg.at(leg.duration_us // 2)
    slope_deg = math.degrees(math.atan2(-state.up_mps, ground_speed_mps(state)))
    assert slope_deg == pytest.approx(3.0, abs=0.1)
    assert 65.0 <= ground_speed_mps(state) <= 90.0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crossing_stays_in_its_circle_height_and_speed(seed: int) -> None:
    (leg,) = routes.crossing(Random(seed), 30_000.0, (305.0, 600.0), (45.0, 65.0))
    for share in (0, 0.5, 1):
        state = leg.at(round(share * leg.duration_us))
        assert math.hypot(state.east_m, state.north_m) <= 30_001.0
        assert 305.0 <= state.amsl_m <= 600.0
        assert 44.9 <= ground_speed_mps(state) <= 65.1


@pytest.mark.parametrize("band_m", routes.SCENE_BANDS_M)
def test_a_drone_from_far_away_is_in_its_band_wherever_it_is_near_the_scene(
    band_m: tuple[float, float],
) -> None:
    home, scene = routes.ground_point(3_000.0, 0.0, 12.0), routes.ground_point(0.0, 0.0)
    path = Path.of(0, routes.drone_sortie(Random(4), home, scene, 300.0, band_m, in_band=True))
    heights_m = []
    for at_us in range(0, path.end_us, SECOND_US):
        state = path.at(at_us)
        if math.hypot(state.east_m - scene.east_m, state.north_m - scene.north_m) < 240.0:
            heights_m.append(state.amsl_m - scene.amsl_m)
    assert band_m[0] <= min(heights_m) <= max(heights_m) <= band_m[1]
    assert path.at(path.end_us).amsl_m == pytest.approx(home.amsl_m)
