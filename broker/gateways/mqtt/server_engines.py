"""The MQTT servers that Keepclear knows how to start, and which of them this machine has."""

import importlib.metadata
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from broker.gateways.mqtt.server_config import RUMQTTD_RETAINED_LIMIT_MESSAGES

VERSION_QUERY_LIMIT_S: Final = 30.0

# Debian installs the server where an ordinary user's PATH does not look.
MOSQUITTO_FOLDERS: Final = (Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/opt/homebrew/sbin"))
# Version 2 brought MQTT 5 to maturity and the loopback-by-default listener.
MOSQUITTO_MAJOR_MIN: Final = 2
_MOSQUITTO_VERSION: Final = re.compile(r"mosquitto version ((\d+)(?:\.\d+)*)")

# Where packages put Mosquitto's own plugin.
PLUGIN_PATTERN: Final = "mosquitto_dynamic_security.so"
PLUGIN_FOLDERS: Final = (Path("/usr/lib"), Path("/usr/local/lib"), Path("/opt/homebrew/lib"))


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


def find_plugin() -> Path:
    """Mosquitto's dynamic-security plugin; raises `MqttServerFailed` if it is not installed."""
    for folder in PLUGIN_FOLDERS:
        for found in sorted(folder.rglob(PLUGIN_PATTERN)):
            return found
    raise MqttServerFailed(f"this Mosquitto has no {PLUGIN_PATTERN}: install a full package")


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
