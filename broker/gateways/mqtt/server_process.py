"""The process of a server that we started: from its start until it listens, and to its end."""

import socket
import subprocess
import time
from pathlib import Path
from typing import Final

from broker.gateways.mqtt.server_engines import MqttServerFailed
from broker.gateways.mqtt.server_port import listens
from broker.gateways.mqtt.tied import tied

START_LIMIT_S: Final = 60.0
STOP_LIMIT_S: Final = 3.0
READY_POLL_S: Final = 0.02
SETTLED_AFTER_S: Final = 1.0
"""A server whose port is taken ends well within this."""
LOG_TAIL_LIMIT_BYTES: Final = 2_000


def spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server that writes to this log and ends with us."""
    with log.open("wb") as output:
        return subprocess.Popen(
            tied(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C belongs to the broker, which says goodbye over MQTT before it stops us.
            start_new_session=True,
        )


def wait_until_ready(
    process: subprocess.Popen[bytes], what: str, address: tuple[str, int], log: Path
) -> None:
    """Return once this very process serves the address; raises `MqttServerFailed` with its log."""
    deadline_s = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline_s:
        status = process.poll()
        if status is not None:
            raise MqttServerFailed(f"{what} ended with status {status}: {_tail(log)}")
        if _serves(process, address):
            return
        time.sleep(READY_POLL_S)
    raise MqttServerFailed(
        f"{what} did not accept connections within {START_LIMIT_S:.0f} s: {_tail(log)}"
    )


def _serves(process: subprocess.Popen[bytes], address: tuple[str, int]) -> bool:
    proof = listens(process.pid, address[1])
    if proof is not None:
        return proof
    # Nobody tells who answers there: ours does, if it has not ended over it a while later.
    try:
        socket.create_connection(address, timeout=READY_POLL_S * 10).close()
        process.wait(SETTLED_AFTER_S)
    except OSError:
        return False
    except subprocess.TimeoutExpired:
        return True
    return False


def _tail(log: Path) -> str:
    text = log.read_bytes()[-LOG_TAIL_LIMIT_BYTES:].decode(errors="replace").strip()
    return text or "it logged nothing"


def end(process: subprocess.Popen[bytes]) -> None:
    """End it, by force if it does not go."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
