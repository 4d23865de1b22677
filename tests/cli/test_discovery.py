"""The run file: written whole, removed by its owner, never trusted when its process is gone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from broker.cli import discovery
from broker.cli.connection import DEFAULT_TARGET, targets
from broker.cli.discovery import BrokerRecord, read_run_file, remove_run_file, write_run_file


def record(pid: int = 0) -> BrokerRecord:
    return BrokerRecord(
        grpc="127.0.0.1:4711", pid=pid or os.getpid(), space="exercise", mqtt="127.0.0.1:1883"
    )


def ended_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_is_written_is_read_back(own_run_file: Path) -> None:
    assert read_run_file() is None
    assert write_run_file(record()) == own_run_file
    assert read_run_file() == record()
    assert own_run_file.parent.stat().st_mode & 0o077 == 0
    assert own_run_file.stat().st_mode & 0o077 == 0
    assert json.loads(own_run_file.read_text())["grpc"] == "127.0.0.1:4711"


def test_without_a_runtime_folder_it_is_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert discovery.run_file_path() == tmp_path / ".cache" / "keepclear" / "broker.json"


def test_a_stale_file_is_ignored() -> None:
    write_run_file(record(ended_pid()))
    assert read_run_file() is None


def test_only_the_owner_removes_it(own_run_file: Path) -> None:
    write_run_file(record())
    remove_run_file(os.getpid() + 1)
    assert own_run_file.exists()
    remove_run_file(os.getpid())
    assert not own_run_file.exists()
    remove_run_file(os.getpid())  # twice does no harm


def test_no_half_written_file_is_left(own_run_file: Path) -> None:
    write_run_file(record())
    write_run_file(record())
    assert [path.name for path in own_run_file.parent.iterdir()] == ["broker.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"grpc": "", "pid": 1, "space": "live"}',
        '{"grpc": 5, "pid": 1, "space": "live"}',
        '{"grpc": "a:1", "pid": "1", "space": "live"}',
        '{"grpc": "a:1", "pid": true, "space": "live"}',
        '{"grpc": "a:1", "pid": 0, "space": "live"}',
        '{"grpc": "a:1", "pid": -1, "space": "live"}',
        '{"grpc": "a:1", "pid": 99999999999999999999, "space": "live"}',
        "\xff" * 10_000,
    ],
)
def test_damaged_files_are_ignored(own_run_file: Path, text: str) -> None:
    own_run_file.parent.mkdir(parents=True)
    own_run_file.write_text(text)
    assert read_run_file() is None


def test_unknown_keys_of_a_newer_broker_are_ignored(own_run_file: Path) -> None:
    own_run_file.parent.mkdir(parents=True)
    values = {"grpc": "a:1", "pid": os.getpid(), "space": "live", "new": 1}
    own_run_file.write_text(json.dumps(values))
    assert read_run_file() == BrokerRecord("a:1", os.getpid(), "live")


def test_which_addresses_are_tried() -> None:
    assert targets("far:1", record()) == ("far:1",)
    assert targets(None, None) == (DEFAULT_TARGET,)
    assert targets(None, record()) == ("127.0.0.1:4711", DEFAULT_TARGET)
    assert targets(None, BrokerRecord(DEFAULT_TARGET, 1, "live")) == (DEFAULT_TARGET,)
