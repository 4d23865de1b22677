"""Seeded traffic and rules for the separation tests, and a slow, obvious reference."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.cylinder import RelativeState, conflict_interval, inside_now
from broker.core.separation.rules import LEVEL_COUNT, PairSamples, RuleTable
from broker.core.tracks.table import TrackColumns, empty_columns
from broker.core.units import SECOND_US

START_US = 1_760_000_000 * SECOND_US
LONDON_X_M = -14_000.0
LONDON_Y_M = 5_708_000.0
OFF = math.nan
DRONE, HELICOPTER, AEROPLANE = range(3)


def rule_table(
    *, hold_factor: float = 1.2, accuracy_weight: float = 1.0, stale_after_s: float = 3.0
) -> RuleTable:
    """Drones, helicopters, aeroplanes; aeroplanes among themselves have no rule."""
    rule_of = np.full((3, 3, 3), -1, dtype=np.int16)
    rule_of[:, DRONE, DRONE] = [0, 1, 2]
    for crewed in (HELICOPTER, AEROPLANE):
        rule_of[:, DRONE, crewed] = rule_of[:, crewed, DRONE] = 3
    rule_of[:, HELICOPTER, HELICOPTER] = 4
    rule_of[:, HELICOPTER, AEROPLANE] = rule_of[:, AEROPLANE, HELICOPTER] = 4
    return RuleTable(
        version="test",
        rule_ids=("drones", "drones-incident", "drones-own", "drone-crewed", "crewed"),
        rule_of=rule_of,
        horizontal_m=np.array(
            [
                [OFF, 75.0, 75.0, 15.0],
                [OFF, 30.0, 30.0, 15.0],
                [OFF, OFF, 15.0, 10.0],
                [609.6, 609.6, 609.6, 152.4],
                [OFF, 914.4, 914.4, 152.4],
            ]
        ),
        vertical_m=np.array(
            [
                [OFF, 25.0, 25.0, 5.0],
                [OFF, 15.0, 15.0, 5.0],
                [OFF, OFF, 10.0, 5.0],
                [121.92, 76.2, 76.2, 30.48],
                [OFF, 152.4, 152.4, 30.48],
            ]
        ),
        look_ahead_s=np.array(
            [
                [OFF, 25.0, 12.0, 0.0],
                [OFF, 15.0, 8.0, 0.0],
                [OFF, OFF, 6.0, 0.0],
                [60.0, 45.0, 25.0, 0.0],
                [OFF, 40.0, 25.0, 0.0],
            ]
        ),
        hold_factor=hold_factor,
        accuracy_weight=accuracy_weight,
        assumed_speed_mps=np.array([20.0, 60.0, 75.0]),
        least_growth_mps=np.array([3.0, 15.0, 15.0]),
        growth_m_max=900.0,
        stale_after_s=stale_after_s,
    )


@dataclass(slots=True)
class Traffic:
    """A track table that moves at random; the same seed gives the same traffic."""

    seed: int
    side_m: float = 8_000.0
    doubtful: bool = True
    """Some velocities, altitudes and accuracies are not known, some aircraft hover."""
    columns: TrackColumns = field(default_factory=lambda: empty_columns(64))
    high_water: int = 0
    next_number: int = 100
    random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def add(self, slot: int, now_us: int) -> None:
        """A new aircraft in a free slot."""
        columns, random = self.columns, self.random
        category = int(random.choice([DRONE, DRONE, DRONE, DRONE, HELICOPTER, AEROPLANE]))
        columns.active[slot] = 1
        columns.track_number[slot] = self.next_number
        self.next_number += 1
        columns.category[slot] = category
        columns.agency_index[slot] = random.integers(0, 4)
        columns.minima_incident[slot] = random.integers(-1, 2)
        columns.trusted[slot] = random.integers(0, 2)
        columns.x_m[slot] = LONDON_X_M + random.uniform(0.0, self.side_m) / 0.62
        columns.y_m[slot] = LONDON_Y_M + random.uniform(0.0, self.side_m)
        columns.altitude_hae_m[slot] = random.uniform(50.0, 250.0)
        self.high_water = max(self.high_water, slot + 1)
        self.report(slot, now_us)

    def report(self, slot: int, now_us: int) -> None:
        """A fresh report: the aircraft goes on from where it was, and turns."""
        columns, random = self.columns, self.random
        fast = columns.category[slot] != DRONE
        speed_mps = random.uniform(20.0, 75.0) if fast else random.uniform(0.0, 25.0)
        heading = random.uniform(0.0, 2.0 * math.pi)
        columns.velocity_east_mps[slot] = speed_mps * math.sin(heading)
        columns.velocity_north_mps[slot] = speed_mps * math.cos(heading)
        columns.vertical_speed_mps[slot] = random.uniform(-3.0, 3.0)
        columns.x_m[slot] += random.normal(0.0, 15.0)
        columns.y_m[slot] += random.normal(0.0, 15.0)
        columns.east_scale[slot] = math.cos(columns.y_m[slot] / 6_371_000.0)
        columns.time_of_validity_us[slot] = now_us - int(random.uniform(0.0, 1.5) * SECOND_US)
        columns.horizontal_accuracy_m[slot] = random.uniform(0.0, 10.0)
        columns.vertical_doubt_m[slot] = random.uniform(0.0, 20.0)
        if self.doubtful:
            self._doubt(slot)

    def _doubt(self, slot: int) -> None:
        columns, chance = self.columns, self.random.random(6)
        if chance[0] < 0.05:
            columns.velocity_east_mps[slot] = math.nan
        if chance[1] < 0.05:
            columns.altitude_hae_m[slot] = math.nan
        elif math.isnan(columns.altitude_hae_m[slot]):
            columns.altitude_hae_m[slot] = 120.0
        if chance[2] < 0.1:
            columns.horizontal_accuracy_m[slot] = math.nan
        if chance[3] < 0.1:
            columns.vertical_doubt_m[slot] = math.nan
        if chance[4] < 0.1:
            columns.vertical_speed_mps[slot] = math.nan
        if chance[5] < 0.3:
            columns.velocity_east_mps[slot] = columns.velocity_north_mps[slot] = 0.0

    def remove(self, slot: int) -> None:
        self.columns.active[slot] = 0

    def active(self) -> list[int]:
        return [int(slot) for slot in np.flatnonzero(self.columns.active[: self.high_water])]


def fleet(seed: int, count: int, side_m: float = 8_000.0, *, doubtful: bool = True) -> Traffic:
    """`count` aircraft, all reported about `START_US`."""
    traffic = Traffic(seed, side_m, doubtful, empty_columns(max(64, count)))
    for slot in range(count):
        traffic.add(slot, START_US)
    return traffic


def slots_of(*slots: int) -> NDArray[np.int32]:
    return np.array(slots, dtype=np.int32)


Row = tuple[int, int, int, int, int]


def rows_of(samples: PairSamples, columns: TrackColumns) -> list[Row]:
    """(number a, number b, rule, level, hold level) of each sample."""
    return [
        (int(columns.track_number[a]), int(columns.track_number[b]), int(r), int(level), int(hold))
        for a, b, r, level, hold in zip(
            samples.slot_a,
            samples.slot_b,
            samples.rule,
            samples.level,
            samples.hold_level,
            strict=True,
        )
    ]


def bytes_of(samples: PairSamples) -> bytes:
    """Everything a sample set tells, for comparisons to the bit."""
    return b"|".join(
        np.ascontiguousarray(getattr(samples, name)).tobytes()
        for name in PairSamples.__dataclass_fields__
    )


def reference_rows(table: RuleTable, columns: TrackColumns, now_us: int) -> list[Row]:
    """All pairs, one by one, straight from the columns."""
    slots = sorted(
        (int(slot) for slot in np.flatnonzero(columns.active)),
        key=lambda slot: int(columns.track_number[slot]),
    )
    rows: list[Row] = []
    for place, a in enumerate(slots):
        for b in slots[place + 1 :]:
            rule = _rule(table, columns, a, b)
            if rule < 0:
                continue
            level = _level(table, columns, (a, b), rule, now_us, 1.0)
            hold = _level(table, columns, (a, b), rule, now_us, table.hold_factor)
            if hold:
                numbers = int(columns.track_number[a]), int(columns.track_number[b])
                rows.append((*numbers, rule, level, hold))
    return rows


def _rule(table: RuleTable, columns: TrackColumns, a: int, b: int) -> int:
    incident = columns.minima_incident[a]
    if columns.agency_index[a] == columns.agency_index[b]:
        relation = 2
    elif incident >= 0 and incident == columns.minima_incident[b]:
        relation = 1
    else:
        relation = 0
    return int(table.rule_of[relation, columns.category[a], columns.category[b]])


def _level(
    table: RuleTable,
    columns: TrackColumns,
    pair: tuple[int, int],
    rule: int,
    now_us: int,
    factor: float,
) -> int:
    positions, velocities, extras = [], [], []
    for slot in pair:
        age_s = (now_us - int(columns.time_of_validity_us[slot])) * 1e-6
        assumed_mps = float(table.assumed_speed_mps[columns.category[slot]])
        u = float(columns.velocity_east_mps[slot])
        v = float(columns.velocity_north_mps[slot])
        w = float(np.nan_to_num(columns.vertical_speed_mps[slot]))
        if math.isnan(u) or math.isnan(v):
            u = v = 0.0
            growth_m, per_look_ahead_mps = assumed_mps * max(0.0, age_s), assumed_mps
        else:
            least_mps = float(table.least_growth_mps[columns.category[slot]])
            growth_m = max(least_mps, math.hypot(u, v)) * max(0.0, age_s - table.stale_after_s)
            per_look_ahead_mps = 0.0
        velocities.append((u, v, w))
        z = float(columns.altitude_hae_m[slot]) + w * age_s
        positions.append((u * age_s, float(columns.y_m[slot]) + v * age_s, z))
        extras.append((min(table.growth_m_max, growth_m), per_look_ahead_mps))
    a, b = pair
    scale = (columns.east_scale[a] + columns.east_scale[b]) / 2.0
    east_m = float((columns.x_m[b] - columns.x_m[a]) * scale) + positions[1][0] - positions[0][0]
    state = RelativeState(
        east_m,
        positions[1][1] - positions[0][1],
        positions[1][2] - positions[0][2],
        *(velocities[1][axis] - velocities[0][axis] for axis in range(3)),
    )
    accuracy = np.nan_to_num(columns.horizontal_accuracy_m[list(pair)])
    doubt = np.nan_to_num(columns.vertical_doubt_m[list(pair)])
    for step in reversed(range(LEVEL_COUNT)):
        look_ahead_s = float(table.look_ahead_s[rule, step])
        if math.isnan(look_ahead_s):
            continue
        radius_m = table.horizontal_m[rule, step] + sum(g + s * look_ahead_s for g, s in extras)
        radius_m += table.accuracy_weight * math.hypot(*accuracy)
        height_m = table.vertical_m[rule, step] + table.accuracy_weight * math.hypot(*doubt)
        limits = float(radius_m) * factor, float(height_m) * factor
        if look_ahead_s == 0.0:
            entered = inside_now(state, *limits)
        else:
            entered = conflict_interval(state, *limits, look_ahead_s)[0]
        if entered:
            return step + 1
    return 0
