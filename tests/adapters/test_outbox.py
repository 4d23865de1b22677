import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import outbox
from adapters.outbox import MAX_REPORT_AGE_US, Outbox
from adapters.stats import MAX_REASONS, AdapterState, AdapterStats, count
from keepclear.client import report
from keepclear.v1.tracks_pb2 import TrackReport


def position(name: str = "a", time_us: int = 1_000_000, latitude_deg: float = 51.5) -> TrackReport:
    return report(name, latitude_deg=latitude_deg, longitude_deg=0.1, time_of_validity_us=time_us)


def made() -> tuple[Outbox, AdapterStats]:
    stats = AdapterStats("test")
    return Outbox(stats), stats


def test_an_unmoved_position_with_a_wobbling_time_is_a_repeat() -> None:
    box, stats = made()
    for time_us in (1_000_000, 1_100_000, 900_000, 1_300_000):
        box.add(position(time_us=time_us))
    assert [each.time_of_validity_us for each in box.take(9, 0)] == [1_000_000]
    assert stats.repeated == 3


def test_a_hovering_aircraft_is_not_a_repeat() -> None:
    box, stats = made()
    box.add(position())
    box.take(9, 0)
    box.add(position(time_us=1_500_000))
    assert len(box) == 1
    assert stats.repeated == 0


def test_only_the_latest_of_each_aircraft_waits() -> None:
    box, stats = made()
    box.add(position())
    box.add(position("b"))
    box.add(position(time_us=2_000_000, latitude_deg=51.6))
    assert [each.source_track_id for each in box.take(9, 0)] == ["b", "a"]
    assert stats.superseded == 1


def test_what_could_not_be_sent_gives_way_to_what_is_newer() -> None:
    box, stats = made()
    box.add(position())
    box.add(position("b"))
    failed = box.take(9, 0)
    box.add(position(time_us=2_000_000, latitude_deg=51.6))
    box.put_back(failed)
    waiting = {each.source_track_id: each.time_of_validity_us for each in box.take(9, 0)}
    assert waiting == {"a": 2_000_000, "b": 1_000_000}
    assert stats.superseded == 1


def test_too_old_is_not_sent() -> None:
    box, stats = made()
    box.add(position())
    assert box.take(9, 1_000_000 + MAX_REPORT_AGE_US + 1) == []
    assert stats.expired == 1


def test_room_is_bounded_and_what_does_not_fit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_WAITING_REPORTS", 3)
    monkeypatch.setattr(outbox, "MAX_REMEMBERED_TRACKS", 2)
    box, stats = made()
    for name in "abcde":
        box.add(position(name))
    assert (len(box), stats.shed, len(box._last)) == (3, 2, 2)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 20)), max_size=40))
def test_times_of_one_aircraft_always_grow_and_nothing_is_lost_uncounted(
    steps: list[tuple[str, int]],
) -> None:
    box, stats = made()
    sent: list[TrackReport] = []
    for number, (name, time_s) in enumerate(steps):
        box.add(position(name, time_s * 1_000_000, 50.0 + number / 100))
        if number % 3 == 0:
            sent += box.take(2, 0)
    sent += box.take(99, 0)
    for name in "abc":
        times = [each.time_of_validity_us for each in sent if each.source_track_id == name]
        assert times == sorted(set(times))
    assert len(sent) + stats.repeated + stats.superseded == len(steps)


def test_reasons_are_bounded() -> None:
    stats = AdapterStats("test")
    for number in range(MAX_REASONS + 50):
        count(stats.refused, f"reason {number}")
    assert len(stats.refused) == MAX_REASONS + 1
    assert stats.refused["other"] == 50


def test_the_line_shows_how_fresh_input_and_output_are() -> None:
    stats = AdapterStats("readsb x", state=AdapterState.RUNNING, last_input_us=1_000_000)
    stats.broker_error = "away"
    assert stats.line(3_500_000) == (
        "readsb x: running, input 2.5 s ago, output never, 0 accepted, 0 refused, broker: away"
    )
