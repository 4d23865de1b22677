"""A broker that is started again by a clock that was set back, in virtual time, on its own log."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from broker.core.alerts import Alert
from broker.core.clock_steps import SET_BACK_US_MAX
from broker.core.commands import SubmitReports
from broker.core.names import SystemName
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from broker.core.units import HOUR_US, SECOND_US
from broker.service.clock import ClockSetBack, SystemClock
from tests.core.tracks.batches import at, batch
from tests.system.harness import Rig, replayed, rig

START_US = 1_795_200_000_000_000
POLICE, FIRE = SystemName("met", "drones"), SystemName("lfb", "drones")


async def meet(one: Rig, seconds: int) -> None:
    """Two drones hover side by side."""
    for _ in range(seconds):
        for publisher, longitude_deg in ((POLICE, -0.0871), (FIRE, -0.0868)):
            drone = AircraftDescription(AircraftClass.DRONE, callsign=publisher.agency)
            report = at(
                0, "t1", time_of_validity_us=one.clock.now_us(), longitude_deg=longitude_deg,
                velocity_east_mps=0.0, velocity_north_mps=0.0, vertical_speed_mps=0.0,
                source=ReportSource.SIMULATED, description=drone,
            )  # fmt: skip
            reports = batch(report, publisher=publisher)
            one.broker.engine.submit(SubmitReports(reports, one.clock.now_us()))
        await one.settle()
        await one.run_to(one.clock.now_us() + SECOND_US)


def standing(one: Rig) -> list[Alert]:
    return one.broker.projection.airspace.alerting.active()


async def twice(
    data_dir: Path, back_us: int, then: Callable[[Rig, Alert], Awaitable[None]]
) -> None:
    """Until there is an alert; then again, by a clock that was set back, on the same log."""
    async with rig(data_dir, START_US) as one:
        await meet(one, 5)
        [alert] = standing(one)
        end_us = one.clock.now_us()
    async with rig(data_dir, end_us - back_us) as again:
        await then(again, alert)


async def test_no_alert_outlives_the_clock_that_it_was_raised_by(tmp_path: Path) -> None:
    # REQ-CLOCK-001
    async def look(one: Rig, alert: Alert) -> None:
        await one.run_to(one.clock.now_us() + 2 * SECOND_US)
        assert standing(one) == []
        await meet(one, 5)
        [new] = standing(one)
        assert new.alert_id != alert.alert_id
        assert new.raised_us < alert.raised_us
        for _ in range(130):  # silence: until both are lost
            await one.run_to(one.clock.now_us() + SECOND_US)
        assert standing(one) == []

    await twice(tmp_path, HOUR_US, look)


async def test_the_log_makes_the_same_of_it_again(tmp_path: Path) -> None:
    # REQ-DET-001, REQ-CLOCK-001: also where the set-back lies in the middle of what is replayed.
    async def look(one: Rig, _: Alert) -> None:
        await meet(one, 5)
        left.append((standing(one)[0].alert_id, one.clock.now_us()))

    left: list[tuple[str, int]] = []
    await twice(tmp_path, HOUR_US, look)
    [(alert_id, end_us)] = left
    assert replayed(tmp_path) == replayed(tmp_path)
    async with rig(tmp_path, end_us) as third:
        assert [one.alert_id for one in standing(third)] == [alert_id]


async def test_a_little_is_waited_out(tmp_path: Path) -> None:
    # REQ-ALERT-010
    async def look(one: Rig, alert: Alert) -> None:
        await meet(one, 8)
        assert [new.alert_id for new in standing(one)] == [alert.alert_id]

    await twice(tmp_path, SET_BACK_US_MAX // 2, look)


def test_while_it_runs_the_broker_stops_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-CLOCK-003
    clock, now_ns = SystemClock(), time.time_ns()
    monkeypatch.setattr("time.time_ns", lambda: now_ns)
    before_us = clock.now_us()
    monkeypatch.setattr("time.time_ns", lambda: now_ns - SET_BACK_US_MAX * 1_000)
    assert clock.now_us() == before_us
    monkeypatch.setattr("time.time_ns", lambda: now_ns - HOUR_US * 1_000)
    with pytest.raises(ClockSetBack, match="set back by 3600 s"):
        clock.now_us()
