"""Compiled kernels of other sources are never used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from broker.kernels import VARIABLE, keep_kernels_apart, sources_digest


def test_the_digest_changes_with_any_source(tmp_path: Path) -> None:
    # REQ-SEP-090: after an update no kernel runs with old code compiled into it.
    (tmp_path / "a.py").write_text("A = 1\n", encoding="utf-8")
    (tmp_path / "b.py").write_text("B = 1\n", encoding="utf-8")
    before = sources_digest(tmp_path)
    assert before == sources_digest(tmp_path)
    (tmp_path / "b.py").write_text("B = 2\n", encoding="utf-8")
    changed = sources_digest(tmp_path)
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    assert len({before, changed, sources_digest(tmp_path)}) == 3


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
