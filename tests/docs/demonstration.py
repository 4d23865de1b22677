"""The demonstration as a partner would start it: a process with its own ports and run file."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.patience import PATIENCE_S
from tests.ports import unused_port


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """Where `keepclear demo` listens."""

    grpc_target: str
    mqtt_port: int

    @property
    def environment(self) -> dict[str, str]:
        """What the page tells a partner to set; the environment's own commands come first."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {
            **os.environ,
            "PATH": path,
            "KEEPCLEAR_TARGET": self.grpc_target,
            "MQTT_PORT": str(self.mqtt_port),
        }


@contextmanager
def running_demo(folder: Path) -> Iterator[RunningDemo]:
    """Start it with files in `folder` only, on free ports; it ends with the block."""
    log = folder / "log"
    ports = ["--grpc-port", "0", "--metrics-port", "0", "--mqtt-port", str(unused_port())]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", "from broker.cli.main import run; run()", "demo", *ports],
            cwd=REPOSITORY,
            env={**os.environ, "XDG_RUNTIME_DIR": str(folder), "TMPDIR": str(folder)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield wait_until_serving(process, folder / "keepclear" / "broker.json", log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_serving(
    process: "subprocess.Popen[bytes]", run_file: Path, log: Path
) -> RunningDemo:
    deadline_s = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline_s:
        if run_file.exists():
            record = json.loads(run_file.read_text(encoding="utf-8"))
            return RunningDemo(record["grpc"], int(record["mqtt"].rpartition(":")[2]))
        time.sleep(0.1)
    pytest.fail(f"the demonstration did not start: {log.read_text(errors='replace')}")
