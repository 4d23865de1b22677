import asyncio

from adapters.clock import RealClock, VirtualClock


async def test_sleepers_wake_in_order_at_the_time_they_asked_for() -> None:
    clock = VirtualClock(1_000_000)
    woken: list[tuple[str, int]] = []

    async def sleep(name: str, delay_s: float) -> None:
        await clock.sleep_s(delay_s)
        woken.append((name, clock.now_us()))

    tasks = [asyncio.create_task(sleep(name, at)) for name, at in (("b", 2), ("a", 1), ("c", 9))]
    await clock.advance_s(5.0)
    assert woken == [("a", 2_000_000), ("b", 3_000_000)]
    assert clock.now_us() == 6_000_000
    tasks[2].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await clock.advance_s(10.0)  # a sleeper that gave up does no harm
    assert len(woken) == 2


async def test_the_clock_never_goes_back() -> None:
    clock = VirtualClock(5)
    await clock.advance_to_us(3)
    assert clock.now_us() == 5


async def test_the_real_clock_goes_on() -> None:
    clock = RealClock()
    before_us = clock.now_us()
    await clock.sleep_s(0.001)
    assert clock.now_us() > before_us > 1_600_000_000_000_000
