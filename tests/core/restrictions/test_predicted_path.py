"""Aircraft that turn, climb or fall silent against restrictions: a dense, slow walk along the path.

The walk owes nothing to the code under test but the shape itself: a report is carried with its own
velocity for as long as a turn counts, then with the velocity foreseen, a step at a time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from broker.core.geodesy.frame import project
from broker.core.restrictions.entry import find_entries
from broker.core.restrictions.movers import movers_of
from broker.core.restrictions.prism import Prism, prism_of
from broker.core.restrictions.prism_set import PrismSet
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import LimitDatum, VerticalLimit, Volume
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.packing import DRIFT_S_MAX
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import (
    AGENCIES,
    CENTRE,
    NOW_US,
    RULES,
    Scene,
    circle,
    draft,
    volume,
)
from tests.core.restrictions.test_entry import EVERY_SHAPE
from tests.core.separation.traffic import rule_table

LOOK_AHEAD_S = 60.0
STEP_S = 0.02
SPARE_M = 2.0
"""What the frame leaves open, since its scale changes a little over the path."""
HEIGHT_SPARE_M = 0.01
NEVER = (math.inf, -math.inf)
LAYERS = (
    (VerticalLimit(60.0, LimitDatum.HAE), VerticalLimit(110.0, LimitDatum.HAE)),
    (VerticalLimit(150.0, LimitDatum.HAE), VerticalLimit(220.0, LimitDatum.HAE)),
)


@dataclass(frozen=True)
class Flight:
    """An aircraft as its report gave it, `age_s` ago."""

    east_m: float
    north_m: float
    velocity: tuple[float, float, float] | None
    """East, north, up; None: unknown."""
    turn_rad: float
    """How far the mean course of the next seconds lies from the present one."""
    altitude_hae_m: float
    accuracy_m: float
    age_s: float

    @property
    def foreseen(self) -> tuple[float, float]:
        """East and north, after the turn."""
        if self.velocity is None:
            return 0.0, 0.0
        east, north, _ = self.velocity
        c, s = math.cos(self.turn_rad), math.sin(self.turn_rad)
        return c * east - s * north, s * east + c * north

    def scene(self) -> Scene:
        scene = Scene()
        velocity = (math.nan, math.nan) if self.velocity is None else self.velocity[:2]
        since_us = NOW_US - round(self.age_s * SECOND_US)
        slot = scene.add(self.east_m, self.north_m, velocity, self.altitude_hae_m, since_us)
        columns = scene.columns
        columns.horizontal_accuracy_m[slot] = self.accuracy_m
        if self.velocity is not None:
            columns.vertical_speed_mps[slot] = self.velocity[2]
            columns.turn_east_mps[slot] = self.foreseen[0] - velocity[0]
            columns.turn_north_mps[slot] = self.foreseen[1] - velocity[1]
        return scene

    def doubt_m(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Round the walk: unknown velocities grow from the report on, known ones once overdue."""
        if self.velocity is None:
            grown = min(900.0, 20.0 * self.age_s)
            return np.asarray(self.accuracy_m + grown + 20.0 * t)
        overdue_s = max(0.0, self.age_s - RULES.stale_after_s)
        grown = min(900.0, math.hypot(*self.foreseen) * overdue_s)
        return np.full(len(t), self.accuracy_m + grown)

    def walk(self, t: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """East, north and height at each of the times."""
        if self.velocity is None:
            zeros = np.zeros(len(t))
            return self.east_m + zeros, self.north_m + zeros, self.altitude_hae_m + zeros
        turning_s = min(self.age_s, DRIFT_S_MAX)
        rest_s = self.age_s - turning_s + t
        (east, north, up), (then_east, then_north) = self.velocity, self.foreseen
        return (
            self.east_m + east * turning_s + then_east * rest_s,
            self.north_m + north * turning_s + then_north * rest_s,
            self.altitude_hae_m + up * (self.age_s + t),
        )


class Walk:
    """A flight over the look-ahead: when it is surely inside, and when it may be."""

    def __init__(self, flight: Flight, volumes: Sequence[Volume]) -> None:
        self.t = np.arange(0.0, LOOK_AHEAD_S, STEP_S)
        self.surely = np.zeros(len(self.t), dtype=np.bool_)
        self.maybe = self.surely.copy()
        for one in volumes:
            self._add(flight, prism_of(one))

    def _add(self, flight: Flight, prism: Prism) -> None:
        east_m, north_m, height_m = flight.walk(self.t)
        x, y, scale = project(np.array([CENTRE[0]]), np.array([CENTRE[1]]))
        here = prism.frame.local(x, y, scale)
        points = shapely.points(east_m + here[0], north_m + here[1])
        if prism.radius_m is None:
            inwards = np.where(shapely.contains(prism.polygon, points), -1.0, 1.0)
            away_m = inwards * shapely.distance(prism.polygon.boundary, points)
        else:
            away_m = shapely.distance(shapely.Point(0.0, 0.0), points) - prism.radius_m
        away_m -= flight.doubt_m(self.t)
        below_m = prism.floor_hae_m - height_m
        above_m = np.maximum(below_m, height_m - prism.ceiling_hae_m)
        self.surely |= (away_m < -SPARE_M) & (above_m < -HEIGHT_SPARE_M)
        self.maybe |= (away_m < SPARE_M) & (above_m < HEIGHT_SPARE_M)

    def check(self, entry_s: float, exit_s: float) -> None:
        """Whether a stretch is the walk's first; (inf, -inf) is none."""
        t = self.t
        assert not self.surely[t < entry_s].any()
        assert self.maybe[(t > entry_s) & (t < exit_s)].all()
        assert not self.surely[(t > exit_s) & (t < exit_s + STEP_S)].any()


flights = st.builds(
    Flight,
    st.floats(-1_800, 1_800),
    st.floats(-1_800, 1_800),
    st.one_of(
        st.none(),
        st.just((0.0, 0.0, 0.0)),
        st.tuples(st.floats(-60, 60), st.floats(-60, 60), st.floats(-6, 6)),
    ),
    st.floats(-2.4, 2.4),
    st.floats(20, 300),
    st.sampled_from([0.0, 12.0, 150.0]),
    st.sampled_from([0.0, 0.7, 3.0, 9.0]),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(EVERY_SHAPE)), st.sampled_from(LAYERS), flights)
def test_times_against_a_walk(
    shape: str, layer: tuple[VerticalLimit, VerticalLimit], flight: Flight
) -> None:
    # REQ-RES-010, REQ-RES-060: turning left and right, climbing, holes, arcs, hovering, overdue.
    one, scene = volume(EVERY_SHAPE[shape], *layer), flight.scene()
    movers = movers_of(scene.columns, scene.slots(), NOW_US, RULES)
    found = find_entries(PrismSet.of([prism_of(one)]), movers, LOOK_AHEAD_S)
    stretch = (float(found.entry_s[0]), float(found.exit_s[0])) if len(found) else NEVER
    Walk(flight, [one]).check(*stretch)


@settings(max_examples=100, deadline=None)
@given(flights)
def test_a_restriction_of_several_layers_against_a_walk(flight: Flight) -> None:
    # REQ-RES-010: the earliest entry into any of its volumes, and when all are left.
    volumes = (
        *(Volume(circle(600.0, 100.0), *layer) for layer in LAYERS),
        Volume(EVERY_SHAPE["holed"], *LAYERS[0]),
        Volume(EVERY_SHAPE["cup"], *LAYERS[1]),
    )
    register, scene = RestrictionRegister(), flight.scene()
    register.create(draft(volumes=volumes), NOW_US)
    found = register.touched(scene.columns, scene.slots(), NOW_US, AGENCIES, RULES)
    times = (found.time_to_entry_s, found.time_to_exit_s)
    stretch = (float(times[0][0]), float(times[1][0])) if len(found) else NEVER
    Walk(flight, volumes).check(*stretch)


@settings(max_examples=150, deadline=None)
@given(flights, st.sampled_from([75.0, 400.0]))
def test_a_circle_is_met_when_the_pair_with_a_hovering_aircraft_is(
    flight: Flight, radius_m: float
) -> None:
    # REQ-RES-060: one prediction for both.
    look_ahead_s, half_height_m = 25.0, 40.0
    table = rule_table(hold_factor=1.0, stale_after_s=5.0)
    table.horizontal_m[0], table.vertical_m[0] = math.nan, math.nan
    table.horizontal_m[0, 1], table.vertical_m[0, 1] = radius_m, half_height_m
    table.look_ahead_s[0] = [math.nan, look_ahead_s, math.nan, math.nan]
    scene = flight.scene()
    hovering = scene.add(0.0, 0.0, (0.0, 0.0), 150.0, agency=1)
    columns = scene.columns
    columns.minima_incident[: scene.count] = -1
    engine = SeparationEngine(table)
    pairs = engine.full_pass(columns, scene.count, NOW_US)
    limits = (VerticalLimit(110.0, LimitDatum.HAE), VerticalLimit(190.0, LimitDatum.HAE))
    movers = movers_of(columns, scene.slots()[:hovering], NOW_US, engine.rules)
    # The frames differ by what was flown times the change of scale: a little less, a little more.
    smaller, larger = (
        find_entries(PrismSet.of([prism_of(volume(circle(one), *limits))]), movers, look_ahead_s)
        for one in (radius_m - SPARE_M, radius_m + SPARE_M)
    )
    assert len(smaller) <= len(pairs) <= len(larger)
    if len(pairs) and flight.velocity is not None:
        loss_s = float(pairs.time_to_loss_s[0])
        assert float(larger.entry_s[0]) <= loss_s + 1e-3
        assert len(smaller) == 0 or loss_s <= float(smaller.entry_s[0]) + 1e-3


def test_a_turn_is_seen_coming() -> None:
    # Flying north past a restriction in the east: only the right turn leads into it.
    prism = prism_of(volume(circle(300.0, 1_000.0, 500.0)))
    met = []
    for turn_rad in (0.0, -1.2, 1.2):
        scene = Flight(0.0, 0.0, (0.0, 30.0, 0.0), turn_rad, 100.0, 0.0, 0.0).scene()
        movers = movers_of(scene.columns, scene.slots(), NOW_US, RULES)
        met.append(len(find_entries(PrismSet.of([prism]), movers, LOOK_AHEAD_S)) == 1)
    assert met == [False, True, False]
