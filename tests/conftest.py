"""Fixtures for every test: sample data, free ports, and a real Mosquitto."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from keepclear.client import Client
from keepclear.client.publishing import DEFAULT_MAX_IN_FLIGHT, TrackPublisher
from tests.patience import PATIENCE_S
from tests.ports import unused_port

REPOSITORY = Path(__file__).resolve().parent.parent
# A busy machine is no failure, and the same tree gives the same verdict; `make fuzz` looks further.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
WORKERS_MAX = 4


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than cores: tests of whole brokers mostly wait, for each other and for time."""
    return min(len(os.sched_getaffinity(0)) + 1, WORKERS_MAX)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker is left with it at the end."""
    slow, system = (
        {item.path for item in items if item.get_closest_marker(mark)}
        for mark in ("slow", "system")
    )
    items.sort(key=lambda item: (item.path not in slow, item.path not in system))


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The `shared` folder of samples and truth that stands beside the repository's folder."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no `shared` folder beside the repository: its samples cannot be read")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _partners_are_patient() -> None:
    """What tells a partner that a broker is gone, would call one gone that is kept waiting."""
    given = Client.__init__.__kwdefaults__ or {}
    Client.__init__.__kwdefaults__ = {**given, "deadline_s": PATIENCE_S}
    TrackPublisher.__init__.__defaults__ = (DEFAULT_MAX_IN_FLIGHT, PATIENCE_S)


@pytest.fixture(scope="session", autouse=True)
def _kernels_are_compiled(request: pytest.FixtureRequest) -> None:
    """Brokers that tests put together themselves must not compile while a client waits."""
    if any(item.get_closest_marker("system") for item in request.session.items):
        from broker.cli.policies import policy_text
        from broker.gateways.wire.feed import WireEncoder
        from broker.service.rehearsal import rehearse

        rehearse(policy_text("default"), WireEncoder(exercise=True))


@pytest.fixture
def free_port() -> int:
    return unused_port()


@dataclass(frozen=True, slots=True)
class RunningMosquitto:
    """A Mosquitto started by a test: where it listens and what it logged."""

    host: str
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"


StartMosquitto = Callable[[str], RunningMosquitto]


def find_mosquitto() -> str | None:
    """The server's path; Debian puts it where an ordinary user's PATH does not look."""
    return shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin") or shutil.which("mosquitto")


@pytest.fixture
def mosquitto_broker(tmp_path: Path) -> Iterator[StartMosquitto]:
    """Start Mosquitto with a given configuration; it ends with the test.

    `{port}` in the configuration becomes a free port, and so does a missing listener.
    """
    executable = find_mosquitto()
    if executable is None:
        pytest.fail("Mosquitto is not installed: run `make test`, which installs it")
    started: list[subprocess.Popen[bytes]] = []

    def start(config: str) -> RunningMosquitto:
        port = unused_port()
        if "listener" not in config:
            config = "listener {port} 127.0.0.1\n" + config
        # Started by root it would change user, and could no longer read the test's own files.
        text = config.replace("{port}", str(port)) + "\nuser root\n"
        folder = tmp_path / f"mosquitto-{len(started)}"
        folder.mkdir()
        (folder / "mosquitto.conf").write_text(text, encoding="utf-8")
        log = folder / "mosquitto.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [executable, "-c", str(folder / "mosquitto.conf")],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        wait_for_port(port, process, log)
        return RunningMosquitto("127.0.0.1", port, log, process)

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for_port(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once `process` accepts connections on the port; fail with its log otherwise."""
    deadline_s = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < deadline_s:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"Mosquitto did not start on port {port}: {log.read_text(errors='replace')}")
