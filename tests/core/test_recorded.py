"""Recorded encounters through the live core."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from broker.core.airspace import Setup
from broker.core.alerts import AlertLevel
from broker.core.names import SystemName
from broker.core.recorded import Replay, Standing, check_recording, one_report
from broker.core.separation.policy import parse_policy
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportBatch
from tests.core.tracks.batches import at, batch

POLICIES = Path(__file__).resolve().parents[2] / "broker" / "policies"
TOML = (POLICIES / "f3442-benchmark.toml").read_text("utf-8")
POLICY = parse_policy(TOML)
DEGREE_M = 111_250.0


def flight(
    name: str,
    kind: AircraftClass,
    seconds: list[float],
    *,
    north_m: float = 0.0,
    north_mps: float = 0.0,
    **fields: Any,
) -> ReportBatch:
    """Straight along a meridian."""
    rows = [
        at(
            second,
            name,
            latitude_deg=51.5 + (north_m + north_mps * second) / DEGREE_M,
            velocity_east_mps=0.0,
            velocity_north_mps=north_mps,
            vertical_speed_mps=0.0,
            **fields,
        )
        for second in seconds
    ]
    rows[0]["description"] = AircraftDescription(aircraft_class=kind)
    return batch(*rows, publisher=SystemName(name, "recorded"))


def replay(*batches: ReportBatch) -> Replay:
    return Replay(batches, Setup(exercise=False, policy_toml=TOML), POLICY)


def head_on(seconds: list[float]) -> tuple[ReportBatch, ReportBatch]:
    """They meet after 80 s; the volume is entered at (4,000 - 609.6) / 50 = 67.8 s."""
    return (
        flight("heli", AircraftClass.HELICOPTER, seconds, north_mps=50.0),
        flight("drone", AircraftClass.DRONE, [float(k) for k in range(81)], north_m=4_000.0),
    )


def first_second(standings: list[Standing], level: AlertLevel) -> int:
    return next(one.second for one in standings if one.level >= level)


def test_levels_come_in_their_order_and_every_second_is_told() -> None:
    # REQ-SEP: the recorded clock drives the live core.
    standings = list(replay(*head_on([float(k) for k in range(81)])).run())
    assert [one.second for one in standings] == list(range(81))
    assert {(one.place_a, one.place_b) for one in standings} == {(0, 1)}
    caution = first_second(standings, AlertLevel.CAUTION)
    warning = first_second(standings, AlertLevel.WARNING)
    assert caution in range(21, 30)
    assert warning in range(46, 55)
    assert first_second(standings, AlertLevel.FLOOR) in range(75, 80)
    assert standings[60].time_to_loss_s == pytest.approx(7.8, abs=0.3)
    assert standings[0].level is AlertLevel.NONE


def test_gaps_and_half_seconds_still_give_a_row_each_second() -> None:
    seconds = [0.5 * k for k in range(40)] + [30.0, 60.5]
    standings = list(replay(*head_on(seconds)).run())
    assert [one.second for one in standings] == list(range(81))


def test_an_aircraft_that_has_not_come_yet_is_at_no_level() -> None:
    first, second = head_on([float(k) for k in range(81)])
    late = flight("drone", AircraftClass.DRONE, [float(k) for k in range(70, 81)], north_m=4_000.0)
    standings = list(replay(first, late).run())
    assert all(one.level is AlertLevel.NONE for one in standings[:70])
    assert standings[-1].level >= AlertLevel.WARNING
    assert len(second) == 81


def test_encounters_know_nothing_of_each_other() -> None:
    batches = head_on([float(k) for k in range(81)])
    first = list(replay(*batches).run())
    list(replay(batches[1], batches[0]).run())
    assert list(replay(*batches).run()) == first


def test_refused_reports_are_told_with_their_row() -> None:
    heli, drone = head_on([float(k) for k in range(81)])
    heli.latitude_deg[7] = 95.0
    run = replay(heli, drone)
    list(run.run())
    assert [(one.place, one.row) for one in run.refused] == [(0, 7)]
    assert "latitude_deg" in run.refused[0].reason


def test_one_report_of_a_batch() -> None:
    heli = flight("heli", AircraftClass.HELICOPTER, [0.0, 1.0])
    first, second = one_report(heli, 0), one_report(heli, 1)
    assert len(first) == len(second) == 1
    assert first.descriptions[0].aircraft_class is AircraftClass.HELICOPTER
    assert second.descriptions == {}
    assert second.latitude_deg[0] == heli.latitude_deg[1]
    assert math.isnan(second.height_m[0])


def test_what_cannot_be_replayed_is_named() -> None:
    good = flight("heli", AircraftClass.HELICOPTER, [0.0, 1.0])
    assert check_recording([good]) == ""
    assert "order" in check_recording([flight("h", AircraftClass.HELICOPTER, [1.0, 1.0])])
    assert "longer" in check_recording([flight("h", AircraftClass.HELICOPTER, [0.0, 90_000.0])])
    assert "aircraft" in check_recording([good] * 201)
    assert np.all(np.diff(good.time_of_validity_us) > 0)
