import pytest

from keepclear.v1 import restrictions_pb2, tracks_pb2
from sim.faults import FaultPlan, Faults
from sim.london import Emission, London
from sim.measures import SECOND_US
from sim.profiles import EVERY_BOROUGH

MET = "agencies/met/systems/drones"
LFB = "agencies/lfb/systems/drones"


def batch(at_s: float, *tracks: str, system: str = MET, latitude_deg: float = 51.5) -> Emission:
    at_us = round(at_s * SECOND_US)
    found = [
        tracks_pb2.TrackReport(
            source_track_id=track, time_of_validity_us=at_us - 100_000, latitude_deg=latitude_deg
        )
        for track in tracks
    ]
    return Emission(system, tracks_pb2.PublishTracksRequest(reports=found), at_us)


def seen(emissions: list[Emission]) -> list[tuple[int, str, int]]:
    return [
        (emission.sent_us, report.source_track_id, report.time_of_validity_us)
        for emission in emissions
        if isinstance(emission.request, tracks_pb2.PublishTracksRequest)
        for report in emission.request.reports
    ]


def many(count: int = 2_000) -> list[Emission]:
    return [batch(1 + i / 10, f"t{i % 5}") for i in range(count)]


def test_no_plan_passes_everything_as_it_is() -> None:
    sent = many(10)
    assert Faults([], 1).apply(sent, 100 * SECOND_US) == sent


def test_an_empty_plan_changes_no_report() -> None:
    sent = many(10)
    assert seen(Faults([FaultPlan()], 1).apply(sent, 100 * SECOND_US)) == seen(sent)


def test_dropping_takes_its_share() -> None:
    faults = Faults([FaultPlan(drop_share=0.3)], 1)
    left = seen(faults.apply(many(), 1_000 * SECOND_US))
    assert faults.counts.dropped + len(left) == 2_000
    assert 500 <= faults.counts.dropped <= 700


def test_duplicates_come_twice() -> None:
    faults = Faults([FaultPlan(duplicate_share=0.5)], 1)
    left = seen(faults.apply(many(), 1_000 * SECOND_US))
    assert len(left) == 2_000 + faults.counts.duplicated
    assert len(set(left)) == 2_000
    assert 900 <= faults.counts.duplicated <= 1_100


def test_a_delay_holds_reports_back_with_their_own_times() -> None:
    faults = Faults([FaultPlan(delay_s=5.0)], 1)
    assert faults.apply([batch(10.0, "a")], 14 * SECOND_US) == []
    (late,) = seen(faults.apply([], 15 * SECOND_US))
    assert late == (15 * SECOND_US, "a", 9_900_000)


def test_reordered_reports_are_overtaken() -> None:
    faults = Faults([FaultPlan(reorder_share=0.2, reorder_s=0.5)], 3)
    left = seen(faults.apply(many(), 1_000 * SECOND_US))
    times = [validity_us for _, _, validity_us in left]
    assert len(left) == 2_000
    assert times != sorted(times)
    assert faults.counts.reordered > 300
    assert [sent_us for sent_us, _, _ in left] == sorted(sent_us for sent_us, _, _ in left)


@pytest.mark.parametrize("skew_s", [-30.0, 2.5])
def test_a_wrong_clock_shifts_the_times_of_validity_only(skew_s: float) -> None:
    (found,) = seen(Faults([FaultPlan(clock_skew_s=skew_s)], 1).apply([batch(100, "a")], 10**9))
    assert found == (100 * SECOND_US, "a", round((99.9 + skew_s) * SECOND_US))


def test_a_frozen_feed_repeats_each_position_under_new_times_until_it_thaws() -> None:
    plan = FaultPlan(frozen_from_us=10 * SECOND_US, frozen_until_us=20 * SECOND_US)
    faults = Faults([plan], 1)
    sent = [batch(at_s, "a", latitude_deg=50.0 + at_s / 100) for at_s in (9, 10, 15, 19, 20)]
    out = faults.apply(sent, 30 * SECOND_US)
    latitudes = [e.request.reports[0].latitude_deg for e in out]  # type: ignore[union-attr]
    assert latitudes == [50.09, 50.10, 50.10, 50.10, 50.20]
    assert [validity_us for _, _, validity_us in seen(out)] == [v for _, _, v in seen(sent)]
    assert faults.counts.frozen == 3


def test_a_plan_for_one_system_leaves_the_others_alone() -> None:
    faults = Faults([FaultPlan(system=MET, drop_share=1.0)], 1)
    left = faults.apply([batch(1, "a"), batch(1, "b", system=LFB)], SECOND_US)
    assert seen(left) == seen([batch(1, "b", system=LFB)])


def test_the_given_emissions_are_not_changed() -> None:
    sent = [batch(1, "a")]
    before = sent[0].request.SerializeToString()
    Faults([FaultPlan(clock_skew_s=9.0)], 1).apply(sent, SECOND_US)
    assert sent[0].request.SerializeToString() == before


def test_requests_pass_untouched() -> None:
    request = restrictions_pb2.CreateRestrictionRequest(request_id="r")
    sent = [Emission(MET, request, SECOND_US)]
    assert Faults([FaultPlan(drop_share=1.0)], 1).apply(sent, SECOND_US) == sent


def test_the_same_seed_does_the_same_to_london() -> None:
    def through() -> list[tuple[int, str, int]]:
        london = London(EVERY_BOROUGH, 1, SECOND_US * 10**9)
        faults = Faults([FaultPlan(drop_share=0.1, duplicate_share=0.1, reorder_share=0.1)], 4)
        to_us = london.start_us + 5 * SECOND_US
        return seen(faults.apply(london.advance(to_us), to_us))

    assert through() == through()


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_outside_0_to_1_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share must"):
        FaultPlan(drop_share=share)
    with pytest.raises(ValueError, match="share must"):
        FaultPlan(duplicate_share=share)


def test_a_negative_delay_is_refused() -> None:
    with pytest.raises(ValueError, match="delay must"):
        FaultPlan(delay_s=-1.0)
