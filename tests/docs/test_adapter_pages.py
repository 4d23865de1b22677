"""The pages on adapters: the example works as it stands, and no format is missing."""

import re
import types
from pathlib import Path

import pytest

from adapters.clock import RealClock
from adapters.kinds import KINDS, Kind
from adapters.model import Document
from adapters.registry import build_feed
from adapters.sources.recording import RecordingSource
from adapters.table import read_file
from broker.bench.adapter_inputs import START_US
from tests.conftest import REPOSITORY

PAGES = REPOSITORY / "docs" / "adapters"
LINES = b"walker,1700000000,51.5,-0.1,80\nhello\nwalker,1700000001,51.6,nan,80\n"


@pytest.fixture
def kind() -> Kind:
    """The example of the page."""
    found = re.search(
        r"^```python\n(.*?)^```$", (PAGES / "writing.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    assert len(found[1].splitlines()) <= 60
    module = types.ModuleType("walks")
    exec(compile(found[1], "docs/adapters/writing.md", "exec"), module.__dict__)
    made = module.__dict__["KIND"]
    assert isinstance(made, Kind)
    return made


def test_the_example_reads_its_format(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "walk.txt").write_bytes(LINES)
    monkeypatch.setitem(KINDS, "walks", kind)
    table = {"kind": "walks", "address": str(tmp_path / "walk.txt")}
    adapter = build_feed("walk", table, RealClock())
    assert isinstance(adapter.source, RecordingSource)
    read = read_file("walks", tmp_path / "walk.txt", adapter.decode, kind.recorded)
    assert (read.row.records, read.row.positions) == (3, 1)
    assert sum(read.row.refused.values()) == 2


def test_the_example_takes_any_bytes(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "walks", kind)
    settings = kind.settings(kind="walks", address="x")
    decode = kind.decoder(settings)
    for data in (b"", b"\xff\n", b",,,,\n", b"a,1,2,3,1e999\n", b"x" * 1_000, LINES):
        for cut in range(len(data) + 1):
            for piece in (data[:cut], data[cut:]):
                for refusal in decode(Document(piece, START_US)).refusals:
                    assert refusal.reason


def test_every_format_is_on_the_page() -> None:
    page = (PAGES / "running.md").read_text()
    assert {f"| `{name}` |" for name in KINDS} <= set(re.findall(r"\| `\w+` \|", page))
