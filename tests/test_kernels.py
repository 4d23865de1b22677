"""Compiled kernels of other sources are never used."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from broker.kernels import (
    PACKAGE,
    ROOMS,
    VARIABLE,
    all_compiled,
    are_kept,
    keep_kernels_apart,
    sources_digest,
)


def test_the_digest_changes_with_any_source(tmp_path: Path) -> None:
    # REQ-SEP-090: after an update no kernel runs with old code compiled into it.
    (tmp_path / "a.py").write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "b.py").write_text("B = 1\n", encoding="utf-8")
    before = sources_digest(tmp_path)
    assert before == sources_digest(tmp_path)
    (tmp_path / "b.py").write_text("B = 2\n", encoding="utf-8")
    changed = sources_digest(tmp_path)
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    renamed = sources_digest(tmp_path)
    (tmp_path / "below").mkdir()
    (tmp_path / "c.py").rename(tmp_path / "below" / "c.py")
    assert len({before, changed, renamed, sources_digest(tmp_path)}) == 4


def compiled_sources() -> list[Path]:
    """Every source of the broker with a kernel in it."""
    decorated = re.compile(r"^@jit(_\w+)?$", re.MULTILINE)
    every = [path for path in PACKAGE.rglob("*.py") if decorated.search(path.read_text("utf-8"))]
    assert len(every) > 15
    return every


@pytest.mark.parametrize("source", compiled_sources(), ids=lambda path: path.stem)
def test_what_is_compiled_and_what_it_uses_is_in_the_digest(source: Path) -> None:
    # REQ-SEP-090
    imported = re.findall(r"^from (broker\.[\w.]+) import", source.read_text("utf-8"), re.MULTILINE)
    used = [PACKAGE.joinpath(*name.split(".")[1:]).with_suffix(".py") for name in imported]
    for path in (source, *used):
        assert any(path.is_relative_to(room) for room in ROOMS), path


def test_compiled_before_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert not are_kept()
    (tmp_path / "separation_1").mkdir()
    (tmp_path / "separation_1" / "kernel.1.nbc").write_bytes(b"")
    assert not are_kept(), "some kernels are not all: the start that made this one was interrupted"
    all_compiled()
    assert are_kept()
    monkeypatch.delenv(VARIABLE)
    assert are_kept()


def test_a_folder_that_takes_no_mark_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    all_compiled()
    assert not are_kept()


def test_importing_the_broker_chooses_the_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop(VARIABLE, None)
    code = f"import broker, os; print(os.environ[{VARIABLE!r}])"
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    folder = Path(shown.stdout.strip())
    assert folder.is_dir()
    assert folder.parent == tmp_path / "keepclear"


def test_a_choice_already_made_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "elsewhere")
    keep_kernels_apart()
    assert os.environ[VARIABLE] == "elsewhere"


def test_without_a_home_nothing_is_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    keep_kernels_apart()
    assert VARIABLE not in os.environ
