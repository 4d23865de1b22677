"""The scoring of correlation, in small: no wrong merge, no aircraft in conflict with itself."""

import random
from typing import Final

import numpy as np
import pytest

from broker.bench import correlation
from broker.bench.company import company
from broker.bench.correlation import START_US, CorrelationBench
from broker.bench.correlation_feeds import FEEDS, Feeds, batches
from broker.core.units import SECOND_US
from sim.geography import METRES_PER_DEGREE_EAST, METRES_PER_DEGREE_NORTH

SEED_BITS: Final = 16


@pytest.fixture
def seed() -> int:
    chosen = random.SystemRandom().getrandbits(SEED_BITS)
    print(f"seed {chosen}")  # shown with a failure
    return chosen


def test_london_is_heard_three_ways_and_shown_right(seed: int) -> None:
    # REQ-COR-001, REQ-COR-004, REQ-COR-006
    bench = CorrelationBench(seed=seed, seconds=60, drones_kept_up=10)
    tally = correlation.london(bench)
    assert tally.merges > 0
    assert tally.wrong == 0
    assert tally.conflicts == {}


@pytest.mark.parametrize("named", [True, False])
def test_company_is_not_merged(named: bool, seed: int) -> None:
    # REQ-COR-004
    tally = correlation.in_company(CorrelationBench(seed=seed, pair_seconds=100), named)
    assert len(set(tally.labels.values())) == 40
    assert tally.wrong == 0
    assert tally.conflicts == {}
    assert not named or tally.merges == 80


def test_a_row_says_what_was_missed_and_why() -> None:
    row = correlation.run(
        CorrelationBench(seed=3, seconds=30, drones_kept_up=0, pairs=2, pair_seconds=20),
        lambda _message: None,
    )["results"][2]
    assert row["anonymous"] == row["heard_by_radio"] == row["missed_merges"] == 8
    assert sum(row["missed_because"].values()) == 8  # type: ignore[attr-defined]


def test_pairs_keep_within_thirty_metres(seed: int) -> None:
    pairs = company(20, seed, START_US)
    for second in range(0, 600, 7):
        states = pairs.states(START_US + second * SECOND_US)
        for leader, other in zip(states[::2], states[1::2], strict=True):
            east_m = (other.longitude_deg - leader.longitude_deg) * METRES_PER_DEGREE_EAST
            north_m = (other.latitude_deg - leader.latitude_deg) * METRES_PER_DEGREE_NORTH
            up_m = other.altitude_hae_m - leader.altitude_hae_m
            assert np.linalg.norm([east_m, north_m, up_m]) <= 30.0


def test_feeds_are_late_lossy_and_repeatable(seed: int) -> None:
    pairs = company(20, seed, START_US)

    def heard() -> list[tuple[int, int, str]]:
        feeds = Feeds(seed)
        rows = []
        for second in range(60):
            at_us = START_US + second * SECOND_US
            rows += feeds.second(at_us, pairs.states(at_us))
        assert sum(len(batch) for batch in batches(rows)) == len(rows)
        return [(row.arrives_us, row.time_us, row.heard.feed.name) for row in rows]

    rows = heard()
    assert rows == heard()
    for feed in FEEDS:
        delays_s = [(late - true) / SECOND_US for late, true, name in rows if name == feed.name]
        assert feed.delay_s[0] <= min(delays_s) <= max(delays_s) <= feed.delay_s[1]
        sent = 59 * 40 / np.mean(feed.interval_s)
        assert len(delays_s) == pytest.approx(sent * (1.0 - feed.loss), rel=0.12)
