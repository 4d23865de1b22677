"""Recordings of aircraft.json, and how one version of it is told from the next."""

import json
from pathlib import Path

import pytest

from adapters.clock import VirtualClock
from adapters.model import SourceUnavailable
from adapters.readsb.source import recorded, written_at
from adapters.sources.recording import RecordingSource


def document(now_s: float) -> bytes:
    return json.dumps({"now": now_s, "aircraft": []}).encode()


def test_a_document_is_told_by_when_it_was_written_and_else_by_all_of_it() -> None:
    assert written_at(document(5.5)) == b"5.5"
    assert written_at(b'{"aircraft": []}') == b'{"aircraft": []}'


async def played(path: Path) -> list[tuple[bytes, int]]:
    found = RecordingSource(path, VirtualClock(), recorded).documents()
    return [(each.data.strip(), each.received_us) async for each in found]


async def test_recordings_play_at_their_own_times(tmp_path: Path) -> None:
    times_s = (5.0, 7.5, 9.0)
    expected = [(document(time_s), round(time_s * 1e6)) for time_s in times_s]
    for number, time_s in enumerate(times_s):
        (tmp_path / f"{number}.json").write_bytes(document(time_s))
    assert await played(tmp_path) == expected
    lines = tmp_path / "all.jsonl"
    lines.write_bytes(b"\n\n".join(document(time_s) for time_s in times_s))
    assert await played(lines) == expected
    assert await played(tmp_path / "0.json") == expected[:1]


async def test_a_broken_line_is_handed_on_to_be_refused(tmp_path: Path) -> None:
    lines = tmp_path / "all.jsonl"
    lines.write_bytes(document(5.0) + b"\nbroken\n" + document(4.0))
    assert [time_us for _, time_us in await played(lines)] == [5_000_000] * 3


async def test_a_recording_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="No such file"):
        await played(tmp_path / "none.jsonl")
