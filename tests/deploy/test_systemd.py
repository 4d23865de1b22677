import configparser
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
UNIT = REPOSITORY / "deploy" / "systemd" / "keepclear.service"
SOURCES = f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'proto'}"


def read_unit() -> configparser.ConfigParser:
    # A key may be given several times in a unit; the last one is enough for these checks.
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(UNIT, encoding="utf-8")
    return parser


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DynamicUser", "yes"),
        ("StateDirectory", "keepclear"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("CapabilityBoundingSet", ""),
        ("Restart", "on-failure"),
    ],
)
def test_the_service_is_confined_and_comes_back(key: str, value: str) -> None:
    # REQ-SEC-010
    assert read_unit()["Service"][key] == value


def test_compiled_kernels_go_where_the_service_may_write() -> None:
    # systemd names the folder to the service in CACHE_DIRECTORY, which broker.kernels reads.
    service = read_unit()["Service"]
    assert service["CacheDirectory"] == "keepclear"
    assert "NUMBA_CACHE_DIR" not in UNIT.read_text(encoding="utf-8")


def test_a_crash_is_followed_by_a_start_within_the_goal_of_five_seconds() -> None:
    unit = read_unit()
    assert unit["Service"]["RestartSec"] == "1s"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"  # and systemd never gives up


@pytest.mark.system
def test_the_command_it_starts_exists_and_takes_these_options() -> None:
    command, *arguments = shlex.split(read_unit()["Service"]["ExecStart"])
    assert Path(command).name == "keepclear"
    subcommand, *options = [word for word in arguments if not word.startswith("/")]
    program = "from broker.cli.main import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", program, subcommand, "--help"],
        capture_output=True,
        text=True,
        check=False,
        # Rich breaks option names to fit a terminal that is too narrow.
        env={
            **os.environ,
            "PYTHONPATH": SOURCES,
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "TERM": "dumb",
        },
    )
    assert done.returncode == 0, done.stderr
    assert [option for option in options if option not in done.stdout] == []


@pytest.mark.system
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine: the unit was only parsed")
    program = tmp_path / "keepclear"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / UNIT.name
    unit = UNIT.read_text(encoding="utf-8")
    copy.write_text(unit.replace("/opt/keepclear/.venv/bin/keepclear", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    faults = [line for line in done.stderr.splitlines() if UNIT.name in line]
    assert faults == []
    assert done.returncode == 0
