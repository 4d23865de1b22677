"""The lock files: complete, pinned by hash, and naming no download address."""

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME: list[str] = PROJECT["project"]["dependencies"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BUILD: list[str] = PROJECT["dependency-groups"]["build"]
LOCKS = {
    "requirements.lock": RUNTIME + BUILD,
    "requirements-dev.lock": RUNTIME + BUILD + EXTRAS["dev"],
    "requirements-bench.lock": RUNTIME + BUILD + EXTRAS["bench"],
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def normalised(requirement: str) -> str:
    match = NAME.match(requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def pins(lock: str) -> list[tuple[str, str]]:
    """Each requirement of a lock file: its first line and everything after it."""
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", "").strip())
    return [(entry.split("--hash")[0].strip(), entry) for entry in entries]


@pytest.mark.parametrize("lock", LOCKS)
def test_names_no_address(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)\b", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_one_version_with_a_hash(lock: str) -> None:
    for requirement, entry in pins(lock):
        assert re.match(r"[a-z0-9][a-z0-9.-]*==\S+( ; .+)?$", requirement), requirement
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_holds_every_dependency_of_the_project(lock: str) -> None:
    locked = {normalised(requirement) for requirement, _ in pins(lock)}
    assert {normalised(requirement) for requirement in LOCKS[lock]} <= locked


@pytest.mark.parametrize("lock", ["requirements-dev.lock", "requirements-bench.lock"])
def test_holds_the_runtime_lock_at_the_same_versions(lock: str) -> None:
    # deploy/setup counts on it: one environment serves `make run` and `make test` in turn. Markers
    # may differ: a longer list needs a package on more systems.
    def versions(name: str) -> set[str]:
        return {requirement.partition(" ;")[0] for requirement, _ in pins(name)}

    assert versions("requirements.lock") <= versions(lock)


def test_the_partners_package_asks_for_nothing_else_than_the_broker_does() -> None:
    client = tomllib.loads((REPOSITORY / "proto" / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(client["project"]["dependencies"]) <= set(RUNTIME)
    assert client["project"]["version"] == PROJECT["project"]["version"]
