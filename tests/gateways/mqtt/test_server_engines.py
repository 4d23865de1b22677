"""Which MQTT server this machine has."""

import importlib.metadata
import shutil
from pathlib import Path

import pytest

from broker.gateways.mqtt import server_engines
from broker.gateways.mqtt.server_config import RUMQTTD_RETAINED_LIMIT_MESSAGES
from broker.gateways.mqtt.server_engines import (
    EngineName,
    MqttEngine,
    MqttServerFailed,
    choose_engine,
    find_plugin,
)

pytestmark = pytest.mark.system


def rumqttd() -> MqttEngine:
    """The engine of a machine that has no Mosquitto."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "which", lambda _name: None)
        patch.setattr(server_engines, "MOSQUITTO_FOLDERS", ())
        return choose_engine()


def test_mosquitto_is_preferred_and_says_what_it_lacks() -> None:
    found = choose_engine()
    assert found.name is EngineName.MOSQUITTO
    assert int(found.version.split(".")[0]) >= 2
    assert found.executable is not None
    assert any("identity" in sentence for sentence in found.lacks)


def test_mosquitto_outside_the_path_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert choose_engine().name is EngineName.MOSQUITTO


def test_without_mosquitto_the_wheel_is_chosen_and_says_what_it_lacks() -> None:
    found = rumqttd()
    assert found.name is EngineName.RUMQTTD
    assert found.executable is None
    sentences = " ".join(found.lacks)
    for lack in ("identity", "3.1.1", str(RUMQTTD_RETAINED_LIMIT_MESSAGES)):
        assert lack in sentences


@pytest.mark.parametrize(
    "script", ["echo 'mosquitto version 1.6.12'", "echo nonsense", "exit 1", "kill -9 $$"]
)
def test_a_mosquitto_too_old_or_unreadable_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    fake = tmp_path / "mosquitto"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _name: str(fake))
    assert choose_engine().name is EngineName.RUMQTTD


def test_with_no_engine_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(server_engines, "MOSQUITTO_FOLDERS", ())
    monkeypatch.setattr(importlib.metadata, "version", absent)
    with pytest.raises(MqttServerFailed, match="apt-get install mosquitto"):
        choose_engine()


def test_a_mosquitto_without_its_plugin_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_plugin().name == server_engines.PLUGIN_PATTERN
    monkeypatch.setattr(server_engines, "PLUGIN_FOLDERS", (tmp_path,))
    with pytest.raises(MqttServerFailed, match="install a full package"):
        find_plugin()
