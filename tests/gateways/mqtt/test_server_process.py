"""The process of an MQTT server: ready when it listens itself, and ended for good."""

import dataclasses
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from broker.gateways.mqtt import server, server_port, server_process
from broker.gateways.mqtt.server import start
from broker.gateways.mqtt.server_engines import MqttEngine, MqttServerFailed, choose_engine
from broker.gateways.mqtt.server_process import end, spawn
from tests.conftest import StartMosquitto
from tests.gateways.mqtt.test_server_engines import rumqttd
from tests.patience import PATIENCE_S
from tests.ports import unused_port

pytestmark = pytest.mark.system


def fake_mosquitto(folder: Path, script: str) -> MqttEngine:
    fake = folder / "mosquitto"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    return dataclasses.replace(choose_engine(), executable=fake)


@pytest.mark.parametrize("kernel", ["tells", "does not tell"])
@pytest.mark.parametrize("engine", [choose_engine, rumqttd], ids=["mosquitto", "rumqttd"])
def test_another_server_that_took_the_port_meanwhile_is_not_taken_for_ours(
    engine: Callable[[], MqttEngine],
    kernel: str,
    tmp_path: Path,
    mosquitto_broker: StartMosquitto,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # REQ-MQTT-009: as when two brokers start at once, and both found the port free.
    if kernel == "does not tell":
        monkeypatch.setattr(server_port, "PROCESSES", tmp_path / "none")
        monkeypatch.setattr(server_process, "SETTLED_AFTER_S", PATIENCE_S)
    monkeypatch.setattr(server_process, "START_LIMIT_S", PATIENCE_S)
    other = mosquitto_broker("allow_anonymous true")
    monkeypatch.setattr(server, "reserve_port", lambda *_: other.port)
    with pytest.raises(MqttServerFailed, match=r"ended with status 1: (?s:.*)in use"):
        start(engine(), None, tmp_path / "ours")
    assert other.process.poll() is None


def test_one_that_listens_nowhere_is_not_ready_because_another_answers(
    tmp_path: Path, mosquitto_broker: StartMosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-MQTT-009: ours is alive, and has not come to the port yet.
    other = mosquitto_broker("allow_anonymous true")
    monkeypatch.setattr(server, "reserve_port", lambda *_: other.port)
    monkeypatch.setattr(server_process, "START_LIMIT_S", 0.5)
    engine = fake_mosquitto(tmp_path, "exec sleep 60")
    with pytest.raises(MqttServerFailed, match="did not accept connections"):
        start(engine, None, tmp_path)


def test_where_the_kernel_does_not_tell_ours_is_ready_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_port, "PROCESSES", tmp_path)
    monkeypatch.setattr(server_process, "SETTLED_AFTER_S", 0.0)
    started = start(choose_engine(), unused_port(), tmp_path)
    socket.create_connection((started.host, started.port), timeout=PATIENCE_S).close()
    started.stop()


def test_a_server_that_ends_at_once_shows_its_log(tmp_path: Path) -> None:
    engine = fake_mosquitto(tmp_path, "echo 'Error: no luck today' >&2\nexit 3")
    with pytest.raises(MqttServerFailed, match="status 3: Error: no luck today"):
        start(engine, None, tmp_path)


def test_a_server_that_never_listens_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawned: list[subprocess.Popen[bytes]] = []

    def remembered(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
        spawned.append(spawn(command, log))
        return spawned[-1]

    monkeypatch.setattr(server_process, "START_LIMIT_S", 0.5)
    monkeypatch.setattr(server, "spawn", remembered)
    engine = fake_mosquitto(tmp_path, "exec sleep 60")
    with pytest.raises(MqttServerFailed, match="did not accept connections"):
        start(engine, None, tmp_path)
    assert spawned[0].returncode is not None


def test_a_server_that_ignores_the_polite_signal_is_killed() -> None:
    ready = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); "
    process = subprocess.Popen(
        [sys.executable, "-c", ready + "time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_process, "STOP_LIMIT_S", 0.1)
        end(process)
    process.stdout.close()
    assert process.returncode == -signal.SIGKILL
