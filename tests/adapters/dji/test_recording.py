"""Every recording read, and the shapes recordings come in."""

import json
from collections import Counter
from pathlib import Path

import pytest

from adapters.clock import VirtualClock
from adapters.dji.fleet import Fleet
from adapters.dji.recording import recorded, unwrapped
from adapters.dji.settings import DjiSettings
from adapters.model import Document
from adapters.registry import UnknownAdapter, build, recording_start_us
from adapters.table import read_file
from tests.adapters.dji.messages import DRONE, NOW_US, envelope, flying

SETTINGS = DjiSettings(kind="dji", address="mqtt://localhost")

# File -> (messages, reports, refusals by reason). The table in docs/adapters/dji.md says the same.
SAMPLES = {
    "autel_raw_schema.json": (1, 1, {}),
    "doc_airsense.jsonl": (1, 0, {"not an object": 1}),
    "doc_custom-flight-area.jsonl": (6, 0, {"carries nothing that is used": 6}),
    "doc_device.jsonl": (1, 0, {}),
    "doc_message-push.jsonl": (4, 0, {"not an aircraft or dock: unknown": 4}),
    "doc_topic-definition.jsonl": (
        13,
        1,
        {"not a topic of this interface": 7, "carries nothing that is used": 2},
    ),
    "osd_dock3_real_8UUDMAQ.json": (1, 0, {}),
    "osd_dock_part_power_real.json": (1, 0, {}),
}


def test_every_recording_is_read(shared_dir: Path) -> None:
    folder = shared_dir / "samples" / "dji"
    found = {}
    for path in sorted(folder.iterdir()):
        fleet = Fleet(SETTINGS)
        messages, reports, reasons = 0, 0, Counter[str]()
        for piece in recorded(path):
            at_us = piece.time_us or NOW_US
            decoded = fleet.decode(Document(piece.data, at_us, topic=piece.topic))
            messages += 1
            reports += len(decoded.reports)
            reasons.update(refusal.reason for refusal in decoded.refusals)
        found[path.name] = (messages, reports, dict(reasons))
    assert found == SAMPLES


def test_a_recording_of_our_own_keeps_topic_and_time(tmp_path: Path) -> None:
    topic = f"thing/product/{DRONE}/osd"
    line = {"topic": topic, "payload": envelope(flying()), "received_us": NOW_US + 70_000}
    path = tmp_path / "one.jsonl"
    path.write_text(json.dumps(line) + "\n\n" + json.dumps({**line, "payload": "{bad"}) + "\n")
    pieces = list(recorded(path))
    assert [piece.topic for piece in pieces] == [topic, topic]
    assert pieces[0].time_us == NOW_US + 70_000
    document = Document(pieces[0].data, NOW_US, topic=topic)
    assert Fleet(SETTINGS).decode(document).reports[0].source_track_id == DRONE
    assert recording_start_us(f"dji={path}") == NOW_US + 70_000


@pytest.mark.parametrize("line", [b"", b"\xff", b"[1]", b"7", b'{"topic": 3}', b"[" * 9_999])
def test_what_is_no_message_is_refused_by_the_decoder(line: bytes) -> None:
    piece = unwrapped(line)
    decoded = Fleet(SETTINGS).decode(Document(piece.data, NOW_US, topic=piece.topic))
    assert not decoded.reports
    assert len(decoded.refusals) == 1


async def test_a_recording_plays_at_its_own_times_with_its_topics(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**envelope(flying()), "sn": DRONE}))
    clock = VirtualClock()
    adapter = build(f"dji={tmp_path}", clock, clock)
    documents = [one async for one in adapter.source.documents()]
    assert [one.topic for one in documents] == [f"thing/product/{DRONE}/osd"]
    assert clock.now_us() == NOW_US
    assert adapter.lossless
    assert len(adapter.decode(documents[0]).reports) == 1


def test_a_recording_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownAdapter, match="no recording"):
        build(f"dji={tmp_path / 'none'}", VirtualClock())


def test_what_a_file_yields_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({**envelope(flying()), "sn": DRONE}))
    row = read_file("dji", path, Fleet(SETTINGS).decode, recorded).row
    assert (row.records, row.positions, row.tracks, row.refused) == (1, 1, 1, {})
