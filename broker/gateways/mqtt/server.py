"""An MQTT server for one machine: run as a child of the broker.

Keepclear does not contain an MQTT server. Where an operator runs none, it starts one: a
`mosquitto` that is installed, else the rumqttd that comes with the Python dependencies. Without an
identity folder the child listens on 127.0.0.1 only and checks no identity. It keeps nothing on
disk, and must never outlive the broker that started it: an orphan would hold the port and go on
serving a picture that nobody updates. Three things see to that: `stop()`, an exit handler, and on
Linux the kernel, which kills the child when its parent is killed.

The kernel ties the child to the *thread* that made it, so `start` is for the main thread.
"""

import asyncio
import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, assert_never

import structlog

from broker.gateways.mqtt.server_config import (
    LOOPBACK_HOST,
    mosquitto_config,
    mosquitto_tls_config,
)
from broker.gateways.mqtt.server_engines import (
    EngineName,
    MqttEngine,
    MqttServerFailed,
    find_plugin,
)
from broker.gateways.mqtt.server_port import reserve_port
from broker.gateways.mqtt.server_process import end, spawn, wait_until_ready
from broker.service.identity.files import IdentityFolder, write_private

WATCH_S: Final = 1.0
LOG_NAME: Final = "mqtt-server.log"
RIGHTS_NAME: Final = "rights.json"

_ITSELF: Final = {"0.0.0.0": LOOPBACK_HOST, "::": "::1"}  # noqa: S104
"""By which address a server that listens on every address is on this machine."""

log = structlog.get_logger()


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
        return _ITSELF.get(self.host, self.host)


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
        end(self.process)

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


def start(
    engine: MqttEngine, port: int | None, data_dir: Path, secure: SecureListener | None = None
) -> MqttServer:
    """Start `engine` and return once it, and nobody in its place, accepts connections.

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
    port = reserve_port(port, host)
    log = data_dir / LOG_NAME
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        process = spawn(_command(engine, port, data_dir, secure), log)
    except OSError as error:
        raise MqttServerFailed(f"cannot start {engine.name} in {data_dir}: {error}") from error
    try:
        wait_until_ready(process, engine.name, (host, port), log)
    except BaseException:
        end(process)
        raise
    server = MqttServer(host, port, engine, process, data_dir, secure)
    atexit.register(server.stop)
    return server


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
    plugin = find_plugin()
    rights = data_dir.resolve() / RIGHTS_NAME
    write_private(rights, secure.first_rights())
    folder = IdentityFolder(secure.folder.path.resolve())
    return mosquitto_tls_config(secure.host, port, folder, plugin, rights, as_root)
