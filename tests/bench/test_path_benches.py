"""The benches of the whole path report what they promise; how fast is not a matter of tests."""

from typing import Any

import pytest

from broker.bench import durability, idle, latency, rig, sharing_cost, throughput
from broker.bench.readers import Reader, Seen
from broker.bench.traffic import fleet
from broker.gateways.wire.framing import length_delimited
from keepclear.client.build import now_us
from keepclear.v1 import feed_pb2, tracks_pb2


def quiet(_message: str) -> None:
    pass


def test_a_batch_is_the_same_message_with_other_numbers() -> None:
    start_us = now_us()
    batch = fleet(300, 300, 7, start_us)[0]
    sent = tracks_pb2.PublishTracksRequest.FromString(batch.at(start_us + 2_000_000))
    assert len(sent.reports) == 300
    for report, first in zip(sent.reports, batch.first.reports, strict=True):
        assert report.time_of_validity_us == start_us + 2_000_000
        assert report.source_track_id == first.source_track_id
        assert report.altitude_m == first.altitude_m
        assert not report.HasField("description")
        assert (report.latitude_deg - first.latitude_deg) * first.velocity_north_mps >= 0.0


def test_the_fleet_is_the_same_for_the_same_seed() -> None:
    first, again = (fleet(50, 20, 3, 1_700_000_000_000_000) for _ in range(2))
    assert [one.first for one in first] == [one.first for one in again]


def frame(number: int, covers_from: int | None = None) -> bytes:
    header = feed_pb2.FeedHeader(number=number, covers_from=number)
    body = length_delimited(1, header.SerializeToString()) + length_delimited(2, b"")
    if covers_from is None:
        return body
    more = feed_pb2.FeedHeader(covers_from=covers_from)
    return body + length_delimited(1, more.SerializeToString())


@pytest.mark.parametrize(
    ("messages", "lost", "merged"),
    [
        ([frame(1), frame(2), frame(3)], 0, 0),
        ([frame(1), frame(4)], 2, 0),
        ([frame(1), frame(4, covers_from=2)], 0, 2),
        ([frame(1), frame(5, covers_from=3)], 1, 2),
    ],
)
def test_a_reader_tells_lost_from_merged(messages: list[bytes], lost: int, merged: int) -> None:
    seen = Seen()
    reader = Reader(seen)
    for message in messages:
        reader.grpc_message(length_delimited(1, message))
    assert (seen.lost, seen.merged, seen.frames) == (lost, merged, len(messages))


@pytest.mark.system
@pytest.mark.slow
@pytest.mark.parametrize("transport", ["grpc", "mqtt"])
def test_latency_answers_every_probe(transport: str) -> None:
    sizes = latency.LatencyBench((200,), (transport,), turns=1, warm_up_s=1.0, measured_s=1.0)
    (entry,) = latency.run(sizes, quiet)["results"]
    assert set(entry) == {
        "transport",
        "reports_per_s",
        "ours_p50_ms",
        "ours_p99_ms",
        "relay_p50_ms",
        "relay_p99_ms",
    }
    assert all(entry[name] is not None for name in entry)


@pytest.mark.system
@pytest.mark.slow
def test_throughput_counts_what_was_accepted() -> None:
    # Fewer batches than streams: as many streams as there are batches.
    sizes = throughput.ThroughputBench(300, 100, (1,), warm_up_s=0.5, measured_s=2.0)
    entry: Any = throughput.run(sizes, quiet)["results"][0]
    assert entry["ours_accepted_per_s"] > 0
    assert entry["protobuf_decode_alone_per_s"] > 0


@pytest.mark.system
@pytest.mark.slow
def test_three_brokers_take_the_same_load_in_turns() -> None:
    sizes = sharing_cost.SharingCostBench((), tracks=500, turns=1, warm_up_s=1.0, measured_s=2.0)
    (entry,) = sharing_cost.run(sizes, quiet)["results"]
    assert set(entry) == {
        "tracks",
        "off_accepted_per_s",
        "views_accepted_per_s",
        "all_accepted_per_s",
        "off_to_all",
    }
    assert all(entry.values())


@pytest.mark.system
def test_commands_are_counted_beside_the_disk() -> None:
    results: Any = durability.run(durability.DurabilityBench((1,), 0.5), quiet)["results"]
    assert results[0]["ours_commands_per_s"] > 0
    assert results[0]["fdatasync_per_s"] > 0


@pytest.mark.system
def test_idle_measures_both() -> None:
    entry: Any = idle.run(idle.IdleBench(0.2, 0.5), quiet)["results"][0]
    assert entry["ours_resident_mb"] > 0
    assert entry["relay_resident_mb"] > 0


@pytest.mark.system
def test_a_child_dies_with_its_context() -> None:
    with rig.relay() as child:
        process = child.process
        assert process.poll() is None
    assert process.poll() is not None


def test_percentiles_of_nothing_are_absent() -> None:
    assert rig.percentile_ms([], 99) is None
    assert rig.percentile_ms([0.001, 0.003], 50) == 2.0
