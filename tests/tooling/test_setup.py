"""deploy/setup on machines that lack something: it must say exactly what, and do nothing else."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
# What the script calls besides Python and apt-get.
TOOLS = ("awk", "cat", "cut", "dirname", "id", "mktemp", "rm", "sh", "sha256sum", "tail")
# Stands for Python: answers as the real one, installs nothing, and writes down what it was asked.
FAKE_PYTHON = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
    *version_info*) exit {too_old} ;;
    *"import ensurepip"*) exit {no_venv} ;;
    *"print(sys.version)"*) echo 3.11 ;;
    "-V") echo "Python 3.9.2" ;;
    "-m venv"*) mkdir -p {root}/.venv/bin && cp "$0" {root}/.venv/bin/python ;;
esac
"""


class Machine:
    """A copy of the set-up script on a machine whose commands the test decides."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log = root / "python.log"
        self.bin = root / "bin"
        self.bin.mkdir()
        (root / "deploy").mkdir()
        shutil.copy(REPOSITORY / "deploy" / "setup", root / "deploy" / "setup")
        for name in (*LOCKS, "pyproject.toml"):
            (root / name).write_text(name)
        for tool in (*TOOLS, "cp", "mkdir"):
            found = shutil.which(tool)
            assert found, tool
            (self.bin / tool).symlink_to(found)
        self.python()

    def python(self, *, too_old: bool = False, no_venv: bool = False) -> None:
        text = FAKE_PYTHON.format(
            log=self.log, root=self.root, too_old=int(too_old), no_venv=int(no_venv)
        )
        self.command("python3", text)

    def command(self, name: str, text: str) -> None:
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def setup(self, profile: str) -> "subprocess.CompletedProcess[str]":
        environment = {k: v for k, v in os.environ.items() if k not in {"PYTHON", "VENV"}}
        return subprocess.run(
            [self.root / "deploy" / "setup", profile],
            env={**environment, "PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
        )

    def installs(self) -> list[str]:
        """What pip was asked to install since the last look."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return [line.split(" install ")[1] for line in lines if " install " in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


PROJECT_INSTALL = "--no-deps --no-build-isolation --editable ."


def test_installs_the_lock_with_hashes_then_the_project(machine: Machine) -> None:
    done = machine.setup("run")
    assert done.returncode == 0, done.stderr
    assert machine.installs() == ["--require-hashes -r requirements.lock", PROJECT_INSTALL]


def test_does_nothing_while_nothing_changed(machine: Machine) -> None:
    machine.setup("run")
    machine.installs()
    assert machine.setup("run").returncode == 0
    assert machine.installs() == []


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.setup("run")
    machine.installs()
    (machine.root / "requirements.lock").write_text("changed")
    machine.setup("run")
    assert machine.installs() == ["--require-hashes -r requirements.lock"]


def test_a_changed_project_file_installs_the_project_only(machine: Machine) -> None:
    machine.setup("run")
    machine.installs()
    (machine.root / "pyproject.toml").write_text("changed")
    machine.setup("run")
    assert machine.installs() == [PROJECT_INSTALL]


def test_a_failed_install_is_tried_again(machine: Machine) -> None:
    good = (machine.bin / "python3").read_text()
    machine.command("python3", good.replace("esac", "    *require-hashes*) exit 1 ;;\nesac"))
    assert machine.setup("run").returncode != 0
    (machine.root / ".venv" / "bin" / "python").write_text(good)
    machine.installs()
    assert machine.setup("run").returncode == 0
    assert machine.installs() == ["--require-hashes -r requirements.lock", PROJECT_INSTALL]


def test_a_python_that_is_too_old_is_refused(machine: Machine) -> None:
    machine.python(too_old=True)
    done = machine.setup("run")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; python3 is 3.9.2" in done.stderr
    assert machine.installs() == []


def test_an_unknown_profile_is_refused(machine: Machine) -> None:
    assert "unknown profile 'all'" in machine.setup("all").stderr


def test_without_root_it_names_what_to_install(machine: Machine) -> None:
    machine.python(no_venv=True)
    (machine.bin / "id").unlink()
    machine.command("id", "#!/bin/sh\necho 1000\n")
    machine.command("apt-get", "#!/bin/sh\nexit 9\n")
    done = machine.setup("run")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("sudo apt-get install python3-venv")


def test_root_installs_what_is_missing_after_one_update(machine: Machine) -> None:
    machine.python(no_venv=True)
    calls = machine.root / "apt.log"
    has_venv = (machine.bin / "python3").read_text().replace("exit 1 ;;", "exit 0 ;;")
    (machine.root / "good").write_text(has_venv)
    (machine.root / "good").chmod(0o755)
    (machine.bin / "id").unlink()
    machine.command("id", "#!/bin/sh\necho 0\n")
    install = f'[ "$1" = update ] || cp {machine.root}/good {machine.bin}/python3'
    machine.command("apt-get", f'#!/bin/sh\necho "$@" >> {calls}\n{install}\n')
    done = machine.setup("run")
    assert done.returncode == 0, done.stderr
    assert calls.read_text().splitlines() == [
        "update",
        "install -y --no-install-recommends python3-venv",
    ]


def test_an_apt_get_that_fails_shows_why(machine: Machine) -> None:
    machine.python(no_venv=True)
    (machine.bin / "id").unlink()
    machine.command("id", "#!/bin/sh\necho 0\n")
    machine.command("apt-get", "#!/bin/sh\necho 'no such mirror' >&2\nexit 100\n")
    done = machine.setup("run")
    assert done.returncode == 1
    assert "no such mirror" in done.stderr
    assert "apt-get could not install: python3-venv" in done.stderr


def test_tells_pip_nothing_about_where_to_download() -> None:
    for path in ("deploy/setup", "Makefile", ".ci/run", ".pre-commit-config.yaml"):
        text = (REPOSITORY / path).read_text(encoding="utf-8")
        for word in ("--index", "--extra-index", "--find-links", "://", "PIP_", "UV_"):
            assert word not in text, (path, word)


def test_ci_runs_what_a_developer_runs() -> None:
    script = REPOSITORY / ".ci" / "run"
    assert script.read_text(encoding="utf-8").rstrip().endswith("make --no-print-directory test")
    assert os.access(script, os.X_OK)
