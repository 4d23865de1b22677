"""Checks of the machine itself: Python, packages, MQTT server, disk."""

import platform
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from broker.cli.checks import Check, ok, problem, warning
from broker.gateways.mqtt.server_engines import MqttServerFailed, choose_engine

PYTHON_MIN: Final = (3, 11)
GIGABYTE: Final = 1_000_000_000
DISK_WARNING_BYTES: Final = 5 * GIGABYTE
DISK_PROBLEM_BYTES: Final = GIGABYTE
_REQUIREMENT_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_INSTALL: Final = "run `make run` once, or install the locked requirements"


def python_version(version: tuple[int, int] = sys.version_info[:2]) -> Check:
    """Whether Python is new enough."""
    if version < PYTHON_MIN:
        return problem(
            "Python", f"{version[0]}.{version[1]} is too old", "install Python 3.11 or newer"
        )
    return ok("Python", platform.python_version())


def packages() -> Check:
    """Whether everything that Keepclear itself asks for is installed."""
    try:
        requirements = metadata.requires("keepclear") or []
    except metadata.PackageNotFoundError:
        return warning("Packages", "keepclear runs from its source folder", _INSTALL)
    # Those with a marker are extras, or for another system.
    names = [
        match[0]
        for text in requirements
        if ";" not in text and (match := _REQUIREMENT_NAME.match(text)) is not None
    ]
    missing = [name for name in names if not _is_installed(name)]
    if missing:
        return problem("Packages", f"missing: {', '.join(missing)}", _INSTALL)
    return ok("Packages", f"all {len(names)} that are needed are installed")


def mqtt_engine() -> Check:
    """Which MQTT server a broker would start here."""
    try:
        engine = choose_engine()
    except MqttServerFailed as error:
        return problem("MQTT server", str(error), "install one of the two")
    lacks = " ".join(engine.lacks)
    return ok("MQTT server", f"{engine.name} {engine.version}" + (f". {lacks}" if lacks else ""))


def disk(folder: Path) -> Check:
    """Whether the log's folder has room. A folder not made yet is judged by its parent."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    free_bytes = shutil.disk_usage(existing).free
    finding = f"{free_bytes / GIGABYTE:.1f} GB free for {folder}"
    if free_bytes < DISK_PROBLEM_BYTES:
        return problem("Disk", finding, "make room: a broker that cannot write its log stops")
    if free_bytes < DISK_WARNING_BYTES:
        return warning("Disk", finding, "make room before it is full")
    return ok("Disk", finding)


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
