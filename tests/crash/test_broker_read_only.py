"""A log on a file system that is really read-only: the broker does not start, and says why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.ports import unused_port

REPOSITORY = Path(__file__).resolve().parents[2]
SERVE = "from broker.cli.main import run; run()"
MOUNTED = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'


def in_read_only(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run a command for which `folder` cannot be written, whoever it runs as."""
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh"]
    return subprocess.run(
        [*namespace, str(folder), *command],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'proto'}"},
    )


@pytest.mark.system
@pytest.mark.parametrize("used_before", [False, True])
def test_a_broker_does_not_start_on_a_read_only_disk(tmp_path: Path, used_before: bool) -> None:
    # REQ-DUR-014: a safety service fails loud and closed.
    data = tmp_path / "data"
    data.mkdir()
    serve = [sys.executable, "-c", SERVE, "serve", "--space", "exercise", "--data-dir", str(data)]
    serve += ["--grpc-port", "0", "--metrics-port", "0", "--mqtt-port", str(unused_port())]
    serve += ["--for", "1"]
    if in_read_only(data, "true").returncode != 0:
        pytest.skip("this machine lets nobody mount a folder read-only")
    if used_before:
        subprocess.run(serve, check=True, capture_output=True, timeout=PATIENCE_S)
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    tried = in_read_only(data, *serve)
    assert tried.returncode == 1
    assert "read-only" in tried.stderr.lower(), tried.stderr
    assert "Traceback" not in tried.stderr
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before
