"""The fixtures every test relies on."""

import socket
from pathlib import Path

import pytest

from tests.conftest import StartMosquitto
from tests.patience import PATIENCE_S


def test_free_port_can_be_bound(free_port: int) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port))


def test_shared_dir_holds_samples(shared_dir: Path) -> None:
    assert (shared_dir / "samples").is_dir()


@pytest.mark.system
def test_mosquitto_broker_starts_one_for_each_call(mosquitto_broker: StartMosquitto) -> None:
    first = mosquitto_broker("allow_anonymous true\n")
    second = mosquitto_broker("listener {port} 127.0.0.1\nallow_anonymous true\n")
    assert first.port != second.port
    for running in (first, second):
        socket.create_connection((running.host, running.port), timeout=PATIENCE_S).close()
        assert running.process.poll() is None
