from pathlib import Path

import pytest

from adapters.clock import RealClock, VirtualClock
from adapters.registry import UnknownAdapter, build
from adapters.sources.polled import FileSource, HttpSource
from adapters.sources.recording import RecordingSource


def test_a_url_is_polled() -> None:
    adapter = build("readsb=http://user:secret@host:8080/data/aircraft.json?key=1", RealClock())
    assert isinstance(adapter.source, HttpSource)
    assert adapter.name == "readsb http://host:8080/data/aircraft.json"
    assert not adapter.lossless


def test_a_file_is_watched_even_before_it_exists(tmp_path: Path) -> None:
    assert isinstance(build(f"readsb={tmp_path / 'x.json'}", RealClock()).source, FileSource)


def test_a_recording_plays_on_its_own_clock(tmp_path: Path) -> None:
    adapter = build(f"readsb={tmp_path}", RealClock())
    assert isinstance(adapter.source, RecordingSource)
    assert isinstance(adapter.clock, VirtualClock)
    assert adapter.lossless


@pytest.mark.parametrize("setting", ["", "readsb", "readsb=", "radar=x", "=x"])
def test_what_is_no_adapter_is_refused_with_what_would_be(setting: str) -> None:
    with pytest.raises(UnknownAdapter, match="readsb=ADDRESS"):
        build(setting, RealClock())


def test_a_missing_recording_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnknownAdapter, match="no recording"):
        build(f"readsb={tmp_path / 'none.jsonl'}", RealClock())


def test_an_address_that_is_no_url_is_said_at_once() -> None:
    with pytest.raises(UnknownAdapter, match="not a URL"):
        build("readsb=http://[::bad/", RealClock())
