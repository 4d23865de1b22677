"""What the benches of the whole path run: a broker, an MQTT server and peers as child processes.

Every child dies with the bench, listens on the loopback only, and is bounded in time. A broker
under test is the public command `keepclear serve`, measured from outside through its contract.
"""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc

from broker.gateways.mqtt.server import MqttServer
from broker.gateways.mqtt.server import start as start_mqtt
from broker.gateways.mqtt.server_engines import choose_engine

HOST: Final = "127.0.0.1"
CHILD_LIFE_S_MAX: Final = 600.0
START_LIMIT_S: Final = 180.0
"""A first start compiles the kernels."""
STOP_LIMIT_S: Final = 15.0
READY_POLL_S: Final = 0.05
MQTT_ROOT: Final = "keepclear-exercise/v1"

_PR_SET_PDEATHSIG: Final = 1  # <sys/prctl.h>
# A child settles itself: forking with a function to call first would halt this process's gRPC.
_SETTLE: Final = "from broker.bench.rig import settle; settle({core})\n"
_SERVE: Final = _SETTLE + "from broker.cli.main import run; run()"
_RELAY: Final = _SETTLE + "import sys; from broker.bench.relay import main; main(int(sys.argv[1]))"


class BenchFailed(Exception):
    """A part of a bench did not start, or did not do what is measured."""


@dataclass(frozen=True, slots=True)
class Child:
    """A server under measurement."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def target(self) -> str:
        """host:port of its gRPC service."""
        return f"{HOST}:{self.port}"


def die_with_parent() -> None:
    """Ask the kernel to end this process when the one that started it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def settle(core: int | None) -> None:
    """In a child: end with the process that started it, and keep to one core if it is named."""
    die_with_parent()
    if core is not None:
        os.sched_setaffinity(0, {core})


def free_port() -> int:
    """A TCP port that is free now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def agencies_toml(agencies: Sequence[str]) -> str:
    """Settings with one desk audience for each agency."""
    return "\n".join(f'[agencies.{agency}]\nname = "Agency {agency}"\n' for agency in agencies)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for logs, removed afterwards."""
    made = Path(tempfile.mkdtemp(prefix="keepclear-bench-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def mqtt_server() -> Iterator[MqttServer]:
    """The MQTT server that the broker would choose for itself. Main thread only."""
    with folder() as place:
        server = start_mqtt(choose_engine(), None, place)
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def broker(agencies: Sequence[str], mqtt_port: int, core: int | None = None) -> Iterator[Child]:
    """A broker for these agencies, on one processor core if `core` names it. Main thread only."""
    mqtt = ["--mqtt", f"mqtt://{HOST}:{mqtt_port}"]
    with serving(agencies_toml(agencies), mqtt, core) as child:
        yield child


@contextmanager
def serving(
    config_toml: str,
    options: Sequence[str],
    core: int | None = None,
    credentials: grpc.ChannelCredentials | None = None,
) -> Iterator[Child]:
    """A broker with this configuration; `credentials` are anybody's whom it knows."""
    with folder() as place:
        config = place / "bench.toml"
        config.write_text(config_toml, encoding="utf-8")
        port = free_port()
        command = [sys.executable, "-c", _SERVE.format(core=core), "serve", "--space", "exercise"]
        command += ["--config", str(config), "--data-dir", str(place / "data")]
        command += ["--grpc-port", str(port), "--metrics-port", "0"]
        command += [*options, "--for", str(CHILD_LIFE_S_MAX)]
        # Its run file goes into the folder too: other commands must not find a broker under test.
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(place)}
        with _child(command, port, place / "broker.log", environment, credentials) as child:
            yield child


@contextmanager
def relay(core: int | None = None) -> Iterator[Child]:
    """A bare gRPC server that hands bytes on. Main thread only."""
    with folder() as place:
        port = free_port()
        command = [sys.executable, "-c", _RELAY.format(core=core), str(port)]
        with _child(command, port, place / "relay.log", dict(os.environ)) as child:
            yield child


@contextmanager
def _child(
    command: list[str],
    port: int,
    log: Path,
    environment: dict[str, str],
    credentials: grpc.ChannelCredentials | None = None,
) -> Iterator[Child]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        _wait_until_serving(process, port, log, credentials)
        yield Child(port, process)
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_serving(
    process: subprocess.Popen[bytes],
    port: int,
    log: Path,
    credentials: grpc.ChannelCredentials | None,
) -> None:
    deadline_s = time.monotonic() + START_LIMIT_S
    target = f"{HOST}:{port}"
    open_channel = (
        grpc.insecure_channel(target)
        if credentials is None
        else grpc.secure_channel(target, credentials)
    )
    with open_channel as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        while time.monotonic() < deadline_s:
            if process.poll() is not None:
                text = log.read_text(errors="replace")[-2_000:]
                raise BenchFailed(f"a server under measurement ended: {text}")
            try:
                health.Check(health_pb2.HealthCheckRequest(), timeout=1.0)
            except grpc.RpcError:
                time.sleep(READY_POLL_S)
            else:
                return
    raise BenchFailed(f"a server under measurement was not ready within {START_LIMIT_S:g} s")


def percentile_ms(times_s: Sequence[float], percent: float) -> float | None:
    """A percentile in milliseconds, rounded to microseconds; None of nothing."""
    return round(float(np.percentile(times_s, percent)) * 1e3, 3) if len(times_s) else None


def processor_s(pid: int) -> float:
    """Processor time a process has used, seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Resident memory of a process, megabytes (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
