import threading
from types import SimpleNamespace

import pytest

from broker.service import clock as clocks
from broker.service.clock import SystemClock, VirtualClock
from tests.patience import PATIENCE_S


def test_a_wall_clock_that_is_set_back_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    readings = iter([2_000_000, 5_000_000, 3_000_000, 6_000_000])
    monkeypatch.setattr(clocks, "time", SimpleNamespace(time_ns=lambda: next(readings)))
    assert [clock.now_us() for _ in range(4)] == [2_000, 5_000, 5_000, 6_000]


def test_waiting_for_a_moment_that_has_passed_returns_at_once() -> None:
    clock, condition = SystemClock(), threading.Condition()
    with condition:
        clock.wait(condition, clock.now_us() - 1)
    assert clock.monotonic_us() <= clock.monotonic_us()


def test_a_notified_waiter_wakes_before_its_time() -> None:
    clock, condition, woken = SystemClock(), threading.Condition(), threading.Event()
    ready = threading.Event()

    def wait() -> None:
        with condition:
            ready.set()
            clock.wait(condition, clock.now_us() + 3_600_000_000)
        woken.set()

    threading.Thread(target=wait, daemon=True).start()
    assert ready.wait(PATIENCE_S)
    with condition:
        condition.notify()
    assert woken.wait(PATIENCE_S)


def test_virtual_time_moves_only_when_told() -> None:
    clock = VirtualClock(100)
    assert (clock.now_us(), clock.monotonic_us()) == (100, 100)
    clock.advance_to(100)
    clock.advance_to(250)
    assert (clock.now_us(), clock.monotonic_us()) == (250, 250)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(249)


def test_moving_virtual_time_wakes_whoever_waits_for_it() -> None:
    clock, condition, woken = VirtualClock(0), threading.Condition(), threading.Event()
    ready = threading.Event()

    def wait() -> None:
        with condition:
            ready.set()
            while clock.now_us() < 10:
                clock.wait(condition, 10)
        woken.set()

    threading.Thread(target=wait, daemon=True).start()
    assert ready.wait(PATIENCE_S)
    clock.advance_to(5)
    assert not woken.is_set()
    clock.advance_to(10)
    assert woken.wait(PATIENCE_S)
