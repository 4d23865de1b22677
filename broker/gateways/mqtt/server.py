"""An MQTT server for one machine: chosen from what is installed, and run as a loopback child.

Keepclear does not contain an MQTT server. Where an operator runs none, it starts one: a
`mosquitto` that is installed, else the rumqttd that comes with the Python dependencies. The child
listens on 127.0.0.1 only, checks no identity, keeps nothing on disk, and must never outlive the
broker that started it: an orphan would hold the port and go on serving a picture that nobody
updates. Three things see to that: `stop()`, an exit handler, and on Linux the kernel, which kills
the child when its parent is killed.

The kernel ties the child to the *thread* that made it, so `start` is for the main thread.
"""

import asyncio
import atexit
import importlib.metadata
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

import structlog

from broker.gateways.mqtt.server_config import (
    LOOPBACK_HOST,
    PORT_MAX,
    RUMQTTD_RETAINED_LIMIT_MESSAGES,
    mosquitto_config,
    mosquitto_tls_config,
)
from broker.gateways.mqtt.tied import tied
from broker.service.identity.files import IdentityFolder, write_private

START_LIMIT_S: Final = 60.0
STOP_LIMIT_S: Final = 3.0
READY_POLL_S: Final = 0.02
WATCH_S: Final = 1.0
LOG_TAIL_LIMIT_BYTES: Final = 2_000
VERSION_QUERY_LIMIT_S: Final = 30.0
LOG_NAME: Final = "mqtt-server.log"
RIGHTS_NAME: Final = "rights.json"

# Debian installs the server where an ordinary user's PATH does not look.
MOSQUITTO_FOLDERS: Final = (Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/opt/homebrew/sbin"))
# Version 2 brought MQTT 5 to maturity and the loopback-by-default listener.
MOSQUITTO_MAJOR_MIN: Final = 2
_MOSQUITTO_VERSION: Final = re.compile(r"mosquitto version ((\d+)(?:\.\d+)*)")

# Where packages put Mosquitto's own plugin.
PLUGIN_PATTERN: Final = "mosquitto_dynamic_security.so"
PLUGIN_FOLDERS: Final = (Path("/usr/lib"), Path("/usr/local/lib"), Path("/opt/homebrew/lib"))

_PR_SET_PDEATHSIG: Final = 1  # <sys/prctl.h>: signal for this process when its parent dies


log = structlog.get_logger()


class MqttServerFailed(Exception):
    """No MQTT server could be started; the message says why and what to do."""


class EngineName(StrEnum):
    """The MQTT servers that Keepclear knows how to start."""

    MOSQUITTO = "mosquitto"
    RUMQTTD = "rumqttd"


@dataclass(frozen=True, slots=True)
class MqttEngine:
    """An MQTT server found on this machine, and what a user should know it lacks."""

    name: EngineName
    version: str
    lacks: tuple[str, ...]
    executable: Path | None = None


_NO_IDENTITY: Final = (
    "Without an identity folder it checks nobody: any program on this machine can speak as any "
    "agency."
)
_NO_DISK: Final = "It keeps nothing on disk: sessions and retained messages end with it."
_RUMQTTD_LACKS: Final = (
    _NO_IDENTITY,
    _NO_DISK,
    "It speaks MQTT 5 only: MQTT 3.1.1 clients are refused.",
    f"A new QoS 1 subscriber gets at most {RUMQTTD_RETAINED_LIMIT_MESSAGES} retained messages.",
    "It ignores the MQTT 5 options no-local, retain-handling and retain-as-published.",
)


@dataclass(frozen=True, slots=True)
class SecureListener:
    """A child that serves partners over TLS and knows them by their certificates."""

    host: str
    folder: IdentityFolder
    first_rights: Callable[[], bytes]
    """The rights the server starts with."""

    @property
    def connect_host(self) -> str:
        """Where we reach it ourselves."""
        return LOOPBACK_HOST if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104


@dataclass(slots=True)
class MqttServer:
    """A running MQTT server; `stop` ends it."""

    host: str
    port: int
    engine: MqttEngine
    process: subprocess.Popen[bytes]
    data_dir: Path = Path()
    """Where it was started, for starting it again."""
    secure: SecureListener | None = None
    _stopped: bool = field(default=False, init=False)

    def stop(self) -> None:
        """End the server, by force if it does not go. Safe to call twice."""
        if self._stopped:
            return
        self._stopped = True
        atexit.unregister(self.stop)
        _end(self.process)

    def reload(self) -> None:
        """Make it read its certificates and its revocation list again."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGHUP)

    async def keep_running(self) -> None:
        """Start it again, on its port, whenever it has ended by itself. Main thread only.

        Until then no partner on MQTT hears anything: that the loop waits for it is the smaller
        evil, and the engine's thread goes on.
        """
        while True:
            await asyncio.sleep(WATCH_S)
            if self._stopped or self.process.poll() is None:
                continue
            log.error("mqtt-server-ended", status=self.process.returncode)
            try:
                successor = start(self.engine, self.port, self.data_dir, self.secure)
            except MqttServerFailed as error:
                log.warning("mqtt-server-not-restarted", why=str(error))
                continue
            atexit.unregister(successor.stop)  # it is ours to stop
            self.process = successor.process


def choose_engine() -> MqttEngine:
    """Return the best MQTT server of this machine; raises `MqttServerFailed` if it has none."""
    executable = _find_mosquitto()
    version = _mosquitto_version(executable) if executable else None
    if version is not None:
        return MqttEngine(EngineName.MOSQUITTO, version, (_NO_IDENTITY, _NO_DISK), executable)
    try:
        version = importlib.metadata.version("iotcore")
    except importlib.metadata.PackageNotFoundError as missing:
        raise MqttServerFailed(
            "no MQTT server: install Mosquitto 2 (Debian: apt-get install mosquitto)"
            " or the Python package iotcore"
        ) from missing
    return MqttEngine(EngineName.RUMQTTD, f"iotcore {version}", _RUMQTTD_LACKS)


def start(
    engine: MqttEngine, port: int | None, data_dir: Path, secure: SecureListener | None = None
) -> MqttServer:
    """Start `engine` and return once it accepts connections.

    It listens on 127.0.0.1 and checks no identity, or as `secure` says.

    Args:
        engine: what `choose_engine` found.
        port: the TCP port, or None for any free one.
        secure: over TLS, to clients with certificates; None for the loopback without.
        data_dir: a folder for its configuration and its log; made if it is absent.

    Raises:
        MqttServerFailed: the port is taken, or the server did not come up; says which.
    """
    if threading.current_thread() is not threading.main_thread():
        raise MqttServerFailed(
            "start the MQTT server from the main thread: the kernel ends it with its thread"
        )
    if secure is not None and engine.name is not EngineName.MOSQUITTO:
        raise MqttServerFailed(f"{engine.name} checks no certificates: install Mosquitto 2")
    host = LOOPBACK_HOST if secure is None else secure.connect_host
    port = _reserve_port(port, host)
    log = data_dir / LOG_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        process = _spawn(_command(engine, port, data_dir, secure), log)
    except OSError as error:
        raise MqttServerFailed(f"cannot start {engine.name} in {data_dir}: {error}") from error
    try:
        _wait_until_ready(process, engine, (host, port), log)
    except BaseException:
        _end(process)
        raise
    server = MqttServer(host, port, engine, process, data_dir, secure)
    atexit.register(server.stop)
    return server


def _find_mosquitto() -> Path | None:
    found = shutil.which("mosquitto")
    if found:
        return Path(found)
    for folder in MOSQUITTO_FOLDERS:
        if os.access(folder / "mosquitto", os.X_OK):
            return folder / "mosquitto"
    return None


def _mosquitto_version(executable: Path) -> str | None:
    """Return the version of a Mosquitto recent enough for us, else None."""
    try:
        # -h prints the version and exits with an error status, on purpose of its authors.
        answer = subprocess.run(
            [executable, "-h"], capture_output=True, timeout=VERSION_QUERY_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = _MOSQUITTO_VERSION.search(answer.stdout.decode(errors="replace"))
    if match is None or int(match[2]) < MOSQUITTO_MAJOR_MIN:
        return None
    return match[1]


def _reserve_port(port: int | None, host: str) -> int:
    """Return a port that is free now; a named one that is taken is refused here.

    Checked before the child starts: otherwise somebody else's server on that port would answer
    our readiness probe in the child's place.
    """
    if port is not None and not 1 <= port <= PORT_MAX:
        raise MqttServerFailed(f"MQTT port {port} is not between 1 and {PORT_MAX}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port or 0))
        except OSError as error:
            raise MqttServerFailed(
                f"MQTT port {host}:{port} cannot be used: {error.strerror}"
            ) from error
        bound: int = probe.getsockname()[1]
        return bound


def _command(
    engine: MqttEngine, port: int, data_dir: Path, secure: SecureListener | None
) -> list[str]:
    match engine.name:
        case EngineName.MOSQUITTO:
            config = data_dir / "mosquitto.conf"
            as_root = os.geteuid() == 0
            text = (
                mosquitto_config(port, as_root)
                if secure is None
                else _secure_config(secure, port, data_dir, as_root)
            )
            config.write_text(text, encoding="utf-8")
            return [str(engine.executable), "-c", str(config)]
        case EngineName.RUMQTTD:
            module = "broker.gateways.mqtt.embedded"
            return [sys.executable, "-m", module, str(port), str(data_dir)]
        case _:
            assert_never(engine.name)


def _secure_config(secure: SecureListener, port: int, data_dir: Path, as_root: bool) -> str:
    plugin = next(
        (found for folder in PLUGIN_FOLDERS for found in sorted(folder.rglob(PLUGIN_PATTERN))), None
    )
    if plugin is None:
        raise MqttServerFailed(f"this Mosquitto has no {PLUGIN_PATTERN}: install a full package")
    rights = data_dir.resolve() / RIGHTS_NAME
    write_private(rights, secure.first_rights())
    folder = IdentityFolder(secure.folder.path.resolve())
    return mosquitto_tls_config(secure.host, port, folder, plugin, rights, as_root)


def _spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            tied(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C belongs to the broker, which says goodbye over MQTT before it stops us.
            start_new_session=True,
        )


def _wait_until_ready(
    process: subprocess.Popen[bytes], engine: MqttEngine, address: tuple[str, int], log: Path
) -> None:
    deadline_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline_s:
        status = process.poll()
        if status is not None:
            raise MqttServerFailed(f"{engine.name} ended with status {status}: {_tail(log)}")
        try:
            socket.create_connection(address, timeout=READY_POLL_S * 10).close()
        except OSError:
            time.sleep(READY_POLL_S)
        else:
            return
    raise MqttServerFailed(
        f"{engine.name} did not accept connections within {START_LIMIT_S:.0f} s: {_tail(log)}"
    )


def _tail(log: Path) -> str:
    text = log.read_bytes()[-LOG_TAIL_LIMIT_BYTES:].decode(errors="replace").strip()
    return text or "it logged nothing"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
