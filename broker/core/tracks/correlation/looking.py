"""Which tracks are worth a look together, and one look at two of them."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from broker.core.effects import TrackState
from broker.core.tracks.correlation.evidence import LOOK_INTERVAL_S, Look
from broker.core.tracks.correlation.hearing import accuracy_or_usual_m
from broker.core.tracks.register import Slots, TrackRegister
from broker.core.tracks.reports import RADIO_SOURCES, ReportSource
from broker.core.units import SECOND_US

GATE_M: Final = 400.0
"""Tracks further apart are not looked at."""
TURNS: Final = round(LOOK_INTERVAL_S)
"""A second apart: every radio track has its turn, so that no tick pays for all."""
LOOKED_FROM_MAX: Final = 100
"""Radio tracks looked at in one turn; of more, others come next time."""
COURSE_SPEED_MPS_MIN: Final = 3.0
"""Slower, a course is noise."""
_RADIO: Final = np.array([source in RADIO_SOURCES for source in ReportSource], dtype=np.bool_)


def where(register: TrackRegister, slot: int) -> tuple[float, float]:
    """The track's place in the projected frame."""
    return float(register.columns.x_m[slot]), float(register.columns.y_m[slot])


def candidates(register: TrackRegister, now_us: int) -> Iterator[tuple[int, int]]:
    """Pairs of near tracks (the lower slot first) of which at least one is heard by radio only."""
    columns, live = register.columns, register.live_slots()
    live = live[columns.state[live] == TrackState.CURRENT]
    radio = live[_RADIO[columns.source[live]]]
    if len(radio) == 0 or len(live) < 2:
        return
    turn = now_us // SECOND_US
    radio = radio[radio % TURNS == turn % TURNS]
    if len(radio) > LOOKED_FROM_MAX:
        first = turn // TURNS * LOOKED_FROM_MAX % len(radio)
        radio = np.roll(radio, -int(first))[:LOOKED_FROM_MAX]
    yield from _near(register, radio, live)


def pairs_near(register: TrackRegister, slots: Iterable[int]) -> list[tuple[int, int]]:
    """Pairs (the lower slot first) of these tracks and near ones, one of them heard by radio."""
    columns, live = register.columns, register.live_slots()
    is_radio = _RADIO[columns.source[live]]
    if not is_radio.any():
        return []
    chosen = np.fromiter(slots, dtype=np.int32)
    from_radio = _RADIO[columns.source[chosen]]
    found = {*_near(register, chosen[from_radio], live)}
    found |= {*_near(register, chosen[~from_radio], live[is_radio])}
    return sorted(found)


def _near(register: TrackRegister, slots: Slots, among: Slots) -> list[tuple[int, int]]:
    """Pairs of one of `slots` and another of `among` within the gate, sorted."""
    columns = register.columns
    by_north = among[np.argsort(columns.y_m[among], kind="stable")]
    north_m = columns.y_m[by_north]
    firsts = np.searchsorted(north_m, columns.y_m[slots] - GATE_M)
    lasts = np.searchsorted(north_m, columns.y_m[slots] + GATE_M)
    found: set[tuple[int, int]] = set()
    for slot, first, last in zip(slots.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
        near = by_north[first:last]
        east_m = (columns.x_m[near] - columns.x_m[slot]) * columns.east_scale[slot]
        for other in near[np.abs(east_m) <= GATE_M].tolist():
            if other != slot:
                found.add((min(slot, other), max(slot, other)))
    return sorted(found)


def look_at(register: TrackRegister, slot_a: int, slot_b: int) -> Look:
    """Both at the time of the newer position, the older one carried on with its velocity."""
    columns = register.columns
    times_us = [int(columns.time_of_validity_us[slot]) for slot in (slot_a, slot_b)]
    at_us = max(times_us)
    places = [_carried(register, slot, at_us) for slot in (slot_a, slot_b)]
    scale = float(columns.east_scale[slot_a] + columns.east_scale[slot_b]) / 2.0
    speeds = [velocity_or_zero(register, slot) for slot in (slot_a, slot_b)]
    faster_mps = max(math.hypot(*speed) for speed in speeds)
    slower_mps = min(math.hypot(*speed) for speed in speeds)
    east_mps, north_mps = speeds[0]
    moving = slower_mps >= COURSE_SPEED_MPS_MIN
    return Look(
        at_us=at_us,
        east_m=(places[1][0] - places[0][0]) * scale,
        north_m=places[1][1] - places[0][1],
        up_m=float(columns.altitude_hae_m[slot_b] - columns.altitude_hae_m[slot_a]),
        joint_accuracy_m=math.hypot(_accuracy_m(register, slot_a), _accuracy_m(register, slot_b)),
        drift_m=faster_mps * abs(times_us[0] - times_us[1]) / SECOND_US,
        step_m=slower_mps * LOOK_INTERVAL_S,
        course_rad=math.atan2(east_mps, north_mps) if moving else math.nan,
    )


def _carried(register: TrackRegister, slot: int, at_us: int) -> tuple[float, float]:
    x_m, y_m = where(register, slot)
    east_mps, north_mps = velocity_or_zero(register, slot)
    age_s = (at_us - int(register.columns.time_of_validity_us[slot])) / SECOND_US
    return x_m + east_mps * age_s / float(
        register.columns.east_scale[slot]
    ), y_m + north_mps * age_s


def velocity_or_zero(register: TrackRegister, slot: int) -> tuple[float, float]:
    """East and north, m/s; zero where unknown."""
    east_mps = float(register.columns.velocity_east_mps[slot])
    north_mps = float(register.columns.velocity_north_mps[slot])
    return (0.0, 0.0) if math.isnan(east_mps) else (east_mps, north_mps)


def _accuracy_m(register: TrackRegister, slot: int) -> float:
    columns = register.columns
    return accuracy_or_usual_m(
        float(columns.horizontal_accuracy_m[slot]), int(columns.source[slot])
    )
