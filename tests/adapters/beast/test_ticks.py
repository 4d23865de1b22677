from hypothesis import given
from hypothesis import strategies as st

from adapters.beast.ticks import MAX_DELAY_US, RETIE_US, TICKS_PER_US, TickClock

START_US = 1_700_000_000_000_000


def test_frames_of_one_piece_keep_their_spacing_though_they_arrive_together() -> None:
    ticks = TickClock()
    ticks.arrived(12 * 500, START_US)
    assert [ticks.time_us(12 * us, START_US) for us in (0, 400, 500)] == [
        START_US - 500,
        START_US - 100,
        START_US,
    ]


def test_the_least_delayed_piece_ties_and_later_delays_do_not_move_times() -> None:
    ticks = TickClock()
    ticks.arrived(0, START_US + 300_000)  # 300 ms late
    ticks.arrived(12_000_000, START_US + 1_010_000)  # 10 ms late: ties anew
    assert ticks.time_us(12_000_000, START_US + 1_010_000) == START_US + 1_010_000
    ticks.arrived(24_000_000, START_US + 2_200_000)
    assert ticks.time_us(24_000_000, START_US + 2_200_000) == START_US + 2_010_000


def test_a_quartz_50_millionths_slow_is_followed() -> None:
    ticks, worst_us = TickClock(), 0
    for second in range(3_600):
        true_us = START_US + second * 1_000_000
        counter = round(second * 1_000_000 * TICKS_PER_US * (1 - 50e-6))
        ticks.arrived(counter, true_us)
        worst_us = max(worst_us, true_us - ticks.time_us(counter, true_us))
    assert worst_us <= 2 * RETIE_US * 50e-6 + 1_000


@given(st.lists(st.tuples(st.integers(0, 2**48 - 1), st.integers(0, 10**7)), max_size=50))
def test_no_counter_gives_a_time_after_arrival_or_long_before(
    pieces: list[tuple[int, int]],
) -> None:
    ticks, now_us = TickClock(), START_US
    for counter, step_us in pieces:
        now_us += step_us
        ticks.arrived(counter, now_us)
        assert 0 <= now_us - ticks.time_us(counter, now_us) <= MAX_DELAY_US
    ticks.reset()
    assert ticks.time_us(5, now_us) == now_us
