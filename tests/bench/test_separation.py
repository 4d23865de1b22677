"""The separation bench runs, compares fairly, and works without its peer."""

import numpy as np
import pytest

from broker.bench import peers, separation
from broker.bench.scenario import (
    START_US,
    bench_policy,
    bench_rules,
    columns_of,
    hot_spots,
    london,
)
from broker.bench.separation import SeparationBench, growth_exponent, run
from broker.bench.separation_table import separation_table
from broker.core.separation.engine import SeparationEngine

TINY = SeparationBench((300,), (300,), 300, 1, 1)


def test_the_same_seed_gives_the_same_traffic() -> None:
    one, other = london(500), london(500)
    assert one.latitude_deg.tobytes() == other.latitude_deg.tobytes()
    assert np.count_nonzero(one.is_helicopter) == 3
    assert one.ground_speed_mps[~one.is_helicopter].max() <= 25.0
    assert one.ground_speed_mps[one.is_helicopter].min() >= 20.0


def test_hot_spots_crowd_and_some_hover() -> None:
    crowd = hot_spots(4_000)
    assert 200 < np.count_nonzero(crowd.ground_speed_mps == 0.0) < 600
    spread = np.ptp(crowd.latitude_deg[2_000:])
    assert np.std(crowd.latitude_deg[:2_000]) < spread


def test_one_against_all_finds_what_the_engine_finds() -> None:
    scenario = hot_spots(2_000)
    columns = columns_of(scenario)
    samples = SeparationEngine(bench_rules()).full_pass(columns, 2_000, START_US)
    pairs = peers.unordered(np.stack([samples.slot_a, samples.slot_b], axis=1))
    assert len(pairs) > 20
    for slot in (int(pairs[0, 0]), int(pairs[-1, 1]), 7):
        ours = pairs[(pairs == slot).any(axis=1)]
        expected = sorted(set(ours.ravel().tolist()) - {slot})
        assert peers.one_against_all(columns, slot, scenario).tolist() == expected


def test_pairs_without_relative_velocity_are_told_apart() -> None:
    scenario = hot_spots(4_000)
    still = np.flatnonzero(scenario.ground_speed_mps == 0.0)[:2]
    pairs = np.array([still, [still[0], 3_999]])
    assert peers.without_relative_velocity(scenario, pairs).tolist() == [True, False]


def test_runs_and_says_so_without_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "bluesky_detector", lambda: None)
    monkeypatch.setattr(separation, "UPDATE_TRACKS", 400)
    monkeypatch.setattr(separation, "UPDATE_BATCHES", (100,))
    said: list[str] = []
    results = run(TINY, said.append)
    assert "not installed" in said[0]
    (one,) = results["results"]
    assert one["tracks"] == 300
    assert one["ratio"] is None
    assert one["same_pairs"] is None
    assert one["threads"] in (1, 2)
    assert "Full pass over Greater London" in separation_table(results)


@pytest.mark.skipif(peers.bluesky_detector() is None, reason="BlueSky is not installed")
def test_the_peer_finds_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separation, "UPDATE_TRACKS", 400)
    monkeypatch.setattr(separation, "UPDATE_BATCHES", (100,))
    results = run(SeparationBench((1_000,), (1_000,), 1_000, 1, 1), lambda _: None)
    for one in (*results["results"], *results["hot_spots"]):
        assert one["same_pairs"] is True
        assert one["ratio"] < 1.0


def test_growth_exponent_is_the_slope_of_the_logs() -> None:
    results: list[separation.Json] = [
        {"tracks": tracks, "ours_ms": tracks**1.5} for tracks in (10, 100, 1_000)
    ]
    assert growth_exponent(results) == pytest.approx(1.5)
    assert growth_exponent(results[:1]) is None


def test_the_bench_policy_has_the_scenario_rules() -> None:
    assert bench_policy().rules.rule_ids == ("drone-drone", "any-helicopter")
