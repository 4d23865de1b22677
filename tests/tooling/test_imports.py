"""The import contracts fail where they should: each is broken on purpose in a small copy."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = (
    "broker",
    "broker/cli",
    "broker/gateways",
    "broker/service",
    "broker/journal",
    "broker/core",
    "broker/policies",
    "adapters",
    "sim",
    "keepclear",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Empty packages of the project's names, held to the project's own contracts."""
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
        (tmp_path / package / "module.py").touch()
    settings = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    return tmp_path


def lint(project: Path) -> "subprocess.CompletedProcess[str]":
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_allowed_passes(project: Path) -> None:
    (project / "broker/core/module.py").write_text("import numpy\nimport dataclasses\n")
    (project / "broker/service/module.py").write_text(
        "import time\nimport broker.core.module\nimport broker.policies.module\n"
    )
    (project / "broker/cli/module.py").write_text(
        "import adapters.module\nimport sim.module\nimport broker.policies\n"
        "import broker.gateways.module\n"
    )
    (project / "broker/gateways/module.py").write_text("import grpc\nimport broker.service\n")
    (project / "sim/module.py").write_text("import keepclear.module\nimport random\n")
    done = lint(project)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("broker/core", "broker.journal.module"),
        ("broker/journal", "broker.service.module"),
        ("broker/service", "broker.gateways.module"),
        ("broker/gateways", "broker.cli.module"),
        *(
            ("broker/core", module)
            for module in (
                "asyncio",
                "threading",
                "time",
                "random",
                "socket",
                "logging",
                "structlog",
                "google.protobuf",
                "grpc",
                "paho.mqtt.client",
                "sqlite3",
                "os",
                "pathlib",
                "keepclear.module",
            )
        ),
        ("broker/core", "broker.policies.module"),
        ("broker/journal", "broker.policies.module"),
        ("broker/gateways", "broker.policies.module"),
        ("adapters", "broker.core.module"),
        ("sim", "broker.core.module"),
        ("keepclear", "broker.core.module"),
        ("keepclear", "adapters.module"),
        ("keepclear", "sim.module"),
        ("broker/service", "adapters.module"),
        ("broker/gateways", "sim.module"),
    ],
)
def test_each_forbidden_import_is_caught(project: Path, importer: str, imported: str) -> None:
    # REQ-ARC-001
    (project / importer / "module.py").write_text(f"import {imported}\n")
    done = lint(project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_a_forbidden_import_is_caught_through_another_module(project: Path) -> None:
    # REQ-ARC-001
    (project / "broker/core/module.py").write_text("import broker.core.other\n")
    (project / "broker/core/other.py").write_text("def now():\n    import time\n")
    assert lint(project).returncode == 1
