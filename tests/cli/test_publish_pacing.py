"""Pacing: nothing lost, order and spacing kept, times moved only where they must be."""

from hypothesis import given
from hypothesis import strategies as st

from broker.cli.publish_files import Placed
from broker.cli.publish_pacing import BATCH_WINDOW_US, Plan, batches, plan, prepared
from keepclear.v1.common_pb2 import REPORT_SOURCE_ADSB, REPORT_SOURCE_SIMULATED
from keepclear.v1.tracks_pb2 import TrackReport

NOW_US = 1_760_000_000_000_000


def placed(*times_us: int) -> tuple[Placed, ...]:
    return tuple(
        Placed(f"record {index}", TrackReport(time_of_validity_us=time_us))
        for index, time_us in enumerate(times_us)
    )


def play(
    reports: tuple[Placed, ...],
    speed: float = 1.0,
    keep_times: bool = False,
    simulated: bool = False,
) -> tuple[Plan, list[tuple[int, str, TrackReport]]]:
    chosen = plan(reports, NOW_US, speed, keep_times, simulated)
    made = [
        (batch.due_us, one.place, prepared(one, chosen))
        for batch in batches(reports, chosen)
        for one in batch.reports
    ]
    return chosen, made


@given(st.lists(st.integers(0, 600_000_000), max_size=60), st.sampled_from([0.5, 1.0, 4.0]))
def test_every_report_leaves_once_in_order_and_in_time(offsets_us: list[int], speed: float) -> None:
    reports = placed(*(1_000_000_000 + offset_us for offset_us in offsets_us))
    chosen, made = play(reports, speed)
    assert sorted(place for _, place, _ in made) == sorted(one.place for one in reports)
    dues_us = [due_us for due_us, _, _ in made]
    assert dues_us == sorted(dues_us)
    for due_us, _, report in made:
        lag_us = report.time_of_validity_us - (NOW_US + due_us)
        assert 0 <= lag_us < BATCH_WINDOW_US
    assert chosen.rebase or not offsets_us


def test_recorded_spacing_is_kept() -> None:
    _, made = play(placed(5_000_000, 7_000_000, 7_050_000))
    assert [report.time_of_validity_us - NOW_US for _, _, report in made] == [
        0,
        2_000_000,
        2_050_000,
    ]
    assert [due_us for due_us, _, _ in made] == [0, 2_000_000, 2_000_000]


def test_fresh_times_are_left_alone() -> None:
    chosen, made = play(placed(NOW_US - 59_000_000, NOW_US))
    assert not chosen.rebase
    assert [report.time_of_validity_us for _, _, report in made] == [NOW_US - 59_000_000, NOW_US]


def test_old_times_can_be_kept() -> None:
    _, made = play(placed(5), keep_times=True)
    assert made[0][2].time_of_validity_us == 5


def test_a_time_that_is_not_given_stays_not_given() -> None:
    _, made = play(placed(0, 5_000_000))
    assert made[0][2].time_of_validity_us == 0
    assert made[1][2].time_of_validity_us == NOW_US


def test_simulated_marks_a_copy() -> None:
    report = TrackReport(time_of_validity_us=5, source=REPORT_SOURCE_ADSB)
    _, made = play((Placed("r", report),), simulated=True)
    assert made[0][2].source == REPORT_SOURCE_SIMULATED
    assert report.source == REPORT_SOURCE_ADSB
    assert report.time_of_validity_us == 5


def test_batches_stay_within_the_contract() -> None:
    reports = placed(*([5_000_000] * 4_500))
    sizes = [
        len(batch.reports) for batch in batches(reports, plan(reports, NOW_US, 1, False, False))
    ]
    assert sizes == [2_000, 2_000, 500]
