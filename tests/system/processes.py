"""A broker as a process of its own, to be killed: `keepclear serve` in a folder of the test's."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.patience import PATIENCE_S
from tests.ports import unused_port

POLL_S = 0.02
KEEPCLEAR = (sys.executable, "-m", "broker.cli.main")


@dataclass
class BrokerProcess:
    """One life of a broker."""

    process: "subprocess.Popen[bytes]"
    grpc: str
    mqtt_port: int
    log: Path
    started_in_s: float
    """From the start of the process to its gRPC port being served."""

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """An orderly end; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def events(self) -> list[dict[str, object]]:
        """What it logged so far."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


def launch(folder: Path, *options: str, code: str = "", life: int = 0) -> BrokerProcess:
    """Start a broker whose data, run file and log lie in `folder`; return once it serves.

    `code` is run in the process before the command: the tests' way to a limit or a fault.
    """
    runtime = folder / f"run-{life}"
    runtime.mkdir(parents=True)
    log = folder / f"serve-{life}.log"
    arguments = [
        *("serve", "--space", "exercise", "--data-dir", str(folder / "data")),
        # A port of its own: the usual one goes to whoever asks first, and two may ask at once.
        *("--grpc-port", "0", "--metrics-port", "0", "--mqtt-port", str(unused_port()), *options),
    ]
    program = f"{code}\nfrom broker.cli.main import run\nrun()"
    started_s = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "XDG_RUNTIME_DIR": str(runtime),
                "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'proto'}",
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    record = _record(process, runtime / "keepclear" / "broker.json", log)
    return BrokerProcess(
        process,
        str(record["grpc"]),
        int(str(record["mqtt"]).rpartition(":")[2]),
        log,
        time.monotonic() - started_s,
    )


def _record(process: "subprocess.Popen[bytes]", path: Path, log: Path) -> dict[str, object]:
    deadline_s = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline_s:
        if path.exists():
            record: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
            return record
        time.sleep(POLL_S)
    process.kill()
    raise AssertionError(f"the broker did not come up: {log.read_text(errors='replace')[-3000:]}")


class Lives:
    """Lives of one broker, one after the other on the same data."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder = folder
        self._options = options
        self._count = 0
        self.now: BrokerProcess | None = None

    def start(self, *, code: str = "") -> BrokerProcess:
        """Begin a life."""
        self._count += 1
        self.now = launch(self.folder, *self._options, code=code, life=self._count)
        return self.now


@contextmanager
def lives(folder: Path, *options: str) -> Iterator[Lives]:
    """Whatever still lives at the end is killed."""
    made = Lives(folder, options)
    try:
        yield made
    finally:
        if made.now is not None and made.now.process.poll() is None:
            made.now.kill()
