"""The port of the MQTT server: free before, and ours after."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broker.gateways.mqtt import server_port
from broker.gateways.mqtt.server_engines import MqttServerFailed
from broker.gateways.mqtt.server_port import listens, reserve_port

OURS = os.getpid()


@contextmanager
def listener(host: str, family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    with socket.socket(family) as made:
        try:
            made.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        made.listen()
        port: int = made.getsockname()[1]
        yield port


@pytest.mark.parametrize(
    ("host", "family"),
    [
        ("127.0.0.1", socket.AF_INET),
        ("0.0.0.0", socket.AF_INET),
        ("::1", socket.AF_INET6),
        ("::", socket.AF_INET6),
    ],
)
def test_who_listens_is_told_from_who_does_not(host: str, family: socket.AddressFamily) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with listener(host, family) as port:
            assert listens(OURS, port) is True
            assert listens(other.pid, port) is False
            assert listens(OURS, port - 1 if port % 2 else port + 1) is False
        assert listens(OURS, port) is False
    finally:
        other.communicate()
    assert listens(other.pid, port) is False


def test_a_connection_on_the_port_is_no_listener() -> None:
    with listener("127.0.0.1") as port, socket.create_connection(("127.0.0.1", port)) as connection:
        assert listens(OURS, connection.getsockname()[1]) is False


def test_a_system_that_does_not_tell_is_not_taken_for_a_no(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listener("127.0.0.1") as port:
        monkeypatch.setattr(server_port, "PROCESSES", tmp_path)
        assert listens(OURS, port) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_taken_port_is_named(host: str) -> None:
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    with (
        listener("127.0.0.1" if host == "localhost" else host, family) as port,
        pytest.raises(MqttServerFailed, match=f"{host}:{port} cannot be used"),
    ):
        reserve_port(port, host)


def test_any_port_is_one_that_can_be_had() -> None:
    assert 1 <= reserve_port(None, "127.0.0.1") <= 65_535


@pytest.mark.parametrize("port", [-1, 0, 65_536])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(MqttServerFailed, match="65535"):
        reserve_port(port, "127.0.0.1")


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(MqttServerFailed, match=r"192\.0\.2\.1"):  # RFC 5737: nobody's
        reserve_port(None, "192.0.2.1")
