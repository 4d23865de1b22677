"""The port of a server that we start: free before, and listened on by that very server after.

Between the two another program may take it, most likely another broker that starts at the same
moment. Our server then ends, but whoever only asks whether the port answers takes the other's for
ours. So the proof is the kernel's: the socket that listens on the port belongs to our process.
"""

import socket
from pathlib import Path
from typing import Final

from broker.gateways.mqtt.server_config import PORT_MAX
from broker.gateways.mqtt.server_engines import MqttServerFailed

PROCESSES: Final = Path("/proc")
_TABLES: Final = ("net/tcp", "net/tcp6")
_LISTENING: Final = "0A"  # <net/tcp_states.h>: TCP_LISTEN


def reserve_port(port: int | None, host: str) -> int:
    """Return a port that is free now, any if `port` is None; refuses a named one that is taken."""
    if port is not None and not 1 <= port <= PORT_MAX:
        raise MqttServerFailed(f"MQTT port {port} is not between 1 and {PORT_MAX}")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port or 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            bound: int = probe.getsockname()[1]
            return bound
    except OSError as error:
        raise MqttServerFailed(
            f"MQTT port {host}:{port} cannot be used: {error.strerror}"
        ) from error


def listens(process_id: int, port: int) -> bool | None:
    """Whether this process listens on the port; None where the system does not tell."""
    process = PROCESSES / str(process_id)
    if not (PROCESSES / "self" / "net" / "tcp").exists():
        return None  # not Linux
    try:
        return not _listening_on(process, port).isdisjoint(_sockets_of(process))
    except PermissionError:
        return None  # the program file has rights of its own
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended


def _listening_on(process: Path, port: int) -> set[str]:
    """The sockets that listen on the port, by any address, as the process's network has them."""
    found = set()
    for table in _TABLES:
        if not (process / table).exists():
            continue  # a kernel without IPv6
        for row in (process / table).read_text(encoding="ascii").splitlines()[1:]:
            _, local, _, state, *rest = row.split()
            if state == _LISTENING and int(local.rpartition(":")[2], 16) == port:
                found.add(f"socket:[{rest[5]}]")
    return found


def _sockets_of(process: Path) -> set[str]:
    """What the process has open."""
    found = set()
    for descriptor in (process / "fd").iterdir():
        try:
            found.add(str(descriptor.readlink()))
        except FileNotFoundError:
            continue  # closed meanwhile
    return found
