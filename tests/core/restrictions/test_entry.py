"""Times of entry and exit against dense sampling: discs, convex and concave polygons."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.geodesy.frame import project
from broker.core.restrictions.entry import Entries, Hours, find_entries
from broker.core.restrictions.movers import Movers, movers_of
from broker.core.restrictions.prism import Prism, prism_of
from broker.core.restrictions.prism_set import PrismSet
from broker.core.restrictions.shapes import (
    Arc,
    ArcDirection,
    Circle,
    LimitDatum,
    Polygon,
    Ring,
    VerticalLimit,
    Volume,
)
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import (
    NOW_US,
    RULES,
    SURFACE,
    UNLIMITED,
    Scene,
    circle,
    degrees,
    polygon,
    volume,
)

SQUARE = polygon((-500, -500), (500, -500), (500, 500), (-500, 500))
# A U, open to the north: a path across it is in, out and in again.
CUP = polygon((-600, -500), (600, -500), (600, 500), (300, 500), (300, -200), (-300, -200),
              (-300, 500), (-600, 500))  # fmt: skip
STAR = polygon(*[
    (r * math.sin(k * math.pi / 5), r * math.cos(k * math.pi / 5))
    for k, r in enumerate([900, 300] * 5)
])  # fmt: skip
BAND = (VerticalLimit(100.0, LimitDatum.HAE), VerticalLimit(200.0, LimitDatum.HAE))
STEP_S = 0.02
LOOK_AHEAD_S = 60.0

SHAPES: dict[str, Circle | Polygon] = {
    "disc": circle(700.0),
    "square": SQUARE,
    "cup": CUP,
    "star": STAR,
}


def mover(
    east_m: float,
    north_m: float,
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0),
    altitude_hae_m: float = 150.0,
    doubt_m: float = 0.0,
    vertical_doubt_m: float = 0.0,
) -> Movers:
    scene = Scene()
    slot = scene.add(east_m, north_m, velocity[:2], altitude_hae_m)
    scene.columns.vertical_speed_mps[slot] = velocity[2]
    scene.columns.horizontal_accuracy_m[slot] = doubt_m
    scene.columns.vertical_doubt_m[slot] = vertical_doubt_m
    return movers_of(scene.columns, scene.slots(), NOW_US, RULES)


def times(prism: Prism, one: Movers) -> tuple[float, float] | None:
    found = find_entries(PrismSet.of([prism]), one, LOOK_AHEAD_S)
    return (float(found.entry_s[0]), float(found.exit_s[0])) if len(found) else None


def sampled(prism: Prism, one: Movers) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Inside or not at every STEP_S of the look-ahead, by shapely's distance: slow, obvious."""
    t = np.arange(0.0, LOOK_AHEAD_S, STEP_S)
    east, north = prism.frame.local(one.x_m, one.y_m, one.east_scale)
    points = shapely.points(east + one.velocity_east_mps * t, north + one.velocity_north_mps * t)
    if prism.radius_m is None:
        flat = shapely.distance(prism.polygon, points) <= one.horizontal_doubt_m
    else:
        reach = prism.radius_m + one.horizontal_doubt_m
        flat = shapely.distance(shapely.Point(0.0, 0.0), points) <= reach
    height = one.altitude_hae_m + one.vertical_speed_mps * t
    doubt = one.vertical_doubt_m + prism.vertical_doubt_m
    inside = flat & (height >= prism.floor_hae_m - doubt) & (height <= prism.ceiling_hae_m + doubt)
    return np.asarray(inside)


@settings(max_examples=150, deadline=None)
@given(
    shape=st.sampled_from(sorted(SHAPES)),
    place=st.tuples(st.floats(-2500, 2500), st.floats(-2500, 2500)),
    velocity=st.tuples(st.floats(-80, 80), st.floats(-80, 80), st.floats(-6, 6)),
    altitude_hae_m=st.floats(0, 350),
    doubts=st.tuples(st.sampled_from([0.0, 12.0, 150.0]), st.sampled_from([0.0, 30.0])),
)
def test_entry_and_exit_against_dense_sampling(
    shape: str,
    place: tuple[float, float],
    velocity: tuple[float, float, float],
    altitude_hae_m: float,
    doubts: tuple[float, float],
) -> None:
    # REQ-RES-010
    prism = prism_of(volume(SHAPES[shape], *BAND))
    one = mover(*place, velocity, altitude_hae_m, *doubts)
    inside, found = sampled(prism, one), times(prism, one)
    if found is None:
        assert not inside.any()
        return
    entry_s, exit_s = found
    if not inside.any():
        # Shorter than the sampling step, or after the last sample: both are honest.
        assert exit_s - entry_s <= STEP_S or entry_s >= LOOK_AHEAD_S - STEP_S
        return
    t = np.arange(0.0, LOOK_AHEAD_S, STEP_S)
    # A stretch shorter than a step may lie before the first sample that is inside.
    if exit_s - entry_s > STEP_S:
        assert abs(t[inside][0] - entry_s) <= STEP_S + 1e-3
    within = (t > entry_s + 1e-3) & (t < exit_s - 1e-3)
    assert inside[within].all()
    after = (t > exit_s + 1e-3) & (t < exit_s + STEP_S)
    assert not inside[after].any() or shape != "disc"


def test_a_concave_polygon_gives_the_first_stretch_only() -> None:
    prism = prism_of(volume(CUP))
    found = times(prism, mover(-1000.0, 100.0, (50.0, 0.0, 0.0)))
    assert found == pytest.approx((8.0, 14.0), abs=0.01)


def test_inside_the_cup_but_not_in_the_polygon() -> None:
    prism = prism_of(volume(CUP))
    assert times(prism, mover(0.0, 100.0)) is None
    assert times(prism, mover(0.0, 100.0, (10.0, 0.0, 0.0))) == pytest.approx((30, 60), abs=0.01)
    assert times(prism, mover(0.0, 100.0, doubt_m=310.0)) == (0.0, math.inf)


def test_a_later_stretch_counts_where_the_height_fits_only_then() -> None:
    prism = prism_of(volume(CUP, *BAND))
    found = times(prism, mover(-1000.0, 100.0, (50.0, 0.0, 2.0), altitude_hae_m=60.0))
    # 100 m is reached after 20 s, in the gap; the second arm lies from 26 to 32 s.
    assert found == pytest.approx((26.0, 32.0), abs=0.01)


@pytest.mark.parametrize("shape", [circle(500.0), SQUARE])
def test_standing_still(shape: Circle | Polygon) -> None:
    prism = prism_of(volume(shape))
    assert times(prism, mover(0.0, 0.0)) == (0.0, math.inf)
    assert times(prism, mover(600.0, 0.0)) is None
    assert times(prism, mover(600.0, 0.0, doubt_m=101.0)) == (0.0, math.inf)


def test_a_path_through_a_vertex_does_not_slip_between_edges() -> None:
    prism = prism_of(volume(polygon((0, -300), (300, 0), (0, 300), (-300, 0))))
    found = times(prism, mover(-1000.0, 0.0, (50.0, 0.0, 0.0)))
    assert found == pytest.approx((14.0, 26.0), abs=0.01)


def test_unknown_height_counts_as_inside() -> None:
    # REQ-RES-011
    prism = prism_of(volume(circle(500.0), *BAND))
    assert times(prism, mover(0.0, 0.0, altitude_hae_m=math.nan)) == (0.0, math.inf)
    assert times(prism, mover(0.0, 0.0, altitude_hae_m=250.0)) is None
    assert times(prism, mover(0.0, 0.0, altitude_hae_m=250.0, vertical_doubt_m=51.0)) is not None


@pytest.mark.parametrize("shape", [circle(500.0), SQUARE])
def test_unknown_velocity_may_be_inside_when_it_could_have_flown_there(
    shape: Circle | Polygon,
) -> None:
    # REQ-RES-012: 200 m away, taken for 20 m/s.
    prism, scene = prism_of(volume(shape)), Scene()
    scene.add(700.0, 0.0)
    for age_s, expected_s in [(0, 10.0), (5, 5.0), (10, 0.0), (10_000, 0.0)]:
        movers = movers_of(scene.columns, scene.slots(), NOW_US + age_s * SECOND_US, RULES)
        assert times(prism, movers) == pytest.approx((expected_s, math.inf), abs=0.01)
    assert movers.horizontal_doubt_m[0] == RULES.growth_m_max
    far = Scene()
    far.add(500.0 + 20.0 * LOOK_AHEAD_S + 1.0, 0.0)
    assert times(prism, movers_of(far.columns, far.slots(), NOW_US, RULES)) is None


def test_age_carries_a_known_velocity_forward() -> None:
    prism, scene = prism_of(volume(circle(500.0))), Scene()
    scene.add(-1500.0, 0.0, (50.0, 0.0))
    movers = movers_of(scene.columns, scene.slots(), NOW_US + 4 * SECOND_US, RULES)
    assert times(prism, movers) == pytest.approx((16.0, 36.0), abs=0.01)


def test_range_and_bearing_to_the_boundary() -> None:
    shapes: tuple[Circle | Polygon, ...] = (circle(500.0), SQUARE)
    for shape in shapes:
        found = find_entries(
            PrismSet.of([prism_of(volume(shape))]), mover(-1500.0, 0.0, (50.0, 0.0, 0.0)), 60.0
        )
        assert found.range_m[0] == pytest.approx(1000.0, abs=0.01)
        assert found.bearing_deg[0] == pytest.approx(90.0, abs=0.01)
        assert found.closing_speed_mps[0] == pytest.approx(50.0, abs=0.01)
        found = find_entries(PrismSet.of([prism_of(volume(shape))]), mover(-400.0, 0.0), 60.0)
        assert found.range_m[0] == 0.0
        assert found.bearing_deg[0] == pytest.approx(270.0, abs=0.01)


def test_agl_limits_are_widened_and_say_so() -> None:
    # REQ-RES-013
    agl = VerticalLimit(120.0, LimitDatum.AGL)
    prism = prism_of(volume(circle(500.0), agl, VerticalLimit(400.0, LimitDatum.AGL)))
    assert prism.approximated
    assert prism.floor_hae_m == -math.inf
    assert prism.ceiling_hae_m == pytest.approx(400.0 + 245.0 + 45.95, abs=0.02)
    assert not prism_of(volume(circle(500.0), SURFACE, UNLIMITED)).approximated


def test_many_against_many_agrees_with_one_by_one() -> None:
    rng = np.random.default_rng(7)
    shapes = list(SHAPES.values()) + [
        circle(300.0, *rng.uniform(-3_000, 3_000, 2)) for _ in range(30)
    ]
    prisms = [prism_of(volume(shape, *BAND)) for shape in shapes]
    scene = Scene()
    for _ in range(60):
        east, north = rng.uniform(-3_000, 3_000, 2)
        scene.add(east, north, tuple(rng.uniform(-60, 60, 2)), rng.uniform(80, 220))
    movers = movers_of(scene.columns, scene.slots(), NOW_US, RULES)
    together = find_entries(PrismSet.of(prisms), movers, LOOK_AHEAD_S)
    alone = []
    for p, prism in enumerate(prisms):
        for m in range(60):
            one = movers_of(scene.columns, np.array([m], dtype=np.int32), NOW_US, RULES)
            if (found := times(prism, one)) is not None:
                alone.append((p, m, *found))
    assert len(alone) > 20
    assert list(
        zip(together.mover, together.prism, together.entry_s, together.exit_s, strict=True)
    ) == sorted((m, p, *found) for p, m, *found in alone)


HOLED = Polygon(
    vertices=SQUARE.vertices,
    holes=(Ring(polygon((-200, -200), (200, -200), (0, 250)).vertices),),
)
CORNERS = tuple(degrees(*place) for place in [(-600.0, 0.0), (600.0, 0.0), (0.0, -700.0)])
CENTRE_LATITUDE_DEG, CENTRE_LONGITUDE_DEG = degrees(0.0, 0.0)
ARCED = Polygon(
    vertices=CORNERS,
    arcs=(Arc(0, CENTRE_LATITUDE_DEG, CENTRE_LONGITUDE_DEG, ArcDirection.CLOCKWISE),),
)
"""Over the top half a half circle, then two straight lines."""
EVERY_SHAPE: dict[str, Circle | Polygon] = {**SHAPES, "holed": HOLED, "arced": ARCED}


@settings(max_examples=100, deadline=None)
@given(
    shape=st.sampled_from(["holed", "arced"]),
    place=st.tuples(st.floats(-1500, 1500), st.floats(-1500, 1500)),
    velocity=st.tuples(st.floats(-60, 60), st.floats(-60, 60), st.floats(-6, 6)),
    doubt_m=st.sampled_from([0.0, 12.0, 150.0]),
    hours_s=st.tuples(st.floats(0, 50), st.floats(1, 40)),
)
def test_holes_arcs_and_hours_against_dense_sampling(
    shape: str,
    place: tuple[float, float],
    velocity: tuple[float, float, float],
    doubt_m: float,
    hours_s: tuple[float, float],
) -> None:
    # REQ-RES-010
    prism = prism_of(volume(EVERY_SHAPE[shape], *BAND))
    one = mover(*place, velocity, doubt_m=doubt_m)
    opens_s, closes_s = hours_s[0], hours_s[0] + hours_s[1]
    t = np.arange(0.0, LOOK_AHEAD_S, STEP_S)
    inside = sampled(prism, one) & (t >= opens_s) & (t <= closes_s)
    hours = Hours(np.array([opens_s]), np.array([closes_s]))
    found = find_entries(PrismSet.of([prism]), one, LOOK_AHEAD_S, hours)
    if len(found) == 0:
        assert not inside.any()
        return
    entry_s, exit_s = float(found.entry_s[0]), float(found.exit_s[0])
    assert opens_s <= entry_s <= exit_s <= closes_s
    assert inside[(t > entry_s + 1e-3) & (t < exit_s - 1e-3)].all()
    # Nothing comes before it, but for what slips between two samples.
    assert not inside[t < entry_s - 1e-3].any()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), half_m=st.sampled_from([2_000.0, 40_000.0, 400_000.0]))
def test_compiled_entries_are_those_of_the_reference_bit_by_bit(seed: int, half_m: float) -> None:
    # REQ-RES-016
    rng = np.random.default_rng(seed)
    prisms = [prism_of(volume(shape, *BAND)) for shape in EVERY_SHAPE.values()]
    for _ in range(40):
        radius_m = float(rng.uniform(20.0, 0.3 * half_m))
        east_m, north_m = (float(one) for one in rng.uniform(-half_m, half_m, 2))
        limits = BAND if rng.random() < 0.5 else (SURFACE, UNLIMITED)
        prisms.append(prism_of(volume(circle(radius_m, east_m, north_m), *limits)))
    scene = Scene()
    for _ in range(60):
        moving = float(rng.random() < 0.8)
        east_mps, north_mps = (float(one) * moving for one in rng.uniform(-80, 80, 2))
        east_m, north_m = (float(one) for one in rng.uniform(-half_m, half_m, 2))
        altitude_m = math.nan if rng.random() < 0.1 else float(rng.uniform(80, 220))
        slot = scene.add(east_m, north_m, (east_mps, north_mps), altitude_m)
        scene.columns.horizontal_accuracy_m[slot] = rng.choice([0.0, 30.0, 400.0])
        if rng.random() < 0.2:
            scene.columns.velocity_east_mps[slot] = math.nan
    # Some lie on a boundary or in the very middle.
    scene.add(0.0, 0.0, (0.0, 0.0))
    scene.add(-500.0, 0.0, (500.0, 0.0))
    scene.add(-500.0, -500.0, (10.0, 0.0))
    movers = movers_of(scene.columns, scene.slots(), NOW_US, RULES)
    opens_s = rng.choice([0.0, 20.0], len(prisms))
    hours = Hours(opens_s, opens_s + rng.choice([10.0, np.inf], len(prisms)))
    compiled = find_entries(PrismSet.of(prisms), movers, LOOK_AHEAD_S, hours, "numba")
    reference = find_entries(PrismSet.of(prisms), movers, LOOK_AHEAD_S, hours, "numpy")
    for name in Entries.__slots__:
        assert getattr(compiled, name).tolist() == getattr(reference, name).tolist(), name


def test_an_aircraft_far_towards_the_pole_is_compared_with_everything() -> None:
    # The cells are made for aircraft whose east scale is like that of the prisms.
    prisms = [prism_of(Volume(Circle(place, 0.0, 500.0), *BAND)) for place in (10.0, 30.0, 51.5)]
    prisms.append(prism_of(Volume(Circle(78.0, 15.0, 500.0), *BAND)))
    scene = Scene()
    slot = scene.add(0.0, 0.0, (0.0, 0.0))
    x, y, scale = project(np.array([78.0]), np.array([15.0]))
    columns = scene.columns
    columns.x_m[slot], columns.y_m[slot], columns.east_scale[slot] = x[0], y[0], scale[0]
    columns.altitude_hae_m[slot] = 150.0
    movers = movers_of(columns, scene.slots(), NOW_US, RULES)
    found = find_entries(PrismSet.of(prisms), movers, LOOK_AHEAD_S)
    assert found.prism.tolist() == [3]


def test_more_entries_than_there_was_room_for() -> None:
    prisms = [prism_of(volume(circle(500.0 + place))) for place in range(300)]
    found = find_entries(PrismSet.of(prisms), mover(0.0, 0.0), LOOK_AHEAD_S)
    assert found.prism.tolist() == list(range(300))
    assert (found.entry_s == 0.0).all()


def test_no_prism_and_no_mover() -> None:
    assert len(find_entries(PrismSet.of([]), mover(0.0, 0.0), LOOK_AHEAD_S)) == 0
    nobody = movers_of(Scene().columns, np.zeros(0, dtype=np.int32), NOW_US, RULES)
    one = PrismSet.of([prism_of(volume(SQUARE))])
    assert len(find_entries(one, nobody, LOOK_AHEAD_S)) == 0
